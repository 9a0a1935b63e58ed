"""What stays in a saved notebook of a widget: plain HTML in an output of its own.

A notebook that is opened without a kernel, or converted, can't show a widget. HTML in the widget's own bundle would not
help: a trusted notebook prefers the widget and says 'model not found'. So the HTML stands beside it, hidden by the live
widget's CSS, and is replaced when the run has ended.
"""

from __future__ import annotations

import re
import sys
import uuid
from collections.abc import Callable
from typing import Any

from ingest_widgets.notebook.message_pace import SHOWING, pace

LONGEST_WAIT = 3.0
"""Seconds a cell may go on at its end until what its notebook keeps has been sent."""
SAVED_SECONDS = 5.0
"""How old what a saved notebook would say gets while a run goes on."""
UNDER_WAY = " (under way when this was saved)"
_TAGS = re.compile(r"<[^>]*>")


class SavedOutput:
    """One HTML output, shown once and kept up to date from any thread.

    A page that was reloaded doesn't know the display's id any more, nor does a cell that was moved: an update of it is
    lost. The page finds the output by its class instead, see labextension/static/kept_outputs.js.
    """

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._class = f"ingw-kept-{uuid.uuid4().hex[:12]}"

    def show(self, html: str) -> None:
        """Puts it below what the running cell has shown so far; without IPython there is nowhere to put it."""
        if not has_ipython():
            return
        call_on("post_run_cell", finish_cell)
        name = uuid.uuid4().hex
        self._ids.append(name)
        self._publish(html, transient={"display_id": name})
        pace.note(SHOWING)

    def update(self, html: str) -> None:
        """Replaces it wherever it was shown."""
        for name in self._ids:
            self._publish(html, transient={"display_id": name}, update=True)

    def kept(self, html: str) -> dict[str, Any] | None:
        """What the page needs to find and replace it; None while it is shown nowhere."""
        return {"class": self._class, "data": self._bundle(html)} if self._ids else None

    def _bundle(self, html: str) -> dict[str, str]:
        return {"text/html": f'<div class="{self._class}">{html}</div>', "text/plain": _plain(html)}

    def _publish(self, html: str, **how: Any) -> None:
        from IPython.display import publish_display_data

        publish_display_data(self._bundle(html), **how)  # type: ignore[no-untyped-call]


def has_ipython() -> bool:
    """Whether anything can be displayed at all; IPython isn't loaded for the question."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


def call_on(event: str, callback: Callable[..., object]) -> None:
    """Registers a callback with IPython, once."""
    from IPython import get_ipython

    events = get_ipython().events
    if callback not in events.callbacks[event]:
        events.register(event, callback)


def finish_cell(_: object) -> None:
    """A notebook that is executed from end to end (nbconvert, papermill) is written when its last cell has ended."""
    pace.finish(LONGEST_WAIT)


def _plain(html: str) -> str:
    """Its first sentence, for what can't show HTML."""
    from html import unescape

    return unescape(_TAGS.sub("", html.partition("</p>")[0]))
