"""Pages that pdfium takes for written from the top to the bottom: it does where more gaps run across than upwards.

Of the signs that were drawn by themselves it then parts those beside each other and joins those below each other.
"""

from __future__ import annotations

from operator import eq, sub
from typing import TYPE_CHECKING

from ingest_widgets.engines.pieces.line_ends import CUT

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage

_SPARSE, _SHORT_LINE = 300, 16  # signs: with more than so many, and as many a line, it is prose that runs across
_SLANT = 5.0  # points: more than marks are raised
_LEAST_STEP, _MOST_STEP, _ASIDE = 0.8, 1.5, 0.5  # of the height of a sign
_CJK = "\u2e80"  # the first sign of what is written downwards


def taken_for_vertical(page: TextPage) -> bool:
    """Whether pdfium believes that a page is written downwards, and it isn't.

    Args:
        page: Its lines don't run upwards or downwards themselves.
    """
    torn = _is_torn(page)
    if not torn and len(page.text) > _SPARSE + _SHORT_LINE * len(page.lines):
        return False
    stacked = _stacked(page)
    return 2 * sum(stacked) < len(stacked) or (torn and not stacked)


def _is_torn(page: TextPage) -> bool:
    """Whether a line begins with a sign that was drawn by itself, beside the end of the line before.

    Where a page is written downwards, a line ends lower than the next one begins.
    """
    starts, (_, up) = page.line_starts, page.line_pens
    if True not in map(eq, up[1:], up):
        return False
    level = [n for n in range(1, len(up)) if up[n] == up[n - 1]]
    level = [n for n in level if len(page.lines[n]) == 1 or _begins_anew(page, starts[n] + 1)]
    _, ends = page.pens(page.characters([_end(page, n - 1) for n in level]))
    return any(up[n] == end for n, end in zip(level, ends, strict=True))


def _end(page: TextPage, line: int) -> int:
    start: int = page.line_starts[line]
    return start + max(len(page.lines[line]) - 1, 0)


def _begins_anew(page: TextPage, index: int) -> bool:
    before, at = page.objects_at(page.characters([index - 1, index]))
    return before.value != at.value


def _stacked(page: TextPage) -> list[bool]:
    """For each sign that was drawn by itself below or above the one before: does it look like vertical writing?"""
    _, ends = page.pens(page.characters([_end(page, n) for n in range(len(page.lines))]))
    found = []
    for line, start, first, last in zip(page.lines, page.line_starts, page.line_pens[1], ends, strict=True):
        slant = abs(first - last)
        if slant > _SLANT and line and CUT not in line:  # behind a cut it is the next line
            _, low, _, high = page.box(page.characters([start])[0])
            if slant > _LEAST_STEP * (high - low):
                found += _stacked_in(page, start, line, high - low)
    return found


def _stacked_in(page: TextPage, start: int, line: str, height: float) -> list[bool]:
    indices = page.characters(range(start, start + len(line)))
    across, up = page.pens(indices)
    found = []
    for n, step in enumerate(map(abs, map(sub, up[1:], up)), 1):
        if step < _LEAST_STEP * height or abs(across[n] - across[n - 1]) > _ASIDE * height or line[n].isspace():
            continue
        if _begins_anew(page, start + n) and not page.is_across(indices[n]):
            found.append(step < _MOST_STEP * height and max(line[n - 1 : n + 1]) >= _CJK)
    return found
