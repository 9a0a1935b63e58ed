"""Raised and lowered signs: pdfium ends a line beside some, and may take one that begins a note for the end of a line.

A note that begins with one looks set apart.
"""

from __future__ import annotations

import re
from operator import sub
from typing import TYPE_CHECKING

from ingest_widgets.engines.layout.initials import begins_word, is_initial
from ingest_widgets.engines.layout.paragraphs import SHIFT, Pens, Place, pens_of
from ingest_widgets.engines.pieces.line_ends import CUT
from ingest_widgets.engines.words.numbers import ends_base, ends_word, is_smaller

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage
    from ingest_widgets.engines.words.hyphens import Vocabulary

_FAR = 4.5  # times as far as signs are raised: more than a letter and a space
_TOUCHING, _LETTER_GAP, _WORD_GAP, _NOTE_GAP, _OVERLAP = -0.3, 0.12, 0.7, 0.95, 0.4  # of the height of a sign
_STACKED = 0.2  # of the height of a sign
_RISE, _LEVEL = 1.0, 0.5  # points
_MARKS = "0123456789*\u2217\u2020\u2021\u00a7"
_MARK = re.compile(rf"[{_MARKS}]{{1,3}}\s*(?=[^\s\d.,:)])|[a-z] ?(?=[A-Z])")  # of a note
_CLOSING = ".,;:!?\u201d\u2019\u3002\uff0c"
# The first of some notes stands far enough from the line above it: without one there are no others.
_FIRST_NOTE, _NOTE = (re.compile(rf"{before}[\da-z*\u2020\u2021]\d? ?[A-Z]") for before in "\n ")


def gaps_beside(page: TextPage, beside: list[int], vocabulary: Vocabulary) -> dict[int, str | None]:
    """What parts each of these lines from the end of the one before; those far off are out.

    That is a blank or nothing; None behind a large initial.
    """
    text, starts = page.text, page.line_starts
    ends = [starts[n - 1] + max(len(page.lines[n - 1].rstrip()) - 1, 0) for n in beside]
    firsts, bases = page.pens([starts[n] for n in beside])
    lasts, levels = page.pens(ends)
    above, on = page.pens([starts[n - 1] for n in beside])
    rises, steps = map(sub, bases, levels), map(sub, bases, on)
    found: dict[int, str | None] = {}
    heights: dict[int, tuple[float, float]] = {}  # of the sign beside which each stands
    for number, end, first, last, rise, step, top in zip(beside, ends, firsts, lasts, rises, steps, above, strict=True):
        start = starts[number]
        # Behind the mark of a cell, on the base of the line.
        is_row = abs(step) < _LEVEL and rise < -_RISE and first > last and is_smaller(page, end, start)
        if abs(first - last) > _FAR * SHIFT * page.point:
            if is_row:
                found[number] = " "
            continue
        place = page.box(start + text.startswith(" ", start))  # that of a blank may be low
        _, low, right, high = page.box(end)
        heights[number] = low, high
        gap = (first - right) / max(high - low, 1)
        note = rise < -_RISE and number - 1 not in found and text[starts[number - 1] : end + 1].isdigit()
        widest = _NOTE_GAP if note else _WORD_GAP
        if end == starts[number - 1] and is_initial(page, end, start):
            if gap < _WORD_GAP and begins_word(text, end, start, vocabulary):
                found[number] = None
        elif _TOUCHING < gap < widest and _overlap(place, heights[number]):
            apart = gap > _LETTER_GAP or text.startswith(" ", start) or _is_mark(text, end, start, rise)
            found[number] = " " if apart else ""
        elif is_row and gap >= widest:
            found[number] = " "
        elif (
            number - 1 in found and abs(first - top) < _STACKED * (high - low) and _overlap(place, heights[number - 1])
        ):
            found[number], heights[number] = "", heights[number - 1]
    return found


def _overlap(box: tuple[float, float, float, float], heights: tuple[float, float]) -> bool:
    """Whether a sign is in good part as high as the one before."""
    (_, low, _, high), (bottom, top) = box, heights
    return min(high, top) - max(low, bottom) > _OVERLAP * min(high - low, top - bottom)


