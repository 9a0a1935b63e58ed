"""What a page of a damaged file lacks, though it is there: the end of its content, or fonts."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

BREAKS_OFF = "a part of its content is missing"
FONTS = "a font of it is missing from the file: words may be wrong"

_MOST_BYTES = 64 * 1024 * 1024
_NAMES_A_FONT = re.compile(rb"\sTf\s")
_READ_BY = frozenset({"/Encoding", "/ToUnicode", "/DescendantFonts", "/Widths"})


class Drawn(NamedTuple):
    """A content of a page, or a form that one draws.

    Attributes:
        stream: In pikepdf; None when it isn't there.
        content: What it holds, as far as it can be decoded; None when it can't.
        resources: Those that hold for it; None without.
    """

    stream: Any
    content: bytes | None
    resources: Any


def damage(drawn: Drawn) -> Iterator[str]:
    """A sentence for each thing that is missing of it."""
    breaks_off = drawn.content is None or _breaks_off(drawn.stream)
    if breaks_off:
        yield BREAKS_OFF
    fonts = {} if drawn.resources is None else dict(drawn.resources.get("/Font", {}).items())
    lacks_font = any(map(_is_incomplete, fonts.values()))
    if not fonts and not breaks_off:
        lacks_font = _NAMES_A_FONT.search(drawn.content or b"") is not None
    if lacks_font:
        yield FONTS


def _breaks_off(stream: Any) -> bool:
    """Whether packed data has no end; the checksum behind that is forgotten by many writers."""
    if stream.get("/Filter") != "/FlateDecode":
        return False
    raw = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        raw.decompress(stream.read_raw_bytes()[2:], _MOST_BYTES)
    except zlib.error:
        return True
    return not raw.eof and not raw.unconsumed_tail


def _is_incomplete(font: Any) -> bool:
    """Whether it, or what tells its letters and gaps, is a reference to nothing."""
    import pikepdf

    return not isinstance(font, pikepdf.Dictionary) or any(
        value is None for key, value in font.items() if key in _READ_BY
    )
