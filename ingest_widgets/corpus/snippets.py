"""A few lines around the matches of one page, as plain text with the matches' places."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice

from ingest_widgets.corpus.query import Term, mark_class
from ingest_widgets.corpus.signs import MARKS, SIGNS, STROKES

_WIDTH = 240
_MOST_SPANS = 200
_MOST_TERMS = 64  # of a whole pasted text the first words are marked
_ACCENTS = f"\u0300-\u036f{MARKS}"  # a virama or a nukta makes another word
_ACCENT = re.compile(f"[{_ACCENTS}]")


class Marker:
    """Finds the words of a query in texts.

    Args:
        terms: What was asked for; what must not match is none of them.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        self._terms = terms[:_MOST_TERMS]
        self._ascii = _pattern(self._terms, folds=False) if terms else None
        self._any: re.Pattern[str] | None = None

    def spans(self, text: str) -> list[tuple[int, int]]:
        """(start, end) of the matches in `text`, in order, not overlapping; at most the first 200."""
        pattern = self._ascii if text.isascii() else self._folding()
        if pattern is None:
            return []
        return [match.span() for match in islice(pattern.finditer(_small(text)), _MOST_SPANS)]

    def _folding(self) -> re.Pattern[str] | None:
        if self._any is None and self._terms:
            self._any = _pattern(self._terms, folds=True)
        return self._any


def _small(text: str) -> str:
    """The text in small letters, every one in its old place."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(c.lower()[0] for c in text)  # of the dotted I the letter, without the dot


def _pattern(terms: Iterable[Term], *, folds: bool) -> re.Pattern[str] | None:
    alternatives = []
    for term in terms:
        alternatives += [_words(phrase, folds=folds) for phrase in term.phrases]
        alternatives += ["\n?".join(map(re.escape, run)) for run in term.runs]
    # The longest first: of 'heat' and 'heat death' the phrase should be marked whole.
    alternatives = sorted(dict.fromkeys(alternatives), key=len, reverse=True)
    return re.compile("|".join(alternatives)) if alternatives else None


def _words(term: Term, *, folds: bool) -> str:
    letter = f"[^\\W_{SIGNS}]|[{mark_class()}]" if folds else "[a-z0-9]"
    before = f"(?![{SIGNS}])(?:[^\\W_]|[{mark_class()}])" if folds else "[a-z0-9]"
    gap = f"(?:(?![^\\W_]|[{mark_class()}])[\\s\\S])+?" if folds else "[^a-z0-9]+"
    accents = f"[{_ACCENTS}]*" if folds else ""
    pieces = [_letters(word, folds=folds) for word in term.words[:_MOST_TERMS]]
    # What may not stand before the word is looked for behind its first letter: so the search can skip to that letter.
    pieces[0][0] += f"(?<!{before}{pieces[0][0]})"
    words = gap.join("".join(f"{piece}{accents}" for piece in word) for word in pieces)
    return words + (f"(?:{letter})*" if term.is_prefix else f"(?!{letter})")


def _letters(word: str, *, folds: bool) -> list[str]:
    """A pattern of one sign's width for each letter of the word, with all its accents where the text has any."""
    small = word.lower()
    letters = [_bases().get(c, c) for c in small if not _ACCENT.match(c)] or list(small)
    return [f"[{c}{_kin()[c]}]" if folds and c in _kin() else re.escape(c) for c in letters]


@lru_cache(maxsize=1)
def _bases() -> dict[str, str]:
    """The small letters that the index takes for others as well, each with that other one.

    Not the Cyrillic letters with a sign above, but for the io: they are letters of their own.
    """
    bases = dict(STROKES)
    for c in map(chr, (*range(0xDF, 0x250), *range(0x370, 0x400), 0x451, *range(0x622, 0x627), *range(0x1E00, 0x2000))):
        base = unicodedata.normalize("NFD", c)[0].casefold()
        if c == c.lower() and base != c and len(base) == 1:
            bases[c] = base
    return bases


@lru_cache(maxsize=1)
def _kin() -> dict[str, str]:
    """For each small letter those that the index takes for it."""
    kin: dict[str, str] = {}
    for c, base in _bases().items():
        kin[base] = kin.get(base, "") + c
    return kin


def make_snippet(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """About 240 signs around the densest matches on one line, and where the matches are in it."""
    start, end = _window(text, spans)
    pieces: list[str] = ["\u2026"] if start > 0 else []
    length = len("".join(pieces))
    marks = []
    position = start
    for low, high in spans:
        if low < start or high > end:
            continue
        before = _one_line(text[position:low])
        inside = _one_line(text[low:high]).strip()
        marks.append((length + len(before), length + len(before) + len(inside)))
        pieces += [before, inside]
        length = marks[-1][1]
        position = high
    pieces.append(_one_line(text[position:end]).rstrip())
    if end < len(text.rstrip()):
        pieces.append("\u2026")
    return "".join(pieces), tuple(marks)


_SPACES = re.compile(r"\s+")
_LEADERS = re.compile(r"(?: ?\.){4,}")  # what leads to the number of a page in a table of contents
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def _one_line(text: str) -> str:
    if not text.isprintable():
        text = _HIDDEN.sub("\ufffd", _SPACES.sub(" ", text))
    elif "  " in text:
        text = _SPACES.sub(" ", text)
    return _LEADERS.sub(" \u2026", text) if "...." in text or ". . ." in text else text


def _window(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    if not spans:
        start = len(text) - len(text.lstrip())
        return start, _back_to_space(text, start, min(len(text), start + _WIDTH))
    best, best_count, last = 0, 0, 0
    for first, (low, _) in enumerate(spans):
        last = max(last, first)
        while last < len(spans) and spans[last][1] <= low + _WIDTH * 2 // 3:
            last += 1
        if last - first > best_count:
            best, best_count = first, last - first
    low, high = spans[best][0], spans[best + max(best_count, 1) - 1][1]
    room = max(0, _WIDTH - (high - low)) // 2
    start = _forward_to_space(text, max(0, low - room), low)
    return start, _back_to_space(text, high, min(len(text), max(high, start + _WIDTH)))


def _forward_to_space(text: str, start: int, stop: int) -> int:
    if start == 0:
        return len(text) - len(text.lstrip()) if text[:1].isspace() else 0
    for position in range(start, min(stop, start + 40)):
        if text[position - 1].isspace():
            return position
    return start


def _back_to_space(text: str, stop: int, end: int) -> int:
    if end == len(text):
        return end
    for position in range(end, max(stop, end - 40), -1):
        if text[position].isspace():
            return position
    return end
