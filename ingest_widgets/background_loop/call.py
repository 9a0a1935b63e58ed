"""One call of `run_sync`: what runs on the loop's thread, and what its caller waits on."""

from __future__ import annotations

import asyncio
import inspect
import os
import sys
import threading
from collections.abc import Awaitable, Generator
from contextvars import Context, ContextVar
from enum import Enum
from time import monotonic
from types import CoroutineType, coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest_widgets.background_loop.loop_thread import LoopThread

EAGER = sys.version_info >= (3, 12)
# What a cancelled coroutine has for its cleanup before its caller goes on without it, in seconds.
GRACE = 0.9
# Waits are cut into slices: a signal that comes in the moment before the system call doesn't end it, nor does any on
# Windows, and its handler runs only afterwards.
SLICE = 0.2
# A coroutine that is done within microseconds is met awake: on one core the loop's thread runs while this one yields,
# and going to sleep and being woken takes longer than the whole call.
YIELDS = 2 if hasattr(os, "sched_yield") else 0

current_call: ContextVar[Call | None] = ContextVar("ingest_widgets_current_call", default=None)
_MISSING = object()


class Why(Enum):
    """Why a call was told to stop."""

    TIMEOUT = "timeout"
    INTERRUPT = "interrupt"
    OUTER = "the call around it was told to stop"
    SHUTDOWN = "shutdown"


class Call:
    """An awaitable on its way through a loop.

    Flags are written by one thread each and read by the other; the gate orders them: whoever comes through it looks at
    `finished` first, since a gate that was opened twice before anyone came through is open once.

    Attributes:
        finished: The coroutine has ended (or will never begin); `result` or `error` holds how.
        told: The cancellation has reached the coroutine.
        why: Who asked for it; None as long as nobody has.
    """

    finished = False
    told = False
    why: Why | None = None
    result: Any = None
    error: BaseException | None = None
    task: asyncio.Task[None] | None = None

    def __init__(self, awaitable: Awaitable[Any], host: LoopThread) -> None:
        self.awaitable = awaitable
        self.host = host
        self.parent = current_call.get()
        self.gate = threading.Lock()
        self.gate.acquire()

    @property
    def name(self) -> str:
        """The qualified name of the coroutine, for messages."""
        return str(getattr(self.awaitable, "__qualname__", type(self.awaitable).__qualname__))

    def finish(self) -> None:
        """Let the caller go; on the loop's thread."""
        self.finished = True
        self.task = None
        self.host.calls.discard(self)
        self.open_gate()

    def open_gate(self) -> None:
        """Wake the caller, which looks at `finished` and `why`; any thread."""
        try:  # noqa: SIM105 - contextlib.suppress costs as much as the rest of this
            self.gate.release()
        except RuntimeError:  # it is open already and the caller is on its way
            pass

    def poke(self, why: Why) -> None:
        """Wake the caller of an unfinished call so that it stops waiting; any thread."""
        self.why = self.why or why
        self.open_gate()

    def wait(self, seconds: float | None) -> None:
        """Wait until the gate opens, or the time is up; then `why` says so."""
        for _ in range(YIELDS):
            if self.finished:
                break
            os.sched_yield()
        if seconds is None:
            while not self.gate.acquire(True, SLICE):
                pass
        elif not self._wait(seconds):
            self.why = self.why or Why.TIMEOUT

    def _wait(self, seconds: float) -> bool:
        deadline = monotonic() + seconds
        while not self.gate.acquire(True, max(0.0, min(seconds, SLICE))):
            seconds = deadline - monotonic()
            if seconds <= 0:
                return False
        return True

    def settle(self, seconds: float) -> None:
        """Wait until the coroutine has ended, or the time is up."""
        deadline = monotonic() + seconds
        while not self.finished and self._wait(deadline - monotonic()):
            pass

    def take_result(self) -> Any:
        """The result, which the call lets go: what it leaves behind may keep the call for long."""
        result, self.result, self.parent = self.result, None, None
        return result

    def take_error(self) -> BaseException:
        """The error, let go likewise; it carries the cure when something belonged to another loop."""
        error, self.error, self.parent = self.error, None, None
        assert error is not None
        if isinstance(error, RuntimeError) and "different" in str(error) and "loop" in str(error):
            error.add_note('run_sync: what is bound to the loop of the kernel needs run_sync(..., on="kernel")')
        return error

    def cancel(self, why: Why) -> None:
        """Cancel the coroutine, or the call that its coroutine waits for; any thread, any number of times."""
        self.why = self.why or why
        self.host.post(self._deliver)
        blocker = self.host.blocker
        if blocker is not None and blocker.parent is self:
            blocker.poke(Why.OUTER)

    def _deliver(self) -> None:
        if self.finished or self.told:
            return
        if self.task is None:
            self.refuse()
        else:
            self.told = True
            self.task.cancel()

    def refuse(self) -> None:
        """End a call whose coroutine has not begun."""
        close_unstarted(self.awaitable)
        self.told = True
        self.error = asyncio.CancelledError()
        self.finish()


@coroutine
def _pause() -> Generator[None, None, None]:
    yield


async def drive(call: Call) -> None:
    """Await what the user gave us and keep how it ended; it never raises."""
    if not EAGER:
        try:
            await _pause()
        except asyncio.CancelledError:  # before its first step: the user's coroutine must be closed, its caller freed
            call.refuse()
            return
    try:
        call.result = await call.awaitable
    except BaseException as error:  # noqa: BLE001 - it is the caller's; loose in a task SystemExit would end the loop
        # No local name for the traceback: it holds this frame, which would hold it.
        call.error = error.with_traceback(error.__traceback__ and error.__traceback__.tb_next)
    call.finish()


def make_task(call: Call, loop: asyncio.AbstractEventLoop, context: Context) -> asyncio.Task[None]:
    """Start the coroutine: on Python 3.12 and later its first step is made at once, before that in the next round."""
    if EAGER:
        return asyncio.Task(drive(call), loop=loop, context=context, eager_start=True)  # type: ignore[call-arg,unused-ignore]
    driver = drive(call)
    # Stopped at its pause the driver is inside of its `try` when a cancellation comes before the task's first step.
    driver.send(None)
    return asyncio.Task(driver, loop=loop, context=context)


def bring_back(context: Context) -> None:
    """Set in the caller's context what the coroutine set in its own."""
    for variable, value in context.items():
        if variable.get(_MISSING) is not value and variable is not current_call:
            variable.set(value)


def close_unstarted(awaitable: object) -> None:
    """Spare a coroutine that will never begin its 'never awaited' warning."""
    if isinstance(awaitable, CoroutineType) and inspect.getcoroutinestate(awaitable) == inspect.CORO_CREATED:
        awaitable.close()
