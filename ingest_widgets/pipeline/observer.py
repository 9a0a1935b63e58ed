"""Who hears what happens to each file of a run."""

from __future__ import annotations

from typing import Protocol

from ingest_widgets.documents import FileRecord, RunSummary, SourceFile
from ingest_widgets.statuses import Status


class RunObserver(Protocol):
    """Hears what happens to each file, from the run's own thread; it must be quick and must not raise."""

    def listed(self, files: list[SourceFile]) -> None:
        """All files of the run, in name order, before the first is read."""

    def started(self, file: SourceFile) -> None:
        """A worker has it, or will have it next."""

    def finished(self, file: SourceFile, record: FileRecord, status: Status) -> None:
        """Its record is in the corpus; `status` is what it counts as in this run."""

    def ended(self, summary: RunSummary) -> None:
        """Nothing more will come."""


class NullObserver:
    """Lets it all pass by; derive from it to hear only some of it."""

    def listed(self, files: list[SourceFile]) -> None:
        """Not heard."""

    def started(self, file: SourceFile) -> None:
        """Not heard."""

    def finished(self, file: SourceFile, record: FileRecord, status: Status) -> None:
        """Not heard."""

    def ended(self, summary: RunSummary) -> None:
        """Not heard."""
