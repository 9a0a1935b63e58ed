"""The loop itself: threads, nesting, what is bound to it, fork, shutdown."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import gc
import os
import resource
import threading
import warnings
import weakref
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

from ingest_widgets import run_sync, shutdown_background_loop
from ingest_widgets.background_loop.call import Call
from ingest_widgets.background_loop.loop_thread import running, submit
from tests.run_sync_rows import PATIENCE, Watch, caught, logged, refusal, row, value, within
from tests.run_sync_rows.stopping import Patient, Stubborn


async def where() -> tuple[int, int]:
    return id(asyncio.get_running_loop()), threading.get_ident()


def loop_threads() -> list[str]:
    # An interrupt in the middle of `Thread.start` leaves `enumerate` a thread that never began.
    alive = [thread.name for thread in threading.enumerate() if thread.is_alive()]
    return [name for name in alive if name.startswith("ingest-widgets-loop")]


@row()
def ten_thousand_calls() -> None:
    """10,000 calls share one loop on one thread."""
    first = run_sync(where())
    threads = threading.active_count()
    assert {run_sync(where()) for _ in range(10_000)} == {first}
    assert threading.active_count() <= threads


@row()
def eight_threads() -> None:
    """From 8 threads at once each gets its own result, all on one loop."""

    def calls(number: int) -> set[Any]:
        return {run_sync(add(number, step)) == number + step for step in range(200)} | {run_sync(where())}

    async def add(number: int, step: int) -> int:
        await asyncio.sleep(0)
        return number + step

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(calls, range(8), timeout=PATIENCE))
    assert outcomes == [{True, run_sync(where())}] * 8


@row()
def bound_objects_live_on() -> None:
    """A queue and a client with its open connection live from call to call."""
    import httpx

    connections: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        while await reader.readline():
            while (await reader.readline()).strip():
                pass
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        writer.close()

    async def start() -> tuple[asyncio.Server, str]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        return server, "http://{}:{}".format(*server.sockets[0].getsockname())

    server, address = run_sync(start(), timeout=PATIENCE)
    client = httpx.AsyncClient(trust_env=False)
    queue: asyncio.Queue[str] = asyncio.Queue(1)
    for _ in range(3):
        run_sync(queue.put("item"))
        assert run_sync(client.get(address), timeout=PATIENCE).text == "ok"
        assert run_sync(queue.get()) == "item"

    async def close() -> None:
        await client.aclose()
        server.close()

    run_sync(close())
    assert connections == [1]


@row()
def nested() -> None:
    """A coroutine that run_sync runs may call run_sync, five deep, also beside a call from another thread."""

    async def levels(depth: int) -> list[tuple[int, int]]:
        await asyncio.sleep(0)
        here = await where()
        return [here] if depth == 0 else [here, *run_sync(levels(depth - 1))]

    first = within(levels(5))
    assert len(set(first)) == 6
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(run_sync, levels(3), timeout=PATIENCE) for _ in range(8)]
        assert {tuple(call.result(PATIENCE)) for call in calls} == {tuple(first[:4])}


@row()
def nested_through_a_thread() -> None:
    """A nested coroutine may use `to_thread` with a function that calls run_sync: no waiting for a blocked loop."""

    async def inner() -> Any:
        return await asyncio.to_thread(run_sync, value("from a thread"))

    async def outer() -> Any:
        return run_sync(inner()), await inner()

    assert within(outer()) == ("from a thread", "from a thread")


@row()
def same_loop_from_a_thread_of_a_coroutine() -> None:
    """A function in `to_thread` that calls run_sync lands on the loop of its coroutine, where the bound objects are."""

    async def both() -> tuple[Any, Any]:
        return await where(), await asyncio.to_thread(run_sync, where())

    first, second = within(both())
    assert first == second


@row()
def threads_that_wait_for_threads() -> None:
    """As many functions in `to_thread` as you like may call run_sync for what needs a thread itself, such as a look-up.

    asyncio lends few threads, at most 32: all of them would wait for one more.
    """

    async def looked_up(number: int) -> int:
        return await asyncio.to_thread(abs, -number)

    async def nested(depth: int) -> int:
        return 1 + await asyncio.to_thread(lambda: run_sync(nested(depth - 1))) if depth else 0

    def look_up(number: int) -> int:
        return run_sync(looked_up(number))

    async def all_at_once() -> list[int]:
        return await asyncio.gather(*(asyncio.to_thread(look_up, number) for number in range(50)))

    assert run_sync(all_at_once(), timeout=PATIENCE) == list(range(50))
    assert run_sync(nested(40), timeout=PATIENCE) == 40


@row()
def fork() -> None:
    """After os.fork the child has a loop of its own, and the parent keeps its one."""
    mine = run_sync(where())
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        outcome = b"hung or failed"
        try:
            theirs = run_sync(where(), timeout=PATIENCE)
            outcome = b"fine" if theirs[0] != mine[0] and run_sync(where()) == theirs else b"the same loop"
            shutdown_background_loop()
        finally:
            os.write(write, outcome)
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert within(pipe.read) == b"fine"
    os.waitpid(child, 0)
    assert run_sync(where()) == mine


@row()
def shutdown() -> None:
    """Shutting down three times is fine; the next call starts a fresh loop."""
    first = weakref.ref(run_sync(loop()))
    for _ in range(3):
        shutdown_background_loop()
        assert loop_threads() == [], loop_threads()
    assert run_sync(loop(), timeout=PATIENCE) is not first()
    assert len(loop_threads()) == 1, loop_threads()


async def loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


@row()
def how_long_a_shutdown_may_take() -> None:
    """No time at all and any length of it will do; what is no number of seconds is refused, and the loop goes on."""
    first = run_sync(where())
    for wrong, kind in ((None, TypeError), ("3", TypeError), (True, TypeError), (float("nan"), ValueError)):
        assert "seconds" in refusal(kind, lambda wrong=wrong: shutdown_background_loop(timeout=wrong))  # type: ignore[misc]
    assert run_sync(where()) == first
    for limit in (0, -1, 1e300, 10**400, float("inf")):
        run_sync(value(1))
        shutdown_background_loop(timeout=limit)
        assert run_sync(value(1), timeout=PATIENCE) == 1


@row()
def a_call_that_meets_a_closed_loop() -> None:
    """A call whose loop has closed between its choice and its arrival goes to a fresh one."""
    chosen = running[run_sync(loop())]
    shutdown_background_loop()
    call = Call(value("arrived"), chosen)
    submit(call, contextvars.copy_context())
    call.wait(PATIENCE)
    assert call.take_result() == "arrived"
    assert call.host is not chosen


@row()
def loops_leave_no_descriptor() -> None:
    """A loop that was shut down leaves no file descriptor open."""
    shutdown_background_loop()
    before = len(os.listdir("/dev/fd"))
    for _ in range(10):
        run_sync(value(1))
        shutdown_background_loop()
        gc.collect()
    assert len(os.listdir("/dev/fd")) <= before + 2


@row("script")
def no_descriptor_left_for_a_loop() -> None:
    """A loop that can't be made is the caller's OSError, and the next call tries again."""
    shutdown_background_loop()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))
    coroutine = value(1)
    try:
        with caught(OSError):
            run_sync(coroutine)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        coroutine.close()
    assert run_sync(value(1), timeout=PATIENCE) == 1


@row()
def shutdown_from_four_threads() -> None:
    """Four threads shut down at once, over and over, beside four that call: each call ends or is cancelled."""
    stop = threading.Event()

    def calls() -> int:
        ended = 0
        while not stop.is_set():
            try:
                assert run_sync(value(ended)) == ended
            except asyncio.CancelledError:
                continue
            ended += 1
        return int(run_sync(value(ended)))

    def shutdowns() -> None:
        for _ in range(25):
            shutdown_background_loop()

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        callers = [pool.submit(calls) for _ in range(4)]
        for done in [pool.submit(shutdowns) for _ in range(4)]:
            done.result(PATIENCE)
        stop.set()
        ended = [caller.result(PATIENCE) for caller in callers]
    assert len(ended) == 4
    assert run_sync(value(1), timeout=PATIENCE) == 1


@row()
def shutdown_with_tasks_pending() -> None:
    """Pending tasks are cancelled, their `finally` runs; waiting callers get CancelledError; generators are closed."""
    waited_for, left_alone, closed = Patient(), Patient(), threading.Event()

    async def ticks() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            closed.set()

    async def leave() -> None:
        leave.task = asyncio.ensure_future(left_alone.run())  # type: ignore[attr-defined]
        leave.generator = ticks()  # type: ignore[attr-defined]
        await anext(leave.generator)  # type: ignore[attr-defined]

    run_sync(leave())
    with concurrent.futures.ThreadPoolExecutor() as pool:
        nested = pool.submit(run_sync, around(waited_for))
        assert waited_for.begun.wait(PATIENCE)
        assert left_alone.begun.wait(0)
        shutdown_background_loop()
        with caught(asyncio.CancelledError):
            nested.result(PATIENCE)
    assert waited_for.cleaned.is_set()
    assert left_alone.cleaned.is_set()
    assert closed.is_set()
    assert run_sync(value(1), timeout=PATIENCE) == 1


@row()
def shutdown_of_a_loop_with_eager_tasks() -> None:
    """A task factory that starts tasks at once, set by somebody's coroutine, keeps no `finally` from running."""
    patient = Patient()

    async def leave() -> asyncio.Task[None]:
        # Python 3.11 has none: there the loop keeps its own.
        asyncio.get_running_loop().set_task_factory(getattr(asyncio, "eager_task_factory", None))
        return asyncio.ensure_future(patient.run())

    task = run_sync(leave())
    shutdown_background_loop()
    assert patient.cleaned.is_set()
    assert task.cancelled()


