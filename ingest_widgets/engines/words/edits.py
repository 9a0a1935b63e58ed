"""Changes to the text of a page as pdfium gives it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

Edit = tuple[int, int, str]
"""Where in the text it begins and ends, and what stands there instead."""


def in_order(edits: Iterable[Edit]) -> list[Edit]:
    """By where they begin, the longest first."""
    return sorted(edits, key=lambda edit: (edit[0], -edit[1]))


def edits_within(edits: Sequence[Edit], start: int, end: int) -> Iterator[Edit]:
    """Those within a part of the text; of two that overlap, the first one.

    Args:
        edits: In order.
        start: Where the part begins.
        end: Where it ends.
    """
    position = start
    for edit in edits[bisect_left(edits, (start,)) : bisect_left(edits, (end,))]:
        if edit[0] >= position and edit[1] <= end:
            yield edit
            position = edit[1]
