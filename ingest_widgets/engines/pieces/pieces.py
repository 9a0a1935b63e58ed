"""What a page is made of: its pieces of text, shapes and pictures, how each is painted and where.

Only what is asked for every piece is read at once; the rest is asked of a piece when it matters.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from ctypes import byref, c_float, c_int, c_uint
from itertools import repeat
from math import hypot
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.pieces.answers import Answers
from ingest_widgets.engines.pieces.getters import Handle, getter

MOST_PIECES = 3000
_THICK = 3.0
_SQUEEZED = 0.15
TEXT, PATH, IMAGE, SHADING, FORM = 1, 2, 3, 4, 5

Rect = tuple[float, float, float, float]
Matrix = Sequence[float]
"""Six numbers that say where on the page something in a form stands."""


MODE = getter(pdfium_c.FPDFTextObj_GetTextRenderMode)
FILL = getter(pdfium_c.FPDFPageObj_GetFillColor)
BOUNDS = getter(pdfium_c.FPDFPageObj_GetBounds)
_BOX = getter(pdfium_c.FPDF_GetPageBoundingBox)
COUNT = getter(pdfium_c.FPDFPage_CountObjects)
_OBJECT = getter(pdfium_c.FPDFPage_GetObject, Handle)
KIND = getter(pdfium_c.FPDFPageObj_GetType)
_STROKE = getter(pdfium_c.FPDFPageObj_GetStrokeColor)
_STROKE_WIDTH = getter(pdfium_c.FPDFPageObj_GetStrokeWidth)
_DRAWN = getter(pdfium_c.FPDFPath_GetDrawMode)
MARKS = getter(pdfium_c.FPDFPageObj_CountMarks)
_MATRIX = getter(pdfium_c.FPDFPageObj_GetMatrix)
_SIZE = getter(pdfium_c.FPDFTextObj_GetFontSize)
BLENDS = getter(pdfium_c.FPDFPageObj_HasTransparency)
_CLIP = getter(pdfium_c.FPDFPageObj_GetClipPath, Handle)
_CLIPS = getter(pdfium_c.FPDFClipPath_CountPaths)

_COLOUR = (c_uint * 4)()
_COLOUR_AT = tuple(byref(_COLOUR, 4 * n) for n in range(4))
_RECT = (c_float * 4)()
_RECT_AT = tuple(byref(_RECT, 4 * n) for n in range(4))
_SIX = (c_float * 6)()
_SIX_AT = byref(_SIX)
_TWO = (c_int * 2)()
_TWO_AT = tuple(byref(_TWO, 4 * n) for n in range(2))
_PLAIN = 1.0, 0.0, 0.0, 1.0, 0.0, 0.0
_RECTS = Answers("f", 4, (0.0, 0.0, 0.0, 0.0))
_SIZES = Answers("f", 1, (float("inf"),))
_MATRICES = Answers("f", 1, _PLAIN)


class Piece(NamedTuple):
    """Something on the page; `rect` is left, bottom, right and top."""

    handle: Handle
    kind: int
    mode: int
    fill: list[int]
    rect: Rect
    in_form: bool = False
    scale: float = 1.0
    """How large one unit of the form that it is in is on the page, along the line or across it, whichever is less."""
    veiled: bool = False
    """Whether it, or a form around it, is see-through or mixes with what lies beneath."""


def objects_of(page: Handle, numbers: Iterable[int]) -> Iterator[Handle]:
    """The objects of the loaded page that have these numbers, below `COUNT(page)`."""
    return map(_OBJECT, repeat(page), numbers)


def page_pointer(page: Handle) -> Any:
    """The loaded page as pypdfium2's raw functions want it."""
    return ctypes.cast(page, pdfium_c.FPDF_PAGE)


def page_box(page: Handle) -> Rect:
    """Left, bottom, right and top of what is shown of the loaded page."""
    _BOX(page, _RECT_AT[0])
    left, top, right, bottom = _RECT
    return left, bottom, right, top


def has_form(handles: Sequence[Handle]) -> bool:
    """Whether one of them is a form."""
    return any(map(is_form, handles))


def is_form(handle: Handle) -> bool:
    """Whether it has pieces of its own."""
    return bool(MODE(handle) < 0 and KIND(handle) == FORM)


def piece_of(handle: Handle) -> Piece:
    """What it is, where it stands by itself."""
    mode = MODE(handle)
    kind = TEXT if mode >= 0 else KIND(handle)
    fill = _COLOUR[:] if FILL(handle, *_COLOUR_AT) else []
    veiled = kind in (TEXT, FORM) and bool(BLENDS(handle))
    return Piece(handle, kind, mode, fill, rect_of(handle), veiled=veiled)


