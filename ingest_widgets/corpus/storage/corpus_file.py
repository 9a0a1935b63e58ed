"""The file of a corpus: what is there at all, and connections to it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TypeVar
from urllib.parse import quote

from ingest_widgets.corpus.storage.failures import (
    WAIT_SECONDS,
    damaged,
    has_too_many_open,
    own_errors,
    refuse_folder,
    unseen,
)
from ingest_widgets.corpus.storage.schema import APPLICATION_ID, VERSION, empty, migrate, missing_parts
from ingest_widgets.corpus.storage.transactions import Wait, begin, one_state, retry
from ingest_widgets.errors import (
    CorpusDamaged,
    CorpusForeign,
    CorpusNotFound,
    CorpusNotWritable,
    CorpusTooNew,
)

_STEP_SECONDS = 0.2
_CHECKED_BYTES = 256 * 2**20
"""A larger file isn't looked through before it is written to: 100 MiB take 0.07 s, and 0.4 s from a disk."""


FileState = tuple[tuple[int, int], int | None]
"""Device and inode of the file, inode of the -wal beside it."""


class FileConnection(sqlite3.Connection):
    """One that can be used again: no empty stand-in for a file that isn't there yet, nor one that looks just once.

    Attributes:
        state: What it was opened on, see `CorpusFile.state`.
    """

    state: FileState | None = None


_Connection = TypeVar("_Connection", bound=sqlite3.Connection)


