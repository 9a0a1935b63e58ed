"""Right-to-left lines that pdfium ends at marks and letters which stand higher or lower than the others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ingest_widgets.engines.rightleft.lines import is_right_to_left

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage

# Of the size of the font.
_LOWER = 1.5  # what stands so much lower is the next line
_APART = 1.5  # cells of a table stand farther apart
_LEVEL = 0.45  # letters of two lines stand farther apart, also with marks above and below
_STEEPEST = 2.5  # letters of a line of sloping writing lie no farther below each other
_SHARED = 0.5  # of the height of the lower one of two parts of a line that slopes


class _Part(NamedTuple):
    """What is drawn of a part of a line, and how low and high the pen stood."""

    left: float
    bottom: float
    low: float
    right: float
    top: float
    high: float

    def joined(self, other: _Part) -> _Part:
        return _Part(*map(min, self[:3], other[:3]), *map(max, self[3:], other[3:]))


def torn_lines(page: TextPage) -> list[range]:
    """The numbers of the lines that are one: of the first one up to the one behind the last."""
    heights = page.sizes(page.line_starts)
    sizes = [height if line.strip() else 0.0 for height, line in zip(heights, page.lines, strict=True)]
    _, up = page.line_pens
    near = [abs(low - high) < _LOWER * size for (high, low), size in zip(pairwise(up), sizes, strict=False)]
    if True not in near:
        return []
    runs = [found for found in _runs(page, near, sizes) if len(found) > 1]
    return [found for found in runs if is_right_to_left("".join(page.lines[found.start : found.stop]))]


def _runs(page: TextPage, near: list[bool], sizes: list[float]) -> Iterator[range]:
    first, whole = 0, _part(page, 0)
    for number, is_near in enumerate(near, 1):
        part = _part(page, number) if is_near or (number < len(near) and near[number]) else None
        if is_near and whole and part and _are_one(whole, part, sizes[number]):
            whole = whole.joined(part)
            continue
        yield range(first, number)
        first, whole = number, part
    yield range(first, len(near) + 1)


def _part(page: TextPage, number: int) -> _Part | None:
    start, line = page.line_starts[number], page.lines[number]
    signs = [start + n for n, sign in enumerate(line) if not sign.isspace()]
    if not signs:
        return None
    lefts, _, rights, _ = zip(*page.signs(signs), strict=True)
    bottoms, tops = zip(*page.extents(signs), strict=True)
    _, pens = page.pens(signs)
    return _Part(min(lefts), min(bottoms), min(pens), max(rights), max(tops), max(pens))


def _are_one(one: _Part, other: _Part, size: float) -> bool:
    if max(one.left, other.left) - min(one.right, other.right) > _APART * size:
        return False
    if max(one.high, other.high) - min(one.low, other.low) > _STEEPEST * size:
        return False
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    is_level = max(one.low, other.low) - min(one.high, other.high) < _LEVEL * size
    return is_level or shared > _SHARED * min(one.top - one.bottom, other.top - other.bottom)
