"""What a promise in seconds means on this machine, at this moment."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

# Seconds of a bare interpreter's start where nothing else runs, and how much slower a machine to test on may be.
_QUIET, _MOST = 0.03, 10.0


def here(seconds: float) -> float:
    """So many seconds of a machine with nothing else to do: as many more on this one as it is slower right now.

    A promise is about the product, not about who else uses the machine. What stands in for the machine is the start of
    a bare interpreter, measured when this is called: call it right behind what it is held against.
    """
    taken = []
    for _ in range(5):
        started = time.monotonic()
        subprocess.run([sys.executable, "-I", "-S", "-c", ""], check=True)
        taken.append(time.monotonic() - started)
    return seconds * min(_MOST, max(1.0, statistics.median(taken) / _QUIET))
