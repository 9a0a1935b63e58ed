"""Throttled progress for any loop: counts exactly from any thread, reports rarely, draws nothing.

    with ProgressTracker(total=len(files), desc="papers", unit="file") as tracker:
        for file in files:
            read(file)
            tracker.update()

Two jobs, kept apart. *Counting* takes no lock for a plain `update()`. *Reporting* is done by one call at a time, with
no lock held: a call that finds another one at it leaves, and the one that is at it looks again before it goes. So a
sink may do what it likes: update, read the state, take locks, wait for a thread that updates.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Self, TypeVar

from ingest_widgets.progress.count import Count, Source, quantity
from ingest_widgets.progress.sinks import LogSink, Sinks
from ingest_widgets.progress.state import (
    ProgressState,
    ProgressStatus,
    ProgressUpdate,
    Sink,
    is_complete,
    make_state,
    sentence,
)
from ingest_widgets.progress.throttle import Throttle
from ingest_widgets.progress.wake import Alarm

_Item = TypeVar("_Item")
_monotonic = time.monotonic

_QUIET = ProgressUpdate(False)
_REPORTED = ProgressUpdate(True)
_ENDINGS = ("done", "stopped", "failed", "interrupted")
_ONE = 1
_ROUNDS = 4  # of reports in one call: a sink that updates may make the next report due, again and again
_MANY_LOOKS = 5_000  # at the clock before the next report: an alarm is cheaper
_EARLY = 0.05  # seconds before a report is due: from then on a fast loop looks at the clock itself
_TASTE = 0.002  # seconds after a report until the pace can be told

_trackers: weakref.WeakSet[ProgressTracker] = weakref.WeakSet()


def _log_lines() -> list[Sink]:
    return [LogSink()]


default_sinks: Callable[[], list[Sink]] = _log_lines
"""What a tracker made with `sinks=None` reports to; asked at its entry or first report. `api` replaces it."""


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
        "_alarm",
        "_calls_at_last",
        "_count",
        "_entered",
        "_final",
        "_forward",
        "_lock",
        "_sinks",
        "_start",
        "_steps",
        "_throttle",
        "_total_of_loops",
        "_turn",
        "desc",
        "unit",
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
        self._throttle = Throttle(min_change, min_seconds)
        self._sinks = Sinks(sinks, lambda: default_sinks())
        self.desc, self.unit = desc, unit
        self._lock = threading.RLock()  # around counting and deciding: never held while a sink runs
        self._turn: object | None = None  # of the call that reports
        self._count = Count()
        self._forward, self._steps = self._count.forward, self._count.steps
        self._calls_at_last = 0
        self._start = time.monotonic()
        self._final: ProgressState | None = None
        self._entered = self._total_of_loops = False
        self._alarm = Alarm(self._wake)
        self.total = total
        _trackers.add(self)

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
        with self._lock:
            self._count.raise_to(value)
        return self._look()

    def track(self, iterable: Iterable[_Item]) -> Iterator[_Item]:
        """The items of `iterable`, each counted when the loop comes back for the next one.

        Takes `len(iterable)` as total when none was given, and closes the tracker at the end of the loop. A loop that
        is left early ends as `stopped`, whether by `break` or by an error in its body: an iterator isn't told why it
        is let go. Inside `with tracker:` the block closes it, and knows: an error ends as `failed`, with its reason.
        """
        items = iter(iterable)
        try:
            length = len(iterable)  # type: ignore[arg-type]
        except TypeError:
            length = None
        with self._lock:
            if length is not None and (self.total is None or self._total_of_loops):
                self.total = (self.total or 0) + length
                self._total_of_loops = True
        return self._items(items)

    def subscribe(self, sink: Sink) -> None:
        """Reports to `sink` too, from the next report on; before the first report it takes the default's place."""
        with self._lock:
            self._sinks.add(sink)

    def close(self, status: ProgressStatus | None = None, reason: str = "") -> None:
        """Ends the count and reports how it ended; the first call counts, later updates don't.

        Args:
            status: None: `done` when all was counted or there is no total, else `stopped`. An asked `done` is
                believed only then.
            reason: Why, for the sinks.

        Raises:
            ValueError: A status that no count ends with.
        """
        if status not in (None, *_ENDINGS):
            raise ValueError(f"status must be one of {', '.join(_ENDINGS)}, not {status!r}")
        with self._lock:
            if self._final is None:
                final = self._end_state(status, " ".join(reason.split()))
                if self._final is None:  # a signal handler may have closed it meanwhile
                    self._final = final
            self._alarm.call_off()
        self._deliver()  # also what a close that was interrupted left undone

    @property
    def state(self) -> ProgressState:
        """Where it stands now; after the end: the last report."""
        with self._lock:
            return self._final or self._state(time.monotonic(), current=self._count.value())

    @property
    def total(self) -> int | float | None:
        """How many there will be; None when unknown. A change is seen by the next update."""
        return self._throttle.total

    @total.setter
    def total(self, total: int | float | None) -> None:
        value = None if total is None else quantity(total, "total")
        with self._lock:
            self._total_of_loops = False
            self._throttle.set_total(value)
            self._count.open()

    def __enter__(self) -> Self:
        with self._lock:
            if self._throttle.last is None:
                self._start = time.monotonic()
            self._entered = True
        self._deliver()
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

    # Counting

    def _update_by_part(self, n: int | float) -> ProgressUpdate:
        with self._lock:
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
            self._deliver()
        with self._lock:
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
        with self._lock:
            self._count.end(loop)
            last = not self._count.loops
        if last and not self._entered:
            self._close_after(error)

    # Reporting

    def _look(self) -> ProgressUpdate:
        return _REPORTED if self._deliver() else _QUIET

    def _deliver(self) -> bool:
        """Hands out what is due, unless another call is at it: that one looks again before it goes."""
        turn, rounds, reported = object(), 0, False
        try:
            with self._lock:
                if self._turn is not None:
                    return False
                self._turn = turn
            while (state := self._next(rounds)) is not None:
                self._sinks.show(state)
                reported = reported or state.current > 0
                rounds += 1
        finally:
            if self._turn is turn:
                self._turn = None
        return reported

    def _next(self, rounds: int) -> ProgressState | None:
        """The report that is due, noted as the last one; None: nothing is, and the turn is over."""
        with self._lock:
            state = self._due_state(time.monotonic(), rounds)
            if state is None:
                self._turn = None
                return None
            self._throttle.note(state, self._start + state.elapsed)
            self._calls_at_last = self._count.calls()
            return state

    def _due_state(self, now: float, rounds: int) -> ProgressState | None:
        last = self._throttle.last
        if last is None:
            return self._state(self._start, current=0)
        if self._final is not None:
            self._count.close()
            return None if self._final is last else self._final
        current = self._count.value()
        if rounds < _ROUNDS and self._throttle.is_due(current, now):
            return self._state(now, current=current)
        self._plan(current, now)
        return None

    def _plan(self, current: int | float, now: float) -> None:
        """Says from which count and time on an update has to look closer."""
        self._alarm.call_off()
        ones, ones_to_full, due = self._throttle.wait(current)
        since = now - self._throttle.last_time
        if due and since < _TASTE:
            due = min(due, self._throttle.last_time + _TASTE)
        elif due and self._is_fast(since, due - now) and self._alarm.set(due - now - _EARLY):
            ones, due = ones_to_full, 0.0
        self._count.plan(ones, ones_to_full, due)

    def _is_fast(self, since: float, left: float) -> bool:
        # A clock that a test has put in time's place (freezegun, time-machine) runs at its own pace: no alarm then.
        if time.monotonic is not _monotonic or left < 2 * _EARLY:
            return False
        return (self._count.calls() - self._calls_at_last) * left > _MANY_LOOKS * since

    def _wake(self) -> None:
        with self._lock:
            if self._final is None:
                self._count.open()

    def _state(
        self, now: float, status: ProgressStatus = "running", reason: str = "", current: int | float = 0
    ) -> ProgressState:
        if status == "running" and self._throttle.is_full(current):
            status = "done"
        return make_state(current, self._throttle.total, now - self._start, status, self.desc, self.unit, reason)

    def _end_state(self, status: ProgressStatus | None, reason: str) -> ProgressState:
        current, total, last = self._count.value(), self._throttle.total, self._throttle.last
        if status is None or status == "done":
            status = "done" if total is None or is_complete(current, total) else "stopped"
        if last and (last.current, last.total, last.status, last.reason) == (current, total, status, reason):
            return last
        return self._state(time.monotonic(), status, reason, current)

    def _close_after(self, error: BaseException | None) -> None:
        if error is None:
            self.close()
        elif isinstance(error, GeneratorExit):
            self.close("stopped")
        else:
            self.close("failed" if isinstance(error, Exception) else "interrupted", sentence(error))


def _start_over_in_child() -> None:
    """After a fork, locks may be held and turns taken by threads that don't exist in the child."""
    for tracker in list(_trackers):
        tracker._lock = threading.RLock()
        tracker._turn = None
        tracker._count.open()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over_in_child)
