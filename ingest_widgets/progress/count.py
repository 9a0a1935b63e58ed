"""A count that is exact from many threads and takes no lock for it: each addition is one call into C.

Under the GIL such a call is atomic: no other thread, signal handler or finalizer comes in between. The standard library
has one that adds to a number and gives the sum, the relative seek of a BytesIO (which stays empty all the time).
"""

from __future__ import annotations

import io
import numbers
from collections.abc import Callable, Iterable

from ingest_widgets.shortened import brief

NEVER = 1 << 200
"""More than anyone counts."""

_BITS = 1074  # every finite float is a whole number of 2**-1074
_LARGEST = 2.0**900


def quantity(value: object, name: str) -> int | float:
    """A number that can be counted with, as a plain int or float.

    Raises:
        TypeError: Not a real number, or a bool.
        ValueError: Negative, NaN, infinite or absurdly large.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, not {brief(value)}{_cure(value, name)}")
    plain = int(value) if isinstance(value, numbers.Integral) else float(value)
    if not 0 <= plain < _LARGEST:  # a NaN fails every comparison
        raise ValueError(f"{name} must be finite and not negative, not {brief(value)}")
    return plain


def _cure(value: object, name: str) -> str:
    """For who knows `tqdm(iterable)`."""
    looped = name == "total" and isinstance(value, Iterable) and not isinstance(value, str)
    return ": to count the items of a loop, use ProgressTracker().track(items)" if looped else ""


class Source:
    """One of the places where whole numbers are counted, and when whoever counts there has to look closer.

    Attributes:
        done: What was counted here.
        gate: Look closer from this count on, ...
        due: ... if it is this time or later (monotonic seconds), ...
        full: ... and from this count on in any case.
        at: What `done` said at the last look.
        size: What one call adds, about.
    """

    __slots__ = ("_planned", "at", "done", "due", "full", "gate", "size")

    def __init__(self, done: Callable[[], int]) -> None:
        self.done = done
        self.at = self._planned = 0
        self.size: int = 1
        self.open()

    def open(self) -> None:
        """Makes the next call look closer."""
        self.gate, self.full, self.due = 0, NEVER, 0.0

    def has_moved(self) -> bool:
        """Whether it has counted since the last plan."""
        return self.at != self._planned

    def plan(self, ones: int, ones_to_full: int, due: float) -> None:
        """Sets when to look closer, from what was counted at the last look."""
        self._planned = self.at
        self.full, self.due, self.gate = self.at + ones_to_full, due, self.at + ones


class Count:
    """Whole numbers and floats, added without a rounding error: ten times 0.1 is 1.0.

    `forward` may be called anywhere; everything else under the owner's lock.

    Attributes:
        forward: `forward(n, 1)` counts a whole number and gives the sum of all that were counted so; OverflowError,
            with nothing counted, beyond 2**63.
        steps: Where `forward` counts.
        loops: Where loops count for themselves.
    """

    __slots__ = ("_rest", "_scaled", "forward", "loops", "steps")

    def __init__(self) -> None:
        place = io.BytesIO()
        self.forward = place.seek
        self.steps = Source(place.tell)
        self.loops: list[Source] = []
        self._rest = 0
        self._scaled = 0  # in units of 2**-1074

    def add(self, n: int | float) -> None:
        """Counts `n`, one `+=` of a value made before, so that a signal handler can't come in between."""
        if isinstance(n, int):
            self._rest += n
        else:
            scaled = _scale(n)
            self._scaled += scaled

    def raise_to(self, value: int | float) -> None:
        """Brings the count to `value`; a count that is there already stays."""
        if isinstance(value, int) and not self._scaled:
            self.add(max(0, value - self._whole()))
        else:
            missing = _scale(value) - (self._whole() << _BITS) - self._scaled
            self._scaled += max(0, missing)

    def end(self, loop: Source) -> None:
        """Takes over what `loop` has counted."""
        done = loop.done()
        rest = [other for other in self.loops if other is not loop]
        self.loops, self._rest = rest, self._rest + done

    def value(self) -> int | float:
        """The sum, correctly rounded where floats were added."""
        whole = self._whole()
        return whole if not self._scaled else ((whole << _BITS) + self._scaled) / (1 << _BITS)

    def calls(self) -> int:
        """About how many calls it took, as of the last `value`."""
        return sum(source.at // max(source.size, 1) for source in self._sources())

    def open(self) -> None:
        """Makes the next call of anyone look closer."""
        for source in self._sources():
            source.open()

    def plan(self, ones: int, ones_to_full: int, due: float) -> None:
        """Has someone look closer before `ones` more are counted since the last `value`, and so on.

        Those that count share the allowance, so that it can't be passed without one of them using up its part; the
        others look closer at once.
        """
        movers = [source for source in self._sources() if source.has_moved()]
        for source in self._sources():
            if source in movers:
                source.plan(ones // len(movers), max(1, ones_to_full // len(movers)), due)
            else:
                source.open()

    def close(self) -> None:
        """Lets nobody look closer any more."""
        for source in self._sources():
            source.plan(NEVER, NEVER, 0.0)

    def _sources(self) -> list[Source]:
        return [self.steps, *self.loops]

    def _whole(self) -> int:
        whole = self._rest
        for source in self._sources():
            source.at = source.done()
            whole += source.at
        return whole


def _scale(n: int | float) -> int:
    numerator, denominator = n.as_integer_ratio()
    return numerator << (_BITS + 1 - denominator.bit_length())
