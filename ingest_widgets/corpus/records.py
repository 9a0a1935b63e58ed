"""Rows of the table of files as records, and back: valid UTF-8 goes in, whatever came."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingest_widgets.documents import FileRecord, SourceFile
from ingest_widgets.statuses import Reason, Status

RECORD_COLUMNS = "name, path, status, reason, detail, pages, size, sha256, engine, seconds, title, author, warnings"
KNOWN_COLUMNS = "identity, name, status, reason, size, mtime_ns, sha256, settings_key"


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
    try:
        return FileRecord(
            as_text(name),
            as_text(path),
            Status(status),
            Reason(reason) if reason else None,
            detail,
            pages,
            size,
            sha256,
            engine,
            float(seconds),
            title,
            author,
            tuple(json.loads(warnings)),
        )
    except (ValueError, TypeError) as error:
        raise BadRow(str(error)) from error


def known_of(row: Sequence[Any]) -> tuple[str, Known]:
    """The path and what is known of it, in a row of `KNOWN_COLUMNS`."""
    identity, name, status, reason, *rest = row
    try:
        return path_of(identity), Known(name, Status(status), Reason(reason) if reason else None, *rest)
    except (ValueError, TypeError) as error:
        raise BadRow(str(error)) from error


def as_text(value: object) -> str:
    """The text that a column must hold.

    Raises:
        BadRow: It holds something else, as only a damaged file can.
    """
    if not isinstance(value, str):
        raise BadRow(f"a text is missing, there is {type(value).__name__} in its place")
    return value


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
    try:
        text.encode()
    except UnicodeEncodeError:
        try:
            text = os.fsencode(text).decode("utf-8", "backslashreplace")
        except UnicodeEncodeError:
            text = text.encode("utf-8", "backslashreplace").decode()
    return text.replace("\0", "\ufffd")


def json_list(texts: Sequence[str]) -> str:
    """A JSON list of sentences."""
    return json.dumps([clean(text) for text in texts], ensure_ascii=False) if texts else "[]"
