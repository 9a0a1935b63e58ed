"""Each thread that extracts owns one worker process: made at its first task, reused, replaced when it is worn."""

from __future__ import annotations

import atexit
import os
import re
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ingest_widgets.errors import CLOSE_FILES, EngineError, is_too_many_open
from ingest_widgets.isolation.limits import Limits
from ingest_widgets.isolation.process import WorkerEnded, WorkerProcess
from ingest_widgets.isolation.promises import Promise
from ingest_widgets.statuses import Reason

TASKS_A_WORKER = 250
"""Then it is replaced: what the libraries leak or break stays small, and a start costs 1 ms a file."""

STARTS = 3
"""So often a worker is started before it is believed that none can be."""

_LONE = re.compile("[\ud800-\udfff]")

Passwords = Sequence[str] | Callable[[], Sequence[str]]


class Slot:
    """The place of one worker.

    Args:
        passwords: For locked files, or a function that finds them when one turns up; None: those of the settings.
    """

    def __init__(self, passwords: Passwords | None = None) -> None:
        self._passwords = passwords
        self._worker: WorkerProcess | None = None
        self._lock = threading.Lock()
        self.killed = False
        _slots.add(self)

    def worker(self, memory_bytes: int, *, sandbox: bool) -> WorkerProcess:
        """A worker that is ready for a task.

        Raises:
            EngineError: None can be started.
            WorkerEnded: It was killed while it started, with this slot.
        """
        worker = self._worker
        if worker is not None and worker.usable(sandbox) and worker.tasks < TASKS_A_WORKER:
            worker.allow(memory_bytes)
            return worker
        for left in reversed(range(STARTS)):
            self.drop()
            try:
                return self._fresh(memory_bytes, sandbox)
            except WorkerEnded as end:  # somebody else killed it: that happens once, not each time
                if self.killed:
                    raise
                if not left:
                    cure = CLOSE_FILES if is_too_many_open(end.__cause__) else "run `ingest-widgets doctor`"
                    raise EngineError(f"a worker process can't start ({end.what}): {cure}") from None
        raise AssertionError("unreachable")

    def _fresh(self, memory_bytes: int, sandbox: bool) -> WorkerProcess:
        if not os.path.isfile(sys.executable or ""):  # gone with an upgrade, or unknown where Python is embedded
            raise EngineError(
                f"a worker process can't start (no Python at sys.executable, {sys.executable!r}): restart the kernel, "
                "or set that to the Python that has ingest-widgets"
            )
        try:
            fresh = WorkerProcess(memory_bytes, sandbox=sandbox)
        except OSError as error:  # no process, descriptor or memory is left for it
            raise WorkerEnded(Reason.CRASHED, error.strerror or type(error).__name__) from error
        with self._lock:
            self._worker = fresh
            if self.killed:
                fresh.kill()
        with self.dropped_on_error():
            fresh.start()
        return fresh

    @contextmanager
    def dropped_on_error(self) -> Iterator[None]:
        """Whatever is raised in here, an interrupt too, ends the worker, which is in the middle of something."""
        try:
            yield
        except BaseException:
            self.drop()
            raise

    def drop(self) -> None:
        """Ends the worker; the next task gets a fresh one."""
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()

    def kill(self) -> None:
        """Ends the worker from another thread, for good."""
        with self._lock:
            self.killed = True
            if self._worker is not None:
                self._worker.kill()

    def passwords(self) -> list[str]:
        """Found anew each time, so that no process keeps them longer than it needs to."""
        if self._passwords is None:
            from ingest_widgets.settings import get_settings

            found: Sequence[str] = [secret.get_secret_value() for secret in get_settings().pdf_passwords]
        else:
            found = self._passwords() if callable(self._passwords) else self._passwords
        return [password for password in found if not _LONE.search(password)]  # no PDF has such a password

    def __del__(self) -> None:
        self.drop()


_slots: weakref.WeakSet[Slot] = weakref.WeakSet()


class _Here(threading.local):
    slot: Slot | None = None


_here = _Here()


def own_slot() -> Slot:
    """That of the calling thread."""
    if _here.slot is None:
        _here.slot = Slot()
    return _here.slot


def features() -> dict[str, Promise]:
    """For each promise of the isolation whether it is kept here, and how; starts a worker if there is none.

    Raises:
        EngineError: No worker can be started.
    """
    return dict(own_slot().worker(Limits().memory_bytes, sandbox=True).promises)


def take_slot(slot: Slot) -> None:
    """Makes `slot` that of the calling thread."""
    _here.slot = slot


@atexit.register
def _end_all() -> None:
    for slot in list(_slots):
        slot.drop()
