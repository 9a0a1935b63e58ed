"""The corpus as users see it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest_widgets.corpus import exports
from ingest_widgets.corpus.arguments import File, Highlight, dots_per_inch, file_names, to_mark, whole_number
from ingest_widgets.corpus.chunks import vectors
from ingest_widgets.corpus.chunks.embedder import Embedder, NamedEmbedder
from ingest_widgets.corpus.chunks.embedding import embed, vector_of_question
from ingest_widgets.corpus.file_table import FileTable
from ingest_widgets.corpus.held_pages import HeldPages
from ingest_widgets.corpus.holdings import health
from ingest_widgets.corpus.queries.parsing import parse_query
from ingest_widgets.corpus.search.results import Match, Ranking, SearchResults, search
from ingest_widgets.corpus.storage.records import RECORD_COLUMNS, BadRow, clean_path, path_of, record_of
from ingest_widgets.corpus.storage.scanned_lines import scanned_lines
from ingest_widgets.counted import counted
from ingest_widgets.errors import CorpusDamaged
from ingest_widgets.printable import one_line
from ingest_widgets.shortened import brief
from ingest_widgets.tables import MOST_ROWS, html_table, text_table

if TYPE_CHECKING:
    from array import array

    import pandas
    import polars
    import pyarrow
    from langchain_core.documents import Document
    from PIL.Image import Image

    from ingest_widgets.corpus.page_images import Original, PageImages, PageSheet


class Corpus(HeldPages):
    """Pages of text, searchable, in one SQLite file.

    Safe to use from many threads and processes at once: readers never wait, writers take turns. The file is made by the
    first thing that is written; until then it reads as empty. Between runs all is in that file: copy it then from
    another process (one that reads it by anything but SQLite takes its own locks away), or when it is closed.

    Args:
        path: Of the file; its folder must exist.
        read_only: Never write; the file must exist.

    Raises:
        CorpusNotFound: Its folder doesn't exist, or with `read_only` the file.
        CorpusForeign: There is something else at `path`.
        CorpusTooNew: A later version of this package wrote it.
    """

    _embedder: NamedEmbedder | None = None

    def __bool__(self) -> bool:
        """True even without a page: a corpus is there."""
        return True

    def search(
        self,
        query: str,
        *,
        limit: int = 20,
        offset: int = 0,
        file: File | Iterable[File] | None = None,
        match: Match = "all",
        stemming: bool = False,
        ranking: Ranking = "bm25",
    ) -> SearchResults:
        """Pages that match what a person typed, best first; nothing that is typed is an error.

        Pages of one score come by the names of their files and by their numbers; where they are more than 256, as they
        were taken up.

        Args:
            query: Words, `"a phrase"`, `-not`, `OR`, `prefix*`, `file:name`, parentheses; `long-term` finds `longterm`
                too and `12000` finds `12,000` and `12 000`, `C++` and `.NET` find only themselves, and an `OR` that
                doesn't stand between two of the things to look for, or two files, is left out.
            limit: How many hits at most.
            offset: How many to leave out before.
            file: Only pages of the file with this name, or of this record, or of those in a list; a file that isn't
                in the corpus has none.
            match: `"all"`: each word must be on the page; `"any"`: one is enough, and more rank higher.
            stemming: Other English forms of a word that isn't in quotes will do as well: `running` finds `runs`,
                `dog's` finds `dogs`, and `-running` leaves out `runs`.
            ranking: `"bm25"`: the pages with the words; `"hybrid"`: those and the pages of the 100 nearest chunks,
                ranked by both (reciprocal rank fusion). It needs `embed` and numpy, and keeps up to 256 MB of vectors
                in memory until one of them changes or the corpus is closed.

        Raises:
            CorpusError: `ranking="hybrid"`, and there are no vectors, or `embed` wasn't called on this object.
            TypeError, ValueError: An argument that can't be used, by its name.
        """
        if not isinstance(query, str):
            raise TypeError(f"query must be a str, not {type(query).__name__}")
        limit, offset = whole_number("limit", limit), whole_number("offset", offset)
        names = file_names(file)
        if match not in ("all", "any"):
            raise ValueError(f"match must be 'all' or 'any', not {brief(match)}")
        if ranking not in ("bm25", "hybrid"):
            raise ValueError(f"ranking must be 'bm25' or 'hybrid', not {brief(ranking)}")
        question = self._vector_of(query) if ranking == "hybrid" else None
        with self._connections.reader() as con:
            return search(
                con,
                self._index,
                self._nearest,
                query,
                limit=limit,
                offset=offset,
                files=names,
                match=match,
                stemming=stemming,
                question=question,
            )

    def embed(
        self,
        fn: Embedder,
        *,
        max_chars: int | None = None,
        overlap: int | None = None,
        batch_size: int = 64,
        replace: bool = False,
        model: str | None = None,
    ) -> int:
        """Gives each chunk that has none a vector, for `search(ranking="hybrid")`, and says how many those were.

        What is done is kept, whatever ends the work: the next call goes on there, and one with nothing to do only
        takes `fn` for the questions of this object, since a callable can't be stored. One that fails before anything
        is kept leaves the callable of the questions as it was. A file that changes or goes loses its vectors with its
        pages.

        Args:
            fn: Takes a list of texts, returns a vector of numbers for each: `SentenceTransformer(...).encode` or
                the `embed_documents` of LangChain. Only the direction of a vector counts.
            max_chars: Of the chunks, see `chunks`; None: as those that have vectors, or 1,200.
            overlap: Of the chunks, likewise.
            batch_size: How many texts `fn` gets at a time, and how many vectors a transaction keeps.
            replace: Forget all vectors first: another model, or other chunks.
            model: The name of the model behind `fn`, kept with the vectors. With it no other one can be taken by
                mistake, which its vectors, of as many numbers, wouldn't tell; it is to be given from then on.

        Raises:
            TypeError: `fn` isn't callable or returns no vectors.
            ValueError: It returns too few or too many, of unequal or another dimension, or not finite; or the model or
                the sizes aren't those of the vectors that are there.
        """
        embedder = NamedEmbedder(fn, model)
        done = 0
        for made in embed(
            self._connections,
            self._chunks,
            embedder,
            max_chars=max_chars,
            overlap=overlap,
            batch_size=batch_size,
            replace=replace,
        ):
            self._embedder = embedder
            done += made
        self._embedder = embedder
        self._connections.bring_home()
        return done

    def _vector_of(self, query: str) -> array[float] | None:
        with self._connections.reader() as con:
            held = vectors.held(con)
        question = parse_query(query).plain
        return vector_of_question(held, self._embedder, question, str(self._path))

    def page_image(self, file: File, number: int, *, dpi: float = 110, highlight: Highlight | None = None) -> Image:
        """The page as it looks, drawn in an isolated worker.

        Args:
            file: The name of its file, or its record.
            number: From 1.
            dpi: Dots an inch, at most 1,200; 220 for a sharp screen.
            highlight: A query, or a list of words and phrases, to be marked.

        Raises:
            CorpusError: There is no such page in the corpus.
            IngestError: The file is gone or can't be drawn; the message says why.
        """
        return self._sheet(file, number, dpi, highlight).drawn()

    def page_sheet(self, file: File, number: int, *, dpi: float = 110, query: str = "") -> PageSheet:
        """The bare page as a PNG, and apart from it where the matches of a query are; raises like `page_image`."""
        return self._sheet(file, number, dpi, query)

    @cached_property
    def _images(self) -> PageImages:
        from ingest_widgets.corpus.page_images import PageImages  # brings the workers along, which a search never needs

        return PageImages()

    def _sheet(self, file: File, number: int, dpi: float, highlight: Highlight | None) -> PageSheet:
        dpi, marked = dots_per_inch(dpi), to_mark(highlight)
        page = self.page(file, number)
        with self._connections.reader() as con:
            scanned = scanned_lines(con, page.file, page.number)
        return self._images.sheet(self._original(page.file), page.number, dpi, page.text, marked, scanned)

    def _original(self, name: str) -> Original:
        with self._connections.reader() as con:
            found = con.execute(
                "SELECT name, kind, identity, data, pages, size, mtime_ns, sha256 "
                "FROM files LEFT JOIN uploads ON file_id = id WHERE name = ?",
                (name,),
            ).fetchone()
            if found is None:
                raise self._unknown(name, con)
            name, kind, identity, data, pages, *stamp = found
            if not isinstance(data, bytes | None):
                raise BadRow(f"what is held of {name} isn't bytes")
        from ingest_widgets.corpus.page_images import Original, stamp_of

        return Original(name, kind, path_of(identity), data, stamp_of(stamp), pages)

    def to_pandas(self) -> pandas.DataFrame:
        """All pages as a DataFrame, one row a page: file, page, text, engine, warnings."""
        return exports.to_pandas(self)

    def to_arrow(self) -> pyarrow.Table:
        """All pages as an Arrow table, one row a page: file, page, text, engine, warnings."""
        return exports.to_arrow(self)

    def to_polars(self) -> polars.DataFrame:
        """All pages as a polars DataFrame, one row a page: file, page, text, engine, warnings."""
        return exports.to_polars(self)

    def to_parquet(self, path: str | os.PathLike[str]) -> Path:
        """Writes all pages into a Parquet file, a few thousand in memory at a time, and returns its path.

        Raises:
            IngestError: The file can't be written.
        """
        return exports.to_parquet(self, path)

    def to_csv(self, path: str | os.PathLike[str]) -> Path:
        """Writes a header and one row a page; what a spreadsheet would run as a formula gets a `'` in front.

        Raises:
            IngestError: The file can't be written.
        """
        return exports.to_csv(self, path)

    def to_langchain(self, *, max_chars: int | None = None, overlap: int | None = None) -> list[Document]:
        """LangChain documents: one a page (from 1), or one a chunk, as `chunks` cuts, when `max_chars` is given.

        Raises:
            ValueError: `overlap` isn't less than `max_chars`, or is given without it.
        """
        return exports.to_langchain(self, max_chars=max_chars, overlap=overlap)

    def check(self) -> list[str]:
        """What is wrong with the corpus, a sentence and a line each; empty when it is sound."""
        try:
            with self._connections.private_copy() as con:
                return list(map(one_line, health.problems(con, self._index)))
        except CorpusDamaged as error:
            return [str(error)]

    # How it shows itself.

    def __repr__(self) -> str:
        return f"Corpus({str(self._path)!r}{', read_only=True' if self.read_only else ''})"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        if self._connections.closed:
            return {"text/plain": f"{self!r}, closed"}
        with self._connections.reader() as con:
            files, pages = con.execute("SELECT count(*), coalesce(sum(pages), 0) FROM files").fetchone()
            rows = con.execute(f"SELECT {RECORD_COLUMNS} FROM files ORDER BY name LIMIT {MOST_ROWS}").fetchall()
            cells = FileTable(map(record_of, rows)).rows()
        title = f"{clean_path(self._path.name)}: {counted(files, 'file')}, {counted(pages, 'page')}"
        shown = (title, FileTable.COLUMNS, cells)
        return {"text/plain": text_table(*shown, total=files), "text/html": html_table(*shown, total=files)}
