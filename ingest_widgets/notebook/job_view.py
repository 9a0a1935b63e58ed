"""The live view of an `IngestJob`: the panel without the ways to choose a source."""

from __future__ import annotations

import threading
from typing import Any

from ingest_widgets.corpus import Corpus
from ingest_widgets.notebook.esm import panel_style, script
from ingest_widgets.notebook.live_widget import LiveWidget
from ingest_widgets.notebook.run_table import LISTING, RunTable
from ingest_widgets.pipeline import IngestJob
from ingest_widgets.statuses import Status


class JobView(LiveWidget):
    """Bar, grid, Stop and search of one job.

    Args:
        job: May have begun or ended already.
        table: The observer of its run, so that it knows of every file.
    """

    _esm = script("ingest_panel.js")
    _css = panel_style()

    def __init__(self, job: IngestJob, table: RunTable) -> None:
        self._job = job
        super().__init__(table, "job")
        self._requests["stop"] = lambda _, __: self._stop()
        threading.Thread(target=self._await_end, name="ingest-job-view", daemon=True).start()

    def _stop(self) -> None:
        self._job.cancel()
        self._tell_state()

    def _await_end(self) -> None:
        self._guarded(self._wait)
        self._tell_state()

    def _wait(self) -> None:
        self._job.result()

    def _facts(self) -> dict[str, Any]:
        job, table = self._job, self._table
        running = job.status == "running"
        return {
            "source": f"Into {job.corpus.path.name}",
            "corpus": str(job.corpus.path),
            "running": running,
            "stopping": False,
            "total": len(table.rows),
            "finished": table.finished_files,
            "failed": table.counts[Status.FAILED.value],
            "sentence": LISTING if job.is_listing else table.sentence,
            "outcome": "" if running else job.status,
            "eta": table.seconds_left if running else None,
        }

    def _readable_corpus(self) -> Corpus | None:
        return self._job.corpus

    def _plain_name(self) -> str:
        return f"IngestJob(corpus={self._job.corpus.path.name!r})"

    def __repr__(self) -> str:
        return repr(self._job)
