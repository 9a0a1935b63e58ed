"""Which text of a page may be hidden, by how it is painted and by what lies above and below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ctypes import byref
from typing import NamedTuple

import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.hidden.glance import (
    COVERED_PART,
    Spot,
    covers_words,
    is_ground,
    is_off,
    is_tiny,
    painted,
    spot,
    within,
)
from ingest_widgets.engines.hidden.sight import CONTRAST
from ingest_widgets.engines.pieces.getters import Handle, getter
from ingest_widgets.engines.pieces.pieces import (
    IMAGE,
    PATH,
    SHADING,
    TEXT,
    Piece,
    Rect,
    clips,
    has_layer,
    page_box,
    path_colours,
    shared_area,
    stroke_of,
)

MOST_GROUNDS = 200
MOST_NOTES = 20
OFF = "off the page"
TINY = "tiny"
UNPAINTED = "painted with nothing"
COVERED = ("behind a bar", "behind a picture")

_INVISIBLE_MODES, _OUTLINE = (3, 7), 1
_BLACK = (0, 0, 0, 255)
_EDGE = 2.0
"""Points: of letters that are covered in part something is seen so far inside, by the pixels at the edge."""
_SAME_COLOUR = "in the colour of its ground"
_LAYER = "on a layer that is off"
_NOT_DRAWN = (pdfium_c.FPDF_ANNOT_LINK, pdfium_c.FPDF_ANNOT_POPUP, pdfium_c.FPDF_ANNOT_WIDGET)

_COUNT_NOTES = getter(pdfium_c.FPDFPage_GetAnnotCount)
_NOTE = getter(pdfium_c.FPDFPage_GetAnnot, Handle)
_KIND = getter(pdfium_c.FPDFAnnot_GetSubtype)
_PLACE = getter(pdfium_c.FPDFAnnot_GetRect)
_CLOSE = getter(pdfium_c.FPDFPage_CloseAnnot, None)

Ground = tuple[int, Piece]


class Doubt(NamedTuple):
    """Text that may be hidden, and why."""

    reason: str
    piece: Piece
    sure: bool = False
    everywhere: bool = False
    """Whether one look tells of all such text of the document."""
    partly: bool = False
    """Whether the rectangle is only that part of the piece that may be hidden."""

    @property
    def spot(self) -> Spot:
        """One look at it tells of all text that has the same."""
        return (self.reason, 0.0, 0.0) if self.everywhere else spot(self.reason, self.piece.rect)


def doubts(page: Handle, found: Sequence[Piece], *, layers: bool) -> Iterator[Doubt]:
    """Text that is hidden for sure, and such that a look at the page has to decide.

    Args:
        page: The loaded page.
        found: All of its pieces, in the order in which they are painted.
        layers: Whether forms of the document may lie on layers.
    """
    shown = page_box(page)
    grounds = [*_grounds(found), *((len(found), note) for note in notes(page))]
    for at, piece in enumerate(found):
        if piece.kind != TEXT:
            continue
        left, bottom, right, top = piece.rect
        if is_off(piece.rect, shown):
            yield Doubt(OFF, piece, sure=True)
        elif piece.mode not in _INVISIBLE_MODES and is_tiny(piece.rect, piece.handle, piece.scale):
            yield Doubt(TINY, piece, sure=True)
        elif right <= left or top <= bottom:
            continue  # a space draws nothing
        elif piece.mode in _INVISIBLE_MODES:
            yield from _invisible(piece, _near(piece.rect, grounds))
        elif reason := _painted(piece) or (_LAYER if piece.in_form and layers else ""):
            yield Doubt(reason, piece, everywhere=piece.veiled)
        else:
            yield from _among(piece, at, _near(piece.rect, grounds))


def _grounds(found: Sequence[Piece]) -> list[Ground]:
    """The first shapes and pictures that are large enough to hide text, with their numbers."""
    grounds: list[Ground] = []
    for at, piece in enumerate(found):
        if piece.kind != TEXT and is_ground(piece.handle, piece.rect):
            grounds.append((at, piece))
            if len(grounds) == MOST_GROUNDS:
                break
    return grounds


def notes(page: Handle, most: int = MOST_NOTES) -> Iterator[Piece]:
    """The last notes that are drawn on the page, of so many."""
    count = _COUNT_NOTES(page)
    for number in range(max(count - most, 0), count):
        if not (note := _NOTE(page, number)):
            continue
        place = pdfium_c.FS_RECTF()
        drawn = _KIND(note) not in _NOT_DRAWN and _PLACE(note, byref(place))
        _CLOSE(note)
        if drawn:
            yield Piece(Handle(), PATH, -1, [], (place.left, place.bottom, place.right, place.top))


def _near(rect: Rect, grounds: Sequence[Ground]) -> list[Ground]:
    left, bottom, right, top = rect
    places = ((ground, ground[1].rect) for ground in grounds)
    return [ground for ground, r in places if r[1] < top and r[3] > bottom and r[0] < right and r[2] > left]


def _painted(piece: Piece) -> str:
    """What is odd of how it is painted."""
    colour = stroke_of(piece.handle) if piece.mode == _OUTLINE else piece.fill
    if reason := "transparent" if piece.veiled else painted(colour or _BLACK):
        return reason
    if has_layer(piece.handle):
        return _LAYER
    return "clipped away" if clips(piece.handle) > 0 else ""


def _invisible(piece: Piece, near: Sequence[Ground]) -> Iterator[Doubt]:
    """Where a page was scanned, such text says what the picture shows."""
    yield Doubt(UNPAINTED, piece, sure=not near, everywhere=any(g.kind == IMAGE for _, g in near))


def _among(piece: Piece, at: int, near: Sequence[Ground]) -> Iterator[Doubt]:
    """What hides it may lie over it, in parts, or right under it in its own colour."""
    over = [ground for n, ground in near if n > at]
    left, bottom, right, top = piece.rect
    if sum(shared_area(piece.rect, ground.rect) for ground in over) >= COVERED_PART * (right - left) * (top - bottom):
        yield Doubt(COVERED[any(ground.kind == IMAGE for ground in over)], piece)
    for ground in over:
        if not within(piece.rect, ground.rect) and covers_words(piece.rect, ground.rect):
            x0, y0, x1, y1 = ground.rect
            inner = max(left, x0 + _EDGE), max(bottom, y0 + _EDGE), min(right, x1 - _EDGE), min(top, y1 - _EDGE)
            yield Doubt(COVERED[ground.kind == IMAGE], piece._replace(rect=inner), partly=True)
    under = [ground for n, ground in near if n < at and within(piece.rect, ground.rect)]
    if not under:
        return
    ground = under[-1]
    if ground.kind in (IMAGE, SHADING):
        yield Doubt(_SAME_COLOUR, piece, everywhere=True)
    elif any(_alike(piece.fill, colour) for colour in path_colours(ground)):
        yield Doubt(_SAME_COLOUR, piece)


def _alike(one: Sequence[int], other: Sequence[int]) -> bool:
    return max((abs(a - b) for a, b in zip(one[:3], other[:3], strict=False)), default=CONTRAST) < CONTRAST
