"""Scores extracted text against known text; all figures are sums over the documents, so that long ones weigh more."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

_WORD = re.compile("[\u3040-\u30ff\u3400-\u9fff]|[^\\W_\u3040-\u30ff\u3400-\u9fff]+")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u0640]")
_HYPHEN = re.compile("([^\\W\\d_]+)(?:[-\u2010\u00ad\ufffe\x02][ \t]*\r?\n\\s*|[\u00ad\ufffe\x02]|- )([^\\W\\d_]+)")
_JUNK = re.compile("\ufffd|\ufffe|\uffff|\\(cid:\\d+\\)|[\x00-\x08\x0e-\x1f\x7f\ue000-\uf8ff]")

COLUMNS = ("words", "right", "phrases", "hyphens", "pieces", "glued", "junk")
HEADINGS = {
    "words": "words found %",
    "right": "words right %",
    "phrases": "4-word phrases found %",
    "hyphens": "hyphens left /1,000 words",
    "pieces": "words in pieces /1,000",
    "glued": "words run together /1,000",
    "junk": "junk /10,000 signs",
}


def words(text: str) -> list[str]:
    """As a plain search index sees them: composed, without case, nothing mended."""
    return _WORD.findall(_UNSEEN.sub("", unicodedata.normalize("NFC", text)).casefold())


def _phrases(tokens: list[str]) -> Counter[tuple[str, ...]]:
    return Counter(zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False))


@dataclass(slots=True)
class Score:
    """Counts that add up."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, truth: str, pages: list[str]) -> None:
        """Takes one document in: its known text and what an engine read of its pages."""
        known, counts = words(truth), self.counts
        bag = Counter(known)
        read = [word for page in pages for word in words(page)]
        common = (bag & Counter(read)).total()
        counts.update(known=len(known), read=len(read), common=common)
        wanted = _phrases(known)
        counts.update(phrases=wanted.total(), phrases_found=(wanted & _phrases(read)).total())
        neighbours = set(pairwise(known))
        for page in pages:
            counts.update(signs=len(page), junk=len(_JUNK.findall(page)))
            counts["hyphens"] += sum((a + b).casefold() in bag for a, b in _HYPHEN.findall(page))
            tokens = words(page)
            counts["pieces"] += sum(a + b in bag and (a not in bag or b not in bag) for a, b in pairwise(tokens))
            counts["glued"] += sum(_glued(token, neighbours) for token in tokens if token not in bag)

    def figures(self) -> dict[str, float]:
        """The columns."""
        c = self.counts
        per = {key: c[key] or 1 for key in ("known", "read", "phrases", "signs")}
        return {
            "words": 100 * c["common"] / per["known"],
            "right": 100 * c["common"] / per["read"],
            "phrases": 100 * c["phrases_found"] / per["phrases"],
            "hyphens": 1000 * c["hyphens"] / per["read"],
            "pieces": 1000 * c["pieces"] / per["read"],
            "glued": 1000 * c["glued"] / per["read"],
            "junk": 10000 * c["junk"] / per["signs"],
        }


def _glued(token: str, neighbours: set[tuple[str, str]]) -> bool:
    return any((token[:i], token[i:]) in neighbours for i in range(2, min(len(token) - 1, 40)))
