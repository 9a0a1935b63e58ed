"""What an executor has of a run: ranges of pages, each of them a task."""

from __future__ import annotations

import logging
import os
import queue
import time
import uuid
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import replace
from typing import Any

from pydantic import SecretStr

from ingest_widgets.documents import Extraction, SourceFile
from ingest_widgets.errors import IngestError
from ingest_widgets.isolation import Limits, Task, extract
from ingest_widgets.isolation.owner import end_with_owner
from ingest_widgets.isolation.slot import own_slot
from ingest_widgets.pipeline.parts import PAGES_A_TASK
from ingest_widgets.settings import Settings
from ingest_widgets.sources import Patience, fetch
from ingest_widgets.statuses import Reason, Status

SILENCE_SECONDS = 10.0
"""After so long without a result an executor that seems to do nothing is asked whether it still takes work."""
_WORKERS_OF_A_CLUSTER = 16  # Dask's grow with what waits for them, so that some must wait

logger = logging.getLogger("ingest_widgets.pipeline")
_SILENT = (
    "The executor %s has given nothing back for %g s: it is busy, has no workers yet, or its threads wait for this "
    "very ingest, which then never ends: interrupt it, and give it another executor."
)


def tasks_at_once(executor: Executor, workers: int | None) -> int:
    """How many tasks an executor works on at a time: pools know it, of a cluster it is what the user says, or guessed.

    Args:
        executor: Who reads.
        workers: As the user set it.
    """
    size = getattr(executor, "_max_workers", None)  # of the standard library's pools, and of loky's
    return size if isinstance(size, int) and size > 0 else workers or _WORKERS_OF_A_CLUSTER


class UnderWay:
    """The ranges that an executor was given; its length counts those that haven't come back.

    For one thread, except `wake`.

    Args:
        engine: As the user chose it.
        settings: What holds for each range.
        silence: Seconds, see `SILENCE_SECONDS`.
    """

    def __init__(self, engine: str, settings: Settings, *, silence: float = SILENCE_SECONDS) -> None:
        self._engine, self._settings, self._silence = engine, settings, silence
        self._run = uuid.uuid4().hex
        self._heard = False
        self._futures: set[Future[Extraction]] = set()
        self._done: queue.SimpleQueue[tuple[SourceFile, int, Future[Extraction]] | None] = queue.SimpleQueue()

    def __len__(self) -> int:
        return len(self._futures)

    def submit(self, executor: Executor, file: SourceFile, first: int, known_sha256: str | None) -> None:
        """Has a range read.

        Args:
            executor: Who reads it.
            file: What is read.
            first: The page with which the range begins, from 1.
            known_sha256: The hash with which the file needn't be read at all.

        Raises:
            IngestError: The executor takes no more, or gives no future.
        """
        task = Task(
            name=file.name,
            path=file.path,
            data=file.data,
            engine=self._engine,
            first=first,
            last=first + PAGES_A_TASK - 1,
            known_sha256=known_sha256,
            limits=Limits.of(self._settings),
            ocr=self._settings.ocr,
            ocr_max_pages=self._settings.ocr_max_pages,
        )
        future = _submitted(executor, extract_in_run, task, file.kind, self._run, os.getpid(), file.address)
        if not isinstance(future, Future):
            raise _useless(executor, f"submit returned {_named(future)}, not a Future")
        future.add_done_callback(lambda done: self._done.put((file, first, done)))
        self._futures.add(future)

    def next(self, executor: Executor) -> tuple[SourceFile, int, Extraction] | None:
        """Waits for the next range that comes back: its file, its first page and what was read; None after `wake`.

        Args:
            executor: Who reads it.

        Raises:
            IngestError: The executor broke, or gave back something else, or there is no engine.
        """
        if (arrived := self._arrived(executor)) is None:
            return None
        file, first, future = arrived
        self._futures.discard(future)
        self._heard = True
        extraction = _outcome(executor, future)
        if not isinstance(extraction, Extraction):
            raise _useless(executor, f"a task returned {_named(extraction)}, not what was read")
        return file, first, extraction

    def _arrived(self, executor: Executor) -> tuple[SourceFile, int, Future[Extraction]] | None:
        silence = self._silence
        while True:
            try:
                return self._done.get(timeout=silence)
            except queue.Empty:
                # Dask's futures, which never say that they run, stay pending for ever when its scheduler has died.
                if not any(future.running() for future in self._futures):
                    _submitted(executor, _nothing)
                    if not self._heard:
                        logger.warning(_SILENT, type(executor).__name__, silence)
                silence *= 2  # one that waits for its machines for hours shouldn't be swamped

    def wake(self) -> None:
        """Ends the present wait, or the next one. From any thread."""
        self._done.put(None)

    def cancel(self) -> None:
        """Leaves unread what nobody has begun to read."""
        for future in self._futures:
            future.cancel()


def _submitted(executor: Executor, work: Callable[..., Any], *args: Any) -> Future[Any]:
    try:
        return executor.submit(work, *args)
    except Exception as error:  # shut down or broken: nothing more will come of it, whatever it calls that
        why = _first_line(error)
        raise IngestError(f"the executor takes no more work ({why}): give a new one and run again") from error


def _nothing() -> None:
    """Work that asks an executor whether it takes any."""


def _outcome(executor: Executor, future: Future[Extraction]) -> Extraction:
    try:
        return future.result()
    except BrokenExecutor as error:
        raise IngestError(f"the executor broke ({_first_line(error)}): give a new one and run again") from error
    except IngestError:
        raise
    except (Exception, CancelledError) as error:  # noqa: BLE001 - an executor of somebody else may raise anything
        detail = f"Reading it was given up ({_first_line(error)}): run again."
        return Extraction(Status.FAILED, Reason.CRASHED, detail)
    except BaseException as error:
        raise _useless(executor, f"a task ended with {type(error).__name__}") from error


def _useless(executor: Executor, why: str) -> IngestError:
    return IngestError(f"the executor {type(executor).__name__} can't be used ({why}): give another one and run again")


def _named(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


def extract_in_run(task: Task, kind: str, run: str, owner: int, address: SecretStr | None = None) -> Extraction:
    """`extract`, after the bytes of a URL were fetched where the task runs.

    Args:
        task: What to read.
        kind: That of the `SourceFile`.
        run: Makes the call unlike that of an earlier run, whose cancelled or old result Dask would give once more.
        owner: The process of the run.
        address: Of a URL with a password.
    """
    end_with_owner(owner)
    if kind != "url":
        return extract(task)
    started = time.monotonic()
    try:
        slot, limits = own_slot(), task.limits
        patience = Patience(limits.seconds, lambda: slot.killed)
        data = fetch(address.get_secret_value() if address else task.path, limits.max_file_bytes, patience)
    except CancelledError:
        return Extraction(Status.CANCELLED, Reason.CANCELLED)
    except (OSError, ValueError) as error:
        late = isinstance(error, TimeoutError)
        cure = f"run again, or raise file_timeout_seconds={limits.seconds:g}" if late else "check the address"
        detail = f"It can't be fetched ({_first_line(error)}): {cure}."
        reason = Reason.TIMEOUT if late else Reason.UNREADABLE
        return Extraction(Status.FAILED, reason, detail, seconds=time.monotonic() - started)
    return extract(replace(task, data=data))


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
