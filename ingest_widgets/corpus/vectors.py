"""The table of the vectors of chunks: what is in it, what comes and goes, what lies nearest to a question."""

from __future__ import annotations

import json
import sqlite3
import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ingest_widgets.corpus.chunks import PAGE_BREAK
from ingest_widgets.corpus.records import BadRow, as_text
from ingest_widgets.documents import Chunk
from ingest_widgets.errors import MissingExtra

_BLOCK_BYTES = 16 * 2**20
_NOTE = "SELECT value FROM notes WHERE key = 'embedding'"


@dataclass(frozen=True, slots=True)
class Embedding:
    """What all vectors of a corpus share.

    Attributes:
        max_chars: Of the chunks.
        overlap: Of the chunks.
        dimension: How many numbers a vector has.
    """

    max_chars: int
    overlap: int
    dimension: int


@dataclass(frozen=True, slots=True)
class NearPage:
    """A page with the chunk on it that lies nearest.

    Attributes:
        page: Its id.
        similarity: The cosine of the angle between the chunk and the question.
        start: Where the chunk begins in the page's text.
        stop: Where it ends; None: on a later page.
    """

    page: int
    similarity: float
    start: int
    stop: int | None


def held(con: sqlite3.Connection) -> Embedding | None:
    """What the vectors share; None when there are none, as in a file of an older version."""
    found = con.execute(_NOTE).fetchone()
    try:
        return Embedding(**json.loads(found[0])) if found else None
    except (ValueError, TypeError) as error:
        raise BadRow(f"what is noted of the vectors can't be read: {error}") from error


def note(con: sqlite3.Connection, embedding: Embedding) -> None:
    """Keeps what the vectors share."""
    con.execute("INSERT OR REPLACE INTO notes (key, value) VALUES ('embedding', ?)", (json.dumps(asdict(embedding)),))


def drop(con: sqlite3.Connection, file_id: int) -> None:
    """Forgets the vectors of a file."""
    con.execute("DELETE FROM chunk_vectors WHERE file_id = ?", (file_id,))
    con.execute("DELETE FROM embedded_files WHERE file_id = ?", (file_id,))


def drop_all(con: sqlite3.Connection) -> None:
    """Forgets all vectors and what they share."""
    con.execute("DELETE FROM chunk_vectors")
    con.execute("DELETE FROM embedded_files")
    con.execute("DELETE FROM notes WHERE key = 'embedding'")


def unfinished(con: sqlite3.Connection) -> list[tuple[int, str]]:
    """(id, name) of the files that have chunks without vectors, in name order."""
    where = "" if held(con) is None else "AND id NOT IN (SELECT file_id FROM embedded_files)"
    return con.execute(f"SELECT id, name FROM files WHERE pages > 0 {where} ORDER BY name").fetchall()


def places(con: sqlite3.Connection, file_id: int) -> set[tuple[int, int]]:
    """(first page, start) of the file's chunks that have vectors."""
    if held(con) is None:
        return set()
    return set(con.execute("SELECT first_page, start FROM chunk_vectors WHERE file_id = ?", (file_id,)).fetchall())


def add(con: sqlite3.Connection, file_id: int, chunks: Sequence[tuple[Chunk, array[float]]]) -> None:
    """Keeps vectors; chunks that no longer stand where they stood, since the file has changed, are left out."""
    first, last = min(chunk.first_page for chunk, _ in chunks), max(chunk.last_page for chunk, _ in chunks)
    rows = con.execute(
        "SELECT number, text FROM pages WHERE file_id = ? AND number BETWEEN ? AND ?", (file_id, first, last)
    )
    texts = {number: as_text(text) for number, text in rows}
    con.executemany(
        "INSERT OR REPLACE INTO chunk_vectors (file_id, first_page, start, last_page, stop, vector) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [
            (file_id, chunk.first_page, chunk.start, chunk.last_page, chunk.end, _blob(vector))
            for chunk, vector in chunks
            if _still_stands(chunk, texts)
        ],
    )


