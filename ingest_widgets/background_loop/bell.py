"""How another thread wakes a loop: by an eventfd where there is one, at half the price of `call_soon_threadsafe`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress


class Bell:
    """Rings from any thread; the loop then calls `answer`, once for all the rings so far."""

    def __init__(self, loop: asyncio.AbstractEventLoop, answer: Callable[[], None]) -> None:
        self._loop, self._answer = loop, answer

    def listen(self) -> None:
        """From now on; on the loop's thread, whose context is empty."""

    def ring(self) -> None:
        """From any thread; a ring that comes after the loop has closed is lost."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._answer)


class EventfdBell(Bell):
    """The same for Linux.

    `call_soon_threadsafe` makes a handle with a context for each ring, and its reader calls `recv` until that fails.
    This one writes and reads eight bytes.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, answer: Callable[[], None]) -> None:
        super().__init__(loop, answer)
        self._eventfd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def listen(self) -> None:
        """The reader is made here, so that it holds the thread's empty context and not that of the first caller."""
        self._loop.add_reader(self._eventfd, self._hear)

    def ring(self) -> None:
        """From any thread, at any time."""
        os.eventfd_write(self._eventfd, 1)

    def _hear(self) -> None:
        os.eventfd_read(self._eventfd)
        self._answer()

    def __del__(self) -> None:
        # Not when the loop closes: a thread that is about to ring would write to whoever got the number next.
        os.close(self._eventfd)


def bell(loop: asyncio.AbstractEventLoop, answer: Callable[[], None]) -> Bell:
    """The one that suits the platform."""
    return EventfdBell(loop, answer) if hasattr(os, "eventfd") else Bell(loop, answer)
