"""What pdfium's small functions say of many things at once: less than what as many calls by themselves cost."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
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
        self._otherwise, self._row = tuple(otherwise), Struct(kind * len(otherwise))
        self._numbers = ctypes.create_string_buffer(self._row.size * _AT_ONCE)
        size = self._row.size // len(otherwise)
        self._at = [
            [ctypes.byref(self._numbers, self._row.size * thing + size * number) for thing in range(_AT_ONCE)]
            for number in range(addresses)
        ]

    def of(self, things: Sequence[Any], ask: Any, *first: Any) -> list[Any]:
        """The numbers of each thing.

        Args:
            things: Whatever the getter tells them by.
            ask: The getter; says whether it wrote anything.
            first: What it wants before that, the same for all.
        """
        rows: list[Any] = []
        for start in range(0, len(things), _AT_ONCE):
            part = things[start : start + _AT_ONCE]
            done = list(map(ask, *map(repeat, first), part, *self._at))
            written = self._row.iter_unpack(memoryview(self._numbers)[: self._row.size * len(part)])
            if all(done):
                rows += written
            else:
                rows += [row if is_done else self._otherwise for row, is_done in zip(written, done, strict=True)]
        return rows
