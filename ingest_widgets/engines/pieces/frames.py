"""The frame that a page is read in: what stands turned stands upright there, and small print is of ordinary size.

Pdfium breaks no line between signs less than 4.5 points high, and parts and joins words of lines that run up or down.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from math import inf, log2
from typing import NamedTuple

import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.pieces.getters import Handle, getter
from ingest_widgets.engines.pieces.pieces import COUNT, FORM, KIND, TEXT, Matrix, Rect, moved_point, objects_of

_ORDINARY = 12.0  # points
_SMALL, _LARGE = 7.9, 40.0  # points
_MOST_DOUBLINGS = 10
_FAR = 1e6  # points; broken files name any place
_MOVE = getter(pdfium_c.FPDFPageObj_TransformF)
_QUARTERS = (1, 0), (0, -1), (-1, 0), (0, 1)


class Frame(NamedTuple):
    """How a page has to be turned, enlarged and then moved.

    Attributes:
        turns: The quarters by which its text stands turned.
        scale: Of the frame; a power of two, so that no place is rounded.
        across: How far it is moved along the line.
        up: And upwards.
    """

    turns: int = 0
    scale: float = 1.0
    across: float = 0.0
    up: float = 0.0

    @property
    def matrix(self) -> Matrix:
        """From the page to the frame."""
        a, b = (self.scale * part for part in _QUARTERS[self.turns])
        return a, b, -b, a, self.across, self.up

    @property
    def back(self) -> Matrix:
        """From the frame to the page."""
        turned = Frame(-self.turns % 4, 1 / self.scale)
        return Frame(*turned[:2], *moved_point(-self.across, -self.up, turned.matrix)).matrix

    def centred(self, pen: tuple[float, float], box: Rect) -> Frame:
        """Moved so that what stands there on the page comes to the middle of what pdfium takes for the page.

        Pdfium tells by what it finds there whether text is written downwards.
        """
        (x, y), (left, bottom, right, top) = moved_point(*pen, self.matrix), box
        across, up = (right - left) / 2 - x, (top - bottom) / 2 - y
        if not max(abs(across), abs(up)) < _FAR:
            return self
        return self._replace(across=round(across), up=round(up))

    @contextmanager
    def around(self, page: Handle) -> Iterator[None]:
        """For as long as the `with` lasts, the text of the page stands as it does in the frame."""
        _move(page, self.matrix)
        try:
            yield
        finally:
            _move(page, self.back)


def point_of(size: float) -> float:
    """How large a point of ordinary print is in print of this size, and 1 in smaller one."""
    return max(1.0, min(size, _LARGE) / _ORDINARY)


def is_ordinary(size: float) -> bool:
    """Whether pdfium, and what is measured in points, gets on with print of this size."""
    return _SMALL < size < _LARGE


def frame_for(turns: Sequence[int], sizes: Sequence[float]) -> Frame:
    """The one for a page most of whose text, three quarters, stands turned alike, or is very small or large.

    Args:
        turns: The quarters by which some letters stand turned.
        sizes: How large they are; zero for what isn't known.
    """
    rest = len(turns) // 4
    usual = max(turns, key=turns.count)
    by_size = sorted(sizes)
    smaller, larger = by_size[rest], by_size[-1 - rest]
    size = larger if larger < _SMALL else smaller if smaller > _LARGE else _ORDINARY
    return Frame(usual if turns.count(usual) >= len(turns) - rest else 0, _scale(size))


def _scale(size: float) -> float:
    """A power of two that makes it ordinary, about."""
    doublings = log2(_ORDINARY / size) if 0 < size < inf else 0.0
    return 2.0 ** round(doublings) if abs(doublings) < _MOST_DOUBLINGS else 1.0


def _move(page: Handle, matrix: Matrix) -> None:
    texts = (piece for piece in objects_of(page, range(COUNT(page))) if KIND(piece) in (TEXT, FORM))
    deque(map(_MOVE, texts, repeat(ctypes.byref((ctypes.c_float * 6)(*matrix)))), 0)


ON_PAGE = Frame()
