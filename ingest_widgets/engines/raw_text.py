"""The signs of a page as pdfium gives them, and what became of those that mean nothing."""

from __future__ import annotations

import ctypes
import re
from codecs import utf_16_le_decode
from collections.abc import Iterable, Sequence

import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.getters import Handle, getter
from ingest_widgets.engines.glyphs import Ligatures
from ingest_widgets.engines.hyphens import CUT

_COUNT_CHARS = getter(pdfium_c.FPDFText_CountChars)
_TEXT = getter(pdfium_c.FPDFText_GetText)
UNICODE = getter(pdfium_c.FPDFText_GetUnicode, ctypes.c_uint)
_UNMAPPED = getter(pdfium_c.FPDFText_HasUnicodeMapError)
BOX = getter(pdfium_c.FPDFText_GetLooseCharBox)
_OBJECT = getter(pdfium_c.FPDFText_GetTextObject, Handle)
_FONT = getter(pdfium_c.FPDFTextObj_GetFont, Handle)
_IS_HYPHEN = getter(pdfium_c.FPDFText_IsHyphen)
# Kept: making them anew for each call costs more than the call.
_ROOM = ctypes.create_string_buffer(1 << 17)
_PLACE = (ctypes.c_float * 4)()
_PLACE_AT = ctypes.byref(_PLACE)
# Left out of the text by pdfium; a NUL it writes as a hyphen at a line end, as U+FFFE.
_DROPPED = frozenset((0x02, 0x03, 0x93, 0x94, 0x96, 0x97, 0x98, 0xFFFE))
CONTROL = "\x01"
"""Stands for each of these, so that it is counted with the others that mean nothing."""
_MARKS = range(0x10, 0x17)  # quotation marks and dashes, or accents, or signs of formulas: TeX's fonts differ


def signs_of(page: Handle) -> tuple[str, int, bool]:
    """The text, how many characters pdfium counts, and whether some of them are halves of a pair (surrogates).

    Args:
        page: The page's text, loaded. There is a sign for each character: NULs come back, and what pdfium leaves out.
    """
    count = max(_COUNT_CHARS(page), 0)
    room = _ROOM if 2 * count + 2 <= len(_ROOM) else ctypes.create_string_buffer(2 * count + 2)
    written = max((_TEXT(page, 0, count, room) if count else 0) - 1, 0)
    units = memoryview(room)[: 2 * written]
    text, _ = utf_16_le_decode(units, "surrogatepass", True)
    has_pairs = len(text) < written
    if has_pairs:
        text = "".join(map(chr, memoryview(bytes(units)).cast("H")))
    if written < count or CUT in text:
        text = _with_dropped(page, text, count)
    return text, count, has_pairs


def _with_dropped(page: Handle, text: str, count: int) -> str:
    """The text with each NUL that pdfium wrote as a cut, and with what it left out."""
    counted: Sequence[int] = range(count)
    if len(text) < count:
        counted = [n for n in counted if UNICODE(page, n) not in _DROPPED or _IS_HYPHEN(page, n)]
        if len(text) < len(counted):
            counted = _without_missing(page, text, counted)
        if len(counted) != len(text):  # another pdfium drops others
            return text
    elif all(UNICODE(page, cut.start()) for cut in re.finditer(CUT, text)):
        return text
    signs = [CONTROL] * count
    for number, sign in zip(counted, text, strict=True):
        signs[number] = sign
    return "".join(
        "\0" if sign in (CUT, CONTROL) and not UNICODE(page, number) else sign for number, sign in enumerate(signs)
    )


def _without_missing(page: Handle, text: str, counted: Sequence[int]) -> list[int]:
    """Those that pdfium wrote: of a sign with the code 0 that means nothing there is a NUL, and nothing in the text.

    Such are large brackets of TeX's, and what XeTeX calls U+FFFF since its font lacks it.
    """
    written: list[int] = []
    for number in counted:
        if UNICODE(page, number) or text[len(written) : len(written) + 1] == CUT:
            written.append(number)
    return written


def with_pairs(text: str) -> str:
    """The text with a sign for each pair of surrogates."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def ligatures_of(page: Handle) -> Ligatures:
    """What the control characters on the page are that a font drew without saying what they mean."""
    controls = [n for n in range(_COUNT_CHARS(page)) if UNICODE(page, n) < ord(" ")]
    drawn = [n for n in controls if _UNMAPPED(page, n)]
    codes = {chr(UNICODE(page, n)) for n in drawn if UNICODE(page, n) not in _MARKS or _is_beside_letter(page, n)}
    before_letter = [n for n in drawn if _is_letter(page, n + 1)]
    own = [n for n in before_letter if _font(page, n) == _font(page, n + 1)]
    foreign = _pairs(page, before_letter) - _pairs(page, own)
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


def place_of(page: Handle, index: int) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the place that its font gives a character, as the page has it; zeros without one.

    Args:
        page: The page's text, loaded.
        index: What pdfium counts the character as.
    """
    if not BOX(page, index, _PLACE_AT):
        return 0.0, 0.0, 0.0, 0.0
    left, top, right, bottom = _PLACE
    return left, top, right, bottom
