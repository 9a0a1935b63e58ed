"""Rows of the table of files as records, and back: valid UTF-8 goes in, whatever came."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from ingest_widgets.documents import FileKey, FileRecord, RunSummary, SourceFile
from ingest_widgets.printable import valid_utf8
from ingest_widgets.shortened import shortened
from ingest_widgets.statuses import Reason, Status

RECORD_COLUMNS = "name, path, status, reason, detail, pages, size, sha256, engine, seconds, title, author, warnings"
KNOWN_COLUMNS = "kind, identity, name, status, reason, size, mtime_ns, sha256, settings_key"

_STATUSES = frozenset(Status) - {Status.UNCHANGED}
_REASONS = frozenset(Reason)
_MOST_SHOWN = 60


class BadRow(Exception):
    """A row that this version can't have written."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a run asks of a file before it reads it.

    Attributes:
        size: In bytes, as it was when it was read; None when unknown.
        mtime_ns: As it was when it was read; None when unknown.
        sha256: Hex; None when it was never read to the end.
        settings_key: What the pipeline wrote beside it; empty without.
    """

    name: str
    status: Status
    reason: Reason | None
    size: int | None
    mtime_ns: int | None
    sha256: str | None
    settings_key: str


def record_of(row: Sequence[Any]) -> FileRecord:
    """The record in a row of `RECORD_COLUMNS`."""
    name, path, status, reason, detail, pages, size, sha256, engine, seconds, title, author, warnings = row
    if not isinstance(seconds, int | float):
        raise BadRow(f"its seconds are {_shown(seconds)}")
    return FileRecord(
        as_text(name),
        as_text(path),
        _status(status),
        _reason(reason),
        as_text(detail),
        as_number(pages),
        None if size is None else as_number(size),
        None if sha256 is None else as_text(sha256),
        None if engine is None else as_text(engine),
        float(seconds),
        as_text(title),
        as_text(author),
        warnings_of(warnings),
    )


def known_of(row: Sequence[Any]) -> tuple[FileKey, Known]:
    """The key of a `SourceFile` and what is known of it, in a row of `KNOWN_COLUMNS`."""
    kind, identity, name, status, reason, size, mtime_ns, sha256, settings_key = row
    if not isinstance(identity, bytes):
        raise BadRow(f"its path is {_shown(identity)}")
    return (as_text(kind), path_of(identity)), Known(
        as_text(name),
        _status(status),
        _reason(reason),
        None if size is None else as_number(size),
        None if mtime_ns is None else as_number(mtime_ns),
        None if sha256 is None else as_text(sha256),
        _settings_key(settings_key),
    )


def summary_of(value: object) -> RunSummary:
    """What is noted of a run."""
    what = "what is noted of the last run"
    noted = from_json(value, what)
    try:
        summary = RunSummary(**noted)
    except TypeError as error:
        raise BadRow(f"{what} can't be read: {error}") from error
    *numbers, note = (getattr(summary, field.name) for field in fields(summary))
    if not isinstance(note, str) or not all(isinstance(number, int | float) for number in numbers):
        raise BadRow(f"{what} can't be so: {_shown(value)}")
    return summary


def warnings_of(value: object) -> tuple[str, ...]:
    """The sentences of a JSON list."""
    if value == "[]":
        return ()
    warnings = from_json(value, "its warnings")
    if not isinstance(warnings, list) or not all(isinstance(warning, str) for warning in warnings):
        raise BadRow(f"its warnings are no list of texts, but {_shown(value)}")
    return tuple(warnings)


def from_json(value: object, what: str) -> Any:
    """What the JSON in a column says.

    Args:
        value: Of the column.
        what: What it should be, in words.

    Raises:
        BadRow: It is no JSON, or nested deeper than Python reads.
    """
    try:
        return json.loads(as_text(value))
    except (ValueError, RecursionError) as error:
        raise BadRow(f"{what} can't be read: {error}") from error


def as_text(value: object) -> str:
    """The text that a column must hold.

    Raises:
        BadRow: It holds something else, as only a damaged file can.
    """
    if not isinstance(value, str):
        raise BadRow(f"a text is missing, there is {type(value).__name__} in its place")
    if "\0" in value:  # `clean` leaves none: a disk has lost a block, which is the end of a long text in silence
        raise BadRow("a text is lost in part, there are zeros in its place")
    return value


def as_number(value: object) -> int:
    """The whole number that a column must hold.

    Raises:
        BadRow: It holds something else.
    """
    if not isinstance(value, int):
        raise BadRow(f"a whole number is missing, there is {_shown(value)} in its place")
    return value


def _status(value: object) -> Status:
    if not isinstance(value, str) or value not in _STATUSES:
        raise BadRow(f"it has the unknown status {_shown(value)}")
    return Status(value)


def _reason(value: object) -> Reason | None:
    if not value:
        return None
    if not isinstance(value, str) or value not in _REASONS:
        raise BadRow(f"it has the unknown reason {_shown(value)}")
    return Reason(value)


def _settings_key(value: object) -> str:
    """Empty, or the JSON of one name with its value."""
    key = as_text(value)
    if not key:
        return ""
    found = from_json(key, "the setting it hangs on")
    if not isinstance(found, dict) or len(found) != 1:
        raise BadRow(f"the setting it hangs on can't be {_shown(key)}")
    return key


def _shown(value: object) -> str:
    return shortened(repr(value), _MOST_SHOWN)


def identity_of(file: SourceFile) -> bytes:
    """The very bytes of its path; what no file system would take is kept readable."""
    try:
        return os.fsencode(file.path)
    except UnicodeEncodeError:
        return file.path.encode("utf-8", "backslashreplace")


def path_of(identity: bytes) -> str:
    """The path that opens the very file (it may hold surrogates, as `os.fsdecode` makes them)."""
    return os.fsdecode(identity)


def clean(text: str) -> str:
    """The text as SQLite and Arrow can hold it: no NUL, lone surrogates as U+FFFD; most come back as they are."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        # Through UTF-16, where two halves that stand together become their sign again.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def clean_path(text: str) -> str:
    r"""A path or name to be shown: bytes that aren't UTF-8 as `\xNN`."""
    return valid_utf8(text).replace("\0", "\ufffd")


def json_list(texts: Sequence[str]) -> str:
    """A JSON list of sentences."""
    return json.dumps([clean(text) for text in texts], ensure_ascii=False) if texts else "[]"
