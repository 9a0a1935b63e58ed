"""How long a server may let us wait."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import CancelledError, wait
from contextvars import copy_context
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from ingest_widgets.background_loop.awake import awake
from ingest_widgets.background_loop.daemon_threads import DaemonThreads

T = TypeVar("T")

_TICK = 0.05
_MOST_LEFT_BEHIND = 1000


@dataclass(frozen=True)
class Patience:
    """Ends a wait for what can't be interrupted itself.

    Attributes:
        seconds: The most it may take.
        stopped: Asked every now and then: whether nobody wants it any more.
    """

    seconds: float = 60.0
    stopped: Callable[[], bool] = lambda: False

    def wait(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises, called in another thread.

        The file systems behind fsspec block, most of them without a time-out. One that is held up is left behind in
        its daemon thread, until its library gives up (http does after five minutes) or the process ends.

        Raises:
            TimeoutError: It took too long.
            CancelledError: It was stopped.
        """
        future = _threads(os.getpid()).submit(copy_context().run, work)
        deadline = awake() + self.seconds
        try:
            while not wait([future], min(_TICK, max(deadline - awake(), 0.0))).done:
                if self.stopped():
                    raise CancelledError
                if awake() >= deadline:
                    raise TimeoutError
            result: T = future.result()
            return result
        finally:
            future.cancel()
            del future  # the error's traceback holds this frame


@cache
def _threads(pid: int) -> DaemonThreads:
    """Those of this process: a fork has none of its parent's. They last, as fsspec keeps a connection for each."""
    return DaemonThreads("url", _MOST_LEFT_BEHIND)
