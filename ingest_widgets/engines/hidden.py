"""Text that a reader of the page can't see: flagged, never taken out.

Every piece of text is asked how it is painted; what looks hidden is looked for on a picture of the page, since white
on black is as plain as black on white. The first pages of a document are looked at piece by piece, later ones by a
sample, until something is found: asking for all costs a sixth of an ordinary page.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from ctypes import byref, c_float, c_int, c_uint, c_ulong
from dataclasses import dataclass
from itertools import chain, islice, repeat
from math import hypot
from typing import Any

import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.getters import Handle, getter
from ingest_widgets.engines.protocol import Buffer

FULL_PAGES = 2
SAMPLE = 8
MOST_PIECES = 3000
MOST_COVERS = 200
MOST_DEEP = 4
MOST_PICTURES = 6
"""So many pages of a document are drawn to see whether a suspicion holds; a slide show of white letters has more."""

_INVISIBLE_MODES = (3, 7)
_WHITE, _FAINT = 238, 13
_TINY_POINTS = 1.5
_CONTRAST = 24
_LAYER = "on a layer that is off"
# A stream's dictionary is never packed, so it can be seen in the file.
_FORM_ON_LAYER = re.compile(rb"/OC\s*(?:\d+\s+\d+\s+R|<<)")
_SCALE = 1.5
_TEXT, _PATH, _IMAGE, _FORM = 1, 2, 3, 5

Rect = tuple[float, float, float, float]


_COUNT = getter(pdfium_c.FPDFPage_CountObjects)
_OBJECT = getter(pdfium_c.FPDFPage_GetObject, Handle)
_FORM_COUNT = getter(pdfium_c.FPDFFormObj_CountObjects)
_FORM_OBJECT = getter(pdfium_c.FPDFFormObj_GetObject, Handle)
_KIND = getter(pdfium_c.FPDFPageObj_GetType)
_MODE = getter(pdfium_c.FPDFTextObj_GetTextRenderMode)
_FILL = getter(pdfium_c.FPDFPageObj_GetFillColor)
_BOUNDS = getter(pdfium_c.FPDFPageObj_GetBounds)
_MARKS = getter(pdfium_c.FPDFPageObj_CountMarks)
_MATRIX = getter(pdfium_c.FPDFPageObj_GetMatrix)
_SIZE = getter(pdfium_c.FPDFTextObj_GetFontSize)
_BLENDS = getter(pdfium_c.FPDFPageObj_HasTransparency)
_CLIP = getter(pdfium_c.FPDFPageObj_GetClipPath, Handle)
_CLIPS = getter(pdfium_c.FPDFClipPath_CountPaths)

_COLOUR = (c_uint * 4)()
_COLOUR_AT = tuple(byref(_COLOUR, 4 * n) for n in range(4))
_RECT = (c_float * 4)()
_RECT_AT = tuple(byref(_RECT, 4 * n) for n in range(4))
_SIX = (c_float * 6)()
_SIX_AT = byref(_SIX)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Something on the page: what it is, how it is painted and where."""

    kind: int
    handle: Handle
    mode: int
    colour: tuple[int, ...] | None
    rect: Rect
    in_form: bool = False


class HiddenText:
    """Looks at the pages of one document, while each is open.

    Args:
        data: The bytes of the document: they tell whether whole forms lie on layers, which pdfium doesn't.
    """

    def __init__(self, data: Buffer) -> None:
        self._layers = _FORM_ON_LAYER.search(data) is not None
        self._pages = 0
        self._found = False
        self._pictures = 0

    def warnings(self, page: Handle) -> tuple[str, ...]:
        """A sentence if text of the page is not visible.

        Args:
            page: The loaded page.
        """
        self._pages += 1
        count = _COUNT(page)
        full = self._found or self._layers or self._pages <= FULL_PAGES or count <= SAMPLE
        if not full and not _suspicious_sample(page, count):
            return ()
        reasons = sorted(set(self._reasons(page, min(count, MOST_PIECES))))
        if not reasons:
            return ()
        self._found = True
        return (f"hidden text: some of this page's text is not visible ({', '.join(reasons)})",)

    def _reasons(self, page: Handle, count: int) -> Iterator[str]:
        pieces = list(_pieces(page, count))
        doubtful: list[tuple[str, Rect]] = []
        shown = page_box(page)
        paths = [(at, p) for at, p in enumerate(pieces) if p.kind == _PATH and p.colour][:MOST_COVERS]
        pictures = [(at, p) for at, p in enumerate(pieces) if p.kind == _IMAGE][:MOST_COVERS]
        for at, piece in enumerate(pieces):
            if piece.kind != _TEXT:
                continue
            if reason := _surely(piece, shown) or _behind_picture(piece, at, pictures):
                yield reason
            elif maybe := _maybe(piece, at, paths) or (piece.in_form and self._layers and _LAYER):
                doubtful.append((maybe, piece.rect))
        if doubtful and self._pictures < MOST_PICTURES:
            self._pictures += 1
            picture = _Picture(page)
            yield from (reason for reason, rect in doubtful if picture.is_blank(rect))


