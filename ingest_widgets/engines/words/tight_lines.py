"""Words of two fonts that TeX sets in a tight line: pdfium takes no gap so narrow for a space where a piece ends."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage
    from ingest_widgets.engines.words.edits import Edit

_LONGER = 10  # one in so many lines may be of smaller signs than the others
_FULL = 0.85  # of the length of the longest ones of the others: tight lines hold the most
_LEAST, _WITHIN = 30, 20  # signs: the space behind a bullet isn't that of the line
_TIGHT = 0.21  # of the size of the font; pdfium takes whatever is wider for a space
_EVEN = 0.1  # of the spaces of the line
_LEVEL = 0.1  # points
# Latin, Greek and Cyrillic: beside Han a gap is no space.
_WORD = re.compile("[A-Za-z\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0391-\u03ce\u0400-\u04ff]{4,}")


def tight_spaces(page: TextPage) -> list[tuple[int, float]]:
    """Where one of the spaces of each line stands in which they are narrow, and how wide it is.

    Args:
        page: Where its signs are pdfium's characters.
    """
    lengths = sorted(map(len, page.lines))
    least = max(_FULL * lengths[-1 - len(lengths) // _LONGER], _LEAST)
    lines = zip(page.line_starts, page.lines, strict=True)
    found = [start + at for start, line in lines if len(line) >= least and (at := _space(line)) > 0]
    befores, (afters, _) = page.boxes([at - 1 for at in found]), page.pens([at + 1 for at in found])
    gaps = [(at, after - right) for at, (_, _, right, _), after in zip(found, befores, afters, strict=True)]
    return [(at, gap) for at, gap in gaps if 0 < gap < _TIGHT * page.size(at - 1)]


def tight_edits(page: TextPage, spaces: list[tuple[int, float]]) -> list[Edit]:
    """(start, end, " ") for each space that the text lacks in these lines: it is as wide as the one that is known."""
    words = [(word.span(), gap) for at, gap in spaces for word in _WORD.finditer(page.text, *_line(page, at))]
    firsts = page.owners([start for (start, _), _ in words])
    lasts = page.owners([end - 1 for (_, end), _ in words])
    mixed = [word for word, first, last in zip(words, firsts, lasts, strict=True) if first != last]
    return [(at, at, " ") for (start, end), gap in mixed for at in _borders(page, range(start, end), gap)]


def _space(line: str) -> int:
    """Where one stands, behind a letter if the second one does: those behind a full stop are wider."""
    at = line.find(" ", _WITHIN)
    return at if at < 0 or line[at - 1].isalnum() else line.find(" ", at + 1)


def _line(page: TextPage, at: int) -> tuple[int, int]:
    number = bisect(page.line_starts, at) - 1
    return page.line_starts[number], page.line_starts[number] + len(page.lines[number])


def _borders(page: TextPage, word: range, space: float) -> Iterator[int]:
    """Where a piece begins so far behind the one before, on the same level; letters placed one by one are no words."""
    pieces = page.owners(word)
    fours = zip(pieces, pieces[1:], pieces[2:], pieces[3:], strict=False)
    for at, (one, before, after, other) in enumerate(fours, word.start + 2):
        if one == before != after == other:
            (_, _, right, _), (left, _, _, _) = page.boxes([at - 1, at])
            _, (low, high) = page.pens([at - 1, at])
            if abs(left - right - space) < _EVEN * space and abs(low - high) < _LEVEL:
                yield at
