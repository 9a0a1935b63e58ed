"""The panel: choose a source, start and stop, watch the files, search and look at what is in already."""

from __future__ import annotations

import contextvars
import os
import threading
from typing import Any

from ingest_widgets.corpus import Corpus
from ingest_widgets.counted import counted
from ingest_widgets.notebook.esm import panel_style, script
from ingest_widgets.notebook.live_widget import Buffers, LiveWidget, Request
from ingest_widgets.notebook.message_pace import pace
from ingest_widgets.notebook.run_table import LISTING, RunTable
from ingest_widgets.notebook.source_completion import completions, pasted_path
from ingest_widgets.notebook.uploads import Uploads
from ingest_widgets.pipeline import IngestRun
from ingest_widgets.progress import ProgressTracker
from ingest_widgets.settings import get_settings
from ingest_widgets.shortened import brief
from ingest_widgets.statuses import Status


class IngestPanel(LiveWidget):
    """Ingests PDFs by mouse and keyboard, and shows what comes of it.

    Making one creates no file; the corpus appears with the first run. Everything may be called from any thread.

    Args:
        corpus: A `Corpus` or the path of one; None: `settings.corpus_path` as it is at the first use.
        source: What stands in the textbox 'Source' at first.

    Raises:
        TypeError: `corpus` is neither a `Corpus` nor a path, or `source` is no path.
        ValueError: `corpus` is a folder.
    """

    _esm = script("ingest_panel.js")
    _css = panel_style()

    def __init__(
        self, corpus: Corpus | str | os.PathLike[str] | None = None, source: str | os.PathLike[str] | None = None
    ) -> None:
        if corpus is not None and not isinstance(corpus, Corpus | str | os.PathLike):
            raise TypeError(f"corpus is a Corpus or the path of one, not {brief(corpus)}")
        if isinstance(corpus, str | os.PathLike) and os.path.isdir(os.path.expanduser(corpus)):
            raise ValueError(
                f"{os.fspath(corpus)!r} is a folder, not a corpus: IngestPanel(source={os.fspath(corpus)!r})"
            )
        if source is not None and not isinstance(source, str | os.PathLike):
            raise TypeError(f"source is a path, not {type(source).__name__}: for a list of several, use ingest()")
        self._given = corpus
        self._corpus: Corpus | None = corpus if isinstance(corpus, Corpus) else None
        self._source = self._typed = os.fspath(source) if source is not None else ""
        self._uploads = Uploads()
        self._looking = threading.Timer(0, lambda: None)
        self._run_lock = threading.Lock()
        self._run: IngestRun | None = None
        self._busy = self._stopping = self._has_run = False
        self._outcome = ""
        super().__init__(RunTable())
        self._requests |= {
            "start": self._start_requested,
            "stop": lambda _, __: self.stop(),
            "complete": lambda request, _: self._errand("complete", lambda: self._complete(str(request["text"]))),
            "upload_begin": self._upload_begins,
            "upload_slices": self._upload_comes,
            "upload_cancel": self._upload_ends,
        }

    @property
    def corpus(self) -> Corpus:
        """Where the pages go; opened when it is asked for."""
        with self._run_lock:
            if self._corpus is None:
                self._corpus = Corpus(self._corpus_path)
            return self._corpus

    @property
    def _corpus_path(self) -> str:
        if isinstance(self._given, Corpus):
            return str(self._given.path)
        return os.fspath(get_settings().corpus_path if self._given is None else self._given)

    def start(self, source: Any = None) -> None:
        """Begins a run and returns at once; a run that is under way goes on instead.

        Args:
            source: Anything that `ingest` takes; None: what stands in the textbox.
        """
        with self._run_lock:
            if self._busy:
                return
            self._busy, self._stopping = True, False
        if isinstance(source, str | os.PathLike):
            self._source = os.fspath(source)
        given = self._source if source is None else source
        # The settings that hold where it was started hold in the run.
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self._work, given), name="ingest-panel", daemon=True).start()

    def close(self) -> None:
        """Ends the widget; a run that it shows goes on."""
        if self.comm is not None:  # as in LiveWidget: also what was never quite made is closed
            self._looking.cancel()
        super().close()

    def stop(self) -> None:
        """Stops the run within a second: what was finished is kept, the rest is `cancelled`."""
        with self._run_lock:
            self._stopping = self._busy
            run = self._run
        if run is not None:
            run.cancel()
        self._tell_state()

    def _work(self, source: Any) -> None:
        """One run, in a thread of its own; uploads that came meanwhile follow."""
        self._tell_state()
        self._guarded(lambda: self._ingest(source))
        with self._run_lock:
            self._busy, self._run = False, None
        self._tell_state()
        self._start_uploaded()

    def _ingest(self, source: Any) -> None:
        settings = get_settings()
        tracker = ProgressTracker(desc="Ingest", unit="file", sinks=[])
        run = IngestRun(source, self.corpus, settings=settings, tracker=tracker, observer=self._table)
        with self._run_lock:
            self._run = run
            if self._stopping:
                run.cancel()
        outcome = "failed"
        try:
            run.run()
            outcome = "stopped" if self._stopping else "done"
        finally:
            if run.files is not None:  # else what was shown before stays
                self._has_run, self._outcome = True, outcome

    # What the page asks.

    def _start_requested(self, request: Request, _: Buffers) -> None:
        self._typed = str(request.get("source", self._source))
        self._source = pasted_path(self._typed)
        if self._source:
            self.start()
        elif self._uploads.waiting:
            self._start_uploaded()
        else:
            self.tell_problem("Name a source first: a folder, a file or a pattern such as papers/*.pdf.")
        self._tell_state()

    def _complete(self, text: str) -> None:
        options = completions(text)
        if not options and (path := pasted_path(text)) != text:
            options = completions(path)
        self._tell(completions={"text": text, "options": options})

    def _hello(self, request: Request, buffers: Buffers) -> None:
        self._uploads.give_up_abandoned(list(request.get("uploads", [])))
        super()._hello(request, buffers)
        if not self._has_run:
            self._errand("files", self._show_corpus)

    def _show_corpus(self) -> None:
        """Before the first run the grid shows what is in the corpus."""
        corpus = None if self._busy or self._has_run else self._readable_corpus()
        if corpus is None:
            return
        records = corpus.files()
        with self._run_lock:
            if not (self._busy or self._has_run):
                self._table.show(records)

    def _upload_begins(self, request: Request, _: Buffers) -> None:
        pace.heard()
        for refusal in self._uploads.begin(
            request["files"], get_settings().max_file_bytes, str(request.get("page", ""))
        ):
            self.tell_problem(refusal)
        self._send_soon()

    def _upload_comes(self, request: Request, buffers: Buffers) -> None:
        pace.heard()
        data = buffers[0] if buffers else b""
        for part in request["slices"]:
            size = int(part["size"])
            self._uploads.take(part["id"], int(part["offset"]), data[:size])
            data = data[size:]
        self._send_soon()
        self._start_uploaded()

    def _upload_ends(self, request: Request, _: Buffers) -> None:
        self._uploads.cancel(request["id"])
        if "problem" in request:
            self.tell_problem(str(request["problem"]))
        self._start_uploaded()

    def _start_uploaded(self) -> None:
        """Once all uploads have come and nothing runs, they are ingested; until then they wait."""
        if self._busy or not self._uploads.waiting:
            return
        if self._uploads.coming:
            self._look_again()
        else:
            self.start(self._uploads.take_ready())

    def _look_again(self) -> None:
        """A page that was reloaded never sends the rest: those that are there don't wait for it."""
        with self._run_lock:
            if self._looking.is_alive() and threading.current_thread() is not self._looking:
                return
            self._looking = threading.Timer(self._uploads.patience + 0.1, self._guarded, (self._start_uploaded,))
            self._looking.daemon = True
            self._looking.start()
        self._tell_state()

    # What the page is told.

    def _facts(self) -> dict[str, Any]:
        table = self._table
        counts = not self._is_listing and (self._busy or self._has_run)
        finished = table.finished_files if counts else 0
        return {
            "source": self._source,
            "typed": self._typed,
            "corpus": self._shown_path(),
            "running": self._busy,
            "stopping": self._stopping and self._busy,
            "total": len(table.rows) if counts else 0,
            "finished": finished,
            "failed": table.counts[Status.FAILED.value] if counts else 0,
            "sentence": self._sentence(),
            "outcome": self._outcome,
            "eta": table.seconds_left if counts else None,
            "hint": self._hint(),
            "max_file_bytes": get_settings().max_file_bytes,
        }

    @property
    def _is_listing(self) -> bool:
        """Whether what the table holds isn't of this run yet."""
        run = self._run
        return self._busy and (run is None or run.files is None)

    def _sentence(self) -> str:
        if self._is_listing:
            return LISTING
        if self._busy or self._has_run:
            return self._table.sentence
        if not self._table.rows:
            return "Nothing ingested yet."
        pages = sum(row[5] for row in self._table.rows)
        files = counted(len(self._table.rows), "file")
        return f"In {os.path.basename(self._corpus_path)}: {files}, {counted(pages, 'page')}"

    def _hint(self) -> str:
        waiting = len(self._uploads.waiting)
        if waiting and self._busy:
            return f"{waiting} uploaded: queued until this run has ended."
        return "What was uploaded is queued until the rest has come." if waiting and self._uploads.coming else ""

    def _saved_html(self) -> str:
        self._guarded(self._show_corpus)
        return super()._saved_html()

    def _shown_path(self) -> str:
        """The corpus as code in a cell names it: relative where that is shorter."""
        path = os.path.abspath(self._corpus_path)
        below = os.path.relpath(path)
        return path if below.startswith("..") else below

    def _more_parts(self) -> dict[str, Any]:
        news = self._uploads.news()
        return {"uploads": news} if news else {}

    def _readable_corpus(self) -> Corpus | None:
        """Opens a corpus that is there, and makes none."""
        if self._corpus is None and not os.path.exists(os.path.expanduser(self._corpus_path)):
            return None
        return self.corpus

    def _plain_name(self) -> str:
        return f"IngestPanel(corpus={self._shown_path()!r})"

    def __repr__(self) -> str:
        return f"{self._plain_name()}: {self._sentence()}"
