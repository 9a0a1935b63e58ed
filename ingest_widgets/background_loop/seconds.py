"""What a time-out may be."""

from __future__ import annotations

import math


def problem_with(timeout: object) -> Exception | None:
    """The error to raise for something that is no number of seconds; None for one that is, infinite or past too."""
    if isinstance(timeout, bool) or not hasattr(type(timeout), "__float__"):
        return TypeError(f"timeout is a number of seconds, not {timeout!r}")
    return ValueError("timeout is NaN: take a number of seconds") if math.isnan(timeout) else None  # type: ignore[arg-type]
