"""run_sync: the caller's side."""

from __future__ import annotations

import asyncio
import logging
import signal
from asyncio import _get_running_loop
from collections.abc import Awaitable
from contextvars import copy_context
from types import CoroutineType
from typing import Literal, TypeVar, cast

from ingest_widgets.background_loop.argument import check, home_of
from ingest_widgets.background_loop.call import GRACE, Call, Why, bring_back, current_call
from ingest_widgets.background_loop.elsewhere import run_in_place, run_on_running_loop
from ingest_widgets.background_loop.interrupts import deaf_handler
from ingest_widgets.background_loop.loop_thread import LoopThread, loop_for, running, submit
from ingest_widgets.errors import RunSyncTimeout

log = logging.getLogger(__name__)
T = TypeVar("T")


def run_sync(
    awaitable: Awaitable[T], *, timeout: float | None = None, on: Literal["background", "kernel"] = "background"
) -> T:
    """Run a coroutine from sync code and return its result, in a running kernel as well as in a script.

    Args:
        awaitable: What an async function returned. It runs on one persistent background loop, so that what is bound to
            a loop, such as a client, lives from call to call.
        timeout: The most it may take, in seconds; None for no limit.
        on: "kernel" is for awaitables that are bound to the loop already running in this thread; it patches asyncio
            through nest-asyncio2.

    Raises:
        RunSyncTimeout: Time was up; the coroutine was cancelled and its `finally` has run, or it was left behind a
            second later, which the message and `left_behind` say.
        KeyboardInterrupt: Likewise, after an interrupt. A second one ends the wait at once.
        TypeError: Not an awaitable, or a timeout that is no number.
        ValueError: An unknown `on`, or a timeout that is NaN.
        RuntimeError: A future of another loop.
        asyncio.CancelledError: The coroutine was cancelled, or the background loop was shut down.
        MissingExtra: on="kernel" without nest-asyncio2.
    """
    future: object = None
    if type(awaitable) is not CoroutineType or timeout is not None or on != "background":
        timeout = check(awaitable, timeout, on)
        if on == "kernel":
            return cast(T, run_on_running_loop(awaitable, timeout))
        future = awaitable
    here = _get_running_loop()
    blocked = None if here is None else running.get(here)
    host = _host(future, blocked)
    if host is None:
        return cast(T, run_in_place(awaitable, timeout))
    call = Call(awaitable, host)
    context = copy_context()
    context.run(current_call.set, call)
    handler = deaf_handler() if here is not None and blocked is None else None
    try:
        if handler is not None:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if blocked is not None:
            _block(blocked, call)
        submit(call, context)
        call.wait(timeout)
        if not call.finished:
            _stop(call, timeout)
    except BaseException:
        _interrupt(call)
        raise
    finally:
        if handler is not None:
            try:
                signal.signal(signal.SIGINT, handler)
            except BaseException:  # it raises an interrupt that has just come before it does its work
                signal.signal(signal.SIGINT, handler)
                raise
        if blocked is not None:
            blocked.blocker = None
    bring_back(context)
    if call.why is not None:
        _raise_why(call, timeout, blocked)
    if call.error is None:
        return cast(T, call.take_result())
    raise call.take_error()


def _host(future: object, blocked: LoopThread | None) -> LoopThread | None:
    """Where the call runs: on the first loop that this thread, or a call around it, doesn't block.

    None when the interpreter is on its way out.
    """
    if blocked is not None:
        depth = blocked.depth + 1
    else:
        parent = current_call.get()
        depth = 0 if parent is None else parent.host.depth
    home = None if future is None else home_of(future, depth)
    return home or loop_for(depth)


def _block(blocked: LoopThread, call: Call) -> None:
    blocked.blocker = call
    # Whoever cancels the call around this one looks for a blocker after asking; so ask after becoming one.
    parent = call.parent
    if parent is not None and parent.why is not None and not parent.told:
        call.poke(Why.OUTER)


def _stop(call: Call, timeout: float | None) -> None:
    """Cancel a call that has not ended, and wait for its end as long as it is worth."""
    why = call.why
    if why is None or why is Why.SHUTDOWN:
        return
    call.cancel(why)
    # A call inside of another gives up first, so that the outer one still has time for its own cleanup.
    call.settle(GRACE / (1 + call.host.depth))
    if why is Why.TIMEOUT and (call.told or not call.finished):
        log.warning("%s", RunSyncTimeout(call.name, timeout or 0.0, left_behind=not call.finished))
    elif not call.finished:
        log.warning("%s was told to stop, but goes on in spite of its cancellation: it is left behind", call.name)
    if not call.finished and not call.told and call.host.blocker is None:
        call.host.stuck = call


def _interrupt(call: Call) -> None:
    try:
        call.cancel(Why.INTERRUPT)
    except BaseException:  # a second interrupt, right here: the coroutine must hear of the first one nevertheless
        call.cancel(Why.INTERRUPT)
        raise
    call.why = Why.INTERRUPT
    _stop(call, None)


def _raise_why(call: Call, timeout: float | None, blocked: LoopThread | None) -> None:
    """Raise what a stopped call ends with, unless it had ended by itself just before."""
    if call.why is Why.TIMEOUT:
        if call.told or not call.finished:
            own = None if isinstance(call.error, asyncio.CancelledError) else call.error
            raise RunSyncTimeout(call.name, timeout or 0.0, left_behind=not call.finished) from own
    elif not call.finished or isinstance(call.error, asyncio.CancelledError):
        parent = call.parent
        if call.why is Why.OUTER and blocked is not None and parent is not None:
            # Its own cancellation, which waits for this loop, would hit its cleanup.
            parent.told = parent.told or parent.task is None or parent.task is asyncio.current_task()
        raise asyncio.CancelledError(f"{call.name} was cancelled: {call.why.value if call.why else ''}")
