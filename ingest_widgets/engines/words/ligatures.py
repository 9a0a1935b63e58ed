"""Ligatures that a font drew without saying what they mean: pdfium gives their codes, which are control characters."""

from __future__ import annotations

from collections.abc import Iterable

import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.pieces.getters import Handle, getter
from ingest_widgets.engines.pieces.raw_text import UNICODE, place_of
from ingest_widgets.engines.words.glyphs import Ligatures

_COUNT_CHARS = getter(pdfium_c.FPDFText_CountChars)
_UNMAPPED = getter(pdfium_c.FPDFText_HasUnicodeMapError)
_OBJECT = getter(pdfium_c.FPDFText_GetTextObject, Handle)
_FONT = getter(pdfium_c.FPDFTextObj_GetFont, Handle)
_MARKS = range(0x10, 0x17)  # quotation marks and dashes, or accents, or signs of formulas: TeX's fonts differ


def ligatures_of(page: Handle) -> Ligatures:
    """What the control characters on the page are that a font drew without saying what they mean."""
    controls = [n for n in range(_COUNT_CHARS(page)) if UNICODE(page, n) < ord(" ")]
    drawn = [n for n in controls if _UNMAPPED(page, n)]
    codes = {chr(UNICODE(page, n)) for n in drawn if UNICODE(page, n) not in _MARKS or _is_beside_letter(page, n)}
    before_letter = [n for n in drawn if _is_letter(page, n + 1)]
    own = [n for n in before_letter if _font(page, n) == _font(page, n + 1)]
    # A mark may stand in the text's font behind a word in italics.
    behind = [n - 1 for n in drawn if UNICODE(page, n) not in _MARKS and _is_letter(page, n - 1)]
    foreign = _pairs(page, before_letter) - _pairs(page, own)
    foreign |= _pairs(page, behind) - _pairs(page, [n for n in behind if _font(page, n) == _font(page, n + 1)])
    return Ligatures(codes, foreign, _pairs(page, [n for n in own if _is_among_words(page, n)]))


def _pairs(page: Handle, indices: Iterable[int]) -> set[str]:
    return {chr(UNICODE(page, n)) + chr(UNICODE(page, n + 1)) for n in indices}


def _is_among_words(page: Handle, index: int) -> bool:
    """Whether it and a letter behind it stand beside a word of their font: fonts for formulas draw none."""
    words = [range(index + start, index + start + 3) for start in (-4, 3)]
    letters = [n for word in words if all(_is_letter(page, n) for n in word) for n in word]
    return _font(page, index) in {_font(page, n) for n in letters}


def _is_letter(page: Handle, index: int) -> bool:
    return chr(UNICODE(page, index)).isalpha()


def _font(page: Handle, index: int) -> int | None:
    font: int | None = _FONT(_OBJECT(page, index)).value
    return font


def _is_beside_letter(page: Handle, index: int) -> bool:
    """Whether it stands beside a letter or figure of its font: signs of formulas don't, and accents stand above one.

    What they stand above may be a sign without a meaning itself: TeX's i without a dot.
    """
    left, top, right, bottom = place_of(page, index)
    x, y = (left + right) / 2, (top + bottom) / 2
    found = False
    for near in (index - 1, index + 1):
        u0, v1, u1, v0 = place_of(page, near)
        if u0 < x < u1 and v0 < y < v1:
            return False
        if chr(UNICODE(page, near)).isalnum():
            found |= _font(page, near) == _font(page, index)
    return found
