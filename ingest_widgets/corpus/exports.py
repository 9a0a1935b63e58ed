"""The pages in other libraries' shapes."""

from __future__ import annotations

import csv
import os
import unicodedata
from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest_widgets.corpus.export_file import appearing_whole
from ingest_widgets.errors import MissingExtra

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow
    from langchain_core.documents import Document

    from ingest_widgets.corpus.held_pages import HeldPages
    from ingest_widgets.documents import Chunk, Page

COLUMNS = ("file", "page", "text", "engine", "warnings")
"""Of every export: the file's name, the page's number from 1, its text, the engine that made it, its warnings."""

_ROWS_AT_ONCE = 2_000
_FORMULA = frozenset("=+-@|%")
"""What a spreadsheet may run when it begins with one of these, see OWASP's 'CSV Injection'."""

Row = tuple[str, int, str, str, list[str]]


def _rows(corpus: HeldPages) -> Iterator[Row]:
    return ((page.file, page.number, page.text, page.engine, list(page.warnings)) for page in corpus.pages())


def _batches(corpus: HeldPages) -> Iterator[dict[str, list[Any]]]:
    """The columns of a few thousand rows at a time, at least once."""
    rows = _rows(corpus)
    batch = list(islice(rows, _ROWS_AT_ONCE))
    while True:
        yield {name: [row[place] for row in batch] for place, name in enumerate(COLUMNS)}
        if not (batch := list(islice(rows, _ROWS_AT_ONCE))):
            return


def to_pandas(corpus: HeldPages) -> pandas.DataFrame:
    """One row a page, put together from batches, which take less room than all of them as Python's objects."""
    pd = _library("pandas", "pandas", "pandas", "to_pandas()")
    types = {"file": str, "page": "int64", "text": str, "engine": str, "warnings": object}
    # Without a row pandas would take the texts for numbers.
    frames = (pd.DataFrame(columns, columns=list(COLUMNS)).astype(types) for columns in _batches(corpus))
    frame: pandas.DataFrame = pd.concat(frames, ignore_index=True)
    return frame


def to_arrow(corpus: HeldPages) -> pyarrow.Table:
    """One row a page, in batches, so that the texts together may be larger than 2 GB."""
    pa = _library("pyarrow", "pyarrow", "arrow", "to_arrow()")
    schema = _arrow_schema(pa)
    return pa.Table.from_batches(_arrow_batches(pa, schema, corpus), schema)


def to_polars(corpus: HeldPages) -> polars.DataFrame:
    """One row a page, put together from batches as well."""
    pl = _library("polars", "polars", "polars", "to_polars()")
    types = (pl.String, pl.Int64, pl.String, pl.String, pl.List(pl.String))
    schema = dict(zip(COLUMNS, types, strict=True))
    frames = (pl.DataFrame(columns, schema=schema) for columns in _batches(corpus))
    frame: polars.DataFrame = pl.concat(frames, rechunk=True)
    return frame


def to_parquet(corpus: HeldPages, path: str | os.PathLike[str]) -> Path:
    """Writes one row a page, a few thousand in memory at a time."""
    pa = _library("pyarrow", "pyarrow", "arrow", "to_parquet()")
    parquet = import_module("pyarrow.parquet")
    schema = _arrow_schema(pa)
    with (
        appearing_whole(corpus.path, path) as (target, unfinished),
        open(unfinished, "wb") as stream,
        parquet.ParquetWriter(stream, schema, compression="zstd") as writer,
    ):
        for batch in _arrow_batches(pa, schema, corpus):
            writer.write_batch(batch)
    return target


def to_csv(corpus: HeldPages, path: str | os.PathLike[str]) -> Path:
    """Writes a header and one row a page as UTF-8; cells that a spreadsheet would run get a `'` in front."""
    with (
        appearing_whole(corpus.path, path) as (target, unfinished),
        open(unfinished, "w", encoding="utf-8", newline="") as stream,
    ):
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for file, number, text, engine, warnings in _rows(corpus):
            writer.writerow([_harmless(file), number, *map(_harmless, (text, engine, "; ".join(warnings)))])
    return target


def to_langchain(corpus: HeldPages, *, max_chars: int | None = None, overlap: int | None = None) -> list[Document]:
    """LangChain documents: one a page, or one a chunk when `max_chars` is given.

    Raises:
        ValueError: `overlap` is given without `max_chars`.
    """
    if max_chars is None and overlap is not None:
        raise ValueError("overlap is of chunks, without max_chars a document is a page: give both, say max_chars=1200")
    documents = _library("langchain_core", "langchain-core", "langchain", "to_langchain()", "documents")
    # A file that comes while the others are gone through has none, and stays out.
    about = {record.name: {"source": record.path, "title": record.title} for record in corpus.files()}
    places = map(_of_page, corpus.pages()) if max_chars is None else map(_of_chunk, corpus.chunks(max_chars, overlap))
    return [
        documents.Document(page_content=text, id=f"{file}#{part}", metadata={**about[file], "file": file, **place})
        for file, text, part, place in places
        if file in about
    ]


_Part = tuple[str, str, str, dict[str, int]]
"""The file, the text, how the part of the file is called, and where it is."""


def _of_page(page: Page) -> _Part:
    return page.file, page.text, f"page={page.number}", {"page": page.number}


def _of_chunk(chunk: Chunk) -> _Part:
    place = {"page": chunk.first_page, "last_page": chunk.last_page, "start": chunk.start, "end": chunk.end}
    return chunk.file, chunk.text, f"page={chunk.first_page}&char={chunk.start}", place


def _library(module: str, distribution: str, extra: str, purpose: str, part: str = "") -> Any:
    try:
        return import_module(f"{module}.{part}" if part else module)
    except ImportError:
        raise MissingExtra(distribution, extra, purpose) from None


def _arrow_schema(pa: Any) -> pyarrow.Schema:
    return pa.schema(
        [
            ("file", pa.string()),
            ("page", pa.int64()),
            ("text", pa.string()),
            ("engine", pa.string()),
            ("warnings", pa.list_(pa.string())),
        ]
    )


def _arrow_batches(pa: Any, schema: pyarrow.Schema, corpus: HeldPages) -> Iterator[pyarrow.RecordBatch]:
    return (pa.RecordBatch.from_pydict(columns, schema=schema) for columns in _batches(corpus))


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("\t", "\r", "\n")) or _first_sign(cell) in _FORMULA else cell


def _first_sign(cell: str) -> str:
    """The first one that is seen by itself, the full-width and the small form as the plain one; empty without any."""
    seen = (c for c in cell if unicodedata.category(c)[0] not in "CMZ")  # controls and formats, marks, spaces
    return unicodedata.normalize("NFKC", next(seen, ""))[:1]
