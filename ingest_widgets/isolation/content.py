"""The worker's side: the bytes that a request is about, read only when somebody wants them."""

from __future__ import annotations

import errno
import hashlib
import mmap
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ingest_widgets.isolation.wire import APPLE_DOUBLE, PACKED
from ingest_widgets.statuses import Reason

MAPPED_BYTES = 64 * 1024 * 1024
"""From this size on a file is mapped into memory instead of read."""

_CHUNK = 4 * 1024 * 1024
_HEADER_WITHIN = 1024
_APPLE_DOUBLE = b"\0\5\x16\7"  # RFC 1740

Data = bytes | mmap.mmap


class Refused(Exception):
    """The task ends here.

    Args:
        reason: Why.
        what: A word or number for the sentence that the parent makes of it.
    """

    def __init__(self, reason: Reason, what: str = "") -> None:
        super().__init__(reason, what)
        self.reason, self.what = reason, what


class Content:
    """A file that is open, or the bytes that came with the request.

    Attributes:
        size: In bytes.
        mtime_ns: Of the file; None for bytes that came with the request.
    """

    def __init__(self, body: bytes, file: int | None, status: os.stat_result | None, most: int) -> None:
        self._body, self._file, self._status = body, file, status
        self.size = len(body) if status is None else status.st_size
        self.mtime_ns = None if status is None else status.st_mtime_ns
        if self.size == 0:
            raise Refused(Reason.EMPTY)
        if self.size > most:
            raise Refused(Reason.TOO_LARGE, str(self.size))

    def stamp(self) -> object:
        """What tells whether it is still the same, without reading a file."""
        if self._status is None:
            return hashlib.sha256(self._body).hexdigest()
        return self._status.st_dev, self._status.st_ino, self.size, self.mtime_ns

    def data(self) -> Data:
        """All of it.

        Raises:
            Refused: It grows as fast as it is read.
            OSError: Reading it fails.
        """
        data = self._body if self._file is None else self._read(self._file)
        self.size = len(data)
        return data

    def _read(self, file: int) -> Data:
        left = self.size
        if left >= MAPPED_BYTES:
            return mmap.mmap(file, 0, access=mmap.ACCESS_COPY)
        parts = []
        while part := os.read(file, min(_CHUNK, left + 1)):
            parts.append(part)
            left -= len(part)
            if left < -_CHUNK:  # it grows as fast as we read
                raise Refused(Reason.UNREADABLE, "it is still being written")
        return b"".join(parts)


@contextmanager
def content_of(request: Mapping[str, Any], body: bytes) -> Iterator[Content]:
    """The content that a request names, for as long as the `with` lasts.

    Args:
        request: Says `path` (None: the bytes came with it) and `max_file_bytes`.
        body: What came with it.

    Raises:
        Refused: There is nothing to be read.
        MemoryError: It is more than the worker may take.
    """
    if request["path"] is None:
        yield Content(body, None, None, request["max_file_bytes"])
        return
    try:
        # O_NONBLOCK: a pipe in place of the file must not hold us.
        file = os.open(_path(request), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise Refused(Reason.UNREADABLE, _why(error)) from error
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise Refused(Reason.UNREADABLE, "it is no regular file")
        yield Content(b"", file, status, request["max_file_bytes"])
    except OSError as error:
        if error.errno == errno.ENOMEM:  # what mapping a file says then
            raise MemoryError from error
        raise Refused(Reason.UNREADABLE, _why(error)) from error
    finally:
        os.close(file)


def _path(request: Mapping[str, Any]) -> str:
    return os.fsdecode(bytes.fromhex(request["path"]))


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__


def sha256_of(data: Data) -> str:
    """In small letters."""
    digest = hashlib.sha256()
    with memoryview(data) as view:
        for start in range(0, len(view), _CHUNK):
            with view[start : start + _CHUNK] as part:
                digest.update(part)
    return digest.hexdigest()


def check_header(data: Data) -> None:
    """Refuses what isn't a PDF at all."""
    head = data[: _HEADER_WITHIN + 4]
    if b"%PDF-" not in head:
        kinds = {_APPLE_DOUBLE: APPLE_DOUBLE} | PACKED
        raise Refused(Reason.NOT_A_PDF, next((kind for start, kind in kinds.items() if head.startswith(start)), ""))
