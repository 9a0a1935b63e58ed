"""Cuts what was found across the narrow gutter between two columns of text.

RapidOCR takes lines for one that stand less than some 1.5 of their heights apart.
"""

from __future__ import annotations

import cmath
import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

_GUTTER = 0.6  # in heights of a box: less white is that between words
_ALIGNED = 0.3  # in heights of a box
_LINES = 5  # that begin below each other behind a gutter
_EDGE = 0.5  # in heights: boxes are drawn generously, but not more so
_LETTER = 0.3  # in heights: what is narrower is a scrap of one if the box of its own line has it too
_KEPT = 0.2  # in heights, of the white beside a cut
_SPECKS = 1  # pixels of a column that may be dark in white
Span = tuple[int, int]


class Strip(NamedTuple):
    """What was found: a line, or what looks like one."""

    corners: list[complex]  # on the page: from the start of its text on, along the text first
    picture: Any

    def between(self, left: int, right: int) -> Strip:
        """The same picture, with the corners at these columns of it."""
        (start, end, last, first), width = self.corners, self.picture.shape[1]
        above, below = (end - start) / width, (last - first) / width
        corners = [start + left * above, start + right * above, first + right * below, first + left * below]
        return Strip(corners, self.picture)

    def part(self, left: int, right: int) -> Strip:
        """What is between these columns of the picture, and a little white."""
        kept = int(_KEPT * self.picture.shape[0])
        return Strip(self.between(left, right).corners, self.picture[:, max(0, left - kept) : right + kept])


class _Row(NamedTuple):
    """Where it is dark, with more than a gutter's white between."""

    columns: list[Span]  # of the picture
    spans: list[tuple[float, float]]  # of the page, set upright
    y: float
    height: float


def cut_at_gutters(strips: Sequence[Strip], angle: float) -> list[Strip]:
    """These strips without the white at their ends, and those that span a gutter in parts.

    A gutter is white that is wide, and behind which some lines begin at the same place, one below the other, with
    nothing in the way: a heading over both columns has no such white, and white between words has no such lines.

    Args:
        strips: All of a page.
        angle: Of most of the text, in degrees by the clock.
    """
    turn = cmath.rect(1, -math.radians(angle))
    rows = sorted(((_row(strip, turn), strip) for strip in strips), key=lambda row: row[0].y)
    found = [row for row, _ in rows]
    starts = sorted(left for row in found for left, _ in row.spans)
    return [part for place, (_, strip) in enumerate(rows) for part in _parts(strip, found, starts, place)]


def _row(strip: Strip, turn: complex) -> _Row:
    start, _, _, below = (corner * turn for corner in strip.corners)
    columns = _dark(strip.picture)
    spans = [(start.real + left, start.real + right) for left, right in columns]
    return _Row(columns, spans, (start.imag + below.imag) / 2, abs(below - start))


def _dark(picture: Any) -> list[Span]:
    height = picture.shape[0]
    grey = picture[height // 8 : height - height // 8].min(axis=2)  # without the feet of the line above
    dark = grey < (int(grey.min()) + int(grey.max())) / 2
    columns = (dark.sum(axis=0) > _SPECKS).nonzero()[0].tolist()
    ends = [n for n in range(1, len(columns)) if columns[n] - columns[n - 1] > _GUTTER * height]
    starts = [0, *ends] if columns else []
    return [(columns[n], columns[m - 1] + 1) for n, m in zip(starts, [*ends, len(columns)], strict=False)]


def _parts(strip: Strip, rows: Sequence[_Row], starts: Sequence[float], place: int) -> list[Strip]:
    row, (height, width) = rows[place], strip.picture.shape[:2]
    if not row.columns:
        return [strip]
    runs = [row.columns[0]]
    for number, span in enumerate(row.columns[1:], 1):
        if _is_gutter(rows, starts, place, row.spans[number - 1][1], row.spans[number][0]):
            runs.append(span)
        else:
            runs[-1] = (runs[-1][0], span[1])
    if len(runs) == 1:
        edge = int(_EDGE * height)
        return [strip.between(min(runs[0][0], edge), max(runs[0][1], width - edge))]
    narrow = [run for run in runs if run[1] - run[0] <= _LETTER * height]
    return [strip.part(*run) for run in runs if run not in narrow or not _is_elsewhere(rows, place, run)]


def _is_elsewhere(rows: Sequence[_Row], place: int, run: Span) -> bool:
    """Whether another line is dark there, too."""
    row = rows[place]
    first = row.spans[0][0] - row.columns[0][0]
    others = (other for other in rows if other is not row and abs(other.y - row.y) < row.height / 2)
    return any(left < first + run[1] and first + run[0] < right for other in others for left, right in other.spans)


def _is_gutter(rows: Sequence[_Row], starts: Sequence[float], place: int, left: float, right: float) -> bool:
    slack, least = _ALIGNED * rows[place].height, _GUTTER * rows[place].height
    # A line that is indented, or ends early, has more white than the gutter.
    near = starts[bisect_left(starts, left + least) : bisect_left(starts, right + slack)]
    ways = rows[place::-1], rows[place + 1 :]
    return any(
        sum(1 for _ in islice(chain.from_iterable(_lines(way, start, slack) for way in ways), _LINES)) == _LINES
        for start in {*near, right}
    )


def _lines(rows: Iterable[_Row], start: float, slack: float) -> Iterator[_Row]:
    """Those that begin there, until something stands in the white before."""
    for row in rows:
        if any(left < start - slack < right for left, right in row.spans):
            break
        if any(abs(left - start) < slack for left, _ in row.spans):
            yield row