async def around(patient: Patient) -> None:
    run_sync(patient.run())


@row()
def shutdown_of_what_does_not_end() -> None:
    """Shutting down waits no longer than it was told to; callers are freed, and what blocks the loop is logged."""
    shutdown_background_loop()
    release, begun, stubborn = threading.Event(), threading.Event(), Stubborn()

    async def blocks() -> None:
        begun.set()
        release.wait(PATIENCE)

    with concurrent.futures.ThreadPoolExecutor() as pool:
        swallower = pool.submit(run_sync, stubborn.run())
        assert stubborn.begun.wait(PATIENCE)
        watch = Watch(monotonic())
        with logged() as records:
            shutdown_background_loop(timeout=1.0)
        watch.under(1.0)
        assert ["Stubborn.run" in record.getMessage() for record in records] == [True], records
        with caught(asyncio.CancelledError):
            swallower.result(PATIENCE)
        blocker = pool.submit(run_sync, blocks())
        assert begun.wait(PATIENCE)
        try:
            with logged() as records:
                shutdown_background_loop(timeout=0.2)
            assert ["left behind" in record.getMessage() for record in records] == [True]
            with caught(asyncio.CancelledError):
                blocker.result(PATIENCE)
            assert run_sync(value(1), timeout=PATIENCE) == 1
        finally:
            release.set()


@row()
def shutdown_from_inside() -> None:
    """A coroutine on the loop can't shut it down, which would wait for itself: it is told so."""

    async def inside() -> None:
        shutdown_background_loop()

    with caught(RuntimeError) as errors:
        within(inside())
    assert "outside" in str(errors[0])
    assert run_sync(value(1), timeout=PATIENCE) == 1
