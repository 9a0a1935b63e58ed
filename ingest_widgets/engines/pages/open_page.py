"""One page's text in lines, with the page as its text needs it: turned, across, its signs whole; by raw calls.

pypdfium2's own helpers cost up to 5 % of the time of an ordinary page. Nothing here is safe to use from two threads.
"""

from __future__ import annotations

import ctypes
from contextlib import nullcontext
from ctypes import c_float
from math import floor, inf

import pypdfium2
import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.layout.doubles import drawn_again
from ingest_widgets.engines.layout.vertical import taken_for_vertical
from ingest_widgets.engines.pieces.clusters import Clusters, may_have_clusters
from ingest_widgets.engines.pieces.frames import ON_PAGE, frame_for, is_ordinary, point_of
from ingest_widgets.engines.pieces.getters import Handle, getter, unlocked
from ingest_widgets.engines.pieces.pieces import page_box
from ingest_widgets.engines.pieces.raw_text import signs_of
from ingest_widgets.engines.pieces.textpage import TextPage
from ingest_widgets.engines.rightleft.lines import has_right_to_left
from ingest_widgets.engines.rightleft.torn_lines import torn_lines
from ingest_widgets.engines.words.glyphs import Ligatures
from ingest_widgets.engines.words.ligatures import ligatures_of

_LOAD = unlocked(pdfium_c.FPDF_LoadPage, Handle)
_CLOSE = unlocked(pdfium_c.FPDF_ClosePage, None)
_LOAD_TEXT = unlocked(pdfium_c.FPDFText_LoadPage, Handle)
_CLOSE_TEXT = unlocked(pdfium_c.FPDFText_ClosePage, None)
_ROTATION = getter(pdfium_c.FPDFPage_GetRotation)
_ROTATE = getter(pdfium_c.FPDFPage_SetRotation, None)
_CROP = getter(pdfium_c.FPDFPage_SetCropBox, None)
_NOTHING = Handle()
_SAMPLES = 16
_TALLEST = 1.5  # times the size of its font a letter reaches
_LEAST_SIDE, _WHOLE = 3.0, 1e6  # points; less far off, pdfium's numbers have whole ones for neighbours


def handle_of(document: pypdfium2.PdfDocument) -> Handle:
    """What pdfium knows the open document by."""
    return ctypes.cast(document.raw, Handle)


class OpenPage(TextPage):
    """The text of one loaded page; `close` it, or use it in a `with`.

    Args:
        document: See `handle_of`.
        index: The number of the page, from 0.
        clusters_first: Whether it is likely to have signs in several pieces: these are then looked for before the text
            is read, and that is read once.
    """

    def __init__(self, document: Handle, index: int, clusters_first: bool = False) -> None:
        self.index = index
        self.in_forms = {}
        self._text, self._frame = _NOTHING, ON_PAGE
        self._rotation: int | None = None  # as it was
        self.handle: Handle = _LOAD(document, index)
        if not self.handle:
            raise pypdfium2.PdfiumError(f"page {index + 1} can't be loaded")
        self.clusters = self._found_clusters() if clusters_first else None
        self._read()
        self.has_right_to_left = has_right_to_left(self.text)
        self.may_have_clusters = may_have_clusters(self.text)
        if self.may_have_clusters is not clusters_first:
            self._read_with(self._found_clusters() if self.may_have_clusters else None)
        self.point, self.usual_size = 1.0, inf
        if self.text and self.indexed:
            self._stand_upright()
        self._part_lines()
        if taken_for_vertical(self):
            self._read_across()
            self._part_lines()
        if self.indexed and (again := drawn_again(self)):
            self._leave_out(again)
        if self.indexed and self.has_right_to_left and (torn := torn_lines(self)):
            self._join(torn)

    def __enter__(self) -> OpenPage:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees what pdfium holds of the page."""
        if self._text:
            _CLOSE_TEXT(self._text)
            self._text = _NOTHING
        if self.handle:
            if self._rotation is not None:  # it is the document's, and whoever draws the page next asks for it
                _ROTATE(self.handle, self._rotation)
            _CLOSE(self.handle)
            self.handle = _NOTHING

    def _read(self) -> None:
        self._take(self._load_text())

    def _load_text(self) -> Handle:
        whole = self.clusters.in_one_piece() if self.clusters else nullcontext()
        with whole, nullcontext() if self._frame is ON_PAGE else self._frame.around(self.handle):
            text: Handle = _LOAD_TEXT(self.handle)
        return text

    def _read_again(self) -> None:
        _CLOSE_TEXT(self._text)
        self._read()

    def _found_clusters(self) -> Clusters | None:
        clusters = Clusters(self.handle)
        self.in_forms = clusters.in_forms
        return clusters if clusters.rects else None

    def _read_with(self, clusters: Clusters | None) -> None:
        """Reads the text again if it was read with others, or with none."""
        if clusters is not self.clusters:
            self.clusters = clusters
            self._read_again()

    def _take(self, text: Handle) -> None:
        self._text = text
        if not self._text:
            self.close()
            raise pypdfium2.PdfiumError("the text of the page can't be loaded")
        self.text, count, self.has_pairs = signs_of(self._text)
        self.dropped = count - len(self.text)
        self.indexed = not self.dropped

    def _read_across(self) -> None:
        """Reads the text again, with pdfium believing that it runs across: so it does where nothing is shown."""
        left, bottom, right, top = box = page_box(self.handle)
        if min(right - left, top - bottom) < _LEAST_SIDE or not all(abs(side) < _WHOLE for side in box):
            return
        x, y = floor(left) + 1, floor(bottom) + 1
        self._crop(x, y, x + 1, y + 1)  # whole numbers leave the places as they are
        text = self._load_text()
        self._crop(left, bottom, right, top)
        _CLOSE_TEXT(self._text)
        self._take(text)

    def _crop(self, *sides: float) -> None:
        """Left, bottom, right and top."""
        _CROP(self.handle, *map(c_float, sides))

    def ligatures(self) -> Ligatures:
        """See `ligatures_of`."""
        return ligatures_of(self._text)

    def _stand_upright(self) -> None:
        """Reads a page anew that is turned, or whose print is very small or large, in a frame of its own."""
        rotation, length = _ROTATION(self.handle), len(self.text)
        middle = self._letter_at(length // 2)
        self.usual_size = size = self.size(middle)
        self.point = point_of(size)
        if not rotation and not self._quarters(middle) and is_ordinary(size):
            return
        letters = [self._letter_at(length * i // _SAMPLES) for i in range(1, _SAMPLES)]
        frame = frame_for(list(map(self._quarters, letters)), list(map(self._known_size, letters)))
        self.usual_size = self._known_size(middle) * frame.scale or inf
        if rotation:
            self._rotation = rotation
            _ROTATE(self.handle, 0)
        if frame != ON_PAGE:
            self._frame = frame.centred(self.origins([middle])[0], page_box(self.handle))
            self.point = point_of(size * frame.scale)
        if rotation or frame != ON_PAGE:
            self._read_again()

    def _known_size(self, index: int) -> float:
        """That of a letter's font; zero if it is drawn larger: some fonts count in points, and have the size 1."""
        low, high = self.extent(index)
        size = self.size(index)
        return size if high - low < _TALLEST * size else 0.0
