"""Which pages match: the protocol of an index, and the one that SQLite's FTS5 keeps in the same file."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Protocol

from ingest_widgets.corpus.queries.expressions import excluded_expression, match_expression
from ingest_widgets.corpus.queries.query import Query
from ingest_widgets.corpus.search import vocabulary
from ingest_widgets.corpus.storage.notes import note_change, noted

_KEPT_RANKINGS = 64
_KEPT_PAGES = 100
_MOST_ROWS = 2**63 - 1
_MOST_TIED = 256  # so many pages beyond those asked for are ranked, to see whole groups of one score
_STATE = "index_state"  # is another one after each change of the index, also in a new file at the same place


@dataclass(frozen=True, slots=True)
class Found:
    """Matches of a query.

    Attributes:
        total: All pages that match, however many are in `pages`.
        pages: (id of the page, score), best first; a higher score is better.
    """

    total: int
    pages: list[tuple[int, float]]


class PageIndex(Protocol):
    """What a corpus asks of an index; each call works on the connection, and in the transaction, it is given."""

    def add(self, con: sqlite3.Connection, file_id: int) -> None:
        """Takes up the pages that the table has of a file."""

    def drop(self, con: sqlite3.Connection, file_id: int) -> None:
        """Forgets a file's pages; they are still in the table."""

    def find(
        self, con: sqlite3.Connection, query: Query, files: Sequence[int] | None, limit: int, offset: int
    ) -> Found:
        """The pages that match, of these files only (None: of all)."""

    def matching(self, con: sqlite3.Connection, query: Query, pages: Sequence[int]) -> set[int]:
        """Those of the pages (ids) that match; the query has groups."""

    def frequencies(self, con: sqlite3.Connection, words: Sequence[str]) -> dict[str, int]:
        """On how many pages each word is; words in small letters without accents, those that are nowhere left out."""

    def look_alike(self, con: sqlite3.Connection, word: str) -> str | None:
        """The word of the corpus that was probably meant; None when none is near."""

    def same_stem(self, con: sqlite3.Connection, word: str) -> list[str]:
        """The words of the corpus with the same English stem."""

    def problems(self, con: sqlite3.Connection) -> list[str]:
        """What is wrong with it, in words; the connection must be inside a write transaction."""


