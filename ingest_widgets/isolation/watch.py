"""In the worker: what ends it when its parent has gone, whatever it is doing."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from ingest_widgets.isolation.promises import Found

_PR_SET_PDEATHSIG, _PR_GET_PDEATHSIG = 1, 2


def end_first() -> None:
    """In the worker, on Linux: when the machine or container runs out of memory, the kernel ends it and no notebook."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "wb", buffering=0) as score:
        score.write(b"1000")


def end_with_parent_thread() -> None:
    """In the worker, on Linux: the kernel kills it when the thread that started it ends, which is its owner."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def die_with_parent(parent: int, stream: int) -> Found:
    """In the worker: ends it as soon as the parent is gone, also while C code runs that lets other threads run.

    Covers systems without the kernel's signal, and a parent that forked the pipe's other end away.

    Args:
        parent: The process that must live.
        stream: The reading end of the parent's pipe.

    Returns:
        How the promise is kept; nothing where the parent sees to it.
    """
    if not hasattr(select, "poll"):
        return {}
    if os.getppid() != parent:
        os._exit(0)
    watch(_watch_parent, parent, stream)
    return {"ends with its parent": (True, "signal of the kernel and a watch" if _has_signal() else "a watch")}


def _has_signal() -> bool:
    number = ctypes.c_int(0)
    return (
        sys.platform == "linux"
        and ctypes.CDLL(None).prctl(_PR_GET_PDEATHSIG, ctypes.byref(number), 0, 0, 0) == 0
        and number.value == signal.SIGKILL
    )


def _watch_parent(parent: int, stream: int) -> None:
    poll = select.poll()
    poll.register(stream, select.POLLHUP)  # what is to be read is not for this thread
    while os.getppid() == parent:
        if poll.poll(2000):
            break
    _end_all()


def end_with_pipe(stream: int) -> None:
    """In the worker: ends it when the other end of this pipe is closed, which the parent's death does as well."""
    watch(_watch_pipe, stream)


def _watch_pipe(stream: int) -> None:
    with suppress(OSError):
        os.read(stream, 1)
    _end_all()


def _end_all() -> None:
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        with suppress(OSError):  # the sandbox allows no signals, nor anything to be started that would need one
            os.killpg(0, signal.SIGKILL)
    os._exit(0)


def watch(target: Callable[..., None], *args: int) -> None:
    """Runs `target` in a thread that needs little and holds nothing up."""
    usual = threading.stack_size(256 * 1024)
    threading.Thread(target=target, args=args, daemon=True).start()
    threading.stack_size(usual)
