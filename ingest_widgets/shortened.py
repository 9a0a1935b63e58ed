"""Texts too long for a line."""

from __future__ import annotations


def shortened(text: str, most: int) -> str:
    """The text, or its beginning with an ellipsis behind it, in at most so many signs."""
    return text if len(text) <= most else f"{text[: most - 1]}\u2026"
