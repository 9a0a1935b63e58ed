"""A view of a corpus to search and look around in, without ingesting."""

from __future__ import annotations

import os
from typing import Any

from ingest_widgets.corpus import Corpus
from ingest_widgets.counted import counted
from ingest_widgets.notebook.esm import panel_style, script
from ingest_widgets.notebook.live_widget import Buffers, LiveWidget, Request
from ingest_widgets.notebook.run_table import RunTable


class CorpusView(LiveWidget):
    """Search, files and pages of a corpus.

    Args:
        corpus: A `Corpus` or the path of one.

    Raises:
        CorpusNotFound: There is no corpus at that path.
    """

    _esm = script("corpus_view.js")
    _css = panel_style()

    def __init__(self, corpus: Corpus | str | os.PathLike[str]) -> None:
        self._corpus = corpus if isinstance(corpus, Corpus) else Corpus(corpus, read_only=True)
        self._pages = 0
        super().__init__(RunTable(), "corpus")

    def _hello(self, request: Request, buffers: Buffers) -> None:
        super()._hello(request, buffers)
        self._errand("files", self._show_corpus)

    def _show_corpus(self) -> None:
        records = self._corpus.files()
        self._pages = sum(record.pages for record in records)
        self._table.show(records)

    def _saved_html(self) -> str:
        self._show_corpus()
        return super()._saved_html()

    def _facts(self) -> dict[str, Any]:
        return {"corpus": str(self._corpus.path), "running": False, "sentence": self._sentence()}

    def _sentence(self) -> str:
        files = len(self._table.rows)
        return f"{self._corpus.path.name}: {counted(files, 'file')}, {counted(self._pages, 'page')}"

    def _readable_corpus(self) -> Corpus | None:
        return self._corpus

    def __repr__(self) -> str:
        return f"CorpusView({self._corpus!r})"