def _suspicious_sample(page: Handle, count: int) -> bool:
    """Whether a few pieces, from all over and the very last ones, look hidden by how they are painted."""
    step = max(count // (SAMPLE - 4), 1)
    numbers = chain(range(0, count, step), range(count - 4, count))
    return any(map(_painted_hidden, map(_OBJECT, repeat(page), numbers)))


def _painted_hidden(handle: Handle) -> bool:
    mode = _MODE(handle)
    if mode < 0:
        return False
    _FILL(handle, *_COLOUR_AT)
    return mode in _INVISIBLE_MODES or _COLOUR[3] < _FAINT or min(_COLOUR[0], _COLOUR[1], _COLOUR[2]) >= _WHITE


def _pieces(page: Handle, count: int) -> Iterator[_Piece]:
    for number in range(count):
        handle = _OBJECT(page, number)
        if not handle:
            continue
        if _KIND(handle) == _FORM:
            yield from islice(_form_pieces(handle), MOST_PIECES)
        else:
            yield _piece(handle)


def _form_pieces(form: Handle, depth: int = 1) -> Iterator[_Piece]:
    """What a form draws, and forms in it, where it stands on the page."""
    matrix = tuple(_SIX) if _MATRIX(form, _SIX_AT) else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    for number in range(min(_FORM_COUNT(form), MOST_PIECES)):
        handle = _FORM_OBJECT(form, c_ulong(number))
        if not handle:
            continue
        inner = _form_pieces(handle, depth + 1) if _KIND(handle) == _FORM and depth < MOST_DEEP else (_piece(handle),)
        for piece in inner:
            yield _Piece(piece.kind, piece.handle, piece.mode, piece.colour, _moved(piece.rect, matrix), in_form=True)


def _moved(rect: Rect, matrix: tuple[float, ...]) -> Rect:
    a, b, c, d, e, f = matrix
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in rect[::2] for y in rect[1::2]]
    across, up = zip(*corners, strict=True)
    return min(across), min(up), max(across), max(up)


def _piece(handle: Handle) -> _Piece:
    colour = tuple(_COLOUR) if _FILL(handle, *_COLOUR_AT) else None
    rect: Rect = (_RECT[0], _RECT[1], _RECT[2], _RECT[3]) if _BOUNDS(handle, *_RECT_AT) else (0.0, 0.0, 0.0, 0.0)
    return _Piece(_KIND(handle), handle, _MODE(handle), colour, rect)


def page_box(page: Handle) -> Rect:
    """Left, bottom, right and top of what is shown of the page."""
    box = pdfium_c.FS_RECTF()
    pdfium_c.FPDF_GetPageBoundingBox(_pointer(page), box)
    return box.left, box.bottom, box.right, box.top


def _pointer(page: Handle) -> Any:
    return ctypes.cast(page, pdfium_c.FPDF_PAGE)


def _surely(piece: _Piece, shown: Rect) -> str:
    """Why nobody can see it, if its place alone says so."""
    left, bottom, right, top = piece.rect
    if right - left <= 0 and top - bottom <= 0:
        return ""  # it draws nothing, such as a space
    if left > shown[2] or right < shown[0] or bottom > shown[3] or top < shown[1]:
        return "off the page"
    # A full stop is as small, so the size of the font has to say it too.
    return "tiny" if min(right - left, top - bottom) < _TINY_POINTS and _font_size(piece.handle) < _TINY_POINTS else ""


