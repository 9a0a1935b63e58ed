"""Which chunks still need a vector, a batch a transaction, and what a question is compared by."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ingest_widgets.corpus.arguments import whole_number
from ingest_widgets.corpus.chunks import vectors
from ingest_widgets.corpus.chunks.cutting import checked_sizes
from ingest_widgets.corpus.chunks.embedder import NamedEmbedder, in_words
from ingest_widgets.corpus.chunks.vectors import Embedding
from ingest_widgets.corpus.storage.connections import Connections
from ingest_widgets.documents import Chunk
from ingest_widgets.errors import CorpusError

ChunksOf = Callable[[int, int, str], Iterable[Chunk]]
"""The chunks of a file, by size, overlap and the file's name."""


def embed(
    connections: Connections,
    chunks_of: ChunksOf,
    embedder: NamedEmbedder,
    *,
    max_chars: int | None,
    overlap: int | None,
    batch_size: int,
    replace: bool,
) -> Iterator[int]:
    """Gives each chunk without a vector one, a transaction a batch, and says of each batch how many those were.

    Raises:
        ValueError: The model or the sizes aren't those of the vectors that are there, or what `fn` gave can't be used.
    """
    batch_size = whole_number("batch_size", batch_size, least=1)
    with connections.reader() as con:
        held = None if replace else vectors.held(con)
    if held is not None:
        embedder.refuse_another(held)
    sizes = _sizes(held, max_chars, overlap)
    forgets = replace
    for batch in _batches(connections, chunks_of, sizes, batch_size, afresh=replace):
        made = embedder.vectors_of([chunk.text for _, chunk in batch.chunks])
        with connections.writer() as con:
            if forgets:  # not before `fn` has worked once
                vectors.drop_all(con)
                forgets = False
            if made:
                _agree(con, Embedding(*sizes, len(made[0]), embedder.model), embedder)
            _keep(con, batch, made)
        yield len(made)
    if forgets:  # there was nothing to embed, which leaves nothing to keep
        with connections.writer() as con:
            vectors.drop_all(con)


def _sizes(held: Embedding | None, max_chars: int | None, overlap: int | None) -> tuple[int, int]:
    if held is None:
        return checked_sizes(1200 if max_chars is None else max_chars, overlap)
    if max_chars is None and overlap is None:
        return held.max_chars, held.overlap
    sizes = checked_sizes(held.max_chars if max_chars is None else max_chars, overlap)
    if sizes != (held.max_chars, held.overlap):
        raise ValueError(
            f"the vectors in the corpus are of chunks with max_chars={held.max_chars}, overlap={held.overlap}: "
            "leave both out, or embed everything anew with replace=True"
        )
    return sizes


@dataclass
class _Batch:
    """Chunks with their files' ids, and the files (with the places of all their chunks) that are finished by them."""

    chunks: list[tuple[int, Chunk]] = field(default_factory=list)
    finished: list[tuple[int, set[tuple[int, int]]]] = field(default_factory=list)


def _batches(
    connections: Connections, chunks_of: ChunksOf, sizes: tuple[int, int], batch_size: int, *, afresh: bool
) -> Iterator[_Batch]:
    with connections.reader() as con:
        files = vectors.unfinished(con, afresh=afresh)
    batch = _Batch()
    for file_id, name in files:
        with connections.reader() as con:
            done = set() if afresh else vectors.places(con, file_id)
        places: set[tuple[int, int]] = set()
        for chunk in chunks_of(*sizes, name):
            places.add((chunk.first_page, chunk.start))
            if (chunk.first_page, chunk.start) in done:
                continue
            if len(batch.chunks) == batch_size:
                yield batch
                batch = _Batch()
            batch.chunks.append((file_id, chunk))
        if places:
            batch.finished.append((file_id, places))
    if batch.chunks or batch.finished:
        yield batch


def _keep(con: sqlite3.Connection, batch: _Batch, made: Sequence[array[float]]) -> None:
    of_file: dict[int, list[tuple[Chunk, array[float]]]] = {}
    for (file_id, chunk), vector in zip(batch.chunks, made, strict=True):
        of_file.setdefault(file_id, []).append((chunk, vector))
    for file_id, chunks in of_file.items():
        vectors.add(con, file_id, chunks)
    for file_id, places in batch.finished:
        vectors.finish(con, file_id, places)


def _agree(con: sqlite3.Connection, embedding: Embedding, embedder: NamedEmbedder) -> None:
    """Notes what the vectors share, or sees to it that it is what was noted, maybe by another process just now."""
    held = vectors.held(con)
    if held is None:
        vectors.share(con, embedding)
        return
    embedder.refuse_another(held)
    if held != embedding:
        raise ValueError(
            f"the vectors in the corpus have {held.dimension} numbers (of chunks with max_chars={held.max_chars}), "
            f"fn returned {embedding.dimension}: use the same model, or embed everything anew with replace=True"
        )


def vector_of_question(
    held: Embedding | None, embedder: NamedEmbedder | None, question: str, path: str
) -> array[float] | None:
    """The question's vector; None when nothing is asked for but files or what must not be there.

    Raises:
        CorpusError: There is nothing to compare it with, or no callable to make it.
        ValueError: It isn't of the model or the dimension that the vectors have.
    """
    if embedder is None or held is None:
        lacking = f"{path} holds no vectors" if held is None else "the callable isn't stored with the vectors"
        raise CorpusError(f'{lacking}: call corpus.embed(fn) before search(ranking="hybrid")')
    if held.model != embedder.model:  # since another process embedded all anew
        raise ValueError(
            f"the vectors in the corpus are {in_words(held.model)} by now, the callable is {in_words(embedder.model)}: "
            "give the one that made them, and its name, to corpus.embed(fn, model=...)"
        )
    if not question:
        return None
    (vector,) = embedder.vectors_of([question])
    if len(vector) != held.dimension:
        raise ValueError(
            f"fn returned {len(vector)} numbers, the vectors in the corpus have {held.dimension}: "
            "give the callable that made them to corpus.embed(fn)"
        )
    return vector
