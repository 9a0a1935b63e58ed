"""The loops that `run_sync` uses: one a depth, each on a daemon thread of its own, started at first use.

`shutdown_background_loop`, a fork and the interpreter's exit forget them; the next call starts afresh.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from time import monotonic
from typing import Any

from ingest_widgets.background_loop.bell import bell
from ingest_widgets.background_loop.call import Call, Why, make_task
from ingest_widgets.background_loop.daemon_threads import DaemonThreads
from ingest_widgets.background_loop.displays import route_displays
from ingest_widgets.background_loop.seconds import seconds_of

log = logging.getLogger(__name__)


class LoopThread:
    """An event loop, the thread that runs it, and the calls on it.

    Attributes:
        depth: 0 for ordinary callers, n + 1 for a coroutine on the loop of depth n that calls `run_sync`.
        calls: Registered by their callers, removed on the loop's thread.
        blocker: The call that the loop's own thread waits for, if it is blocked by one.
        stuck: A call that was cancelled but whose cancellation hasn't been looked at: something blocks the loop.
        registered: Set once it is in `running` (or once `failure` says why it never will be).
    """

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.calls: set[Call] = set()
        self.blocker: Call | None = None
        self.stuck: Call | None = None
        self.closing = False
        self._done = False
        self._inbox: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self.registered = threading.Event()
        self.failure: Exception | None = None
        self.thread = threading.Thread(target=self._run, name=f"ingest-widgets-loop-{depth}", daemon=True)

    def post(self, function: Callable[..., None], *args: Any) -> None:
        """Have the loop's thread call something, in the order of posting; from any thread."""
        self._inbox.append((function, args))
        self._bell.ring()

    def _drain(self) -> None:
        while self._inbox:
            function, args = self._inbox.popleft()
            function(*args)

    def begin(self, call: Call, context: Context) -> None:
        """Start a call; on the loop's thread."""
        if call.finished:
            return
        if self.closing or call.why is not None:
            call.refuse()
            return
        task = make_task(call, self.loop, context)
        if not call.finished:
            call.task = task

    def close(self, patience: float) -> None:
        """Cancel everything, wait at most `patience` seconds for it to end, and stop; on the loop's thread."""
        if not self.closing:
            self.closing = True
            # Not by `create_task`: a task factory that somebody gave the loop may start it before it has its name.
            self._closer = asyncio.Task(self._wind_down(monotonic() + patience), loop=self.loop)

    async def _wind_down(self, deadline: float) -> None:
        try:
            for call in tuple(self.calls):
                if call.task is not None:
                    call.why = call.why or Why.SHUTDOWN
                    call.told = True
            cancelled: set[asyncio.Task[object]] = {self._closer}
            while (left := asyncio.all_tasks() - {self._closer}) and monotonic() < deadline:
                for task in left - cancelled:
                    task.cancel()
                cancelled |= left
                await asyncio.wait(left, timeout=deadline - monotonic(), return_when=asyncio.FIRST_COMPLETED)
            await self.loop.shutdown_asyncgens()
            self._drop(left)
        finally:
            self._done = True
            self.loop.stop()

    def _drop(self, tasks: set[asyncio.Task[Any]]) -> None:
        if tasks:
            names = ", ".join(sorted({call.name for call in self.calls} or {str(task.get_coro()) for task in tasks}))
            log.warning("%s goes on in spite of its cancellation: it ends with the background loop", names)
            # The line above says it; at collection asyncio would report each task as destroyed.
            self.loop.set_exception_handler(lambda loop, context: None)

    def _make_loop(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.set_default_executor(DaemonThreads("ingest-widgets-worker", waiting=self._waiting_workers))
        self._bell = bell(self.loop, self._drain)
        self._bell.listen()

    def _waiting_workers(self) -> int:
        """How many threads that a call on this loop started wait for another call on it, which may need a thread."""
        return sum(call.parent is not None and call.parent.host is self for call in tuple(self.calls))

    def _run(self) -> None:
        # The thread makes the loop and enters itself: an interrupt that hits whoever starts it can't leave half a loop,
        # nor one that nobody knows.
        try:
            self._make_loop()
        except Exception as error:  # noqa: BLE001 - such as no descriptor left: raised by whoever waits for us
            self.failure = error
            self.registered.set()
            return
        route_displays()
        running[self.loop] = self
        by_depth[self.depth] = self
        self.registered.set()
        while not self._done and not self.loop.is_closed():
            # What a stray task raised (SystemExit), or a stray `loop.stop()`, ends the round, not the loop.
            with suppress(SystemExit, KeyboardInterrupt):
                self.loop.run_forever()
        if by_depth.get(self.depth) is self:
            del by_depth[self.depth]
        self.closing = True
        with suppress(KeyError):
            while True:
                self.calls.pop().refuse()
        running.pop(self.loop, None)
        self.loop.close()


by_depth: dict[int, LoopThread] = {}
running: dict[asyncio.AbstractEventLoop, LoopThread] = {}
_starting = threading.Lock()
_forgotten: list[LoopThread] = []  # a forked child keeps its parent's: closing one would edit the parent's epoll
_exiting = False


def loop_for(depth: int) -> LoopThread | None:
    """The loop of that depth, started when there is none; None when the interpreter is on its way out."""
    host = by_depth.get(depth)
    if host is None or host.stuck is not None:
        host = _start(depth)
    return host


def submit(call: Call, context: Context) -> None:
    """Send a call to its loop, or to a fresh one if that has closed meanwhile.

    A caller registers and then looks whether the loop is closing; the loop's thread says so and then ends what is
    registered: one of the two sees the other. Who takes the call out of the set has it.
    """
    while True:
        host = call.host
        host.calls.add(call)
        if not host.closing:
            host.post(host.begin, call, context)
            return
        try:
            host.calls.remove(call)
        except KeyError:
            return
        fresh = loop_for(host.depth)
        if fresh is None:
            call.refuse()
            return
        call.host = fresh


def _start(depth: int) -> LoopThread | None:
    with _starting:
        host = by_depth.get(depth)
        if host is not None and not _is_stuck(host):
            return host
        if _exiting:
            return None
        host = LoopThread(depth)
        try:
            host.thread.start()
        except RuntimeError:  # Python 3.12 starts no thread any more once the main one has ended
            return None
        host.registered.wait()
        if host.failure is not None:
            raise host.failure
        return host


def _is_stuck(host: LoopThread) -> bool:
    call = host.stuck
    if call is None or call.finished or call.told:
        host.stuck = None
        return False
    log.warning("%s still blocks the background loop: a fresh one takes over, without what was bound to it", call.name)
    return True


def _forget() -> None:
    global _starting
    _starting = threading.Lock()
    _forgotten.extend(running.values())
    running.clear()
    by_depth.clear()


def _at_exit() -> None:
    global _exiting
    _exiting = True
    shutdown_background_loop(timeout=1.0)


def shutdown_background_loop(*, timeout: float = 5.0) -> None:
    """Stop the background loop: cancel what is pending on it, let its `finally` run, end its thread.

    Callers that wait in `run_sync` get a CancelledError. Call it as often as you like, from any thread; the next
    `run_sync` starts a fresh loop. What doesn't end in time is logged and left behind.

    Args:
        timeout: The most it waits, in seconds.

    Raises:
        TypeError, ValueError: A timeout that is no number.
        RuntimeError: A coroutine on the loop itself called it: it would wait for its own end.
    """
    seconds = seconds_of(timeout)
    if asyncio._get_running_loop() in running:
        raise RuntimeError("shutdown_background_loop() would wait for its own caller: call it outside of the coroutine")
    timeout = min(seconds, threading.TIMEOUT_MAX)
    deadline = monotonic() + timeout
    with _starting:
        by_depth.clear()
        doomed = sorted(running.values(), key=lambda host: -host.depth)
    for host in doomed:
        host.post(host.close, 0.75 * timeout)  # the rest is for the thread to end in
    for host in doomed:
        host.thread.join(min(max(0.0, deadline - monotonic()), threading.TIMEOUT_MAX))
        if host.thread.is_alive():
            _leave(host)


def _leave(host: LoopThread) -> None:
    calls = list(host.calls)
    names = ", ".join(sorted({call.name for call in calls})) or "something"
    log.warning("%s blocks the background loop, which is left behind", names)
    for call in calls:
        call.poke(Why.SHUTDOWN)


# In a function of `atexit` that was registered later the loop still runs; after this one calls run in their own thread.
atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
