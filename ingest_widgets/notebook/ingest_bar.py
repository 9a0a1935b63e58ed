"""What `ingest()` shows in a cell: one bar with the counts, the failures as they come, and one Stop."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ingest_widgets.documents import FileRecord, RunSummary, SourceFile
from ingest_widgets.notebook.progress_bar import ProgressBar
from ingest_widgets.notebook.run_table import reason_words
from ingest_widgets.pipeline import NullObserver
from ingest_widgets.statuses import Status

if TYPE_CHECKING:
    from ingest_widgets.pipeline import IngestJob

PROBLEMS_SHOWN = 20


class IngestBar(NullObserver):
    """Hears of each file and keeps the notes of its bar."""

    def __init__(self) -> None:
        self.bar = ProgressBar()
        self._counts: Counter[Status] = Counter()
        self._failed = 0

    def show(self, job: IngestJob) -> None:
        """Displays the bar in the running cell, with a Stop for this job."""
        from IPython.display import display

        self.bar.on_stop(job.cancel)
        display(self.bar)  # type: ignore[no-untyped-call]

    def finished(self, file: SourceFile, record: FileRecord, status: Status) -> None:
        """Counts it, and names it when it failed."""
        self._counts[status] += 1
        self.bar.note = str(RunSummary.of(self._counts))
        if status is Status.FAILED:
            self._failed += 1
            if self._failed <= PROBLEMS_SHOWN:
                self.bar.problems = [
                    *self.bar.problems,
                    f"{record.name}: {reason_words(record.reason)}. {record.detail}",
                ]

    def ended(self, summary: RunSummary) -> None:
        """The sentence of the run, and how many failures are not shown."""
        self.bar.note = str(summary)
        if self._failed > PROBLEMS_SHOWN:
            rest = f"… and {self._failed - PROBLEMS_SHOWN:,} more: corpus.files('failed') lists them all"
            self.bar.problems = [*self.bar.problems, rest]
