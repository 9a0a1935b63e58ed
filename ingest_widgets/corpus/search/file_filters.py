"""The files that a query is limited to: by exact names, or by what stands in them; and names that may be meant."""

from __future__ import annotations

import difflib
import sqlite3
import unicodedata
from collections.abc import Sequence

from ingest_widgets.corpus.queries.query import Query
from ingest_widgets.corpus.queries.typed import PLAIN_MARKS
from ingest_widgets.corpus.storage.records import as_text

_MOST_NAMES = 3
_COMPARED_NAMES = 10_000  # a comparison takes some 20 microseconds


def matching_files(con: sqlite3.Connection, query: Query, files: Sequence[str] | None) -> list[int] | None:
    """The ids of the files that a query is limited to, by their exact names too; None when it isn't."""
    if files is None and not query.files and not query.excluded_files:
        return None
    if files is not None and len(files) == 1 and not query.files and not query.excluded_files:
        return [row[0] for row in con.execute("SELECT id FROM files WHERE name = ?", (files[0],))]
    names = {as_text(name): file_id for file_id, name in con.execute("SELECT id, name FROM files ORDER BY id")}
    kept = set(names) if files is None else set(files) & set(names)
    for group in query.files:
        kept &= set[str]().union(*(_named_like(wanted, names) for wanted in group))
    for unwanted in query.excluded_files:
        kept -= _named_like(unwanted, names)
    return [names[name] for name in kept]


def no_such_file(con: sqlite3.Connection, query: Query, files: Sequence[str] | None) -> str:
    """Why there is no file that a query is limited to; empty when it asks for none that could be named."""
    names = {as_text(name): file_id for file_id, name in con.execute("SELECT id, name FROM files ORDER BY name")}
    unknown = [] if files is None or not names.keys().isdisjoint(files) else list(files)
    unknown += [group[0] for group in query.files if not any(_named_like(wanted, names) for wanted in group)]
    if unknown:
        return f"there is no file {unknown[0]!r}, {near_names(unknown[0], list(names))}"
    if files is None and not query.excluded_files:
        every = " and ".join(" or ".join(map(repr, group)) for group in query.files)
        return f"no file has {every} in its name, an OR between the filters looks in the files of each"
    return ""


def _named_like(wanted: str, names: dict[str, int]) -> set[str]:
    """The file of that very name, or else all whose names contain it in any case, with their accents composed or not.

    A star stands for anything; what comes before the first one begins the name, or the part of it behind a `/`.
    """
    if wanted in names:
        return {wanted}
    first, *rest = _alike(wanted).split("*")
    return {name for name in names if _holds(_alike(name), first, rest)}


def _alike(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold()).translate(PLAIN_MARKS)  # as in a query, where they are all one


def _holds(name: str, first: str, rest: Sequence[str]) -> bool:
    if not rest:
        return first in name
    place = f"/{name}".find(f"/{first}") if first else 0
    end = place + len(first)
    for part in rest:
        if place < 0:
            break
        place = name.find(part, end)
        end = place + len(part)
    return place >= 0


def near_names(file: str, names: Sequence[str]) -> str:
    """A question that names files which may have been meant, those that contain what was asked for first."""
    part = file.casefold()
    near = [name for name in names if part and part in name.casefold()][:_MOST_NAMES]
    near = near or difflib.get_close_matches(file, names[:_COMPARED_NAMES], 1)
    return f"did you mean {' or '.join(map(repr, near))}?" if near else "corpus.files() lists them"
