"""Time-outs and interrupts: how a call ends before its coroutine would."""

from __future__ import annotations

import asyncio
import concurrent.futures
import signal
import threading
from typing import Any

from ingest_widgets import RunSyncTimeout, run_sync
from tests.run_sync_rows import (
    EVERYWHERE,
    PATIENCE,
    Watch,
    caught,
    interrupts,
    logged,
    pending,
    row,
    value,
)


class Patient:
    """A coroutine that waits to be cancelled, and what has become of it.

    Args:
        cleanup: The seconds that its cleanup takes; None for as long as nobody releases it.
    """

    def __init__(self, cleanup: float | None = 0.01) -> None:
        self.cleanup = cleanup
        self.begun, self.cancelled, self.cleaned = threading.Event(), threading.Event(), threading.Event()

    async def run(self) -> None:
        self.loop, self.released = asyncio.get_running_loop(), asyncio.Event()
        try:
            self.begun.set()
            await asyncio.sleep(PATIENCE)
        finally:
            self.cancelled.set()
            await (self.released.wait() if self.cleanup is None else asyncio.sleep(self.cleanup))
            self.cleaned.set()

    def release(self) -> None:
        self.loop.call_soon_threadsafe(self.released.set)
        assert self.cleaned.wait(PATIENCE)


class Stubborn:
    """A coroutine that swallows its cancellation until it is released."""

    def __init__(self) -> None:
        self.begun, self.swallowed, self.ended = threading.Event(), threading.Event(), threading.Event()

    async def run(self) -> None:
        self.loop, self.released = asyncio.get_running_loop(), asyncio.Event()
        while not self.released.is_set():
            try:
                self.begun.set()
                await self.released.wait()
            except asyncio.CancelledError:
                self.swallowed.set()
        self.ended.set()

    def release(self) -> None:
        self.loop.call_soon_threadsafe(self.released.set)
        assert self.ended.wait(PATIENCE)


@row()
def timeout() -> None:
    """Time is up: cancelled, its `finally` run, no task left, logged once at WARNING, a futures.TimeoutError raised."""
    patient, watch = Patient(), Watch()
    with logged() as records, caught(RunSyncTimeout) as errors:
        watch.start()
        run_sync(patient.run(), timeout=0.1)
    assert watch.seconds >= 0.1
    watch.under(0.1)
    assert patient.cleaned.is_set()
    assert run_sync(pending()) == set()
    assert isinstance(errors[0], concurrent.futures.TimeoutError)
    assert [record.levelname for record in records] == ["WARNING"]
    assert "Patient.run" in records[0].getMessage()
    assert "timeout=0.1 s" in records[0].getMessage()
    assert "left behind" not in str(errors[0])
    assert str(errors[0]).count("\n") == 0


@row()
def timeout_with_a_failing_cleanup() -> None:
    """What the cleanup raises is the cause of the RunSyncTimeout, not its replacement."""

    async def fails() -> None:
        try:
            await asyncio.sleep(PATIENCE)
        finally:
            raise LookupError("in the cleanup")

    with caught(RunSyncTimeout) as errors:
        run_sync(fails(), timeout=0.05)
    assert isinstance(errors[0].__cause__, LookupError)


@row()
def swallowed_cancellation() -> None:
    """A coroutine that swallows its cancellation holds its caller a second longer at most; log and error say it."""
    stubborn, watch = Stubborn(), Watch()
    with logged() as records, caught(RunSyncTimeout) as errors:
        watch.start()
        run_sync(stubborn.run(), timeout=0.1)
    watch.under(1.1)
    assert stubborn.swallowed.is_set()
    assert not stubborn.ended.is_set()
    assert [record.getMessage() for record in records] == [str(errors[0])]
    assert "left behind" in str(errors[0])
    assert run_sync(value(1), timeout=PATIENCE) == 1
    stubborn.release()


@row()
def blocked_loop() -> None:
    """A coroutine that blocks its loop holds its caller at most a second longer; the next call runs on a fresh loop."""
    release, watch = threading.Event(), Watch()

    async def blocks() -> None:
        release.wait(PATIENCE)

    try:
        with logged() as records, caught(RunSyncTimeout) as errors:
            watch.start()
            run_sync(blocks(), timeout=0.1)
        watch.under(1.1)
        assert len(records) == 1
        assert "left behind" in str(errors[0])
        with logged() as records:
            assert run_sync(value(1), timeout=PATIENCE) == 1
        assert ["fresh one takes over" in record.getMessage() for record in records] == [True]
    finally:
        release.set()


@row()
def timeout_concerns_one_call() -> None:
    """A call whose time is up doesn't disturb another one on the same loop."""
    patient = Patient()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        other = pool.submit(run_sync, value("undisturbed", 0.3), timeout=PATIENCE)
        with caught(RunSyncTimeout):
            run_sync(patient.run(), timeout=0.05)
        assert other.result(PATIENCE) == "undisturbed"


