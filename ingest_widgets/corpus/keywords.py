"""The words and phrases that tell a file from the rest, by how often they are here and how rarely elsewhere."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from ingest_widgets.corpus.function_words import FUNCTION_WORDS
from ingest_widgets.corpus.han_words import HAN, is_han, likely_words, parts_of, runs_of
from ingest_widgets.corpus.query import mark_class
from ingest_widgets.corpus.signs import even
from ingest_widgets.corpus.vocabulary import folded
from ingest_widgets.scripts import SIGN

_BREAK = re.compile(r"[.!?;:,()\[\]{}\u201c\u201d\"\u2026|\u2022]|\n\s*\n|\s[-\u2013\u2014]\s")
_CANDIDATES = 400
_FEW_PAGES = 8
_PHRASES_ABOVE_WORDS = 1.3


class Keyword(NamedTuple):
    """A word or phrase.

    Attributes:
        phrase: As it is mostly written.
        score: Higher tells more; comparable within one list only.
        times: How often it is in the pages that were looked at.
    """

    phrase: str
    score: float
    times: int


def keywords_of(
    texts: Iterable[str], total_pages: int, frequencies: Callable[[Sequence[str]], Mapping[str, int]], limit: int
) -> list[Keyword]:
    """The best phrases of some pages.

    Args:
        texts: Of the pages.
        total_pages: Of the whole corpus.
        frequencies: On how many pages of the corpus each of some words (folded) is.
        limit: How many phrases at most.
    """
    counts = _Counts()
    for text in texts:
        counts.add(text)
    candidates = counts.candidates()
    words = sorted({word for phrase in candidates for word in phrase.split(" ")})
    pages = frequencies([folded(word) for word in words])
    rarity = {word: math.log((total_pages + 1) / (pages.get(folded(word), 0) + 0.5)) + 0.3 for word in words}
    scored = [counts.keyword(phrase, rarity) for phrase in candidates]
    scored.sort(key=lambda keyword: (-keyword.score, keyword.phrase))
    return _without_parts(scored, limit)


class _Counts:
    """How often each word and phrase is written, in all and on how many pages; in small letters and as it stands."""

    def __init__(self) -> None:
        self._pages = 0
        self._written: Counter[str] = Counter()
        self._times: Counter[str] = Counter()
        self._spread: Counter[str] = Counter()
        self._han: Counter[str] = Counter()
        self._han_runs: set[str] = set()

    def add(self, text: str) -> None:
        text = even(text)
        phrases = [phrase for part in _BREAK.split(text) for phrase in _phrases(part)]
        small = [phrase.lower() for phrase in phrases]
        runs = runs_of(text)
        han = [part for run in runs for part in parts_of(run)]
        self._pages += 1
        self._written.update(phrases)
        self._times.update(small)
        self._han.update(han)
        self._han_runs.update(runs)
        self._spread.update({*small, *han})

    def candidates(self) -> list[str]:
        """The most frequent ones; a phrase that is there only once is an accident, and so is a part of a run."""
        han = {word: times for word, times in self._han.items() if times > 1 or word in self._han_runs}
        for word, parts in likely_words(han).items():
            self._times[word] = min(han[part] for part in parts)
            self._spread[word] = min(self._spread[part] for part in parts)
        most = self._times.most_common(_CANDIDATES)
        return [phrase for phrase, times in most if times > 1 or " " not in phrase]

    def keyword(self, phrase: str, rarity: Mapping[str, float]) -> Keyword:
        words = phrase.split(" ")
        times = self._times[phrase]
        known = sum(rarity[word] for word in words) / len(words)
        length = len(phrase) / 2 if is_han(phrase) else len(words)  # most words of Han signs have two
        score = times * length**_PHRASES_ABOVE_WORDS * known * self._clumping(phrase)
        return Keyword(self._as_written(phrase), score, times)

    def _clumping(self, phrase: str) -> float:
        """Residual IDF (Church and Gale, 1995): a subject comes in clumps, a function word of any language evenly."""
        if self._pages < _FEW_PAGES:
            return 1.0
        even = self._pages * -math.expm1(-self._times[phrase] / self._pages)
        return 0.3 + min(1.0, max(0.0, math.log2(even / self._spread[phrase])))

    def _as_written(self, phrase: str) -> str:
        forms = {phrase, phrase.title(), phrase.upper(), phrase.capitalize()}
        best = max(sorted(forms), key=lambda form: self._written[form])
        return best if self._written[best] else phrase


@lru_cache(maxsize=1)
def _word() -> re.Pattern[str]:
    """Words of two letters or more; of scripts without spaces what is most often a noun: runs of Katakana and Hangul.

    A vowel sign isn't a second letter: much of what is written with one letter and a sign is a postposition.
    """
    letter, marks = rf"[^\W_\u3040-\u30ff{HAN}]", f"[{mark_class()}]"
    joined = r"['\u2019\u200c\u200d-](?=[^\W_])"
    return re.compile(
        r"[\u30a1-\u30fe]{3,}|[\uac00-\ud7a3]{2,}"
        rf"|(?!\d){letter}(?={marks}*(?:{letter}|{joined}))(?:{letter}+|{marks}|{joined})+"
    )


def _phrases(part: str) -> Iterator[str]:
    run: list[str] = []
    for word in [*_word().findall(part), ""]:
        is_run_of_signs = bool(SIGN.match(word)) if word else False  # what stands between two of them isn't a space
        if is_run_of_signs:
            yield word
        if word and not is_run_of_signs and word.lower() not in FUNCTION_WORDS:
            run.append(word)
        elif run:
            yield from run
            yield from map(" ".join, pairwise(run))
            yield from map(" ".join, zip(run, run[1:], run[2:], strict=False))
            run.clear()


def _without_parts(scored: Sequence[Keyword], limit: int) -> list[Keyword]:
    """The best, without what is mostly a part of a better one, and without longer forms of one that says it all."""
    kept: list[Keyword] = []
    for keyword in scored:
        if len(kept) == limit:
            break
        if not any(_says_the_same(keyword, better) for better in kept):
            kept.append(keyword)
    return kept


def _says_the_same(keyword: Keyword, better: Keyword) -> bool:
    words, others = keyword.phrase.lower(), better.phrase.lower()
    if words in (f"{others}s", others.removesuffix("s")):  # vectors, vector
        return True
    if not is_han(words):
        words, others = f" {words} ", f" {others} "
    few, many = sorted((keyword.times, better.times))
    return (words in others or others in words) and few * 2 > many
