"""Results, errors, contexts: what a call hands over and what it keeps."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import contextvars
import gc
import traceback
import weakref
from collections.abc import Awaitable
from typing import Any

from ingest_widgets import RunSyncTimeout, run_sync
from tests.run_sync_rows import PATIENCE, caught, logged, no_warning, pending, refusal, row, value, within


@row()
def result() -> None:
    """The result comes back, whether the coroutine suspends or not."""

    async def at_once() -> list[int]:
        return [3]

    assert run_sync(at_once()) == [3]
    assert run_sync(value("later")) == "later"
    assert run_sync(value(None, 0.01), timeout=PATIENCE) is None


@row()
def any_awaitable() -> None:
    """An object with __await__ and a task made on the loop are as good as a coroutine."""

    class Lazy:
        def __await__(self) -> Any:
            return value("lazy").__await__()

    async def start() -> asyncio.Task[Any]:
        return asyncio.ensure_future(value("task", 0.01))

    assert run_sync(Lazy()) == "lazy"
    assert run_sync(run_sync(start())) == "task"


@row()
def traceback_is_the_users() -> None:
    """A traceback has at most two foreign frames and ends in the user's lines, suspended or not, again and again."""

    async def deep(suspend: bool) -> None:
        if suspend:
            await asyncio.sleep(0)
        raise LookupError("mine")

    async def outer(suspend: bool) -> None:
        await deep(suspend)

    for suspend in (False, True, False):
        with caught(LookupError) as errors:
            run_sync(outer(suspend))
        frames = traceback.extract_tb(errors[0].__traceback__)
        assert [frame.name for frame in frames][-2:] == ["outer", "deep"]
        assert sum(frame.filename != __file__ for frame in frames) <= 2, frames
        assert errors[0].__context__ is None


@row()
def what_a_coroutine_raises() -> None:
    """CancelledError, SystemExit, KeyboardInterrupt and the rest come out as they are; the loop lives on."""

    async def raises(error: BaseException, suspend: bool) -> None:
        if suspend:
            await asyncio.sleep(0)
        raise error

    loop = run_sync(running_loop())
    kinds = (asyncio.CancelledError, SystemExit, KeyboardInterrupt, GeneratorExit, BaseException, OSError)
    for kind in kinds:
        for suspend in (False, True):
            with caught(kind) as errors:
                within(raises(kind("mine"), suspend))
            assert str(errors[0]) == "mine"
            assert run_sync(running_loop()) is loop


@row()
def what_a_stray_task_raises() -> None:
    """SystemExit in a task that nobody awaits, or a stray loop.stop(), doesn't end the loop."""

    async def leave(kind: type[BaseException]) -> None:
        raise kind

    async def stray() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda loop, context: None)
        tasks = [loop.create_task(leave(kind)) for kind in (SystemExit, KeyboardInterrupt)]
        loop.call_soon(loop.stop)
        await asyncio.sleep(0.01)
        for task in tasks:
            task.exception()
        loop.set_exception_handler(None)

    loop = run_sync(running_loop())
    within(stray())
    assert run_sync(running_loop(), timeout=PATIENCE) is loop


@row()
def cancelled_from_inside() -> None:
    """A call whose task is cancelled by another coroutine ends by CancelledError, before its first step too."""

    async def cancel_others() -> concurrent.futures.Future[Any]:
        call = pool.submit(run_sync, value(1, PATIENCE))
        while not call.done():
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.sleep(0)
        return call

    with concurrent.futures.ThreadPoolExecutor() as pool:
        for _ in range(20):
            with caught(asyncio.CancelledError):
                within(cancel_others()).result()


@row()
def own_timeout_error() -> None:
    """The coroutine's own TimeoutError is no RunSyncTimeout, with a limit and without."""

    async def impatient() -> None:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(PATIENCE)

    with logged() as records:
        for limit in (None, PATIENCE):
            with caught(TimeoutError):
                run_sync(impatient(), timeout=limit)
    assert not records


@row()
def asyncio_in_the_first_step() -> None:
    """Before its first suspension already a coroutine has its task, its loop, time-outs and task groups."""

    async def first() -> tuple[bool, Any]:
        inside = asyncio.current_task() is not None and asyncio.get_running_loop().is_running()
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            task = group.create_task(value(1))
        return inside, task.result()

    assert run_sync(first()) == (True, 1)


FRUIT: contextvars.ContextVar[Any] = contextvars.ContextVar("fruit", default="none")


class Unequal:
    """As an array does, it refuses to be compared."""

    def __eq__(self, other: object) -> bool:
        raise ValueError("ambiguous")

    __hash__ = None  # type: ignore[assignment]


