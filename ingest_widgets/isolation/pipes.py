"""The pipes between a worker and its owner, who never waits for them longer than it wants to.

Where the system can wait for pipes, one thread does it all. Where it can't, which is Windows, threads that may be held
up stand between the pipes and their owner. Which of the two is used is decided at the end of this module and nowhere
else.
"""

from __future__ import annotations

import os
import queue
import select
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any, Protocol

from ingest_widgets.background_loop.awake import PAUSE_SECONDS, awake
from ingest_widgets.isolation.group import GROUP, Group
from ingest_widgets.isolation.promises import Promise

if sys.platform == "linux":
    import fcntl

PART_BYTES = 64 * 1024
"""At most so much is read at a time: while a part is copied, its writer has to wait."""

_PIPE_BYTES = 1024 * 1024
_AHEAD_BYTES = 1024 * 1024
_STEP_SECONDS = PAUSE_SECONDS / 2
"""No wait is longer: the clock would take it for a pause."""

_GRACE_SECONDS = 0.25
"""How long after a worker's end its last words may take through a thread."""


class Pipes(Protocol):
    """Both ways to one worker, which they start. For one thread, except `group.kill`.

    Args:
        boot: The program of the worker.
        memory_bytes: What it may take.
        alone: Whether it may start no process.
        environment: Its variables.
    """

    group: Group
    lifeline: bool
    promises: Mapping[str, Promise]

    def __init__(self, boot: str, memory_bytes: int, *, alone: bool, environment: dict[str, str]) -> None: ...

    def write(self, data: bytes, deadline: float) -> None:
        """Sends all of it.

        Raises:
            TimeoutError: It wasn't taken by `deadline` (of `awake`).
            OSError: The worker is gone.
        """

    def read(self, seconds: float) -> bytes | None:
        """What has come; None if nothing came in so many seconds, nothing at all once the worker is gone."""

    def rest(self, seconds: float) -> None:
        """Waits so long, less if the worker ends."""

    def close(self) -> None:
        """Gives the pipes back, once the worker is ended, or in a fork, whose worker it isn't."""


class PolledPipes:
    """Pipes that don't block, see `Pipes`; the system tells when there is something to do."""

    lifeline = False
    promises: Mapping[str, Promise] = {}

    def __init__(self, boot: str, memory_bytes: int, *, alone: bool, environment: dict[str, str]) -> None:
        self.group = _start(boot, memory_bytes, alone, environment, subprocess.DEVNULL)
        self._streams = _streams(self.group)
        self._requests, self._replies = (stream.fileno() for stream in self._streams)
        self._poll, self._ended_poll = select.poll(), select.poll()
        self._poll.register(self._replies, select.POLLIN)
        self._pidfd = _pidfd(self.group.process.pid)
        if self._pidfd is not None:  # what the worker started may hold its pipe open
            self._poll.register(self._pidfd, select.POLLIN)
            self._ended_poll.register(self._pidfd, select.POLLIN)
        _widen(self._replies)
        os.set_blocking(self._requests, False)
        os.set_blocking(self._replies, False)

    def write(self, data: bytes, deadline: float) -> None:
        """Sends all of it, see `Pipes`."""
        view = memoryview(data)
        poll = select.poll()
        poll.register(self._requests, select.POLLOUT)
        while view:
            try:
                view = view[os.write(self._requests, view) :]
            except BlockingIOError:
                left = deadline - awake()
                if left <= 0:
                    raise TimeoutError from None
                poll.poll(min(left, _STEP_SECONDS) * 1000)

    def read(self, seconds: float) -> bytes | None:
        """What has come, see `Pipes`."""
        with suppress(BlockingIOError):
            return os.read(self._replies, PART_BYTES)
        events = self._poll.poll(max(seconds, 0.0) * 1000)
        if not events and (self._pidfd is not None or not self.group.ended()):
            return None
        if events and all(fd == self._pidfd for fd, _ in events):
            return b""
        with suppress(BlockingIOError):
            return os.read(self._replies, PART_BYTES)
        return None if events else b""

    def rest(self, seconds: float) -> None:
        """Waits so long, less if the worker ends where the system tells of it."""
        self._ended_poll.poll(seconds * 1000)

    def close(self) -> None:
        """Gives the pipes back."""
        for stream in self._streams:
            stream.close()
        if self._pidfd is not None:
            os.close(self._pidfd)


