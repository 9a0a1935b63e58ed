"""From what was typed to pages with snippets."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from typing import Any, Literal, overload

from ingest_widgets.corpus.index import Found, PageIndex
from ingest_widgets.corpus.query import Query, parse_query
from ingest_widgets.corpus.records import BadRow, as_text, clean_path
from ingest_widgets.corpus.snippets import Marker, make_snippet
from ingest_widgets.documents import Hit
from ingest_widgets.tables import Cell, Marked, html_table, text_table


class SearchResults(Sequence[Hit]):
    """The hits of one search, best first.

    Attributes:
        query: What was asked.
        total: All pages that match, however many are in here.
        seconds: What the search took.
        offset: How many better ones come before the first one here.
        suggestion: A word of the corpus that may have been meant, when one word was asked for and nothing matched.
    """

    def __init__(
        self,
        query: str,
        hits: Sequence[Hit],
        *,
        total: int,
        seconds: float,
        offset: int = 0,
        suggestion: str | None = None,
    ) -> None:
        self.query, self._hits, self.total, self.seconds = query, tuple(hits), total, seconds
        self.offset, self.suggestion = offset, suggestion

    def __len__(self) -> int:
        return len(self._hits)

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Hit]: ...
    def __getitem__(self, index: int | slice) -> Hit | Sequence[Hit]:
        return self._hits[index]

    def __iter__(self) -> Iterator[Hit]:
        return iter(self._hits)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SearchResults):
            return NotImplemented
        return (self.query, self._hits, self.total) == (other.query, other._hits, other.total)

    __hash__ = None  # type: ignore[assignment]

    @property
    def _title(self) -> str:
        if not self.total:
            meant = f": did you mean '{self.suggestion}'?" if self.suggestion else ""
            return f"No page matches '{self.query}'{meant}"
        pages = "page matches" if self.total == 1 else "pages match"
        return f"{self.total:,} {pages} '{self.query}' ({self.seconds * 1000:.1f} ms)"

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


Match = Literal["all", "any"]


def search(
    con: sqlite3.Connection,
    index: PageIndex,
    text: str,
    *,
    limit: int,
    offset: int,
    file: str | None,
    match: Match = "all",
    stemming: bool = False,
) -> SearchResults:
    """Runs one search on one state of the corpus."""
    started = time.perf_counter()
    typed = parse_query(text)
    query = typed.loosened() if match == "any" else typed
    if stemming:
        query = query.widened(lambda word: index.same_stem(con, word))
    files = matching_files(con, query, file)
    found = Found(0, []) if query.is_empty or files == [] else index.find(con, query, files, limit, offset)
    hits = _hits(con, query, found.pages)
    word = typed.single_word
    suggestion = index.look_alike(con, word) if word and not found.total and file is None else None
    seconds = time.perf_counter() - started
    return SearchResults(text, hits, total=found.total, seconds=seconds, offset=offset, suggestion=suggestion)


def matching_files(con: sqlite3.Connection, query: Query, file: str | None) -> list[int] | None:
    """The ids of the files that a query is limited to; None when it isn't."""
    if file is None and not query.files and not query.excluded_files:
        return None
    if file is not None and not query.files and not query.excluded_files:
        return [row[0] for row in con.execute("SELECT id FROM files WHERE name = ?", (clean_path(file),))]
    names = {name: file_id for file_id, name in con.execute("SELECT id, name FROM files ORDER BY id")}
    kept = set(names) if file is None else {clean_path(file)} & set(names)
    for wanted in query.files:
        kept &= _named_like(wanted, names)
    for unwanted in query.excluded_files:
        kept -= _named_like(unwanted, names)
    return [names[name] for name in kept]


def _named_like(wanted: str, names: dict[str, int]) -> set[str]:
    """The file of that very name, or else all whose names contain it in any case."""
    if wanted in names:
        return {wanted}
    part = wanted.casefold()
    return {name for name in names if part in name.casefold()}


def _hits(con: sqlite3.Connection, query: Query, pages: Sequence[tuple[int, float]]) -> list[Hit]:
    if not pages:
        return []
    places = ", ".join("?" * len(pages))
    rows = con.execute(
        "SELECT pages.id, files.name, number, text FROM pages JOIN files ON files.id = file_id "
        f"WHERE pages.id IN ({places})",
        [page for page, _ in pages],
    ).fetchall()
    texts = {page: rest for page, *rest in rows}
    if len(texts) < len(pages):
        raise BadRow("the search index holds pages that aren't there")
    marker = Marker(query.terms)
    hits = []
    for page, score in pages:
        name, number, text = texts[page]
        text = as_text(text)
        snippet, spans = make_snippet(text, marker.spans(text))
        hits.append(Hit(as_text(name), number, score, snippet, spans))
    return hits