@row()
def context_goes_in_and_comes_back() -> None:
    """Context variables flow in, and what the coroutine set is set afterwards: also after an error, and by identity."""

    async def swap(new: Any, error: bool) -> Any:
        old = FRUIT.get()
        await asyncio.sleep(0)
        FRUIT.set(new)
        if error:
            raise LookupError
        return old

    FRUIT.set("apple")
    assert run_sync(swap("pear", False)) == "apple"
    assert FRUIT.get() == "pear"
    with caught(LookupError):
        run_sync(swap("plum", True))
    assert FRUIT.get() == "plum"
    with caught(RunSyncTimeout):
        run_sync(set_then_wait("grape"), timeout=0.05)
    assert FRUIT.get() == "grape"
    first, second = Unequal(), Unequal()
    run_sync(swap(first, False))
    run_sync(swap(second, False))
    assert FRUIT.get() is second
    run_sync(swap([], False))
    other: list[int] = []
    run_sync(swap(other, False))
    assert FRUIT.get() is other


async def set_then_wait(new: str) -> None:
    FRUIT.set(new)
    await asyncio.sleep(PATIENCE)


@row()
def left_behind_task_keeps_its_context() -> None:
    """A task left behind lives in the context of the call that made it, whatever runs meanwhile."""

    async def leave() -> tuple[asyncio.Event, asyncio.Task[Any]]:
        go = asyncio.Event()
        return go, asyncio.ensure_future(fruit_after(go))

    async def finish(go: asyncio.Event, task: asyncio.Task[Any]) -> Any:
        go.set()
        return await task

    FRUIT.set("first cell")
    go, task = run_sync(leave())
    FRUIT.set("second cell")
    assert run_sync(finish(go, task)) == "first cell"


@row()
def left_behind_task_keeps_no_result() -> None:
    """A task left behind doesn't keep the result of its call alive."""

    async def leave() -> tuple[asyncio.Task[Any], Thing]:
        return asyncio.ensure_future(asyncio.sleep(PATIENCE)), Thing()

    async def end(task: asyncio.Task[Any]) -> None:
        task.cancel()

    task, thing = run_sync(leave())
    watched = weakref.ref(thing)
    del thing
    assert watched() is None
    run_sync(end(task))


async def fruit_after(go: asyncio.Event) -> Any:
    await go.wait()
    return FRUIT.get()


class Thing:
    """Something that a weak reference can watch."""


@row()
def no_reference_stays() -> None:
    """Results and errors die with their last user, without the collector; 5,000 calls leave no object behind."""

    async def fails(thing: Thing) -> None:
        raise LookupError(thing)

    def call() -> tuple[weakref.ref[Thing], ...]:
        lost = Thing()
        watched = weakref.ref(lost)
        with contextlib.suppress(LookupError):
            run_sync(fails(lost))
        return weakref.ref(run_sync(value(Thing()))), watched, weakref.ref(run_sync(asyncio.to_thread(Thing)))

    gc.collect()
    gc.disable()
    try:
        alive = [call() for _ in range(50)]
        # The loop's thread may still hold the last one in its hands.
        run_sync(value(None, 0.01))
        assert [things for things in alive if any(thing() for thing in things)] == []
    finally:
        gc.enable()
    for _ in range(100):
        run_sync(value(1))
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(5000):
        run_sync(value(1))
    gc.collect()
    assert len(gc.get_objects()) - before < 500


@row()
def a_call_is_no_warning() -> None:
    """Nothing warns about a call that went well or wrong, nor in development mode's eyes."""
    with no_warning():
        run_sync(value(1))
        for _ in range(20):
            assert "timeout=0" in refusal(RunSyncTimeout, lambda: run_sync(value(1, PATIENCE), timeout=0))
        run_sync(pending())


async def running_loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


@row()
def bound_to_another_loop_has_a_note() -> None:
    """An error inside of the coroutine about something of another loop carries a note that names the cure."""
    other = asyncio.new_event_loop()
    try:

        async def waits(future: Awaitable[Any]) -> None:
            await future

        with caught(RuntimeError) as errors:
            run_sync(waits(other.create_future()))
        assert 'on="kernel"' in "".join(errors[0].__notes__)
    finally:
        other.close()


@row()
def limit_of_zero() -> None:
    """timeout=0 and a limit in the past end at once, by RunSyncTimeout; one without end doesn't matter."""
    for limit in (0, -1.0, 1e-9, -(10**400)):
        with caught(RunSyncTimeout):
            run_sync(value(1, PATIENCE), timeout=limit)
    for limit in (float("inf"), 1e300, 10**400):
        assert run_sync(value(1), timeout=limit) == 1
