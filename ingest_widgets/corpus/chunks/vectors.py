"""The table of the vectors of chunks: what is in it, what comes and goes."""

from __future__ import annotations

import json
import sqlite3
import sys
from array import array
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from ingest_widgets.corpus.chunks.cutting import PAGE_BREAK
from ingest_widgets.corpus.storage.notes import note, note_change, noted
from ingest_widgets.corpus.storage.records import BadRow, as_text, from_json
from ingest_widgets.documents import Chunk

_STATE = "vectors_state"


@dataclass(frozen=True, slots=True)
class Embedding:
    """What all vectors of a corpus share.

    Attributes:
        max_chars: Of the chunks.
        overlap: Of the chunks.
        dimension: How many numbers a vector has.
        model: The name of what made them; None: nobody gave one.
    """

    max_chars: int
    overlap: int
    dimension: int
    model: str | None = None


def held(con: sqlite3.Connection) -> Embedding | None:
    """What the vectors share; None when there are none, as in a file of an older version."""
    value = noted(con, "embedding")
    return None if value is None else embedding_of(value)


def embedding_of(value: object) -> Embedding:
    """What is noted of the vectors."""
    what = "what is noted of the vectors"
    shared = from_json(value, what)
    try:
        return Embedding(**shared)
    except TypeError as error:
        raise BadRow(f"{what} can't be read: {error}") from error


def share(con: sqlite3.Connection, embedding: Embedding) -> None:
    """Keeps what the vectors share."""
    value = json.dumps({name: value for name, value in asdict(embedding).items() if value is not None})
    note(con, "embedding", value)


def state(con: sqlite3.Connection) -> str | None:
    """What is another one after each change of the vectors, also in a new file at the same place."""
    value: str | None = noted(con, _STATE)
    return value


def drop(con: sqlite3.Connection, file_id: int) -> None:
    """Forgets the vectors of a file."""
    if con.execute("DELETE FROM chunk_vectors WHERE file_id = ?", (file_id,)).rowcount:
        note_change(con, _STATE)
    con.execute("DELETE FROM embedded_files WHERE file_id = ?", (file_id,))


def drop_all(con: sqlite3.Connection) -> None:
    """Forgets all vectors and what they share."""
    note_change(con, _STATE)
    con.execute("DELETE FROM chunk_vectors")
    con.execute("DELETE FROM embedded_files")
    con.execute("DELETE FROM notes WHERE key = 'embedding'")


def unfinished(con: sqlite3.Connection, *, afresh: bool) -> list[tuple[int, str]]:
    """(id, name) of the files that have chunks without vectors, or of all that have any chunks, in name order."""
    where = "" if afresh or held(con) is None else "AND id NOT IN (SELECT file_id FROM embedded_files)"
    return con.execute(f"SELECT id, name FROM files WHERE pages > 0 {where} ORDER BY name").fetchall()


def places(con: sqlite3.Connection, file_id: int) -> set[tuple[int, int]]:
    """(first page, start) of the file's chunks that have vectors."""
    if held(con) is None:
        return set()
    return set(con.execute("SELECT first_page, start FROM chunk_vectors WHERE file_id = ?", (file_id,)).fetchall())


def add(con: sqlite3.Connection, file_id: int, chunks: Sequence[tuple[Chunk, array[float]]]) -> None:
    """Keeps vectors; chunks that no longer stand where they stood, since the file has changed, are left out."""
    note_change(con, _STATE)
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
        note_change(con, _STATE)
        con.executemany(
            "DELETE FROM chunk_vectors WHERE file_id = ? AND first_page = ? AND start = ?",
            [(file_id, *place) for place in there - chunks],
        )


def _blob(vector: array[float]) -> bytes:
    if sys.byteorder == "big":
        vector = array("f", vector)
        vector.byteswap()
    return vector.tobytes()
