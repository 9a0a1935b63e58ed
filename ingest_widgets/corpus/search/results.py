"""From what was typed to pages with snippets."""

from __future__ import annotations

import json
import sqlite3
import time
from array import array
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from typing import Any, Literal, overload

from ingest_widgets.corpus.chunks.nearest import NearestChunks, NearPage
from ingest_widgets.corpus.queries.alternatives import fewer_alternatives, left_out
from ingest_widgets.corpus.queries.expressions import MOST_IN_ORDER, words_in_order
from ingest_widgets.corpus.queries.parsing import parse_query
from ingest_widgets.corpus.queries.query import Query
from ingest_widgets.corpus.search import hybrid
from ingest_widgets.corpus.search.file_filters import matching_files, no_such_file
from ingest_widgets.corpus.search.index import Found, PageIndex
from ingest_widgets.corpus.search.snippets import Marker, make_snippet
from ingest_widgets.corpus.storage.records import BadRow, as_text
from ingest_widgets.corpus.storage.schema import HOLDS_MARKED_WORDS
from ingest_widgets.documents import Hit
from ingest_widgets.shortened import shortened
from ingest_widgets.tables import Cell, Marked, html_table, text_table

Match = Literal["all", "any"]
Ranking = Literal["bm25", "hybrid"]
_MOST_SHOWN = 100  # of a query, which may be a whole pasted page


class SearchResults(Sequence[Hit]):
    """The hits of one search, best first.

    Attributes:
        query: What was asked.
        total: All pages that match, however many are in here; of a hybrid search those with the words and those of
            the nearest chunks, each once.
        seconds: What the search took.
        offset: How many better ones come before the first one here.
        suggestion: A word of the corpus that may have been meant, when one word was asked for and nothing matched.
        ranking: `"bm25"` or `"hybrid"`.
        note: Why nothing could be found, when the corpus has none of the files that were asked for; or that of very
            many alternatives not all were looked for, or of very long phrases not all in order, or that a filter in
            parentheses counted for all; else empty.
    """

    def __init__(
        self,
        query: str,
        hits: Sequence[Hit],
        *,
        total: int,
        seconds: float,
        offset: int,
        suggestion: str | None,
        ranking: Ranking,
        note: str,
    ) -> None:
        self.query, self._hits, self.total, self.seconds = query, tuple(hits), total, seconds
        self.offset, self.suggestion, self.ranking, self.note = offset, suggestion, ranking, note

    def __len__(self) -> int:
        return len(self._hits)

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> SearchResults: ...
    def __getitem__(self, index: int | slice) -> Hit | SearchResults:
        if not isinstance(index, slice):
            return self._hits[index]
        part = copy(self)
        part._hits = self._hits[index]
        part.offset += min(range(len(self))[index], default=0)
        return part

    def __iter__(self) -> Iterator[Hit]:
        return iter(self._hits)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SearchResults):
            return NotImplemented
        return (self.query, self._hits, self.total) == (other.query, other._hits, other.total)

    __hash__ = None  # type: ignore[assignment]

    @property
    def hint(self) -> str:
        """The word that may have been meant, when nothing was found, as a question; else the note."""
        return f"did you mean '{self.suggestion}'?" if self.suggestion else self.note

    @property
    def _title(self) -> str:
        query = shortened(self.query, _MOST_SHOWN)
        if not self.total:
            return ": ".join(filter(None, [f"No page matches '{query}'", self.hint]))
        pages = "page matches" if self.total == 1 else "pages match"
        near = " or lie near it" if self.ranking == "hybrid" else ""
        found = f"{self.total:,} {pages} '{query}'{near} ({self.seconds * 1000:.1f} ms)"
        return ": ".join(filter(None, [found, self.hint]))

    def _rows(self) -> list[list[Cell]]:
        return [[hit.file, hit.page, Marked(hit.snippet, hit.spans)] for hit in self._hits]

    def __repr__(self) -> str:
        return text_table(self._title, ["file", "page", "text"], self._rows(), total=self._shown_of)

    @property
    def _shown_of(self) -> int:
        return max(len(self), self.total - self.offset) if self._hits else 0

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        html = html_table(self._title, ["file", "page", "text"], self._rows(), total=self._shown_of)
        return {"text/plain": repr(self), "text/html": html}


def search(
    con: sqlite3.Connection,
    index: PageIndex,
    nearest: NearestChunks,
    text: str,
    *,
    limit: int,
    offset: int,
    files: Sequence[str] | None,
    match: Match,
    stemming: bool,
    question: array[float] | None,
) -> SearchResults:
    """Runs one search on one state of the corpus; hybrid when the question's vector is given."""
    started = time.perf_counter()
    typed = parse_query(text)
    if con.execute("PRAGMA user_version").fetchone()[0] < HOLDS_MARKED_WORDS:
        typed = typed.without_marks()
    query = typed.loosened() if match == "any" else typed
    if stemming:
        query = query.widened(lambda word: index.same_stem(con, word))
    wanted, query = query, fewer_alternatives(query, lambda words: index.frequencies(con, words))
    ids = matching_files(con, query, files)
    only_near: dict[int, NearPage] = {}
    if query.is_empty or ids == []:
        found = Found(0, [])
    elif question is None:
        found = index.find(con, query, ids, limit, offset)
    else:
        near = hybrid.near_pages(con, index, nearest, query, ids, question)
        found, brought = hybrid.fused(con, index, query, ids, near, limit, offset)
        only_near = {page.page: page for page in near if page.page in brought}
    hits = _hits(con, query, found.pages, only_near)
    word = typed.single_word
    suggestion = index.look_alike(con, word) if word and not found.total and files is None else None
    seconds = time.perf_counter() - started
    return SearchResults(
        text,
        hits,
        total=found.total,
        seconds=seconds,
        offset=offset,
        suggestion=suggestion,
        ranking="bm25" if question is None else "hybrid",
        note=no_such_file(con, query, files) if ids == [] else left_out(wanted, query) or _read_otherwise(query),
    )


def _read_otherwise(query: Query) -> str:
    if words_in_order(query) > MOST_IN_ORDER:
        return f"of the phrases the first {MOST_IN_ORDER} words were looked for in order, the others anywhere on a page"
    if query.has_file_beside_words:
        return "file: counts for the whole query, in parentheses too: ask for each file by itself"
    return ""


def _hits(
    con: sqlite3.Connection, query: Query, pages: Sequence[tuple[int, float]], only_near: Mapping[int, NearPage]
) -> list[Hit]:
    if not pages:
        return []
    rows = con.execute(
        "SELECT pages.id, files.name, number, text FROM pages JOIN files ON files.id = file_id "
        "WHERE pages.id IN (SELECT value FROM json_each(?))",
        (json.dumps([page for page, _ in pages]),),
    ).fetchall()
    texts = {page: rest for page, *rest in rows}
    if len(texts) < len(pages):
        raise BadRow("the search index holds pages that aren't there")
    marker = Marker(query.terms)
    hits = []
    for page, score in pages:
        name, number, text = texts[page]
        text = as_text(text)
        if page in only_near:
            snippet, spans = make_snippet(text[only_near[page].start : only_near[page].stop], ())
        else:
            snippet, spans = make_snippet(text, marker.matches(text))
        hits.append(Hit(as_text(name), number, score, snippet, spans))
    return hits
