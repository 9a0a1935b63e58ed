"""Throttled progress for any loop: counts exactly from any thread, reports rarely, draws nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_widgets.lazy import fetcher
from ingest_widgets.progress.sinks import LogSink
from ingest_widgets.progress.state import ProgressState, ProgressStatus, ProgressUpdate, Sink
from ingest_widgets.progress.tracker import ProgressTracker

if TYPE_CHECKING:
    from ingest_widgets.progress.terminal import TerminalSink

__all__ = ["LogSink", "ProgressState", "ProgressStatus", "ProgressTracker", "ProgressUpdate", "Sink", "TerminalSink"]

__getattr__ = fetcher(__name__, {"TerminalSink": "terminal"})  # brings rich along
