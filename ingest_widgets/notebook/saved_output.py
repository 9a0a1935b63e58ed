"""What stays in a saved notebook of a widget: plain HTML in an output of its own.

A notebook that is opened without a kernel, or converted, can't show a widget. HTML in the widget's own bundle would not
help: a trusted notebook prefers the widget and says 'model not found'. So the HTML stands beside it, hidden by the live
widget's CSS, and is replaced when the run has ended.
"""

from __future__ import annotations

import re
import sys
import uuid
from typing import Any

_TAGS = re.compile(r"<[^>]*>")


class SavedOutput:
    """One HTML output, shown once and kept up to date from any thread."""

    def __init__(self) -> None:
        self._ids: list[str] = []

    def show(self, html: str) -> None:
        """Puts it below what the running cell has shown so far; without IPython there is nowhere to put it."""
        ipython = sys.modules.get("IPython")
        if ipython is None or ipython.get_ipython() is None:
            return
        name = uuid.uuid4().hex
        self._ids.append(name)
        _publish(html, transient={"display_id": name})

    def update(self, html: str) -> None:
        """Replaces it wherever it was shown."""
        for name in self._ids:
            _publish(html, transient={"display_id": name}, update=True)


def _publish(html: str, **how: Any) -> None:
    from IPython.display import publish_display_data

    bundle = {"text/html": html, "text/plain": _plain(html)}
    publish_display_data(bundle, **how)  # type: ignore[no-untyped-call]


def _plain(html: str) -> str:
    """Its first sentence, for what can't show HTML."""
    from html import unescape

    return unescape(_TAGS.sub("", html.partition("</p>")[0]))
