"""Signs that were drawn in several pieces, and what these mean together: a letter with its marks, two joined letters.

Browsers and office suites write so what their fonts have no map for (ActualText). Pdfium takes the meaning for that of
one piece, which is narrower than the sign, and takes it once more where other pieces are drawn between.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import accumulate, pairwise, repeat

import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.pieces.getters import Handle, getter
from ingest_widgets.engines.pieces.pieces import KIND, MARKS, TEXT, Rect
from ingest_widgets.engines.pieces.placed import PlacedPieces, address

_MARK = getter(pdfium_c.FPDFPageObj_GetMark, ctypes.c_void_p)
_MEANING = getter(pdfium_c.FPDFPageObjMark_GetParamStringValue)
_SHOW = getter(pdfium_c.FPDFPageObj_SetIsActive)
_LENGTH = ctypes.byref(ctypes.c_ulong())
# Of UTF-8: what the marks, letters and vowel signs of scripts begin with whose letters change with their neighbours.
_FIRST_BYTES = b"\xcc", b"\xcd", b"\xd7", b"\xd9", b"\xdc", b"\xe0", b"\xe1"
_MOST_MARKS = 8
NON_JOINER = "\u200c"
_NARROWEST = 0.1  # of the size of the font: less isn't taken up by any space
_FEW = 0.04  # of all pieces: where each is a sign, spaces are more
_TALL = 2.5  # of the size of the font: what is taller is no sign but several lines


class Clusters:
    """Those of a loaded page.

    Attributes:
        count: Of all pieces of the page.
        rects: Left, bottom, right and top of a whole sign, by the address of the piece that stands for it.
        in_forms: See `PlacedPieces`.
    """

    def __init__(self, page: Handle) -> None:
        self.rects: dict[int, Rect] = {}
        self._rest: set[int] = set()  # the numbers of the other pieces
        self._placed = PlacedPieces(page)
        self._pieces = self._placed.handles
        self.count = len(self._pieces)
        self.in_forms = self._placed.in_forms
        signs = self._signs()
        self._rects = self._placed.rects() if signs else []
        areas = [(right - left) * (top - bottom) for left, bottom, right, top in self._rects]
        mains = [max(pieces, key=areas.__getitem__) for pieces in signs]
        sizes = self._placed.sizes(mains)
        for pieces, main, size in zip(signs, mains, sizes, strict=True):
            lefts, bottoms, rights, tops = zip(*map(self._rects.__getitem__, pieces), strict=True)
            if max(tops) - min(bottoms) <= _TALL * size:
                self.rects[address(self._pieces[main])] = min(lefts), min(bottoms), max(rights), max(tops)
                self._rest.update(piece for piece in pieces if piece != main)

    def blank_between(self, one: int | None, other: int | None) -> str | None:
        """The space or non-joiner that was drawn between these two pieces; None if it is one, or hardly any are drawn.

        Args:
            one: The address of a piece.
            other: That of another one; whichever comes first.
        """
        spaces, joiners = self._blanks_until
        if one == other or one not in spaces or other not in spaces:
            return None
        if spaces[one] != spaces[other]:
            return " "
        return NON_JOINER if joiners[one] != joiners[other] else ""

    @cached_property
    def _blanks_until(self) -> tuple[dict[int | None, int], dict[int | None, int]]:
        """How many pieces there are of which nothing is seen, up to each: those that take up room, those that don't.

        Empty on a page with too few of the former.
        """
        spaces, joiners = [0] * len(self._pieces), [0] * len(self._pieces)
        for number, has_room in self._blanks():
            (spaces if has_room else joiners)[number] = 1
        if sum(spaces) < max(_FEW * len(self._pieces), 1):
            return {}, {}
        addresses = [piece.value for piece in self._pieces]
        up_to = (zip(addresses, accumulate(blanks), strict=True) for blanks in (spaces, joiners))
        return dict(next(up_to)), dict(next(up_to))

    def _blanks(self) -> Iterator[tuple[int, bool]]:
        """Their numbers, and whether each takes up room: joiners and what keeps sloping letters apart don't."""
        mains = [number for number in range(len(self._pieces)) if number not in self._rest]
        rects = self._rects
        blanks = [(number, after) for number, after in pairwise(mains) if _is_blank(rects[number])]
        blanks = [(number, after) for number, after in blanks if KIND(self._pieces[number]) == TEXT]
        numbers = [number for number, _ in blanks]
        sizes, pens = self._placed.sizes(numbers), self._placed.pens(numbers)
        following = self._placed.pens([after for _, after in blanks])
        for (number, _), size, pen, other in zip(blanks, sizes, pens, following, strict=True):
            yield number, abs(other - pen) > _NARROWEST * size

    @contextmanager
    def in_one_piece(self) -> Iterator[None]:
        """For as long as the `with` lasts, the page has only the piece of each sign that stands for it."""
        rest = [self._pieces[number] for number in self._rest]
        deque(map(_SHOW, rest, repeat(0)), 0)
        try:
            yield
        finally:
            deque(map(_SHOW, rest, repeat(1)), 0)

    def _signs(self) -> list[list[int]]:
        """The numbers of the pieces of each."""
        counts = [min(count, _MOST_MARKS) for count in map(MARKS, self._pieces)]
        marked = [number for number, count in enumerate(counts) if count > 0]
        innermost = map(_MARK, map(self._pieces.__getitem__, marked), [counts[number] - 1 for number in marked])
        parts: dict[int, list[int]] = {}
        for number, mark in zip(marked, innermost, strict=True):
            parts.setdefault(mark, []).append(number)
        signs: dict[int, list[int]] = {}
        for part in parts.values():  # what is in one mark is in all those around it
            for level in range(counts[part[0]]):
                signs.setdefault(_MARK(self._pieces[part[0]], level), []).extend(part)
        return [sorted(pieces) for mark, pieces in signs.items() if len(pieces) > 1 and _has_meaning(mark)]


def _has_meaning(mark: int) -> bool:
    return bool(_MEANING(Handle(mark), b"ActualText", None, 0, _LENGTH))


def may_have_clusters(text: str) -> bool:
    """Whether the text is in a script whose signs are often drawn in several pieces; soon told."""
    if text.isascii():
        return False
    encoded = text.encode("utf-8", "surrogatepass")
    return any(map(encoded.__contains__, _FIRST_BYTES))


def _is_blank(rect: Rect) -> bool:
    left, bottom, right, top = rect
    return left >= right and bottom >= top