class ThreadedPipes:
    """Pipes that block a thread each, see `Pipes`; a third one, which the worker watches, ends when its owner does."""

    lifeline = True
    promises: Mapping[str, Promise] = {"ends with its parent": Promise(True, "a pipe that ends with it")}

    def __init__(self, boot: str, memory_bytes: int, *, alone: bool, environment: dict[str, str]) -> None:
        watched, self._lifeline = os.pipe()
        try:
            self.group = _start(boot, memory_bytes, alone, environment, watched)
        except BaseException:
            os.close(self._lifeline)
            raise
        finally:
            os.close(watched)
        self._requests, self._replies = _streams(self.group)
        self._arrived, self._changed = bytearray(), threading.Condition()
        self._leaving: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._left: queue.SimpleQueue[OSError | None] = queue.SimpleQueue()
        self._over = threading.Event()
        self._reader = threading.Thread(target=self._receive, name="worker replies", daemon=True)
        self._writer = threading.Thread(target=self._send, name="worker requests", daemon=True)
        self._reader.start()
        self._writer.start()

    def _receive(self) -> None:
        with self._replies, suppress(OSError):
            while not self._over.is_set() and (data := os.read(self._replies.fileno(), PART_BYTES)):
                with self._changed:
                    self._changed.wait_for(lambda: len(self._arrived) < _AHEAD_BYTES or self._over.is_set())
                    self._arrived += data
                    self._changed.notify_all()
        self._end()

    def _end(self) -> None:
        with self._changed:
            self._over.set()
            self._changed.notify_all()

    def _send(self) -> None:
        with self._requests:
            while (data := self._leaving.get()) is not None:
                try:
                    view = memoryview(data)
                    while view:
                        view = view[os.write(self._requests.fileno(), view) :]
                    self._left.put(None)
                except OSError as error:
                    self._left.put(error)

    def write(self, data: bytes, deadline: float) -> None:
        """Sends all of it, see `Pipes`."""
        self._leaving.put(data)
        while True:
            with suppress(queue.Empty):
                failed = self._left.get(timeout=_STEP_SECONDS)
                break
            if awake() >= deadline:
                raise TimeoutError
        if failed is not None:
            raise failed

    def read(self, seconds: float) -> bytes | None:
        """What has come, see `Pipes`."""
        data = self._take(seconds)
        if data is None and self.group.ended():
            data = self._take(_GRACE_SECONDS) or b""
        return data

    def _take(self, seconds: float) -> bytes | None:
        with self._changed:
            self._changed.wait_for(lambda: self._arrived or self._over.is_set(), max(seconds, 0.0))
            data = bytes(self._arrived)
            self._arrived.clear()
            self._changed.notify_all()
            return data if data or self._over.is_set() else None

    def rest(self, seconds: float) -> None:
        """Waits so long, less if the worker ends."""
        self._over.wait(seconds)

    def close(self) -> None:
        """Gives back what no thread is held up in; one that is gives the rest back when what holds it ends."""
        os.close(self._lifeline)
        threads = self._reader, self._writer
        if any(thread.is_alive() for thread in threads):  # in a fork none is
            self._end()
            self._leaving.put(None)
            for thread in threads:
                thread.join(_GRACE_SECONDS)
        for thread, stream in zip(threads, (self._replies, self._requests), strict=True):
            if not thread.is_alive():
                stream.close()


def _pidfd(pid: int) -> int | None:
    """None where the system has none, or refuses it, as older kernels and containers do."""
    if not hasattr(os, "pidfd_open"):
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None


def _widen(pipe: int) -> None:
    """Room for a few hundred pages on the way, where the system allows it."""
    if sys.platform == "linux":
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _start(boot: str, memory_bytes: int, alone: bool, environment: dict[str, str], stderr: int) -> Group:
    how: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": stderr}
    how |= {"bufsize": 0, "env": environment, "cwd": os.sep}
    return GROUP(["-I", "-c", boot], memory_bytes, alone=alone, **how)


def _streams(group: Group) -> tuple[IO[bytes], IO[bytes]]:
    assert group.process.stdin is not None
    assert group.process.stdout is not None
    return group.process.stdin, group.process.stdout


PIPES: type[Pipes] = PolledPipes if hasattr(select, "poll") else ThreadedPipes
