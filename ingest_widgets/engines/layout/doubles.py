"""Lines that are drawn twice to look bold: of whole passages pdfium gives both; of words and lines it drops one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage

_NEAR = 2.0  # points
_NEAR_IN_SMALL_PRINT = 0.2  # of the height of a sign; the next line of a table may stand within two points there


def drawn_again(page: TextPage) -> set[int]:
    """The numbers of the lines that stand where the same one stands already.

    Two lines of the page have to stand exactly as high, and two to be the same, which is told in a microsecond.

    Args:
        page: Where its signs are pdfium's characters.
    """
    lines, (across, up) = page.lines, page.line_pens
    if len(set(up)) == len(up) or len(set(lines)) == len(lines):
        return set()
    found = set()
    counts = Counter(lines)
    before: dict[tuple[str, float, float], tuple[float, float]] = {}  # one a line and square: there may be thousands
    for number, (line, x, y) in enumerate(zip(lines, across, up, strict=True)):
        if not line or counts[line] == 1:
            continue
        column, row = x // _NEAR, y // _NEAR
        around = (before.get((line, column + right, row + above)) for right in (0, -1, 1) for above in (0, -1, 1))
        offset = min((max(abs(x - left), abs(y - base)) for left, base in filter(None, around)), default=_NEAR)
        if offset < _NEAR and offset <= _NEAR_IN_SMALL_PRINT * _height(page, number):
            found.add(number)
        before[line, column, row] = x, y
    return found


def _height(page: TextPage, line: int) -> float:
    _, low, _, high = page.box(page.line_starts[line])
    return high - low