def _font_size(handle: Handle) -> float:
    """In points on the page, along the line or across it, whichever is less."""
    if not _SIZE(handle, _RECT_AT[0]):
        return _TINY_POINTS
    a, b, c, d = tuple(_SIX)[:4] if _MATRIX(handle, _SIX_AT) else (1.0, 0.0, 0.0, 1.0)
    return _RECT[0] * min(hypot(a, b), hypot(c, d))


def _behind_picture(piece: _Piece, at: int, pictures: list[tuple[int, _Piece]]) -> str:
    covers = any(n > at and _within(piece.rect, p.rect) and not _BLENDS(p.handle) for n, p in pictures)
    return "behind a picture" if covers and piece.mode not in _INVISIBLE_MODES else ""


def _maybe(piece: _Piece, at: int, paths: list[tuple[int, _Piece]]) -> str:
    """Why it may be hidden: a look at the picture decides."""
    colour = piece.colour or (0, 0, 0, 255)
    if piece.mode in _INVISIBLE_MODES:
        return "painted with nothing"
    if colour[3] < _FAINT:
        return "transparent"
    if min(colour[:3]) >= _WHITE:
        return "white"
    if _MARKS(piece.handle) > 0 and _has_layer(piece.handle):
        return _LAYER
    if (clip := _CLIP(piece.handle)) and _CLIPS(clip) > 0:
        return "clipped away"
    for n, path in paths:
        if _within(piece.rect, path.rect):
            if n > at:
                return "behind a bar"
            if path.colour and _alike(path.colour, colour):
                return "in the colour of its ground"
    return ""


def _alike(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return max(abs(a - b) for a, b in zip(one[:3], other[:3], strict=True)) < _CONTRAST


def _within(inner: Rect, outer: Rect) -> bool:
    return (
        outer[0] <= inner[0] + 1 and outer[1] <= inner[1] + 1 and outer[2] >= inner[2] - 1 and outer[3] >= inner[3] - 1
    )


def _has_layer(handle: Handle) -> bool:
    owner, length = ctypes.cast(handle, pdfium_c.FPDF_PAGEOBJECT), ctypes.c_ulong()
    for number in range(min(_MARKS(handle), 8)):
        name = (ctypes.c_ushort * 8)()
        pdfium_c.FPDFPageObjMark_GetName(pdfium_c.FPDFPageObj_GetMark(owner, number), name, 16, length)
        if bytes(name).startswith(b"O\0C\0\0\0"):
            return True
    return False


class _Picture:
    """The page as it is seen, to look whether anything stands out somewhere."""

    def __init__(self, handle: Handle) -> None:
        self._page = page = _pointer(handle)
        width, height = pdfium_c.FPDF_GetPageWidthF(page), pdfium_c.FPDF_GetPageHeightF(page)
        scale = min(_SCALE, 2000 / max(width, height, 1))
        self._size = max(round(width * scale), 1), max(round(height * scale), 1)
        bitmap = pdfium_c.FPDFBitmap_Create(*self._size, 0)
        try:
            pdfium_c.FPDFBitmap_FillRect(bitmap, 0, 0, *self._size, 0xFFFFFFFF)
            pdfium_c.FPDF_RenderPageBitmap(bitmap, page, 0, 0, *self._size, 0, 0)
            self._stride = pdfium_c.FPDFBitmap_GetStride(bitmap)
            buffer = pdfium_c.FPDFBitmap_GetBuffer(bitmap)
            self._pixels = ctypes.string_at(buffer, self._stride * self._size[1])
        finally:
            pdfium_c.FPDFBitmap_Destroy(bitmap)

    def is_blank(self, rect: Rect) -> bool:
        """Whether nothing stands out inside the rectangle."""
        (x0, y0), (x1, y1) = self._place(rect[0], rect[3]), self._place(rect[2], rect[1])
        left, right = sorted((x0, x1))
        top, bottom = sorted((y0, y1))
        rows = [
            self._pixels[y * self._stride + 4 * max(left, 0) : y * self._stride + 4 * min(right + 1, self._size[0])]
            for y in range(max(top, 0), min(bottom + 1, self._size[1]))
        ]
        area = b"".join(rows)
        return all(max(area[n::4]) - min(area[n::4]) < _CONTRAST for n in range(3)) if area else True

    def _place(self, x: float, y: float) -> tuple[int, int]:
        across, down = c_int(), c_int()
        pdfium_c.FPDF_PageToDevice(self._page, 0, 0, *self._size, 0, x, y, across, down)
        return across.value, down.value
