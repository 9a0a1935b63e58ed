"""Connections to one corpus file: readers for whoever asks, one writer, none taken over a fork."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from operator import methodcaller
from typing import Protocol

from ingest_widgets.corpus.storage.corpus_file import CorpusFile, FileConnection
from ingest_widgets.corpus.storage.failures import WAIT_SECONDS, own_errors
from ingest_widgets.corpus.storage.schema import empty
from ingest_widgets.corpus.storage.transactions import Wait, begin
from ingest_widgets.errors import CorpusError, CorpusFull, CorpusNotWritable

_IDLE_READERS = 4
_FORK_SECONDS = 2.0  # a transaction is one file's, and mostly takes some milliseconds
_every: weakref.WeakSet[Connections] = weakref.WeakSet()
_of_the_parent: list[list[sqlite3.Connection]] = []
_held: dict[int, list[_Lock]] = {}  # by the thread that is about to fork


class _Lock(Protocol):
    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool: ...
    def release(self) -> None: ...


class Connections:
    """The connections of one `Corpus`; safe from any thread and after a fork.

    Args:
        path: Absolute.
        read_only: Nothing is ever written, and a missing file is an error.
    """

    def __init__(self, path: str, *, read_only: bool) -> None:
        self.path, self.read_only, self.closed = path, read_only, False
        self._corpus = CorpusFile(path, read_only=read_only)
        self._corpus.look()
        self._start_afresh()
        _every.add(self)

    def _start_afresh(self) -> None:
        # The one for the idle ones can be taken again: a corpus may be collected, and closed, by the thread that forks.
        self._lock, self._writing = threading.RLock(), threading.Lock()
        self._idle: list[FileConnection] = []
        self._writer: FileConnection | None = None

    def identity(self) -> tuple[int, int] | None:
        """What tells the file from another one at its place; None while there is none."""
        return self._corpus.identity()

    def rest(self, held: list[_Lock], deadline: float) -> None:
        """Before a fork: waits for a writer and closes everything that isn't in use.

        A child's SQLite believes that it has the locks of its parent's connections, and an open transaction would keep
        the child from writing for ever.

        Args:
            held: Gets the locks that must be released after the fork; until then nobody writes.
            deadline: Of `time.monotonic`; who is still in the middle of it then may wait for the fork.
        """
        if _took(self._writing, held, deadline):
            self._close_writer()
        if _took(self._lock, held, deadline):
            self._close_idle()

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
        self._close_idle()
        # A writer at work closes its own connection when it is done.
        if self._writer is not None and self._writing.acquire(blocking=False):
            try:
                self._close_writer()
            finally:
                self._writing.release()

    def _close_idle(self) -> None:
        for con in self._idle:
            con.close()
        self._idle.clear()

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

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
        try:
            with own_errors(self.path), closing(sqlite3.connect("", isolation_level=None)) as copy:
                with self.reader() as con:
                    con.backup(copy)
                copy.execute("PRAGMA journal_mode = OFF")
                copy.execute("BEGIN")
                yield copy
        except CorpusFull as error:
            raise CorpusFull(
                f"there is no room for a copy of {self.path} to look through: make room where temporary files go, "
                "or name another folder in SQLITE_TMPDIR"
            ) from error

    def _borrow(self) -> sqlite3.Connection:
        with self._lock:
            self._refuse_closed()
            state = self._corpus.state()
            # Somebody deleted or replaced it: old connections would talk to a ghost.
            if any(con.state != state for con in [*self._idle, *filter(None, [self._writer])]):
                self._drop_all()
            if self._idle:
                return self._idle.pop()
        if state is None:
            self._corpus.look()  # for who only reads a missing file is an error, and a missing folder for all
            return empty()
        return self._corpus.open_for_reading()

    def _give_back(self, con: sqlite3.Connection) -> None:
        if con.in_transaction:
            con.rollback()
        with self._lock:
            if not self.closed and len(self._idle) < _IDLE_READERS and isinstance(con, FileConnection):
                self._idle.append(con)
                return
        con.close()

    def _refuse_closed(self) -> None:
        if self.closed:
            raise CorpusError(f"the corpus {self.path} is closed: open it again with Corpus(path)")

    @contextmanager
    def writer(self, stopped: Callable[[], bool] = lambda: False) -> Iterator[sqlite3.Connection]:
        """A connection inside a transaction that is committed at the end, or undone when anything is raised.

        Args:
            stopped: See `Wait`.

        Raises:
            CorpusLocked: Another writer kept it for `WAIT_SECONDS`, or for `STOPPED_SECONDS` and nobody waits any more.
            CorpusError: It can't be written.
        """
        if self.read_only:
            raise CorpusNotWritable(f"{self.path} was opened with read_only=True: open it without to write")
        with self._writing:  # not acquire() and try: an interrupt between the two would keep it for ever
            try:
                with own_errors(self.path, is_written=True):
                    yield from self._transaction(Wait(WAIT_SECONDS, stopped))
            finally:
                if self.closed:
                    self._close_writer()

    def bring_home(self) -> None:
        """Brings what was written from beside the file into it, as far as readers allow: many copy or move that alone.

        Nothing is lost by what can't be brought; SQLite tries again at 16 MB and when the last connection closes.
        """
        with self._writing, suppress(sqlite3.OperationalError):
            if self._writer is not None:
                self._writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _transaction(self, wait: Wait) -> Iterator[sqlite3.Connection]:
        con = self._ready_writer(wait)
        try:
            yield con
            con.commit()
        finally:
            if con.in_transaction:
                con.rollback()

    def _ready_writer(self, wait: Wait) -> sqlite3.Connection:
        self._refuse_closed()
        if self._writer is not None and self._writer.state != self._corpus.state():
            with self._lock:
                self._close_idle()
            self._close_writer()
        if self._writer is None:
            self._writer = self._corpus.open_for_writing(wait)
        begin(self._writer, wait)
        return self._writer


def _took(lock: _Lock, held: list[_Lock], deadline: float) -> bool:
    wait = max(0.0, deadline - time.monotonic())
    # In one step, as an interrupt between two would keep it for ever.
    held.extend(filter(methodcaller("acquire", True, wait), [lock]))
    return bool(held) and held[-1] is lock


def _rest_all() -> None:
    held = _held.setdefault(threading.get_ident(), [])
    deadline = time.monotonic() + _FORK_SECONDS
    # In one order, since another thread may fork, too.
    for connections in sorted(_every, key=id):
        connections.rest(held, deadline)


def _wake_all() -> None:
    for lock in _held.pop(threading.get_ident(), []):
        lock.release()


def _forget_all() -> None:
    _held.clear()
    for connections in list(_every):
        connections.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_rest_all, after_in_parent=_wake_all, after_in_child=_forget_all)
