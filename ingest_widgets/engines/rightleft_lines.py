"""Right-to-left lines read by the places of their signs, where pdfium's order can't be trusted.

It puts marks behind other letters than their own, and reads a line with many Latin words from the left.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from ingest_widgets.engines.clusters import NON_JOINER
from ingest_widgets.engines.numbers import raised_figures

if TYPE_CHECKING:
    from ingest_widgets.engines.textpage import TextPage

_IN_EVERY_TEXT = "\u0627\u0644\u06cc\u05d5\u05d9\u0710"  # alef, lam, yeh, vav, yod, the Syriac alaph
_LETTERS = re.compile(
    "[\u05d0-\u05f2\u0620-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06fa-\u06fc\u0710-\u072f\u0750-\u077f\u08a0-\u08c7"
    "\ufb1d-\ufdff\ufe70-\ufefc]"
)
_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d5\u06fa-\u08c7\ufb50-\ufefc]")
# What Unicode's bidirectional algorithm (UAX #9) draws from the left in a line that runs from the right: a European
# number goes on over one separator and takes percent and currency signs along (rules W4 and W5); an Arabic one, as is
# any in Arabic text (W2), goes on over a comma only, so that in a range the first number stands on the right.
# Beside Latin words European numbers are as these, with all that is between them (W7, N1).
_CLASSES = {"EN": "E", "AN": "A", "ES": "+", "CS": ",", "ET": "%"}
_NUMBERS = re.compile("(?:(?<!%)%+)?E(?:[+,]?E)*%*|A(?:,?A)*")
_WITH_WORDS = re.compile("(?:(?<!%)%+(?=E))?[LEA](?:[LEA]|(?<=A),(?=A)|(?<!A)[^LEA]+(?=[LE]))*(?:(?<=E)%+)?")
_JOINERS = NON_JOINER + "\u200d"
_ALEFS, _LAM = "\u0622\u0623\u0625\u0627\u0671", "\u0644"
# Of the size of the font.
_TOUCHING = 0.12  # a real gap has more
_NEXT = 0.15  # where pdfium has the two signs beside each other, without a space
_DRAWN_APART = 0.25  # and where other spaces of the line are drawn
_WITHIN = 0.8  # so far apart signs of a word may stand where spaces are drawn, and none was
_LEVEL = 0.05
_LEAP, _MANY = 30, 0.25  # signs; of all signs
_NEAR = 4  # letters on either side of a mark: it belongs to one of them
_BLANKS = {" ": -1, NON_JOINER: -2}  # in place of where a sign stands
_WRITTEN = {place: blank for blank, place in _BLANKS.items()}
# Letters that aren't joined to the next one: a non-joiner behind them would change nothing.
_UNJOINED = frozenset(
    "\u0621\u0622\u0623\u0624\u0625\u0627\u0629\u062f\u0630\u0631\u0632\u0648\u0649\u0671\u0688\u0691\u0698\u06d2\u06d3"
)


@dataclass(slots=True)  # made in half of the time of a NamedTuple
class _Unit:
    """What one pen stroke of the font drew: a sign, a ligature, or a letter with its marks."""

    signs: list[int]
    pen: float
    left: float
    right: float
    owner: int | None
    """See `TextPage.owners`."""
    kind: str
    """Of its first sign: "R", "L", "N" for a figure, " " or "" for what has no direction of its own."""


def has_right_to_left(text: str) -> bool:
    """Whether some of it is in Hebrew, Arabic or Syriac letters; soon told."""
    return not text.isascii() and any(map(text.__contains__, _IN_EVERY_TEXT))


def is_right_to_left(line: str, share: float = 0.5) -> bool:
    """Whether more than this share of its letters are."""
    return len(_LETTERS.findall(line)) > share * sum(map(str.isalpha, line))


def by_place(page: TextPage, text: str, start: int, end: int) -> tuple[str, list[int]]:
    """What a line says in the order of reading, and where each sign of that stands in the text; negative for a blank.

    Args:
        page: Where the signs stand.
        text: Of the whole page.
        start: Where the line begins in it.
        end: Where it ends.
    """
    units = _spaced(page, _units(page, text, start, end))
    is_arabic = _ARABIC.search(text, start, end) is not None
    order = [sign for unit in _read(units, text, is_arabic) for sign in unit.signs]
    return "".join(_WRITTEN.get(sign) or text[sign] for sign in order), order


def is_one_line(order: Sequence[int]) -> bool:
    """Whether what is read by place is near each other in the text, too; pdfium makes one of lines that run upwards."""
    leaps = sum(abs(after - before) > _LEAP for before, after in pairwise(sign for sign in order if sign >= 0))
    return leaps < _MANY * len(order)


def _units(page: TextPage, text: str, start: int, end: int) -> list[_Unit]:
    """From right to left."""
    places = range(start, end)
    owners, pens, boxes = page.owners(places), page.pens(places)[0], page.boxes(places)
    strokes: dict[tuple[int | None, float], list[int]] = {}
    for sign, owner, pen, box in zip(places, owners, pens, boxes, strict=True):
        if box[0] < box[2] or not text[sign].isspace():  # a space that pdfium put in has no width
            strokes.setdefault((owner, pen), []).append(sign)
    units, marks = [], []
    for (owner, pen), signs in strokes.items():
        left, _, right, _ = page.whole(owner, boxes[signs[0] - start])
        if len(signs) > 1:
            left, right = _drawn_as_one(page, text, signs, left, right)
        unit = _Unit(signs, pen, left, right, owner, _kind(text[signs[0]]))
        if unit.kind in ("M", "J"):
            marks.append(unit)
        else:
            units.append(unit)
    units.sort(key=lambda unit: unit.pen - (unit.kind == " ") / 2, reverse=True)  # the last space may lie on a letter
    letters = [unit for unit in reversed(units) if unit.kind == "R"]
    pens = [unit.pen for unit in letters]
    for mark in marks if letters else ():
        _attach(mark, letters, pens)
    return units


def _drawn_as_one(page: TextPage, text: str, signs: list[int], left: float, right: float) -> tuple[float, float]:
    """Puts several signs of one pen stroke in order; where they begin and end, given where the first one does."""
    boxes = page.boxes(signs)
    if {text[sign] for sign in signs} <= {*_ALEFS, _LAM}:
        signs.sort(key=lambda sign: text[sign] != _LAM)  # lam was first
    elif len(set(boxes)) == 1 and {_kind(text[sign]) for sign in signs} == {"R"} and _is_turned(page, text, signs):
        signs.reverse()
    else:
        signs.sort(key=lambda sign: _kind(text[sign]) == "M")
    lefts, _, rights, _ = zip(*boxes, strict=True)
    return min(left, *lefts), max(right, *rights)


def _is_turned(page: TextPage, text: str, signs: Sequence[int]) -> bool:
    """Whether pdfium turned what stands around round to read from the right: then it also turned each ligature."""
    before, after = max(signs[0] - 1, 0), min(signs[-1] + 1, len(text) - 1)
    (last, here, following), _ = page.pens((before, signs[0], after))
    return last >= here if text[before] not in "\r\n" else here >= following


@cache
def _kind(sign: str) -> str:
    if sign.isspace():
        return " "
    if sign in _JOINERS:
        return "J"
    direction = unicodedata.bidirectional(sign)
    return {"NSM": "M", "R": "R", "AL": "R", "L": "L", "EN": "N", "AN": "N"}.get(direction, "")


def _attach(mark: _Unit, letters: Sequence[_Unit], pens: Sequence[float]) -> None:
    """Puts a mark behind the letter that it stands above or below, and a joiner behind the one to its right.

    Args:
        mark: May stand anywhere.
        letters: From the left.
        pens: Theirs.
    """
    middle = mark.pen if mark.kind == "J" else (mark.left + mark.right) / 2
    place = bisect(pens, middle)
    near = letters[max(place - _NEAR, 0) : place + _NEAR]
    if mark.kind == "J":
        letter = min(near, key=lambda unit: abs(unit.pen - middle))
    else:
        letter = min(near, key=lambda unit: (max(unit.left - middle, middle - unit.right, 0.0), abs(unit.pen - middle)))
    letter.signs.extend(mark.signs)


def _spaced(page: TextPage, units: Sequence[_Unit]) -> list[_Unit]:
    """The same with the blanks that pdfium leaves out."""
    spaced = list(units[:1])
    size = page.size(units[0].signs[0]) if units else 0.0
    most = _DRAWN_APART if page.draws_spaces else _NEXT
    for unit, following in pairwise(units):
        blank = "" if " " in (unit.kind, following.kind) else _blank(page, unit, following, size, most)
        if {unit.kind, following.kind} == {"R", "N"} and _is_note(page, unit, following):
            blank = " "
        if blank:
            kind = " " if blank == " " else "R"
            spaced.append(_Unit([_BLANKS[blank]], unit.left, following.right, unit.left, None, kind))
        spaced.append(following)
    return spaced


def _is_note(page: TextPage, unit: _Unit, following: _Unit) -> bool:
    """Whether a figure is the mark of a note, behind a word or before the note itself."""
    figure, letter = (unit, following) if unit.kind == "N" else (following, unit)
    return bool(raised_figures(page, [(figure.signs[0], letter.signs[0])]))


def _blank(page: TextPage, unit: _Unit, following: _Unit, size: float, most: float) -> str:
    gap = unit.left - following.right
    if page.clusters and gap < _WITHIN * size:
        drawn = page.blank_between(unit.owner, following.owner)
        if drawn == NON_JOINER and not _may_part(page, unit, following, size):
            return ""
        if drawn is not None:
            return drawn
    is_joined = abs(following.signs[0] - unit.signs[-1]) == 1
    return " " if gap > (most if is_joined else _TOUCHING) * size else ""


def _may_part(page: TextPage, unit: _Unit, following: _Unit, size: float) -> bool:
    """Whether a piece of which nothing is seen between two letters is a non-joiner: sloping lines have others."""
    (_, base), (_, other) = page.origins([unit.signs[0], following.signs[0]])
    is_level = abs(base - other) < _LEVEL * size
    return is_level and unit.kind == following.kind == "R" and page.text[unit.signs[0]] not in _UNJOINED


def _read(units: Sequence[_Unit], text: str, is_arabic: bool) -> Iterator[_Unit]:
    """Latin words and figures from left to right."""
    for is_from_right, group in groupby(units, lambda unit: unit.kind == "R"):
        part = list(group)
        yield from part if is_from_right else _across(part, "".join(_class(text, unit) for unit in part), is_arabic)


def _class(text: str, unit: _Unit) -> str:
    return unit.kind if unit.kind in ("L", " ") else _CLASSES.get(unicodedata.bidirectional(text[unit.signs[0]]), "?")


def _across(part: Sequence[_Unit], classes: str, is_arabic: bool) -> Iterator[_Unit]:
    """A part of a line without right-to-left letters; what is around its words and figures stays where it is."""
    has_words = "L" in classes
    if is_arabic and not has_words:
        classes = classes.replace("E", "A")
    done = 0
    for match in (_WITH_WORDS if has_words else _NUMBERS).finditer(classes):
        start, end = match.span()
        yield from part[done:start]
        yield from reversed(part[start:end])
        done = end
    yield from part[done:]
