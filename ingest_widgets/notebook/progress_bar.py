"""The bar in a notebook: a sink that shows what it is told, at the pace that a page can take."""

from __future__ import annotations

import html
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import anywidget
from traitlets import Bool, Float, Instance, List, Unicode, validate

from ingest_widgets.notebook.esm import script, style
from ingest_widgets.notebook.kernel_comm import listen
from ingest_widgets.notebook.message_pace import OPENING, pace
from ingest_widgets.notebook.saved_output import SAVED_SECONDS, UNDER_WAY, SavedOutput, has_ipython
from ingest_widgets.progress import ProgressTracker
from ingest_widgets.progress.state import ProgressState, counts, sentence
from ingest_widgets.progress.state import pace as pace_words
from ingest_widgets.shortened import brief, shortened

MOST_PROBLEMS = 100
_LONGEST = 500
_FIRST_SAVED_SECONDS = 1.0
"""Most bars have ended by then: they are spared messages about their way."""


class ProgressBar(anywidget.AnyWidget):
    """A progress bar as a widget: `bar = ProgressBar(); display(bar); ProgressTracker(total, sinks=[bar])`.

    Its attributes are right at once; the page hears of them by at most ten messages a second, the last one always.
    Any thread may call it and set its attributes.

    Args:
        tracker: Whose reports it shows, from now on.
        state: What it shows at first, without a message of its own.

    Attributes:
        value: What was counted.
        max: The total; without one 1, and at the end what was counted.
        note: A line below the bar.
        problems: Lines below that, at most 100 of them, each at most 500 characters.
        failed: Which share of what was counted failed, in percent: that much of the bar is red.
    """

    _esm = script("progress_bar.js")
    _css = style("progress_bar.css")

    value = Float(0.0).tag(sync=True)
    max = Float(1.0).tag(sync=True)
    note = Unicode("").tag(sync=True)
    problems = List(Unicode(), []).tag(sync=True)
    failed = Float(0.0).tag(sync=True)
    _percent = Float(0.0, allow_none=True).tag(sync=True)
    _status = Unicode("running").tag(sync=True)
    _desc = Unicode("").tag(sync=True)
    _words = Unicode("").tag(sync=True)
    _reason = Unicode("").tag(sync=True)
    _stoppable = Bool(False).tag(sync=True)
    _stopping = Bool(False).tag(sync=True)
    _line = Unicode("").tag(sync=True)
    _kept = Instance(dict, allow_none=True).tag(sync=True)

    def __init__(self, tracker: ProgressTracker | None = None, *, state: ProgressState | None = None) -> None:
        if tracker is not None and not isinstance(tracker, ProgressTracker):
            raise TypeError(
                f"tracker is a ProgressTracker, not {brief(tracker)}: ProgressTracker(total, sinks=[ProgressBar()])"
            )
        self._lock = threading.RLock()
        self._unsent: set[str] = set()
        self._html_is_old = self._displayed = self._reporting = False
        self._saved = SavedOutput()
        self._saved_until = 0.0
        self._stop_callbacks: list[Callable[[], object]] = []
        super().__init__(_line=listen(self._heard), **(_traits(state) if state else {}))
        pace.note(OPENING)
        self.on_msg(lambda _, content, buffers: self._heard(content, buffers))
        if tracker is not None:
            tracker.subscribe(self)
            self(tracker.state)

    def __call__(self, state: ProgressState) -> None:
        """Shows a report."""
        self._reporting = True
        try:
            self._take(state)
        finally:
            self._reporting = False
        self._ask_to_send()

    def on_stop(self, callback: Callable[[], object]) -> None:
        """Offers a button 'Stop' that calls `callback`, in a thread of the kernel's choice; one button for all."""
        self._stop_callbacks.append(callback)
        self._stoppable = True

    def tell_problem(self, problem: str) -> None:
        """Adds a line to `problems`."""
        self.problems = [*self.problems, problem]

    def send_state(self, key: str | Iterable[str] | None = None) -> None:
        """Called for each change of a synced trait: notes it for the next message."""
        keys = self.keys if key is None else [key] if isinstance(key, str) else key
        with self._lock:
            self._unsent.update(keys)
            if keys == ["_kept"]:  # it goes along with the next message
                return
            self._html_is_old = self._displayed
        if not self._reporting:
            self._ask_to_send()

    # What is shown

    @property
    def _has_ended(self) -> bool:
        return bool(self._status != "running")

    def _take(self, state: ProgressState) -> None:
        if self._has_ended and state.status == "running":
            self._stopping = False
        for name, value in _traits(state).items():
            setattr(self, name, value)

    @validate("problems")
    def _cap(self, proposal: dict[str, Any]) -> list[str]:
        return [shortened(text, _LONGEST) for text in proposal["value"][:MOST_PROBLEMS]]

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live bar; beside it, in an output of its own, what stays when the notebook is saved."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        # What isn't the end would be out of date in the saved notebook.
        plain = self._line_of_text() if self._has_ended else ": ".join(filter(None, [self._desc, "progress bar"]))
        bundle = {**data, "text/plain": plain}
        if has_ipython():
            self._displayed = True
            self._saved_until = time.monotonic() + _FIRST_SAVED_SECONDS
            self._saved.show(self._html())
        else:
            bundle["text/html"] = self._html()
        return (bundle, metadata) if metadata else bundle

    def _line_of_text(self) -> str:
        ending = f"{self._status}: {self._reason}".rstrip(": ") if self._has_ended and self._status != "done" else ""
        head = f"{self._desc}: " if self._desc else ""
        line = head + ", ".join(filter(None, [self._words, ending, self.note]))
        return line + ("" if self._has_ended else UNDER_WAY) if line else "no progress yet"

    def _html(self) -> str:
        problems = "".join(f"<li>{html.escape(text)}</li>" for text in self.problems)
        listed = f"<ul>{problems}</ul>" if problems else ""
        return f'<div class="ingw-saved"><p>{html.escape(self._line_of_text())}</p>{listed}</div>'

    # What is sent, by the thread of the pace

    def _ask_to_send(self) -> None:
        if self._has_ended:
            pace.ask(self._send_news, urgent=True, kept=True, messages=2)
            return
        pace.ask(self._send_news)
        if self._html_is_old:
            pace.ask(self._send_html, kept=True, after=self._saved_until - time.monotonic())

    def _send_news(self) -> None:
        if self._html_is_old and self._has_ended:
            pace.withdraw(self._send_html)
            self._send_html()
        with self._lock:
            keys, self._unsent = self._unsent, set()
        if keys and self.comm is not None:
            super().send_state(keys)

    def _send_html(self) -> None:
        self._html_is_old = False
        self._saved_until = time.monotonic() + SAVED_SECONDS
        page = self._html()
        self._saved.update(page)
        self._kept = self._saved.kept(page)

    # What the page says

    def _heard(self, content: dict[str, Any], _: list[memoryview] | None = None) -> None:
        if content.get("kind") == "stop" and not (self._stopping or self._has_ended):
            self._stop()

    def _stop(self) -> None:
        self._stopping = True
        for callback in self._stop_callbacks:
            try:
                callback()
            except Exception as error:  # noqa: BLE001 - Jupyter would hide it: it is shown where the user looks
                self.tell_problem(f"Stop failed: {sentence(error)}")


def words(state: ProgressState) -> str:
    """`40% 40/100 [00:12<00:18, 3.33 it/s]`, in tqdm's words."""
    percent = f"{int(state.percent)}% " if state.percent is not None and state.total else ""  # 0/0 is no percentage
    return f"{percent}{counts(state)} [{pace_words(state)}]"


def _traits(state: ProgressState) -> dict[str, Any]:
    ended = state.status != "running"
    total = state.total if state.total is not None or not ended else state.current
    return {
        "max": float(total or 1),
        "value": float(state.current),
        "_percent": 0.0 if total == 0 else 100.0 if state.status == "done" else state.percent,
        "_desc": state.desc,
        "_words": words(state),
        "_reason": state.reason,
        "_status": state.status,
    }
