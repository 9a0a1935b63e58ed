"""A folder of PDFs becomes a searchable corpus, without leaving the notebook.

>>> from ingest_widgets import ingest
>>> corpus = ingest("papers/")                     # doctest: +SKIP
>>> corpus.search("entropy")                       # doctest: +SKIP

Importing this package loads the package logger and nothing else: every name below is fetched at its first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_widgets.lazy import fetcher as _fetcher
from ingest_widgets.logs import configure_at_import as _configure_at_import
from ingest_widgets.logs import configure_logging

if TYPE_CHECKING:
    from ingest_widgets.api import ingest, ingest_async, start_ingest
    from ingest_widgets.background_loop import run_sync, shutdown_background_loop
    from ingest_widgets.corpus import Corpus, CorpusRetriever, Keyword, SearchResults
    from ingest_widgets.documents import Chunk, FileRecord, Hit, Page, RunSummary
    from ingest_widgets.errors import (
        CorpusDamaged,
        CorpusError,
        CorpusForeign,
        CorpusFull,
        CorpusLocked,
        CorpusNotFound,
        CorpusNotWritable,
        CorpusTooNew,
        EngineError,
        IngestError,
        IngestFailed,
        MissingExtra,
        RunSyncTimeout,
        SettingsError,
        SourceError,
        SourceNotFound,
    )
    from ingest_widgets.notebook import (
        CorpusView,
        IngestPanel,
        ProgressBar,
    )
    from ingest_widgets.notebook import load_ipython_extension as load_ipython_extension
    from ingest_widgets.notebook import unload_ipython_extension as unload_ipython_extension
    from ingest_widgets.pipeline import IngestJob
    from ingest_widgets.place import ProgressTracker
    from ingest_widgets.progress import LogSink, ProgressState, ProgressUpdate, TerminalSink
    from ingest_widgets.settings import Settings, get_settings, refresh_secrets, settings_override
    from ingest_widgets.statuses import Reason, Status

_ROOMS = {
    "api": "ingest ingest_async start_ingest",
    "background_loop": "run_sync shutdown_background_loop",
    "corpus": "Corpus CorpusRetriever Keyword SearchResults",
    "documents": "Chunk FileRecord Hit Page RunSummary",
    "errors": "CorpusDamaged CorpusError CorpusForeign CorpusFull CorpusLocked CorpusNotFound CorpusNotWritable "
    "CorpusTooNew EngineError IngestError IngestFailed MissingExtra RunSyncTimeout SettingsError SourceError "
    "SourceNotFound",
    "notebook": "CorpusView IngestPanel ProgressBar load_ipython_extension unload_ipython_extension",
    "pipeline": "IngestJob",
    "place": "ProgressTracker",
    "progress": "LogSink ProgressState ProgressUpdate TerminalSink",
    "settings": "Settings get_settings refresh_secrets settings_override",
    "statuses": "Reason Status",
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names.split()}

__all__ = [
    "Chunk",
    "Corpus",
    "CorpusDamaged",
    "CorpusError",
    "CorpusForeign",
    "CorpusFull",
    "CorpusLocked",
    "CorpusNotFound",
    "CorpusNotWritable",
    "CorpusRetriever",
    "CorpusTooNew",
    "CorpusView",
    "EngineError",
    "FileRecord",
    "Hit",
    "IngestError",
    "IngestFailed",
    "IngestJob",
    "IngestPanel",
    "Keyword",
    "LogSink",
    "MissingExtra",
    "Page",
    "ProgressBar",
    "ProgressState",
    "ProgressTracker",
    "ProgressUpdate",
    "Reason",
    "RunSummary",
    "RunSyncTimeout",
    "SearchResults",
    "Settings",
    "SettingsError",
    "SourceError",
    "SourceNotFound",
    "Status",
    "TerminalSink",
    "configure_logging",
    "get_settings",
    "ingest",
    "ingest_async",
    "refresh_secrets",
    "run_sync",
    "settings_override",
    "shutdown_background_loop",
    "start_ingest",
]

__version__ = "0.1.0"

_configure_at_import()

__getattr__ = _fetcher(__name__, _ROOM_OF)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
