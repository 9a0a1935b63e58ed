"""Where a paragraph begins: a wider gap above it than around, or a first line that stands in or out.

And which lines may be none: pdfium ends a line before and behind some raised or lowered signs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from math import inf
from operator import sub

from ingest_widgets.engines.pieces.line_ends import CUT

Place = tuple[float, float]
Pens = tuple[list[float], list[float]]
_ENDS_SENTENCE = tuple(".!?:;…”’\"')]»。！？：」")
_ENDS_CLAUSE = tuple(":;\uff1a\uff1b")
_FULL_STOP = re.compile(r"(?:^|\s)[^\s/]*[^\s/.][.!?]\s*$")  # no part of an address
_STOP = re.compile("[.!?\u2026\u3002\uff01\uff1f][\"'\u2019\u201d\u00bb)\\]\u300d\u300f]*\\s*$")
# All distances are points of ordinary print.
_SAME_LINE = 0.5
SHIFT = 9.0
"""Raised and lowered signs stand no farther off their line."""
_STACKED = 1.0  # one over the other
_WIDER = 1.28
_SLIGHTLY_WIDER = 1.05  # tells where lines are even
_ROUNDED = 0.2
_EVEN = 3  # lines
_LEAST_INDENT, _MOST_INDENT = 5.0, 45.0
_ALIGNED = 2.0
NEAR = 8
"""So many lines before and behind one tell what is usual there."""
_FULL = 0.9  # of the longest line near it
_LONG_WORD = 8  # signs; Han breaks anywhere


def pens_of(places: Sequence[Place]) -> Pens:
    """Along the line, and upwards, of places that are pairs of these."""
    return [x for x, _ in places], [y for _, y in places]


def paragraph_starts(
    lines: Sequence[str], firsts: Pens, lasts: Pens, point: float = 1.0, wide: float = inf
) -> tuple[list[int], list[int], list[int]]:
    """The numbers (from 0) of the lines with which a paragraph begins; the first one never counts.

    And those of the lines that do not stand to the left of the one before: about as high, or higher if that is but one
    sign, which may be a large initial. And those below a wide gap that is no wider than the ones around it, or as far
    above the line before.

    Args:
        lines: In reading order; one that a hyphen has cut goes on behind U+FFFE.
        firsts: Where the pen stood for the first sign of each line: along the line, and upwards.
        lasts: The same for the part behind the last U+FFFE.
        point: See `TextPage`.
        wide: Such a gap, from line to line, in points of the page.
    """
    if point != 1:
        firsts, lasts = _in_points(firsts, point), _in_points(lasts, point)
    across, up = firsts
    drops = list(map(sub, lasts[1], up[1:]))
    around = zip(count(1), drops, [0.0, *drops], [*drops[1:], 0.0], lasts[0], across[1:], strict=False)
    starts, beside, apart, slight = [], [], [], []
    wide, until = wide / point, 0
    for number, drop, above, below, before, left in around:
        step = left - before
        if drop < SHIFT or step > 0:
            alone = step > 0 and len(lines[number - 1]) == 1
            if (-SHIFT < drop < SHIFT and step > -_STACKED) or (alone and drop < 2 * SHIFT):
                beside.append(number)
            if drop <= _SAME_LINE:  # beside or above: another column, or something in the margin
                if drop < -_SAME_LINE and not alone and new_sentence(lines[number - 1], lines[number]):
                    starts.append(number)
                elif drop < -wide:
                    apart.append(number)
                continue
        if _LEAST_INDENT < abs(step) < _MOST_INDENT:
            until = _end_of_starts(lines, across, before, number)
        usual = above if _SAME_LINE < above < below or below <= _SAME_LINE else below
        if number < until or drop > _WIDER * usual > _SAME_LINE:
            starts.append(number)
            continue
        if drop > _SLIGHTLY_WIDER * usual > _SAME_LINE:
            slight.append((number, usual))
        if drop > wide:
            apart.append(number)
    if slight:
        starts = sorted({*starts, *_between_even_lines(lines, drops, slight)})
    return starts, beside, apart


def _between_even_lines(lines: Sequence[str], drops: Sequence[float], slight: Sequence[tuple[int, float]]) -> set[int]:
    """Those below a slightly wider gap, where all that are near are as wide and behind a sentence, and lines are even.

    Args:
        lines: See `paragraph_starts`.
        drops: From each line to the next one.
        slight: The number of each line below such a gap, and what is usual around it.
    """
    found: set[int] = set()
    for number, usual in slight:
        first, drop, most = max(number - NEAR, 1), drops[number - 1], usual + _ROUNDED
        near = drops[first - 1 : number + NEAR]
        gaps = [n for n, step in enumerate(near, first) if most <= step <= _WIDER * usual]
        if not all(abs(drops[n - 1] - drop) < _ROUNDED and _follows_clause(lines, n) for n in gaps):
            continue
        even = sum(usual - _ROUNDED < step < most for step in near)
        if even >= max(_EVEN, len(gaps)) and any(has_room(lines, n) for n in gaps):
            found.update(gaps)
    return found


def has_room(lines: Sequence[str], number: int) -> bool:
    """Whether the first word of the line might have stood in the one before."""
    near = lines[max(number - NEAR, 0) : number + NEAR]
    longest = max(len(part) for line in near for part in line.split(CUT))
    word = lines[number].partition(" ")[0][:_LONG_WORD]
    return len(lines[number - 1].rpartition(CUT)[2]) + len(word) < _FULL * longest


def _in_points(pens: Pens, point: float) -> Pens:
    across, up = pens
    return [place / point for place in across], [place / point for place in up]


def _end_of_starts(lines: Sequence[str], across: list[float], before: float, number: int) -> int:
    """Up to where each line begins a paragraph, from the indented one on: the next one is where the line above it was.

    All of these but the last are paragraphs of one line, as people speak in novels; lines of a program end otherwise.
    """
    left, ends, line = across[number], lines[number - 1].rstrip(), lines[number]
    hangs = left < before  # an entry of a dictionary begins with a small letter, too
    if not ends.endswith(_ENDS_SENTENCE) or (line[:1].islower() and not (hangs and _FULL_STOP.search(ends))):
        return number
    end = number + 1
    while end < len(lines) and abs(across[end] - left) < _ALIGNED and _follows_stop(lines, end, hangs):
        end += 1
    if end == len(lines) or abs(across[end] - before) >= _ALIGNED:
        return number
    # Full lines all of which end a sentence are the inner ones of a paragraph, or of an entry of a list.
    are_starts = end == number + 1 or any(has_room(lines, n) for n in range(number, end))
    return end if are_starts else number


def _follows_stop(lines: Sequence[str], number: int, or_small: bool) -> bool:
    return bool(_STOP.search(lines[number - 1])) and (or_small or not lines[number][:1].islower())


def _follows_clause(lines: Sequence[str], number: int) -> bool:
    return lines[number - 1].rstrip().endswith(_ENDS_CLAUSE) or _follows_stop(lines, number, or_small=False)


def new_sentence(before: str, line: str) -> bool:
    """Whether a sentence ends the line before, or what may be one, and no small letter begins this one."""
    return before.rstrip().endswith(_ENDS_SENTENCE) and not line[:1].islower()
