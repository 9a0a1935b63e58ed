"""Work in a fork, which is no second run of the tests whatever happens in it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from tests.processes import until


def in_a_fork(work: Callable[[], object], seconds: float = 60) -> int:
    """0 when the work was done, 1 when it raised, minus the signal that ended it: -9 if it was stuck for so long."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    ended = (0, 0)

    def has_ended() -> bool:
        nonlocal ended
        ended = os.waitpid(child, os.WNOHANG)
        return ended[0] == child

    try:
        until(has_ended, seconds)
    finally:
        if ended[0] != child:
            os.kill(child, signal.SIGKILL)
            ended = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(ended[1])
