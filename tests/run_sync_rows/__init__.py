"""What run_sync promises, one function a row: each is played in a script, in a running loop, and in real kernels.

A row asserts; its docstring is the fact. `play` runs one and looks at what it left behind.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import os
import signal
import threading
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from ingest_widgets import run_sync, shutdown_background_loop

Row = Callable[[], None]
# The patience of a row on a machine that does many things at once, in seconds: for what must happen, not for limits.
PATIENCE = 60.0
# What a busy machine may add to a limit that is promised, in seconds: less than a grace that is burnt for nothing.
NOISE = 0.7
TRIES = 3
EVERYWHERE = ("script", "loop", "kernel", "async cell")


@dataclass(frozen=True)
class Entry:
    """A row and where it is played."""

    play: Row
    places: tuple[str, ...]
    patches: bool


ROWS: dict[str, Entry] = {}


def row(*places: str, patches: bool = False) -> Callable[[Row], Row]:
    """Enter a row; without places it is played in a script, in a running loop and in a cell."""

    def enter(function: Row) -> Row:
        assert function.__name__ not in ROWS, "two rows of one name"
        ROWS[function.__name__] = Entry(function, places or EVERYWHERE[:3], patches)
        return function

    return enter


def names(place: str, *, patches: bool = False) -> list[str]:
    """The rows of a place, those that patch asyncio apart."""
    for module in ("values", "arguments", "stopping", "storms", "loops", "kernel_loop"):
        importlib.import_module(f"tests.run_sync_rows.{module}")
    return [name for name, entry in ROWS.items() if place in entry.places and entry.patches is patches]


def play(name: str) -> None:
    """Run a row; afterwards no task is left, signals go where they went, and calls work."""
    names("")
    handler = signal.getsignal(signal.SIGINT)
    for tries_left in reversed(range(TRIES)):
        try:
            ROWS[name].play()
            break
        except TooSlow:  # the machine's fault perhaps, if not each time
            if not tries_left:
                raise
            shutdown_background_loop(timeout=1.0)
    gc.collect()
    assert signal.getsignal(signal.SIGINT) is handler, "another SIGINT handler than before"
    assert run_sync(pending(), timeout=PATIENCE) == set(), "tasks are left"


async def pending() -> set[str]:
    """The coroutines of the tasks on the loop, without the one that asks; those about to end may do so."""
    for _ in range(20):
        await asyncio.sleep(0)
    return {task.get_coro().__qualname__ for task in asyncio.all_tasks() - {asyncio.current_task()}}  # type: ignore[union-attr]


async def value(result: Any, seconds: float = 0.0) -> Any:
    """The simplest coroutine, with one suspension."""
    await asyncio.sleep(seconds)
    return result


@contextmanager
def caught(*kinds: type[BaseException]) -> Iterator[list[BaseException]]:
    """Expect an exception of exactly this kind, and hand it over in a list."""
    found: list[BaseException] = []
    try:
        yield found
    except kinds as error:
        found.append(error)
    assert found, f"none of {kinds} was raised"
    assert type(found[0]) in kinds, f"{found[0]!r} is none of {kinds}"


def refusal(kind: type[BaseException], work: Callable[[], Any]) -> str:
    """The message of exactly that exception, whose traceback, and the coroutine in it, is let go."""
    try:
        work()
    except kind as error:
        message = str(error) if type(error) is kind else f"not {kind} but {error!r}"
    else:
        message = f"no {kind}"
    return message


@contextmanager
def logged() -> Iterator[list[logging.LogRecord]]:
    """The records of the package's loggers at WARNING and above."""
    records: list[logging.LogRecord] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    handler = Keep(logging.WARNING)
    logger = logging.getLogger("ingest_widgets")
    logger.addHandler(handler)
    try:
        yield records
    finally:
        logger.removeHandler(handler)


@contextmanager
def no_warning() -> Iterator[None]:
    """Nothing warns in here, not at collection either."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        yield
        gc.collect()
    assert not found, [str(warning.message) for warning in found]


class TooSlow(AssertionError):
    """A promised limit was not kept, noise included."""


@dataclass
class Watch:
    """Takes the time from one thread to another."""

    at: float = 0.0

    def start(self) -> None:
        """From now on."""
        self.at = monotonic()

    @property
    def seconds(self) -> float:
        """Since the start."""
        assert self.at, "what was to be timed has not begun"
        return monotonic() - self.at

    def under(self, limit: float) -> None:
        """Not more than `limit` seconds since the start, and what a busy machine adds."""
        seconds = self.seconds
        if seconds >= limit + NOISE:
            raise TooSlow(f"{seconds:.2f} s instead of {limit} s")


@contextmanager
def interrupts(*moments: threading.Event) -> Iterator[Watch]:
    """Press 'interrupt' at each of these moments; the watch runs from the last one."""
    watch = Watch()

    def press() -> None:
        for moment in moments:
            if not moment.wait(PATIENCE):
                return
            watch.start()
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    try:
        yield watch
    finally:
        for moment in moments:
            moment.set()
        thread.join()


def within(work: Callable[[], Any] | Awaitable[Any], seconds: float = PATIENCE) -> Any:
    """Do it on a daemon thread, so that a hang is a failure of this row and not of the place."""
    outcome: list[Any] = []

    def target() -> None:
        try:
            outcome.append((work() if callable(work) else run_sync(work), None))
        except BaseException as error:
            outcome.append((None, error))

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    thread.join(seconds)
    assert outcome, f"still not done after {seconds} s"
    result, error = outcome[0]
    if error is not None:
        raise error
    return result
