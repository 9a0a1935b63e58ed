"""What a page of a damaged file lacks, though it is there: the end of its content, or fonts."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from ingest_widgets.engines.protocol import Buffer

BREAKS_OFF = "a part of its content is missing"
FONTS = "a font of it is missing from the file: words may be wrong"

_HOLES = bytes(512), b"\xff" * 512  # sectors that a download or disk lacks, and an erased one of a memory stick
_GAPS = bytes(64), b"\xff" * 64
_SAMPLE, _ASCII = 16_384, bytes(range(128))
_HEADER_WITHIN, _END_WITHIN = 1024, 4096
_LINEARIZED = re.compile(rb"/Linearized\b.{0,200}?/L\s{1,9}(\d{1,12})", re.DOTALL)
_TABLE_AT = re.compile(rb"startxref\s{1,9}(\d{1,12})")
_TABLE = re.compile(rb"(?<!\d)(?:xref\b|\d{1,10}\s{1,9}\d{1,5}\s{1,9}obj\b)")
_PICTURE = re.compile(rb"\bID\s")
_LOCKED_NOTHING = 32  # bytes that AES makes of nothing: where it begins from, and a block that is filled up
_CHECKSUM, _PART, _MOST_PARTS = 4, 1024 * 1024, 64
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
    """Whether a part of a file is empty, which pictures may be, too."""
    starts = range(0, len(data), _PART)
    return any(data[start : start + _PART + len(hole)].find(hole) >= 0 for start in starts for hole in _HOLES)


def is_moved(data: Buffer) -> bool:
    """Whether its end doesn't tell where its table of cross-references is: bytes were lost or added before that."""
    start = max(data.find(b"%PDF-", 0, _HEADER_WITHIN), 0)
    length = _LINEARIZED.search(data, start, start + _HEADER_WITHIN)  # such a table is at the beginning
    if length and int(length[1]) != len(data) - start:
        return True
    end = data.rfind(b"startxref", max(len(data) - _END_WITHIN, 0))
    table = _TABLE_AT.match(data, end) if end >= 0 else None
    return table is None or not _TABLE.match(data, start + int(table[1]))


def is_converted(data: Buffer) -> bool:
    """Whether its line ends were made others, as if it were a text: packed data has each kind by chance."""
    start = max(len(data) - _SAMPLE, 0) // 2
    sample = data[start : start + _SAMPLE]
    return b"\r" not in sample and len(sample.translate(None, _ASCII)) > _SAMPLE // 3


def damage(drawn: Drawn, fonts_seen: dict[Key, bool]) -> Iterator[str]:
    """A sentence for each thing that is missing of it.

    Args:
        drawn: A content or form.
        fonts_seen: Whether something is missing of the fonts of this document that were looked at; it grows.
    """
    lost = drawn.content is None or _has_gap(drawn.stream, drawn.content) or breaks_off(drawn.stream)
    if lost:
        yield BREAKS_OFF
    fonts = {} if drawn.resources is None else dict(drawn.resources.get("/Font", {}).items())
    lacks_font = any(_is_seen_incomplete(font, fonts_seen) for font in fonts.values())
    if not fonts and not lost:
        lacks_font = _NAMES_A_FONT.search(drawn.content or b"") is not None
    if lacks_font:
        yield FONTS


def _has_gap(stream: Any, content: bytes) -> bool:
    """Whether there is a hole in what isn't packed; a picture in it may have as many of one byte."""
    ats = [at for gap in _GAPS if (at := content.find(gap)) >= 0]
    return bool(ats) and "/Filter" not in stream and not _PICTURE.search(content, 0, min(ats))


def breaks_off(stream: Any) -> bool:
    """Whether packed data has no end or is other data than was packed; many writers forget the checksum behind it."""
    packed = _packed(stream)
    if not packed:
        return packed is not None and int(stream.get("/Length", 0)) > _LOCKED_NOTHING
    raw, rest, checksum = zlib.decompressobj(-zlib.MAX_WBITS), packed[2:], 1
    try:
        for _ in range(_MOST_PARTS):
            found = raw.decompress(rest, _PART)
            rest, checksum = raw.unconsumed_tail, zlib.adler32(found, checksum)
            if raw.eof:
                said = raw.unused_data[:_CHECKSUM]
                return len(said) == _CHECKSUM and int.from_bytes(said) != checksum
            if not (found or rest):
                return True
    except zlib.error:
        return True
    return False


def _packed(stream: Any) -> bytes | None:
    """What Flate is to unpack; None when it isn't packed by that, or in a way that few writers use."""
    import pikepdf

    filters = stream.get("/Filter")
    names = [] if filters is None else [*filters.wrap_in_array()]
    raw: bytes = stream.read_raw_bytes()
    if names != ["/ASCII85Decode", "/FlateDecode"]:
        return raw if names == ["/FlateDecode"] else None
    with pikepdf.new() as other, suppress(pikepdf.PdfError):
        return bytes(pikepdf.Stream(other, raw, Filter=pikepdf.Name.ASCII85Decode).read_bytes())
    return b""


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
    if not all(isinstance(descriptor, dict | pikepdf.Dictionary) for descriptor in described):
        return True
    files = [value for descriptor in described for key, value in descriptor.items() if key in _FILES]
    return any(part is None or (isinstance(part, pikepdf.Stream) and breaks_off(part)) for part in read_by + files)
