"""What a corpus notes beside its files: of the last run, of its vectors, and what tells one state from another."""

from __future__ import annotations

import sqlite3
from typing import Any
from uuid import uuid4


def noted(con: sqlite3.Connection, key: str) -> Any:
    """What is noted under a key; None without it."""
    found = con.execute("SELECT value FROM notes WHERE key = ?", (key,)).fetchone()
    return found[0] if found else None


def note(con: sqlite3.Connection, key: str, value: str) -> None:
    """Notes it in place of what was there."""
    con.execute(
        "INSERT INTO notes (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),  # REPLACE would write a page of the key's index, too, for each file
    )


def note_change(con: sqlite3.Connection, key: str) -> str:
    """Notes what no other file has, nor this one had before: who knows it sees by it that all is as it was."""
    value = uuid4().hex
    note(con, key, value)
    return value
