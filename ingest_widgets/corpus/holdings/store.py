"""How a file goes into the tables: each function works inside the transaction of the connection it is given."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import islice

from ingest_widgets.corpus.chunks import vectors
from ingest_widgets.corpus.search.index import PageIndex
from ingest_widgets.corpus.storage.records import RECORD_COLUMNS, clean, clean_path, identity_of, json_list, record_of
from ingest_widgets.corpus.storage.scanned_lines import as_json
from ingest_widgets.corpus.words.page import page_words
from ingest_widgets.documents import Extraction, FileRecord, Page, SourceFile, pages_in_words
from ingest_widgets.errors import CorpusError
from ingest_widgets.numbered import with_folders
from ingest_widgets.statuses import Reason, Status

_MOST_SAID = 20
LARGEST_UPLOAD = 900_000_000  # SQLite's own limit is 1e9 bytes a row


@dataclass
class _Row:
    """A row of the table of files; the names are those of its columns."""

    kind: str
    identity: bytes
    name: str
    path: str
    status: str
    reason: str | None
    detail: str
    pages: int
    size: int | None
    mtime_ns: int | None
    sha256: str | None
    settings_key: str
    engine: str | None
    seconds: float
    title: str
    author: str
    warnings: str


_COLUMNS = [field.name for field in fields(_Row)]
_UPSERT = (
    f"INSERT INTO files ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)}) "
    "ON CONFLICT (kind, identity) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in ("kind", "identity"))
    + f" RETURNING id, {RECORD_COLUMNS}"
)


@dataclass(frozen=True)
class _Before:
    """What the corpus held of a file until now."""

    id: int
    name: str
    pages: int
    sha256: str | None


def write_file(
    con: sqlite3.Connection, index: PageIndex, source: SourceFile, extraction: Extraction, settings_key: str
) -> FileRecord:
    """Puts one file in place of what was there, or beside it when the new attempt brought nothing better."""
    before = _before(con, source)
    if before and _same_bytes_got_less(before, extraction):
        return touch_file(con, source, extraction)
    keeps_pages = bool(before and before.pages and not extraction.pages and extraction.status is not Status.INGESTED)
    row = _row(con, source, extraction, before, settings_key)
    if keeps_pages and before:
        row.pages = before.pages
        row.engine = con.execute("SELECT engine FROM files WHERE id = ?", (before.id,)).fetchone()[0]
        row.warnings = json_list([*extraction.warnings, _kept_sentence(before.pages)])
    file_id, *record = con.execute(_UPSERT, vars(row)).fetchone()
    if not keeps_pages:
        _replace_pages(con, index, file_id, extraction, row.title, bool(before and before.pages))
    if source.data is not None and len(source.data) <= LARGEST_UPLOAD:
        con.execute("INSERT OR REPLACE INTO uploads (file_id, data) VALUES (?, ?)", (file_id, source.data))
    return record_of(record)


def _same_bytes_got_less(before: _Before, extraction: Extraction) -> bool:
    """A second attempt at the same bytes that ended earlier, say on a busy machine, takes no page away."""
    return bool(
        extraction.status is not Status.INGESTED
        and extraction.sha256
        and extraction.sha256 == before.sha256
        and len(extraction.pages) < before.pages
    )


def _kept_sentence(pages: int) -> str:
    held = "The page held here is that" if pages == 1 else f"The {pages} pages held here are those"
    return f"{held} of the version before: this one could not be read."


def _before(con: sqlite3.Connection, source: SourceFile) -> _Before | None:
    found = con.execute(
        "SELECT id, name, pages, sha256 FROM files WHERE kind = ? AND identity = ?", (source.kind, identity_of(source))
    ).fetchone()
    return _Before(*found) if found else None


def _row(
    con: sqlite3.Connection, source: SourceFile, extraction: Extraction, before: _Before | None, settings_key: str
) -> _Row:
    return _Row(
        kind=source.kind,
        identity=identity_of(source),
        name=before.name if before else free_name(con, source),
        path=clean_path(_place(source) if source.problem else source.path),
        status=extraction.status.value,
        reason=extraction.reason.value if extraction.reason else None,
        detail=clean(extraction.detail),
        pages=len(extraction.pages),
        size=source.size if extraction.size is None else extraction.size,
        mtime_ns=source.mtime_ns if extraction.mtime_ns is None else extraction.mtime_ns,
        sha256=extraction.sha256,
        settings_key=settings_key,
        engine=extraction.engine,
        seconds=extraction.seconds,
        title=clean(extraction.title),
        author=clean(extraction.author),
        warnings=json_list([*extraction.warnings, *_said_of_pages(extraction.pages)]),
    )


def _said_of_pages(pages: Sequence[Page]) -> list[str]:
    """What the pages warn of, such as hidden text, so that the file's record tells of it as well."""
    said: dict[str, list[int]] = {}
    for page in pages:
        for warning in dict.fromkeys(page.warnings):
            said.setdefault(warning, []).append(page.number)
    return [f"{pages_in_words(numbers)}: {warning}" for warning, numbers in islice(said.items(), _MOST_SAID)]


