"""Pages in order, those of one file in memory at a time, and no transaction open while the caller looks at them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, tee

from ingest_widgets.corpus.storage.connections import Connections
from ingest_widgets.corpus.storage.records import RECORD_COLUMNS, as_number, as_text, record_of, warnings_of
from ingest_widgets.counted import counted
from ingest_widgets.documents import FileRecord, Hit, Page
from ingest_widgets.engines.layout.margins import NEAR_PAGES, marginal_lines
from ingest_widgets.statuses import Status

_AT_ONCE = 500
PAGE_COLUMNS = "number, text, engine, warnings"
# By the file's name: its id may be another one's by the time.
_PAGES = f"SELECT {PAGE_COLUMNS} FROM pages WHERE file_id = (SELECT id FROM files WHERE name = ?) ORDER BY number"
_PAGE = f"SELECT {PAGE_COLUMNS} FROM pages WHERE file_id = ? AND number = ?"


def iterate_pages(connections: Connections, file: str | None) -> Iterator[Page]:
    """All pages by name and number, or those of one file; those of a file are of one moment."""
    for name in _names(connections) if file is None else [file]:
        with connections.reader() as con:
            rows = con.execute(_PAGES, (name,)).fetchall()
            pages = [page_of(name, row) for row in rows]
        yield from pages


def _names(connections: Connections) -> Iterator[str]:
    last = ""
    while True:
        with connections.reader() as con:
            rows = con.execute(
                f"SELECT name FROM files WHERE name > ? ORDER BY name LIMIT {_AT_ONCE}", (last,)
            ).fetchall()
            names = [as_text(name) for (name,) in rows]
        yield from names
        if len(names) < _AT_ONCE:
            return
        last = names[-1]


def with_margins(pages: Iterable[Page]) -> Iterator[tuple[Page, list[tuple[int, int]]]]:
    """The pages of one file, each with the places of its margins; a few of them are in memory at a time."""
    pages, read_ahead = tee(pages)
    return zip(pages, marginal_lines(page.text for page in read_ahead), strict=True)


def sampled_with_margins(connections: Connections, step: int) -> Iterator[tuple[Page, list[tuple[int, int]]]]:
    """Every so manieth page by name and number, with the places of its margins: only these and their neighbours."""
    with connections.reader() as con:
        files = con.execute("SELECT name, pages FROM files ORDER BY name").fetchall()
    seen = 0
    for name, held in files:
        for place in range(-seen % step, held, step):
            first = max(0, place - NEAR_PAGES)
            with connections.reader() as con:
                rows = con.execute(f"{_PAGES} LIMIT ? OFFSET ?", (name, place + NEAR_PAGES + 1 - first, first))
                near = [page_of(as_text(name), row) for row in rows.fetchall()]
            yield from islice(with_margins(near), place - first, place - first + 1)  # none of a file that went
        seen += held


def find_page(con: sqlite3.Connection, name: str, number: int) -> Page | None:
    """One page; None when the corpus doesn't hold it."""
    found = con.execute("SELECT id FROM files WHERE name = ?", (name,)).fetchone()
    row = con.execute(_PAGE, (found[0], number)).fetchone() if found else None
    return page_of(name, row) if row else None


def found_pages(connections: Connections, hits: Iterable[Hit]) -> Iterator[tuple[Hit, FileRecord, Page]]:
    """The pages of hits with their files' records, all of one moment, but for those that went since the search."""
    with connections.reader() as con:
        for hit in hits:
            if page := find_page(con, hit.file, hit.page):
                row = con.execute(f"SELECT {RECORD_COLUMNS} FROM files WHERE name = ?", (hit.file,)).fetchone()
                yield hit, record_of(row), page


def no_such_page(record: FileRecord, number: int) -> str:
    """Why the corpus doesn't hold a page: one sentence."""
    why = f"{record.status}{f', {record.reason}' if record.reason else ''}"
    detail = f": {record.detail}" if record.detail else ""
    if not record.pages:
        return f"{record.name} has no pages in the corpus ({why}){detail}"
    held = counted(record.pages, "page")
    missing = f"there is no page {number}{': pages count from 1' if number < 1 else ''}"
    if record.status is Status.INGESTED:
        return f"{record.name} has {held}, {missing}"
    return f"{record.name} has {held} in the corpus, {missing} ({why}){detail}"


def page_of(name: str, row: Sequence[object]) -> Page:
    """The page in a row of `PAGE_COLUMNS`."""
    number, text, engine, warnings = row
    said = () if warnings is None else warnings_of(warnings)
    return Page(name, as_number(number), as_text(text), as_text(engine), said)
