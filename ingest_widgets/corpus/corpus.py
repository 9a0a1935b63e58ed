"""The corpus as users see it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest_widgets.corpus import exports, health, vectors
from ingest_widgets.corpus.arguments import (
    File,
    dots_per_inch,
    file_name,
    file_names,
    whole_number,
)
from ingest_widgets.corpus.chunks import checked_sizes, chunks_of
from ingest_widgets.corpus.embedding import Embedder, embed, vector_of_question
from ingest_widgets.corpus.file_table import FileTable
from ingest_widgets.corpus.held_files import HeldFiles
from ingest_widgets.corpus.keywords import Keyword, keywords_of
from ingest_widgets.corpus.query import parse_query
from ingest_widgets.corpus.reading import find_page, iterate_pages, no_such_page, with_margins
from ingest_widgets.corpus.records import RECORD_COLUMNS, BadRow, clean_path, path_of, record_of
from ingest_widgets.corpus.scanned_lines import scanned_lines
from ingest_widgets.corpus.search import Match, Ranking, SearchResults, search
from ingest_widgets.documents import Chunk, Page
from ingest_widgets.engines.margins import marginal_lines, without
from ingest_widgets.errors import CorpusDamaged, CorpusError
from ingest_widgets.tables import html_table, text_table

if TYPE_CHECKING:
    from array import array

    import pandas
    import polars
    import pyarrow
    from langchain_core.documents import Document
    from PIL.Image import Image

    from ingest_widgets.corpus.page_images import Highlight, Original, PageImages, PageSheet

_SAMPLED_PAGES = 1_000


class Corpus(HeldFiles):
    """Pages of text, searchable, in one SQLite file.

    Safe to use from many threads and processes at once: readers never wait, writers take turns. The file is made by the
    first thing that is written; until then it reads as empty.

    Args:
        path: Of the file; its folder must exist.
        read_only: Never write; the file must exist.

    Raises:
        CorpusNotFound: Its folder doesn't exist, or with `read_only` the file.
        CorpusForeign: There is something else at `path`.
        CorpusTooNew: A later version of this package wrote it.
    """

    _embedder: Embedder | None = None

    def __bool__(self) -> bool:
        """True even without a page: a corpus is there."""
        return True

    def pages(self, file: File | None = None) -> Iterator[Page]:
        """The pages in the order of names and numbers, a few hundred in memory at a time.

        Args:
            file: The name of one file, or its record; a name that isn't in the corpus has no pages.
        """
        return self._pages(None if file is None else file_name(file))

    def _pages(self, file: str | None) -> Iterator[Page]:
        yield from iterate_pages(self._connections, file)  # from: the corpus stays open while somebody iterates

    def page(self, file: File, number: int) -> Page:
        """One page.

        Args:
            file: The name of its file, or its record.
            number: From 1.

        Raises:
            CorpusError: There is no such page in the corpus; the message says which there are.
        """
        name, number = file_name(file), whole_number("number", number, least=None)
        found = find_page(self._connections, name, number)
        if found is None:
            raise CorpusError(no_such_page(self.file(name), number))
        return found

    def search(
        self,
        query: str,
        *,
        limit: int = 20,
        offset: int = 0,
        file: File | Sequence[File] | None = None,
        match: Match = "all",
        stemming: bool = False,
        ranking: Ranking = "bm25",
    ) -> SearchResults:
        """Pages that match what a person typed, best first; nothing that is typed is an error.

        Pages of one score come by the names of their files and by their numbers.

        Args:
            query: Words, `"a phrase"`, `-not`, `OR`, `prefix*`, `file:name`; `long-term` finds `longterm` too, and an
                `OR` that doesn't stand between two of the things to look for is left out.
            limit: How many hits at most.
            offset: How many to leave out before.
            file: Only pages of the file with this name, or of this record, or of those in a list; a file that isn't
                in the corpus has none.
            match: `"all"`: each word must be on the page; `"any"`: one is enough, and more rank higher.
            stemming: Other English forms of a word will do as well: `running` finds `runs`.
            ranking: `"bm25"`: the pages with the words; `"hybrid"`: those and the pages of the 100 nearest chunks,
                ranked by both (reciprocal rank fusion). It needs `embed` and numpy, and keeps up to 256 MB of vectors
                in memory until one of them changes or the corpus is closed.

        Raises:
            CorpusError: `ranking="hybrid"`, and there are no vectors, or `embed` wasn't called on this object.
        """
        if not isinstance(query, str):
            raise TypeError(f"query must be a str, not {type(query).__name__}")
        limit, offset = whole_number("limit", limit), whole_number("offset", offset)
        names = file_names(file)
        if match not in ("all", "any"):
            raise ValueError(f"match must be 'all' or 'any', not {match!r}")
        if ranking not in ("bm25", "hybrid"):
            raise ValueError(f"ranking must be 'bm25' or 'hybrid', not {ranking!r}")
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

        Raises:
            TypeError: `fn` isn't callable or returns no vectors.
            ValueError: It returns too few or too many, of unequal or another dimension, or not finite; or the sizes
                aren't those of the vectors that are there.
        """
        if not callable(fn):
            raise TypeError(
                f"fn must be a callable that takes a list of texts, such as model.encode, not {type(fn).__name__}"
            )
        done = 0
        for made in embed(
            self._connections,
            self._chunks,
            fn,
            max_chars=max_chars,
            overlap=overlap,
            batch_size=batch_size,
            replace=replace,
        ):
            self._embedder = fn
            done += made
        self._embedder = fn
        return done

    def _vector_of(self, query: str) -> array[float] | None:
        with self._connections.reader() as con:
            held = vectors.held(con)
        question = parse_query(query).plain
        return vector_of_question(held, self._embedder, question, str(self._path))

    def margins(self, file: File) -> dict[int, list[tuple[int, int]]]:
        """Where the running headers, footers and page numbers stand: (start, end) in the texts, by page number.

        They are told by what neighbouring pages repeat; pages without any aren't in here.

        Args:
            file: The name of the file, or its record.

        Raises:
            CorpusError: There is no file of that name in the corpus.
        """
        name = self.file(file).name
        return {page.number: spans for page, spans in with_margins(self._pages(name)) if spans}

    def chunks(
        self, max_chars: int = 1200, overlap: int | None = None, *, file: File | None = None, margins: bool = False
    ) -> Iterator[Chunk]:
        """Pieces of text for retrieval, file by file, cut between paragraphs, else sentences, else words.

        Args:
            max_chars: No piece is longer, unless it is one single word or emoji.
            overlap: So many characters at most are in two neighbours; None: 150, or half of `max_chars` if less.
            file: Only this file's.
            margins: Running headers, footers and page numbers belong to the text; otherwise a chunk ends before one
                and the next begins behind it.

        Raises:
            CorpusError: There is no file of that name in the corpus.
            ValueError: `overlap` isn't less than `max_chars`.
        """
        max_chars, overlap = checked_sizes(max_chars, overlap)
        return self._chunks(max_chars, overlap, None if file is None else self.file(file).name, margins)

    def _chunks(self, max_chars: int, overlap: int, file: str | None, margins: bool = False) -> Iterator[Chunk]:
        for _, group in groupby(self._pages(file), lambda page: page.file):
            pages = list(group)
            spans = () if margins else marginal_lines(page.text for page in pages)
            yield from chunks_of(pages, max_chars, overlap, spans)

    def keywords(self, file: File | None = None, *, limit: int = 20) -> list[Keyword]:
        """The words and phrases that tell most, of one file or of the corpus (then from about 1,000 of its pages).

        Raises:
            CorpusError: There is no file of that name in the corpus.
        """
        limit = whole_number("limit", limit)
        name = None if file is None else self.file(file).name
        total = len(self)
        step = -(-total // _SAMPLED_PAGES) or 1 if name is None else 1
        pages = (
            pair for _, group in groupby(self._pages(name), lambda page: page.file) for pair in with_margins(group)
        )
        texts = (without(page.text, spans) for page, spans in islice(pages, 0, None, step))

        def frequencies(words: Sequence[str]) -> dict[str, int]:
            with self._connections.reader() as con:
                return self._index.frequencies(con, words)

        return keywords_of(texts, total, frequencies, limit)

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
        dpi = dots_per_inch(dpi)
        page = self.page(file, number)
        with self._connections.reader() as con:
            scanned = scanned_lines(con, page.file, page.number)
        return self._images.sheet(self._original(page.file), page.number, dpi, page.text, highlight, scanned)

    def _original(self, name: str) -> Original:
        with self._connections.reader() as con:
            found = con.execute(
                "SELECT name, kind, identity, data, sha256, pages FROM files LEFT JOIN uploads ON file_id = id "
                "WHERE name = ?",
                (name,),
            ).fetchone()
            if found is None:
                raise self._unknown(name, con)
            name, kind, identity, data, *rest = found
            if not isinstance(data, bytes | None):
                raise BadRow(f"what is held of {name} isn't bytes")
        from ingest_widgets.corpus.page_images import Original

        return Original(name, kind, path_of(identity), data, *rest)

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
        """What is wrong with the corpus, a sentence each; empty when it is sound."""
        try:
            with self._connections.private_copy() as con:
                return health.problems(con, self._index)
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
            rows = con.execute(f"SELECT {RECORD_COLUMNS} FROM files ORDER BY name LIMIT 20").fetchall()
            cells = FileTable(map(record_of, rows)).rows()
        title = f"{clean_path(self._path.name)}: {_counted(files, 'file')}, {_counted(pages, 'page')}"
        shown = (title, FileTable.COLUMNS, cells)
        return {"text/plain": text_table(*shown, total=files), "text/html": html_table(*shown, total=files)}


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
