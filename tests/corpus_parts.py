"""Small files and extractions for the tests of the corpus, and what a search marks."""

from __future__ import annotations

import hashlib
from typing import Any

from ingest_widgets import Corpus
from ingest_widgets.documents import Extraction, Page, SourceFile
from ingest_widgets.statuses import Reason, Status


def source(name: str, path: str | None = None, **fields: Any) -> SourceFile:
    """A file that was listed, with a made-up size and time."""
    return SourceFile(name, path or f"/folder/{name}", **{"size": 10, "mtime_ns": 5, "folder": "folder", **fields})


def extraction(*texts: str, **fields: Any) -> Extraction:
    """What an engine would have read: a page a text."""
    pages = tuple(Page("", number, text, "pdfium") for number, text in enumerate(texts, 1))
    sha256 = hashlib.sha256("\f".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
    values: dict[str, Any] = {
        "page_count": len(texts),
        "pages": pages,
        "sha256": sha256,
        "engine": "pdfium",
        "seconds": 0.5,
    }
    return Extraction(**{"status": Status.INGESTED, **values, **fields})


def uploaded(name: str, data: bytes, text: str) -> tuple[SourceFile, Extraction]:
    """An upload, and what an engine would have read of it: one page."""
    return SourceFile(name, name, "upload", len(data), data=data), extraction(
        text, sha256=hashlib.sha256(data).hexdigest(), size=len(data)
    )


def failure(reason: Reason = Reason.CORRUPT, **fields: Any) -> Extraction:
    """What remains of a file that couldn't be read."""
    return Extraction(Status.FAILED, reason, "It is broken: mend it.", **fields)


def marked(corpus: Corpus, query: str) -> set[str]:
    """What is marked of the snippets that a query finds."""
    return {hit.snippet[start:end] for hit in corpus.search(query) for start, end in hit.spans}
