"""A page as a picture, and where words stand on it: by pdfium, whichever engine read the text."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.files.producers import programs_of
from ingest_widgets.engines.pages.open_page import OpenPage, handle_of
from ingest_widgets.engines.pages.places import Box, boxes_on
from ingest_widgets.engines.protocol import EngineRefuses
from ingest_widgets.engines.rightleft.edits import reads_from_right
from ingest_widgets.engines.words.glyph_names import GlyphNames

MOST_PIXELS = 40_000_000

_FINE = 100  # steps a point in which pdfium, which counts in whole pixels, says where something is


def _refuse_number(document: pypdfium2.PdfDocument, index: int) -> None:
    if not 0 <= index < len(document):
        raise EngineRefuses(f"there is no page {index + 1}")


@contextmanager
def _page(document: pypdfium2.PdfDocument, index: int) -> Iterator[Any]:
    _refuse_number(document, index)
    try:
        page = document[index]
    except pypdfium2.PdfiumError as error:
        raise EngineRefuses("the page can't be loaded") from error
    try:
        if not all(page.get_size()):
            raise EngineRefuses("nothing of the page is shown: its boxes have no area in common")
        yield page
    finally:
        page.close()


def png(document: pypdfium2.PdfDocument, index: int, dpi: float) -> bytes:
    """Page `index` (from 0) as a PNG; a giant page gets fewer dots an inch than asked for."""
    with _page(document, index) as page:
        width, height = page.get_size()
        scale = dpi / 72
        area = max(width * height, 1.0)
        scale = min(scale, (MOST_PIXELS / area) ** 0.5)
        picture = page.render(scale=scale, may_draw_forms=False).to_pil()
        out = io.BytesIO()
        picture.save(out, "PNG", compress_level=3)
    return out.getvalue()


def boxes(
    document: pypdfium2.PdfDocument, index: int, needles: Sequence[str], most: int, names: GlyphNames | None = None
) -> tuple[float, float, list[Box]]:
    """Where the needles stand on page `index` (from 0), as whole words, whatever their case and accents.

    Returns:
        Width and height of the page and (left, top, right, bottom) of each match, a box a line, `most` of them at the
        most; all in points from the top left of the page as it is shown.
    """
    rects = _rects(document, index, needles, most, names)
    with _page(document, index) as page:
        return *page.get_size(), [_shown(page, rect) for rect in rects]


def _rects(
    document: pypdfium2.PdfDocument, index: int, needles: Sequence[str], most: int, names: GlyphNames | None
) -> list[Box]:
    """Left, top, right and bottom of each in the page's own space; lines are in the order that the text has, too."""
    _refuse_number(document, index)
    try:
        with OpenPage(handle_of(document), index) as page:
            found = boxes_on(page, needles, reads_from_right(document), programs_of(document), names)
            return list(islice(found, most))
    except pypdfium2.PdfiumError as error:
        raise EngineRefuses("the page can't be loaded") from error


def _shown(page: Any, rect: Box) -> Box:
    left, top, right, bottom = rect
    x1, y1 = _from_top_left(page, left, top)
    x2, y2 = _from_top_left(page, right, bottom)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _from_top_left(page: Any, x: float, y: float) -> tuple[float, float]:
    size = [round(side * _FINE) for side in page.get_size()]
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
    return across.value / _FINE, down.value / _FINE