def free_name(con: sqlite3.Connection, source: SourceFile) -> str:
    """The source's name, with as many folders in front as it takes to be the only one, or else a number behind."""
    path = "" if source.kind == "upload" else source.path
    for name in with_folders(*map(clean_path, (source.name, source.folder, path))):
        found = con.execute("SELECT id, path, pages, reason FROM files WHERE name = ?", (name,)).fetchone()
        if found is None:
            return name
        # A link that led to nothing and leads elsewhere by now, or is a file: its identity was where it led.
        if found[1:] == (clean_path(_place(source)), 0, Reason.UNREADABLE):
            con.execute("DELETE FROM files WHERE id = ?", found[:1])
            return name
    raise AssertionError("the names never end")


def _place(source: SourceFile) -> str:
    """Where one has to look for it: the path of a link, not where that leads."""
    return source.link or source.path


def _replace_pages(
    con: sqlite3.Connection, index: PageIndex, file_id: int, extraction: Extraction, title: str, had_pages: bool
) -> None:
    if had_pages:
        drop_pages(con, index, file_id)
    if not extraction.pages:
        return
    con.executemany(
        "INSERT INTO pages (file_id, number, engine, warnings, headings, parts, bare, scanned, text) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        _page_rows(file_id, extraction, title),
    )
    index.add(con, file_id)


def _page_rows(
    file_id: int, extraction: Extraction, title: str
) -> Iterator[tuple[int, int, str, str | None, str | None, str | None, str | None, str | None, str]]:
    # A search for a title's words should bring the file's first page, not every page of a long book.
    for page in extraction.pages:
        text = clean(page.text)
        yield (
            file_id,
            page.number,
            page.engine,
            json_list(page.warnings) if page.warnings else None,
            *page_words(text, title),
            as_json(extraction.scanned[page.number]) if page.number in extraction.scanned else None,
            text,
        )
        title = ""


def drop_pages(con: sqlite3.Connection, index: PageIndex, file_id: int) -> None:
    """Takes a file's pages, and the vectors of its chunks, out of the index and the tables."""
    index.drop(con, file_id)
    vectors.drop(con, file_id)
    con.execute("DELETE FROM pages WHERE file_id = ?", (file_id,))


def remove_file(con: sqlite3.Connection, index: PageIndex, file_id: int) -> None:
    """Takes out everything that is held of a file."""
    drop_pages(con, index, file_id)
    con.execute("DELETE FROM uploads WHERE file_id = ?", (file_id,))
    con.execute("DELETE FROM files WHERE id = ?", (file_id,))


def touch_file(con: sqlite3.Connection, source: SourceFile, stamp: Extraction | None = None) -> FileRecord:
    """Notes the size and time of a file whose content is in already; a place that says no size takes none away."""
    size = source.size if stamp is None or stamp.size is None else stamp.size
    mtime_ns = source.mtime_ns if stamp is None or stamp.mtime_ns is None else stamp.mtime_ns
    found = con.execute(
        "UPDATE files SET size = coalesce(?, size), mtime_ns = ? WHERE kind = ? AND identity = ? "
        f"RETURNING {RECORD_COLUMNS}",
        (size, mtime_ns, source.kind, identity_of(source)),
    ).fetchone()
    if found is None:
        raise CorpusError(f"{clean_path(source.name)} was removed from the corpus in the meantime: run again")
    return record_of(found)


def write_unstarted(con: sqlite3.Connection, sources: Sequence[SourceFile]) -> list[FileRecord]:
    """Records files that a run never came to; those that are in already keep their records."""
    extraction = Extraction(
        Status.CANCELLED, Reason.CANCELLED, "It was not read because the run was stopped: run again to go on."
    )
    records = []
    for source in sources:
        record = con.execute(
            f"SELECT {RECORD_COLUMNS} FROM files WHERE kind = ? AND identity = ?", (source.kind, identity_of(source))
        ).fetchone()
        if record is None:
            _, *record = con.execute(_UPSERT, vars(_row(con, source, extraction, None, ""))).fetchone()
        records.append(record_of(record))
    return records
