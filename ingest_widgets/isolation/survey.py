"""What holds a worker on this machine, as a real one found it."""

from __future__ import annotations

from ingest_widgets.isolation.limits import Limits
from ingest_widgets.isolation.promises import Promise
from ingest_widgets.isolation.slot import own_slot


def features() -> dict[str, Promise]:
    """For each promise of the isolation whether it is kept here, and how; starts a worker if there is none.

    Raises:
        EngineError: No worker can be started.
    """
    return dict(own_slot().worker(Limits().memory_bytes, sandbox=True).promises)
