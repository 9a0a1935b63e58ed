"""The worker's side: reads requests from its parent, opens one document at a time, answers page by page.

Started by `process.py` as `python -I`. Nothing here is trusted by the parent.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ingest_widgets.engines.protocol import NoEngine
from ingest_widgets.isolation.content import Refused
from ingest_widgets.isolation.limits import OUT_OF_MEMORY_CODE, hold, set_memory, start_clock
from ingest_widgets.isolation.sandbox import enter, stay
from ingest_widgets.isolation.watch import die_with_parent, end_first, end_with_parent_thread
from ingest_widgets.isolation.wire import WHY_CHARS, cut, prefix, read_frame
from ingest_widgets.statuses import Reason

if TYPE_CHECKING:
    from ingest_widgets.isolation.reading import Reader

_RARELY = 50_000
"""New objects between two looks for rings of them: text makes none."""


class Parent:
    """The two pipes to the parent, away from descriptors 0-2, which are nobody's from now on."""

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


def main(hello: Mapping[str, Any]) -> None:
    """Serves the parent until it goes."""
    parent = Parent()
    end_first()
    end_with_parent_thread()
    try:
        import ingest_widgets.engines.pdfium  # noqa: F401
        from ingest_widgets.isolation.reading import Reader
    except ImportError as error:
        parent.tell({"t": "broken", "why": str(error)[:500]})
        return
    features = (enter() if hello["sandbox"] else stay()) | hold(hello["memory_bytes"])
    features |= die_with_parent(hello["parent"], parent.requests)
    gc.freeze()  # what is loaded stays; looking through it again and again costs a hundredth
    gc.set_threshold(_RARELY)
    parent.tell({"t": "ready", "features": features})
    reader = Reader(parent)
    while True:
        request, body = parent.ask()
        _serve(parent, reader, request, body)


def _serve(parent: Parent, reader: Reader, request: Mapping[str, Any], body: bytes) -> None:
    if request["op"] == "ping":
        parent.tell({"t": "done"})
        return
    set_memory(request["memory_bytes"])
    start_clock(request["seconds"])
    try:
        reader.answer(request, body)
        last: dict[str, Any] = {"t": "done"}
    except Refused as refusal:
        last = {"t": "refused", "reason": refusal.reason, "what": cut(refusal.what, WHY_CHARS)}
    except MemoryError:
        last = {"t": "refused", "reason": Reason.OUT_OF_MEMORY, "what": ""}
    except NoEngine as error:
        last = {"t": "no engine", "why": cut(str(error), WHY_CHARS)}
    except Exception as error:  # noqa: BLE001 - the parent hears of it and ends us
        last = {"t": "broken", "why": cut(f"{type(error).__name__}: {error}", WHY_CHARS)}
    start_clock(0)
    parent.tell(last)
