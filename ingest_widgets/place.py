"""What shows progress best where we are: the one room that asks, light enough for a tracker that is used alone."""

from __future__ import annotations

import sys
from typing import Any

import ingest_widgets.progress.tracker as progress_room
from ingest_widgets.progress import LogSink, ProgressTracker, Sink

__all__ = ["ProgressTracker", "in_kernel", "suiting_sinks"]


def suiting_sinks() -> list[Sink]:
    """A widget in a notebook, a bar on a terminal, log lines elsewhere; `ProgressTracker(sinks=None)` asks, too."""
    if in_kernel():
        from ingest_widgets.notebook.cell_bar import CellBar

        return [CellBar()]
    if _is_terminal(sys.stderr):
        from ingest_widgets.progress import TerminalSink

        return [TerminalSink()]
    return [LogSink()]


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):  # none at all, one that a program put in its place, a closed one
        return False


progress_room.default_sinks = suiting_sinks


def in_kernel() -> bool:
    """Whether a Jupyter kernel runs us: asked of what is loaded already, so that nothing is loaded for the question."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")
