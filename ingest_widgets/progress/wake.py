"""Wakes a loop that is too fast to look at the clock for each of its items."""

from __future__ import annotations

import _thread
import atexit
import weakref
from collections.abc import Callable

_asleep: set[_thread.LockType] = set()


class Alarm:
    """One alarm clock; it doesn't keep alive whom it wakes.

    Args:
        wake: A bound method; called in a thread of its own.
    """

    __slots__ = ("_call_off", "_wake")

    def __init__(self, wake: Callable[[], object]) -> None:
        self._wake = weakref.WeakMethod(wake)
        self._call_off: Callable[[], None] | None = None

    def set(self, seconds: float) -> bool:
        """Rings once in so many seconds; False when no thread can be had."""
        self.call_off()
        self._call_off = wake_after(seconds, self._ring)
        return self._call_off is not None

    def call_off(self) -> None:
        """Lets it sleep on; its thread ends."""
        if self._call_off is not None:
            self._call_off()
            self._call_off = None

    def _ring(self) -> None:
        wake = self._wake()
        if wake is not None:
            wake()


def wake_after(seconds: float, callback: Callable[[], object]) -> Callable[[], None] | None:
    """Calls `callback` in a thread of its own after `seconds`.

    A raw thread: starting one takes none of `threading`'s locks, so that a finalizer or a signal handler may do it.

    Returns:
        What calls it off (as often as you like; the thread ends at once), or None when no thread can be had, as
        during the interpreter's shutdown.
    """
    alarm = _thread.allocate_lock()
    alarm.acquire()

    def sleep() -> None:
        called_off = alarm.acquire(timeout=seconds)
        _asleep.discard(alarm)
        if not called_off:
            callback()

    _asleep.add(alarm)
    try:
        _thread.start_new_thread(sleep, ())
    except RuntimeError:
        _asleep.discard(alarm)
        return None
    return lambda: _call_off(alarm)


def _call_off(alarm: _thread.LockType) -> None:
    try:
        _asleep.remove(alarm)
    except KeyError:
        return
    alarm.release()


@atexit.register
def _call_off_all() -> None:
    for alarm in list(_asleep):
        _call_off(alarm)
