"""The corpus as users see it."""

from __future__ import annotations

import difflib
import json
import os
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest_widgets.corpus import health, store
from ingest_widgets.corpus.connections import Connections
from ingest_widgets.corpus.file_table import FileTable
from ingest_widgets.corpus.index import FullTextIndex, PageIndex
from ingest_widgets.corpus.records import KNOWN_COLUMNS, RECORD_COLUMNS, Known, clean_path, known_of, record_of
from ingest_widgets.corpus.search import SearchResults, search
from ingest_widgets.documents import Extraction, FileRecord, Page, RunSummary, SourceFile, Status
from ingest_widgets.errors import CorpusDamaged, CorpusError
from ingest_widgets.tables import html_table, text_table

if TYPE_CHECKING:
    import pandas

_PAGES_AT_ONCE = 500


class Corpus:
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

    def __init__(self, path: str | os.PathLike[str], *, read_only: bool = False) -> None:
        self._path = Path(os.path.abspath(os.path.expanduser(os.fspath(path))))
        self._connections = Connections(str(self._path), read_only=read_only)
        self._index: PageIndex = FullTextIndex()
        self._at_exit = weakref.finalize(self, Connections.close, self._connections)

    @property
    def path(self) -> Path:
        """Of the file, absolute."""
        return self._path

    @property
    def read_only(self) -> bool:
        """Whether it was opened so that nothing can be written."""
        return self._connections.read_only

    def close(self) -> None:
        """Lets go of the file, as often as you like; using the corpus afterwards raises `CorpusError`."""
        self._at_exit()

    def __enter__(self) -> Corpus:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[Callable[..., Corpus], tuple[str, bool]]:
        return _reopen, (str(self._path), self.read_only)

    def __len__(self) -> int:
        with self._connections.reader() as con:
            return int(con.execute("SELECT coalesce(sum(pages), 0) FROM files").fetchone()[0])

    def __bool__(self) -> bool:
        """True even without a page: a corpus is there."""
        return True

    def files(self, status: Status | str | None = None) -> FileTable:
        """One record for each file that was ever offered, in name order.

        Args:
            status: Only those with this status.

        Raises:
            ValueError: There is no such status.
        """
        if status is not None:
            status = Status(status)
        with self._connections.reader() as con:
            where, values = ("WHERE status = ?", [status.value]) if status else ("", [])
            rows = con.execute(f"SELECT {RECORD_COLUMNS} FROM files {where} ORDER BY name", values).fetchall()
            return FileTable(map(record_of, rows))

    def pages(self, file: str | None = None) -> Iterator[Page]:
        """The pages in the order of names and numbers, a few hundred in memory at a time.

        Args:
            file: The name of one file; a name that isn't in the corpus has no pages.
        """
        for file_id, name in self._named_files(file):
            last = 0
            while rows := self._page_rows(file_id, last):
                for number, text, engine, warnings in rows:
                    yield Page(name, number, text, engine, tuple(json.loads(warnings)) if warnings else ())
                last = rows[-1][0]
                if len(rows) < _PAGES_AT_ONCE:
                    break

    def _named_files(self, file: str | None) -> Iterator[tuple[int, str]]:
        last = ""
        while True:
            with self._connections.reader() as con:
                where, value = ("name > ?", last) if file is None else ("name = ?", clean_path(file))
                rows = con.execute(
                    f"SELECT id, name FROM files WHERE {where} ORDER BY name LIMIT {_PAGES_AT_ONCE}", (value,)
                ).fetchall()
            yield from rows
            if len(rows) < _PAGES_AT_ONCE:
                return
            last = rows[-1][1]

    def _page_rows(self, file_id: int, after: int) -> list[tuple[int, str, str, str | None]]:
        with self._connections.reader() as con:
            return con.execute(
                "SELECT number, text, engine, warnings FROM pages WHERE file_id = ? AND number > ? "
                f"ORDER BY number LIMIT {_PAGES_AT_ONCE}",
                (file_id, after),
            ).fetchall()

    def search(self, query: str, *, limit: int = 20, offset: int = 0, file: str | None = None) -> SearchResults:
        """Pages that match what a person typed, best first; nothing that is typed is an error.

        Args:
            query: Words (all must match), `"a phrase"`, `-not`, `OR`, `prefix*`, `file:name`.
            limit: How many hits at most.
            offset: How many to leave out before.
            file: Only pages of the file with this name.
        """
        if not isinstance(query, str):
            raise TypeError(f"query must be a str, not {type(query).__name__}")
        for name, value in (("limit", limit), ("offset", offset)):
            if value < 0:
                raise ValueError(f"{name} must be 0 or more, not {value}")
        with self._connections.reader() as con:
            return search(con, self._index, query, limit=limit, offset=offset, file=file)

    def to_pandas(self) -> pandas.DataFrame:
        """All pages as a DataFrame: file, page, text, engine, warnings."""
        from ingest_widgets.corpus.exports import to_pandas

        return to_pandas(self)

    def remove(self, file: str) -> None:
        """Takes a file with its pages out of the corpus; the PDF itself stays where it is.

        Raises:
            CorpusError: There is no file of that name in the corpus.
        """
        with self._connections.writer() as con:
            found = con.execute("SELECT id FROM files WHERE name = ?", (clean_path(file),)).fetchone()
            if found is None:
                raise self._unknown(file, [name for (name,) in con.execute("SELECT name FROM files")])
            store.remove_file(con, self._index, found[0])

    def _unknown(self, file: str, names: Sequence[str]) -> CorpusError:
        nearest = difflib.get_close_matches(file, names, 1)
        hint = f"did you mean {nearest[0]!r}?" if nearest else "corpus.files() lists them"
        return CorpusError(f"there is no file {clean_path(file)!r} in {self._path}: {hint}")

    def check(self) -> list[str]:
        """What is wrong with the corpus, a sentence each; empty when it is sound."""
        try:
            with self._connections.private_copy() as con:
                return health.problems(con, self._index)
        except CorpusDamaged as error:
            return [str(error)]

    # What a run asks and writes.

    def known(self) -> dict[str, Known]:
        """What is known of each file, by the path that identifies it."""
        with self._connections.reader() as con:
            return dict(map(known_of, con.execute(f"SELECT {KNOWN_COLUMNS} FROM files").fetchall()))

    def prepare(self) -> None:
        """Makes sure that the corpus can be written, and makes its file when there is none.

        Raises:
            CorpusError: It can't; nothing was changed.
        """
        with self._connections.writer():
            pass

    def write(self, source: SourceFile, extraction: Extraction, *, settings_key: str = "") -> FileRecord:
        """Puts what was read of one file into the corpus, in one transaction, in place of what was there.

        Args:
            source: The file.
            extraction: A failed one of a file that had pages leaves these and says so in `warnings`.
            settings_key: Given back by `known`.
        """
        with self._connections.writer() as con:
            return store.write_file(con, self._index, source, extraction, settings_key)

    def write_unstarted(self, sources: Sequence[SourceFile]) -> list[FileRecord]:
        """Records files that a stopped run never came to; one that is in already keeps its record."""
        with self._connections.writer() as con:
            return store.write_unstarted(con, sources)

    def touch(self, source: SourceFile) -> FileRecord:
        """Notes the new time and size of a file whose content is in already."""
        with self._connections.writer() as con:
            return store.touch_file(con, source)

    @property
    def last_run(self) -> RunSummary | None:
        """What the last run did; None before the first."""
        with self._connections.reader() as con:
            found = con.execute("SELECT value FROM notes WHERE key = 'last_run'").fetchone()
        return RunSummary(**json.loads(found[0])) if found else None

    def set_last_run(self, summary: RunSummary) -> None:
        """Keeps what a run did."""
        with self._connections.writer() as con:
            con.execute(
                "INSERT OR REPLACE INTO notes (key, value) VALUES ('last_run', ?)", (json.dumps(summary.to_dict()),)
            )

    # How it shows itself.

    def __repr__(self) -> str:
        return f"Corpus({str(self._path)!r}{', read_only=True' if self.read_only else ''})"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        if self._connections.closed:
            return {"text/plain": f"{self!r}, closed"}
        with self._connections.reader() as con:
            files, pages = con.execute("SELECT count(*), coalesce(sum(pages), 0) FROM files").fetchone()
            rows = con.execute(f"SELECT {RECORD_COLUMNS} FROM files ORDER BY name LIMIT 20").fetchall()
        title = f"{clean_path(self._path.name)}: {_counted(files, 'file')}, {_counted(pages, 'page')}"
        cells = FileTable(record_of(row) for row in rows).rows()
        shown = (title, FileTable.COLUMNS, cells)
        return {"text/plain": text_table(*shown, total=files), "text/html": html_table(*shown, total=files)}


def _reopen(path: str, read_only: bool) -> Corpus:
    return Corpus(path, read_only=read_only)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
