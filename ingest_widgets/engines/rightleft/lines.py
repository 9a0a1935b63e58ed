"""Right-to-left lines read by the places of their signs, where pdfium's order can't be trusted.

It puts marks behind other letters than their own, and reads a line with many Latin words from the left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from ingest_widgets.engines.rightleft.bidi import class_of, runs_from_left
from ingest_widgets.engines.rightleft.gaps import ARABIC, BLANKS, spaced
from ingest_widgets.engines.rightleft.units import Unit, units_of

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage

_IN_EVERY_TEXT = "\u0627\u0644\u06cc\u05d5\u05d9\u0710"  # alef, lam, yeh, vav, yod, the Syriac alaph
_LETTERS = re.compile(
    "[\u05d0-\u05f2\u0620-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06fa-\u06fc\u0710-\u072f\u0750-\u077f\u08a0-\u08c7"
    "\ufb1d-\ufdff\ufe70-\ufefc]"
)
_LEAP, _MANY = 30, 0.25  # signs; of all signs
_WRITTEN = {place: blank for blank, place in BLANKS.items()}


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
    units = spaced(page, units_of(page, text, start, end))
    is_arabic = ARABIC.search(text, start, end) is not None
    order = [sign for unit in _read(units, text, is_arabic) for sign in unit.signs]
    return "".join(_WRITTEN.get(sign) or text[sign] for sign in order), order


def is_one_line(order: Sequence[int]) -> bool:
    """Whether what is read by place is near each other in the text, too; pdfium makes one of lines that run upwards."""
    leaps = sum(abs(after - before) > _LEAP for before, after in pairwise(sign for sign in order if sign >= 0))
    return leaps < _MANY * len(order)


def _read(units: Sequence[Unit], text: str, is_arabic: bool) -> Iterator[Unit]:
    """In the order of reading, given from right to left."""
    for is_from_right, group in groupby(units, lambda unit: unit.kind == "R"):
        part = list(group)
        if not is_from_right:
            classes = "".join("?" if unit.kind == " " else class_of(text[unit.signs[0]]) for unit in part)
            for start, end in runs_from_left(classes, is_arabic):
                part[start:end] = part[start:end][::-1]
        yield from part
