"""Each row of a corpus, read once as it is read for users: what they would stumble over, in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from itertools import islice

from ingest_widgets.corpus.chunks import vectors
from ingest_widgets.corpus.holdings.reading import PAGE_COLUMNS, page_of
from ingest_widgets.corpus.storage.records import (
    KNOWN_COLUMNS,
    RECORD_COLUMNS,
    BadRow,
    as_text,
    known_of,
    record_of,
    summary_of,
)
from ingest_widgets.corpus.storage.scanned_lines import lines_of

_MOST = 20
_NOTED: dict[str, Callable[[object], object]] = {"embedding": vectors.embedding_of, "last_run": summary_of}
_RECORD_WIDTH = len(RECORD_COLUMNS.split(","))


def text_or_bytes(column: bytes) -> str | bytes:
    """A text factory: what isn't UTF-8 stays as it is, so that one such text doesn't end the reading of all rows."""
    try:
        return column.decode()
    except UnicodeDecodeError:
        return column


def unreadable(con: sqlite3.Connection) -> Iterator[str]:
    """One sentence a row that can't be read, for at most 20 of them; one row at a time is in memory.

    Args:
        con: With `text_or_bytes` as its text factory.
    """
    found = _bad_rows(con)
    yield from islice(found, _MOST)
    if more := sum(1 for _ in found):
        yield f"and {more:,} more that can't be read"


def _bad_rows(con: sqlite3.Connection) -> Iterator[str]:
    for file_id, *row in con.execute(f"SELECT id, {RECORD_COLUMNS}, {KNOWN_COLUMNS} FROM files"):
        try:
            record_of(row[:_RECORD_WIDTH])
            known_of(row[_RECORD_WIDTH:])
        except BadRow as error:
            yield f"{_name(row[0], file_id)} can't be read: {error}"
    pages = f"SELECT file_id, (SELECT name FROM files WHERE id = file_id), scanned, {PAGE_COLUMNS} FROM pages"
    for file_id, name, scanned, *row in con.execute(pages):
        try:
            page_of("", row)
            if scanned is not None:
                lines_of(scanned)
        except BadRow as error:
            yield f"page {row[0]} of {_name(name, file_id)} can't be read: {error}"
    yield from _bad_notes(con)


def _bad_notes(con: sqlite3.Connection) -> Iterator[str]:
    for key, value in con.execute("SELECT key, value FROM notes"):
        try:
            _NOTED.get(key, as_text)(value)
        except BadRow as error:
            yield str(error) if key in _NOTED else f"what is noted of {key} can't be read: {error}"


def _name(name: object, file_id: int) -> str:
    return name if isinstance(name, str) else f"file {file_id}"
