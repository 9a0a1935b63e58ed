"""The faces of the notebook; each is fetched at its first use, so that the core can be used without a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_widgets.lazy import fetcher

if TYPE_CHECKING:
    from ingest_widgets.notebook.corpus_view import CorpusView
    from ingest_widgets.notebook.ingest_panel import IngestPanel
    from ingest_widgets.notebook.magics import load_ipython_extension, unload_ipython_extension
    from ingest_widgets.notebook.progress_bar import ProgressBar

_ROOM_OF = {
    "CorpusView": "corpus_view",
    "IngestPanel": "ingest_panel",
    "ProgressBar": "progress_bar",
    "load_ipython_extension": "magics",
    "unload_ipython_extension": "magics",
}

__all__ = ["CorpusView", "IngestPanel", "ProgressBar", "load_ipython_extension", "unload_ipython_extension"]

__getattr__ = fetcher(__name__, _ROOM_OF)
