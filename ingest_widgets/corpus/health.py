"""What is wrong with a corpus, in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from ingest_widgets.corpus.index import PageIndex
from ingest_widgets.corpus.records import BadRow
from ingest_widgets.corpus.rows import text_or_bytes, unreadable
from ingest_widgets.corpus.schema import migrate
from ingest_widgets.corpus.store import LARGEST_UPLOAD

_MOST = 20

_MISCOUNTED = """
    SELECT name, files.pages, coalesce(held.number, 0) FROM files
    LEFT JOIN (SELECT file_id, count(*) AS number FROM pages GROUP BY file_id) AS held ON held.file_id = files.id
    WHERE files.pages <> coalesce(held.number, 0)"""

_MISPLACED = """
    SELECT files.name, first_page FROM chunk_vectors JOIN files ON files.id = file_id
    WHERE NOT EXISTS (SELECT 1 FROM pages WHERE pages.file_id = files.id AND number = first_page)"""

_MISSHAPEN = """
    SELECT id, length(vector) FROM chunk_vectors WHERE length(vector) IS NOT
    (SELECT 4 * json_extract(value, '$.dimension') FROM notes WHERE key = 'embedding' AND json_valid(value))
    OR typeof(vector) <> 'blob'"""

_LOST = f"""
    SELECT name, iif(file_id IS NULL, 'gone', typeof(data)) FROM files LEFT JOIN uploads ON file_id = id
    WHERE kind = 'upload' AND CASE WHEN file_id IS NULL THEN pages > 0 AND coalesce(size, 0) <= {LARGEST_UPLOAD}
    ELSE typeof(data) <> 'blob' END"""

# Each finds rows (what, detail) and has the sentence that tells of them.
_QUESTIONS = [
    (
        _MISCOUNTED,
        "{} says it has {} pages, but {} are held",
    ),
    (
        "SELECT id, file_id FROM pages WHERE file_id NOT IN (SELECT id FROM files)",
        "page row {} belongs to no file ({})",
    ),
    ("SELECT file_id, 0 FROM uploads WHERE file_id NOT IN (SELECT id FROM files)", "upload {} belongs to no file"),
    ("SELECT name, number FROM pages JOIN files ON files.id = file_id WHERE number < 1", "{} has a page number {}"),
    (_LOST, "the bytes of the upload {} are {}"),
    (
        "SELECT id, file_id FROM chunk_vectors WHERE file_id NOT IN (SELECT id FROM files)",
        "vector {} belongs to no file ({})",
    ),
    (
        _MISPLACED,
        "{} has a vector for page {}, which isn't held",
    ),
    (
        _MISSHAPEN,
        "vector {} has {} bytes, as no other one",
    ),
    (
        "SELECT file_id, 0 FROM embedded_files WHERE file_id NOT IN (SELECT id FROM files)",
        "file {} is said to have vectors, but it isn't there",
    ),
]


def problems(con: sqlite3.Connection, index: PageIndex) -> list[str]:
    """One sentence a problem, none when all is sound; the connection must be inside a write transaction."""
    found = [row[0] for row in con.execute(f"PRAGMA integrity_check({_MOST})")]
    if found != ["ok"]:
        return [f"the file is damaged: {line}" for text in found for line in text.splitlines()]
    con.text_factory = text_or_bytes
    found = index.problems(con)
    try:
        migrate(con)  # so that an older corpus is asked the same questions; it may make the index anew
    except BadRow as error:
        return [*found, f"it can't be brought up to date: {error}"]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname != "SQLITE_ERROR":
            raise
        return [*found, f"it can't be brought up to date, its layout number doesn't fit its tables: {error}"]
    return [*found, *_answers(con), *unreadable(con)]


def _answers(con: sqlite3.Connection) -> Iterator[str]:
    for question, sentence in _QUESTIONS:
        rows = con.execute(question).fetchall()
        yield from (sentence.format(*row) for row in rows[:_MOST])
        if len(rows) > _MOST:
            yield f"and {len(rows) - _MOST:,} more of the same kind"
