"""One page's text in lines, with the page as its text needs it: turned, across, its signs whole; by raw calls.

pypdfium2's own helpers cost up to 5 % of the time of an ordinary page. Nothing here is safe to use from two threads.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from ctypes import byref, c_float
from itertools import accumulate, compress, repeat
from math import floor
from operator import add

import pypdfium2
import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.characters import Characters
from ingest_widgets.engines.clusters import Clusters, may_have_clusters
from ingest_widgets.engines.doubles import drawn_again
from ingest_widgets.engines.getters import Handle, getter, unlocked
from ingest_widgets.engines.raw_text import signs_of, unmapped
from ingest_widgets.engines.rightleft_lines import has_right_to_left
from ingest_widgets.engines.torn_lines import torn_lines
from ingest_widgets.engines.vertical import taken_for_vertical

_LOAD = unlocked(pdfium_c.FPDF_LoadPage, Handle)
_CLOSE = unlocked(pdfium_c.FPDF_ClosePage, None)
_LOAD_TEXT = unlocked(pdfium_c.FPDFText_LoadPage, Handle)
_CLOSE_TEXT = unlocked(pdfium_c.FPDFText_ClosePage, None)
_ROTATION = getter(pdfium_c.FPDFPage_GetRotation)
_ROTATE = getter(pdfium_c.FPDFPage_SetRotation, None)
_CHARACTER = getter(pdfium_c.FPDFText_GetCharIndexFromTextIndex)
_SHOWN = getter(pdfium_c.FPDF_GetPageBoundingBox)
_CROP = getter(pdfium_c.FPDFPage_SetCropBox, None)
# Kept: making it anew for each page costs more than the call.
_LOOSE = (c_float * 4)()
_LOOSE_AT = byref(_LOOSE)
_NOTHING = Handle()
LINE_BREAK = "\r\n"
_LEAST_SIDE, _WHOLE = 3.0, 1e6  # points; less far off, pdfium's numbers have whole ones for neighbours


def handle_of(document: pypdfium2.PdfDocument) -> Handle:
    """What pdfium knows the open document by."""
    return ctypes.cast(document.raw, Handle)


class TextPage(Characters):
    """The text of one loaded page; `close` it, or use it in a `with`.

    Args:
        document: See `handle_of`.
        index: The number of the page, from 0.
        clusters_first: Whether it is likely to have signs in several pieces: these are then looked for before the text
            is read, and that is read once.

    Attributes:
        index: The number of the page, from 0.
        handle: What pdfium knows the page by, until it is closed.
        text: As pdfium gives it: lines end with CR LF, or with U+FFFE where a hyphen ended the line.
        dropped: How many control characters pdfium left out of it.
        indexed: Whether the n-th sign of `text` is pdfium's n-th character, so that places can be asked for.
        has_right_to_left: Whether some of it is in letters that run so.
        may_have_clusters: Whether its script is one whose signs are often drawn in several pieces.
        lines: Of `text`, without those that are drawn again where they stand.
        line_starts: Where in `text` each of them begins.
        line_pens: Where the pen stood for the first character of each; see `pens`.
    """

    def __init__(self, document: Handle, index: int, clusters_first: bool = False) -> None:
        self.index = index
        self.in_forms = {}
        self._text = _NOTHING
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
        self._turns = 0
        if self.text and self.indexed:
            self._stand_upright()
        self._part_lines()
        if not self._turns % 2 and taken_for_vertical(self):
            self._read_across()
            self._part_lines()
        if self.indexed and (again := drawn_again(self)):
            self._leave_out(again)
        if self.indexed and self.has_right_to_left and (torn := torn_lines(self)):
            self._join(torn)

    def __enter__(self) -> TextPage:
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

    def begins_outside(self, box: tuple[float, float, float, float]) -> bool:
        """Whether a line begins outside of a box.

        Args:
            box: Left, bottom, right and top, as the page has them.
        """
        across, up = self.line_pens
        left, bottom, right, top = self._turned_box(*box)
        return min(across) < left or max(across) > right or min(up) < bottom or max(up) > top

    def _read(self) -> None:
        self._take(self._load_text())

    def _load_text(self) -> Handle:
        with self.clusters.in_one_piece() if self.clusters else nullcontext():
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
        self.text, count, self.dropped = signs_of(self._text)
        self.indexed = len(self.text) == count

    def _part_lines(self) -> None:
        self.lines = self.text.split(LINE_BREAK)
        lengths = map(add, map(len, self.lines[:-1]), repeat(len(LINE_BREAK)))
        self.line_starts = list(accumulate(lengths, initial=0))
        self.line_pens = self.pens(self.line_starts)

    def _leave_out(self, lines: set[int]) -> None:
        kept = [number not in lines for number in range(len(self.lines))]
        self.lines, self.line_starts = list(compress(self.lines, kept)), list(compress(self.line_starts, kept))
        across, up = self.line_pens
        self.line_pens = list(compress(across, kept)), list(compress(up, kept))

    def _join(self, torn: Iterable[range]) -> None:
        """Takes some lines for one each, with line ends in it."""
        for numbers in torn:
            first, last = numbers[0], numbers[-1]
            self.lines[first] = self.text[self.line_starts[first] : self.line_starts[last] + len(self.lines[last])]
        self._leave_out({number for numbers in torn for number in numbers[1:]})

    def characters(self, indices: Sequence[int]) -> Sequence[int]:
        """What pdfium counts these signs of the text as."""
        return indices if self.indexed else list(map(_CHARACTER, repeat(self._text), indices))

    def _read_across(self) -> None:
        """Reads the text again, with pdfium believing that it runs across: so it does where nothing is shown."""
        _SHOWN(self.handle, _LOOSE_AT)
        left, top, right, bottom = _LOOSE
        if min(right - left, top - bottom) < _LEAST_SIDE or not all(abs(side) < _WHOLE for side in _LOOSE):
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

    def unmapped(self) -> set[str]:
        """See `raw_text.unmapped`."""
        return unmapped(self._text)

    def _stand_upright(self) -> None:
        """Turns a page so that its text stands upright: of others pdfium mixes up the lines, or the words in them."""
        rotation, length = _ROTATION(self.handle), len(self.text)
        if not rotation and not self._turns_at(length // 2):
            return
        turns = [self._turns_at(length * i // 6) for i in range(1, 6)]
        self._turns = max(turns, key=turns.count)
        further = (rotation - self._turns) % 4
        # By three quarters only where nothing stands otherwise: pdfium would mix that up in turn.
        if further in (1, 2) or (further == 3 and len(set(turns)) == 1):
            self._rotation = rotation
            _ROTATE(self.handle, self._turns)
            self._read_again()
