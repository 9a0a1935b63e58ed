"""The worker's side: its two pipes to the parent."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

from ingest_widgets.isolation.limits import OUT_OF_MEMORY_CODE
from ingest_widgets.isolation.wire import prefix, read_frame


class Parent:
    """Who asks and is answered, away from descriptors 0-2, which are nobody's from now on."""

    def __init__(self) -> None:
        self.requests, self._replies = os.dup(0), os.dup(1)
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard, inheritable=True)
        os.close(null)
        if sys.platform == "win32":
            import msvcrt

            for descriptor in (self.requests, self._replies):
                msvcrt.setmode(descriptor, os.O_BINARY)
        self._stream = open(self.requests, "rb")  # noqa: SIM115 - for as long as the process lives

    def ask(self) -> tuple[dict[str, Any], bytes]:
        """The next request; ends the process when the parent has gone, or what came with it is too large."""
        try:
            frame = read_frame(self._stream.read)
        except MemoryError:
            os._exit(OUT_OF_MEMORY_CODE)
        if frame is None:
            os._exit(0)
        return frame

    def tell(self, header: dict[str, Any], body: bytes = b"") -> None:
        """One frame to the parent."""
        view = memoryview(prefix(header, len(body)) + body)
        while view:
            view = view[os.write(self._replies, view) :]

    def passwords(self) -> Sequence[str]:
        """Asked for only when a document is locked: until then they aren't in this process."""
        self.tell({"t": "passwords"})
        return [str(password) for password in self.ask()[0]["passwords"]]
