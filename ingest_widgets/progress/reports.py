"""The reports of one count: which is due, and its way to the sinks, one at a time and with no lock held."""

from __future__ import annotations

import os
import threading
import time
import weakref

from ingest_widgets.progress.count import Count
from ingest_widgets.progress.sinks import Sinks
from ingest_widgets.progress.state import ProgressState, ProgressStatus, is_complete, make_state
from ingest_widgets.progress.throttle import Throttle
from ingest_widgets.progress.wake import Alarm

_monotonic = time.monotonic

_ROUNDS = 4  # of reports in one call: a sink that updates may make the next report due, again and again
_MANY_LOOKS = 5_000  # at the clock before the next report: an alarm is cheaper
_EARLY = 0.05  # seconds before a report is due: from then on a fast loop looks at the clock itself
_TASTE = 0.002  # seconds after a report until the pace can be told

_all: weakref.WeakSet[Reports] = weakref.WeakSet()


class Reports:
    """What is said of a count, from the first report to the last; `deliver` and `state` may be called anywhere.

    Args:
        count: Counted by the owner, under `lock` where it says so.
        throttle: Says when a report is due.
        sinks: Hear it.
        desc: What is being done.
        unit: What is counted.

    Attributes:
        lock: Around counting and deciding: never held while a sink runs.
        final: The last report, once the count has ended.
    """

    __slots__ = (
        "__weakref__",
        "_alarm",
        "_calls_at_last",
        "_count",
        "_sinks",
        "_start",
        "_throttle",
        "_turn",
        "desc",
        "final",
        "lock",
        "unit",
    )

    def __init__(self, count: Count, throttle: Throttle, sinks: Sinks, desc: str, unit: str) -> None:
        self._count, self._throttle, self._sinks = count, throttle, sinks
        self.desc, self.unit = desc, unit
        self.lock = threading.RLock()
        self.final: ProgressState | None = None
        self._turn: object | None = None  # of the call that reports
        self._calls_at_last = 0
        self._start = time.monotonic()
        self._alarm = Alarm(self._wake)
        _all.add(self)

    def begin(self) -> None:
        """Takes the present for the start, unless a report has gone out already."""
        with self.lock:
            if self._throttle.last is None:
                self._start = time.monotonic()

    def end(self, status: ProgressStatus | None, reason: str) -> None:
        """Settles the last report, if that hasn't been done; `deliver` hands it out.

        Args:
            status: None: `done` when all was counted or there is no total, else `stopped`. An asked `done` is
                believed only then.
            reason: Why, in one line.
        """
        with self.lock:
            if self.final is None:
                final = self._end_state(status, reason)
                if self.final is None:  # a signal handler may have closed it meanwhile
                    self.final = final
            self._alarm.call_off()

    def state(self) -> ProgressState:
        """Where the count stands now; after the end: the last report."""
        with self.lock:
            return self.final or self._state(time.monotonic(), self._count.value())

    def deliver(self) -> bool:
        """Hands out what is due, unless another call is at it: that one looks again before it goes.

        Returns:
            Whether this call reported.
        """
        turn, rounds, reported = object(), 0, False
        try:
            with self.lock:
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
        with self.lock:
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
            return self._state(self._start, 0)
        if self.final is not None:
            self._count.close()
            return None if self.final is last else self.final
        current = self._count.value()
        if rounds < _ROUNDS and self._throttle.is_due(current, now):
            return self._state(now, current)
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
        with self.lock:
            if self.final is None:
                self._count.open()

    def _state(
        self, now: float, current: int | float, status: ProgressStatus = "running", reason: str = ""
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
        return self._state(time.monotonic(), current, status, reason)


def _start_over_in_child() -> None:
    """After a fork, locks may be held and turns taken by threads that don't exist in the child."""
    for reports in list(_all):
        reports.lock = threading.RLock()
        reports._turn = None
        reports._count.open()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over_in_child)
