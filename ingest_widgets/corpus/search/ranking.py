"""The best of the pages that match; of very many in two halves at once, as SQLite holds no lock of Python."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from ingest_widgets.corpus.storage.notes import noted
from ingest_widgets.errors import CorpusError

Reader = Callable[[], AbstractContextManager[sqlite3.Connection]]
Ranked = list[tuple[int, float]]

INDEX_STATE = "index_state"
"""What is noted under it is another one after each change of the index, also in a new file at the same place."""

_SCORE = "bm25(page_words, 1.0, 4.0, 1.0)"
_WORTH_TWO = 10_000  # matches: so many take 5 milliseconds; a thread, a connection and each word's weight come twice


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pages of the index are asked for.

    Attributes:
        where: A condition on `page_words`.
        values: Of its parameters.
        limit: How many pages at most.
    """

    where: str
    values: tuple[object, ...]
    limit: int

    def counted(self) -> tuple[str, tuple[object, ...]]:
        """A statement, with its values, that counts all that match and gives the mean of their ids."""
        return f"SELECT count(*), avg(rowid) FROM page_words WHERE {self.where}", self.values

    def ranked(self) -> tuple[str, tuple[object, ...]]:
        """A statement, with its values, that gives ids and scores, best first."""
        columns = f"SELECT rowid, -{_SCORE} FROM page_words"
        return f"{columns} WHERE {self.where} ORDER BY {_SCORE} LIMIT ?", (*self.values, self.limit)

    def beside(self, page: int, sign: str) -> Wanted:
        """Those of them with ids `<=` that page's, or `>` it."""
        return replace(self, where=f"{self.where} AND rowid {sign} ?", values=(*self.values, page))


def best_pages(con: sqlite3.Connection, reader: Reader, wanted: Wanted) -> tuple[int, Ranked]:
    """How many pages match; ids and scores of the best, best first, a higher score is better.

    Args:
        con: Inside a transaction.
        reader: Makes one more connection to the same corpus.
        wanted: Which pages.
    """
    total, mean = con.execute(*wanted.counted()).fetchone()
    if total < _WORTH_TWO:
        return total, con.execute(*wanted.ranked()).fetchall()
    return total, _in_halves(con, reader, wanted, int(mean))


def _in_halves(con: sqlite3.Connection, reader: Reader, wanted: Wanted, middle: int) -> Ranked:
    later = wanted.beside(middle, ">")
    state = noted(con, INDEX_STATE)
    try:
        from concurrent.futures import ThreadPoolExecutor  # can't be loaded any more as the interpreter ends

        thread = ThreadPoolExecutor(1, "ingest-widgets-ranking")
        elsewhere = thread.submit(_ranked_in_state, reader, state, later)
    except RuntimeError:  # nor a thread be had
        return con.execute(*wanted.ranked()).fetchall()
    with thread:
        best = con.execute(*wanted.beside(middle, "<=").ranked()).fetchall()
        rest = elsewhere.result()
    if rest is None:
        rest = con.execute(*later.ranked()).fetchall()
    return sorted([*best, *rest], key=lambda row: -row[1])[: wanted.limit]


def _ranked_in_state(reader: Reader, state: str, wanted: Wanted) -> Ranked | None:
    """The best pages by another connection; None when that has another state before it, or can't be had."""
    try:
        with reader() as con:
            return con.execute(*wanted.ranked()).fetchall() if noted(con, INDEX_STATE) == state else None
    except CorpusError:  # what is wrong with the corpus itself the first connection tells as well
        return None
