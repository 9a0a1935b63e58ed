"""run_sync: the caller's side."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from asyncio import _get_running_loop
from collections.abc import Awaitable
from contextvars import copy_context
from types import CoroutineType
from typing import Literal, TypeVar, cast

from ingest_widgets.background_loop.argument import check, home_of
from ingest_widgets.background_loop.call import GRACE, LONGEST_WAIT, Call, Why, bring_back, current_call
from ingest_widgets.background_loop.interrupts import deaf_handler
from ingest_widgets.background_loop.loop_thread import LoopThread, loop_for, running, submit
from ingest_widgets.errors import RunSyncTimeout

log = logging.getLogger(__name__)
T = TypeVar("T")

_SLICED = LONGEST_WAIT < threading.TIMEOUT_MAX


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
            second later.
        KeyboardInterrupt: Likewise, after an interrupt. A second one ends the wait at once.
        TypeError: Not an awaitable.
        RuntimeError: A future of another loop.
        asyncio.CancelledError: The coroutine was cancelled, or the background loop was shut down.
        MissingExtra: on="kernel" without nest-asyncio2.
    """
    here = _get_running_loop()
    blocked = None if here is None else running.get(here)
    parent = current_call.get()
    depth = blocked.depth + 1 if blocked is not None else parent.host.depth if parent is not None else 0
    host: LoopThread | None = None
    if type(awaitable) is not CoroutineType or timeout is not None or on != "background":
        timeout = check(awaitable, timeout, on)
        if on == "kernel":
            from ingest_widgets.background_loop.elsewhere import run_on_running_loop

            return cast(T, run_on_running_loop(awaitable, timeout))
        host = home_of(awaitable, depth)
    host = host or loop_for(depth)
    if host is None:
        from ingest_widgets.background_loop.elsewhere import run_in_place

        return cast(T, run_in_place(awaitable, timeout))
    call = Call(awaitable, parent, host)
    context = copy_context()
    context.run(current_call.set, call)
    handler = deaf_handler() if here is not None and blocked is None else None
    try:
        if handler is not None:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if blocked is not None:
            _block(blocked, call)
        submit(call, context)
        if timeout is None and not _SLICED:
            call.gate.acquire()
        elif not call.wait(threading.TIMEOUT_MAX if timeout is None else timeout):
            call.why = call.why or Why.TIMEOUT
        if not call.finished:
            _stop(call, timeout)
    except BaseException:
        _interrupt(call)
        raise
    finally:
        if handler is not None:
            signal.signal(signal.SIGINT, handler)
        if blocked is not None:
            blocked.blocker = None
    bring_back(context)
    if call.why is not None:
        _raise_why(call, timeout, blocked)
    error, call.error, call.parent = call.error, None, None
    if error is None:
        result, call.result = call.result, None
        return cast(T, result)
    try:
        raise explained(error)
    finally:
        del error


def explained(error: BaseException) -> BaseException:
    """The error, with the cure when the coroutine met something that belongs to another loop."""
    if isinstance(error, RuntimeError) and "different" in str(error) and "loop" in str(error):
        error.add_note('run_sync: what is bound to the loop of the kernel needs run_sync(..., on="kernel")')
    return error


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
    if why is Why.TIMEOUT and call.finished and call.told:
        log.warning("%s took longer than timeout=%g s and was cancelled", call.name, timeout)
    elif not call.finished:
        reason = f"took longer than timeout={timeout:g} s" if why is Why.TIMEOUT else "was told to stop"
        log.warning("%s %s, but goes on in spite of its cancellation: it is left behind", call.name, reason)
        if not call.told and call.host.blocker is None:
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
            raise RunSyncTimeout(call.name, timeout or 0.0) from own
    elif not call.finished or isinstance(call.error, asyncio.CancelledError):
        parent = call.parent
        if call.why is Why.OUTER and blocked is not None and parent is not None:
            # Its own cancellation, which waits for this loop, would hit its cleanup.
            parent.told = parent.told or parent.task is None or parent.task is asyncio.current_task()
        raise asyncio.CancelledError(f"{call.name} was cancelled: {call.why.value if call.why else ''}")
