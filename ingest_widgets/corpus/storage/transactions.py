"""How a transaction begins: at one moment, or behind another one's lock."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STOPPED_SECONDS = 0.8
"""So long a writer waits that was stopped: a transaction is one file's, and mostly takes some milliseconds."""


@contextmanager
def one_state(con: sqlite3.Connection) -> Iterator[None]:
    """All that is read in here is of one moment."""
    if con.in_transaction:
        yield
        return
    con.execute("BEGIN")
    try:
        yield
    finally:
        con.rollback()


class Wait:
    """For another one's lock; it begins when it is made.

    Args:
        seconds: The most it may take.
        stopped: Asked every now and then: whether nobody wants it any more. Then it takes `STOPPED_SECONDS` at most.
    """

    def __init__(self, seconds: float, stopped: Callable[[], bool]) -> None:
        self._began, self._seconds, self._stopped = time.monotonic(), seconds, stopped

    def is_over(self) -> bool:
        """Whether it has taken long enough."""
        most = STOPPED_SECONDS if self._stopped() else self._seconds
        return time.monotonic() - self._began >= most


def begin(con: sqlite3.Connection, wait: Wait) -> None:
    """Takes the one lock for writing."""
    retry(lambda: con.execute("BEGIN IMMEDIATE").fetchall(), wait)


def retry(attempt: Callable[[], object], wait: Wait) -> None:
    """Waits for a lock in short steps, so that Ctrl+C comes through."""
    while True:
        try:
            attempt()
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or wait.is_over():
                raise
        else:
            return
