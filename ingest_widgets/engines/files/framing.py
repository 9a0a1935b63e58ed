"""The one PDF in a file that holds more than that: an error page behind it, or another PDF."""

from __future__ import annotations

import re
from itertools import pairwise

from ingest_widgets.counted import counted
from ingest_widgets.engines.files.damage import is_moved
from ingest_widgets.engines.protocol import Buffer

_BORDER = re.compile(rb"%%EOF\s{0,9}(?=%PDF-\d)")
_END = re.compile(rb"%%EOF\r?\n?")


def framed(data: Buffer) -> tuple[Buffer, list[str]]:
    """The last whole PDF of a file, and a sentence if there are others; all of it if none is whole or it is mapped.

    Whoever reads all of them as one takes objects of one for those of another that have the same numbers.
    """
    if not isinstance(data, bytes) or not is_moved(data):
        return data, []
    borders = [0, *(match.end() for match in _BORDER.finditer(data)), len(data)]
    parts = [_ended(data[start:end]) for start, end in pairwise(borders)]
    whole = [part for part in parts if not is_moved(part)]
    if not whole:
        return data, []
    others = len(set(parts)) - 1
    said = f"{counted(others, 'other PDF')} in the same file not read: split it to read all of them"
    return whole[-1], [said] * (others > 0)


def _ended(data: bytes) -> bytes:
    """Without what stands behind its last end."""
    end = _END.match(data, max(data.rfind(b"%%EOF"), 0))
    return data[: end.end()] if end else data
