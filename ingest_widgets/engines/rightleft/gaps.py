"""The blanks between what was drawn of a right-to-left line: spaces and non-joiners that pdfium left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median_low
from typing import TYPE_CHECKING

from ingest_widgets.engines.pieces.clusters import NON_JOINER
from ingest_widgets.engines.rightleft.units import Unit
from ingest_widgets.engines.words.numbers import raised_figures

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage

BLANKS = {" ": -1, NON_JOINER: -2}  # in place of where a sign stands
ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d5\u06fa-\u08c7\ufb50-\ufefc]")
_SPACE = re.compile(r"\s")
# How far apart signs of a word may stand, of the size of the font.
_JOINED = 0.06  # behind a letter that is joined to the next one: they touch, but for what is rounded
_TOUCHING = 0.12  # where pdfium has a space somewhere between them
_NEXT = 0.15  # where it has none
_FIGURES = 0.35  # the same: a 1 may be drawn no wider than it is
_OF_SPACES = 0.8  # the same, of the gaps between words
_OF_TIGHT = 0.4  # the same, where pdfium has a space and nothing else: the tails of some letters reach into it
_WIDE = 0.35  # fonts of one width have wider spaces, and other gaps that are wider by as much
_WITHIN = 0.8  # so far apart signs of a word may stand where spaces are drawn, and none was
_LEVEL = 0.05
# Letters that aren't joined to the next one: a non-joiner behind them would change nothing.
_UNJOINED = frozenset(
    "\u0621\u0622\u0623\u0624\u0625\u0627\u0629\u062f\u0630\u0631\u0632\u0648\u0649\u0671\u0688\u0691\u0698\u06d2\u06d3"
)
_FINAL = "\u0629\u0649"


def spaced(page: TextPage, units: Sequence[Unit]) -> list[Unit]:
    """The units of a line, with the blanks that pdfium left out."""
    spaced = list(units[:1])
    size = page.size(units[0].signs[0]) if units else 0.0
    space = _between_words(page.text, units, _JOINED * size)
    for unit, following in pairwise(units):
        blank = "" if " " in (unit.kind, following.kind) else _blank(page, unit, following, size, space)
        if {unit.kind, following.kind} == {"R", "N"} and _is_note(page, unit, following):
            blank = " "
        if blank:
            kind = " " if blank == " " else "R"
            spaced.append(Unit([BLANKS[blank]], unit.left, following.right, unit.left, None, kind))
        spaced.append(following)
    return spaced


def _between_words(text: str, units: Sequence[Unit], least: float) -> float:
    """How far apart words stand, in points, going by those that pdfium parts; zero if these are too few."""
    letters = [unit for unit in units if unit.kind != " "]
    apart = [pair for pair in pairwise(letters) if pair[0].left - pair[1].right > least and _are_letters(*pair)]
    gaps = [one.left - other.right for one, other in apart if not _are_beside(text, one, other)]
    return median_low(gaps) if len(gaps) > 1 else 0.0


def _are_letters(unit: Unit, following: Unit) -> bool:
    return unit.kind == following.kind == "R"


def _are_beside(text: str, unit: Unit, following: Unit) -> bool:
    """Whether pdfium has no space between the two."""
    first, last = sorted((unit.signs[-1], following.signs[0]))
    if _are_letters(unit, following):
        return not _SPACE.search(text, first, last)
    return last - first == 1  # it may have swapped signs of two kinds


def _is_space_between(text: str, unit: Unit, following: Unit) -> bool:
    """Whether pdfium has a space between two Arabic letters, and nothing else; between others some are false."""
    first, last = sorted((unit.signs[-1], following.signs[0]))
    return text[first + 1 : last].isspace() and all(map(ARABIC.match, text[first] + text[last]))


def _is_note(page: TextPage, unit: Unit, following: Unit) -> bool:
    """Whether a figure is the mark of a note, behind a word or before the note itself."""
    figure, letter = (unit, following) if unit.kind == "N" else (following, unit)
    return bool(raised_figures(page, [(figure.signs[0], letter.signs[0])]))


def _blank(page: TextPage, unit: Unit, following: Unit, size: float, space: float) -> str:
    gap = unit.left - following.right
    if page.clusters and gap < _WITHIN * size:
        drawn = page.blank_between(unit.owner, following.owner)
        if drawn == NON_JOINER and not _may_part(page, unit, following, size):
            return ""
        if drawn is not None:
            return drawn
    if gap <= _JOINED * size:
        return ""
    if len(unit.signs) == len(following.signs) == 1 and _are_letters(unit, following) and _ends_word(page, unit):
        return " "
    if not _are_beside(page.text, unit, following):
        most = max(_TOUCHING * size, space - _WIDE * size)
        if space and _is_space_between(page.text, unit, following):
            most = min(most, _OF_TIGHT * space)
    else:
        most = max((_FIGURES if unit.kind == following.kind == "N" else _NEXT) * size, _OF_SPACES * space)
    return " " if gap > most else ""


def _ends_word(page: TextPage, unit: Unit) -> bool:
    """Whether a gap behind this letter can only be the end of a word: within one it would be joined to the next."""
    letter = page.text[unit.signs[0]]
    return letter in _FINAL or (ARABIC.match(letter) is not None and letter not in _UNJOINED)


def _may_part(page: TextPage, unit: Unit, following: Unit, size: float) -> bool:
    """Whether a piece of which nothing is seen between two letters is a non-joiner: sloping lines have others."""
    (_, base), (_, other) = page.origins([unit.signs[0], following.signs[0]])
    is_level = abs(base - other) < _LEVEL * size
    return is_level and _are_letters(unit, following) and page.text[unit.signs[0]] not in _UNJOINED
