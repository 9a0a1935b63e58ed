"""How a file ended, and why: all that a worker needs to know of the nouns."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """What the corpus holds of a file, in the order of every count; `UNCHANGED` is known to a run only."""

    INGESTED = "ingested"
    UNCHANGED = "unchanged"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Reason(StrEnum):
    """Why a file isn't simply `ingested`."""

    NOT_A_PDF = "not_a_pdf"
    EMPTY = "empty"
    ENCRYPTED = "encrypted"
    CORRUPT = "corrupt"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
    UNREADABLE = "unreadable"
    NO_TEXT = "no_text"
    CANCELLED = "cancelled"
