"""Texts too long for a line."""

from __future__ import annotations

from ingest_widgets.printable import one_line


def shortened(text: str, most: int) -> str:
    """The text, or its beginning with an ellipsis behind it, in at most so many signs."""
    return text if len(text) <= most else f"{text[: most - 1]}\u2026"


def brief(value: object) -> str:
    """What was given instead of what was asked for, on one line of at most 40 signs: for errors."""
    return shortened(one_line(repr(value)), 40)
