"""The nouns that travel between the rooms: frozen, picklable, and JSON-able through `to_dict`."""

from __future__ import annotations

from ingest_widgets.documents.extraction import Extraction, main_engine, missing_in_words, pages_in_words
from ingest_widgets.documents.file_record import FileRecord
from ingest_widgets.documents.run_summary import RunSummary
from ingest_widgets.documents.source_file import FileKey, SourceFile
from ingest_widgets.documents.texts import Chunk, Hit, Page, ScannedLine

__all__ = [
    "Chunk",
    "Extraction",
    "FileKey",
    "FileRecord",
    "Hit",
    "Page",
    "RunSummary",
    "ScannedLine",
    "SourceFile",
    "main_engine",
    "missing_in_words",
    "pages_in_words",
]
