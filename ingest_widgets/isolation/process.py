"""One worker process, as its owner sees it: start, send, receive, kill. It trusts nothing that comes back."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

if sys.platform == "linux":
    import fcntl

from ingest_widgets.documents import Reason
from ingest_widgets.errors import EngineError
from ingest_widgets.isolation.limits import worker_environment
from ingest_widgets.isolation.wire import TEXT_BYTES, Frames, prefix

START_SECONDS = 60.0
LOOK_SECONDS = 0.025
"""How long a worker may be silent before its memory is looked at: what a crash meant is known only from before it."""

_PIPE_BYTES = 1024 * 1024
_TASK_BYTES = 256 * 1024 * 1024
_OUT_OF_MEMORY_SHARE = 0.4
_OUT_OF_TIME = {-int(getattr(signal, name)) for name in ("SIGPROF", "SIGXCPU") if hasattr(signal, name)}
_BOOT = """
import json, os, sys
def read(size):
    data = b""
    while len(data) < size:
        part = os.read(0, size - len(data))
        if not part:
            os._exit(0)
        data += part
    return data
hello = json.loads(read(int.from_bytes(read(4), "big")))
sys.path[:] = hello["path"]
from ingest_widgets.isolation.worker import main
main(hello)
"""


class WorkerEnded(Exception):
    """The worker is gone, or had to be killed.

    Args:
        reason: What that says about the file.
        what: For the sentence in `detail`.
    """

    def __init__(self, reason: Reason, what: str = "") -> None:
        super().__init__(reason, what)
        self.reason, self.what = reason, what


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
        self._frames = Frames(total_cap=_TASK_BYTES)
        self._lock = threading.Lock()
        self._open = True
        self._peak_bytes = 0
        self.features: dict[str, str] = {}
        self._popen = subprocess.Popen(
            [sys.executable, "-I", "-c", _BOOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=worker_environment(os.environ),
            cwd=os.sep,
            start_new_session=True,
        )
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self._requests, self._replies = self._popen.stdin.fileno(), self._popen.stdout.fileno()
        self.pid = self._popen.pid
        self._poll = select.poll()
        self._poll.register(self._replies, select.POLLIN)
        self._pidfd = os.pidfd_open(self.pid) if hasattr(os, "pidfd_open") else None
        self._ended_poll = select.poll()
        if self._pidfd is not None:  # a grandchild may hold the pipe open
            self._poll.register(self._pidfd, select.POLLIN)
            self._ended_poll.register(self._pidfd, select.POLLIN)
        _widen(self._replies)
        os.set_blocking(self._requests, False)
        os.set_blocking(self._replies, False)

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
        }
        data = json.dumps(hello).encode()
        deadline = time.monotonic() + START_SECONDS
        self._write(len(data).to_bytes(4, "big") + data, deadline)
        header, _ = self.receive(deadline)
        self.features = {str(name)[:80]: str(says)[:200] for name, says in dict(header.get("features", {})).items()}
        if header.get("t") != "ready":
            why = str(header.get("why", "no answer"))
            raise EngineError(f"a worker process can't start ({why}): run `ingest-widgets doctor`")

    def usable(self, sandbox: bool) -> bool:
        """Whether it can take a task that wants this sandbox, in this process."""
        return self._open and self.sandbox == sandbox and self.owner == os.getpid()

    def begin(self, body_cap: int = TEXT_BYTES) -> None:
        """Call before each task.

        Args:
            body_cap: Most bytes of one body of the answers.

        Raises:
            WireError: The worker has spoken without being asked.
        """
        self.tasks += 1
        self._peak_bytes = 0
        self._frames.restart(body_cap)

    def send(self, header: dict[str, Any], body: bytes = b"", *, deadline: float) -> None:
        """Sends one frame.

        Raises:
            WorkerEnded: It is gone, or didn't take the frame by `deadline` (of `time.monotonic`).
        """
        self._write(prefix(header, len(body)), deadline)
        if body:
            self._write(body, deadline)

    def _write(self, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        poll = select.poll()
        poll.register(self._requests, select.POLLOUT)
        while view:
            try:
                view = view[os.write(self._requests, view) :]
            except BlockingIOError:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise self._late() from None
                poll.poll(min(left, 1.0) * 1000)
            except OSError:
                raise self._verdict() from None

    def receive(self, deadline: float, rest: float = 0.0) -> tuple[dict[str, Any], bytes]:
        """Waits for one frame.

        Args:
            deadline: Of `time.monotonic`.
            rest: So many seconds may pass before a frame that has come is looked at. What a worker has sent is safe
                in the pipe, and waking up for each page costs more than reading it.

        Raises:
            WorkerEnded: It is gone, or nothing came by `deadline`; it is killed then.
            WireError: It broke the protocol.
        """
        while (frame := self._frames.next()) is None:
            if rest:
                self._ended_poll.poll(rest * 1000)
                rest = 0.0
            try:
                data = os.read(self._replies, 1 << 18)
            except BlockingIOError:
                self._wait(deadline)
                continue
            except OSError:
                raise self._verdict() from None
            if not data:
                raise self._verdict()
            self._frames.feed(data)
        return frame

    def _wait(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise self._late()
        events = self._poll.poll(min(left, LOOK_SECONDS) * 1000)
        if not events:
            self._look()
        elif all(fd == self._pidfd for fd, _ in events):
            raise self._verdict()

    def _look(self) -> None:
        try:
            with open(f"/proc/{self.pid}/statm", "rb") as statm:
                size = int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, IndexError):
            return
        self._peak_bytes = max(self._peak_bytes, size)

    def _late(self) -> WorkerEnded:
        self.close()
        return WorkerEnded(Reason.TIMEOUT)

    def _verdict(self) -> WorkerEnded:
        """What the end of the process means; ends it if it isn't."""
        code = self.close()
        if code in _OUT_OF_TIME:
            return WorkerEnded(Reason.TIMEOUT)
        if code is not None and code < 0 and self._peak_bytes >= _OUT_OF_MEMORY_SHARE * self.memory_bytes:
            return WorkerEnded(Reason.OUT_OF_MEMORY)
        return WorkerEnded(Reason.CRASHED, _how(code))

    def kill(self) -> None:
        """Ends it with all that it started. Any thread may call it; its owner then finds it gone."""
        with self._lock:
            if self._open and self.owner == os.getpid():
                self._signal()

    def _signal(self) -> None:
        # While the leader isn't reaped, no other process can have got its number.
        if sys.platform == "win32":
            self._popen.kill()
            return
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self._popen.kill()

    def close(self) -> int | None:
        """Kills it and gives back what it held; for its owner, or when that is gone.

        Returns:
            The exit code as it was before; None if it can't be had.
        """
        with self._lock:
            if self._open:
                self._open = False
                if self.owner == os.getpid():  # else it is a fork's copy of somebody else's worker
                    self._signal()
                    self._reap()
                self._release()
        return self._popen.returncode

    def _reap(self) -> None:
        # One that is stuck in the kernel, on a dead network drive, dies when that answers.
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(2)

    def _release(self) -> None:
        for stream in (self._popen.stdin, self._popen.stdout):
            if stream is not None:
                stream.close()
        if self._pidfd is not None:
            os.close(self._pidfd)


def _widen(pipe: int) -> None:
    """Room for a few hundred pages on the way, where the system allows it."""
    if sys.platform == "linux":
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _how(code: int | None) -> str:
    if code is None:
        return "it doesn't die"
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
