"""Vertical lines in a font that the file doesn't hold: they have no width for pdfium, which leaves such text out."""

from __future__ import annotations

from typing import Any

from ingest_widgets.engines.pieces.forms import pieces_of
from ingest_widgets.engines.pieces.getters import Handle
from ingest_widgets.engines.pieces.pieces import TEXT

LEFT_OUT = (
    "vertical lines on it are not in its text, since the file lacks their font: get a copy with its fonts embedded"
)
_LEAST_WIDTH = 0.01  # points; pdfium takes what is narrower for nothing
_MANY = 0.25  # of the pieces of text: a vertical space has no width either


def may_be_vertical(data: Any) -> bool:
    """Whether a document names the usual font encoding of vertical lines."""
    return bool(data.find(b"/Identity-V") >= 0)


def leaves_out(page: Handle) -> bool:
    """Whether pdfium leaves vertical lines of a loaded page out."""
    widths = [piece.rect[2] - piece.rect[0] for piece in pieces_of(page) if piece.kind == TEXT]
    return sum(width < _LEAST_WIDTH for width in widths) > _MANY * len(widths)
