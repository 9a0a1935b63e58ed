"""Right-to-left words: some files draw them from the left, and pdfium sees gaps between letters that touch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest_widgets.engines.accents import Edit
    from ingest_widgets.engines.textpage import TextPage

_LETTER = "\u0590-\u05ff\u0620-\u065f\u066e-\u06d5\u06fa-\u06ff\u0750-\u077f\u08a0-\u08ff\u200c\u200d"
_WORD = re.compile(f"[{_LETTER}]{{2,}}")
_SPACE = re.compile(f"(?<=[{_LETTER}]) (?=[{_LETTER}])")
_IN_EVERY_TEXT = "\u0627\u0644\u06cc\u05d5\u05d9"  # alef, lam, yeh, vav, yod
_TOUCHING = 0.12  # of the size of the font; a real gap has more


def right_to_left_edits(page: TextPage, text: str) -> list[Edit]:
    """(start, end, replacement): words whose letters stand in the order of their places, and spaces that are none."""
    if text.isascii() or not any(letter in text for letter in _IN_EVERY_TEXT):
        return []
    return _turned_words(page, text) + _false_spaces(page, text)


def _turned_words(page: TextPage, text: str) -> list[Edit]:
    spans = [match.span() for match in _WORD.finditer(text)]
    firsts = page.origins([start for start, _ in spans])
    lasts = page.origins([end - 1 for _, end in spans])
    return [
        (start, end, text[start:end][::-1])
        for (start, end), first, last in zip(spans, firsts, lasts, strict=True)
        if last[0] > first[0] + 0.5 and abs(last[1] - first[1]) < 3
    ]


def _false_spaces(page: TextPage, text: str) -> list[Edit]:
    found: list[Edit] = []
    for match in _SPACE.finditer(text):
        at = match.start()
        if page.size(at) > 1:  # pdfium gives the spaces that it puts in no size
            continue
        ((left, base),) = page.origins([at - 1])
        box = page.box(at + 1)
        if -1 < left - box[2] < _TOUCHING * page.size(at - 1) and box[1] - 1 < base + page.size(at - 1):
            found.append((at, at + 1, ""))
    return found
