"""The text of one page as pdfium reads it, cleaned of what no text column can hold."""

from __future__ import annotations

import ctypes
import re

import pypdfium2
import pypdfium2.raw as pdfium_c

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def page_text(document: pypdfium2.PdfDocument, index: int) -> tuple[str, tuple[str, ...]]:
    """Reads page `index` (from 0).

    Returns:
        Valid UTF-8 text whose lines end with a line feed, and a sentence for each thing that was changed.

    Raises:
        pypdfium2.PdfiumError: The page can't be loaded.
    """
    page = pdfium_c.FPDF_LoadPage(document, index)
    if not page:
        raise pypdfium2.PdfiumError(f"page {index + 1} can't be loaded")
    try:
        return clean_text(_raw_text(page))
    finally:
        pdfium_c.FPDF_ClosePage(page)


def _raw_text(page: object) -> str:
    text_page = pdfium_c.FPDFText_LoadPage(page)
    if not text_page:
        raise pypdfium2.PdfiumError("the text of the page can't be loaded")
    try:
        count = pdfium_c.FPDFText_CountChars(text_page)
        if count <= 0:
            return ""
        buffer = (ctypes.c_ushort * (count + 1))()
        written = pdfium_c.FPDFText_GetText(text_page, 0, count, buffer)
        return bytes(memoryview(buffer))[: 2 * max(written - 1, 0)].decode("utf-16-le", "surrogatepass")
    finally:
        pdfium_c.FPDFText_ClosePage(text_page)


def clean_text(text: str) -> tuple[str, tuple[str, ...]]:
    """Takes out what breaks UTF-8, SQLite, Arrow or JSON lines, and says how much of it there was."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    warnings: list[str] = []
    if not text.replace("\n", "").isprintable():
        text, controls = _CONTROL.subn("", text)
        text, surrogates = _LONE_SURROGATE.subn("\ufffd", text)
        if controls:
            warnings.append(f"{controls} control characters removed")
        if surrogates:
            warnings.append(f"{surrogates} lone surrogates replaced")
    return text, tuple(warnings)
