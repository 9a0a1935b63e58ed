"""Signs that were drawn in several pieces, and what these mean together: a letter with its marks, two joined letters.

Browsers and office suites write so what their fonts have no map for (ActualText). Pdfium takes the meaning for that of
one piece, which is narrower than the sign, and takes it once more where other pieces are drawn between.
"""

from __future__ import annotations

import ctypes
from bisect import bisect
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import pairwise

import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.getters import Handle, getter
from ingest_widgets.engines.pieces import COUNT, KIND, MARKS, TEXT, Rect, font_size, objects_of, pen_of, rect_of

_MARK = getter(pdfium_c.FPDFPageObj_GetMark, Handle)
_MEANING = getter(pdfium_c.FPDFPageObjMark_GetParamStringValue)
_SHOW = getter(pdfium_c.FPDFPageObj_SetIsActive)
_LENGTH = ctypes.byref(ctypes.c_ulong())
# Of UTF-8: what the marks, letters and vowel signs of scripts begin with whose letters change with their neighbours.
_FIRST_BYTES = b"\xcc", b"\xcd", b"\xd7", b"\xd9", b"\xdc", b"\xe0", b"\xe1"
_MOST_MARKS = 8
_MOST_PIECES = 100_000  # of a page: maps have more, and each takes memory and time while it is looked at
NON_JOINER = "\u200c"
_NARROWEST = 0.1  # of the size of the font: less isn't taken up by any space
_FEW = 0.04  # of all pieces: where each is a sign, spaces are more
_TALL = 2.5  # of the size of the font: what is taller is no sign but several lines


class Clusters:
    """Those of a loaded page.

    Attributes:
        rects: Left, bottom, right and top of a whole sign, by the address of the piece that stands for it.
    """

    def __init__(self, page: Handle) -> None:
        self.rects: dict[int, Rect] = {}
        self._rest: list[Handle] = []
        count = COUNT(page)
        self._pieces = list(objects_of(page, range(count if count <= _MOST_PIECES else 0)))
        for pieces in self._signs():
            rects = list(map(rect_of, pieces))
            sizes = [(right - left) * (top - bottom) for left, bottom, right, top in rects]
            main = sizes.index(max(sizes))
            lefts, bottoms, rights, tops = zip(*rects, strict=True)
            if max(tops) - min(bottoms) <= _TALL * font_size(pieces[main]):
                self.rects[address(pieces[main])] = min(lefts), min(bottoms), max(rights), max(tops)
                self._rest += pieces[:main] + pieces[main + 1 :]

    def blank_between(self, one: Handle, other: Handle) -> str | None:
        """The space or non-joiner that was drawn between these two pieces; None on a page that hardly draws any."""
        first, last = sorted(self._numbers.get(address(piece), -1) for piece in (one, other))
        spaces, joiners = self._blanks
        if first < 0 or len(spaces) < _FEW * len(self._pieces) or not spaces:
            return None
        if bisect(spaces, first) < bisect(spaces, last):
            return " "
        return NON_JOINER if bisect(joiners, first) < bisect(joiners, last) else ""

    @cached_property
    def _numbers(self) -> dict[int, int]:
        return {address(piece): number for number, piece in enumerate(self._pieces)}

    @cached_property
    def _blanks(self) -> tuple[list[int], list[int]]:
        """The numbers of pieces of which nothing is seen: those that take up room, and those that don't."""
        rest = set(map(address, self._rest))
        main = [(number, piece) for number, piece in enumerate(self._pieces) if address(piece) not in rest]
        blanks: tuple[list[int], list[int]] = [], []
        for (number, piece), (_, following) in pairwise(main):
            if _is_blank(piece):
                blanks[not _has_room(piece, following)].append(number)
        return blanks

    @contextmanager
    def in_one_piece(self) -> Iterator[None]:
        """For as long as the `with` lasts, the page has only the piece of each sign that stands for it."""
        for piece in self._rest:
            _SHOW(piece, 0)
        try:
            yield
        finally:
            for piece in self._rest:
                _SHOW(piece, 1)

    def _signs(self) -> Iterator[list[Handle]]:
        meant: dict[int, bool] = {}
        signs: dict[int, list[Handle]] = {}
        for piece in self._pieces:
            for number in range(min(MARKS(piece), _MOST_MARKS)):
                mark = address(_MARK(piece, number))
                if mark not in meant:
                    meant[mark] = bool(_MEANING(Handle(mark), b"ActualText", None, 0, _LENGTH))
                if meant[mark]:
                    signs.setdefault(mark, []).append(piece)
        return (pieces for pieces in signs.values() if len(pieces) > 1)


def may_have_clusters(text: str) -> bool:
    """Whether the text is in a script whose signs are often drawn in several pieces; soon told."""
    if text.isascii():
        return False
    encoded = text.encode("utf-8", "surrogatepass")
    return any(map(encoded.__contains__, _FIRST_BYTES))


def _is_blank(piece: Handle) -> bool:
    left, bottom, right, top = rect_of(piece)
    return left >= right and bottom >= top and KIND(piece) == TEXT


def _has_room(piece: Handle, following: Handle) -> bool:
    """Whether it takes up some: joiners and what keeps sloping letters apart don't."""
    return abs(pen_of(following) - pen_of(piece)) > _NARROWEST * font_size(piece)


def address(handle: Handle) -> int:
    """As a number, which tells whether two are of the same."""
    return handle.value or 0