def _still_stands(chunk: Chunk, texts: dict[int, str]) -> bool:
    """Whether the chunk is what the pages hold at its place."""
    pages = [texts[number] for number in sorted(texts) if chunk.first_page <= number <= chunk.last_page]
    if not pages:
        return False
    pages[-1] = pages[-1][: chunk.end]
    pages[0] = pages[0][chunk.start :]
    return PAGE_BREAK.join(pages) == chunk.text


def finish(con: sqlite3.Connection, file_id: int, chunks: set[tuple[int, int]]) -> None:
    """Notes that a file has all its vectors, if it has those of all these places, and forgets any others."""
    there = places(con, file_id)
    if chunks <= there:
        con.execute("INSERT OR IGNORE INTO embedded_files (file_id) VALUES (?)", (file_id,))
        con.executemany(
            "DELETE FROM chunk_vectors WHERE file_id = ? AND first_page = ? AND start = ?",
            [(file_id, *place) for place in there - chunks],
        )


def nearest(con: sqlite3.Connection, question: array[float], files: Sequence[int] | None, most: int) -> list[NearPage]:
    """The pages on which the nearest chunks begin, nearest first; the vectors are read in blocks of 16 MB.

    Raises:
        MissingExtra: numpy isn't installed.
    """
    where = "" if files is None else "WHERE file_id IN (SELECT value FROM json_each(?))"
    values = () if files is None else (json.dumps(list(files)),)
    best: dict[int, NearPage] = {}
    for ids, similarities in _blocks(con.execute(f"SELECT id, vector FROM chunk_vectors {where}", values), question):
        least = min(page.similarity for page in best.values()) if len(best) == most else -2.0
        new: set[int] = set()
        for place in (-similarities).argsort(kind="stable").tolist():
            if not similarities[place] > least or len(new) == most:
                break
            page = _near_page(con, ids[place], float(similarities[place]))
            new.add(page.page)
            if page.page not in best or page.similarity > best[page.page].similarity:
                best[page.page] = page
        best = {page.page: page for page in sorted(best.values(), key=lambda page: -page.similarity)[:most]}
    return list(best.values())


def _blocks(rows: sqlite3.Cursor, question: array[float]) -> Iterator[tuple[Sequence[int], Any]]:
    """Ids of chunks with the cosines of their vectors, which all have the length 1, as the question has."""
    try:
        import numpy as np
    except ImportError:
        raise MissingExtra("numpy", "pandas", 'search(ranking="hybrid")') from None
    width = 4 * len(question)
    asked = np.asarray(question, dtype="<f4")
    while block := rows.fetchmany(max(1, _BLOCK_BYTES // width)):
        ids, blobs = zip(*block, strict=True)
        if {*map(type, blobs)} != {bytes} or {*map(len, blobs)} != {width}:
            raise BadRow(f"a vector doesn't have {len(question)} numbers")
        yield ids, np.frombuffer(b"".join(blobs), dtype="<f4").reshape(-1, len(question)) @ asked


def _near_page(con: sqlite3.Connection, chunk: int, similarity: float) -> NearPage:
    found = con.execute(
        "SELECT pages.id, start, iif(last_page = first_page, stop, NULL) FROM chunk_vectors "
        "JOIN pages ON pages.file_id = chunk_vectors.file_id AND number = first_page WHERE chunk_vectors.id = ?",
        (chunk,),
    ).fetchone()
    if found is None or not isinstance(found[1], int) or not isinstance(found[2], int | None):
        raise BadRow("a vector is of a place that isn't there")
    return NearPage(found[0], similarity, *found[1:])


def _blob(vector: array[float]) -> bytes:
    if sys.byteorder == "big":
        vector = array("f", vector)
        vector.byteswap()
    return vector.tobytes()
