"""What parent and worker say to each other: frames of a short JSON header and raw bytes, both with a cap.

A frame is two unsigned 32-bit numbers (big-endian: length of the header, length of the body), the header (a JSON
object) and the body (UTF-8 text or bytes). Nothing is ever unpickled. The body stays outside the JSON, so that a
crafted frame makes the reader allocate no more than the two caps, and a page costs no escaping.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any, NoReturn

HEADER_BYTES = 64 * 1024
PAGE_CHARS = 1_000_000
"""More text than this on one page is cut: it is no page that anybody reads."""
TEXT_BYTES = 4 * PAGE_CHARS
TASK_BYTES = 256 * 1024 * 1024
"""Of all that is said about one task."""
LINE_CHARS = 500
"""Of a line that OCR found."""
TITLE_CHARS = 1_000
"""Of a title or an author."""
WHY_CHARS = 200
"""Of what says why something can't be done."""
WARNING_CHARS, MOST_WARNINGS = 500, 50
NEEDLE_CHARS, MOST_NEEDLES = 500, 100
"""Of what is looked for on a page."""
MOST_BOXES = 1_000
"""So many places are marked on a page: a header has room for them."""
NO_METADATA = "its metadata can't be read"
CHANGED = "changed"
"""Says that a file can't be drawn, since it isn't the one any more that was read."""
APPLE_DOUBLE = "AppleDouble"
"""Says that a file is no PDF, but one of those that macOS puts beside each file on a disk of another system."""
PACKED = {
    b"\x1f\x8b": "gzip",
    b"PK\3\4": "ZIP, as office documents are",
    b"JVBERi": "base64",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"(\xb5/\xfd": "zstd",
}
"""How a file begins that may have PDFs in it, and what that is called."""
MOST_POINTS = 1e7
"""No place is farther away: drawing libraries can't count so far."""
PICTURE_BYTES = 64 * 1024 * 1024

_LENGTHS = struct.Struct(">II")


class WireError(Exception):
    """The other side sent what no honest side sends."""


def prefix(header: dict[str, Any], body_size: int) -> bytes:
    """All of a frame that comes before its body."""
    head = _ENCODER.encode(header).encode()
    if len(head) > HEADER_BYTES:
        raise WireError(f"a header of {len(head)} bytes is beyond the cap")
    return _LENGTHS.pack(len(head), body_size) + head


def cut(text: str, most: int) -> str:
    """The beginning of a text as it can be sent: a lone surrogate becomes a question mark."""
    return text[:most].encode("utf-8", "replace").decode()


def one_line(text: str) -> str:
    """The text with a space in place of each character that can't be printed."""
    return text if text.isprintable() else "".join(char if char.isprintable() else " " for char in text)


def _refuse_number(text: str) -> NoReturn:
    raise WireError(f"{text} is no number")


# Kept, since the functions of the json module make a new one at each call with options.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_constant=_refuse_number)


def decode_header(head: bytes | bytearray) -> dict[str, Any]:
    """The header of a frame.

    Raises:
        WireError: It is no JSON object.
    """
    try:
        header = _DECODER.decode(head.decode())
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise WireError("a header that is no JSON object")
    return header


class Frames:
    """Cuts a stream of bytes into frames, without trusting any length in it. Not thread-safe.

    Args:
        total_cap: Most bytes of all frames since `restart`.
    """

    def __init__(self, total_cap: int = TASK_BYTES) -> None:
        self._body_cap, self._total_cap = TEXT_BYTES, total_cap
        self._buffer = bytearray()
        self._total = 0

    def restart(self, body_cap: int = TEXT_BYTES) -> None:
        """A new task: the count of bytes begins at zero.

        Args:
            body_cap: Most bytes of one body.

        Raises:
            WireError: Something lies unread that belongs to no task.
        """
        if self._buffer:
            raise WireError("bytes that belong to no task")
        self._body_cap, self._total = body_cap, 0

    def feed(self, data: bytes) -> None:
        """Takes what was read.

        Raises:
            WireError: More than `total_cap` bytes came.
        """
        self._total += len(data)
        if self._total > self._total_cap:
            raise WireError(f"more than {self._total_cap} bytes for one task")
        self._buffer += data

    def next(self) -> tuple[dict[str, Any], bytes] | None:
        """The next whole frame; None if more has to be read first.

        Raises:
            WireError: A length beyond its cap, or a broken header.
        """
        if len(self._buffer) < _LENGTHS.size:
            return None
        head_size, body_size = _LENGTHS.unpack_from(self._buffer)
        if head_size > HEADER_BYTES or body_size > self._body_cap:
            raise WireError("a frame beyond its cap")
        body_at = _LENGTHS.size + head_size
        if len(self._buffer) < body_at + body_size:
            return None
        header = decode_header(self._buffer[_LENGTHS.size : body_at])
        body = bytes(memoryview(self._buffer)[body_at : body_at + body_size])
        del self._buffer[: body_at + body_size]
        return header, body


def read_frame(read: Callable[[int], bytes]) -> tuple[dict[str, Any], bytes] | None:
    """The worker's side: waits for one frame from the parent; None when the parent has gone.

    Args:
        read: Returns exactly as many bytes as asked for, fewer only at the end of the stream.
    """
    lengths = read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    head_size, body_size = _LENGTHS.unpack(lengths)
    head, body = read(head_size), read(body_size)
    return (decode_header(head), body) if len(head) == head_size and len(body) == body_size else None
