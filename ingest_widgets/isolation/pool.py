"""Our own executor: threads that each own a worker process."""

from __future__ import annotations

import math
import os
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from ingest_widgets.background_loop.daemon_threads import DaemonThreads
from ingest_widgets.isolation.slot import Passwords, Slot, take_slot


class _Slots:
    """Those of the threads of one executor; each ends with its thread."""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        self._lock = threading.Lock()
        self._slots: weakref.WeakSet[Slot] = weakref.WeakSet()
        self._killed = False

    def enter(self) -> None:
        """In each new thread."""
        slot = Slot(self._passwords)
        with self._lock:
            self._slots.add(slot)
            slot.killed = self._killed
        take_slot(slot)

    def kill(self) -> None:
        with self._lock:
            self._killed = True
            for slot in list(self._slots):
                slot.kill()

    def drop(self) -> None:
        with self._lock:
            for slot in list(self._slots):
                slot.drop()


class IsolatedExecutor(DaemonThreads):
    """A `concurrent.futures.Executor` for `submit(extract, task)`: each of its threads owns one worker process.

    As a context manager it leaves no process behind. Without, threads and processes end when they were idle for half a
    minute. It works on while the interpreter waits for ordinary threads at its end.

    Args:
        max_workers: None: one for each core that this process may use.
        passwords: For locked files; a function is called when one turns up, in the thread that reads it.
    """

    def __init__(self, max_workers: int | None = None, *, passwords: Passwords = ()) -> None:
        self._isolated = _Slots(passwords)
        super().__init__("isolated", max_workers or usable_cores(), self._isolated.enter)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Waits for what was submitted; after an interrupt or an exit it is killed instead."""
        if error is not None and not isinstance(error, Exception):
            self.kill()
        self.shutdown()

    def kill(self) -> None:
        """Makes running and waiting extractions return at once, `cancelled`. From any thread, for good."""
        self._isolated.kill()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As the standard library's; after a waiting shutdown no worker process is left."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        if wait:
            self.join()
            self._isolated.drop()


def usable_cores(groups: str = "/sys/fs/cgroup") -> int:
    """How many cores this process may use; in a container that has a share of them all, as many as that is worth.

    Args:
        groups: Where Linux tells of such a share.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _share(groups) or cores)


def _share(groups: str) -> int | None:
    for files in (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        with suppress(OSError, ValueError):  # not there, or "max", which is no limit, as -1 is
            quota, period = map(int, " ".join(Path(groups, file).read_text() for file in files).split())
            return math.ceil(quota / period) if quota > 0 < period else None
    return None
