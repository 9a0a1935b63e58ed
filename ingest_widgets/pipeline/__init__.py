"""The run itself: it takes a corpus, a tracker and an executor, and asks nobody where it is."""

from __future__ import annotations

from ingest_widgets.pipeline.job import IngestJob
from ingest_widgets.pipeline.observer import NullObserver, RunObserver
from ingest_widgets.pipeline.run import IngestRun

__all__ = ["IngestJob", "IngestRun", "NullObserver", "RunObserver"]
