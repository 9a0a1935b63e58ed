"""Which processes are ours, and waiting for them to end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil  # type: ignore[import-untyped]


def until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Waits for a condition, looking at it every 10 ms; False if it never came."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            return False
        pause.wait(0.01)
    return True


def workers() -> list[psutil.Process]:
    """The living worker processes below this process, and what they started."""
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if child.status() != psutil.STATUS_ZOMBIE and "ingest_widgets.isolation.worker" in " ".join(
                child.cmdline()
            ):
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


def children(of: int) -> set[int]:
    """The processes that one started and that are still there, none when it is gone itself."""
    try:
        return {child.pid for child in psutil.Process(of).children()}
    except psutil.NoSuchProcess:
        return set()


def resident_bytes() -> int:
    """What this process holds in memory."""
    return int(psutil.Process().memory_info().rss)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet buried doesn't."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@contextmanager
def no_more_threads() -> Iterator[None]:
    """In here none can be started: each would need a stack for which there is no room."""
    usual = threading.stack_size(2**60)
    try:
        yield
    finally:
        threading.stack_size(usual)
