"""What is wrong with a corpus, in words."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator

from ingest_widgets.corpus.holdings.rows import text_or_bytes, unreadable
from ingest_widgets.corpus.holdings.store import LARGEST_UPLOAD
from ingest_widgets.corpus.search.index import PageIndex
from ingest_widgets.corpus.storage.records import BadRow
from ingest_widgets.corpus.storage.schema import migrate, missing_parts, parts

_MOST = 20

_MISCOUNTED = """
    SELECT name, files.pages, coalesce(held.number, 0) FROM files
    LEFT JOIN (SELECT file_id, count(*) AS number FROM pages GROUP BY file_id) AS held ON held.file_id = files.id
    WHERE files.pages <> coalesce(held.number, 0)"""

# `length` counts characters, as `Chunk` does.
_MISPLACED = """
    SELECT files.name, first_page FROM chunk_vectors JOIN files ON files.id = chunk_vectors.file_id
    LEFT JOIN pages AS first ON first.file_id = files.id AND first.number = first_page
    LEFT JOIN pages AS last ON last.file_id = files.id AND last.number = last_page
    WHERE NOT (typeof(start) = 'integer' AND start BETWEEN 0 AND coalesce(length(first.text), -1)
    AND typeof(stop) = 'integer' AND stop BETWEEN 0 AND coalesce(length(last.text), -1))"""

_MISSHAPEN = """
    SELECT id, length(vector) FROM chunk_vectors WHERE length(vector) IS NOT
    (SELECT 4 * json_extract(value, '$.dimension') FROM notes WHERE key = 'embedding' AND json_valid(value))
    OR typeof(vector) <> 'blob'"""

_LOST = f"""
    SELECT name, iif(file_id IS NULL, 'gone', typeof(data)) FROM files LEFT JOIN uploads ON file_id = id
    WHERE kind = 'upload' AND CASE WHEN file_id IS NULL THEN pages > 0 AND coalesce(size, 0) <= {LARGEST_UPLOAD}
    ELSE typeof(data) <> 'blob' END"""

_ALTERED = f"""
    SELECT name, 0 FROM files JOIN uploads ON file_id = files.id
    WHERE kind = 'upload' AND CASE typeof(data) WHEN 'blob' THEN sha256_of(data) END <> sha256
    AND coalesce(size, 0) <= {LARGEST_UPLOAD}"""

_BEYOND = """
    SELECT name, number FROM pages JOIN files ON files.id = file_id
    WHERE status = 'ingested' AND number > files.pages"""

_REASONLESS = "SELECT name, status FROM files WHERE status IN ('partial', 'failed') AND coalesce(reason, '') = ''"

# Each finds rows (what, detail) and has the sentence that tells of them.
_QUESTIONS = [
    (_MISCOUNTED, "{} says it has {} pages, but {} are held"),
    (
        "SELECT id, file_id FROM pages WHERE file_id NOT IN (SELECT id FROM files)",
        "page row {} belongs to no file ({})",
    ),
    ("SELECT file_id, 0 FROM uploads WHERE file_id NOT IN (SELECT id FROM files)", "upload {} belongs to no file"),
    ("SELECT name, number FROM pages JOIN files ON files.id = file_id WHERE number < 1", "{} has a page number {}"),
    (_BEYOND, "{} was read as a whole, but has a page {} beyond its last"),
    ("SELECT name, typeof(identity) FROM files WHERE typeof(identity) <> 'blob'", "the path of {} is held as {}"),
    ("SELECT name, kind FROM files WHERE kind NOT IN ('file', 'url', 'upload')", "{} is of the unknown kind {!r}"),
    (
        "SELECT name, reason FROM files WHERE status = 'ingested' AND reason NOT IN ('', 'no_text')",
        "{} is ingested, but the reason {!r} says why it isn't",
    ),
    (_REASONLESS, "{} is {}, but no reason says why"),
    ("SELECT name, pages FROM files WHERE status = 'ingested' AND pages < 1", "{} is ingested, but has {} pages"),
    (_ALTERED, "the bytes of the upload {} aren't those that were read"),
    (_LOST, "the bytes of the upload {} are {}"),
    (
        "SELECT id, file_id FROM chunk_vectors WHERE file_id NOT IN (SELECT id FROM files)",
        "vector {} belongs to no file ({})",
    ),
    (_MISPLACED, "{} has a vector for a place on page {} that isn't there"),
    (_MISSHAPEN, "vector {} has {} bytes, as no other one"),
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
    con.create_function("sha256_of", 1, _sha256, deterministic=True)
    found = index.problems(con)
    try:
        migrate(con)  # so that an older corpus is asked the same questions; it may make the index anew
    except BadRow as error:
        return [*found, f"it can't be brought up to date: {error}"]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname != "SQLITE_ERROR":
            raise
        return [*found, f"it can't be brought up to date, its layout number doesn't fit its tables: {error}"]
    if missing := missing_parts(con):
        return [*found, *missing]
    return [*found, *_triggers(con), *_answers(con), *unreadable(con)]


def _triggers(con: sqlite3.Connection) -> Iterator[str]:
    names = {name for _, name in parts()}
    # A trigger names its table as somebody typed it.
    for trigger, table in con.execute("SELECT name, lower(tbl_name) FROM sqlite_master WHERE type = 'trigger'"):
        if table in names:
            yield f"the trigger {trigger} changes what is written to {table}: take it away with DROP TRIGGER"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _answers(con: sqlite3.Connection) -> Iterator[str]:
    for question, sentence in _QUESTIONS:
        rows = con.execute(question).fetchall()
        yield from (sentence.format(*row) for row in rows[:_MOST])
        if len(rows) > _MOST:
            yield f"and {len(rows) - _MOST:,} more of the same kind"
