"""What our larger widgets have in common: their talk with the page, and looking around in a corpus."""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

import anywidget
from traitlets import Unicode

from ingest_widgets.corpus import Corpus
from ingest_widgets.errors import IngestError
from ingest_widgets.notebook.errands import Errands
from ingest_widgets.notebook.kernel_comm import listen
from ingest_widgets.notebook.message_pace import OPENING, pace
from ingest_widgets.notebook.page_image import page_answer
from ingest_widgets.notebook.run_table import RunTable
from ingest_widgets.notebook.saved_output import SAVED_SECONDS, UNDER_WAY, SavedOutput

Request = dict[str, Any]
Buffers = list[memoryview]
MOST_HITS = 500
_NO_THREADS = (
    "Python in the browser (JupyterLite, Pyodide) has no threads and no processes to read PDFs in: "
    "open this notebook in JupyterLab, Notebook 7 or VS Code with a kernel of its own."
)


class LiveWidget(anywidget.AnyWidget):
    """A widget whose page asks by messages and is answered by numbered patches; nothing of it is in a trait.

    Rows, texts and images would otherwise land in the saved notebook, and each trait would send messages of its own.

    Args:
        table: The files it shows.
        face: What the page makes of it: `panel`, `job` or `corpus`.

    Raises:
        IngestError: Python runs in the browser, where nothing of this can work.
    """

    _face = Unicode("panel").tag(sync=True)
    _line = Unicode("").tag(sync=True)

    def __init__(self, table: RunTable, face: str = "panel") -> None:
        if sys.platform == "emscripten":
            raise IngestError(_NO_THREADS)
        super().__init__(_line=listen(self._heard_on_line), _face=face)
        pace.note(OPENING)
        self._table = table
        self._saved = SavedOutput()
        self._errands = Errands()
        self._box_lock = threading.Lock()
        self._box: dict[str, Any] = {}
        self._buffers: list[bytes] = []
        self._state_is_due = False
        self._sequence = 0
        self._saved_until = 0.0
        self._written: list[tuple[int, int]] = []
        self._was_greeted = False
        self._feed = table.follow(self._rows_changed)
        self._requests: dict[str, Callable[[Request, Buffers], None]] = {
            "hello": self._hello,
            "search": lambda request, _: self._errand("search", lambda: self._search(request)),
            "page": lambda request, _: self._errand("page", lambda: self._show_page(request)),
        }
        self.on_msg(self._heard)

    def close(self) -> None:
        """Ends the widget; a run that it shows goes on."""
        if self.comm is not None:  # ipywidgets closes again when it is collected, also what was never quite made
            self._errands.close()
            self._table.leave(self._feed)
        super().close()

    # What the page asks, in a thread of the kernel's choice.

    def _heard_on_line(self, request: Request, buffers: Buffers) -> None:
        self._heard(None, request, buffers)

    def _heard(self, _: object, request: Request, buffers: Buffers) -> None:
        kind = request.get("kind")
        if kind in self._requests:
            self._guarded(lambda: self._requests[kind](request, buffers))

    def _errand(self, kind: str, work: Callable[[], None]) -> None:
        self._errands.do(kind, lambda: self._guarded(work))

    def _guarded(self, work: Callable[[], None]) -> None:
        """Jupyter hides what a callback or a thread raises: it is shown where the user looks."""
        try:
            work()
        except IngestError as error:
            self.tell_problem(str(error))
        except Exception as error:  # noqa: BLE001 - shown with its traceback in the widget
            why = f"{type(error).__name__}: {error}".rstrip(".: ")
            self.tell_problem(f"This went wrong: {why}.", "".join(traceback.format_exception(error)))

    def _hello(self, request: Request, _: Buffers) -> None:
        self._feed.everything()
        self._tell_state()
        if self._was_greeted:  # this one was reloaded, or opened later: it holds what was saved by then
            self._update_saved(urgent=False)
        self._was_greeted = True

    def _search(self, request: Request) -> None:
        query, offset = str(request["query"]), int(request["offset"])
        answer: dict[str, Any] = {"ask": request["ask"], "query": query, "offset": offset, "total": 0, "hits": []}
        try:
            corpus = self._readable_corpus()
            if corpus is not None:
                found = corpus.search(query, limit=min(int(request["limit"]), MOST_HITS), offset=offset)
                hits = [{"file": h.file, "page": h.page, "snippet": h.snippet, "spans": h.spans} for h in found]
                answer |= {"total": found.total, "seconds": found.seconds, "hint": found.hint, "hits": hits}
        except Exception:
            self._tell(results=answer | {"error": "The search failed."})
            raise
        self._tell(results=answer)
        self._follow_corpus()

    def _show_page(self, request: Request) -> None:
        try:
            answer, image = page_answer(self._readable_corpus(), request)
        except Exception:
            self._tell(page={"ask": request["ask"], "error": "The page can't be shown."})
            raise
        self._tell(page=answer, buffers=[image] if image else [])
        self._follow_corpus()

    def _follow_corpus(self) -> None:
        """Whoever searches sees what others wrote meanwhile: the list of files is to be of the same time."""
        corpus = self._readable_corpus()
        written = [_stamp(f"{corpus.path}{ending}") for ending in ("", "-wal")] if corpus else []
        if written != self._written:
            self._written = written
            self._errand("files", self._show_corpus)

    # What the page is told.

    def tell_problem(self, sentence: str, details: str = "") -> None:
        """Shows a sentence in the widget, with details to unfold. From any thread."""
        self._tell(problem={"sentence": sentence, "details": details})

    def _tell_state(self) -> None:
        """The next patch holds the facts, as they are by then."""
        with self._box_lock:
            self._state_is_due = True
        self._send_soon(urgent=True)

    def _tell(self, *, buffers: list[bytes] | None = None, **parts: Any) -> None:
        """Puts parts into the next patch, in place of older ones of the same name, and sends it soon."""
        with self._box_lock:
            self._box |= parts
            if buffers is not None:
                self._buffers = buffers
        self._send_soon(urgent=True)

    def _rows_changed(self) -> None:
        ended = self._table.summary is not None
        self._send_soon(urgent=self._feed.emptied or ended)
        if ended:
            self._update_saved()

    def _send_soon(self, *, urgent: bool = False) -> None:
        pace.ask(self._send_patch, urgent=urgent)

    def _send_patch(self) -> None:
        """Sends one message; only the thread of the pace calls this, so numbers and messages keep their order."""
        rows = self._feed.take()
        with self._box_lock:
            parts, self._box = self._box, {}
            buffers, self._buffers = self._buffers, []
            state_is_due, self._state_is_due = self._state_is_due, False
        if rows is not None:
            parts["rows"] = rows
        if rows is not None or state_is_due:
            self._guarded(lambda: parts.update(state=self._facts()))
        parts |= self._more_parts()
        if parts:
            self._sequence += 1
            self.send({"kind": "patch", "seq": self._sequence, **parts}, buffers)
        if self._feed.dirty:
            self._send_soon()
        # The first rows are waited for: what would be saved comes behind them.
        if rows is not None and parts.get("state", {}).get("running") and time.monotonic() > self._saved_until:
            self._update_saved(urgent=False)

    # What each widget fills in.

    def _facts(self) -> dict[str, Any]:
        """The small things: counts, sentence, whether a run is under way."""
        raise NotImplementedError

    def _more_parts(self) -> dict[str, Any]:
        """Anything else for the next patch."""
        return {}

    def _readable_corpus(self) -> Corpus | None:
        """The corpus to search; None as long as there is none."""
        raise NotImplementedError

    def _show_corpus(self) -> None:
        """Lists the files of the corpus, where it isn't those of a run that are shown."""

    # As a cell's value.

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live view; beside it, in an output of its own, what stays when the notebook is saved."""
        self._saved.show(self._saved_html())
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        bundle = {**data, "text/plain": self._plain_name()}
        return (bundle, metadata) if metadata else bundle

    def _plain_name(self) -> str:
        """What stands in a saved notebook for the view itself: nothing that is out of date when the run has ended."""
        return repr(self)

    def _update_saved(self, *, urgent: bool = True) -> None:
        self._saved_until = time.monotonic() + SAVED_SECONDS
        pace.ask(self._send_saved, urgent=urgent, kept=urgent)

    def _send_saved(self) -> None:
        self._guarded(self._keep_saved)

    def _keep_saved(self) -> None:
        html = self._saved_html()
        self._saved.update(html)
        self._tell(kept=self._saved.kept(html))

    def _saved_html(self) -> str:
        facts = self._facts()
        goes_on = facts["running"] and self._table.summary is None
        return self._table.saved_html(facts["sentence"] + (UNDER_WAY if goes_on else ""))


def _stamp(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size
