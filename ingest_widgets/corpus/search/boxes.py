"""Where words stand on pages that OCR read, told from the lines that it found."""

from __future__ import annotations

import cmath
import math
import unicodedata
from collections.abc import Sequence
from itertools import accumulate, islice

from ingest_widgets.corpus.queries.query import Term
from ingest_widgets.corpus.search.snippets import Marker
from ingest_widgets.documents import ScannedLine
from ingest_widgets.engines.words.hyphens import is_cut
from ingest_widgets.isolation.wire import MOST_BOXES

Box = tuple[float, float, float, float]
_NARROW, _WIDE = frozenset("fijlrtI.,:;!'|()[] "), frozenset("mwMW@%—")


def boxes_of(lines: Sequence[ScannedLine], terms: Sequence[Term]) -> tuple[Box, ...]:
    """The places of what is looked for, a box a line: points from the top left of the page."""
    text = ""
    places: list[tuple[int, int]] = []  # of each sign: the line, and the sign's place in it
    for number, line in enumerate(lines):
        if is_cut(text, line.text):  # the page's text has the word whole
            text, places = text[:-1], places[:-1]
        elif number:
            text += "\n"
            places.append((number - 1, len(lines[number - 1].text)))
        text += line.text
        places += [(number, place) for place in range(len(line.text))]
    found = (box for start, end in Marker(terms).spans(text) for box in _boxes(lines, places[start:end]))
    return tuple(islice(found, MOST_BOXES))


def _boxes(lines: Sequence[ScannedLine], places: Sequence[tuple[int, int]]) -> list[Box]:
    ends: dict[int, tuple[int, int]] = {}
    for number, place in places:
        if place < len(lines[number].text):
            ends[number] = ends.get(number, (place, place))[0], place + 1
    return [_part(lines[number], *part) for number, part in ends.items()]


def _part(line: ScannedLine, start: int, end: int) -> Box:
    """From one sign to another: each takes as much of the line as signs of its kind mostly do."""
    edges = list(accumulate(map(_width, line.text), initial=0.0))
    along = (line.right - line.left) / (edges[-1] or 1.0)
    return _around(line.left + edges[start] * along, line.top, line.left + edges[end] * along, line.bottom, line.angle)


def _around(left: float, top: float, right: float, bottom: float, angle: float) -> Box:
    """The upright box that holds one which is turned around the page's top left."""
    turn = cmath.rect(1, math.radians(angle))
    corners = [complex(x, y) * turn for x in (left, right) for y in (top, bottom)]
    across, down = [corner.real for corner in corners], [corner.imag for corner in corners]
    return min(across), min(down), max(across), max(down)


def _width(sign: str) -> float:
    if sign in _NARROW:
        return 0.55
    if unicodedata.east_asian_width(sign) in "WF":
        return 2.0
    return 1.5 if sign in _WIDE else 1.25 if sign.isupper() else 1.0
