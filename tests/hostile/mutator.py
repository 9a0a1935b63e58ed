"""Makes mutants of a file, the same ones for the same seed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_NUMBER = re.compile(rb"\d+")
_WORD = re.compile(rb"/[A-Z]\w+")
_ODD_NUMBERS = (b"0", b"-1", b"1", b"65536", b"2147483647", b"4294967296", b"99999999999999999999", b"1e30", b"null")


def _flip(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 4, 32, 256))):
        data[chance.randrange(len(data))] = chance.randrange(256)


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(1, len(data)) :]


def _remove(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.choice((1, 16, 512, 4096))]


def _repeat(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    piece = data[start : start + chance.choice((16, 512, 4096))]
    data[start:start] = piece * chance.choice((1, 3, 50))


def _swap(data: bytearray, chance: random.Random) -> None:
    size = min(chance.choice((16, 256, 2048)), len(data) // 2)
    a, b = sorted(chance.sample(range(max(len(data) - size, 2)), 2))  # what is left may be a byte or two
    data[a : a + size], data[b : b + size] = data[b : b + size], data[a : a + size]


def _zero(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.choice((16, 512, 4096)))
    data[start:end] = bytes(end - start)


def _number(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 5))):
        found = list(_NUMBER.finditer(data))
        if not found:
            return
        spot = chance.choice(found)
        data[spot.start() : spot.end()] = chance.choice(_ODD_NUMBERS)


def _word(data: bytearray, chance: random.Random) -> None:
    found = list(_WORD.finditer(data))
    if found:
        spot, other = chance.choice(found), chance.choice(found)
        data[spot.start() : spot.end()] = bytes(other.group())


_WAYS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip,
    _cut,
    _remove,
    _repeat,
    _swap,
    _zero,
    _number,
    _word,
)


def mutant(data: bytes, seed: int) -> bytes:
    """`data`, changed in one to three ways."""
    chance = random.Random(seed)
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3))):
        if len(changed) > 4096 or changed:
            chance.choice(_WAYS)(changed, chance)
    return bytes(changed)
