"""What is kept of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest_widgets.documents.noun import Shown
from ingest_widgets.statuses import Reason, Status

if TYPE_CHECKING:
    from ingest_widgets.tables import Table


@dataclass(frozen=True, slots=True)
class FileRecord(Shown):
    """What a corpus knows of one file.

    Attributes:
        name: The path below the source (an upload's name), unique in the corpus.
        path: Absolute, or the URL.
        status: `ingested`, `partial`, `failed` or `cancelled`.
        reason: Why it isn't simply ingested; None when it is.
        detail: One sentence with the cure; empty when all is well.
        pages: How many pages the corpus holds of it.
        bytes: Its size; None when unknown.
        sha256: Hex; None when it was never read to the end.
        engine: The engine of most pages; None without pages.
        seconds: What reading it took.
        title: As the PDF says; empty when it doesn't.
        author: As the PDF says; empty when it doesn't.
        warnings: What a reader should know, a sentence each; also what its pages warn of.
    """

    name: str
    path: str
    status: Status
    reason: Reason | None
    detail: str
    pages: int
    bytes: int | None
    sha256: str | None
    engine: str | None
    seconds: float
    title: str
    author: str
    warnings: tuple[str, ...] = ()

    def _table(self) -> Table:
        values = {**self.to_dict(), "warnings": " ".join(self.warnings)}
        return values.pop("name"), ("field", "value"), [[name, value] for name, value in values.items()]
