"""How a command ends: the exit codes, and signals as interrupts."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any, TextIO

import click

from ingest_widgets.errors import CorpusDamaged, CorpusFull, CorpusLocked, IngestError

FAILED, REFUSED, INTERRUPTED = 1, 2, 130
_UNREAD = 141  # as of what SIGPIPE ends


class Refusal(click.ClickException):
    """One line on stderr, and how it ends.

    Args:
        message: Holds the cure.
        code: The exit code.
    """

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]  # an instance's own, as click reads it


class Door(click.Group):
    """Turns what this package raises into one line on stderr and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        refusal: Refusal | None = None
        # Names in file systems and PDFs may hold what a terminal's encoding can't say.
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except IngestError as error:
            # Asked for something that can't be done is 2, like a wrong option; broken on the way is 1.
            broken = isinstance(error, CorpusLocked | CorpusFull | CorpusDamaged)
            refusal = Refusal(str(error), FAILED if broken else REFUSED)
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read has had enough, maybe of both
                _drop(sys.stdout, sys.stderr)
                ctx.exit(_UNREAD)
            _drop(sys.stdout)
            refusal = Refusal(f"the system refused ({error.strerror or error}): where does the output go?", FAILED)
        raise refusal


def _drop(*streams: TextIO | None) -> None:
    """Else Python tries once more to write the rest when it ends, and answers with a traceback and code 120."""
    for stream in filter(None, streams):
        with suppress(OSError, ValueError):  # no file of the system
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)


@dataclass
class Stop:
    """Which exit code an interrupt has."""

    code: int = INTERRUPTED


@contextmanager
def signals_as_interrupts() -> Iterator[Stop]:
    """SIGTERM and SIGHUP stop the work as Ctrl+C does, so that finished files are kept and no worker stays behind."""
    stop = Stop()

    def interrupt(number: int, frame: FrameType | None) -> None:
        stop.code = 128 + number
        raise KeyboardInterrupt

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # nohup has SIGHUP ignored: so it stays.
    before = {number: signal.getsignal(number) for number in numbers if signal.getsignal(number) != signal.SIG_IGN}
    for number in before:
        signal.signal(number, interrupt)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
