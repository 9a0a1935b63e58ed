"""Numbers of lines in the margin of manuscripts, bills and pleadings: they stand within sentences and cut words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest_widgets.engines.pieces.line_ends import CUT

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage
    from ingest_widgets.engines.words.edits import Edit

_NUMBER = re.compile("([1-9][0-9]{0,4}) +(?=[^ ])")
_FEWEST = 8
_PROSE = 0.5  # of the lines: rows of tables and of contents begin with a capital, or end in a number
_LEVEL = 1.0  # points
Number = tuple[int, int]
"""Where it begins in the text of a page, and where the line goes on."""


def line_numbers(page: TextPage) -> list[Edit]:
    """(start, end, ""): each number of a line, with the space behind it.

    They count up without a gap, one under the other, with nothing to the left of them, and number prose.

    Args:
        page: Where its signs are pdfium's characters.
    """
    lines, middle = page.lines, len(page.lines) // 2
    if not (lines[middle][:1].isdigit() or lines[middle - 1][:1].isdigit()):  # soon told
        return []
    if sum(line[:1].isdigit() for line in lines) < _FEWEST // 2:  # others may stand behind a cut
        return []
    numbers = _longest_count(page)
    prose = sum(_is_prose(page.text, end) for _, end in numbers)
    if len(numbers) < _FEWEST or prose < _PROSE * len(numbers) or not _in_margin(page, numbers):
        return []
    return [(start, end, "") for start, end in numbers]


def _longest_count(page: TextPage) -> list[Number]:
    counts: dict[int, list[Number]] = {}
    for found in filter(None, (_NUMBER.match(page.text, at) for at in _beginnings(page))):
        number = int(found[1])
        count = counts.pop(number - 1, [])
        count.append((found.start(), found.end()))
        if len(count) >= len(counts.get(number, ())):
            counts[number] = count
    return max(counts.values(), key=len, default=[])


def _beginnings(page: TextPage) -> Iterator[int]:
    """Where lines begin, and parts of lines behind a cut."""
    for start, line in zip(page.line_starts, page.lines, strict=True):
        yield start
        at = line.find(CUT)
        while at >= 0:
            yield start + at + 1
            at = line.find(CUT, at + 1)


def _is_prose(text: str, start: int) -> bool:
    end = text.find("\r", start)
    return text[start].islower() and not text[end - 1 if end > 0 else -1].isdigit()


def _in_margin(page: TextPage, numbers: list[Number]) -> bool:
    firsts, _ = page.pens([start for start, _ in numbers])
    ends = [page.box(start + len(page.text[start:end].rstrip()) - 1)[2] for start, end in numbers]
    aligned = min(max(places) - min(places) for places in (firsts, ends)) < _LEVEL
    return aligned and min(page.line_pens[0]) > min(firsts) - _LEVEL
