"""What pdfium's small functions say of many things at once: less than what as many calls by themselves cost."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cached_property
from itertools import repeat
from struct import Struct
from typing import Any

_AT_ONCE = 1 << 8


class Answers:
    """Room for the numbers that a getter writes of each thing; kept, since making it anew costs more than the calls.

    Args:
        kind: What each number is to C: "f" or "d".
        addresses: How many the getter wants for them.
        otherwise: The numbers of a thing of which it says none, as many as it writes.
    """

    def __init__(self, kind: str, addresses: int, otherwise: Sequence[float]) -> None:
        self._otherwise, self._row, self._addresses = tuple(otherwise), Struct(kind * len(otherwise)), addresses

    @cached_property
    def _room(self) -> tuple[Any, list[list[Any]]]:
        """The numbers, and where each is written; made when it is asked for, which most documents don't."""
        row = self._row.size
        numbers, size = ctypes.create_string_buffer(row * _AT_ONCE), row // len(self._otherwise)
        places = [[row * thing + size * number for thing in range(_AT_ONCE)] for number in range(self._addresses)]
        return numbers, [[ctypes.byref(numbers, place) for place in column] for column in places]

    def of(self, things: Sequence[Any], ask: Any, *first: Any) -> list[Any]:
        """The numbers of each thing.

        Args:
            things: Whatever the getter tells them by.
            ask: The getter; says whether it wrote anything.
            first: What it wants before that, the same for all.
        """
        numbers, at = self._room
        rows: list[Any] = []
        for start in range(0, len(things), _AT_ONCE):
            part = things[start : start + _AT_ONCE]
            done = list(map(ask, *map(repeat, first), part, *at))
            written = self._row.iter_unpack(memoryview(numbers)[: self._row.size * len(part)])
            if all(done):
                rows += written
            else:
                rows += [row if is_done else self._otherwise for row, is_done in zip(written, done, strict=True)]
        return rows
