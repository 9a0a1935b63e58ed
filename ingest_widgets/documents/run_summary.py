"""What a run did, in numbers and in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from ingest_widgets.counted import counted
from ingest_widgets.documents.noun import Shown
from ingest_widgets.statuses import Status

if TYPE_CHECKING:
    from ingest_widgets.tables import Table


@dataclass(frozen=True, slots=True)
class RunSummary(Shown):
    """What one run did: `str(summary)` is the sentence that terminal, notebook and panel show.

    Attributes:
        ingested: Files that were read to their last page.
        unchanged: Files that were in the corpus already and needn't be read again.
        partial: Files of which some pages are missing.
        failed: Files that couldn't be read.
        cancelled: Files that weren't read, or not to the end, because the run was stopped.
        pages: Pages that this run brought into the corpus.
        seconds: Wall-clock time of the run.
        note: What else to say of the run, such as why it has no files.
    """

    ingested: int = 0
    unchanged: int = 0
    partial: int = 0
    failed: int = 0
    cancelled: int = 0
    pages: int = 0
    seconds: float = 0.0
    note: str = ""

    @classmethod
    def of(cls, counts: Mapping[Status, int], *, pages: int = 0, seconds: float = 0.0, note: str = "") -> RunSummary:
        """From the number of files by what they count as."""
        return cls(
            ingested=counts.get(Status.INGESTED, 0),
            unchanged=counts.get(Status.UNCHANGED, 0),
            partial=counts.get(Status.PARTIAL, 0),
            failed=counts.get(Status.FAILED, 0),
            cancelled=counts.get(Status.CANCELLED, 0),
            pages=pages,
            seconds=seconds,
            note=note,
        )

    @property
    def files(self) -> int:
        """All files of the run."""
        return sum(getattr(self, f.name) for f in fields(self)[:5])

    @property
    def sentence(self) -> str:
        """Such as `12 files: 8 ingested, 4 failed`."""
        counts = [f"{getattr(self, f.name):,} {f.name}" for f in fields(self)[:5] if getattr(self, f.name)]
        said = "; ".join(filter(None, [", ".join(counts), self.note]))
        return ": ".join(filter(None, [counted(self.files, "file"), said]))

    def __str__(self) -> str:
        return self.sentence

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {**super(RunSummary, self)._repr_mimebundle_(), "text/plain": self.sentence}

    def _table(self) -> Table:
        return self.sentence, (), ()
