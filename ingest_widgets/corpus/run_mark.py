"""What a run leaves in the file of a corpus to know it again, whatever number the file system gives it."""

from __future__ import annotations

import sqlite3
from uuid import uuid4

_MARK = "run_mark"


def leave_mark(con: sqlite3.Connection) -> str:
    """Leaves a mark that no other file has, nor this one as it was before."""
    value = uuid4().hex
    con.execute("INSERT OR REPLACE INTO notes (key, value) VALUES (?, ?)", (_MARK, value))
    return value


def last_mark(con: sqlite3.Connection) -> str | None:
    """The mark that was left last; None without any."""
    found = con.execute("SELECT value FROM notes WHERE key = ?", (_MARK,)).fetchone()
    return found[0] if found else None
