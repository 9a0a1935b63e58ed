"""How much one file may cost, and what holds a worker to it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest_widgets.settings import Settings

MIB = 1024**2
LEAST_ROOM = 64 * MIB
"""What a worker may take beyond what its libraries take, however low the limit is."""

OCR_ROOM_BYTES = 1200 * MIB
"""What a worker must have left of its address space before it loads the libraries for OCR."""

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What one attempt at one file may cost.

    Attributes:
        seconds: Wall-clock and CPU time of each attempt.
        memory_bytes: Address space of the worker.
        max_file_bytes: A larger file is refused.
        max_pages: A document with more pages is refused.
    """

    seconds: float = 60.0
    memory_bytes: int = 2048 * MIB
    max_file_bytes: int = 1024 * MIB
    max_pages: int = 50_000

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """The limits that the settings name."""
        return cls(
            seconds=settings.file_timeout_seconds,
            memory_bytes=settings.memory_limit_bytes,
            max_file_bytes=settings.max_file_bytes,
            max_pages=settings.max_pages,
        )


def worker_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The few variables that a worker needs to find its libraries: no token or password of the user is among them."""
    kept = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TESSDATA_PREFIX")
    chosen = {name: environment[name] for name in kept if name in environment}
    # One arena: each further one reserves 64 MiB of the address space that RLIMIT_AS counts.
    return chosen | {"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}


def end_with_parent_thread() -> None:
    """In the worker, on Linux: the kernel kills it when the thread that started it ends, which is its owner."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def die_with_parent(parent: int, stream: int) -> dict[str, str]:
    """In the worker: ends it as soon as the parent is gone, also while C code runs that lets other threads run.

    Covers systems without the kernel's signal, and a parent that forked the pipe's other end away.

    Args:
        parent: The process that must live.
        stream: The reading end of the parent's pipe.

    Returns:
        How the promise is kept.
    """
    if sys.platform == "win32":
        return {"ends with its parent": "at its next message (no signal of the kernel on Windows)"}
    if os.getppid() != parent:
        os._exit(0)
    threading.stack_size(256 * 1024)
    threading.Thread(target=_watch_parent, args=(parent, stream), daemon=True).start()
    return {"ends with its parent": "signal of the kernel and a watch" if sys.platform == "linux" else "a watch"}


def _watch_parent(parent: int, stream: int) -> None:
    import select

    poll = select.poll()
    poll.register(stream, 0)  # hang-up only: what is to be read is not for this thread
    while os.getppid() == parent:
        if poll.poll(2000):
            break
    os._exit(0)


def hold(memory_bytes: int) -> dict[str, str]:
    """In the worker, once its libraries are loaded: no core dumps and no more address space than this.

    Returns:
        How each promise is kept.
    """
    if sys.platform == "win32":
        missing = "not offered by Windows: the wall clock alone ends a file"
        return {"memory limit": missing, "CPU limit": missing}
    import resource

    # 1 byte, since Linux hands a core to a program that collects them even when the limit is 0.
    resource.setrlimit(resource.RLIMIT_CORE, (1, 1) if sys.platform == "linux" else (0, 0))
    memory = set_memory(memory_bytes)
    return {"memory limit": memory, "CPU limit": "ITIMER_PROF", "core dumps": "none"}


def set_memory(memory_bytes: int) -> str:
    """In the worker: the address space it may take, never less than what its libraries have taken and some room.

    Returns:
        How the limit is kept, or that it isn't.
    """
    if sys.platform == "win32":
        return "not offered by Windows"
    import resource

    soft = max(memory_bytes, _address_space() + LEAST_ROOM)
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    try:
        resource.setrlimit(resource.RLIMIT_AS, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
    except (ValueError, OSError) as error:  # macOS refuses
        return f"RLIMIT_AS is refused by this system ({error})"
    return "RLIMIT_AS"


def has_room(size: int) -> bool:
    """In the worker: whether it may take so many bytes more; True where nothing holds it to a limit."""
    if sys.platform == "win32":
        return True
    import resource

    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    return most == resource.RLIM_INFINITY or _address_space() + size <= most


def _address_space() -> int:
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def start_clock(seconds: float) -> None:
    """In the worker: from here on the process may use so much CPU time; the kernel ends it with SIGPROF.

    Args:
        seconds: 0 stops the clock.
    """
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)
