"""One worker process, as its owner sees it: start, send, receive, kill. It trusts nothing that comes back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from ingest_widgets.background_loop.awake import awake
from ingest_widgets.errors import EngineError
from ingest_widgets.isolation import pipes
from ingest_widgets.isolation.limits import OUT_OF_MEMORY_CODE, within_session, worker_environment
from ingest_widgets.isolation.promises import Promise, promises
from ingest_widgets.isolation.wire import TEXT_BYTES, Frames, prefix
from ingest_widgets.statuses import Reason

START_SECONDS = 60.0
_FIRST_LOOK_SECONDS, LOOK_SECONDS = 0.008, 0.025
"""How long a worker may be silent before its memory is looked at: what a crash meant is known only from before it."""

_DRAIN_SECONDS = 0.5
"""So long after its deadline a worker that never stops sending is still listened to: what came in time may be there."""

_END_SECONDS, _KILLED_SECONDS = 2.0, 0.2
"""How long its end is waited for, and how long when nobody wants to know any more how it ended."""

_OUT_OF_MEMORY_SHARE = 0.4
_OUT_OF_TIME = {-int(getattr(signal, name)) for name in ("SIGPROF", "SIGXCPU") if hasattr(signal, name)}
_KILLED = -9  # SIGKILL, for which Windows has no name
BOOT = """
import json, os, sys
read = sys.stdin.buffer.read  # its owner says no more until it hears that the worker is ready
hello = json.loads(read(int.from_bytes(read(4), "big")))
sys.path[:] = hello["path"]
if hello["lifeline"]:
    from ingest_widgets.isolation.watch import end_with_pipe
    end_with_pipe(os.dup(2))
