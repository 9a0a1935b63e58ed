"""What the strokes of a pen drew of a line, from right to left: letters with their marks, ligatures, figures."""

from __future__ import annotations

import unicodedata
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress, count
from operator import eq
from typing import TYPE_CHECKING

from ingest_widgets.engines.pieces.clusters import NON_JOINER

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage

_JOINERS = NON_JOINER + "\u200d"
_ALEFS, _LAM = "\u0622\u0623\u0625\u0627\u0671", "\u0644"
_DOTLESS = frozenset("\u0627\u062d\u062f\u0631\u0633\u0635\u0637\u0639\u0643\u06a9\u0644\u0645\u0648")
_LOW = 0.6  # of the height of a letter
_NEAR = 4  # letters on either side of a mark: it belongs to one of them


@dataclass(slots=True)  # made in half of the time of a NamedTuple
class Unit:
    """What one pen stroke of the font drew: a sign, a ligature, or a letter with its marks."""

    signs: list[int]
    pen: float
    left: float
    right: float
    owner: int | None
    """See `TextPage.owners`."""
    kind: str
    """Of its first sign: "R", "L", "N" for a figure, " " or "" for what has no direction of its own."""


def units_of(page: TextPage, text: str, start: int, end: int) -> list[Unit]:
    """Those of a part of the text, from right to left.

    Args:
        page: Where the signs stand.
        text: Of the whole page.
        start: Where the line begins in it.
        end: Where it ends.
    """
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
        unit = Unit(signs, pen, left, right, owner, _kind(text[signs[0]]))
        if unit.kind in ("M", "J"):
            marks.append(unit)
        else:
            units.append(unit)
    units.sort(key=lambda unit: unit.pen - (unit.kind == " ") / 2, reverse=True)  # the last space may lie on a letter
    units = _without_parts(page, units)
    letters = [unit for unit in reversed(units) if unit.kind == "R"]
    pens = [unit.pen for unit in letters]
    for mark in marks if letters else ():
        _attach(mark, letters, pens)
    return units


def _without_parts(page: TextPage, units: list[Unit]) -> list[Unit]:
    """Those that aren't a part of another one near them: Typst calls the dots and the marks of a letter by its name."""
    letters = [page.text[unit.signs[0]] for unit in units]
    parts: set[int] = set()
    for back in range(1, _NEAR):
        for number in compress(count(), map(eq, letters, letters[back:])):
            if units[number].kind == "R" and (letters[number] not in _DOTLESS or len(units[number].signs) > 1):
                parts.update(_part(page, units, number, number + back))
    return [unit for number, unit in enumerate(units) if number not in parts] if parts else units


def _part(page: TextPage, units: Sequence[Unit], number: int, other: int) -> list[int]:
    """That of two units of the same signs that stands over or under the other one, or is much lower."""
    pair = (number, other)
    one, same = ([page.text[sign] for sign in units[n].signs] for n in pair)
    if one != same:
        return []
    extents = dict(zip(pair, page.extents([units[n].signs[0] for n in pair]), strict=True))
    heights = {n: top - bottom for n, (bottom, top) in extents.items()}
    small, large = sorted(pair, key=heights.__getitem__)
    middle = (units[small].left + units[small].right) / 2
    is_apart = extents[small][0] >= extents[large][1] or extents[small][1] <= extents[large][0]
    is_within = units[large].left < middle < units[large].right
    return [small] if is_within and (is_apart or heights[small] < _LOW * heights[large]) else []


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


def _attach(mark: Unit, letters: Sequence[Unit], pens: Sequence[float]) -> None:
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
