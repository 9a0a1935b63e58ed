"""`get_settings` and what overrides it for a request or a tenant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ingest_widgets.settings.model import Settings

_NONE: Mapping[str, Any] = {}
_override: ContextVar[Mapping[str, Any]] = ContextVar("ingest_widgets_settings", default=_NONE)


def get_settings(**arguments: Any) -> Settings:
    """The settings as they are now, as a copy of the caller's own."""
    return Settings(**{**_override.get(), **arguments})


@contextmanager
def settings_override(**fields: Any) -> Iterator[Settings]:
    """Other values for this thread or task, until the `with` ends."""
    token = _override.set({**_override.get(), **fields})
    try:
        yield get_settings()
    finally:
        _override.reset(token)


def refresh_secrets() -> None:
    """Forgets every secret, so that the next read asks again."""