@row()
def timeout_of_a_nested_call() -> None:
    """A nested call's time-out is raised in the coroutine around it, which goes on."""
    patient = Patient()

    async def outer() -> str:
        with caught(RunSyncTimeout):
            run_sync(patient.run(), timeout=0.05)
        return "went on"

    assert run_sync(outer(), timeout=PATIENCE) == "went on"
    assert patient.cleaned.is_set()


class Around:
    """Coroutines that run_sync one another; the cleanup of each awaits and calls run_sync too."""

    def __init__(self, innermost: Any, depth: int) -> None:
        self.innermost, self.depth = innermost, depth
        self.cleaned: list[int] = []

    async def run(self, level: int = 1) -> None:
        try:
            await asyncio.sleep(0)
            run_sync(self.innermost.run() if level == self.depth else self.run(level + 1))
        finally:
            await asyncio.sleep(0.01)
            self.cleaned.append(run_sync(value(level)))


@row()
def outer_deadline_cancels_the_nested_call() -> None:
    """A deadline reaches the call that blocks the loop, however deep; all cleanups run, from the inside out."""
    for depth in (1, 3):
        patient, watch = Patient(), Watch()
        around = Around(patient, depth)
        with caught(RunSyncTimeout):
            watch.start()
            run_sync(around.run(), timeout=0.1)
        watch.under(0.1)
        assert patient.cleaned.is_set()
        assert around.cleaned == list(range(depth, 0, -1))


@row()
def outer_deadline_and_a_nested_stubborn_one() -> None:
    """A nested coroutine that swallows its cancellation holds the outermost caller a second at most; loops live on."""
    stubborn, watch = Stubborn(), Watch()
    around = Around(stubborn, 1)
    with caught(RunSyncTimeout):
        watch.start()
        run_sync(around.run(), timeout=0.1)
    watch.under(1.1)
    assert around.cleaned == [1]
    assert run_sync(value(1), timeout=PATIENCE) == 1
    stubborn.release()


@row(*EVERYWHERE)
def interrupt() -> None:
    """An interrupt: within a second cancelled, its `finally` run, no task left, and KeyboardInterrupt comes out."""
    patient = Patient(cleanup=0.1)
    with interrupts(patient.begun) as watch, caught(KeyboardInterrupt):
        run_sync(patient.run())
    watch.under(0.1)
    assert patient.cleaned.is_set()
    assert run_sync(pending()) == set()


@row(*EVERYWHERE)
def interrupt_with_a_limit() -> None:
    """An interrupt of a call with a limit is a KeyboardInterrupt, no time-out."""
    patient = Patient()
    with interrupts(patient.begun), caught(KeyboardInterrupt), logged() as records:
        run_sync(patient.run(), timeout=PATIENCE)
    assert patient.cleaned.is_set()
    assert not records


@row(*EVERYWHERE)
def second_interrupt() -> None:
    """A second interrupt during the cleanup ends the wait at once; the cleanup goes on without its caller."""
    patient = Patient(cleanup=None)
    with interrupts(patient.begun, patient.cancelled) as watch, caught(KeyboardInterrupt):
        run_sync(patient.run())
    watch.under(0.0)
    assert not patient.cleaned.is_set()
    patient.release()


@row(*EVERYWHERE)
def interrupt_of_a_stubborn_coroutine() -> None:
    """A coroutine that swallows its cancellation holds an interrupted caller a second at most, and is logged once."""
    stubborn = Stubborn()
    with interrupts(stubborn.begun) as watch, caught(KeyboardInterrupt), logged() as records:
        run_sync(stubborn.run())
    watch.under(1.0)
    assert ["left behind" in record.getMessage() for record in records] == [True]
    stubborn.release()


@row(*EVERYWHERE)
def interrupt_of_a_nested_call() -> None:
    """An interrupt reaches the innermost of nested calls, and all cleanups run."""
    patient = Patient()
    around = Around(patient, 2)
    with interrupts(patient.begun) as watch, caught(KeyboardInterrupt):
        run_sync(around.run())
    watch.under(0.0)
    assert patient.cleaned.is_set()
    assert around.cleaned == [2, 1]


@row("script")
def own_signal_handler() -> None:
    """A handler of the user's is left alone: it may raise what it likes, which cancels, or nothing, which doesn't."""

    class Enough(Exception):
        pass

    def raises(*_: object) -> None:
        raise Enough

    seen: list[int] = []
    patient = Patient()
    before = signal.signal(signal.SIGINT, raises)
    try:
        with interrupts(patient.begun), caught(Enough):
            run_sync(patient.run())
        assert patient.cleaned.is_set()
        signal.signal(signal.SIGINT, lambda *_: seen.append(run_sync(value(1))))
        begun = threading.Event()
        with interrupts(begun):
            assert run_sync(set_and_return(begun, 0.2)) == 0.2
        assert seen == [1]
    finally:
        signal.signal(signal.SIGINT, before)


async def set_and_return(begun: threading.Event, seconds: float) -> float:
    begun.set()
    await asyncio.sleep(seconds)
    return seconds
