"""The package logger: one handler of its own, never a doubled line."""

from __future__ import annotations


def configure_logging(level: str | int | None = None) -> None:
    """Placeholder until this room is built."""
