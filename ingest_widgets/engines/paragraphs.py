"""Where a paragraph begins: a wider gap above it than around, or a first line that stands in or out.

And which lines may be none: pdfium ends a line before and behind some raised or lowered signs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from operator import sub

Place = tuple[float, float]
Pens = tuple[list[float], list[float]]
_ENDS_SENTENCE = tuple(".!?:;…”’\"')]»。！？：」")
_FULL_STOP = re.compile(r"(?:^|\s)[^\s/]*[^\s/.][.!?]\s*$")  # no part of an address
# All distances are points of ordinary print.
_SAME_LINE = 0.5
SHIFT = 9.0
"""Raised and lowered signs stand no farther off their line."""
_STACKED = 1.0  # one over the other
_WIDER = 1.28
_INDENT = (5.0, 45.0)


def pens_of(places: Sequence[Place]) -> Pens:
    """Along the line, and upwards, of places that are pairs of these."""
    return [x for x, _ in places], [y for _, y in places]


def paragraph_starts(
    lines: Sequence[str], firsts: Pens, lasts: Pens, point: float = 1.0
) -> tuple[list[int], list[int]]:
    """The numbers (from 0) of the lines with which a paragraph begins; the first one never counts.

    And those of the lines that do not stand to the left of the one before: about as high, or higher if that is but one
    sign, which may be a large initial.

    Args:
        lines: In reading order; one that a hyphen has cut goes on behind U+FFFE.
        firsts: Where the pen stood for the first sign of each line: along the line, and upwards.
        lasts: The same for the part behind the last U+FFFE.
        point: See `TextPage`.
    """
    if point != 1:
        firsts, lasts = _in_points(firsts, point), _in_points(lasts, point)
    across, up = firsts
    drops = list(map(sub, lasts[1], up[1:]))
    around = zip(count(1), drops, [0.0, *drops], [*drops[1:], 0.0], lasts[0], across[1:], strict=False)
    starts, beside = [], []
    for number, drop, above, below, before, left in around:
        alone = left > before and len(lines[number - 1]) == 1
        if (-SHIFT < drop < SHIFT and left > before - _STACKED) or (alone and drop < 2 * SHIFT):
            beside.append(number)
        if drop <= _SAME_LINE:  # beside or above: another column, or something in the margin
            if drop < -_SAME_LINE and not alone and _new_sentence(lines[number - 1], lines[number]):
                starts.append(number)
            continue
        usual = above if _SAME_LINE < above < below or below <= _SAME_LINE else below
        indented = _INDENT[0] < abs(left - before) < _INDENT[1]
        if drop > _WIDER * usual > _SAME_LINE or (indented and _stands_alone(lines, across, before, number)):
            starts.append(number)
    return starts, beside


def _in_points(pens: Pens, point: float) -> Pens:
    across, up = pens
    return [place / point for place in across], [place / point for place in up]


def _stands_alone(lines: Sequence[str], across: list[float], before: float, number: int) -> bool:
    """Whether the line after the indented one begins where the line above it did."""
    returns = number + 1 < len(lines) and abs(across[number + 1] - before) < 2
    if returns and across[number] < before and _FULL_STOP.search(lines[number - 1]):
        return True  # an entry of a dictionary begins with a small letter, too
    return returns and _new_sentence(lines[number - 1], lines[number])


def _new_sentence(before: str, line: str) -> bool:
    return before.rstrip().endswith(_ENDS_SENTENCE) and not line[:1].islower()