class CorpusFile:
    """The file at a path, which may not be there yet. Holds nothing open.

    Args:
        path: Absolute.
        read_only: Nothing is ever written, and a missing file is an error.
    """

    def __init__(self, path: str, *, read_only: bool) -> None:
        self.path, self.read_only = path, read_only

    def identity(self) -> tuple[int, int] | None:
        """What tells this file from another one at its place; None while there is none, or an empty one.

        Raises:
            CorpusNotWritable: It can't be seen whether there is one: that isn't to be taken for a corpus without files.
        """
        try:
            status = os.stat(self.path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise unseen(self.path, error) from error
        return (status.st_dev, status.st_ino) if status.st_size else None

    def state(self) -> FileState | None:
        """What stays the same as long as a connection may be used: the file, and the -wal beside it.

        Whoever reads the file without SQLite, in this process, takes away the locks of its connections, see
        `_refuse_header`. Another process may delete the -wal then, and what is written into it is lost.
        """
        identity = self.identity()
        if identity is None:
            return None
        try:
            return identity, os.stat(f"{self.path}-wal").st_ino
        except OSError:
            return identity, None

    def open_for_writing(self, wait: Wait) -> FileConnection:
        """A connection to the file, which is made or brought up to date first.

        Args:
            wait: For another one's lock.
        """
        refuse_folder(self.path)
        self.look()
        _refuse_unwritable(self.path)
        con = self._connect("rwc", FileConnection, _STEP_SECONDS)
        with _closed_on_error(con):
            self._refuse_damaged(con)
            retry(lambda: con.execute("PRAGMA journal_mode = WAL").fetchall(), wait)
            begin(con, wait)
            refuse_others(con, self.path)
            migrate(con)
            if missing := missing_parts(con):
                raise damaged(self.path, missing[0])
            con.commit()
            con.state = self.state()
        return con

    def open_for_reading(self) -> sqlite3.Connection:
        """A connection that can't write; to an empty stand-in while the file's first writer is at work."""
        con = self._connect_to_read()
        with _closed_on_error(con):
            con.execute("PRAGMA query_only = 1")
            if con.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:  # its first writer is at work
                con.close()
                return empty()
            refuse_others(con, self.path)
            if isinstance(con, FileConnection):
                con.state = self.state()
        return con

    def _connect_to_read(self) -> sqlite3.Connection:
        try:
            con = self._connect("rw", FileConnection)
            with _closed_on_error(con):
                con.execute("PRAGMA user_version").fetchone()
        except sqlite3.OperationalError:
            if has_too_many_open() or not self._is_all_there():
                raise
            # Not even the file that readers share can be made here, so nobody writes: read the file as it stands, once,
            # since that may change.
            return self._connect("ro&immutable=1", sqlite3.Connection)
        return con

    def _is_all_there(self) -> bool:
        return os.access(self.path, os.R_OK) and not self._has_wal()

    def _has_wal(self) -> bool:
        try:
            return os.path.getsize(f"{self.path}-wal") > 0
        except FileNotFoundError:
            return False

    def _connect(self, mode: str, factory: type[_Connection], timeout: float = WAIT_SECONDS) -> _Connection:
        con = sqlite3.connect(
            self._uri(mode),
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=timeout,
            factory=factory,
        )
        with _closed_on_error(con):
            con.execute("PRAGMA trusted_schema = OFF")
            con.execute("PRAGMA synchronous = NORMAL")
            con.execute("PRAGMA foreign_keys = ON")
            con.execute("PRAGMA temp_store = MEMORY")
            con.execute("PRAGMA journal_size_limit = 67108864")
            con.execute("PRAGMA wal_autocheckpoint = 4000")  # 16 MB: a page of the index is copied less often
        return con

    def look(self) -> None:
        """Refuses what is there but can't be a corpus, without touching it.

        Raises:
            CorpusError: Of the class that fits.
        """
        refuse_folder(self.path)
        if not os.path.exists(self.path):
            self._refuse_missing()
            return
        if not os.path.getsize(self.path):
            return
        if not os.access(self.path, os.R_OK):
            raise CorpusNotWritable(f"{self.path} can't be read: check its permissions")
        try:
            with own_errors(self.path):
                self._refuse_header()
        except CorpusDamaged:  # nobody can say yet whose it is; who reads or writes it will be told
            return

    def _refuse_missing(self) -> None:
        folder = os.path.dirname(self.path)
        if not os.path.isdir(folder):
            raise CorpusNotFound(f"there is no folder {folder} for the corpus: create it, or give another path")
        if self.read_only:
            raise CorpusNotFound(f"there is no corpus at {self.path}: check the path, or ingest PDFs into it first")

    def _refuse_header(self) -> None:
        """What the file says without the -wal beside it.

        It is asked by SQLite, never by `open`: closing a file takes away the locks that this process has on it, those
        of all connections, and then another process deletes the -wal that they write into.
        See https://sqlite.org/howtocorrupt.html, 2.2.
        """
        with closing(sqlite3.connect(self._uri("ro&immutable=1"), uri=True)) as con:
            application = con.execute("PRAGMA application_id").fetchone()[0]
            version = con.execute("PRAGMA user_version").fetchone()[0]
            begun = not application and not version and con.execute("PRAGMA page_count").fetchone()[0] == 1
        if application != APPLICATION_ID and os.path.exists(f"{self.path}-wal"):
            self._refuse_unless_wal_says_so()
        elif not begun:  # a creation that was killed has no table yet
            _refuse_numbers(self.path, application, version)

    def _uri(self, mode: str) -> str:
        return f"file:{quote(os.fsencode(self.path))}?mode={mode}"

    def _refuse_unless_wal_says_so(self) -> None:
        """The newest first page may be in the file beside; reading through it changes neither."""
        with own_errors(self.path), closing(self._connect("ro", sqlite3.Connection)) as con:
            refuse_others(con, self.path)

    def _refuse_damaged(self, con: sqlite3.Connection) -> None:
        page_bytes = con.execute("PRAGMA page_size").fetchone()[0]
        # What is in the -wal may be on its way into the file or mend its end, so it is asked for first.
        mendable, size = self._has_wal(), os.path.getsize(self.path)
        if size % page_bytes and not mendable:
            raise damaged(self.path, "it ends in the middle of a page")
        if size > _CHECKED_BYTES:
            return
        found = con.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise damaged(self.path, str(found).splitlines()[-1])


def refuse_others(con: sqlite3.Connection, path: str) -> None:
    """Refuses what is no corpus of a version that is known here."""
    with one_state(con):  # else its first writer may commit between two of the questions
        application = con.execute("PRAGMA application_id").fetchone()[0]
        version = con.execute("PRAGMA user_version").fetchone()[0]
        tables = con.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application or version or tables:
        _refuse_numbers(path, application, version)


def _refuse_numbers(path: str, application: int, version: int) -> None:
    if application != APPLICATION_ID:
        raise CorpusForeign(f"{path} is another program's database: give another path for the corpus")
    if version < 0:
        raise damaged(path, f"its layout is {version}")
    if version > VERSION:
        raise CorpusTooNew(
            f"{path} was written by a later version (its layout is {version}, known here is {VERSION}): "
            "pip install -U ingest-widgets"
        )


def _refuse_unwritable(path: str) -> None:
    """SQLite opens what it may not write as if nothing were amiss, and says so only at the first change."""
    if not os.access(os.path.dirname(path), os.W_OK) or (os.path.exists(path) and not os.access(path, os.W_OK)):
        raise CorpusNotWritable(f"{path} may not be written: check its permissions and those of its folder")


@contextmanager
def _closed_on_error(con: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        con.close()
        raise
