"""How a transaction begins: at one moment, or behind another one's lock."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


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


def begin(con: sqlite3.Connection, deadline: float) -> None:
    """Takes the one lock for writing."""
    retry(lambda: con.execute("BEGIN IMMEDIATE").fetchall(), deadline)


def retry(attempt: Callable[[], object], deadline: float) -> None:
    """Waits for a lock in short steps, so that Ctrl+C comes through."""
    while True:
        try:
            attempt()
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() >= deadline:
                raise
        else:
            return
