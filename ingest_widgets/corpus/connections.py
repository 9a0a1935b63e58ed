"""Connections to one corpus file: readers for whoever asks, one writer, none taken over a fork."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from urllib.parse import quote

from ingest_widgets.corpus.failures import damaged, own_errors, refuse_folder
from ingest_widgets.corpus.schema import APPLICATION_ID, VERSION, migrate
from ingest_widgets.errors import (
    CorpusDamaged,
    CorpusError,
    CorpusForeign,
    CorpusNotFound,
    CorpusNotWritable,
    CorpusTooNew,
)

WAIT_SECONDS = 30.0
"""How long a writer waits for another one."""

_STEP_SECONDS = 0.2
_IDLE_READERS = 4
_CHECKED_BYTES = 16 * 2**20
_every: weakref.WeakSet[Connections] = weakref.WeakSet()
_of_the_parent: list[list[sqlite3.Connection]] = []


class _FileConnection(sqlite3.Connection):
    """One that can be used again: no empty stand-in for a file that isn't there yet, nor one that looks just once."""


class Connections:
    """The connections of one `Corpus`; safe from any thread and after a fork.

    Args:
        path: Absolute.
        read_only: Nothing is ever written, and a missing file is an error.
    """

    def __init__(self, path: str, *, read_only: bool) -> None:
        self.path, self.read_only, self.closed = path, read_only, False
        self._start_afresh()
        self._look()
        _every.add(self)

    def _start_afresh(self) -> None:
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._writer: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    def rest(self) -> None:
        """Before a fork: closes what is idle. A child's SQLite would believe that it has the locks of these, too."""
        if self._lock.acquire(timeout=1):  # somebody who is in the middle of it may wait for the fork
            try:
                self._drop_all()
            finally:
                self._lock.release()

    def forget(self) -> None:
        """After a fork: what belongs to the parent is neither used nor closed here."""
        _of_the_parent.append([*self._idle, *filter(None, [self._writer])])
        self._start_afresh()

    def close(self) -> None:
        """Closes what is idle; what is in use closes when it comes back."""
        with self._lock:
            self.closed = True
            self._drop_all()

    def _drop_all(self) -> None:
        for con in self._idle:
            con.close()
        self._idle.clear()
        # A writer at work closes its own connection when it is done.
        if self._writer is not None and self._writing.acquire(blocking=False):
            try:
                self._writer.close()
                self._writer = None
            finally:
                self._writing.release()

    @contextmanager
    def reader(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one unchanging state; an empty one while there is no file yet.

        Raises:
            CorpusError: The file can't be read.
        """
        with own_errors(self.path):
            con = self._borrow()
            try:
                con.execute("BEGIN")
                yield con
            finally:
                self._give_back(con)

    @contextmanager
    def private_copy(self) -> Iterator[sqlite3.Connection]:
        """A copy of the present state in a temporary file, where a check may write and keeps nobody waiting."""
        with own_errors(self.path), closing(sqlite3.connect("", isolation_level=None)) as copy:
            with self.reader() as con:
                con.backup(copy)
            copy.execute("PRAGMA journal_mode = OFF")
            copy.execute("BEGIN")
            yield copy

    def _borrow(self) -> sqlite3.Connection:
        with self._lock:
            self._refuse_closed()
            file = self._identity()
            if file != self._file:  # somebody deleted or replaced it: old connections would talk to a ghost
                self._drop_all()
                self._file = file
            if self._idle:
                return self._idle.pop()
        if file is None:
            return _empty()
        return self._open_for_reading()

    def _give_back(self, con: sqlite3.Connection) -> None:
        if con.in_transaction:
            con.rollback()
        with self._lock:
            if not self.closed and len(self._idle) < _IDLE_READERS and isinstance(con, _FileConnection):
                self._idle.append(con)
                return
        con.close()

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = os.stat(self.path)
        except OSError:
            return None
        return (status.st_dev, status.st_ino) if status.st_size else None

    def _refuse_closed(self) -> None:
        if self.closed:
            raise CorpusError(f"the corpus {self.path} is closed: open it again with Corpus(path)")

    @contextmanager
    def writer(self) -> Iterator[sqlite3.Connection]:
        """A connection inside a transaction that is committed at the end, or undone when anything is raised.

        Raises:
            CorpusLocked: Another writer kept it for `WAIT_SECONDS`.
            CorpusError: It can't be written.
        """
        if self.read_only:
            raise CorpusNotWritable(f"{self.path} was opened with read_only=True: open it without to write")
        with self._writing:  # not acquire() and try: an interrupt between the two would keep it for ever
            try:
                with own_errors(self.path):
                    yield from self._transaction()
            finally:
                if self.closed and self._writer is not None:
                    self._writer.close()
                    self._writer = None

    def _transaction(self) -> Iterator[sqlite3.Connection]:
        con = self._ready_writer(time.monotonic() + WAIT_SECONDS)
        try:
            yield con
            con.commit()
        finally:
            if con.in_transaction:
                con.rollback()

    def _ready_writer(self, deadline: float) -> sqlite3.Connection:
        self._refuse_closed()
        if self._writer is not None and self._identity() != self._file:
            self._writer.close()
            self._writer = None
        if self._writer is None:
            self._writer = self._open_for_writing(deadline)
            with self._lock:
                if self._file != (file := self._identity()):
                    for con in self._idle:
                        con.close()
                    self._idle.clear()
                    self._file = file
        _begin(self._writer, deadline)
        return self._writer

    def _open_for_writing(self, deadline: float) -> sqlite3.Connection:
        refuse_folder(self.path)
        self._look()
        _refuse_unwritable(self.path)
        con = self._connect("rwc", timeout=_STEP_SECONDS)
        with _closed_on_error(con):
            if os.path.getsize(self.path) <= _CHECKED_BYTES:
                self._refuse_damaged(con)
            _retry(lambda: con.execute("PRAGMA journal_mode = WAL").fetchall(), deadline)
            _begin(con, deadline)
            self._refuse_others(con)
            migrate(con)
            con.commit()
        return con

    def _open_for_reading(self) -> sqlite3.Connection:
        con = self._connect_to_read()
        with _closed_on_error(con):
            con.execute("PRAGMA query_only = 1")
            if con.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:  # its first writer is at work
                con.close()
                return _empty()
            self._refuse_others(con)
        return con

    def _connect_to_read(self) -> sqlite3.Connection:
        try:
            con = self._connect("rw")
            with _closed_on_error(con):
                con.execute("PRAGMA user_version").fetchone()
        except sqlite3.OperationalError:
            if not self._is_all_there():
                raise
            # Not even the file that readers share can be made here, so nobody writes: read the file as it stands, once,
            # since that may change.
            return self._connect("ro&immutable=1", sqlite3.Connection)
        return con

    def _is_all_there(self) -> bool:
        wal = f"{self.path}-wal"
        return os.access(self.path, os.R_OK) and not (os.path.exists(wal) and os.path.getsize(wal))

    def _connect(
        self, mode: str, factory: type[sqlite3.Connection] = _FileConnection, timeout: float = WAIT_SECONDS
    ) -> sqlite3.Connection:
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

    def _look(self) -> None:
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
            raise CorpusNotFound(f"there is no corpus at {self.path}: check the path, or make one with ingest()")

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
        with own_errors(self.path), closing(self._connect("ro")) as con:
            self._refuse_others(con)

    def _refuse_others(self, con: sqlite3.Connection) -> None:
        with _one_state(con):  # else its first writer may commit between two of the questions
            application = con.execute("PRAGMA application_id").fetchone()[0]
            version = con.execute("PRAGMA user_version").fetchone()[0]
            tables = con.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if application or version or tables:
            _refuse_numbers(self.path, application, version)

    def _refuse_damaged(self, con: sqlite3.Connection) -> None:
        found = con.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise damaged(self.path, str(found).splitlines()[-1])


def _refuse_numbers(path: str, application: int, version: int) -> None:
    if application != APPLICATION_ID:
        raise CorpusForeign(f"{path} is another program's database: give another path for the corpus")
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


def _empty() -> sqlite3.Connection:
    con = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    migrate(con)
    return con


@contextmanager
def _one_state(con: sqlite3.Connection) -> Iterator[None]:
    """All that is read in here is of one moment."""
    if con.in_transaction:
        yield
        return
    con.execute("BEGIN")
    try:
        yield
    finally:
        con.rollback()


def _begin(con: sqlite3.Connection, deadline: float) -> None:
    _retry(lambda: con.execute("BEGIN IMMEDIATE").fetchall(), deadline)


def _retry(attempt: Callable[[], object], deadline: float) -> None:
    """Waits for a lock in short steps, so that Ctrl+C comes through."""
    while True:
        try:
            attempt()
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() >= deadline:
                raise
        else:
            return


def _rest_all() -> None:
    for connections in list(_every):
        connections.rest()


def _forget_all() -> None:
    for connections in list(_every):
        connections.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_rest_all, after_in_child=_forget_all)
