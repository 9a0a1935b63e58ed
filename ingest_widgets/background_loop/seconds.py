"""What a time-out may be."""

from __future__ import annotations

import math
from typing import Any

from ingest_widgets.shortened import brief


def seconds_of(timeout: Any) -> float:
    """A time-out as a float, infinite or past too; what no float can hold is as good as infinite.

    Raises:
        TypeError: It is no number.
        ValueError: It is NaN.
    """
    if isinstance(timeout, bool) or not hasattr(type(timeout), "__float__"):
        raise TypeError(f"timeout is a number of seconds, not {brief(timeout)}")
    try:
        seconds = float(timeout)
    except OverflowError:
        return math.inf if timeout > 0 else -math.inf
    except (TypeError, ValueError) as error:  # such as an array of several
        raise TypeError(f"timeout is a number of seconds, not {brief(timeout)}") from error
    if math.isnan(seconds):
        raise ValueError("timeout is NaN: take a number of seconds")
    return seconds
