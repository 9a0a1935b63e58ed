"""Uploads of one name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ingest_widgets.documents import SourceFile
from ingest_widgets.numbered import numbered


class Uploads:
    """Those of one source, each with a name that is its own."""

    def __init__(self) -> None:
        self._by_name: dict[str, bytes | None] = {}
        self._numbered: dict[tuple[str, bytes | None], str] = {}
        self._left: dict[str, Iterator[str]] = {}

    def told_apart(self, upload: SourceFile) -> SourceFile:
        """The upload under its own name, or under one with a number when that is taken by other bytes."""
        name = upload.name if self._is_free(upload.name, upload.data) else self._with_number(upload.name, upload.data)
        return replace(upload, name=name, path=name)

    def _is_free(self, name: str, data: bytes | None) -> bool:
        return self._by_name.setdefault(name, data) == data

    def _with_number(self, name: str, data: bytes | None) -> str:
        given = name, data
        if given not in self._numbered:
            # Names that were taken stay so: mail brings thousands of one name, and none asks for all of them again.
            left = self._left.setdefault(name, numbered(name))
            self._numbered[given] = next(filter(lambda free: self._is_free(free, data), left))
        return self._numbered[given]
