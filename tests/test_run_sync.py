"""run_sync holds each row of its table in a script, in a running loop, and in cells of two kernels."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import IO

import pytest

from tests.kernels import KERNELS, ROOT, start_kernel
from tests.run_sync_rows import names, play

BARE = "import os; del os.eventfd, os.sched_yield; "
Player = Callable[[str], str]
PLACES = {
    "script": "script",
    "loop": "loop",
    # As on a platform without eventfd and sched_yield, and with asyncio's debug mode, which looks for wrong threads.
    "bare script": "script",
    **dict.fromkeys(KERNELS, "kernel"),
    **{f"{kernel} async cell": "async cell" for kernel in KERNELS},
}
IN_BARE_SCRIPT = {
    "result",
    "what_a_coroutine_raises",
    "timeout",
    "outer_deadline_cancels_the_nested_call",
    "interrupt",
    "interrupts_at_random_moments",
    "eight_threads",
    "fork",
    "shutdown_from_four_threads",
    "shutdown_with_tasks_pending",
}
CASES = [
    pytest.param(place, name, patches, id=f"{place}-{name}", marks=[pytest.mark.kernel] if "kernel" in place else [])
    for patches in (False, True)
    for place, kind in PLACES.items()
    for name in names(kind, patches=patches)
    if place != "bare script" or name in IN_BARE_SCRIPT
]


class Places:
    """The running scripts and kernels, each started at its first row."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._players: dict[tuple[str, bool], Player] = {}

    def play(self, place: str, name: str, patches: bool) -> str:
        """Play a row there; returns what went wrong, or nothing."""
        key = (place.removesuffix(" async cell"), patches)
        if key not in self._players:
            self._players[key] = self._start(key[0])
        return self._players[key](f"await {name}" if place.endswith("async cell") else name)

    def _start(self, place: str) -> Player:
        if PLACES[place] != "kernel":
            return Script(self._stack, place).play
        kernel = self._stack.enter_context(start_kernel(place))

        def in_cell(name: str) -> str:
            before = "import asyncio; await asyncio.sleep(0)\n" if name.startswith("await ") else ""
            code = f"{before}from tests.run_sync_rows import play\nplay({name.removeprefix('await ')!r})"
            return kernel.run(code).problem

        return in_cell

    def close(self) -> None:
        """End them all."""
        self._stack.close()


class Script:
    """A plain Python process that plays the rows it reads from its standard input."""

    def __init__(self, stack: ExitStack, place: str) -> None:
        options = ["-X", "dev"] if place == "bare script" else []
        before = BARE if place == "bare script" else ""
        command = [sys.executable, *options, "-c", f"{before}from tests.test_run_sync import main; main({place!r})"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        stack.callback(self._end)

    def play(self, name: str) -> str:
        """One row; an empty answer means that all went well."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        return eval(answer) if answer else f"the script ended by {self.process.wait()}"

    def _end(self) -> None:
        self.process.kill()
        with self.process:
            pass


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    places = Places()
    yield places
    places.close()


@pytest.mark.parametrize(("place", "name", "patches"), CASES)
def test_row(places: Places, place: str, name: str, patches: bool) -> None:
    """Each row holds at its place."""
    problem = places.play(place, name, patches)
    assert not problem, problem


def serve(answers: IO[str]) -> None:
    """Play what is asked for on standard input; each answer is one line."""
    for line in sys.stdin:
        try:
            play(line.strip())
            problem = ""
        except BaseException:
            problem = traceback.format_exc()
        answers.write(f"{problem!r}\n")
        answers.flush()


async def serve_in_loop(answers: IO[str]) -> None:
    """The same, inside of a running loop that it blocks."""
    serve(answers)


def main(place: str) -> None:
    """What a script does at its place."""
    # A job that a shell starts in the background inherits SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with os.fdopen(os.dup(1), "w") as own_answers:
        os.dup2(2, 1)
        if place == "loop":
            asyncio.run(serve_in_loop(own_answers))
        else:
            serve(own_answers)