def moved_point(x: float, y: float, matrix: Matrix) -> tuple[float, float]:
    """Where on the page a place in a form is."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def moved_matrix(matrix: Matrix, around: Matrix) -> Matrix:
    """Where on the page something stands of which a matrix says where in a form."""
    a, b, c, d, e, f = matrix
    a1, b1, c1, d1, *_ = around
    return a * a1 + b * c1, a * b1 + b * d1, c * a1 + d * c1, c * b1 + d * d1, *moved_point(e, f, around)


def moved(rect: Rect, matrix: Matrix) -> Rect:
    """The same of a rectangle."""
    corners = [moved_point(x, y, matrix) for x in rect[::2] for y in rect[1::2]]
    across, up = zip(*corners, strict=True)
    return min(across), min(up), max(across), max(up)


def rect_of(handle: Handle) -> Rect:
    """Left, bottom, right and top; for what lies in a form, where it stands in that."""
    left, bottom, right, top = _RECT if BOUNDS(handle, *_RECT_AT) else (0.0, 0.0, 0.0, 0.0)
    return left, bottom, right, top


def shared_area(one: Rect, other: Rect) -> float:
    """How much two rectangles have in common."""
    across, up = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return max(across, 0.0) * max(up, 0.0)


def rects_of(handles: Sequence[Handle]) -> list[Rect]:
    """The same of many."""
    return _RECTS.of(handles, BOUNDS)


def is_frame(handle: Handle) -> bool:
    """Whether it is a path of which there are only thin lines."""
    if not _DRAWN(handle, *_TWO_AT) or _TWO[0]:
        return False
    return not (_TWO[1] and _STROKE_WIDTH(handle, _RECT_AT[0]) and _RECT[0] > _THICK)


def path_colours(path: Piece) -> list[list[int]]:
    """The colours that it is painted in."""
    filled, stroked = _TWO if _DRAWN(path.handle, *_TWO_AT) else (1, 0)
    return [path.fill] * bool(filled) + [stroke_of(path.handle)] * bool(stroked)


def stroke_of(handle: Handle) -> list[int]:
    """Red, green, blue and alpha of its outline; empty if it has none."""
    return _COLOUR[:] if _STROKE(handle, *_COLOUR_AT) else []


def font_size(handle: Handle) -> float:
    """In units of the page, along the line or across it, whichever is less; infinite if there is no font."""
    if not _SIZE(handle, _RECT_AT[0]):
        return float("inf")
    return abs(float(_RECT[0])) * least_scale(matrix_of(handle))


def font_sizes(handles: Sequence[Handle]) -> list[float]:
    """The same of many."""
    sizes, matrices = _SIZES.of(handles, _SIZE), _MATRICES.of(handles, _MATRIX)
    return [abs(size) * least_scale(matrix) for (size,), matrix in zip(sizes, matrices, strict=True)]


def pens_of(handles: Sequence[Handle]) -> list[complex]:
    """Where they begin, upwards as the imaginary part."""
    return [complex(across, up) for *_, across, up in _MATRICES.of(handles, _MATRIX)]


def is_squeezed(handle: Handle) -> bool:
    """Whether it is many times as large along the line as across it, or the other way round."""
    a, b, c, d, *_ = matrix_of(handle)
    scales = hypot(a, b), hypot(c, d)
    return min(scales) < _SQUEEZED * max(scales)


def matrix_of(handle: Handle) -> Matrix:
    """Of a form: where what it draws stands."""
    return _SIX[:] if _MATRIX(handle, _SIX_AT) else [*_PLAIN]


def least_scale(matrix: Matrix) -> float:
    """How large one unit is, along the line or across it, whichever is less."""
    a, b, c, d, _, _ = matrix
    return min(hypot(a, b), hypot(c, d))


def clips(handle: Handle) -> int:
    """How many paths it is clipped by, however large; -1 if by none."""
    return int(_CLIPS(_CLIP(handle)))


def has_layer(handle: Handle) -> bool:
    """Whether it is marked as optional content."""
    count = MARKS(handle)
    if count <= 0:
        return False
    owner, length = ctypes.cast(handle, pdfium_c.FPDF_PAGEOBJECT), ctypes.c_ulong()
    for number in range(min(count, 8)):
        name = (ctypes.c_ushort * 8)()
        pdfium_c.FPDFPageObjMark_GetName(pdfium_c.FPDFPageObj_GetMark(owner, number), name, 16, length)
        if bytes(name).startswith(b"O\0C\0\0\0"):
            return True
    return False
