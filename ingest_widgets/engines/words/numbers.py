"""Marks of notes and section numbers that touch the word beside them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from ingest_widgets.engines.pieces.line_ends import CUT, LINE_BREAK
from ingest_widgets.engines.words.hyphens import KEPT

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage
    from ingest_widgets.engines.words.edits import Edit

# Letters of Latin-1 and whatever isn't in it become "a", figures "1", the rest blanks.
_KINDS = bytes(
    ord("1" if chr(code).isdigit() else "a" if chr(code).isalpha() or chr(code) == "?" else " ") for code in range(256)
)
# Searches whose first two signs are given are the fastest; CR and LF are blanks.
_TOUCHING, _TOUCHING_AT_START = re.compile(rb"1a"), re.compile(rb"1a(?:(?<=  1a)|(?<=  11a))")
_RAISED_FIGURES = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_FIGURES = f"0123456789.{_RAISED_FIGURES}"
_FIGURE, _LETTER = rf"[\d{_RAISED_FIGURES}]", rf"[^\W\d_{_RAISED_FIGURES}]"
_RUN, _RUN_OVER_LINE = re.compile(rb"11+"), re.compile(rb"1  1+")
_MINUS, _SIGNED_POWER = "-\u2212", re.compile("10(?:\r\n)?[-\u2212][0-9]+")
_AS_RAISED = str.maketrans("0123456789-\u2212", f"{_RAISED_FIGURES}\u207b\u207b")
_NUMBER = re.compile(rf"[{_FIGURES}]{{,12}}{_FIGURE}(?={_LETTER}(?:{_LETTER}|\s))")
_NOTE = re.compile(rf"{CUT}({_FIGURE}{{1,3}})\s*(?={_LETTER})")
_LETTERED, _LETTERED_LINE = re.compile(r"\n[a-z] ?[A-Z]"), re.compile(r"[a-z](?=[A-Z])")
_SECTION = re.compile(r"\d+(?:\.\d+)+")
_BASE = re.compile(r"(?<![\d.,])(?:10|\d)$")
_IDEOGRAPHS = "\u2e80"
_VOWELS = frozenset("aeiouyаеёиоуыэюяαεηιουω")
_MOST = 500  # of a kind on a page
_SMALL, _RAISED = 0.65, 0.15  # of the height of a line
_RISE = 1  # points
_CLOSE = 0.3  # times the size of the font
_SMALLER = 0.95  # times the size of the text is that of notes


def kinds_of(text: str) -> bytes:
    """For each sign "a" if it is a letter, "1" if it is a figure and a blank for the rest: bytes are searched fast."""
    return text.encode("latin-1", "replace").translate(_KINDS)


def number_edits(
    page: TextPage, text: str, kinds: bytes, at_starts: bool = True, is_word: Callable[[str], bool] = lambda _: False
) -> list[Edit]:
    """(start, end, replacement): a space where the raised mark of a note touches a word, or a section number its title.

    Raised figures behind others become signs of their own: 12.5 with a mark is no 12.51, and a power of ten no 106.

    Args:
        page: Where the text stands.
        text: Of the whole page.
        kinds: See `kinds_of`.
        at_starts: Look for section numbers even when no word of the page has a mark.
        is_word: Whether the document has a word elsewhere.
    """
    marks = (at for at in _marks(kinds) if _is_mark(text, at) and not _is_name(text, at, is_word))
    found = raised_figures(page, [(at + 2, at + 1) for at in marks])
    if (_TOUCHING if found or at_starts else _TOUCHING_AT_START).search(kinds):
        starts = [(at - 1, at) for at in islice(_titles(page), _MOST)]
        found += raised_figures(page, starts) + [pair for pair in starts if _ends_section(text, pair[1])]
    return [(at, at, " ") for at in {*map(max, found), *_lettered(page)}] + _raised_behind_figures(page, text, kinds)


def cut_edits(page: TextPage, text: str) -> list[Edit]:
    """A cut at the end of a column that is followed by the number of a note keeps its line end."""
    notes = list(islice(_NOTE.finditer(text), _MOST))
    raised = raised_figures(page, [(note.end(1) - 1, note.end()) for note in notes])
    notes = [
        note
        for note in notes
        if (note.end(1) - 1, note.end()) in raised or is_smaller(page, note.start(1), note.start() - 1)
    ]
    cuts = [(note.start(), note.start() + 1, KEPT) for note in notes]
    return cuts + [(note.end(), note.end(), " ") for note in notes if note.end() == note.end(1)]


def _marks(kinds: bytes) -> list[int]:
    """Where two letters and a figure begin."""
    found: list[int] = []
    at = kinds.rfind(b"aa1")  # backwards is faster by a third
    while at >= 0 and len(found) < _MOST:
        found.append(at)
        at = kinds.rfind(b"aa1", 0, at + 2)
    return found


def _raised_behind_figures(page: TextPage, text: str, kinds: bytes) -> list[Edit]:
    """Those that end a number, with a space before them unless they may make a power of it."""
    runs = [run.span() for run in _RUN.finditer(kinds)]
    runs += [run.span() for run in _RUN_OVER_LINE.finditer(kinds) if text.startswith(LINE_BREAK, run.start() + 1)]
    runs += [(power.start() + 1, power.end()) for power in _SIGNED_POWER.finditer(text)]
    _, firsts = page.pens([start for start, _ in runs])
    _, lasts = page.pens([end - 1 for _, end in runs])
    edits = []
    for (start, end), line, up in zip(runs, firsts, lasts, strict=True):
        if up < line + _RISE:
            continue
        raised = raised_figures(page, [(at, start) for at in range(start + 1, end) if text[at].isdecimal()])
        first = end
        while (first - 1, start) in raised or (first < end and text[first - 1] in _MINUS):
            first -= 1
        if first == end or not _stands_on_line(page, start, line):
            continue
        begins_line = text.startswith(LINE_BREAK, start + 1)
        if begins_line and not (first == start + 1 + len(LINE_BREAK) and _is_close(page, start, first)):
            continue
        gap = "" if begins_line or ends_base(text, first) else " "  # who joins the lines parts them
        edits.append((first, end, gap + text[first:end].translate(_AS_RAISED)))
    return edits


def _stands_on_line(page: TextPage, figure: int, line: float) -> bool:
    """Not so a raised one of the font, nor those of a line that runs upwards: these stand above each other."""
    return page.extent(figure)[0] <= line + _RISE and not page.is_across(figure)


def _is_close(page: TextPage, figure: int, mark: int) -> bool:
    right, size = page.box(figure)[2], page.size(figure)
    return abs(page.box(mark)[0] - right) < _CLOSE * size


def ends_base(text: str, end: int) -> bool:
    """Whether the number that ends there may be that of a power: 10 or a single figure, for which nobody searches."""
    return _BASE.search(text[max(end - 3, 0) : end]) is not None


def _titles(page: TextPage) -> Iterator[int]:
    """Where, in lines that begin with a number, the word begins that touches it."""
    for start, line in zip(page.line_starts, page.lines, strict=True):
        if line[:1] in _FIGURES and (number := _NUMBER.match(line)):
            yield start + number.end()


def _lettered(page: TextPage) -> Iterator[int]:
    """Where, in lines that begin with the raised letter of a note, the word begins: none is raised in iPhone."""
    lines = zip(page.line_starts, page.lines, strict=True) if _LETTERED.search(page.text) else ()
    words = [start + 1 for start, line in lines if _LETTERED_LINE.match(line)]
    (_, marks), (_, bases) = page.pens([at - 1 for at in words]), page.pens(words)
    raised = [at for at, mark, base in zip(words, marks, bases, strict=True) if mark - base > _RAISED * page.size(at)]
    return (at for at in raised if is_smaller(page, at - 1, at))


def is_smaller(page: TextPage, mark: int, letter: int) -> bool:
    """Whether a sign is of smaller print than this letter, as marks of notes are.

    Office suites don't raise all of them, and a letter is larger than its index in a formula.
    """
    return page.size(mark) < _SMALLER * page.size(letter)


def _is_mark(text: str, at: int) -> bool:
    """Whether these two letters and a figure may be the end of a word and its mark: no code as x86_64."""
    behind = text[at + 3 : at + 4]
    return ends_word(text, at + 2) and behind != "_" and not behind.isalpha()


def _is_name(text: str, at: int, is_word: Callable[[str], bool]) -> bool:
    """Whether these letters and a raised sign are the end of a name such as GOsa²: a note has its mark only once."""
    if text[at + 2] not in _RAISED_FIGURES:
        return False
    start = at
    while start and text[start - 1].isalpha() and text[start - 1] < _IDEOGRAPHS:
        start -= 1
    word = text[start : at + 3]
    if text[at + 3 : at + 4] in _RAISED_FIGURES:  # more than one: names have none so long
        return False
    return len(re.findall(f"{re.escape(word)}(?![{_RAISED_FIGURES}])", text)) > 1 or is_word(word)


def ends_word(text: str, end: int) -> bool:
    """Whether the two letters before `end` are a word or its end: no unit as in km², and no factors as in mc²."""
    letters, before = text[end - 2 : end], text[end - 3 : end - 2]
    if not letters.isalpha() or len(letters) < 2:
        return False
    return before.isalpha() or not letters.islower() or not _VOWELS.isdisjoint(unicodedata.normalize("NFD", letters))


def raised_figures(page: TextPage, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of these figures that are small and stand above the line of the letter beside them."""
    if not pairs:
        return []
    _, lines = page.pens([letter for _, letter in pairs])
    found = []
    for (figure, letter), line in zip(pairs, lines, strict=True):
        bottom, top = page.extent(figure)
        if bottom > line + _RISE:
            _, low, _, high = page.box(letter)
            height = max(high - low, page.size(letter))  # in some fonts, a letter's place is no higher than it is
            if top - bottom < _SMALL * height and _RAISED * height < bottom - line < height:
                found.append((figure, letter))
    return found


def _ends_section(text: str, at: int) -> bool:
    """Whether a line begins with a number such as 1.10 and goes on with a capital and a small letter."""
    if not (text[at].isupper() and text[at + 1].islower()):
        return False
    return _SECTION.fullmatch(text, text.rfind("\n", 0, at) + 1, at) is not None
