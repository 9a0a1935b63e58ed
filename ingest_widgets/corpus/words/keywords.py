"""The words and phrases that tell a file from the rest, by how often they are here and how rarely elsewhere."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from ingest_widgets.corpus.words.folding import folded
from ingest_widgets.corpus.words.function_words import FUNCTION_WORDS
from ingest_widgets.corpus.words.han import HAN, is_han, likely_words, parts_of, runs_of
from ingest_widgets.corpus.words.patterns import mark_class
from ingest_widgets.corpus.words.signs import even
from ingest_widgets.scripts import SIGN

_SPACE = re.compile(r"[^\S\n]*+\n?+[^\S\n]*+")  # no blank line; gives nothing back, since a gap may be very long
_LONGEST = 3
_CANDIDATES = 400
_FEW_PAGES = 8
_PHRASES_ABOVE_WORDS = 1.3


class Keyword(NamedTuple):
    """A word or phrase.

    Attributes:
        phrase: As it is mostly written.
        score: Higher tells more; comparable within one list only.
        times: How often it is in the pages that were looked at, other than as a part of a longer word.
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
    scored = [counts.keyword(phrase, form, rarity) for phrase, form in counts.forms(candidates).items()]
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
        self._han_runs: Counter[str] = Counter()

    def add(self, text: str) -> None:
        text = even(text)
        phrases = list(_phrases(text))
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
        for word, _ in most:
            if is_han(word) and word not in han:  # its parts are there as often at least
                self._times[word] = self._times_in_runs(word)
        return [phrase for phrase, times in most if times > (" " in phrase)]

    def _times_in_runs(self, word: str) -> int:
        return sum(run.count(word) * times for run, times in self._han_runs.items())

    def forms(self, phrases: Iterable[str]) -> dict[str, str]:
        """How each of the phrases is mostly written."""
        forms = {phrase: phrase for phrase in phrases}
        written = [(form, times) for form, times in self._written.items() if form.lower() in forms]
        for form, times in sorted(written, reverse=True):  # of as many the one with capitals
            if times >= self._written[forms[small := form.lower()]]:
                forms[small] = form
        return forms

    def keyword(self, phrase: str, form: str, rarity: Mapping[str, float]) -> Keyword:
        words = phrase.split(" ")
        times = self._times[phrase]
        known = sum(rarity[word] for word in words) / len(words)
        length = len(phrase) / 2 if is_han(phrase) else len(words)  # most words of Han signs have two
        score = times * length**_PHRASES_ABOVE_WORDS * known * self._clumping(phrase)
        return Keyword(form, score, times)

    def _clumping(self, phrase: str) -> float:
        """Residual IDF (Church and Gale, 1995): a subject comes in clumps, a function word of any language evenly."""
        if self._pages < _FEW_PAGES:
            return 1.0
        even = self._pages * -math.expm1(-self._times[phrase] / self._pages)
        return 0.3 + min(1.0, max(0.0, math.log2(even / self._spread[phrase])))


@lru_cache(maxsize=1)
def _word() -> re.Pattern[str]:
    """Words of two letters or more; of scripts without spaces what is most often a noun: runs of Katakana and Hangul.

    A vowel sign isn't a second letter: much of what is written with one letter and a sign is a postposition. A name of
    a program's or a file, such as `read.table` or `tar.gz`, is one word.
    """
    letter, marks = rf"[^\W_\u3040-\u30ff{HAN}]", f"[{mark_class()}]"
    joined = rf"['\u2019\u200c\u200d._-](?={letter})"
    return re.compile(
        r"[\u30a1-\u30fe]{3,}|[\uac00-\ud7a3]{2,}"
        rf"|(?<!{letter})(?!\d){letter}(?={marks}*(?:{letter}|{joined}))(?:{letter}+|{marks}|{joined})+"
    )


def _phrases(text: str) -> Iterator[str]:
    """The words that aren't function words, and the phrases of those with nothing but a space between them."""
    run: list[str] = []
    end = 0
    for match in _word().finditer(text):
        word = match.group()
        if SIGN.match(word):  # what stands between two runs of signs isn't a space
            yield word
        elif word.lower() not in FUNCTION_WORDS:
            follows = _SPACE.fullmatch(text, end, match.start())
            run = [*(run[1 - _LONGEST :] if follows else ()), word]
            yield from (" ".join(run[first:]) for first in range(len(run)))
            end = match.end()


def _without_parts(scored: Sequence[Keyword], limit: int) -> list[Keyword]:
    """The best, without parts of a better one, longer forms of one that says it all, and what goes on behind one."""
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
    few, many = sorted((keyword.times, better.times))
    if few * 2 <= many:
        return False
    if _goes_on(words.split(" "), others.split(" ")):
        return True
    if not is_han(words):
        words, others = f" {words} ", f" {others} "
    return words in others or others in words


def _goes_on(words: Sequence[str], others: Sequence[str]) -> bool:
    """Both are three words of the same four, such as `noon evening night` after `morning noon evening`."""
    return len(words) == len(others) == _LONGEST and (words[1:] == others[:-1] or words[:-1] == others[1:])
