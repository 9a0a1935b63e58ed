"""Signals that come while somebody waits for a run."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

from ingest_widgets.errors import IngestError

logger = logging.getLogger("ingest_widgets.pipeline")

_PATIENCE_SECONDS = 2.0


@contextmanager
def sigterm_heeded(stop: Callable[[], None]) -> Iterator[None]:
    """In here SIGTERM stops the run before it ends the process as always, which says so.

    Whoever has a handler for it keeps that, and other threads than the main one are left alone.

    Args:
        stop: Stops the run and waits a moment for its end; called in another thread.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    owner = os.getpid()

    def end(number: int, frame: FrameType | None) -> None:
        if os.getpid() == owner:  # a fork, such as a pool's process, has no run to stop
            # The interrupted thread may hold any lock, and nobody may read what is told.
            for each in stop, partial(_tell, "SIGTERM"):
                thread = threading.Thread(target=each, daemon=True)
                thread.start()
                thread.join(_PATIENCE_SECONDS)
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is end:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def interrupt_told(stopped: Callable[[], bool]) -> Iterator[None]:
    """A run that an interrupt, or what else a signal's handler raises, ends says what SIGTERM says; that goes on.

    Args:
        stopped: Whether the run was, or still is to be, so that the error isn't its own.
    """
    try:
        yield
    except (IngestError, asyncio.CancelledError, GeneratorExit):
        raise
    except BaseException as error:
        if stopped():
            _tell("SIGINT" if isinstance(error, KeyboardInterrupt) else type(error).__name__)
        raise


def _tell(name: str) -> None:
    logger.warning("Stopped by %s: what was finished is in the corpus, and the next run goes on from there.", name)


@contextmanager
def sigint_watched(seen: threading.Event) -> Iterator[None]:
    """Tells an interrupt from any other cancellation: ipykernel and asyncio's Runner cancel the task on SIGINT.

    The handler that is there is called as before; see `IPythonKernel._cancel_on_sigint` in ipykernel.

    Args:
        seen: Set once an interrupt has come.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return

    def note(number: int, frame: FrameType | None) -> Any:
        seen.set()
        return before(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is note:
            signal.signal(signal.SIGINT, before)
