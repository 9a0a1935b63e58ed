"""A clock for deadlines that stands still while this process does: after Ctrl-Z, or under a closed lid."""

from __future__ import annotations

import threading
import time

PAUSE_SECONDS = 0.5
"""A thread that looks at its clock less often than this was held up itself."""


class _Looks(threading.local):
    last = 0.0
    lost = 0.0


_looks = _Looks()


def awake() -> float:
    """Seconds as `time.monotonic` counts them, without those that the calling thread missed.

    For threads that wait in small steps and look at the clock in between. No other thread's count means the same.
    """
    now = time.monotonic()
    gap = now - _looks.last
    if gap > PAUSE_SECONDS:
        _looks.lost += gap
    _looks.last = now
    return now - _looks.lost
