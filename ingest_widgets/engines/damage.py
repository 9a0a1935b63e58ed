"""What a page of a damaged file lacks, though it is there: the end of its content, or fonts."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

BREAKS_OFF = "a part of its content is missing"
FONTS = "a font of it is missing from the file: words may be wrong"

_MOST_BYTES = 64 * 1024 * 1024
_NAMES_A_FONT = re.compile(rb"\sTf\s")
_READ_BY = frozenset({"/Encoding", "/ToUnicode", "/DescendantFonts", "/Widths"})


def damage(parts: Sequence[Any], resources: Any) -> Iterator[str]:
    """A sentence for each thing that is missing.

    Args:
        parts: The contents of the page in pikepdf.
        resources: Those that hold for it; None without.
    """
    breaks_off = any(map(_breaks_off, parts))
    if breaks_off:
        yield BREAKS_OFF
    fonts = {} if resources is None else dict(resources.get("/Font", {}).items())
    lacks_font = any(map(_is_incomplete, fonts.values()))
    if not fonts and not breaks_off:
        lacks_font = any(_NAMES_A_FONT.search(part.read_bytes()) for part in parts)
    if lacks_font:
        yield FONTS


def _breaks_off(part: Any) -> bool:
    """Whether packed data has no end; the checksum behind that is forgotten by many writers."""
    import pikepdf

    if not isinstance(part, pikepdf.Stream):
        return True
    if part.get("/Filter") != "/FlateDecode":
        return False
    raw = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        raw.decompress(part.read_raw_bytes()[2:], _MOST_BYTES)
    except zlib.error:
        return True
    return not raw.eof and not raw.unconsumed_tail


def _is_incomplete(font: Any) -> bool:
    """Whether it, or what tells its letters and gaps, is a reference to nothing."""
    import pikepdf

    return not isinstance(font, pikepdf.Dictionary) or any(
        value is None for key, value in font.items() if key in _READ_BY
    )
