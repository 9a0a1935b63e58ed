"""Vectors of chunks through a callable that the user brings; this package knows no model."""

from __future__ import annotations

import inspect
import math
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from numbers import Complex, Real
from typing import Any

from ingest_widgets.corpus import vectors
from ingest_widgets.corpus.arguments import whole_number
from ingest_widgets.corpus.chunks import checked_sizes
from ingest_widgets.corpus.connections import Connections
from ingest_widgets.corpus.vectors import Embedding
from ingest_widgets.documents import Chunk
from ingest_widgets.errors import CorpusError

Embedder = Callable[[list[str]], Iterable[Iterable[Any]]]
"""Takes texts, gives a vector for each: lists of numbers, or the rows of an array."""
ChunksOf = Callable[[int, int, str], Iterable[Chunk]]
"""The chunks of a file, by size, overlap and the file's name."""


def embed(
    connections: Connections,
    chunks_of: ChunksOf,
    fn: Embedder,
    *,
    max_chars: int | None,
    overlap: int | None,
    batch_size: int,
    replace: bool,
) -> Iterator[int]:
    """Gives each chunk without a vector one, a transaction a batch, and says of each batch how many those were.

    Raises:
        ValueError: The sizes aren't those of the vectors that are there, or what `fn` gave can't be used.
    """
    batch_size = whole_number("batch_size", batch_size, least=1)
    with connections.reader() as con:
        sizes = _sizes(None if replace else vectors.held(con), max_chars, overlap)
    forgets = replace
    for batch in _batches(connections, chunks_of, sizes, batch_size, afresh=replace):
        made = checked_vectors(fn, [chunk.text for _, chunk in batch.chunks])
        with connections.writer() as con:
            if forgets:  # not before `fn` has worked once
                vectors.drop_all(con)
                forgets = False
            _keep(con, batch, made, sizes)
        yield len(made)


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


def checked_vectors(fn: Embedder, texts: list[str]) -> list[array[float]]:
    """What `fn` gives for the texts, as vectors of length 1 (a vector of zeros stays one).

    Raises:
        ValueError: It isn't one vector a text, or they aren't of one dimension, or not of finite numbers.
        TypeError: It is nothing of the kind.
    """
    if not texts:
        return []
    given = fn(texts)
    _refuse_awaitable(given)
    try:
        rows = [_numbers(row) for row in _in_order(given)]
    except (TypeError, ValueError, OverflowError) as error:
        raise TypeError(
            f"fn must return one vector of numbers for each text, not {type(given).__name__} ({error})"
        ) from error
    if len(rows) != len(texts):
        raise ValueError(f"fn returned {len(rows)} vectors for {len(texts)} texts: it must return one for each")
    dimension = len(rows[0])
    if not dimension or any(len(row) != dimension for row in rows):
        found = ", ".join(map(str, sorted({len(row) for row in rows})[:5]))
        raise ValueError(f"fn returned vectors of {found} numbers: they must all have as many, and at least one")
    return [_unit(row) for row in rows]


def _refuse_awaitable(given: object) -> None:
    if not inspect.isawaitable(given):
        return
    if inspect.iscoroutine(given):
        given.close()  # else Python warns that nobody awaited it
    raise TypeError("fn must return vectors, not something to await: give lambda texts: run_sync(fn(texts))")


def _in_order(given: Iterable[Any]) -> Iterable[Any]:
    """The same; refuses what could be iterated, but isn't a list of vectors or of numbers."""
    if isinstance(given, str | bytes | bytearray | Set | Mapping):
        raise TypeError(f"a {type(given).__name__} is neither a vector nor a list of them")
    return given


def _numbers(row: Iterable[Any]) -> list[float]:
    numbers = list(_in_order(row))
    for kind in set(map(type, numbers)):
        # float() would read texts, and drop the imaginary part of another library's complex numbers.
        if issubclass(kind, str | bytes | bytearray) or (issubclass(kind, Complex) and not issubclass(kind, Real)):
            raise TypeError(f"a {kind.__name__} is no real number")
    return list(map(float, numbers))


def _unit(row: Sequence[float]) -> array[float]:
    length = math.hypot(*row)
    if not math.isfinite(length):
        raise ValueError("fn returned a vector with a number that isn't finite: leave such texts out or return zeros")
    return array("f", [number / length for number in row] if length else row)


def _keep(con: sqlite3.Connection, batch: _Batch, made: Sequence[array[float]], sizes: tuple[int, int]) -> None:
    if made:
        _agree(con, Embedding(*sizes, len(made[0])))
    of_file: dict[int, list[tuple[Chunk, array[float]]]] = {}
    for (file_id, chunk), vector in zip(batch.chunks, made, strict=True):
        of_file.setdefault(file_id, []).append((chunk, vector))
    for file_id, chunks in of_file.items():
        vectors.add(con, file_id, chunks)
    for file_id, places in batch.finished:
        vectors.finish(con, file_id, places)


def _agree(con: sqlite3.Connection, embedding: Embedding) -> None:
    """Notes what the vectors share, or sees to it that it is what was noted, maybe by another process just now."""
    held = vectors.held(con)
    if held is None:
        vectors.note(con, embedding)
    elif held != embedding:
        raise ValueError(
            f"the vectors in the corpus have {held.dimension} numbers (of chunks with max_chars={held.max_chars}), "
            f"fn returned {embedding.dimension}: use the same model, or embed everything anew with replace=True"
        )


def vector_of_question(held: Embedding | None, fn: Embedder | None, question: str, path: str) -> array[float] | None:
    """The question's vector; None when nothing is asked for but files or what must not be there.

    Raises:
        CorpusError: There is nothing to compare it with, or no callable to make it.
        ValueError: It isn't of the dimension that the vectors have.
    """
    if fn is None or held is None:
        lacking = f"{path} holds no vectors" if held is None else "the callable isn't stored with the vectors"
        raise CorpusError(f'{lacking}: call corpus.embed(fn) before search(ranking="hybrid")')
    if not question:
        return None
    (vector,) = checked_vectors(fn, [question])
    if len(vector) != held.dimension:
        raise ValueError(
            f"fn returned {len(vector)} numbers, the vectors in the corpus have {held.dimension}: "
            "give the callable that made them to corpus.embed(fn)"
        )
    return vector
