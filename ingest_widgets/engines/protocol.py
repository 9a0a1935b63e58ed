"""What an engine is: something that opens bytes as a document and gives the text of its pages.

A plug-in is an entry point of the group `ingest_widgets.engines` whose value is an `Engine`:

    def open_document(data: bytes, passwords: PasswordSource) -> Document: ...

It runs inside an isolated worker process, so it may crash, hang or eat memory without hurting anyone.
"""

from __future__ import annotations

import io
import mmap
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, Protocol

Buffer = bytes | mmap.mmap
"""A large file is mapped, not read."""
PasswordSource = Callable[[], Sequence[str]]
"""Asks for the passwords to try, in order; ask only when the empty one doesn't open the document."""


OTHER_LOCK = "with something other than a password, such as a certificate"
"""What a document is locked with that no password opens."""


class EngineRefuses(Exception):
    """The engine can't read this document; the message is a short reason."""


class NoEngine(Exception):
    """An engine that isn't installed where the file is read, or doesn't load."""


class Locked(EngineRefuses):
    """None of the passwords opens the document, or it is locked by something other than a password."""


class Document(Protocol):
    """An open document. Pages are counted from 0 here."""

    page_count: int

    def metadata(self) -> tuple[str, str]:
        """Title and author, each empty if there is none."""

    def page_text(self, index: int) -> tuple[str, tuple[str, ...]]:
        """The text of a page and its warnings; raises EngineRefuses when the page can't be read."""

    def close(self) -> None:
        """Gives back what it held."""


Engine = Callable[[Buffer, PasswordSource], Document]


def as_stream(data: Buffer) -> BinaryIO:
    """The bytes as a seekable stream at its beginning, without a copy."""
    return io.BytesIO(data) if isinstance(data, bytes) else io.BufferedReader(_Mapped(data))


class _Mapped(io.RawIOBase):
    """A mapped file as a stream: mmap's own methods aren't all that pikepdf asks for."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data, self._at = data, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._data)}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        part = self._data[self._at : self._at + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)
