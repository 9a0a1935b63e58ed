"""Words that Ghostscript drew together: the last letter of one and the first of the next as a piece of their own.

The space between them is that piece's letter spacing, and pdfium takes signs so far apart for a letterspaced word.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage
    from ingest_widgets.engines.words.edits import Edit

_BEGINNING = 1_000  # signs
_LETTERSPACED = 4  # signs; fewer are words, or ends of words and a word between them
_LIGATURE = 2  # letters more than a sign, in the same place
_SPACE, _TOUCHING = 0.15, 0.05  # of the height of a sign; letters of a word are a hundredth apart
_NARROW = 1.0  # points
_WITHIN = re.compile(r"(?<=[^\W\d_]) (?=[^\W\d_])")


def pair_edits(page: TextPage, expected: bool = True) -> list[Edit]:
    """(start, end, replacement): spaces in a piece of two or three signs that stand apart, and none without room.

    Takes as long as pdfium takes for the page.

    Args:
        page: Where its signs are pdfium's characters.
        expected: Look at all of the page though there are none in its beginning.
    """
    length = len(page.text)
    if not expected and not _apart(page, min(length, _BEGINNING)):
        return []
    return [(at + 1, at + 1, " ") for at in _apart(page, length)] + squeezed_edits(page)


def _apart(page: TextPage, length: int) -> list[int]:
    """The signs behind which a space is missing."""
    pieces = [piece.value for piece in page.objects_at(range(length))]
    starts = [at for at, (before, piece) in enumerate(pairwise([None, *pieces])) if piece != before]
    found = []
    for start, end in pairwise([*starts, length]):
        if pieces[start] and 1 < end - start < _LETTERSPACED + _LIGATURE:
            gaps = [at for at in range(start, end - 1) if page.box(at) != page.box(at + 1)]
            apart = len(gaps) < _LETTERSPACED - 1 and all(_gap(page, at, at + 1) > _SPACE for at in gaps)
            if apart and gaps and not page.is_picture(start):
                found += gaps
    return found


def squeezed_edits(page: TextPage) -> list[Edit]:
    """(start, end, ""): spaces within a word, made as narrow as the letters beside them are drawn close to each other.

    QuarkXPress draws one so where it may cut the word.
    """
    spaces = [space.start() for space in _WITHIN.finditer(page.text)]
    (starts, _), (ends, _) = page.pens(spaces), page.pens([at + 1 for at in spaces])
    narrow = [at for at, start, end in zip(spaces, starts, ends, strict=True) if abs(end - start) < _NARROW]
    return [(at, at + 1, "") for at in narrow if abs(_gap(page, at - 1, at + 1)) < _TOUCHING]


def _gap(page: TextPage, one: int, other: int) -> float:
    """In heights of a sign; none beside a space."""
    if page.text[one] == " " or page.text[other] == " ":
        return 0.0
    _, bottom, right, top = page.box(one)
    return (page.box(other)[0] - right) / max(top - bottom, 1.0)
