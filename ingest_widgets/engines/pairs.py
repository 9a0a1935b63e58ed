"""Words that Ghostscript drew together: the last letter of one and the first of the next as a piece of their own.

The space between them is that piece's letter spacing, and pdfium takes two signs so far apart for a letterspaced word.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

import pypdfium2.raw as pdfium_c

if TYPE_CHECKING:
    import pypdfium2

    from ingest_widgets.engines.edits import Edit
    from ingest_widgets.engines.textpage import TextPage

_GHOSTSCRIPT = "Ghostscript".encode("utf-16-le")
_LONGEST_NAME = 512  # bytes
_SPACE = 0.15  # of the height of a sign; in words it is a hundredth


def is_of_ghostscript(document: pypdfium2.PdfDocument) -> bool:
    """Whether the document says that it was written by it."""
    room = ctypes.create_string_buffer(_LONGEST_NAME)
    pdfium_c.FPDF_GetMetaText(document, b"Producer", room, len(room))
    return _GHOSTSCRIPT in room.raw


def pair_edits(page: TextPage) -> list[Edit]:
    """(at, at, " "): a space in each piece of two signs that stand apart.

    Takes a good part of the time that pdfium takes for the page.

    Args:
        page: Where its signs are pdfium's characters.
    """
    text = page.text
    pieces = [piece.value for piece in page.objects_at(range(len(text)))]
    behind = zip(range(len(text) - 1), [None, *pieces], pieces, pieces[1:], [*pieces[2:], None], strict=False)
    pairs = [at for at, before, one, other, after in behind if before != one == other != after and one]
    return [(at + 1, at + 1, " ") for at in pairs if _are_apart(page, at)]


def _are_apart(page: TextPage, at: int) -> bool:
    if page.text[at].isspace() or page.text[at + 1].isspace():
        return False
    _, bottom, right, top = page.box(at)
    return page.box(at + 1)[0] - right > _SPACE * (top - bottom) > 0
