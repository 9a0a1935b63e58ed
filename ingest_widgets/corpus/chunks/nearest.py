"""Which pages lie nearest to a question; the vectors stay in memory from one question to the next."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from ingest_widgets.corpus.chunks import vectors
from ingest_widgets.corpus.storage.records import BadRow
from ingest_widgets.errors import CorpusError, MissingExtra

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

_BLOCK_BYTES = 16 * 2**20


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


@dataclass(frozen=True, slots=True)
class _Block:
    """Some chunks in the order of their ids: these, those of their files, and a row of the matrix for each vector."""

    ids: NDArray[numpy.int64]
    files: NDArray[numpy.int64]
    matrix: NDArray[numpy.float32]

    def compared(self, asked: NDArray[numpy.float32], files: Sequence[int] | None) -> tuple[list[int], list[float]]:
        """The ids of the chunks in these files with the cosines of their vectors, the nearest first."""
        ids, matrix = self.ids, self.matrix
        if files is not None:
            import numpy as np

            wanted = np.isin(self.files, files)
            ids, matrix = ids[wanted], matrix[wanted]
        similarities = matrix @ asked  # all of length 1, as the question is
        order = (-similarities).argsort(kind="stable")
        return ids[order].tolist(), similarities[order].tolist()


@dataclass(frozen=True, slots=True)
class _Kept:
    """The first blocks of one state of the corpus; beyond the id `rest` there are more chunks, unless it is None."""

    state: str | None
    blocks: list[_Block]
    rest: int | None


class NearestChunks:
    """Compares questions with the vectors of a corpus, from any thread.

    Args:
        most_bytes: So much of the vectors is kept until one comes or goes; what is beyond it is read for each question,
            16 MB at a time.
    """

    def __init__(self, most_bytes: int = 256 * 2**20) -> None:
        self._most_blocks = most_bytes // _BLOCK_BYTES
        self._kept: _Kept | None = None

    def forget(self) -> None:
        """Lets go of what is kept."""
        self._kept = None

    def pages(
        self, con: sqlite3.Connection, question: array[float], files: Sequence[int] | None, most: int
    ) -> list[NearPage]:
        """The pages on which the nearest chunks begin, nearest first.

        Raises:
            CorpusError: The vectors have been replaced by others since the question got its own.
            MissingExtra: numpy isn't installed.
        """
        try:
            import numpy as np
        except ImportError:
            raise MissingExtra("numpy", "pandas", 'search(ranking="hybrid")') from None
        held = vectors.held(con)
        if held is None or held.dimension != len(question):
            raise CorpusError("the vectors were replaced while this search went on: search again")
        asked = np.asarray(question, dtype="<f4")
        best: dict[int, NearPage] = {}
        for block in self._blocks(con, len(question), files):
            least = min(page.similarity for page in best.values()) if len(best) == most else -2.0
            new: set[int] = set()
            for chunk, similarity in zip(*block.compared(asked, files), strict=True):
                if not similarity > least or len(new) == most:
                    break
                page = _near_page(con, chunk, similarity)
                new.add(page.page)
                if page.page not in best or page.similarity > best[page.page].similarity:
                    best[page.page] = page
            best = {page.page: page for page in sorted(best.values(), key=lambda page: -page.similarity)[:most]}
        return list(best.values())

    def _blocks(self, con: sqlite3.Connection, dimension: int, files: Sequence[int] | None) -> Iterator[_Block]:
        kept, state = self._kept, vectors.state(con)
        if kept is None or kept.state != state:
            self._kept = kept = None  # before others take its room
            self._kept = kept = self._read(con, dimension, state)
        yield from kept.blocks
        if kept.rest is not None:
            yield from _stored(con, dimension, kept.rest, files)

    def _read(self, con: sqlite3.Connection, dimension: int, state: str | None) -> _Kept:
        blocks = list(islice(_stored(con, dimension, -1), self._most_blocks))
        last = int(blocks[-1].ids[-1]) if blocks else -1
        has_rest = con.execute("SELECT 1 FROM chunk_vectors WHERE id > ? LIMIT 1", (last,)).fetchone()
        return _Kept(state, blocks, last if has_rest else None)


def _stored(
    con: sqlite3.Connection, dimension: int, beyond: int, files: Sequence[int] | None = None
) -> Iterator[_Block]:
    """The chunks with ids beyond this one, of these files or of all."""
    import numpy as np

    where = "" if files is None else "AND file_id IN (SELECT value FROM json_each(?))"
    values = (beyond,) if files is None else (beyond, json.dumps(list(files)))
    rows = con.execute(f"SELECT id, file_id, vector FROM chunk_vectors WHERE id > ? {where} ORDER BY id", values)
    while block := rows.fetchmany(max(1, _BLOCK_BYTES // (4 * dimension))):
        ids, of_files, blobs = zip(*block, strict=True)
        if {*map(type, blobs)} != {bytes} or {*map(len, blobs)} != {4 * dimension} or {*map(type, of_files)} != {int}:
            raise BadRow(f"a vector doesn't have {dimension} numbers, or no file")
        matrix = np.frombuffer(b"".join(blobs), dtype="<f4").reshape(-1, dimension)
        yield _Block(np.array(ids), np.array(of_files), matrix)


def _near_page(con: sqlite3.Connection, chunk: int, similarity: float) -> NearPage:
    found = con.execute(
        "SELECT pages.id, start, iif(last_page = first_page, stop, NULL) FROM chunk_vectors "
        "JOIN pages ON pages.file_id = chunk_vectors.file_id AND number = first_page WHERE chunk_vectors.id = ?",
        (chunk,),
    ).fetchone()
    if found is None or not isinstance(found[1], int) or not isinstance(found[2], int | None):
        raise BadRow("a vector is of a place that isn't there")
    return NearPage(found[0], similarity, *found[1:])
