"""The corpus: pages with their files and numbers, found in a blink, in one SQLite file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_widgets.lazy import fetcher

if TYPE_CHECKING:
    from ingest_widgets.corpus.corpus import Corpus
    from ingest_widgets.corpus.retriever import CorpusRetriever
    from ingest_widgets.corpus.search.results import SearchResults
    from ingest_widgets.corpus.storage.records import Known
    from ingest_widgets.corpus.words.keywords import Keyword

_MODULE_OF = {
    "Corpus": "corpus",
    "CorpusRetriever": "retriever",
    "Keyword": "words.keywords",
    "Known": "storage.records",
    "SearchResults": "search.results",
}

__all__ = ["Corpus", "CorpusRetriever", "Keyword", "Known", "SearchResults"]

__getattr__ = fetcher(__name__, _MODULE_OF)
