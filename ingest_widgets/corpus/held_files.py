"""The files of a corpus: each has its record, and a run puts pages beside it."""

from __future__ import annotations

import json
import os
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ingest_widgets.corpus.arguments import File, corpus_path, file_name, one_status
from ingest_widgets.corpus.chunks.nearest import NearestChunks
from ingest_widgets.corpus.file_table import FileTable
from ingest_widgets.corpus.holdings import store
from ingest_widgets.corpus.search.file_filters import near_names
from ingest_widgets.corpus.search.index import FullTextIndex, PageIndex
from ingest_widgets.corpus.storage.connections import Connections
from ingest_widgets.corpus.storage.notes import note, note_change, noted
from ingest_widgets.corpus.storage.records import (
    KNOWN_COLUMNS,
    RECORD_COLUMNS,
    Known,
    as_text,
    known_of,
    record_of,
    summary_of,
)
from ingest_widgets.documents import Extraction, FileKey, FileRecord, RunSummary, SourceFile
from ingest_widgets.errors import CorpusError
from ingest_widgets.statuses import Status

if TYPE_CHECKING:
    import sqlite3

Stopped = Callable[[], bool]
_OF_A_RUN = {"known", "prepare", "write", "write_unstarted", "touch", "set_last_run"}
_MARK = "run_mark"  # by which a run knows the file again, whatever number the file system gives it


def _never() -> bool:
    return False