def _is_mark(text: str, end: int, start: int, rise: float) -> bool:
    """Whether the word that ends at `end` has a raised mark, or such a mark the word that begins at `start`."""
    if rise > _RISE:
        while text[end] in _CLOSING and end:
            end -= 1
        sign = text[start : start + 1]
        if text[end].isdecimal():
            return sign.isdecimal() and not ends_base(text, end + 1)
        return ends_word(text, end + 1) and (sign.isdigit() or (sign.isalpha() and text[end].islower()))
    return rise < -_RISE and text[end].isdigit() and text[start : start + 2].isalpha()


def continued(lines: list[str], gaps: dict[int, str | None], *places: Pens) -> tuple[list[str], Pens, Pens]:
    """Lines that pdfium ended beside a raised or lowered sign or behind a large initial are whole again.

    Args:
        lines: Of the page.
        gaps: See `gaps_beside`.
        places: Of their first parts, and of the parts behind their last cuts.
    """
    whole: list[str] = []
    firsts: list[Place] = []
    lasts: list[Place] = []
    for number, (line, first, last) in enumerate(
        zip(lines, *(zip(*pens, strict=True) for pens in places), strict=True)
    ):
        if number not in gaps:
            whole.append(line)
            firsts.append(first)
            lasts.append(last)
            continue
        gap = gaps[number]
        if gap is None and len(whole[-1]) == 1:  # the initial itself stands as low as the last line beside it
            firsts[-1] = lasts[-1] = (firsts[-1][0], max(firsts[-1][1], first[1]))
        whole[-1] = whole[-1].rstrip(" ") + (gap or "") + line.lstrip()
        if CUT in line:
            lasts[-1] = last
    return whole, pens_of(firsts), pens_of(lasts)


def notes_parted(page: TextPage) -> list[tuple[int, int]]:
    """Where lines begin and end if those notes are lines that pdfium took for the ends of others; empty without any."""
    text, least = page.text, SHIFT * page.point
    if not _raised(page, [note.span() for note in _FIRST_NOTE.finditer(text)]):
        return []
    notes = _raised(page, [note.span() for note in _NOTE.finditer(text, 1) if text[note.start() - 1] != "\n"])
    (rights, bases), (lefts, _) = (page.pens([blank + step for blank, _ in notes]) for step in (-1, 1))
    places = zip(notes, rights, bases, lefts, strict=True)
    blanks = [at for (at, word), right, base, left in places if left < right and base - word > least]
    spans: list[tuple[int, int]] = []
    for start, line in zip(page.line_starts, page.lines, strict=True) if blanks else ():
        end = start + len(line)
        within = [at for at in blanks if start < at < end]
        spans += zip([start, *(at + 1 for at in within)], [*within, end], strict=True)
    return spans


def _raised(page: TextPage, notes: list[tuple[int, int]]) -> list[tuple[int, float]]:
    """Where those of these (start, end) begin whose mark is raised, and where the pen stood for their words."""
    if not notes:
        return []
    (_, marks), (_, words) = page.pens([start + 1 for start, _ in notes]), page.pens([end - 1 for _, end in notes])
    places = zip(notes, marks, words, strict=True)
    raised = [(note, word) for note, mark, word in places if _RISE < mark - word < SHIFT * page.point]
    return [(start, word) for (start, end), word in raised if is_smaller(page, start + 1, end - 1)]


def raised_marks(page: TextPage, notes: list[int], starts: list[int], up: list[float]) -> dict[int, float]:
    """Those of these lines that begin with a raised mark, and where the pen stood for the word behind it."""
    text = page.text
    marks = [(number, mark.end()) for number in notes if (mark := _MARK.match(text, starts[number]))]
    marks = [(n, at) for n, at in marks if not text[starts[n]].isalpha() or is_smaller(page, starts[n], at)]
    if not marks:
        return {}
    _, bases = page.pens([at for _, at in marks])
    pairs = zip((number for number, _ in marks), bases, strict=True)
    return {number: base for number, base in pairs if _RISE < up[number] - base < SHIFT * page.point}


def lowered(page: TextPage, lines: list[str], starts: list[int], firsts: Pens, lasts: Pens) -> tuple[Pens, Pens]:
    """Lines that begin with a raised mark stand where the word behind it does."""
    raised = raised_marks(page, list(range(len(lines))), starts, firsts[1])
    up = [raised.get(number, base) for number, base in enumerate(firsts[1])]
    below = [new if last == first else last for new, first, last in zip(up, firsts[1], lasts[1], strict=True)]
    return (firsts[0], up), (lasts[0], below)
