"""What a worker is asked to do with one file."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ingest_widgets.isolation.limits import Limits


class Stamp(NamedTuple):
    """What a file was when it was read; the time only of one that has a path."""

    size: int | None
    mtime_ns: int | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Task:
    """One file, or a range of its pages. Picklable; it never holds a password.

    Attributes:
        name: For people.
        path: Where the file is; ignored when `data` is given.
        data: The bytes of an upload or of what a URL gave.
        engine: `auto`, `pdfium`, `pypdf` or the name of a plug-in.
        first: The first page to read, from 1.
        last: The last page to read; None reads to the end.
        known_sha256: Nothing is extracted if the file has this hash.
        read: What the file has to be still for its pages to be drawn; None: whatever it is.
        limits: What it may cost.
        ocr: Whether pages without text are read by optical character recognition.
        ocr_max_pages: At most so many pages of the file are.
    """

    name: str
    path: str
    data: bytes | None = field(default=None, repr=False)
    engine: str = "auto"
    first: int = 1
    last: int | None = None
    known_sha256: str | None = None
    read: Stamp | None = None
    limits: Limits = field(default_factory=Limits)
    ocr: bool = False
    ocr_max_pages: int = 50

    def request(self, op: str) -> dict[str, Any]:
        """What every request about this file says."""
        return {
            "op": op,
            "path": os.fsencode(self.path).hex() if self.data is None else None,
            "known_sha256": self.known_sha256,
            "read": self.read,
            "seconds": self.limits.seconds,
            "memory_bytes": self.limits.memory_bytes,
            "max_file_bytes": self.limits.max_file_bytes,
            "max_pages": self.limits.max_pages,
        }
