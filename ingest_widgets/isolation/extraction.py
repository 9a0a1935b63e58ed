"""Reads one file in an isolated worker, whatever the file does to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ingest_widgets.background_loop.awake import awake
from ingest_widgets.documents import Extraction
from ingest_widgets.engines.names import is_built_in, rungs
from ingest_widgets.isolation.gathering import Gathering
from ingest_widgets.isolation.process import WorkerEnded, WorkerProcess
from ingest_widgets.isolation.slot import Slot, own_slot
from ingest_widgets.isolation.task import Task
from ingest_widgets.isolation.wire import WireError
from ingest_widgets.statuses import Reason

T = TypeVar("T")

STALL_SECONDS = 1.5
"""Once `Limits.seconds` are over, so much more waiting is spent in all on what may follow a bad page."""

_AGAIN = 0.25
"""What ends within this share of them is early: then all is read again, else only what is left."""


def extract(task: Task) -> Extraction:
    """Runs the task in the calling thread's own worker process, which is made at the first call and kept.

    Nothing that a file does raises: it ends in the `status`, `reason` and `detail` of what is returned. Pages that
    came before a crash or a timeout are kept, and reading goes on past the bad page in a fresh worker. A crash is
    tried once more before it is believed, and so is a want of memory where other files may have taken it. `Page.file`
    is left empty.

    Raises:
        EngineError: The engine isn't installed, or no worker process can be started.
        SettingsError: The settings of this process, which hold the passwords, can't be read.
    """
    return _Attempts(task, own_slot()).run()


class _Attempts:
    """All attempts at one task."""

    def __init__(self, task: Task, slot: Slot) -> None:
        self._task, self._slot = task, slot
        self._rungs = rungs(task.engine)
        self._got = Gathering(task)
        self._started = self._begun = self._asked = awake()
        self._count = 0
        self._late_left = STALL_SECONDS
        self._is_fresh = False
        self._tried_again_at: object = None

    def run(self) -> Extraction:
        size = len(self._task.data or b"")
        if size > self._task.limits.max_file_bytes:  # a worker may have no room for it
            self._got.fail(Reason.TOO_LARGE, str(size))
        else:
            self._read()
        return self._got.extraction(cancelled=self._slot.killed, seconds=awake() - self._started)

    def _read(self) -> None:
        while not self._slot.killed:
            try:
                with self._slot.dropped_on_error():
                    self._attempt()
                break
            except WorkerEnded as ended:
                end = ended
            except WireError as error:
                end = WorkerEnded(Reason.CRASHED, str(error))
            if self._slot.killed or not self._goes_on(end):
                break

    def _attempt(self) -> None:
        self._count += 1
        worker = self._timed(
            lambda: self._slot.worker(self._task.limits.memory_bytes, sandbox=is_built_in(self._task.engine))
        )
        self._begun = awake()
        if self._count == 1:
            self._started = self._begun
        deadline = self._begun + self._task.limits.seconds
        worker.begin()
        self._is_fresh = worker.tasks == 1
        self._got.begin()
        worker.send(self._request(), self._task.data or b"", deadline=deadline)
        have_asked = False
        while True:
            header, body = self._receive(worker, deadline)
            if header.get("t") == "passwords":
                if have_asked:  # each time is given back to it, so it could go on for ever
                    raise WireError("passwords asked for twice")
                have_asked = True
                asked = awake()
                found = self._slot.passwords()
                deadline += awake() - asked
                worker.send({"passwords": found}, deadline=deadline)
                del found  # an interrupt's traceback would show it
            elif self._got.take(header, body):
                return

    def _request(self) -> dict[str, Any]:
        task = self._task
        return task.request("text") | {
            "rungs": self._rungs,
            "first": self._got.pages.next,
            "last": task.last,
            "metadata": self._got.wants_metadata,
            "spent": awake() - self._started,
            "ocr_pages": task.ocr_max_pages if task.ocr else None,
        }

    def _receive(self, worker: WorkerProcess, deadline: float) -> tuple[dict[str, Any], bytes]:
        self._asked = awake()
        if not self._is_in_doubt:
            return worker.receive(deadline, self._got.rest(self._asked))
        soft = self._started + self._task.limits.seconds
        return self._timed(lambda: worker.receive(max(soft, self._asked) + self._late_left))

    @property
    def _is_in_doubt(self) -> bool:
        """Whether something went wrong before, so that the seconds of the file, not those of the attempt, count."""
        return self._count > 1 or bool(self._got.pages.bad)

    def _timed(self, wait: Callable[[], T]) -> T:
        """Waits; what lies beyond the file's own seconds goes off the budget for late attempts."""
        asked = awake()
        try:
            return wait()
        finally:
            late = awake() - max(asked, self._started + self._task.limits.seconds)
            if self._is_in_doubt and late > 0:
                self._late_left -= late

    def _goes_on(self, end: WorkerEnded) -> bool:
        """Whether another attempt makes sense after this one ended the worker."""
        if self._got.complete:  # the engine only had to close the document
            return False
        if self._got.pages.full:
            self._got.pages.skip(end.reason, end.what)
            return False
        soon = self._task.limits.seconds * _AGAIN
        is_early = awake() - self._begun < soon
        others_memory = end.reason is Reason.OUT_OF_MEMORY and awake() - self._asked < soon and not self._is_fresh
        spot = self._got.spot, self._rungs
        may_pass = end.reason is Reason.CRASHED or end.by_chance or others_memory
        if may_pass and self._tried_again_at != spot:
            self._tried_again_at = spot
            if is_early:
                self._got.start_over()
            return True
        if not self._got.opened:
            if end.reason is Reason.CRASHED and len(self._rungs) > 1:
                self._rungs = self._rungs[1:]
                return True
            self._got.fail(end.reason, end.what)
            return False
        if self._got.wants_metadata:
            self._got.skip_metadata()
            if end.reason is not Reason.TIMEOUT:
                return True
        stalled = awake() - self._asked
        self._got.pages.skip(end.reason, end.what)
        if end.reason is Reason.TIMEOUT and stalled < min(0.5, self._task.limits.seconds / 2):
            return False  # the pages were coming, there are just too many of them
        return not self._got.complete and self._late_left > 0
