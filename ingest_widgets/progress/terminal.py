"""A bar on the terminal, drawn by rich."""

from __future__ import annotations

import atexit
import threading
import weakref
from contextlib import suppress
from typing import IO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, Task, TaskID, TextColumn
from rich.progress_bar import ProgressBar

from ingest_widgets.progress.state import ProgressState, counts, pace
from ingest_widgets.shortened import brief

_COLOURS = {"running": "blue", "done": "green", "failed": "red", "interrupted": "red", "stopped": "yellow"}
"""Of the eight that every terminal has: there rich's own are a pink, and for a full bar the grey of an empty one."""


class _Bar(BarColumn):
    """The bar in the colour of its status."""

    def render(self, task: Task) -> ProgressBar:
        bar = super().render(task)
        bar.complete_style = bar.finished_style = bar.pulse_style = _COLOURS[task.fields["status"]]
        return bar


class TerminalSink:
    """One bar, as wide as the terminal; bars that run at the same time stand below each other.

    Where the stream is no terminal only the final line is written. Any thread may call it.

    Args:
        file: Where to draw; None: standard error as it is at the first report.

    Raises:
        TypeError: `file` is nothing that can be written to.
    """

    def __init__(self, file: IO[str] | None = None) -> None:
        if file is not None and not hasattr(file, "write"):
            raise TypeError(f"file is a stream such as sys.stdout, not {brief(file)}: open() makes one of a path")
        self._file = file
        self._screen: _Screen | None = None
        self._task: TaskID | None = None

    def __call__(self, state: ProgressState) -> None:
        """Draws `state`; an ended bar leaves its line behind."""
        if self._screen is None:
            self._screen = _screen_of(self._file)
        self._task = self._screen.draw(self._task, state)


class _Screen:
    """The bars of one stream: rich draws them together, in the calling thread."""

    def __init__(self, file: IO[str] | None) -> None:
        self._lock = threading.RLock()
        self._console = Console(file=file) if file is not None else Console(stderr=True)
        self._progress: Progress | None = None
        self._running: set[TaskID] = set()

    def draw(self, task: TaskID | None, state: ProgressState) -> TaskID | None:
        with self._lock:
            progress = self._progress or self._begin()
            if task is None or task not in self._running:
                task = progress.add_task("", total=None, words="", status="running")
                self._running.add(task)
            description, words, completed, total = _shown(state)
            progress.update(task, description=description, words=words, status=state.status)
            progress.update(task, completed=completed, total=total, refresh=True)
            if state.status == "running":
                return task
            self._running.discard(task)
            if not self._running:
                self.end()
            return None

    def end(self) -> None:
        """Leaves the bars as they are and gives the cursor back."""
        with self._lock:
            if self._progress is not None:
                self._progress.stop()
            self._progress = None
            self._running.clear()

    def _begin(self) -> Progress:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            _Bar(bar_width=None),
            TextColumn("{task.fields[words]}", style="none"),
            console=self._console,
            expand=True,
            auto_refresh=False,
        )
        self._progress.start()
        return self._progress


def _shown(state: ProgressState) -> tuple[str, str, float, float | None]:
    percent = "" if state.percent is None else f"{int(state.percent):3d}% "
    words = escape(f"{percent}{counts(state)} [{pace(state)}]")
    if state.status not in ("running", "done"):
        ending = escape(f"{state.status}: {state.reason}".rstrip(": "))
        words += f" [{_COLOURS[state.status]}]{ending}[/]"
    total = state.total
    if total is None and state.status != "running":
        total = state.current or 1  # rich lets a bar without a total pulse
    return state.desc, words, total if total and state.status == "done" else state.current, total


_lock = threading.Lock()
_screens: weakref.WeakKeyDictionary[IO[str], _Screen] = weakref.WeakKeyDictionary()
_stderr_screen: list[_Screen] = []


def _screen_of(file: IO[str] | None) -> _Screen:
    with _lock:
        if file is not None:
            return _screens.setdefault(file, _Screen(file))
        if not _stderr_screen:
            _stderr_screen.append(_Screen(None))
        return _stderr_screen[0]


@atexit.register
def _give_cursors_back() -> None:
    for screen in [*_stderr_screen, *_screens.values()]:
        with suppress(OSError, ValueError):  # its stream was closed before its tracker
            screen.end()
