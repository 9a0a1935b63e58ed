"""What an engine is: something that opens bytes as a document and gives the text of its pages.

A plug-in is an entry point of the group `ingest_widgets.engines` whose value is an `Engine`:

    def open_document(data: bytes, passwords: PasswordSource) -> Document: ...

It runs inside an isolated worker process, so it may crash, hang or eat memory without hurting anyone.
"""

from __future__ import annotations

import io
import mmap
from collections.abc import Callable, Sequence
from typing import BinaryIO, Protocol, cast

Buffer = bytes | mmap.mmap
"""A large file is mapped, not read."""
PasswordSource = Callable[[], Sequence[str]]
"""Asks for the passwords to try, in order; ask only when the empty one doesn't open the document."""


class EngineRefuses(Exception):
    """The engine can't read this document; the message is a short reason."""


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
    if isinstance(data, bytes):
        return io.BytesIO(data)
    data.seek(0)
    return cast(BinaryIO, data)  # it has all of a stream's methods that matter here
