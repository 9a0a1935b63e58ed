"""Text and where it stands: pages, pieces of them, and what a search finds on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ingest_widgets.counted import counted
from ingest_widgets.documents.noun import Shown
from ingest_widgets.shortened import shortened

if TYPE_CHECKING:
    from ingest_widgets.tables import Cell, Table


class ScannedLine(NamedTuple):
    """A piece of a line that OCR read, and where.

    Points from the top left of the page as it is shown, around which the box is then turned: by degrees, by the clock.
    """

    left: float
    top: float
    right: float
    bottom: float
    text: str
    angle: float = 0.0


@dataclass(frozen=True, slots=True, repr=False)
class Page(Shown):
    r"""One page of text.

    Attributes:
        file: The name of the file's record.
        number: Counted from 1.
        text: Valid UTF-8, lines end with `\n`, paragraphs with an empty line where the engine can tell.
        engine: Which engine made it, e.g. `pdfium`, `pdfium+repair`, `pypdf`, `pdfium+salvage`, `ocr`.
        warnings: What a reader should know, a sentence each.
    """

    file: str
    number: int
    text: str
    engine: str
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Page(file={self.file!r}, number={self.number}, {counted(len(self.text), 'character')})"

    def _table(self) -> Table:
        title = ". ".join([f"{self.file}, page {self.number} ({self.engine})", *self.warnings])
        return title, ("text",), _lines(self.text)


@dataclass(frozen=True, slots=True, repr=False)
class Chunk(Shown):
    """A piece of text of about the asked size.

    Attributes:
        text: Exactly the characters `start:end` of the file's pages joined with a form feed.
        file: The name of the file's record.
        first_page: Number of the page it begins on, from 1.
        last_page: Number of the page it ends on.
        start: Offset of its first character in the text of `first_page`.
        end: Offset after its last character in the text of `last_page`.
    """

    text: str
    file: str
    first_page: int
    last_page: int
    start: int
    end: int

    def __repr__(self) -> str:
        last = "" if self.last_page == self.first_page else f", last_page={self.last_page}"
        return f"Chunk(file={self.file!r}, first_page={self.first_page}{last}, {counted(len(self.text), 'character')})"

    def _table(self) -> Table:
        alone = self.last_page == self.first_page
        pages = f"page {self.first_page}" if alone else f"pages {self.first_page} to {self.last_page}"
        return f"{self.file}, {pages}", ("text",), _lines(self.text)


@dataclass(frozen=True, slots=True, repr=False)
class Hit(Shown):
    """One page that matches a query.

    Attributes:
        file: The name of the file's record.
        page: Its number in the file, from 1.
        score: Higher is better (BM25, or the sum of reciprocal ranks); comparable within one search only.
        snippet: Plain text on one line around the matches; of a page that only its nearness brought, the beginning
            of the nearest chunk.
        spans: (start, end) of each match in `snippet`, in order, not overlapping.
    """

    file: str
    page: int
    score: float
    snippet: str
    spans: tuple[tuple[int, int], ...] = ()

    def __repr__(self) -> str:
        return f"Hit(file={self.file!r}, page={self.page}, score={self.score:.3g}, {shortened(self.snippet, 60)!r})"

    def _table(self) -> Table:
        from ingest_widgets.tables import Marked

        row: list[Cell] = [self.file, self.page, self.score, Marked(self.snippet, self.spans)]
        return "1 page", ("file", "page", "score", "text"), [row]


def _lines(text: str) -> list[list[Cell]]:
    return [[line] for line in text.splitlines() if line.strip()]
