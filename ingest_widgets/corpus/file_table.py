"""A list of records that shows itself as a table."""

from __future__ import annotations

from collections import Counter
from typing import Any, SupportsIndex, overload

from ingest_widgets.counted import counted
from ingest_widgets.documents import FileRecord
from ingest_widgets.statuses import Status
from ingest_widgets.tables import MOST_ROWS, Cell, html_table, text_table


class FileTable(list[FileRecord]):
    """Records of files, in name order; an ordinary list apart from its looks, and so is a slice of it."""

    COLUMNS = ("name", "status", "reason", "pages", "engine", "detail")

    @overload
    def __getitem__(self, index: SupportsIndex) -> FileRecord: ...
    @overload
    def __getitem__(self, index: slice) -> FileTable: ...
    def __getitem__(self, index: SupportsIndex | slice) -> FileRecord | FileTable:
        return FileTable(super().__getitem__(index)) if isinstance(index, slice) else super().__getitem__(index)

    def rows(self) -> list[list[Cell]]:
        """The cells of at most the first 20 records."""
        return [[r.name, r.status, r.reason, r.pages, r.engine, r.detail] for r in self[:MOST_ROWS]]

    @property
    def _title(self) -> str:
        counts = Counter(record.status for record in self)
        head = counted(len(self), "file")
        return ": ".join(filter(None, [head, ", ".join(f"{counts[s]:,} {s}" for s in Status if counts[s])]))

    def __repr__(self) -> str:
        return text_table(self._title, self.COLUMNS, self.rows(), total=len(self))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        html = html_table(self._title, self.COLUMNS, self.rows(), total=len(self))
        return {"text/plain": repr(self), "text/html": html}
