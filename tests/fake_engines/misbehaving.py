"""A real plug-in that reads as pdfium does, until a page's text says `poison: KIND`: then it does that."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, NoReturn

from ingest_widgets.engines.pdfium import PdfiumDocument
from ingest_widgets.engines.protocol import Buffer, EngineRefuses, PasswordSource
from ingest_widgets.isolation.wire import prefix

_said: list[str] = []
_hoard: list[bytearray] = []
_at_close: list[Callable[[], Any]] = []


def segfault() -> None:
    ctypes.string_at(0)


def leave() -> None:
    os._exit(3)


def spin() -> NoReturn:
    while True:
        pass


def wait() -> None:
    threading.Event().wait()


def hold() -> None:
    """Sleeps in C without giving the interpreter's lock back."""
    ctypes.PyDLL(None).sleep(3600)


def deaf() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Event().wait()


def python_memory() -> None:
    held = []
    while True:
        held.append(bytearray(64 * 1024 * 1024))


def watched() -> None:
    """Eats memory as on a system whose kernel sets no limit."""
    import resource

    from ingest_widgets.isolation.limits import watch_memory

    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    watch_memory()
    held: list[bytearray] = []
    while len(held) < 50:
        held.append(bytearray(32 * 1024 * 1024))
        threading.Event().wait(0.02)


def hoards() -> None:
    """Goes on, and keeps half a gibibyte for ever."""
    _hoard.append(bytearray(512 * 1024 * 1024))


def borrows() -> None:
    """Needs half a gibibyte for a moment."""
    bytearray(512 * 1024 * 1024)


def pauses() -> None:
    """Takes a while."""
    threading.Event().wait(1.2)


def native_memory() -> None:
    """As pdfium does: an allocation that fails is an abort."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    size = 32 * 1024 * 1024
    while address := libc.malloc(ctypes.c_size_t(size)):
        ctypes.memset(address, 1, size)
    os.abort()


def stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def once() -> None:
    """Dies, unless one has died here before, in the folder that the page names."""
    if len(os.listdir(_said[2])) == 1:
        os.kill(os.getpid(), signal.SIGKILL)


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def late() -> None:
    """Dies after a while, and hangs where one has died here before, in the folder that the page names."""
    threading.Event().wait(2.7)
    once()
    wait()


def late_once() -> None:
    """Dies after a while, unless one has died here before, in the folder that the page names."""
    if len(os.listdir(_said[2])) == 1:
        threading.Event().wait(2.7)
    once()


def grandchild() -> None:
    """Leaves a process behind that holds our pipes open, then dies."""
    child = os.fork()
    if child == 0:
        threading.Event().wait()
    note(child)
    os._exit(0)


def daemon() -> None:
    """Leaves a process behind that went into a session of its own."""
    child = os.fork()
    if child == 0:
        os.setsid()
        threading.Event().wait()
    note(child)
    threading.Event().wait(0.2)
    os._exit(0)


def note(pid: int) -> None:
    """Leaves a file of this name where the page asks for it: `poison: KIND FOLDER`."""
    for folder in _said[2:]:
        with open(os.path.join(folder, str(pid)), "w"):
            pass


def flood() -> NoReturn:
    """Writes zeros to every pipe it finds."""
    pipes = _pipes()
    while True:
        _tell(bytes(1 << 16), pipes)


def forswears() -> None:
    """Says in the middle of a document that its engine isn't installed."""
    _tell(prefix({"t": "no engine", "why": "gone"}, 0), _pipes())


def renames() -> None:
    """Says in the middle of a document that it is another file."""
    _tell(prefix({"t": "file", "sha256": "0" * 64, "size": 1, "mtime_ns": None}, 0), _pipes())


def hangs_late() -> None:
    _at_close.append(wait)


def _pipes() -> list[int]:
    return [fd for fd in range(3, 64) if _is_pipe(fd)]


def _tell(data: bytes, pipes: list[int]) -> None:
    for pipe in pipes:
        try:
            os.write(pipe, data)
        except OSError:
            continue


def _is_pipe(fd: int) -> bool:
    try:
        return os.readlink(f"/proc/self/fd/{fd}").startswith("pipe:")
    except OSError:
        return False


def lies() -> str:
    return "\ud800 a lone surrogate and a NUL \0"


def warns() -> tuple[str, ...]:
    return "\ud800" + "so much " * 100, *("odd",) * 60


def refuses() -> NoReturn:
    raise EngineRefuses("\ud800" * 300)


def raises() -> None:
    raise ZeroDivisionError("an engine's own mistake")


def recurses() -> None:
    sys.setrecursionlimit(10**8)

    def deeper(n: int) -> int:
        return deeper(n + 1) + 1

    deeper(0)


POISON: dict[str, Callable[[], Any]] = {
    "segfault": segfault,
    "exit": leave,
    "spin": spin,
    "wait": wait,
    "hold": hold,
    "deaf": deaf,
    "python-memory": python_memory,
    "native-memory": native_memory,
    "hoards": hoards,
    "pauses": pauses,
    "borrows": borrows,
    "stop": stop,
    "once": once,
    "killed": killed,
    "late": late,
    "late-once": late_once,
    "grandchild": grandchild,
    "daemon": daemon,
    "watched": watched,
    "flood": flood,
    "forswears": forswears,
    "renames": renames,
    "hangs-late": hangs_late,
    "lies": lies,
    "warns": warns,
    "refuses": refuses,
    "raises": raises,
    "recurses": recurses,
}


class Misbehaving(PdfiumDocument):
    def page_text(self, index: int) -> tuple[str, tuple[str, ...]]:
        text, warnings = super().page_text(index)
        if "poison: " not in text:
            return text, warnings
        _said[:] = text[text.index("poison: ") :].split()
        note(os.getpid())
        said = POISON[_said[1]]()
        return (text, said) if isinstance(said, tuple) else (said or text, warnings)

    def close(self) -> None:
        for act in _at_close:
            act()
        super().close()


def open_document(data: Buffer, passwords: PasswordSource) -> Misbehaving:
    return Misbehaving(data, passwords)


class Incomplete:
    """What an author forgot: no pages, no metadata."""


def open_incomplete(data: Buffer, passwords: PasswordSource) -> Any:
    return Incomplete()
