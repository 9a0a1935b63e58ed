"""Numbers that touch the word beside them: marks of notes, and section numbers in tables of contents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest_widgets.engines.accents import Edit
    from ingest_widgets.engines.textpage import TextPage

# Letters of Latin-1 and whatever isn't in it become "a", figures "1", the rest blanks.
_KINDS = bytes(
    ord("1" if chr(code).isdecimal() else "a" if chr(code).isalpha() or chr(code) == "?" else " ")
    for code in range(256)
)
_SECTION = re.compile(r"\d+(?:\.\d+)+")
_UNITS = frozenset(("km", "cm", "mm", "dm"))  # km²
_MOST = 500  # of a kind on a page
_SMALLER, _RAISED = 0.86, 0.12  # of the height of the word's letters


def number_edits(page: TextPage, text: str) -> list[Edit]:
    """(start, end, replacement): a space where a small raised number touches a word, or a section number its title."""
    kinds = text.encode("latin-1", "replace").translate(_KINDS)
    marks = _raised(page, [(at + 2, at + 1) for at in _places(kinds, b"aa1") if not _is_unit(text, at)])
    starts = [(at, at + 1) for at in _places(kinds, b"1aa")]
    notes = _raised(page, starts) + [pair for pair in starts if _ends_section(text, pair[1])]
    return [(at, at, " ") for at, _ in marks] + [(at, at, " ") for _, at in notes]


def _places(kinds: bytes, pattern: bytes) -> list[int]:
    found: list[int] = []
    at = kinds.rfind(pattern)  # backwards is faster by a third
    while at >= 0 and len(found) < _MOST:
        found.append(at)
        at = kinds.rfind(pattern, 0, at + 2)
    return found


def _is_unit(text: str, at: int) -> bool:
    return text[at : at + 2] in _UNITS and not text[max(at - 1, 0)].isalpha()


def _raised(page: TextPage, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of these figures that stand higher than the letter beside them, and are smaller."""
    if not pairs:
        return []
    _, heights = page.pens([index for pair in pairs for index in pair])
    found = []
    for (figure, letter), above, base in zip(pairs, heights[::2], heights[1::2], strict=True):
        if above > base:
            _, low, _, high = page.box(letter)
            _, bottom, _, top = page.box(figure)
            height = high - low
            if top - bottom < _SMALLER * height and _RAISED * height < above - base < height:
                found.append((figure, letter))
    return found


def _ends_section(text: str, at: int) -> bool:
    """Whether a line begins with a number such as 1.10 and goes on with a capital and a small letter."""
    if not (text[at].isupper() and text[at + 1].islower()):
        return False
    return _SECTION.fullmatch(text, text.rfind("\n", 0, at) + 1, at) is not None
