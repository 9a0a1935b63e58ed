"""What wrote a document, and what is known of those that do."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

import pypdfium2.raw as pdfium_c

if TYPE_CHECKING:
    import pypdfium2

_LONGEST_NAME = 512  # bytes
# Chromium and what is built on it, wkhtmltopdf, and WeasyPrint.
_BROWSERS = ("Skia/PDF", "Qt ", "WeasyPrint")


def producer_of(document: pypdfium2.PdfDocument) -> str:
    """What the document says that it was written by."""
    room = ctypes.create_string_buffer(_LONGEST_NAME)
    pdfium_c.FPDF_GetMetaText(document, b"Producer", room, len(room))
    return room.raw.decode("utf-16-le", "replace").partition("\0")[0]


def is_of_ghostscript(producer: str) -> bool:
    """Whether words may be drawn together, see `pairs`."""
    return "Ghostscript" in producer


def is_of_browser(producer: str) -> bool:
    """Whether a sign of its own is drawn where a word is cut, if that is done at all, see `hyphens`."""
    return producer.startswith(_BROWSERS)


def is_of_tex(producer: str) -> bool:
    """Whether words are cut unless somebody forbids it, see `hyphens`."""
    return "TeX" in producer or "dvipdfm" in producer
