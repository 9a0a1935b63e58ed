"""Files that come from the page in slices, put together again in memory."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

_PARTS = re.compile(r"[/\\]+")
_ABANDONED = 15.0
"""Seconds without a slice after which nobody is sending any more, for instance since the page was reloaded."""


def safe_name(name: str) -> str:
    """The client's name with its folders, but nothing that leads out of them and no control characters.

    It is never used as a path; it is what the record is called.
    """
    parts = [
        "".join(c for c in part if c.isprintable() and not "\ud800" <= c <= "\udfff").strip()
        for part in _PARTS.split(name)
    ]
    return "/".join(part for part in parts if part not in ("", ".", "..")) or "upload.pdf"


def too_large(name: str, size: int, max_bytes: int) -> str:
    """What is said of a file that isn't taken; the page says the same of one that it doesn't send."""
    sizes = f"{size:,} of {max_bytes:,} bytes"
    return f"{name} is larger than max_file_bytes allows ({sizes}): raise that setting to take it."


@dataclass
class Upload:
    """One file on its way."""

    name: str
    size: int
    data: bytearray = field(repr=False)
    page: str
    received: int = 0


class Uploads:
    """All uploads of one widget. Safe to use from any thread.

    Args:
        patience: Seconds after which a page that sends nothing more has gone, for instance since it was reloaded.
    """

    def __init__(self, patience: float = _ABANDONED) -> None:
        self.patience = patience
        self._heard: dict[str, float] = {}
        self._lock = threading.Lock()
        self._coming: dict[str, Upload] = {}
        self._ready: list[tuple[str, bytes]] = []
        self._news: dict[str, int | str] = {}

    def begin(self, files: list[dict[str, Any]], max_bytes: int, page: str = "") -> list[str]:
        """Expects these files from a page; returns a sentence for each that is too large to be taken."""
        refused = []
        with self._lock:
            self._heard[page] = time.monotonic()
            for file in files:
                name, size = safe_name(str(file["name"])), int(file["size"])
                if size > max_bytes:
                    self._news[file["id"]] = "refused"
                    refused.append(too_large(name, size, max_bytes))
                else:
                    self._coming[file["id"]] = Upload(name, size, bytearray(size), page)
        return refused

    def take(self, key: str, offset: int, data: bytes | memoryview) -> None:
        """One slice; those of a file may come in any order but only once."""
        with self._lock:
            upload = self._coming.get(key)
            if upload is None:  # cancelled or refused meanwhile
                return
            data = data[: max(0, upload.size - offset)]
            upload.data[offset : offset + len(data)] = data
            upload.received += len(data)
            self._heard[upload.page] = time.monotonic()
            self._news[key] = upload.received
            if upload.received >= upload.size:
                self._ready.append((upload.name, bytes(upload.data)))
                del self._coming[key]

    def cancel(self, key: str) -> None:
        """Forgets a file that was on its way."""
        with self._lock:
            self._coming.pop(key, None)

    def give_up_abandoned(self, sending: list[str]) -> None:
        """Forgets those that nobody sends any more."""
        with self._lock:
            for key, upload in list(self._coming.items()):
                if key not in sending and self._is_gone(upload.page):
                    del self._coming[key]

    def news(self) -> dict[str, int | str]:
        """How many bytes have come of each file since the last call."""
        with self._lock:
            news, self._news = self._news, {}
            return news

    @property
    def coming(self) -> int:
        """How many files are still on their way; nobody waits for those of a page that has gone."""
        with self._lock:
            return sum(not self._is_gone(upload.page) for upload in self._coming.values())

    @property
    def waiting(self) -> list[str]:
        """The names of the files that have come and were not taken."""
        with self._lock:
            return [name for name, _ in self._ready]

    def take_ready(self) -> list[tuple[str, bytes]]:
        """The files that are complete, each once, under the names that they came with."""
        with self._lock:
            ready, self._ready = self._ready, []
            return ready

    def _is_gone(self, page: str) -> bool:
        return time.monotonic() - self._heard[page] > self.patience
