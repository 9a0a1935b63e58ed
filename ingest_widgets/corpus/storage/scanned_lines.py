"""The lines that OCR found on a page, kept beside its text."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from ingest_widgets.corpus.storage.records import BadRow, from_json
from ingest_widgets.documents import ScannedLine

_SINCE = 3  # the version of the tables


def as_json(lines: Sequence[ScannedLine]) -> str:
    """As the column holds them."""
    return json.dumps(lines, ensure_ascii=False, separators=(",", ":"))


def scanned_lines(con: sqlite3.Connection, file: str, number: int) -> list[ScannedLine]:
    """Those of a page; none when OCR didn't read it, or when that was before they were kept."""
    if con.execute("PRAGMA user_version").fetchone()[0] < _SINCE:
        return []
    found = con.execute(
        "SELECT scanned FROM pages JOIN files ON files.id = file_id WHERE name = ? AND number = ?", (file, number)
    ).fetchone()
    return lines_of(found[0]) if found and found[0] is not None else []


def lines_of(column: object) -> list[ScannedLine]:
    """Those that a column holds.

    Raises:
        BadRow: It holds something else, as only a damaged file can.
    """
    what = "the lines that OCR found"
    found = from_json(column, what)
    try:
        lines = [ScannedLine(*line) for line in found]
    except TypeError as error:
        raise BadRow(f"{what} can't be read: {error}") from error
    for *places, text, angle in lines:
        if not isinstance(text, str) or not all(isinstance(place, int | float) for place in (*places, angle)):
            raise BadRow(f"{what} aren't texts with their places")
    return lines
