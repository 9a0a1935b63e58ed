"""What a page of a damaged file lacks, though it is there: the end of its content, or fonts."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from ingest_widgets.engines.protocol import Buffer

BREAKS_OFF = "a part of its content is missing"
FONTS = "a font of it is missing from the file: words may be wrong"

_SECTOR = 512
_EMPTY = bytes(_SECTOR)
_GAP = bytes(64)
_SAMPLE, _ASCII, _LONE_FEED = 16_384, bytes(range(128)), re.compile(rb"[^\r]\n")
_PICTURE = re.compile(rb"\bID\s")
_PART, _MOST_PARTS = 1024 * 1024, 64
_NAMES_A_FONT = re.compile(rb"\sTf\s")
_READ_BY = frozenset({"/Encoding", "/ToUnicode", "/DescendantFonts", "/Widths"})
_FILES = ("/FontFile", "/FontFile2", "/FontFile3")

Key = tuple[int, int]


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


def has_hole(data: Buffer) -> bool:
    """Whether a whole sector of a file is empty: a download or a disk leaves such holes, and pictures may have them."""
    firsts = data[::_SECTOR]
    at = firsts.find(0)
    while at >= 0:
        if data[at * _SECTOR : (at + 1) * _SECTOR] == _EMPTY:
            return True
        at = firsts.find(0, at + 1)
    return False


def is_converted(data: Buffer) -> bool:
    """Whether its line ends were made others, as if it were a text: packed data has each kind by chance."""
    start = max(len(data) - _SAMPLE, 0) // 2
    sample = data[start : start + _SAMPLE]
    if b"\r" in sample and _LONE_FEED.search(sample):
        return False
    return len(sample.translate(None, _ASCII)) > _SAMPLE // 3


def damage(drawn: Drawn, fonts_seen: dict[Key, bool]) -> Iterator[str]:
    """A sentence for each thing that is missing of it.

    Args:
        drawn: A content or form.
        fonts_seen: Whether something is missing of the fonts of this document that were looked at; it grows.
    """
    breaks_off = drawn.content is None or _has_gap(drawn.stream, drawn.content) or _breaks_off(drawn.stream)
    if breaks_off:
        yield BREAKS_OFF
    fonts = {} if drawn.resources is None else dict(drawn.resources.get("/Font", {}).items())
    lacks_font = any(_is_seen_incomplete(font, fonts_seen) for font in fonts.values())
    if not fonts and not breaks_off:
        lacks_font = _NAMES_A_FONT.search(drawn.content or b"") is not None
    if lacks_font:
        yield FONTS


def _has_gap(stream: Any, content: bytes) -> bool:
    """Whether there is a hole in what isn't packed; a picture in it may have as many zeros."""
    at = content.find(_GAP)
    return at >= 0 and "/Filter" not in stream and not _PICTURE.search(content, 0, at)


def _breaks_off(stream: Any) -> bool:
    """Whether packed data has no end; the checksum behind that is forgotten by many writers."""
    filters = stream.get("/Filter")
    if filters != "/FlateDecode" and (filters is None or [*filters.wrap_in_array()] != ["/FlateDecode"]):
        return False
    raw, rest = zlib.decompressobj(-zlib.MAX_WBITS), stream.read_raw_bytes()[2:]
    try:
        for _ in range(_MOST_PARTS):
            found = raw.decompress(rest, _PART)
            rest = raw.unconsumed_tail
            if raw.eof or not (found or rest):
                return not raw.eof
    except zlib.error:
        return True
    return False


def _is_seen_incomplete(font: Any, seen: dict[Key, bool]) -> bool:
    import pikepdf

    if not isinstance(font, pikepdf.Dictionary):
        return True
    if not font.is_indirect:
        return _is_incomplete(font)
    if font.objgen not in seen:
        seen[font.objgen] = _is_incomplete(font)
    return seen[font.objgen]


def _is_incomplete(font: Any) -> bool:
    """Whether what tells its letters and gaps, or its own file, is a reference to nothing or breaks off."""
    import pikepdf

    read_by = [value for key, value in font.items() if key in _READ_BY]
    parts = [font, *font.get("/DescendantFonts", ())]
    described: list[Any] = [part.get("/FontDescriptor", {}) for part in parts if isinstance(part, pikepdf.Dictionary)]
    files = [value for descriptor in described for key, value in descriptor.items() if key in _FILES]
    return any(part is None or (isinstance(part, pikepdf.Stream) and _breaks_off(part)) for part in read_by + files)
