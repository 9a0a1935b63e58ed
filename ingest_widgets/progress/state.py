"""What a report says: the frozen state of a loop, and the words for it that people know from tqdm."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ingest_widgets.shortened import shortened

ProgressStatus: TypeAlias = Literal["running", "done", "stopped", "failed", "interrupted"]

_LARGEST = 2.0**900  # an int may be larger than any float
_BELOW_FULL = math.nextafter(100.0, 0.0)


@dataclass(frozen=True, slots=True)
class ProgressState:
    """Where a loop stands.

    Attributes:
        current: What was counted; a whole number as long as only whole numbers were.
        total: None when unknown.
        percent: From 0 to 100, and 100 only when all of it was counted and nothing failed; None without a total.
        elapsed: Seconds since the tracker was entered (or made, if it never was), by the monotonic clock.
        rate: `current / elapsed`, so in units a second; 0.0 at the very start.
        eta: `(total - current) / rate` in seconds; None without a total or while nothing was counted.
        status: `running`; `done` at 100 % or at a clean end without a total; else how it ended.
        desc: What is being done, in one line.
        unit: What is counted, in one line.
        reason: Why it failed or stopped, in one line; else empty.
    """

    current: int | float
    total: int | float | None
    percent: float | None
    elapsed: float
    rate: float
    eta: float | None
    status: ProgressStatus
    desc: str
    unit: str
    reason: str = ""

    def __post_init__(self) -> None:
        for name in ("desc", "unit", "reason"):
            given = getattr(self, name)
            # A name of a file may hold bytes that are no text: no message to a page could carry them.
            text = "" if given is None else str(given).encode("utf-8", "backslashreplace").decode()
            object.__setattr__(self, name, " ".join(text.splitlines()))

    def __str__(self) -> str:
        """One line in tqdm's words, such as `papers:  40% 40/100 [00:12<00:18, 3.33 file/s]`."""
        head = f"{self.desc}: " if self.desc else ""
        percent = "" if self.percent is None else f"{math.floor(self.percent):3d}% "
        ending = "" if self.status in ("running", "done") else f" {self.status}"
        return f"{head}{percent}{counts(self)} [{pace(self)}]{ending}{f': {self.reason}' if self.reason else ''}"


class ProgressUpdate:
    """What `update` gives back: truthy when that call reported; `await` it to let the event loop breathe."""

    __slots__ = ("reported",)

    def __init__(self, reported: bool) -> None:
        self.reported = reported

    def __bool__(self) -> bool:
        return self.reported

    def __await__(self) -> Generator[None, None, ProgressUpdate]:
        yield  # what asyncio.sleep(0) does, without its coroutine
        return self

    def __repr__(self) -> str:
        return f"ProgressUpdate(reported={self.reported})"


Sink: TypeAlias = Callable[[ProgressState], object]


def is_complete(current: float, total: float) -> bool:
    """Whether all of it was counted; two units in the last place are forgiven where floats are added."""
    if isinstance(current, int) and isinstance(total, int):
        return current >= total
    return current >= total - 2 * math.ulp(total)


def make_state(
    current: int | float,
    total: int | float | None,
    elapsed: float,
    status: ProgressStatus,
    desc: str,
    unit: str,
    reason: str,
) -> ProgressState:
    """A state with percent, rate and eta worked out."""
    rate = min(current, _LARGEST) / elapsed if elapsed > 0 else 0.0
    percent = eta = None
    if total is not None:
        percent = 100.0 if status == "done" else min(100 * (current / total) if total else 0.0, _BELOW_FULL)
        left = max(total - current, 0)
        eta = 0.0 if status == "done" else left / rate if rate else None
    return ProgressState(current, total, percent, elapsed, rate, eta, status, desc, unit, reason)


def counts(state: ProgressState) -> str:
    """`40/100`, or `40 files` without a total."""
    if state.total is None:
        return f"{number(state.current)} {state.unit}"
    return f"{number(state.current)}/{number(state.total)}"


def pace(state: ProgressState) -> str:
    """`00:12<00:18, 3.33 it/s`: elapsed, left (`?` when unknown), and the rate (`2.50 s/it` when it is slow)."""
    if not state.rate:
        rate = f"? {state.unit}/s"
    elif state.rate >= 1:
        rate = f"{number(state.rate)} {state.unit}/s"
    else:
        rate = f"{number(1 / state.rate)} s/{state.unit}"
    left = "" if state.total is None else f"<{'?' if state.eta is None else clock(state.eta)}"
    return f"{clock(state.elapsed)}{left}, {rate}"


def clock(seconds: float) -> str:
    """`MM:SS`, or `H:MM:SS` from an hour on."""
    minutes, second = divmod(int(min(seconds, 1e12)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute:02d}:{second:02d}"


def number(value: int | float) -> str:
    """A count as it is; a float with at most two digits after the point."""
    if isinstance(value, int):
        return str(value)
    return f"{value:.2f}" if value < 1000 else f"{value:.0f}"


def sentence(error: BaseException) -> str:
    """The error in one line of at most 300 characters, such as `ValueError: no such page`."""
    text = " ".join(str(error).split())
    line = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return shortened(line, 300)
