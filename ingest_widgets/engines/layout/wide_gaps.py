"""Gaps that are no wider than those around them, and yet part paragraphs: the size of the letters tells that of a gap.

Of paragraphs of one line each, one after another, of a heading that a short paragraph or another one follows, and of
what stands in the margin or begins another column.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ingest_widgets.engines.layout.paragraphs import NEAR, Pens, has_room, new_sentence
from ingest_widgets.engines.pieces.line_ends import LINE_BREAK
from ingest_widgets.scripts import SIGNS

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage

LEAST, _APART = 1.3, 1.55
"""Times the size of the font: lines of one paragraph stand so far below each other only where all are set wide."""
_LARGER = 1.08  # times the size of the text is that of a heading
_WORDS = re.compile(f"[^\\W\\d_]{{3}}|[{SIGNS}]|^\\d+$")  # parts of formulas have none
_MOST, _SOME = 0.6, 3  # of the wide gaps near a line


def starts_below_gaps(
    page: TextPage, lines: list[str], starts: list[int], apart: list[int], begins: list[int], firsts: Pens, lasts: Pens
) -> Iterator[int]:
    """Those of the lines behind wide gaps that begin a paragraph.

    Args:
        page: Where its signs are pdfium's characters.
        lines: In reading order.
        starts: Where in its text they begin.
        apart: The last of what `paragraph_starts` says, where lines stand `LEAST` times the size of the font apart.
        begins: The first of it.
        firsts: See there.
        lasts: See there.
    """
    usual = _APART * page.usual_size
    drops = {number: lasts[1][number - 1] - firsts[1][number] for number in apart}
    wide = [number for number in apart if drops[number] > usual]
    single, known = _single_lines(lines, wide), {0, *begins}
    for number in apart:
        heads, gap = number - 1 in known, abs(drops[number])
        changes = (heads or gap > usual) and _changes_size(page, lines, starts, number)
        if not (changes or number in single):
            continue
        least = LEAST if heads and changes else _APART
        if gap > least * max(page.sizes([_end(page, starts, number), starts[number]])):
            known.add(number)
            yield number


def _changes_size(page: TextPage, lines: list[str], starts: list[int], number: int) -> bool:
    """Whether both ends of the line before are larger than the beginning of this one, or smaller; both have words."""
    before, size = page.sizes([starts[number - 1], starts[number]])
    if max(before, size) <= _LARGER * min(before, size):
        return False
    if not (_WORDS.search(lines[number - 1]) and _WORDS.search(lines[number])):
        return False
    last = page.size(_end(page, starts, number))  # some lines begin with a small number
    return min(before, last) > _LARGER * size or size > _LARGER * max(before, last)


def _end(page: TextPage, starts: list[int], number: int) -> int:
    """Where the line before ends, with the columns beside it; where it begins if others were drawn between."""
    return max(page.text.rfind(LINE_BREAK, starts[number - 1], starts[number]) - 1, starts[number - 1])


def _single_lines(lines: Sequence[str], apart: list[int]) -> set[int]:
    """Those that follow a sentence as most of the lines near them do."""
    begins = [number for number in apart if new_sentence(lines[number - 1], lines[number])]
    found = set()
    for number in begins:
        around, alike = _near(apart, number), _near(begins, number)
        if alike >= _MOST * around and (around >= _SOME or has_room(lines, number)):
            found.add(number)
    return found


def _near(numbers: list[int], number: int) -> int:
    return bisect(numbers, number + NEAR) - bisect(numbers, number - NEAR - 1)
