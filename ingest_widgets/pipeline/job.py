"""A run in a thread of its own: wait for it, await it, look at it, stop it."""

from __future__ import annotations

import asyncio
import contextvars
import html
import threading
from collections.abc import Callable, Generator
from concurrent.futures import TimeoutError as FuturesTimeoutError
from contextlib import suppress
from typing import Any, Literal

from ingest_widgets.background_loop.seconds import seconds_of
from ingest_widgets.corpus import Corpus
from ingest_widgets.documents import FileRecord, RunSummary
from ingest_widgets.errors import IngestError, IngestFailed
from ingest_widgets.pipeline.run import IngestRun
from ingest_widgets.pipeline.signals import sigint_watched, sigterm_heeded
from ingest_widgets.progress import ProgressState
from ingest_widgets.statuses import Status

_TICK = 0.05
"""Seconds between two looks: what a waiting cell needs to notice an interrupt at once."""

_SETTLING_TICKS = 8


class IngestJob:
    """An ingest that is under way; `start_ingest` makes it.

    Everything may be called from any thread. As a cell's value it shows itself live.
    """

    def __init__(self, run: IngestRun, *, raise_failures: bool = False) -> None:
        self._run, self._raise_failures = run, raise_failures
        self._ended = threading.Event()
        self._error: BaseException | None = None
        self._stopping = False
        self.view: Callable[[IngestJob], dict[str, Any]] | None = None
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._work,), name="ingest", daemon=True)

    def start(self) -> IngestJob:
        """Begins; returns itself."""
        self._begin()
        return self

    def run(self) -> Corpus:
        """Begins and waits: `start().result()` without a moment between, in which an interrupt would stop nothing."""
        return self._waited(None, begin=True)

    async def run_async(self) -> Corpus:
        """The same for coroutines."""
        return await self._awaited(begin=True)

    def _begin(self) -> None:
        try:
            self._thread.start()
        except RuntimeError as error:
            if self._thread.ident is not None:
                raise
            raise IngestError(f"{error}: end some processes or threads, or allow more (`ulimit -u`)") from error

    def _work(self) -> None:
        try:
            self._run.run()
        except BaseException as error:  # noqa: BLE001 - raised again where somebody waits
            self._error = error
        finally:
            self._ended.set()

    @property
    def status(self) -> Literal["running", "done", "stopped", "failed"]:
        """`stopped` after `cancel()`, `failed` when the run itself could not go on; failed files are no failed run."""
        if not self._ended.is_set():
            return "running"
        if self._error is not None:
            return "failed"
        return "stopped" if self._stopping else "done"

    @property
    def progress(self) -> ProgressState:
        """The count of files, now."""
        return self._run.tracker.state

    @property
    def corpus(self) -> Corpus:
        """The corpus, readable while the job goes on."""
        return self._run.corpus

    @property
    def is_listing(self) -> bool:
        """Whether it isn't known yet how many files there are: a server is asked."""
        return self.status == "running" and self._run.files is None

    @property
    def summary(self) -> RunSummary | None:
        """What the run did; None until it has ended."""
        return self._run.summary

    def records(self, status: Status) -> list[FileRecord]:
        """The records of the files that this job was given and that have this status by now, in name order."""
        known = self.corpus.known()
        names = {known[file.key].name for file in self._run.files or () if file.key in known}
        return [record for record in self.corpus.files(status) if record.name in names]

    def done(self) -> bool:
        """Whether it has ended, however it did."""
        return self._ended.is_set()

    def cancel(self) -> None:
        """Stops within a second: what was finished is kept, every other file gets the status `cancelled`."""
        if not self._ended.is_set():
            self._stopping = True
            self._run.cancel()

    def result(self, timeout: float | None = None) -> Corpus:
        """Waits for the end and returns the corpus, also after `cancel()`.

        Args:
            timeout: Seconds; None waits as long as it takes.

        Raises:
            concurrent.futures.TimeoutError: It still runs after `timeout`; it goes on.
            IngestFailed: Some files failed and the job was started with `on_error="raise"`.
            IngestError: The run itself could not go on.
            KeyboardInterrupt: The wait was interrupted; the job was stopped first. The same goes for whatever else the
                handler of a signal raises.
            TypeError: `timeout` is no number.
            ValueError: `timeout` is NaN.
        """
        return self._waited(None if timeout is None else seconds_of(timeout))

    def _waited(self, timeout: float | None, *, begin: bool = False) -> Corpus:
        waited = 0.0
        with sigterm_heeded(self._interrupted):
            try:
                if begin:
                    self._begin()
                while not self._ended.wait(_TICK if timeout is None else max(0.0, min(_TICK, timeout - waited))):
                    waited += _TICK
                    if timeout is not None and waited >= timeout:
                        break
            except BaseException:  # whatever a signal's handler raises: nobody would be left to stop it
                self._interrupted()
                raise
        if not self._ended.is_set():
            raise FuturesTimeoutError(f"the ingest still runs after {timeout:g} s; it goes on")
        return self._outcome()

    def _interrupted(self) -> None:
        self.cancel()
        if self._thread.ident is not None:
            self._ended.wait(1.0)

    def _outcome(self) -> Corpus:
        if self._error is not None:
            raise self._error
        if self._raise_failures and self.summary and self.summary.failed:
            raise IngestFailed(self.records(Status.FAILED))
        return self.corpus

    def __await__(self) -> Generator[Any, None, Corpus]:
        return self._awaited().__await__()

    async def _awaited(self, *, begin: bool = False) -> Corpus:
        interrupted = threading.Event()
        with sigterm_heeded(self._interrupted):
            try:
                if begin:
                    self._begin()
                await asyncio.sleep(0)  # an eager task takes its first step before a kernel sets its handler of SIGINT
                with sigint_watched(interrupted):
                    while not self._ended.is_set():  # noqa: ASYNC110
                        # No asyncio.Event: the end comes from another thread, an interrupt is noticed at a tick only.
                        await asyncio.sleep(_TICK)
            except asyncio.CancelledError:
                self.cancel()
                await self._settled()
                if interrupted.is_set():
                    raise KeyboardInterrupt from None
                raise
            except BaseException:  # see `_waited`
                self._interrupted()
                raise
        return self._outcome()

    async def _settled(self) -> None:
        """Lets a cancelled run write its records before the loop may end, unless somebody can't wait even for that."""
        with suppress(asyncio.CancelledError):
            for _ in range(_SETTLING_TICKS):
                if self._ended.is_set() or self._thread.ident is None:
                    return
                await asyncio.sleep(_TICK)

    def __repr__(self) -> str:
        state = self.progress
        count = "listing the files" if state.total is None else f"{state.current:g} of {state.total:g} files"
        return f"<IngestJob {self.status}: {self.summary or count}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        if self.view is not None:
            return self.view(self)
        return {"text/plain": repr(self), "text/html": f"<p>{html.escape(repr(self))}</p>"}
