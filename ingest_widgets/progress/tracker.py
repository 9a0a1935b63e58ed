"""Throttled progress for any loop: counts exactly from any thread, reports rarely, draws nothing.

    with ProgressTracker(total=len(files), desc="papers", unit="file") as tracker:
        for file in files:
            read(file)
            tracker.update()

Two jobs, kept apart. *Counting* takes no lock for a plain `update()`. *Reporting*, see `Reports`, is done by one call
at a time, with no lock held: a call that finds another one at it leaves, and the one that is at it looks again before
it goes. So a sink may do what it likes: update, read the state, take locks, wait for a thread that updates.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import NoReturn, Self, TypeVar

from ingest_widgets.progress.count import Count, Source, quantity
from ingest_widgets.progress.reports import Reports
from ingest_widgets.progress.sinks import LogSink, Sinks
from ingest_widgets.progress.state import ProgressState, ProgressStatus, ProgressUpdate, Sink, sentence
from ingest_widgets.progress.throttle import Throttle
from ingest_widgets.shortened import brief

_Item = TypeVar("_Item")

_QUIET = ProgressUpdate(False)
_REPORTED = ProgressUpdate(True)
_ENDINGS = ("done", "stopped", "failed", "interrupted")
_ONE = 1


def _log_lines() -> list[Sink]:
    return [LogSink()]


default_sinks: Callable[[], list[Sink]] = _log_lines
"""What a tracker made with `sinks=None` reports to; asked at its entry or first report. `place` replaces it."""


class ProgressTracker:
    """Counts what is done and reports it to sinks, not more often than asked.

    A report goes out when at least `min_change` percent and at least `min_seconds` seconds have gone by since the last
    one. Besides: 0 % at the entry, the moment the total is first reached, and how it ended. All methods may be called
    from any thread, from coroutines, signal handlers, finalizers and sinks.

    Args:
        total: How many there will be; None when unknown. `tracker.total` can be changed at any time.
        min_change: In percent of the total. Without a total any change will do.
        min_seconds: By the monotonic clock.
        desc: What is being done, a few words.
        unit: What is counted.
        sinks: Called with each `ProgressState`, one report at a time, in the thread of the call that was due. One that
            raises is logged once and dropped. None: what suits the place, unless `subscribe` brings one before the
            first report.

    Raises:
        TypeError, ValueError: An argument that can't be used, by its name.
    """

    __slots__ = (
        "__weakref__",
        "_count",
        "_entered",
        "_forward",
        "_reports",
        "_sinks",
        "_steps",
        "_throttle",
        "_total_of_loops",
    )

    def __init__(
        self,
        total: int | float | None = None,
        *,
        min_change: float = 1.0,
        min_seconds: float = 0.5,
        desc: str = "",
        unit: str = "it",
        sinks: Iterable[Sink] | None = None,
    ) -> None:
        self._count, self._throttle = Count(), Throttle(min_change, min_seconds)
        self._sinks = Sinks(sinks, lambda: default_sinks())
        self._reports = Reports(self._count, self._throttle, self._sinks, desc, unit)
        self._forward, self._steps = self._count.forward, self._count.steps
        self._entered = self._total_of_loops = False
        self.total = total

    # What people call

    def update(self, n: int | float = 1) -> ProgressUpdate:
        """Counts `n` more and reports if it is time.

        Returns:
            Truthy when this call reported. `await` it to let other tasks run.

        Raises:
            TypeError, ValueError: `n` is no number, a bool, negative, NaN or infinite. Nothing was counted.
        """
        # In one piece, since an update in a tight loop should cost next to nothing.
        if n is not _ONE and (n.__class__ is not int or n < 0):
            return self._update_by_part(quantity(n, "n"))
        try:
            count, source = self._forward(n, 1), self._steps
        except OverflowError:
            return self._update_by_part(quantity(n, "n"))
        if count < source.gate or (count < source.full and time.monotonic() < source.due):
            return _QUIET
        source.size = n
        return self._look()

    def set(self, current: int | float) -> ProgressUpdate:
        """Brings the count to `current` and reports if it is time.

        A smaller number than the present count changes nothing, so that callbacks may come out of order.
        """
        value = quantity(current, "current")
        with self._reports.lock:
            self._count.raise_to(value)
        return self._look()

    def track(self, iterable: Iterable[_Item]) -> Iterator[_Item]:
        """The items of `iterable`, each counted when the loop comes back for the next one.

        Takes `len(iterable)` as total when none was given, and closes the tracker at the end of the loop. A loop that
        is left early ends as `stopped`, whether by `break` or by an error in its body: an iterator isn't told why it
        is let go. Inside `with tracker:` the block closes it, and knows: an error ends as `failed`, with its reason.
        """
        if not hasattr(iterable, "__iter__") and not hasattr(iterable, "__getitem__"):
            cure = ": in an `async for`, await update() for each item" if hasattr(iterable, "__aiter__") else ""
            raise TypeError(f"iterable is what track loops over, but {brief(iterable)} is not iterable{cure}")
        items = iter(iterable)
        try:
            length = len(iterable)  # type: ignore[arg-type]
        except TypeError:
            length = None
        with self._reports.lock:
            if length is not None and (self.total is None or self._total_of_loops):
                self.total = (self.total or 0) + length
                self._total_of_loops = True
        return self._items(items)

    def subscribe(self, sink: Sink) -> None:
        """Reports to `sink` too, from the next report on; before the first report it takes the default's place."""
        with self._reports.lock:
            self._sinks.add(sink)

    def close(self, status: ProgressStatus | None = None, reason: str = "") -> None:
        """Ends the count and reports how it ended; the first call counts, later updates don't.

        Args:
            status: None: `done` when all was counted or there is no total, else `stopped`. An asked `done` is
                believed only then.
            reason: Why, for the sinks.

        Raises:
            ValueError: A status that no count ends with.
            TypeError: A reason that isn't text.
        """
        if status not in (None, *_ENDINGS):
            raise ValueError(f"status must be one of {', '.join(_ENDINGS)}, not {brief(status)}")
        if not isinstance(reason, str):
            raise TypeError(f"reason is a str, not {brief(reason)}: close('failed', str(error))")
        self._reports.end(status, " ".join(reason.split()))
        self._reports.deliver()  # also what a close that was interrupted left undone

    @property
    def state(self) -> ProgressState:
        """Where it stands now; after the end: the last report."""
        return self._reports.state()

    @property
    def desc(self) -> str:
        """What is being done; a change is seen by the next report."""
        return self._reports.desc

    @desc.setter
    def desc(self, desc: str) -> None:
        self._reports.desc = desc

    @property
    def unit(self) -> str:
        """What is counted; a change is seen by the next report."""
        return self._reports.unit

    @unit.setter
    def unit(self, unit: str) -> None:
        self._reports.unit = unit

    @property
    def total(self) -> int | float | None:
        """How many there will be; None when unknown. A change is seen by the next update."""
        return self._throttle.total

    @total.setter
    def total(self, total: int | float | None) -> None:
        value = None if total is None else quantity(total, "total")
        with self._reports.lock:
            self._total_of_loops = False
            self._throttle.set_total(value)
            self._count.open()

    def __enter__(self) -> Self:
        self._reports.begin()
        self._entered = True
        self._reports.deliver()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._entered = False
        try:
            self._close_after(error)
        except BaseException as interrupt:  # that came just now: the end must be told nevertheless
            self._close_after(interrupt)
            raise

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)

    def __repr__(self) -> str:
        return f"<ProgressTracker {self.state}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a ProgressTracker counts in its own process only: update it here, as results come back")

    # Counting

    def _update_by_part(self, n: int | float) -> ProgressUpdate:
        with self._reports.lock:
            self._count.add(n)
            self._count.open()  # the plan of those that count whole numbers didn't know of it
            fills = self._throttle.fills(self._count.value())
        if not fills and time.monotonic() < self._throttle.next_time:
            return _QUIET
        return self._look()

    def _items(self, items: Iterator[_Item]) -> Iterator[_Item]:
        done = 0
        loop = Source(lambda: done)
        if self._throttle.last is None:
            self._reports.deliver()
        with self._reports.lock:
            self._count.loops.append(loop)
        try:
            for item in items:
                yield item
                done += 1
                if done < loop.gate or (done < loop.full and time.monotonic() < loop.due):
                    continue
                self._look()
        except BaseException as error:
            self._end_loop(loop, error)
            raise
        self._end_loop(loop, None)

    def _end_loop(self, loop: Source, error: BaseException | None) -> None:
        with self._reports.lock:
            self._count.end(loop)
            last = not self._count.loops
        if last and not self._entered:
            self._close_after(error)

    def _look(self) -> ProgressUpdate:
        return _REPORTED if self._reports.deliver() else _QUIET

    def _close_after(self, error: BaseException | None) -> None:
        if error is None:
            self.close()
        elif isinstance(error, GeneratorExit):
            self.close("stopped")
        else:
            self.close("failed" if isinstance(error, Exception) else "interrupted", sentence(error))
