"""Spaces that pdfium puts into words of scripts whose signs overlap, jut out, stand apart or have marks of no width."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from itertools import chain, islice
from typing import TYPE_CHECKING

from ingest_widgets.engines.pieces.clusters import NON_JOINER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest_widgets.engines.pieces.characters import Box
    from ingest_widgets.engines.pieces.textpage import TextPage
    from ingest_widgets.engines.words.edits import Edit

# Combining accents; Hebrew, Arabic and Syriac without their punctuation; from Devanagari to Myanmar; Khmer; joiners;
# Hebrew with points and the shapes of Arabic.
_LETTER = (
    "\u0300-\u036f\u0590-\u05ff\u0620-\u065f\u066e-\u06d5\u06fa-\u08ff\u0900-\u109f\u1780-\u17d3\u200c\u200d"
    "\ufb1d-\ufdff\ufe70-\ufefc"
)
_SPACE = re.compile(f"(?<=[{_LETTER}]) (?=[{_LETTER}.,;:!?)\u0964])")
# Han and Kana with their punctuation; Korean parts its words.
_SIGN = "\u3001-\u3020\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff0f\uff1a\uff1b\uff1f"
_BETWEEN_SIGNS = re.compile(f"(?<=[{_SIGN}]) (?=[{_SIGN}])")
_IN_EVERY_TEXT = "、。，るん的不人中"  # those that no byte of Latin makes slow to look for
_MOST_MARKS = 6  # of a letter
# Of the size of the font.
_TOUCHING = 0.12  # a real gap has more
_WITHIN = 0.3  # so far apart signs of a word stand where spaces are drawn, and none was
_BACK = 0.6  # what lies farther back was drawn in another order
# Of the width of a sign.
_NEAR = 0.4  # as signs of a word
_APART = 0.9  # as those that are justified or stand under ruby; cells stand as far, or farther


def false_space_edits(page: TextPage, text: str, lines: Sequence[Edit] = ()) -> list[Edit]:
    """(start, end, ""): each space between two letters that touch, or that wasn't drawn as others were.

    Args:
        page: Where its signs stand.
        text: Its text.
        lines: Those in which no space is looked for, by where they start.
    """
    if not page.may_have_clusters:
        return _between_signs(page, text) if any(map(text.__contains__, _IN_EVERY_TEXT)) else []
    found = [match.start() for match in _SPACE.finditer(text)]
    if lines:
        found = [at for at in found if (number := bisect(lines, (at,))) == 0 or lines[number - 1][1] <= at]
    spaces = [at for at, (left, _, right, _) in zip(found, page.boxes(found), strict=True) if left >= right]
    before, after = (_letters(page, [_around(text, at, step) for at in spaces]) for step in (-1, 1))
    sizes = page.sizes([at + 1 for at in spaces])
    signs = zip(spaces, before, after, sizes, strict=True)
    return [(at, at + 1, "") for at, one, other, size in signs if _is_false(page, at, one, other, size)]


def _is_false(page: TextPage, at: int, before: Box, after: Box, size: float) -> bool:
    gap = max(before[0] - after[2], after[0] - before[2])
    if min(before[3], after[3]) < max(before[1], after[1]) - size or not -_BACK * size < gap < _WITHIN * size:
        return False
    return gap < _TOUCHING * size or page.blank_between(*page.owners((at - 1, at + 1))) in ("", NON_JOINER)


def _between_signs(page: TextPage, text: str) -> list[Edit]:
    """Those between two signs of Han or Kana that stand beside each other, where none was drawn."""
    spaces = [at for match in _BETWEEN_SIGNS.finditer(text) if page.generated(at := match.start())]
    return [(at, at + 1, "") for at in spaces if _are_beside(page, at)]


def _are_beside(page: TextPage, space: int) -> bool:
    before, after = page.boxes([space - 1, space + 1])
    gap, width = after[0] - before[2], min(before[2] - before[0], after[2] - after[0])
    if min(before[3], after[3]) <= max(before[1], after[1]) or not 0 <= gap < _APART * width:
        return False
    return gap < _NEAR * width or not _is_cell_before(page, space)


def _is_cell_before(page: TextPage, space: int) -> bool:
    """Whether the sign before was drawn with the one before that, and without the one behind: spread signs are not."""
    first, last, other = page.owners((max(space - 2, 0), space - 1, space + 1))
    return space > 1 and first == last != other


def _around(text: str, space: int, step: int) -> range:
    """Where the letter on one side of a space and its marks stand, in this direction."""
    at = space + step
    for _ in range(_MOST_MARKS):
        mark = at if step < 0 else at + 1
        if not 0 <= at + step < len(text) or unicodedata.category(text[mark])[0] != "M":
            break
        at += step
    return range(space + step, at + step, step)


def _letters(page: TextPage, places: Sequence[range]) -> list[Box]:
    """Left, bottom, right and top of each letter with its marks."""
    boxes = iter(page.signs(list(chain.from_iterable(places))))
    sides = (zip(*islice(boxes, len(letter)), strict=True) for letter in places)
    return [(min(lefts), min(bottoms), max(rights), max(tops)) for lefts, bottoms, rights, tops in sides]
