"""What `run_sync` is given, checked; each refusal names the cure and leaves no 'never awaited' behind."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
from collections.abc import Awaitable
from typing import Any

from ingest_widgets.background_loop.loop_thread import LoopThread, running
from ingest_widgets.background_loop.seconds import seconds_of
from ingest_widgets.shortened import brief

PLACES = ("background", "kernel")


def check(awaitable: Awaitable[Any], timeout: float | None, on: str) -> float | None:
    """The timeout as a float.

    Raises:
        TypeError: Not an awaitable, or a timeout that isn't a number.
        ValueError: An unknown `on`, or a timeout that is NaN.
    """
    if not inspect.isawaitable(awaitable):
        raise TypeError(_cure(awaitable))
    try:
        if on not in PLACES:
            raise ValueError(f'on={brief(on)} is unknown: take on="background" or on="kernel"')
        return None if timeout is None else seconds_of(timeout)
    except (TypeError, ValueError):
        if inspect.iscoroutine(awaitable):
            awaitable.close()
        raise


def _cure(value: Any) -> str:
    name = getattr(value, "__name__", type(value).__name__)
    if inspect.isasyncgen(value):
        return f"run_sync got the async generator {name}: run a coroutine that loops over it with 'async for'"
    if isinstance(value, concurrent.futures.Future):
        return "run_sync got a concurrent.futures.Future: call its result(), or pass asyncio.wrap_future(it) inside"
    if callable(value):
        return f"run_sync got {name} itself, not what it returns: call it, as in run_sync({name}())"
    return f"run_sync got a plain {name}: pass the coroutine that an async function returns, as in run_sync(f())"


def home_of(awaitable: object, depth: int) -> LoopThread | None:
    """The background loop that a future or task is bound to; None for what is bound to none.

    Args:
        awaitable: What `run_sync` was given.
        depth: The first loop that this caller doesn't block.

    Raises:
        RuntimeError: It is bound to a loop that isn't ours, has been shut down, or is blocked by this very call.
    """
    if not asyncio.isfuture(awaitable):
        return None
    host = running.get(awaitable.get_loop())
    if host is None:
        raise RuntimeError(
            "this future belongs to another loop: create it inside of the coroutine that you pass, or, when it is "
            'bound to the loop of the kernel, call run_sync(..., on="kernel")'
        )
    if host.depth < depth:
        raise RuntimeError("this future belongs to the loop that run_sync would block: await it instead")
    return host
