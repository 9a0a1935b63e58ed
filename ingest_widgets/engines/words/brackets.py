"""Angle brackets of TeX's fonts, whose names pdfium doesn't know: it gives them as the letters with their numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage
    from ingest_widgets.engines.words.edits import Edit

_OPENS, _CLOSES = "\u27e8", "\u27e9"
# What is between them touches them, or a slanted sign before the second has some room, which pdfium takes for a space;
# letters of other fonts without a map stand among their like.
_BRACKET = re.compile(r"h(?=[\w\\(\[{|/*\u2212\u2217-])|(?<=[\w)\]}|*+])i|(?<=[\w)\]}|*+] )i(?!\w)")
_BEHIND = "}])"  # a search for one sign takes a hundredth of one for two
_ENDS, _MIDDLE = ("i ", "i,"), 200  # signs to either side of the middle


def bracket_edits(page: TextPage, expected: bool = True) -> list[Edit]:
    """(start, end, bracket) for each of a pair.

    Args:
        page: Where its signs are pdfium's characters.
        expected: Look at all of the page though none stands at some places where there often is one.
    """
    text = page.text
    if not expected:
        middle = len(text) // 2
        places = [find(sign) - 1 for sign in _BEHIND for find in (text.find, text.rfind)]
        places += [text.find(end, max(middle - _MIDDLE, 0), middle + _MIDDLE) for end in _ENDS]
        if not any(at > 0 and text[at] == "i" and _is_bracket(page, at) for at in places):
            return []
    edits: list[Edit] = []
    open_ones: list[int] = []
    for sign in _BRACKET.finditer(text):
        at = sign.start()
        if not _is_bracket(page, at):
            continue
        if sign.group() == "h":
            open_ones.append(at)
        elif open_ones:
            opens = open_ones.pop()
            edits += [(opens, opens + 1, _OPENS), (at - (page.text[at - 1] == " "), at + 1, _CLOSES)]
    return edits


def _is_bracket(page: TextPage, at: int) -> bool:
    """Whether its font doesn't say what the letter means, and that of the sign on the inner side does."""
    if page.text[at] == "h":
        inner = at + 1
    elif page.text[at - 1] != " ":
        inner = at - 1
    elif page.generated(at - 1):
        inner = at - 2
    else:
        return False
    return page.is_unmapped(at) and not page.is_unmapped(inner)