class HeldFiles:
    """What is known of each file, on the connections of one corpus; see `Corpus`, which is made of it."""

    def __init__(self, path: str | os.PathLike[str], *, read_only: bool = False) -> None:
        self._path = corpus_path(path)
        self._connections = Connections(str(self._path), read_only=read_only)
        self._index: PageIndex = FullTextIndex()
        self._nearest = NearestChunks()
        self._prepared: tuple[tuple[int, int] | None, str] | None = None
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
        self._nearest.forget()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[Callable[..., HeldFiles], tuple[type[HeldFiles], str, bool]]:
        return _reopen, (type(self), str(self._path), self.read_only)

    def __dir__(self) -> list[str]:
        """Without what only a run asks and writes: the Tab key offers what a user may want."""
        return [name for name in super().__dir__() if name not in _OF_A_RUN]

    def __len__(self) -> int:
        with self._connections.reader() as con:
            return int(con.execute("SELECT coalesce(sum(pages), 0) FROM files").fetchone()[0])

    def files(self, status: Status | str | None = None) -> FileTable:
        """One record for each file that was ever offered, in name order.

        Args:
            status: Only those with this status.

        Raises:
            ValueError: There is no such status.
        """
        if status is not None:
            status = one_status(status)
        with self._connections.reader() as con:
            where, values = ("WHERE status = ?", [status.value]) if status else ("", [])
            rows = con.execute(f"SELECT {RECORD_COLUMNS} FROM files {where} ORDER BY name", values).fetchall()
            return FileTable(map(record_of, rows))

    def file(self, name: File) -> FileRecord:
        """The record of one file.

        Raises:
            CorpusError: There is no file of that name in the corpus.
        """
        name = file_name(name)
        with self._connections.reader() as con:
            row = con.execute(f"SELECT {RECORD_COLUMNS} FROM files WHERE name = ?", (name,)).fetchone()
            if row is None:
                raise self._unknown(name, con)
            return record_of(row)

    def __contains__(self, file: object) -> bool:
        """Whether a file of that name was ever offered."""
        if not isinstance(file, File):
            return False
        with self._connections.reader() as con:
            return con.execute("SELECT 1 FROM files WHERE name = ?", (file_name(file),)).fetchone() is not None

    def remove(self, file: File) -> None:
        """Takes a file (its name or its record) with its pages out of the corpus; the PDF itself stays where it is.

        Raises:
            CorpusError: There is no file of that name in the corpus.
        """
        name = file_name(file)
        with self._connections.writer() as con:
            found = con.execute("SELECT id FROM files WHERE name = ?", (name,)).fetchone()
            if found is None:
                raise self._unknown(name, con)
            store.remove_file(con, self._index, found[0])
        self._connections.bring_home()

    def _unknown(self, file: str, con: sqlite3.Connection) -> CorpusError:
        names = [as_text(name) for (name,) in con.execute("SELECT name FROM files ORDER BY name").fetchall()]
        return CorpusError(f"there is no file {file!r} in {self._path}: {near_names(file, names)}")

    # What a run asks and writes; once it is `stopped` it waits for a lock no longer than a moment.

    def known(self) -> dict[FileKey, Known]:
        """What is known of each file, by the key of its `SourceFile`."""
        with self._connections.reader() as con:
            return dict(map(known_of, con.execute(f"SELECT {KNOWN_COLUMNS} FROM files").fetchall()))

    def prepare(self, *, stopped: Stopped = _never) -> None:
        """Makes sure that the corpus can be written, and makes its file when there is none.

        Raises:
            CorpusError: It can't; nothing was changed.
        """
        with self._connections.writer(stopped) as con:
            mark = note_change(con, _MARK)
        self._prepared = self._connections.identity(), mark

    @contextmanager
    def _writer_of_run(self, stopped: Stopped) -> Iterator[sqlite3.Connection]:
        """Only into the file that was prepared: a run that goes on in another one claims what went with the first.

        A file system without inodes of its own (FAT, SMB, FUSE) may give the same file another number, so then the
        mark counts that this run's last write has left in it.

        Raises:
            CorpusError: There is another file or none by now.
        """
        if self._prepared is None:
            with self._connections.writer(stopped) as con:
                yield con
            return
        identity, (before, expected) = self._connections.identity(), self._prepared
        if identity is None:
            raise self._gone()
        with self._connections.writer(stopped) as con:
            if identity != before and noted(con, _MARK) != expected:
                raise self._gone()
            mark = note_change(con, _MARK)
            yield con
        self._prepared = identity, mark

    def _gone(self) -> CorpusError:
        return CorpusError(
            f"{self._path} was deleted or replaced while a run wrote into it, "
            "and what had been written went with it: run again"
        )

    def write(
        self, source: SourceFile, extraction: Extraction, *, settings_key: str = "", stopped: Stopped = _never
    ) -> FileRecord:
        """Puts what was read of one file into the corpus, in one transaction, in place of what was there.

        Args:
            source: The file.
            extraction: A failed one of a file that had pages leaves these and says so in `warnings`.
            settings_key: The JSON of one name with its value, or empty; given back by `known`.
            stopped: See above.
        """
        with self._writer_of_run(stopped) as con:
            return store.write_file(con, self._index, source, extraction, settings_key)

    def write_unstarted(self, sources: Sequence[SourceFile], *, stopped: Stopped = _never) -> list[FileRecord]:
        """Records files that a stopped run never came to; one that is in already keeps its record."""
        with self._writer_of_run(stopped) as con:
            return store.write_unstarted(con, sources)

    def touch(self, source: SourceFile, *, stopped: Stopped = _never) -> FileRecord:
        """Notes the new time and size of a file whose content is in already."""
        with self._writer_of_run(stopped) as con:
            return store.touch_file(con, source)

    @property
    def last_run(self) -> RunSummary | None:
        """What the last run did; None before the first."""
        with self._connections.reader() as con:
            value = noted(con, "last_run")
            return None if value is None else summary_of(value)

    def set_last_run(self, summary: RunSummary, *, stopped: Stopped = _never) -> None:
        """Keeps what a run did, and leaves all of it in the one file."""
        with self._writer_of_run(stopped) as con:
            note(con, "last_run", json.dumps(summary.to_dict()))
        self._connections.bring_home()


def _reopen(kind: type[HeldFiles], path: str, read_only: bool) -> HeldFiles:
    return kind(path, read_only=read_only)
