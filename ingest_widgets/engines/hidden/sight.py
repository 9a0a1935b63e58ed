"""What a reader sees of a part of a page, with some of its pieces left out or not."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from ctypes import c_int
from operator import sub

import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.pieces.getters import Handle, getter
from ingest_widgets.engines.pieces.pieces import Rect, page_pointer

CONTRAST = 18
"""Of 255: what stands out less from its ground can't be read; watermarks of a tenth of black can."""
_SCALE = 1.5
_LONGEST = 2000
_MOST_ROWS = 64

_SHOW = getter(pdfium_c.FPDFPageObj_SetIsActive)

Box = tuple[int, int, int, int]


class Sight:
    """A part of a loaded page that can be drawn.

    Args:
        page: The loaded page.
        rects: Places on it; the part holds all of them.
    """

    def __init__(self, page: Handle, rects: Iterable[Rect]) -> None:
        self._page = page_pointer(page)
        width, height = pdfium_c.FPDF_GetPageWidthF(self._page), pdfium_c.FPDF_GetPageHeightF(self._page)
        scale = min(_SCALE, _LONGEST / max(width, height, 1))
        self._size = max(round(width * scale), 1), max(round(height * scale), 1)
        lefts, tops, rights, bottoms = zip(*map(self._place, rects), strict=True)
        self._left, self._top = min(lefts), min(tops)
        self._width, self._height = max(max(rights) - self._left, 1), max(max(bottoms) - self._top, 1)

    def draw(self, without: Iterable[Handle]) -> bytes:
        """Four bytes for each pixel, row by row.

        Args:
            without: Pieces that are left out.
        """
        left_out = list(without)
        for handle in left_out:
            _SHOW(handle, 0)
        try:
            return self._drawn()
        finally:
            for handle in left_out:
                _SHOW(handle, 1)

    def _drawn(self) -> bytes:
        bitmap = pdfium_c.FPDFBitmap_Create(self._width, self._height, 0)
        if not bitmap:
            raise MemoryError("no room for a picture of the page")
        try:
            pdfium_c.FPDFBitmap_FillRect(bitmap, 0, 0, self._width, self._height, 0xFFFFFFFF)
            pdfium_c.FPDF_RenderPageBitmap(
                bitmap, self._page, -self._left, -self._top, *self._size, 0, pdfium_c.FPDF_ANNOT
            )
            return ctypes.string_at(pdfium_c.FPDFBitmap_GetBuffer(bitmap), 4 * self._width * self._height)
        finally:
            pdfium_c.FPDFBitmap_Destroy(bitmap)

    def is_blank(self, picture: bytes, rect: Rect) -> bool:
        """Whether nothing stands out inside the rectangle."""
        area = b"".join(self._rows(picture, rect))
        return all(max(area[n::4]) - min(area[n::4]) < CONTRAST for n in range(3)) if area else True

    def is_same(self, picture: bytes, other: bytes, rect: Rect) -> bool:
        """Whether nobody could tell the two pictures from each other by what is inside the rectangle."""
        rows = zip(self._rows(picture, rect), self._rows(other, rect), strict=True)
        return all(one == two or max(map(abs, map(sub, one, two))) < CONTRAST for one, two in rows)

    def _rows(self, picture: bytes, rect: Rect) -> Iterator[bytes]:
        left, top, right, bottom = self._place(rect)
        step = (bottom - top) // _MOST_ROWS + 1  # letters that are as large are higher than that
        for y in range(top - self._top, bottom - self._top, step):
            row = 4 * y * self._width
            yield picture[row + 4 * (left - self._left) : row + 4 * (right - self._left)]

    def _place(self, rect: Rect) -> Box:
        """Left, top, right and bottom on the picture of the whole page, the latter two behind the last pixel."""
        (x0, y0), (x1, y1) = self._point(rect[0], rect[3]), self._point(rect[2], rect[1])
        left, right = sorted((x0, x1))
        top, bottom = sorted((y0, y1))
        width, height = self._size
        return (
            min(max(left, 0), width - 1),
            min(max(top, 0), height - 1),
            max(min(right + 1, width), 1),
            max(min(bottom + 1, height), 1),
        )

    def _point(self, x: float, y: float) -> tuple[int, int]:
        across, down = c_int(), c_int()
        pdfium_c.FPDF_PageToDevice(self._page, 0, 0, *self._size, 0, x, y, across, down)
        return across.value, down.value
