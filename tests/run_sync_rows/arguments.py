"""What run_sync refuses, and how it says so."""

from __future__ import annotations

import asyncio
import concurrent.futures
import datetime
import sys
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import numpy as np

from ingest_widgets import MissingExtra, run_sync
from tests.run_sync_rows import caught, no_warning, refusal, row, value, within


async def fetch() -> int:
    return 1


async def stream() -> AsyncIterator[int]:
    yield 1


@row()
def no_awaitable() -> None:
    """A function, a plain value, a generator, a concurrent future: exactly TypeError, with the cure, no warning."""
    refused: list[tuple[Callable[[], Any], str]] = [
        (lambda: fetch, "run_sync(fetch())"),
        (lambda: 3, "plain int"),
        (lambda: None, "plain NoneType"),
        (stream, "async for"),
        (lambda: stream, "call it"),
        (lambda: [fetch], "plain list"),
        (concurrent.futures.Future, "result()"),
    ]
    with no_warning():
        for make, cure in refused:
            message = refusal(TypeError, lambda make=make: run_sync(make()))  # type: ignore[misc]
            assert cure in message
            assert "\n" not in message


@row()
def wrong_options() -> None:
    """A wrong `on` or `timeout` is refused, and the coroutine is closed, not left to warn."""
    with no_warning():
        unknown = refusal(ValueError, lambda: run_sync(fetch(), on="moon"))  # type: ignore[arg-type]
        assert "background" in unknown
        assert "kernel" in unknown
        assert "NaN" in refusal(ValueError, lambda: run_sync(fetch(), timeout=float("nan")))
        for limit in ("3", True, datetime.timedelta(seconds=1), np.array([1, 2]), Decimal("sNaN")):
            assert "seconds" in refusal(TypeError, lambda limit=limit: run_sync(fetch(), timeout=limit))  # type: ignore[misc]


@row()
def future_of_another_loop() -> None:
    """A future or task of another loop is refused by an error that names on="kernel"."""
    other = asyncio.new_event_loop()
    try:
        task = other.create_task(value(1))
        for bound in (other.create_future(), task):
            with caught(RuntimeError) as errors:
                run_sync(bound)
            assert 'on="kernel"' in str(errors[0])
        assert within(lambda: other.run_until_complete(task)) == 1
    finally:
        other.close()


@row("loop", "kernel")
def future_of_the_running_loop() -> None:
    """A future of the loop that this very thread runs is refused too: it would wait for ever."""
    with caught(RuntimeError) as errors:
        run_sync(asyncio.get_running_loop().create_future())
    assert 'on="kernel"' in str(errors[0])


@row()
def future_of_a_blocked_loop() -> None:
    """In a nested call a future of the loop that it blocks is refused: it would wait for itself."""

    async def nested() -> None:
        with caught(RuntimeError) as errors:
            run_sync(asyncio.get_running_loop().create_future())
        assert "await it" in str(errors[0])

    run_sync(nested())


@row("script")
def kernel_without_a_loop() -> None:
    """on="kernel" where no loop runs is refused, with the cure and without a warning."""
    with no_warning():
        assert "leave it out" in refusal(RuntimeError, lambda: run_sync(fetch(), on="kernel"))


@row("loop", "kernel")
def kernel_without_the_package() -> None:
    """on="kernel" without nest-asyncio2 names its `pip install` line, without a warning."""
    kept = sys.modules.pop("nest_asyncio2", None)
    sys.modules["nest_asyncio2"] = None  # type: ignore[assignment]
    try:
        with no_warning():
            message = refusal(MissingExtra, lambda: run_sync(fetch(), on="kernel"))
    finally:
        del sys.modules["nest_asyncio2"]
        if kept is not None:
            sys.modules["nest_asyncio2"] = kept
    assert "pip install 'ingest-widgets[nest]'" in message
