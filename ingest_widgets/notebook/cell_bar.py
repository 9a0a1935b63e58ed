"""The bar of a tracker that names no sinks, in a notebook: loops in loops make hundreds of them in one cell.

The first bar of a cell is shown at once. Another one is shown when it has lived for a moment; what ends before then
leaves its final line in an output that all short bars of its cell share.
"""

from __future__ import annotations

import html
import threading
import uuid
from collections.abc import Callable
from contextvars import copy_context

from IPython.display import display, publish_display_data

from ingest_widgets.notebook.message_pace import OPENING, SHOWING, pace
from ingest_widgets.notebook.progress_bar import ProgressBar
from ingest_widgets.notebook.saved_output import call_on, finish_cell
from ingest_widgets.progress.state import ProgressState

DELAY = 0.3
"""Seconds until a bar that isn't the first of its cell is shown."""
MOST_LINES = 200
OPEN_LINES = 10
"""How many lines are to be seen without unfolding the others."""
LINES_PAUSE = 1.0
"""Seconds between two updates of the lines."""


class CellBar:
    """A sink that shows a `ProgressBar` in the cell that made it, or leaves a line there. Any thread may call it."""

    def __init__(self) -> None:
        self._cell = _running_cell()
        self._context = copy_context()  # of the cell: on ipykernel 7 it says where an output belongs
        self._lock = threading.RLock()
        self._bar: ProgressBar | None = None
        self._begun = self._is_first = False
        self._state: ProgressState | None = None
        self._note, self._failed = "", 0.0
        self._problems: list[str] = []
        self._stop_callbacks: list[Callable[[], object]] = []

    def start_from(self, state: ProgressState) -> None:
        """What is shown until the first report."""
        with self._lock:
            self._state = self._state or state

    def begin(self) -> None:
        """Shows it now if it is the first of its cell, else a moment later; the first report does so, too."""
        with self._lock:
            if self._begun:
                return
            self._begun, self._is_first = True, self._cell.has_no_bar()
        if not self._is_first or not pace.at_once(self._show, messages=OPENING + SHOWING):
            self._ask_to_show()

    def __call__(self, state: ProgressState) -> None:
        """Shows a report."""
        with self._lock:
            self._state = state
        self.begin()
        if self._bar is not None:
            self._bar(state)
        elif self._is_first or state.status == "running":
            self._ask_to_show()
        else:
            with self._lock:
                self._renew_line()

    def on_stop(self, callback: Callable[[], object]) -> None:
        """Offers a button 'Stop' beside the bar."""
        with self._lock:
            self._stop_callbacks.append(callback)
            if self._bar is not None:
                self._bar.on_stop(callback)

    def tell(self, note: str, failed: float = 0.0) -> None:
        """Sets the line below the bar, and which share of what was counted failed, in percent."""
        with self._lock:
            self._note, self._failed = note, failed
            if self._bar is not None:
                self._bar.note, self._bar.failed = note, failed
            self._renew_line()

    def tell_problem(self, problem: str) -> None:
        """Adds a line below the bar and its note."""
        with self._lock:
            self._problems.append(problem)
            if self._bar is not None:
                self._bar.tell_problem(problem)
            self._renew_line()

    def _renew_line(self) -> None:
        """What has ended without having been shown says so in a line; another report may show it after all."""
        state = self._state
        if self._bar is None and not self._is_first and state is not None and state.status != "running":
            pace.withdraw(self._show_in_cell)
            line = ", ".join(filter(None, [str(state), self._note]))
            well = state.status == "done" and not self._problems
            self._cell.keep(self, "\n".join([line, *self._problems]), well=well)

    def _ask_to_show(self) -> None:
        after = 0.0 if self._is_first else DELAY
        pace.ask(self._show_in_cell, kept=True, messages=OPENING + SHOWING, after=after)

    def _show_in_cell(self) -> None:
        self._context.copy().run(self._show)

    def _show(self) -> None:
        with self._lock:
            if self._bar is not None:
                return
            bar = ProgressBar(state=self._state)
            bar.note, bar.failed, bar.problems = self._note, self._failed, self._problems
            for callback in self._stop_callbacks:
                bar.on_stop(callback)
            display(bar)  # type: ignore[no-untyped-call]
            self._bar = bar
            self._cell.drop(self)


class _Cell:
    """What the bars of one cell share: who was first, and the lines of the short ones."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._has_bar = False
        self._lines: dict[CellBar, tuple[str, bool]] = {}
        self._dropped = 0
        self._display_id: str | None = None
        self._context = copy_context()

    def has_no_bar(self) -> bool:
        """Whether nobody has asked before."""
        with self._lock:
            asked, self._has_bar = self._has_bar, True
            return not asked

    def keep(self, bar: CellBar, line: str, *, well: bool) -> None:
        """Adds or renews the final line of a bar; the oldest make room, those that went well first."""
        with self._lock:
            self._lines[bar] = line, well
            if len(self._lines) > MOST_LINES:
                oldest = next((old for old, (_, fine) in self._lines.items() if fine), bar)
                del self._lines[oldest]
                self._dropped += 1
        pace.ask(self._send_in_cell, kept=True, after=LINES_PAUSE)

    def drop(self, bar: CellBar) -> None:
        """The bar is shown after all."""
        with self._lock:
            if self._lines.pop(bar, None) is not None:
                pace.ask(self._send_in_cell, kept=True)

    def _send_in_cell(self) -> None:
        self._context.copy().run(self._send)

    def _send(self) -> None:
        with self._lock:
            known, lines, dropped = self._display_id, [line for line, _ in self._lines.values()], self._dropped
            self._display_id = known or uuid.uuid4().hex
        if lines or known:
            publish_display_data(  # type: ignore[no-untyped-call]
                {"text/html": _html(lines, dropped), "text/plain": "\n".join(lines)},
                transient={"display_id": self._display_id},
                update=known is not None,
            )


def _html(lines: list[str], dropped: int) -> str:
    older = [_line_html(line) for line in lines[:-OPEN_LINES]]
    newer = "<br>".join(_line_html(line) for line in lines[-OPEN_LINES:])
    if not older:
        return f'<div class="ingw-lines"><p>{newer}</p></div>'
    summary = f"{len(older) + dropped:,} more short bars"
    if dropped:
        older.insert(0, f"… {dropped:,} older ones that are not kept")
    details = f"<details><summary>{summary}</summary>{'<br>'.join(older)}</details>"
    return f'<div class="ingw-lines">{details}<p>{newer}</p></div>'


def _line_html(line: str) -> str:
    return html.escape(line).replace("\n", "<br>")


_lock = threading.Lock()
_cell: _Cell | None = None


def _running_cell() -> _Cell:
    global _cell
    with _lock:
        if _cell is None:
            _cell = _Cell()
            call_on("pre_run_cell", _forget_cell)
            call_on("post_run_cell", _forget_cell)
            call_on("post_run_cell", finish_cell)
        return _cell


def _forget_cell(_: object) -> None:
    global _cell
    _cell = None
