"""Spaces that pdfium puts into words of scripts whose signs overlap, jut out, or have marks without a width."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from ingest_widgets.engines.clusters import NON_JOINER
from ingest_widgets.engines.pieces import font_size

if TYPE_CHECKING:
    from ingest_widgets.engines.edits import Edit
    from ingest_widgets.engines.textpage import TextPage

Box = tuple[float, float, float, float]
# Combining accents; Hebrew, Arabic and Syriac without their punctuation; from Devanagari to Myanmar; Khmer; joiners;
# Hebrew with points and the shapes of Arabic.
_LETTER = (
    "\u0300-\u036f\u0590-\u05ff\u0620-\u065f\u066e-\u06d5\u06fa-\u08ff\u0900-\u109f\u1780-\u17d3\u200c\u200d"
    "\ufb1d-\ufdff\ufe70-\ufefc"
)
_SPACE = re.compile(f"(?<=[{_LETTER}]) (?=[{_LETTER}.,;:!?)\u0964])")
_MOST_MARKS = 6  # of a letter
# Of the size of the font.
_TOUCHING = 0.12  # a real gap has more
_WITHIN = 0.3  # so far apart signs of a word stand where spaces are drawn, and none was
_BACK = 0.6  # what lies farther back was drawn in another order


def false_space_edits(page: TextPage, text: str) -> list[Edit]:
    """(start, end, ""): each space between two letters that touch, or that wasn't drawn as others were."""
    if not page.may_have_clusters:
        return []
    spaces = [match.start() for match in _SPACE.finditer(text)]
    return [(at, at + 1, "") for at in spaces if not page.has_width(at) and _is_false(page, text, at)]


def _is_false(page: TextPage, text: str, at: int) -> bool:
    before, after = _sign(page, text, at - 1, -1), _sign(page, text, at + 1, 1)
    (piece,) = page.objects_at([at + 1])
    size = font_size(piece)
    gap = max(before[0] - after[2], after[0] - before[2])
    if min(before[3], after[3]) < max(before[1], after[1]) - size or not -_BACK * size < gap < _WITHIN * size:
        return False
    return gap < _TOUCHING * size or page.blank_between(at - 1, at + 1) in ("", NON_JOINER)


def _sign(page: TextPage, text: str, at: int, step: int) -> Box:
    """Left, bottom, right and top of the letter here and its marks."""
    box = page.sign(at)
    for _ in range(_MOST_MARKS):
        mark, other = (at, at - 1) if step < 0 else (at + 1, at + 1)
        if not 0 <= other < len(text) or not 0 <= mark < len(text) or unicodedata.category(text[mark])[0] != "M":
            break
        at += step
        left, bottom, right, top = page.sign(at)
        box = min(box[0], left), min(box[1], bottom), max(box[2], right), max(box[3], top)
    return box
