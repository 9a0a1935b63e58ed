"""The two ways of `run_sync` that do without the background loop: on the kernel's own, and past the end of threads."""

from __future__ import annotations

import asyncio
import logging
import signal
from asyncio import _get_running_loop
from collections.abc import Awaitable
from contextvars import copy_context
from math import inf
from time import monotonic
from typing import Any

from ingest_widgets.background_loop.call import GRACE, SLICE, bring_back, close_unstarted
from ingest_widgets.background_loop.interrupts import deaf_handler
from ingest_widgets.background_loop.loop_thread import running
from ingest_widgets.errors import MissingExtra, RunSyncTimeout

log = logging.getLogger(__name__)


class _Run:
    """An awaitable on the loop that already runs in this thread, which is entered once more until it is done."""

    def __init__(self, awaitable: Awaitable[Any], loop: asyncio.AbstractEventLoop) -> None:
        self.awaitable, self.loop = awaitable, loop
        self.name = str(getattr(awaitable, "__qualname__", type(awaitable).__qualname__))
        self.result: Any = None
        self.error: BaseException | None = None
        self.context = copy_context()
        # Not by the loop's factory: an eager one would take the first step here, where no interrupt is heard.
        self.task = asyncio.Task(self._drive(), loop=loop, context=self.context)

    async def _drive(self) -> None:
        try:
            self.result = await self.awaitable
        except BaseException as error:  # noqa: BLE001 - it is the caller's; loose in a task it would end the kernel's loop
            self.error = error.with_traceback(error.__traceback__ and error.__traceback__.tb_next)

    def wait(self, seconds: float | None) -> bool:
        """Run the loop until the awaitable is done or the time is up."""
        deadline = monotonic() + (inf if seconds is None else seconds)
        while not self.task.done() and (left := deadline - monotonic()) > 0:
            self.loop.run_until_complete(asyncio.wait({self.task}, timeout=min(left, SLICE)))
        return self.task.done()

    def stop(self) -> bool:
        """Cancel it and run the loop until its cleanup is done, for a second at most; whether it is."""
        self.task.cancel()
        ended = self.wait(GRACE)
        close_unstarted(self.awaitable)
        return ended


def run_on_running_loop(awaitable: Awaitable[Any], timeout: float | None) -> Any:
    """Run what is bound to the loop of this thread, through nest-asyncio's maintained fork.

    Raises:
        RuntimeError: No loop runs in this thread, or the future is bound to another one.
        MissingExtra: nest-asyncio2 isn't installed.
    """
    loop = _get_running_loop()
    problem = _problem(awaitable, loop)
    if problem is not None or loop is None:
        close_unstarted(awaitable)
        raise problem or RuntimeError
    run = _Run(awaitable, loop)
    handler = deaf_handler()
    late: RunSyncTimeout | None = None
    try:
        if handler is not None:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if not run.wait(timeout):
            late = RunSyncTimeout(run.name, timeout or 0.0, left_behind=not run.stop())
            log.warning("%s", late)
    except BaseException as error:
        if not run.stop():
            log.warning("%s was told to stop, but goes on in spite of its cancellation: it is left behind", run.name)
        error.__traceback__ = None  # a dozen frames of nobody's interest lie between here and the loop's select
        raise
    finally:
        if handler is not None:
            try:
                signal.signal(signal.SIGINT, handler)
            except BaseException:  # it raises an interrupt that has just come before it does its work
                signal.signal(signal.SIGINT, handler)
                raise
    bring_back(run.context)
    if late is not None:
        raise late
    if run.error is not None:
        raise run.error
    return run.result


def _problem(awaitable: Awaitable[Any], loop: asyncio.AbstractEventLoop | None) -> Exception | None:
    """What speaks against it; otherwise the loop is patched."""
    if loop is None or loop in running:
        return RuntimeError('on="kernel" needs a loop that runs in this thread, as in a kernel: leave it out here')
    if asyncio.isfuture(awaitable) and awaitable.get_loop() is not loop:
        return RuntimeError("this future belongs to another loop than the one that runs in this thread: leave on= out")
    try:
        import nest_asyncio2
    except ImportError:
        return MissingExtra("nest-asyncio2", "nest", 'run_sync(..., on="kernel")')
    nest_asyncio2.apply(loop)
    return None


def run_in_place(awaitable: Awaitable[Any], timeout: float | None) -> Any:
    """Run it on a loop of its own in this thread: the interpreter is on its way out and starts no thread any more."""
    name = str(getattr(awaitable, "__qualname__", type(awaitable).__qualname__))

    async def bounded() -> Any:
        try:
            async with asyncio.timeout(timeout) as limit:
                return await awaitable
        except TimeoutError:
            if limit.expired():
                raise RunSyncTimeout(name, timeout or 0.0) from None
            raise

    context = copy_context()
    with asyncio.Runner() as runner:
        result = runner.run(bounded(), context=context)
    bring_back(context)
    return result
