"""The worker's side: reads requests from its parent, opens one document at a time, answers page by page.

Started by `process.py` as `python -I`. Nothing here is trusted by the parent.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ingest_widgets.engines.protocol import NoEngine
from ingest_widgets.isolation.content import Refused
from ingest_widgets.isolation.limits import hold, set_memory, start_clock
from ingest_widgets.isolation.parent import Parent
from ingest_widgets.isolation.sandbox import enter, stay
from ingest_widgets.isolation.watch import die_with_parent, end_first, end_with_parent_thread
from ingest_widgets.isolation.wire import WHY_CHARS, cut
from ingest_widgets.statuses import Reason

if TYPE_CHECKING:
    from ingest_widgets.isolation.reading import Reader

_RARELY = 50_000
"""New objects between two looks for rings of them: text makes none."""


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
