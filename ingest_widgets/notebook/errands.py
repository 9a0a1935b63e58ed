"""Work that a widget was asked for, off the kernel's own thread; only the latest of a kind is worth doing."""

from __future__ import annotations

import threading
from collections.abc import Callable

_LINGER = 20.0
"""Seconds a thread waits for more: it may own a worker process that is worth keeping."""


class Errands:
    """One thread for each kind of work, started when needed and gone when idle."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: dict[str, Callable[[], None]] = {}
        self._running: set[str] = set()
        self._closed = False

    def do(self, kind: str, work: Callable[[], None]) -> None:
        """Does `work` soon, unless another of its kind is asked for before it began.

        Args:
            kind: What is replaced by what.
            work: Must not raise.
        """
        with self._changed:
            if self._closed:
                return
            self._waiting[kind] = work
            self._changed.notify_all()
            if kind not in self._running:
                self._running.add(kind)
                threading.Thread(target=self._work, args=(kind,), name=f"ingest-widgets-{kind}", daemon=True).start()

    def close(self) -> None:
        """Nothing more is begun; what is under way ends by itself."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def _work(self, kind: str) -> None:
        while (work := self._next(kind)) is not None:
            work()

    def _next(self, kind: str) -> Callable[[], None] | None:
        with self._changed:
            self._changed.wait_for(lambda: kind in self._waiting or self._closed, _LINGER)
            work = self._waiting.pop(kind, None)
            if work is None:
                self._running.discard(kind)
            return work
