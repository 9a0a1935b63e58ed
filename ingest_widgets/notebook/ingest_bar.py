"""What `ingest()` shows in a cell: one bar with the counts, the failures as they come, and one Stop."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest_widgets.documents import FileRecord, RunSummary, SourceFile
from ingest_widgets.notebook.cell_bar import CellBar
from ingest_widgets.notebook.run_table import finished_files, reason_words, under_way
from ingest_widgets.pipeline import NullObserver
from ingest_widgets.progress.state import ProgressState
from ingest_widgets.statuses import Status

if TYPE_CHECKING:
    from ingest_widgets.pipeline import IngestJob

PROBLEMS_SHOWN = 20


class IngestBar(CellBar, NullObserver):
    """Hears of each file and keeps the notes of its bar: they change with its count, so that both say the same."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: Counter[str] = Counter()
        self._files = 0

    def show(self, job: IngestJob) -> None:
        """Displays the bar in the running cell, with a Stop for this job."""
        self.start_from(replace(job.progress, percent=0.0))  # stripes would only flash: listing is short
        self.on_stop(job.cancel)
        self.begin()

    def __call__(self, state: ProgressState) -> None:
        """Shows a report."""
        if self._files:
            self._tell(under_way(self._counts, self._files))
        super().__call__(state)

    def listed(self, files: list[SourceFile]) -> None:
        """Knows how many there are."""
        self._files = len(files)

    def finished(self, file: SourceFile, record: FileRecord, status: Status) -> None:
        """Counts it, and names it when it failed."""
        self._counts[status] += 1
        if status is Status.FAILED and self._counts[status] <= PROBLEMS_SHOWN:
            self.tell_problem(f"{record.name}: {reason_words(record.reason)}. {record.detail}")

    def ended(self, summary: RunSummary) -> None:
        """The sentence of the run, and how many failures are not shown."""
        rest = self._counts[Status.FAILED] - PROBLEMS_SHOWN
        if rest > 0:
            self.tell_problem(f"… and {rest:,} more: corpus.files('failed') lists them all")
        self._tell(str(summary))

    def _tell(self, note: str) -> None:
        self.tell(note, 100 * self._counts[Status.FAILED] / max(1, finished_files(self._counts)))