class FullTextIndex:
    """BM25 over FTS5, titles and headings weighed four times.

    The rankings of the last searches are kept until a page comes or goes: the next twenty hits cost nothing then, and
    ranking is what takes the time where a word is on most of the pages (0.6 microseconds a match). Two threads
    with half of the pages each take about as long as one: SQLite has one lock for all its memory.
    """

    _SCORE = "bm25(page_words, 1.0, 4.0, 1.0)"

    frequencies = staticmethod(vocabulary.frequencies)
    look_alike = staticmethod(vocabulary.look_alike)
    same_stem = staticmethod(vocabulary.same_stem)

    def __init__(self) -> None:
        self._rankings: OrderedDict[tuple[object, ...], Found] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, con: sqlite3.Connection, file_id: int) -> None:
        """See `PageIndex`."""
        note_change(con, _STATE)
        con.execute(
            "INSERT INTO page_words (rowid, text, headings, parts) "
            "SELECT id, text, headings, parts FROM searched_pages WHERE file_id = ? ORDER BY id",
            (file_id,),
        )

    def drop(self, con: sqlite3.Connection, file_id: int) -> None:
        """See `PageIndex`."""
        note_change(con, _STATE)
        con.execute(
            "INSERT INTO page_words (page_words, rowid, text, headings, parts) "
            "SELECT 'delete', id, text, headings, parts FROM searched_pages WHERE file_id = ?",
            (file_id,),
        )

    def find(
        self, con: sqlite3.Connection, query: Query, files: Sequence[int] | None, limit: int, offset: int
    ) -> Found:
        """See `PageIndex`."""
        where, values = _where(con, files, "page_words.rowid" if query.groups else "pages.id")
        if not query.groups:
            return _listed(con, query, where, values, limit, offset)
        key = (noted(con, _STATE), match_expression(query), where, *values)
        ranking = self._kept(key)
        if ranking is None or min(ranking.total, offset + limit + _MOST_TIED) > len(ranking.pages):
            depth = max(_KEPT_PAGES, offset + limit) + _MOST_TIED
            ranking = self._ranked(con, f"page_words MATCH ?{where}", [match_expression(query), *values], depth)
            self._keep(key, ranking)
        return Found(ranking.total, _ties_by_name(con, ranking.pages, offset, offset + limit))

    def matching(self, con: sqlite3.Connection, query: Query, pages: Sequence[int]) -> set[int]:
        """See `PageIndex`."""
        rows = con.execute(
            "SELECT rowid FROM page_words WHERE page_words MATCH ? AND +rowid IN (SELECT value FROM json_each(?))",
            (match_expression(query), json.dumps(list(pages))),
        )
        return {page for (page,) in rows.fetchall()}

    def _ranked(self, con: sqlite3.Connection, where: str, values: list[object], depth: int) -> Found:
        best = con.execute(
            f"SELECT rowid, -{self._SCORE} FROM page_words WHERE {where} ORDER BY {self._SCORE} LIMIT ?",
            [*values, min(depth, _MOST_ROWS)],
        ).fetchall()
        if len(best) < depth:  # these are all, mostly
            return Found(len(best), best)
        return Found(con.execute(f"SELECT count(*) FROM page_words WHERE {where}", values).fetchone()[0], best)

    def _kept(self, key: tuple[object, ...]) -> Found | None:
        with self._lock:
            if key in self._rankings:
                self._rankings.move_to_end(key)
            return self._rankings.get(key)

    def _keep(self, key: tuple[object, ...], ranking: Found) -> None:
        with self._lock:
            self._rankings[key] = Found(ranking.total, ranking.pages[: 10 * _KEPT_PAGES])
            while len(self._rankings) > _KEPT_RANKINGS:
                self._rankings.popitem(last=False)

    def problems(self, con: sqlite3.Connection) -> list[str]:
        """See `PageIndex`."""
        try:
            con.execute("INSERT INTO page_words (page_words, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            return [f"the search index doesn't agree with the pages ({error}): ingest into a new corpus"]
        return []


def _where(con: sqlite3.Connection, files: Sequence[int] | None, page: str) -> tuple[str, list[object]]:
    if files is None:
        return "", []
    if len(files) == 1:
        # The pages of one file lie side by side: FTS5 can jump to a range, not to a list.
        low, high = con.execute("SELECT min(id), max(id) FROM pages WHERE file_id = ?", (files[0],)).fetchone()
        return f" AND {page} BETWEEN ? AND ?", [low or 0, high or 0]
    listed = "SELECT id FROM pages WHERE file_id IN (SELECT value FROM json_each(?))"
    return f" AND +{page} IN ({listed})", [json.dumps(list(files))]


def _ties_by_name(
    con: sqlite3.Connection, ranking: Sequence[tuple[int, float]], start: int, stop: int
) -> list[tuple[int, float]]:
    """A part of a ranking, pages of one score by their files' names and their numbers, not as files were finished.

    More than 256 of one score stay as they are: such a group may go on beyond what is known of the ranking.
    """
    scores = [score for _, score in ranking]
    shown = scores[start:stop]
    if not shown:
        return []
    first = scores.index(shown[0])
    wanted = set(shown)
    groups = [list(group) for score, group in groupby(ranking[first:], itemgetter(1)) if score in wanted]
    tied = [group for group in groups if 1 < len(group) <= _MOST_TIED]
    rows = con.execute(
        "SELECT pages.id FROM pages JOIN files ON files.id = file_id "
        "WHERE pages.id IN (SELECT value FROM json_each(?)) ORDER BY name, number",
        (json.dumps([page for group in tied for page, _ in group]),),
    )
    places = {page: place for place, (page,) in enumerate(rows.fetchall())}
    for group in tied:
        group.sort(key=lambda row: places.get(row[0], 0))
    return [row for group in groups for row in group][start - first : start - first + len(shown)]


def _listed(con: sqlite3.Connection, query: Query, where: str, values: list[object], limit: int, offset: int) -> Found:
    """Pages of a query that names only files, or only what must not be there: by name and number, unranked."""
    if unwanted := excluded_expression(query):
        where += " AND pages.id NOT IN (SELECT rowid FROM page_words WHERE page_words MATCH ?)"
        values = [*values, unwanted]
    total = con.execute(f"SELECT count(*) FROM pages WHERE 1{where}", values).fetchone()[0]
    rows = con.execute(
        f"SELECT pages.id, 0.0 FROM files CROSS JOIN pages ON file_id = files.id WHERE 1{where} "
        "ORDER BY name, number LIMIT ? OFFSET ?",
        [*values, limit, offset],
    ).fetchall()
    return Found(total, rows)