from ingest_widgets.isolation.worker import main
main(hello)
"""


class WorkerEnded(Exception):
    """The worker is gone, or had to be killed.

    Args:
        reason: What that says about the file.
        what: For the sentence in `detail`.
        by_chance: Something else may have ended it, so that the file is worth another try.
    """

    def __init__(self, reason: Reason, what: str = "", *, by_chance: bool = False) -> None:
        super().__init__(reason, what)
        self.reason, self.what, self.by_chance = reason, what, by_chance


class WorkerProcess:
    """A fresh `python -I` process in a session of its own.

    Only `kill` may be called from other threads than the one that owns it.

    Args:
        memory_bytes: Its address space.
        sandbox: Whether it gives up network, writing and starting processes; plug-ins may need them.
    """

    def __init__(self, memory_bytes: int, *, sandbox: bool) -> None:
        self.memory_bytes, self.sandbox = memory_bytes, sandbox
        self.tasks, self.owner = 0, os.getpid()
        self._frames = Frames()
        self._lock = threading.Lock()
        self._open = self._drained = True
        self._killed = False
        self._peak_bytes = 0
        self.promises: dict[str, Promise] = {}
        environment = worker_environment(os.environ)
        self._pipes = pipes.PIPES(BOOT, memory_bytes, alone=sandbox, environment=environment)
        self._group = self._pipes.group
        self.pid = self._group.process.pid

    def start(self) -> None:
        """Waits until it has its libraries loaded.

        Raises:
            EngineError: Its libraries can't be loaded.
            WorkerEnded: It died or hung on the way.
        """
        path = [os.path.abspath(entry) for entry in sys.path if entry]
        own = str(Path(__file__).parents[2])
        hello = {
            "path": path if own in path else [*path, own],
            "parent": self.owner,
            "memory_bytes": self.memory_bytes,
            "sandbox": self.sandbox,
            "lifeline": self._pipes.lifeline,
        }
        data = json.dumps(hello).encode()
        deadline = awake() + START_SECONDS
        self._write(len(data).to_bytes(4, "big") + data, deadline)
        header, _ = self.receive(deadline)
        if header.get("t") != "ready":
            why = str(header.get("why", "no answer"))
            raise EngineError(f"a worker process can't start ({why}): run `ingest-widgets doctor`")
        self.promises = {**promises(header.get("features")), **self._pipes.promises, **self._group.promises}

    def usable(self, sandbox: bool) -> bool:
        """Whether it can take a task that wants this sandbox, in this process."""
        return self._open and self.sandbox == sandbox and self.owner == os.getpid()

    def allow(self, memory_bytes: int) -> None:
        """What the next task may take, where the parent is who sets that."""
        if memory_bytes != self.memory_bytes:
            self._group.allow(memory_bytes)
            self.memory_bytes = memory_bytes

    def begin(self, body_cap: int = TEXT_BYTES) -> None:
        """Call before each task.

        Args:
            body_cap: Most bytes of one body of the answers.

        Raises:
            WireError: The worker has spoken without being asked.
        """
        self.tasks += 1
        self._peak_bytes = self._group.used_bytes()  # a small limit may be hit before there is time to look again
        self._frames.restart(body_cap)

    def send(self, header: dict[str, Any], body: bytes = b"", *, deadline: float) -> None:
        """Sends one frame.

        Raises:
            WorkerEnded: It is gone, or didn't take the frame by `deadline` (of `awake`).
        """
        self._write(prefix(header, len(body)), deadline)
        if body:
            self._write(body, deadline)

    def _write(self, data: bytes, deadline: float) -> None:
        try:
            self._pipes.write(data, deadline)
        except TimeoutError:
            raise self._late() from None
        except OSError:
            raise self._verdict() from None

    def receive(self, deadline: float, rest: float = 0.0) -> tuple[dict[str, Any], bytes]:
        """Waits for one frame.

        Args:
            deadline: Of `awake`.
            rest: So many seconds may pass before a frame that has come is looked at. What a worker has sent is safe
                in the pipe, and waking up for each page costs more than reading it.

        Raises:
            WorkerEnded: It is gone, or nothing came by `deadline`; it is killed then.
            WireError: It broke the protocol.
        """
        wait = _FIRST_LOOK_SECONDS
        while (frame := self._frames.next()) is None:
            if rest and self._drained:
                self._pipes.rest(rest)
                rest = 0.0
            left = deadline - awake()
            try:
                data = self._pipes.read(min(left, wait))
            except OSError:
                raise self._verdict() from None
            self._drained = data is None or len(data) < pipes.PART_BYTES
            if data and left > -_DRAIN_SECONDS:
                self._frames.feed(data)
            elif data == b"":
                raise self._verdict()
            elif left <= 0:
                raise self._late()
            elif self._killed:  # and stuck in the kernel, or its pipe would have ended
                raise self._verdict()
            else:
                self._look()
                wait = LOOK_SECONDS
        return frame

    def _look(self) -> None:
        self._peak_bytes = max(self._peak_bytes, self._group.used_bytes())

    def _late(self) -> WorkerEnded:
        self.close()
        return WorkerEnded(Reason.TIMEOUT)

    def _verdict(self) -> WorkerEnded:
        """What the end of the process means; ends it if it isn't."""
        if self._open:
            self._look()  # some systems still know of it
        code = self.close()
        if code in _OUT_OF_TIME:
            return WorkerEnded(Reason.TIMEOUT)
        much = self._peak_bytes >= _OUT_OF_MEMORY_SHARE * within_session(self.memory_bytes)
        if code == OUT_OF_MEMORY_CODE or (much and _is_violent(code)):
            # What is denied memory aborts; the kernel kills for want of it, and so may somebody else.
            return WorkerEnded(Reason.OUT_OF_MEMORY, by_chance=code == _KILLED)
        return WorkerEnded(Reason.CRASHED, _how(code))

    def kill(self) -> None:
        """Ends it with all that it started. Any thread may call it; its owner then finds it gone."""
        with self._lock:
            if self._open and self.owner == os.getpid():
                self._killed = True
                self._group.kill()

    def close(self) -> int | None:
        """Kills it and gives back what it held; for its owner, or when that is gone.

        Returns:
            The exit code as it was before; None if it can't be had.
        """
        with self._lock:
            if self._open:
                self._open = False
                if self.owner == os.getpid():  # else it is a fork's copy of somebody else's worker
                    self._group.kill()
                    self._reap()
                self._group.close()
                self._pipes.close()
        return self._group.process.returncode

    def _reap(self) -> None:
        # One that is stuck in the kernel, on a dead network drive, dies when that answers.
        with suppress(subprocess.TimeoutExpired):
            self._group.process.wait(_KILLED_SECONDS if self._killed else _END_SECONDS)


def _is_violent(code: int | None) -> bool:
    """Whether a process may not have ended by itself: a signal of POSIX, abort() or an exception's number on Windows.

    `subprocess` says 0 when it can't know, since SIGCHLD is ignored or somebody else reaps our children.
    """
    return code is not None and (code <= 0 or code > 0xFF or (code == 3 and os.name == "nt"))


def _how(code: int | None) -> str:
    if code is None:
        return "it doesn't die"
    if code == 0:
        return "no exit code"
    if code > 0:
        return f"exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
    return f"{name}, as from a system without memory left" if name == "SIGKILL" else name
