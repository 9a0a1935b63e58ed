"""Decides when a report is due, in exact arithmetic: no report is lost to `0.3 - 0.2 < 0.1`."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

from ingest_widgets.progress.count import NEVER, quantity
from ingest_widgets.progress.state import ProgressState, is_complete

_FLOAT_SLACK = Fraction(999_999_999, 1_000_000_000)


class Wait(NamedTuple):
    """When to look closer: `ones` more counts from now, then from `time` on; in any case after `ones_to_full`."""

    ones: int
    ones_to_full: int
    time: float


class Throttle:
    """Both gaps, and the two exceptions: the start, and the first time that the total is reached.

    Not safe for threads: its owner holds a lock.
    """

    __slots__ = (
        "_full_shown",
        "_mark",
        "_min_change",
        "_min_seconds",
        "_step",
        "last",
        "last_time",
        "next_time",
        "total",
    )

    def __init__(self, min_change: float, min_seconds: float) -> None:
        self._min_change = Fraction(str(quantity(min_change, "min_change")))  # 0.1 is meant as a tenth
        self._min_seconds = quantity(min_seconds, "min_seconds")
        self.total: int | float | None = None
        self.last: ProgressState | None = None
        self.last_time = self.next_time = 0.0
        self._full_shown = False
        self._step: Fraction | None = None  # min_change as a count
        self._mark: Fraction | None = None  # the last report's count, in terms of the present total

    def set_total(self, total: int | float | None) -> None:
        """Takes a total; with another one, the change is that of the percentage since the last report."""
        self.total = total
        self._step = self._mark = None
        if total is not None:
            self._step = self._min_change * Fraction(total) / 100
            if self.last is not None and self.last.total:
                self._mark = Fraction(self.last.current) / Fraction(self.last.total) * Fraction(total)

    def note(self, state: ProgressState, time: float) -> None:
        """Takes `state` for the last report, made at `time`."""
        self.last, self.last_time = state, time
        self.next_time = time + self._min_seconds
        self.next_time -= 4 * math.ulp(self.next_time)  # 100.7 - 100.2 is a little less than 0.5
        self._full_shown = self._full_shown or state.status == "done"
        self._mark = None if state.total is None else Fraction(state.current)

    def is_full(self, current: int | float) -> bool:
        """Whether all of it was counted."""
        return self.total is not None and current > 0 and is_complete(current, self.total)

    def fills(self, current: int | float) -> bool:
        """Whether the total is reached for the first time."""
        return not self._full_shown and self.is_full(current)

    def is_due(self, current: int | float, now: float) -> bool:
        """Whether this count may be reported now."""
        return self.fills(current) or (now >= self.next_time and self.is_news(current))

    def is_news(self, current: int | float) -> bool:
        """Whether `min_change` has gone by; any change will do where there is no total to compare with."""
        if self.last is None or current == self.last.current:
            return self.last is None
        if self._step is None or self._mark is None:
            return True
        step = self._step if isinstance(current, int) else self._step * _FLOAT_SLACK
        return abs(Fraction(current) - self._mark) >= step

    def wait(self, current: int | float) -> Wait:
        """When to look again, after `is_due` said no."""
        full = NEVER
        if self.total is not None and not self._full_shown:
            full = _ceiling(self.total - current)
        if self.is_news(current):
            return Wait(0, full, self.next_time)
        ones = 1
        if self._step is not None and self._mark is not None:
            ones = _ceiling(self._mark + self._step - Fraction(current))
        return Wait(min(ones, full), full, 0.0)


def _ceiling(value: float | Fraction) -> int:
    return max(1, math.ceil(value))
