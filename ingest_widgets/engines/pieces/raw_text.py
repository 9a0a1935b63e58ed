"""The signs of a page as pdfium gives them, and what became of those that mean nothing."""

from __future__ import annotations

import ctypes
import re
from codecs import utf_16_le_decode
from collections.abc import Sequence

import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.pieces.getters import Handle, getter
from ingest_widgets.engines.pieces.line_ends import CUT

_COUNT_CHARS = getter(pdfium_c.FPDFText_CountChars)
_TEXT = getter(pdfium_c.FPDFText_GetText)
UNICODE = getter(pdfium_c.FPDFText_GetUnicode, ctypes.c_uint)
BOX = getter(pdfium_c.FPDFText_GetLooseCharBox)
_IS_HYPHEN = getter(pdfium_c.FPDFText_IsHyphen)
# Kept: making them anew for each call costs more than the call.
_ROOM = ctypes.create_string_buffer(1 << 17)
_PLACE = (ctypes.c_float * 4)()
_PLACE_AT = ctypes.byref(_PLACE)
# Left out of the text by pdfium; a NUL it writes as a hyphen at a line end, as U+FFFE.
_DROPPED = frozenset((0x02, 0x03, 0x93, 0x94, 0x96, 0x97, 0x98, 0xFFFE))
CONTROL = "\x01"
"""Stands for each of these, so that it is counted with the others that mean nothing."""


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
