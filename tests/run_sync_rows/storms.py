"""Interrupts at each line and at random moments: nothing stays held, nothing runs on, signals go where they went."""

from __future__ import annotations

import asyncio
import contextlib
import dis
import os
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from types import CodeType, FrameType
from typing import Any

from ingest_widgets import RunSyncTimeout, background_loop, run_sync, shutdown_background_loop
from tests.run_sync_rows import EVERYWHERE, PATIENCE, Watch, pending, row, value

PACKAGE = str(Path(background_loop.__file__).parent)
# From another process, as a front end's does: a thread of ours would strike only where this one gives up the GIL.
STRIKER = """
import os, random, signal, sys, time
target, moments = int(sys.argv[1]), random.Random(int(sys.argv[2]))
with open(sys.argv[3], "ab", buffering=0) as struck:
    while os.read(0, 1):
        moment = time.perf_counter() + moments.random() * 0.0004
        while time.perf_counter() < moment:
            pass
        os.kill(target, signal.SIGINT)
        struck.write(b"x")
"""


class Work:
    """Coroutines that count how many of them began and ended."""

    def __init__(self) -> None:
        self.begun = self.ended = 0

    async def run(self, depth: int = 0, seconds: float = 0.0) -> None:
        self.begun += 1
        try:
            await asyncio.sleep(seconds)
            if depth:
                run_sync(self.run(depth - 1))
        finally:
            self.ended += 1


class Storm:
    """A process that presses 'interrupt' once, a random time after each `strike`."""

    def __init__(self, seed: int, folder: str) -> None:
        self.struck = Path(folder, "struck")
        self.struck.touch()
        command = [sys.executable, "-c", STRIKER, str(os.getpid()), str(seed), str(self.struck)]
        # In a group of its own, or a kernel's interrupt would end it.
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
        self.count = 0

    def strike(self, call: Callable[[], object]) -> None:
        """Do the work, and go on doing it until the interrupt has come.

        Between two calls it may come to the handler of a running loop, which raises nothing.
        """
        self.count += 1
        deadline = monotonic() + PATIENCE
        with contextlib.suppress(KeyboardInterrupt):
            self._until_struck(call)
        while not self._outlived():
            assert monotonic() < deadline, "the storm has died away"

    def _until_struck(self, call: Callable[[], object]) -> None:
        # In a call of its own: Python 3.13.0 lets an interrupt that comes as a loop ends out of the `try` around it.
        assert self.process.stdin
        os.write(self.process.stdin.fileno(), b"x")
        while not self.has_struck():
            call()

    def has_struck(self) -> bool:
        return self.struck.stat().st_size >= self.count

    def _outlived(self) -> bool:
        # The signal is sent before it is noted, and a handler that raises does so at the next call at the latest.
        try:
            return self.has_struck()
        except KeyboardInterrupt:
            return False

    def end(self) -> None:
        self.process.kill()
        with self.process:
            pass


def strike(strikes: int, seed: int, call: Callable[[Work], object]) -> Work:
    """Interrupts at random moments of short calls: each is over soon."""
    work, handler = Work(), signal.getsignal(signal.SIGINT)
    with tempfile.TemporaryDirectory() as folder:
        weather = Storm(seed, folder)
        try:
            for _ in range(strikes):
                watch = Watch(monotonic())
                weather.strike(lambda: call(work))
                watch.under(0.5)
                assert signal.getsignal(signal.SIGINT) is handler, "another SIGINT handler than before"
        finally:
            weather.end()
    return work


def storm(strikes: int, seed: int, call: Callable[[Work], object]) -> None:
    """The same, and afterwards what began has ended, and nothing is left."""
    check(strike(strikes, seed, call), strikes)


def check(work: Work, strikes: int) -> None:
    assert run_sync(value(1), timeout=PATIENCE) == 1
    assert run_sync(pending()) == set()
    assert work.begun == work.ended, vars(work)
    # On a busy machine many a call is over before its coroutine begins.
    assert work.ended >= strikes / 100, vars(work)


@row(*EVERYWHERE)
def interrupts_at_random_moments() -> None:
    """No lock stays held and no coroutine runs on over hundreds of interrupts at random moments."""
    storm(600, 4, lambda work: run_sync(work.run()))


@row(*EVERYWHERE)
def interrupts_of_nested_calls_at_random_moments() -> None:
    """The same with calls inside of calls, each of which cancels the one in it."""
    storm(400, 5, lambda work: run_sync(work.run(2)))


@row(*EVERYWHERE)
def interrupts_of_late_calls_at_random_moments() -> None:
    """The same with calls whose time is up at about the same moment."""

    def late(work: Work) -> None:
        with contextlib.suppress(RunSyncTimeout):
            run_sync(work.run(seconds=PATIENCE), timeout=0.0003)

    storm(400, 6, late)


@row(*EVERYWHERE)
def interrupts_while_others_shut_down() -> None:
    """The same while another thread shuts the loop down again and again, and while the caller itself does."""
    stop = threading.Event()

    def shut_down() -> None:
        while not stop.wait(0.002):
            shutdown_background_loop()

    def call(work: Work) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            run_sync(work.run(1))
        if work.ended % 3 == 0:
            shutdown_background_loop()

    thread = threading.Thread(target=shut_down)
    thread.start()
    try:
        work = strike(300, 7, call)
    finally:
        stop.set()
        thread.join()
    check(work, 300)


def _moments(code: CodeType) -> set[int]:
    """The lines at which Python looks for signals, at a call or a jump backwards; not at the end of a `with`."""
    looks: dict[bool, set[int]] = {True: set(), False: set()}
    for instruction in dis.get_instructions(code):
        line = instruction.positions.lineno if instruction.positions else None
        if line is not None and instruction.opname.startswith(("CALL", "PRECALL", "JUMP_BACKWARD", "BEFORE_WITH")):
            looks[instruction.opname == "BEFORE_WITH"].add(line)
    return looks[False] - looks[True]


class Tracer:
    """Raises KeyboardInterrupt at the n-th moment of this thread at which a signal could strike in run_sync."""

    def __init__(self, moment: int) -> None:
        self.left = moment
        self.lines: dict[CodeType, set[int]] = {}

    def __call__(self, frame: FrameType, event: str, argument: object) -> Any:
        code = frame.f_code
        if not code.co_filename.startswith(PACKAGE):
            return None
        if code not in self.lines:
            self.lines[code] = _moments(code)
        if event == "line" and frame.f_lineno in self.lines[code]:
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
        return self


@contextlib.contextmanager
def traced(tracer: Tracer) -> Iterator[None]:
    """Calls of this thread in here go through the tracer."""
    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        yield
    finally:
        sys.settrace(before)


@row(*EVERYWHERE)
def interrupt_at_each_line() -> None:
    """An interrupt at whichever line of a call, its first one too, leaves handler and loops as they were."""
    handler, work = signal.getsignal(signal.SIGINT), Work()
    for first in (True, False):
        moment, interrupted = 0, True
        while interrupted:
            if first:
                shutdown_background_loop()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # a coroutine that run_sync had hardly been given
                tracer = Tracer(moment)
                with contextlib.suppress(KeyboardInterrupt), traced(tracer):
                    run_sync(work.run())
            interrupted = tracer.left < 0
            assert signal.getsignal(signal.SIGINT) is handler, f"another SIGINT handler than before, at moment {moment}"
            assert run_sync(value(1), timeout=PATIENCE) == 1
            moment += 1
        assert moment > 10, "nothing was traced"
    assert run_sync(pending()) == set()
    assert work.begun == work.ended > 10
