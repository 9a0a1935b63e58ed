"""One page's text and the places of its characters, by raw calls.

pypdfium2's own helpers cost up to 5 % of the time of an ordinary page. The small getters are called thousands of
times a page, so they keep the interpreter's lock: that halves a call. Nothing here is safe to use from two threads.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from ctypes import byref, c_double, c_float
from itertools import accumulate, compress, repeat
from math import floor, isfinite, pi
from operator import add
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.clusters import Clusters, address, may_have_clusters
from ingest_widgets.engines.doubles import drawn_again
from ingest_widgets.engines.getters import Handle, getter, unlocked
from ingest_widgets.engines.raw_text import place_of, signs_of, unmapped
from ingest_widgets.engines.rightleft_lines import has_right_to_left
from ingest_widgets.engines.torn_lines import torn_lines
from ingest_widgets.engines.vertical import taken_for_vertical

_LOAD = unlocked(pdfium_c.FPDF_LoadPage, Handle)
_CLOSE = unlocked(pdfium_c.FPDF_ClosePage, None)
_LOAD_TEXT = unlocked(pdfium_c.FPDFText_LoadPage, Handle)
_CLOSE_TEXT = unlocked(pdfium_c.FPDFText_ClosePage, None)
_ROTATION = getter(pdfium_c.FPDFPage_GetRotation)
_ROTATE = getter(pdfium_c.FPDFPage_SetRotation, None)
_ORIGIN = getter(pdfium_c.FPDFText_GetCharOrigin)
_SHAPE = getter(pdfium_c.FPDFText_GetCharBox)
_SIZE = getter(pdfium_c.FPDFText_GetFontSize, c_double)
_ANGLE = getter(pdfium_c.FPDFText_GetCharAngle, c_float)
_OBJECT = getter(pdfium_c.FPDFText_GetTextObject, Handle)
_GENERATED = getter(pdfium_c.FPDFText_IsGenerated)
_CHARACTER = getter(pdfium_c.FPDFText_GetCharIndexFromTextIndex)
_SHOWN = getter(pdfium_c.FPDF_GetPageBoundingBox)
_CROP = getter(pdfium_c.FPDFPage_SetCropBox, None)
_COUNT_RECTS = getter(pdfium_c.FPDFText_CountRects)
_RECT = getter(pdfium_c.FPDFText_GetRect)
# All of these are kept: making them anew for each page or call costs more than the call.
_MOST_PENS = 1 << 10
_PENS = (c_double * (2 * _MOST_PENS))()
_ACROSS_AT, _UP_AT = ([byref(_PENS, 16 * n + at) for n in range(_MOST_PENS)] for at in (0, 8))
_FOUR = (c_double * 4)()
_EDGES = tuple(byref(_FOUR, 8 * n) for n in range(4))
_LOOSE = (c_float * 4)()
_LOOSE_AT = byref(_LOOSE)
_NOTHING = Handle()
LINE_BREAK = "\r\n"
_LEAST_SIDE, _WHOLE = 3.0, 1e6  # points; less far off, pdfium's numbers have whole ones for neighbours


def handle_of(document: pypdfium2.PdfDocument) -> Handle:
    """What pdfium knows the open document by."""
    return ctypes.cast(document.raw, Handle)


class TextPage:
    """The text of one loaded page; `close` it, or use it in a `with`.

    All places are in points, turned so that text runs along the first axis and upwards means a larger second one.

    Args:
        document: See `handle_of`.
        index: The number of the page, from 0.

    Attributes:
        index: The number of the page, from 0.
        handle: What pdfium knows the page by, until it is closed.
        text: As pdfium gives it: lines end with CR LF, or with U+FFFE where a hyphen ended the line.
        dropped: How many control characters pdfium left out of it.
        indexed: Whether the n-th sign of `text` is pdfium's n-th character, so that places can be asked for.
        lines: Of `text`, without those that are drawn again where they stand.
        line_starts: Where in `text` each of them begins.
        line_pens: Where the pen stood for the first character of each; see `pens`.
    """

    def __init__(self, document: Handle, index: int) -> None:
        self.index = index
        self._text = _NOTHING
        self._rotation: int | None = None  # as it was
        self.handle: Handle = _LOAD(document, index)
        if not self.handle:
            raise pypdfium2.PdfiumError(f"page {index + 1} can't be loaded")
        self.clusters: Clusters | None = None
        self._read()
        if may_have_clusters(self.text):
            self._join_clusters()
        self._turns = 0
        if self.text and self.indexed:
            self._stand_upright()
        self._part_lines()
        if not self._turns % 2 and taken_for_vertical(self):
            self._read_across()
            self._part_lines()
        if self.indexed and (again := drawn_again(self)):
            self._leave_out(again)
        if self.indexed and has_right_to_left(self.text) and (torn := torn_lines(self)):
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
        left, bottom, right, top = box
        if self._turns:
            (u0, v0), (u1, v1) = self._turned(left, bottom), self._turned(right, top)
            left, right, bottom, top = min(u0, u1), max(u0, u1), min(v0, v1), max(v0, v1)
        return min(across) < left or max(across) > right or min(up) < bottom or max(up) > top

    def objects_at(self, indices: Iterable[int]) -> list[Handle]:
        """The text objects that drew these characters; a false one where pdfium put a character in."""
        return list(map(_OBJECT, repeat(self._text), indices))

    @property
    def text_handle(self) -> Any:
        """What pdfium knows the page's text by, for pypdfium2's raw functions."""
        return ctypes.cast(self._text, pdfium_c.FPDF_TEXTPAGE)

    def _read(self) -> None:
        self._take(self._load_text())

    def _load_text(self) -> Handle:
        with self.clusters.in_one_piece() if self.clusters else nullcontext():
            text: Handle = _LOAD_TEXT(self.handle)
        return text

    def _read_again(self) -> None:
        _CLOSE_TEXT(self._text)
        self._read()

    def _join_clusters(self) -> None:
        """Reads the text again where some signs were drawn in several pieces."""
        clusters = Clusters(self.handle)
        if clusters.rects:
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
        """Turns a page back that stands one or two quarters further than its text needs: pdfium mixes it up."""
        rotation, length = _ROTATION(self.handle), len(self.text)
        if not rotation and not self._turns_at(length // 2):
            return
        turns = [self._turns_at(length * i // 6) for i in range(1, 6)]
        self._turns = max(turns, key=turns.count)
        if (rotation - self._turns) % 4 in (1, 2):
            self._rotation = rotation
            _ROTATE(self.handle, self._turns)
            self._read_again()

    def _turns_at(self, index: int) -> int:
        """By how many quarters the text is turned here; spaces and line ends that pdfium put in always say 0."""
        while index and not self.text[index].isalnum():
            index -= 1
        return self._quarters(index)

    def _quarters(self, index: int) -> int:
        angle = _ANGLE(self._text, index)
        return round(-angle / (pi / 2)) % 4 if isfinite(angle) else 0

    def is_across(self, index: int) -> bool:
        """Whether the character stands in a line that runs at a right angle to most lines of the page."""
        return (self._quarters(index) - self._turns) % 2 == 1

    def _turned(self, x: float, y: float) -> tuple[float, float]:
        turns = self._turns
        return (x, y) if not turns else ((y, -x), (-x, -y), (-y, x))[turns - 1]

    def pens(self, indices: Sequence[int]) -> tuple[list[float], list[float]]:
        """Where the pen stood for each of these characters: along the line, and upwards."""
        across: list[float] = []
        up: list[float] = []
        for first in range(0, len(indices), _MOST_PENS):
            part = indices[first : first + _MOST_PENS]
            deque(map(_ORIGIN, repeat(self._text), part, _ACROSS_AT, _UP_AT), 0)
            across += _PENS[0 : 2 * len(part) : 2]
            up += _PENS[1 : 2 * len(part) : 2]
        if self._turns == 0:
            return across, up
        turned = [self._turned(x, y) for x, y in zip(across, up, strict=True)]
        return [x for x, _ in turned], [y for _, y in turned]

    def origins(self, indices: Sequence[int]) -> list[tuple[float, float]]:
        """The same as pairs."""
        return list(zip(*self.pens(indices), strict=True))

    def place(self, index: int) -> tuple[float, float, float, float]:
        """See `raw_text.place_of`; not turned."""
        return place_of(self._text, index)

    def box(self, index: int) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of the character's place in its line."""
        left, top, right, bottom = self.place(index)
        return self._turned_box(left, bottom, right, top)

    def sign(self, index: int) -> tuple[float, float, float, float]:
        """The same, of all of the sign that it was drawn as a part of."""
        whole = self.clusters.rects.get(address(self.objects_at([index])[0])) if self.clusters else None
        return self._turned_box(*whole) if whole else self.box(index)

    def blank_between(self, one: int, other: int) -> str | None:
        """The space or non-joiner that was drawn by itself between these characters; None where that can't be told."""
        return self.clusters.blank_between(*self.objects_at([one, other])) if self.clusters else None

    def _turned_box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        if not self._turns:
            return left, bottom, right, top
        (u0, v0), (u1, v1) = self._turned(left, bottom), self._turned(right, top)
        return min(u0, u1), min(v0, v1), max(u0, u1), max(v0, v1)

    def extent(self, index: int) -> tuple[float, float]:
        """Bottom and top of what is drawn of it: a full stop is low, and a raised figure of the font stands high."""
        _SHAPE(self._text, index, *_EDGES)
        left, right, bottom, top = _FOUR
        if self._turns == 0:
            return bottom, top
        (_, one), (_, other) = self._turned(left, bottom), self._turned(right, top)
        return min(one, other), max(one, other)

    def size(self, index: int) -> float:
        """The size of the font."""
        return float(_SIZE(self._text, index))

    def generated(self, index: int) -> bool:
        """Whether pdfium put the character in, such as a space for a gap."""
        return bool(_GENERATED(self._text, index))

    def drawn(self, start: int, count: int) -> list[tuple[float, float, float, float]]:
        """Left, top, right and bottom of the pieces that these characters were drawn in, as the page has them."""
        found = []
        for number in range(_COUNT_RECTS(self._text, start, count)):
            _RECT(self._text, number, *_EDGES)
            left, top, right, bottom = _FOUR
            found.append((left, top, right, bottom))
        return found

    def rects(self, start: int, count: int) -> list[tuple[float, float, float, float]]:
        """Left, bottom, right and top of the same, turned."""
        found = []
        for left, top, right, bottom in self.drawn(start, count):
            (u0, v0), (u1, v1) = self._turned(left, bottom), self._turned(right, top)
            found.append((min(u0, u1), min(v0, v1), max(u0, u1), max(v0, v1)))
        return found
