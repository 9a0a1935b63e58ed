"""The pages of a corpus: one by one, in order, in pieces, and what they are about."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby

from ingest_widgets.corpus.arguments import File, file_name, whole_number
from ingest_widgets.corpus.chunks.cutting import checked_sizes, chunks_of
from ingest_widgets.corpus.held_files import HeldFiles
from ingest_widgets.corpus.holdings.reading import (
    find_page,
    found_pages,
    iterate_pages,
    no_such_page,
    sampled_with_margins,
    with_margins,
)
from ingest_widgets.corpus.words.keywords import Keyword, keywords_of
from ingest_widgets.documents import Chunk, FileRecord, Hit, Page
from ingest_widgets.engines.layout.margins import marginal_lines, without
from ingest_widgets.errors import CorpusError

_SAMPLED_PAGES = 1_000
log = logging.getLogger(__name__)


class HeldPages(HeldFiles):
    """The texts of the files, see `Corpus`, which is made of it."""

    def pages(self, file: File | None = None) -> Iterator[Page]:
        """The pages in the order of names and numbers, those of one file in memory at a time.

        Those of a file are what was held of it at one moment; files come and go while one looks at them.

        Args:
            file: The name of one file, or its record; one that isn't in the corpus has no pages, and a warning is
                logged.
        """
        if file is not None and file not in self:
            with self._connections.reader() as con:
                log.warning("%s", self._unknown(file_name(file), con))
        return self._pages(None if file is None else file_name(file))

    def _pages(self, file: str | None) -> Iterator[Page]:
        yield from iterate_pages(self._connections, file)  # from: the corpus stays open while somebody iterates

    def _by_file(self, file: str | None) -> Iterator[Iterator[Page]]:
        return (pages for _, pages in groupby(self._pages(file), lambda page: page.file))

    def page(self, file: File, number: int) -> Page:
        """One page.

        Args:
            file: The name of its file, or its record.
            number: From 1.

        Raises:
            CorpusError: There is no such page in the corpus; the message says which there are.
        """
        name, number = file_name(file), whole_number("number", number, least=None)
        with self._connections.reader() as con:
            found = find_page(con, name, number)
        if found is None:
            raise CorpusError(no_such_page(self.file(name), number))
        return found

    def found(self, hits: Iterable[Hit]) -> list[tuple[Hit, FileRecord, Page]]:
        """Each hit with the record of its file and its page, as they are now; hits whose page is gone are left out."""
        return list(found_pages(self._connections, hits))

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
        """Pieces of text for retrieval, file by file, cut between paragraphs, else sentences, lines, words.

        A heading that stands alone stays with what it heads, where there is another place to cut.

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
        for pages in map(list, self._by_file(file)):
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
        if name is None and total > _SAMPLED_PAGES:
            pages = sampled_with_margins(self._connections, -(-total // _SAMPLED_PAGES))
        else:
            pages = chain.from_iterable(map(with_margins, self._by_file(name)))
        texts = (without(page.text, spans) for page, spans in pages)

        def frequencies(words: Sequence[str]) -> dict[str, int]:
            with self._connections.reader() as con:
                return self._index.frequencies(con, words)

        return keywords_of(texts, total, frequencies, limit)
