"""How much one file may cost, and what holds a worker to it."""

from __future__ import annotations

import mmap
import os
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ingest_widgets.isolation.promises import Found
from ingest_widgets.isolation.watch import watch

if TYPE_CHECKING:
    from ingest_widgets.settings import Settings

_HAS_RESOURCE = find_spec("resource") is not None  # Windows has none
if _HAS_RESOURCE:
    import resource

MIB = 1024**2
MOST_SECONDS = 30 * 24 * 3600.0
"""No system's clocks and waits are asked for more: a longer time-out counts as this."""

MOST_MEMORY_BYTES = 2**63 - 1
"""What RLIMIT_AS can count: a higher limit counts as this."""

LEAST_ROOM = 64 * MIB
"""What a worker may take beyond what its libraries take, however low the limit is."""

OCR_ROOM_BYTES = 1200 * MIB
"""What a worker must have left of its address space before it loads the libraries for OCR."""

OUT_OF_MEMORY_CODE = 86
"""A worker's exit code when it finds itself that it has taken too much, or would have to."""

_WATCH_SECONDS = 0.05
_most_resident = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file, or a range of its pages, may cost.

    Attributes:
        seconds: Wall-clock time of all attempts and CPU time of each; `MOST_SECONDS` at most.
        memory_bytes: Address space of the worker; `MOST_MEMORY_BYTES` at most.
        max_file_bytes: A larger file is refused.
        max_pages: A document with more pages is refused.
    """

    seconds: float = 60.0
    memory_bytes: int = 2048 * MIB
    max_file_bytes: int = 1024 * MIB
    max_pages: int = 50_000

    def __post_init__(self) -> None:
        object.__setattr__(self, "seconds", min(self.seconds, MOST_SECONDS))
        object.__setattr__(self, "memory_bytes", min(self.memory_bytes, MOST_MEMORY_BYTES))

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
    # Longer lists of free blocks: pdfium makes and frees thousands of small ones a page. Saves 3 % of its time.
    fast = "glibc.malloc.tcache_count=1000"
    return chosen | {"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1", "GLIBC_TUNABLES": fast}


def hold(memory_bytes: int) -> Found:
    """In the worker, once its libraries are loaded: no core dumps and no more memory than this.

    Returns:
        Whether each promise is kept, and how.
    """
    set_memory(memory_bytes)
    found: Found = {"memory limit": (False, "none"), "CPU limit": (False, "none: the wall clock alone ends a file")}
    if _HAS_RESOURCE:
        # 1 byte, since Linux hands a core to a program that collects them even when the limit is 0.
        resource.setrlimit(resource.RLIMIT_CORE, (1, 1) if sys.platform == "linux" else (0, 0))
        found["core dumps"] = (resource.getrlimit(resource.RLIMIT_CORE)[0] <= 1, "none")
        found["memory limit"] = (True, "RLIMIT_AS" if _is_held() else watch_memory())
    if _clock_runs():
        found["CPU limit"] = (True, "ITIMER_PROF")
    return found


def set_memory(memory_bytes: int) -> None:
    """In the worker: the memory it may take, never less than what its libraries have taken and some room.

    Nothing happens where the parent is who sets it.
    """
    global _most_resident
    if not _HAS_RESOURCE:
        return
    _most_resident = max(memory_bytes, _peak_resident() + LEAST_ROOM)
    soft = max(memory_bytes, address_space() + LEAST_ROOM)
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    with suppress(ValueError, OSError):  # then `hold` has found that it isn't held
        resource.setrlimit(resource.RLIMIT_AS, (within_session(soft), hard))


def within_session(memory_bytes: int) -> int:
    """What the session's own hard limit (`ulimit -v`), which workers inherit, leaves of it."""
    if not _HAS_RESOURCE:
        return memory_bytes
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    return memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)


def _is_held() -> bool:
    """Whether the limit on the address space is more than a number: macOS takes it and goes on."""
    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    if most == resource.RLIM_INFINITY:
        return False
    try:
        mmap.mmap(-1, most, mmap.MAP_PRIVATE | mmap.MAP_ANON, mmap.PROT_READ).close()
    except (OSError, OverflowError, MemoryError):
        return True
    return False


def watch_memory() -> str:
    """In the worker, where the kernel keeps no limit: ends it soon after it has taken more than `set_memory` allowed.

    Returns:
        How that is kept.
    """
    watch(_end_when_too_large)
    return f"a watch, every {_WATCH_SECONDS * 1000:.0f} ms"


def _end_when_too_large() -> None:
    pause = threading.Event()
    while _peak_resident() <= _most_resident:
        pause.wait(_WATCH_SECONDS)
    os._exit(OUT_OF_MEMORY_CODE)


def _peak_resident() -> int:
    """The most memory that this process held so far, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024  # bytes there, KiB elsewhere


def has_room(size: int) -> bool:
    """In the worker: whether it may take so many bytes more; True where nothing holds it to a limit."""
    if not _HAS_RESOURCE:
        return True
    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    return most == resource.RLIM_INFINITY or address_space() + size <= most


def address_space(process: int | str = "self") -> int:
    """Of a process, in bytes; 0 where there is no /proc, or the process is gone."""
    try:
        with open(f"/proc/{process}/statm", "rb") as statm:
            return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def start_clock(seconds: float) -> None:
    """In the worker: from here on the process may use so much CPU time; the kernel ends it with SIGPROF.

    Args:
        seconds: 0 stops the clock.
    """
    if hasattr(signal, "setitimer"):
        with suppress(OSError):  # then `hold` has found that there is none
            signal.setitimer(signal.ITIMER_PROF, seconds)


def _clock_runs() -> bool:
    """Whether the system lets the clock be set."""
    if not hasattr(signal, "setitimer"):
        return False
    start_clock(60)
    runs = signal.getitimer(signal.ITIMER_PROF)[0] > 0
    start_clock(0)
    return runs
