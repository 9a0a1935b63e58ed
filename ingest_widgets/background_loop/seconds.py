"""What a time-out may be."""

from __future__ import annotations

import math
from typing import Any


def seconds_of(timeout: Any) -> float | TypeError | ValueError:
    """A time-out as a float, infinite or past too; what no float can hold is as good as infinite.

    Returns:
        The seconds, or the error to raise for something that is no number of them.
    """
    if isinstance(timeout, bool) or not hasattr(type(timeout), "__float__"):
        return TypeError(f"timeout is a number of seconds, not {timeout!r}")
    try:
        seconds = float(timeout)
    except OverflowError:
        return math.inf if timeout > 0 else -math.inf
    return ValueError("timeout is NaN: take a number of seconds") if math.isnan(seconds) else seconds
