"""Soft hyphens that are drawn: fonts have one glyph for both, and programs say the wrong one of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage
    from ingest_widgets.engines.words.edits import Edit

SOFT = "\u00ad"
# Word on a Mac says of one sign all that it may be. At a line's end a soft hyphen has cut a word.
_SHOWN = re.compile("-\u00ad\u2010|\u00ad(?![\r\n]|$)")


def soft_hyphen_edits(page: TextPage, text: str) -> list[Edit]:
    """(start, end, "-"): those that take room within a line.

    Args:
        page: Where they stand.
        text: Its text.
    """
    found = [match.span() for match in _SHOWN.finditer(text)]
    boxes = page.boxes([start for start, _ in found])
    return [(start, end, "-") for (start, end), (left, _, right, _) in zip(found, boxes, strict=True) if left < right]
