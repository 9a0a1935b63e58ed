"""Where the characters of a page's text stand, how large they are and what drew them, by raw calls.

The small getters are called thousands of times a page, so they keep the interpreter's lock: that halves a call.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from ctypes import byref, c_double, c_float, c_void_p
from itertools import repeat
from math import isfinite, pi
from typing import Any

import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.pieces.answers import Answers
from ingest_widgets.engines.pieces.clusters import Clusters
from ingest_widgets.engines.pieces.frames import ON_PAGE, Frame
from ingest_widgets.engines.pieces.getters import Handle, getter
from ingest_widgets.engines.pieces.pieces import Matrix, least_scale, moved, moved_matrix, moved_point
from ingest_widgets.engines.pieces.raw_text import BOX, UNICODE, place_of

_ORIGIN = getter(pdfium_c.FPDFText_GetCharOrigin)
_SHAPE = getter(pdfium_c.FPDFText_GetCharBox)
_SIZE = getter(pdfium_c.FPDFText_GetFontSize, c_double)
_MATRIX = getter(pdfium_c.FPDFText_GetMatrix)
_ANGLE = getter(pdfium_c.FPDFText_GetCharAngle, c_float)
_OBJECT = getter(pdfium_c.FPDFText_GetTextObject, Handle)
_OWNER = getter(pdfium_c.FPDFText_GetTextObject, c_void_p)
_FONT = getter(pdfium_c.FPDFTextObj_GetFont, Handle)
_NAME = getter(pdfium_c.FPDFFont_GetBaseFontName)
_UNMAPPED = getter(pdfium_c.FPDFText_HasUnicodeMapError)
_GENERATED = getter(pdfium_c.FPDFText_IsGenerated)
_COUNT_RECTS = getter(pdfium_c.FPDFText_CountRects)
_RECT = getter(pdfium_c.FPDFText_GetRect)
# All of these are kept: making them anew for each page or call costs more than the call.
_MOST_PENS = 1 << 10
_PENS = (c_double * (2 * _MOST_PENS))()
_ACROSS_AT, _UP_AT = ([byref(_PENS, 16 * n + at) for n in range(_MOST_PENS)] for at in (0, 8))
_FOUR = (c_double * 4)()
_EDGES = tuple(byref(_FOUR, 8 * n) for n in range(4))
_SIX = (c_float * 6)()
_SIX_AT = byref(_SIX)
_BOXES = Answers("f", 1, (0.0, 0.0, 0.0, 0.0))
_SHAPES = Answers("d", 4, (0.0, 0.0, 0.0, 0.0))
_FONT_NAME = ctypes.create_string_buffer(256)
_SAME_PEN = 0.01  # points
_MOST_SIGNS = 2  # a piece: more aren't drawn by themselves

Box = tuple[float, float, float, float]


class Characters:
    """Those of a page's text, as pdfium counts them.

    All places are those in the frame that the page is read in: text runs along the first axis there, upwards means a
    larger second one, and most print is of ordinary size.

    Attributes:
        text: As pdfium gives it.
        clusters: The signs that were drawn in several pieces; None without any.
        in_forms: See `PlacedPieces`; empty where nobody looked.
    """

    text: str
    clusters: Clusters | None
    in_forms: Mapping[int, tuple[Matrix, complex]]
    _text: Handle
    _frame: Frame

    def objects_at(self, indices: Iterable[int]) -> list[Handle]:
        """The text objects that drew these characters; a false one where pdfium put a character in."""
        return list(map(_OBJECT, repeat(self._text), indices))

    def owners(self, indices: Iterable[int]) -> list[int | None]:
        """Their addresses."""
        return list(map(_OWNER, repeat(self._text), indices))

    @property
    def text_handle(self) -> Any:
        """What pdfium knows the page's text by, for pypdfium2's raw functions."""
        return ctypes.cast(self._text, pdfium_c.FPDF_TEXTPAGE)

    def _letter_at(self, index: int) -> int:
        """The one here or before: spaces and line ends that pdfium put in have neither a size nor a direction."""
        while index and not self.text[index].isalnum():
            index -= 1
        return index

    def _quarters(self, index: int) -> int:
        """By how many the text is turned here."""
        angle = _ANGLE(self._text, index)
        return round(-angle / (pi / 2)) % 4 if isfinite(angle) else 0

    def is_across(self, index: int) -> bool:
        """Whether the character stands in a line that runs at a right angle to most lines of the page."""
        return self._quarters(index) % 2 == 1

    def _framed(self, rect: Box) -> Box:
        """Left, bottom, right and top of what the page has there."""
        return rect if self._frame is ON_PAGE else moved(rect, self._frame.matrix)

    def _on_page(self, box: Box) -> Box:
        """Left, top, right and bottom on the page."""
        left, bottom, right, top = box if self._frame is ON_PAGE else moved(box, self._frame.back)
        return left, top, right, bottom

    def pens(self, indices: Sequence[int]) -> tuple[list[float], list[float]]:
        """Where the pen stood for each of these characters: along the line, and upwards."""
        across: list[float] = []
        up: list[float] = []
        for first in range(0, len(indices), _MOST_PENS):
            part = indices[first : first + _MOST_PENS]
            deque(map(_ORIGIN, repeat(self._text), part, _ACROSS_AT, _UP_AT), 0)
            across += _PENS[0 : 2 * len(part) : 2]
            up += _PENS[1 : 2 * len(part) : 2]
        for place, form in self._left_in_forms(indices):
            across[place], up[place] = moved_point(across[place], up[place], form)
        return across, up

    def origins(self, indices: Sequence[int]) -> list[tuple[float, float]]:
        """The same as pairs."""
        return list(zip(*self.pens(indices), strict=True))

    def _left_in_forms(self, indices: Sequence[int]) -> Iterable[tuple[int, Matrix]]:
        """Those of these characters whose places pdfium has in their forms instead of on the page, and of what form.

        So it is where one text stands for all of a piece (ActualText).
        """
        if not self.in_forms:
            return
        for number, (index, owner) in enumerate(zip(indices, self.owners(indices), strict=True)):
            if owner and owner in self.in_forms:
                form, pen = self.in_forms[owner]
                _ORIGIN(self._text, index, _ACROSS_AT[0], _UP_AT[0])
                if abs(complex(_PENS[0], _PENS[1]) - pen) < _SAME_PEN:
                    yield number, moved_matrix(form, self._frame.matrix)

    def place(self, index: int) -> Box:
        """Left, top, right and bottom of the character's place in its line, as the page has it."""
        return self._on_page(self.box(index))

    def box(self, index: int) -> Box:
        """Left, bottom, right and top of the character's place in its line."""
        left, top, right, bottom = place_of(self._text, index)
        for _, form in self._left_in_forms((index,)) if self.in_forms else ():
            return moved((left, bottom, right, top), form)
        return left, bottom, right, top

    def boxes(self, indices: Sequence[int]) -> list[Box]:
        """The same of many."""
        boxes = [(left, low, right, high) for left, high, right, low in _BOXES.of(indices, BOX, self._text)]
        for place, form in self._left_in_forms(indices):
            boxes[place] = moved(boxes[place], form)
        return boxes

    def whole(self, owner: int | None, box: Box) -> Box:
        """The box of all of the sign that a character was drawn as a part of.

        Args:
            owner: See `owners`.
            box: That of the character.
        """
        rect = self.clusters.rects.get(owner or 0) if self.clusters else None
        return self._framed(rect) if rect else box

    def signs(self, indices: Sequence[int]) -> list[Box]:
        """The boxes of the signs that these characters were drawn as parts of."""
        boxes = self.boxes(indices)
        return list(map(self.whole, self.owners(indices), boxes)) if self.clusters else boxes

    def blank_between(self, one: int | None, other: int | None) -> str | None:
        """See `Clusters.blank_between`; None, too, where pieces are words or lines, which have their spaces within."""
        if self.clusters is None or len(self.text) > _MOST_SIGNS * self.clusters.count:
            return None
        return self.clusters.blank_between(one, other)

    def extent(self, index: int) -> tuple[float, float]:
        """Bottom and top of what is drawn of it: a full stop is low, and a raised figure of the font stands high."""
        if self.in_forms:
            return self.extents((index,))[0]
        _SHAPE(self._text, index, *_EDGES)
        _, _, low, high = _FOUR
        return low, high

    def extents(self, indices: Sequence[int]) -> list[tuple[float, float]]:
        """The same of many."""
        return [(low, high) for _, low, _, high in self._shapes(indices)]

    def _shapes(self, indices: Sequence[int]) -> list[Box]:
        """Left, bottom, right and top of what is drawn of each."""
        shapes = [(left, low, right, high) for left, right, low, high in _SHAPES.of(indices, _SHAPE, self._text)]
        for place, form in self._left_in_forms(indices):
            shapes[place] = moved(shapes[place], form)
        return shapes

    def size(self, index: int) -> float:
        """How large its font is in the frame, along the line or across it, whichever is less."""
        _MATRIX(self._text, index, _SIX_AT)
        return abs(float(_SIZE(self._text, index))) * least_scale(_SIX[:])

    def sizes(self, indices: Sequence[int]) -> list[float]:
        """The same of many."""
        return list(map(self.size, indices))

    def generated(self, index: int) -> bool:
        """Whether pdfium put the character in, such as a space for a gap."""
        return bool(_GENERATED(self._text, index))

    def is_unmapped(self, index: int) -> bool:
        """Whether its font doesn't say what the character means."""
        return bool(_UNMAPPED(self._text, index) == 1)

    def code(self, index: int) -> int:
        """What the character means, or its code in a font that doesn't say what that means."""
        return int(UNICODE(self._text, index))

    def font_name(self, index: int) -> str:
        """That of its font, without what marks a part of one."""
        length = _NAME(_FONT(_OBJECT(self._text, index)), _FONT_NAME, len(_FONT_NAME))
        return _FONT_NAME.value.decode("utf-8", "replace").rpartition("+")[2] if length > 1 else ""

    def is_picture(self, index: int) -> bool:
        """Whether it is drawn by a page of its own (Type 3): its place is no wider or higher than what is drawn."""
        return bool(_NAME(_FONT(_OBJECT(self._text, index)), None, 0) <= 1)  # others have a name

    def drawn(self, start: int, count: int) -> list[Box]:
        """Left, top, right and bottom of the pieces that these characters were drawn in, as the page has them."""
        if self.in_forms:
            found = self._shapes([index for index in range(start, start + count) if not self.generated(index)])
        else:
            found = []
            for number in range(_COUNT_RECTS(self._text, start, count)):
                _RECT(self._text, number, *_EDGES)
                left, top, right, bottom = _FOUR
                found.append((left, bottom, right, top))
        return list(map(self._on_page, found))
