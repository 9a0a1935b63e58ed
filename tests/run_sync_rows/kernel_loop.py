"""on="kernel": awaitables that are bound to the loop that already runs in this thread."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading

from ingest_widgets import RunSyncTimeout, run_sync
from tests.run_sync_rows import PATIENCE, Watch, caught, interrupts, logged, no_warning, refusal, row, value
from tests.run_sync_rows.stopping import Patient

COLOUR: contextvars.ContextVar[str] = contextvars.ContextVar("colour", default="none")
PLACES = ("loop", "kernel", "async cell")


@row(*PLACES, patches=True)
def bound_to_the_running_loop() -> None:
    """A future, a task and a coroutine of the running loop all work; errors come out as they are."""
    here = asyncio.get_running_loop()
    future = here.create_future()
    here.call_later(0.01, future.set_result, "future")
    assert run_sync(future, on="kernel") == "future"
    assert run_sync(here.create_task(value("task", 0.01)), on="kernel", timeout=PATIENCE) == "task"

    async def which() -> bool:
        COLOUR.set("red")
        await asyncio.sleep(0)
        return asyncio.get_running_loop() is here

    async def fails() -> None:
        await asyncio.sleep(0)
        raise LookupError("mine")

    assert run_sync(which(), on="kernel") is True
    assert COLOUR.get() == "red"
    with caught(LookupError):
        run_sync(fails(), on="kernel")
    for kind in (SystemExit, asyncio.CancelledError):
        with caught(kind):
            run_sync(raises(kind()), on="kernel")
    assert run_sync(which(), on="kernel") is True


async def raises(error: BaseException) -> None:
    raise error


@row(*PLACES, patches=True)
def background_beside_the_patched_loop() -> None:
    """After the patch the background loop works as before, with tasks, time-outs and nested calls."""
    run_sync(value(1), on="kernel")

    async def inside() -> tuple[object, object]:
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            task = group.create_task(value(2, 0.01))
        return task.result(), run_sync(value(3))

    assert run_sync(inside(), timeout=PATIENCE) == (2, 3)
    patient = Patient()
    with caught(RunSyncTimeout):
        run_sync(patient.run(), timeout=0.05)
    assert patient.cleaned.is_set()


@row(*PLACES, patches=True)
def timeout_on_the_running_loop() -> None:
    """Time is up there too: cancelled, its `finally` run, logged once, RunSyncTimeout."""
    with no_warning():
        assert "timeout=0 s" in refusal(RunSyncTimeout, lambda: run_sync(value(1), on="kernel", timeout=0))
    patient, watch = Patient(), Watch()
    with logged() as records, caught(RunSyncTimeout):
        watch.start()
        run_sync(patient.run(), on="kernel", timeout=0.1)
    watch.under(0.1)
    assert patient.cleaned.is_set()
    assert [record.levelname for record in records] == ["WARNING"]


@row(*PLACES, patches=True)
def stubborn_on_the_running_loop() -> None:
    """A coroutine that swallows its cancellation there holds its caller a second at most; log and error say it."""
    release = asyncio.Event()

    async def swallows() -> None:
        while not release.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await release.wait()

    watch = Watch()
    with logged() as records, caught(RunSyncTimeout) as errors:
        watch.start()
        run_sync(swallows(), on="kernel", timeout=0.1)
    watch.under(1.1)
    assert [record.getMessage() for record in records] == [str(errors[0])]
    assert "left behind" in str(errors[0])
    release.set()
    run_sync(value(None, 0.01), on="kernel")


@row(*PLACES, patches=True)
def interrupt_on_the_running_loop() -> None:
    """An interrupt there: cancelled, its `finally` run, KeyboardInterrupt, within a second."""
    patient = Patient()
    with interrupts(patient.begun) as watch, caught(KeyboardInterrupt):
        run_sync(patient.run(), on="kernel")
    watch.under(0.0)
    assert patient.cleaned.is_set()


@row(*PLACES, patches=True)
def interrupt_of_a_first_step_on_the_running_loop() -> None:
    """It is heard although that step blocks, and also where the loop's own tasks take it as they are made."""
    here, begun, never = asyncio.get_running_loop(), threading.Event(), threading.Event()

    async def blocks() -> None:
        begun.set()
        for _ in range(int(PATIENCE / 0.05)):  # one long wait doesn't hear a signal that comes as it begins
            never.wait(0.05)

    here.set_task_factory(getattr(asyncio, "eager_task_factory", None))  # since Python 3.12
    try:
        with interrupts(begun) as watch, caught(KeyboardInterrupt):
            run_sync(blocks(), on="kernel")
    finally:
        here.set_task_factory(None)
    watch.under(0.0)
