"""What a worker made of a file, and what it says of missing pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ingest_widgets.documents.noun import Noun
from ingest_widgets.documents.texts import Page, ScannedLine
from ingest_widgets.statuses import Reason, Status


@dataclass(frozen=True, slots=True)
class Extraction(Noun):
    """What came out of one file (or of a range of its pages), before it is in a corpus.

    Attributes:
        status: `INGESTED`, `PARTIAL`, `FAILED` or `CANCELLED`; `UNCHANGED` when the hash was the known one.
        reason: None when all is well.
        detail: One sentence with the cure; empty when all is well.
        page_count: The pages that the document says it has, read or not; None when it couldn't be opened.
        pages: In order; numbers may be missing.
        sha256: Hex; None when the file couldn't be read to its end.
        size: Bytes that were hashed.
        mtime_ns: Of the file as it was hashed.
        engine: The engine of most pages; None without pages.
        seconds: Wall-clock time of the work on this file.
        title: As the PDF says; empty when it doesn't.
        author: As the PDF says; empty when it doesn't.
        warnings: What a reader should know, a sentence each.
        scanned: What OCR found on the pages that it read, in the order of reading, by the page's number.
        missing: The pages that were to be read and couldn't be, and why, by their numbers; `warnings` names them too.
    """

    status: Status
    reason: Reason | None = None
    detail: str = ""
    page_count: int | None = None
    pages: tuple[Page, ...] = ()
    sha256: str | None = None
    size: int | None = None
    mtime_ns: int | None = None
    engine: str | None = None
    seconds: float = 0.0
    title: str = ""
    author: str = ""
    warnings: tuple[str, ...] = ()
    scanned: Mapping[int, tuple[ScannedLine, ...]] = field(default_factory=dict)
    missing: Mapping[int, Reason] = field(default_factory=dict)


def main_engine(pages: Iterable[Page]) -> str | None:
    """The engine of most pages; None without pages."""
    engines = Counter(page.engine for page in pages)
    return max(engines, key=engines.__getitem__, default=None)


def missing_in_words(missing: Mapping[int, Reason]) -> list[str]:
    """Which pages are missing and why, a sentence each reason."""
    by_reason: dict[Reason, list[int]] = {}
    for number, reason in missing.items():
        by_reason.setdefault(reason, []).append(number)
    return [f"missing ({reason}): {pages_in_words(numbers)}" for reason, numbers in by_reason.items()]


def pages_in_words(numbers: Sequence[int]) -> str:
    """Such as `page 2` or `pages 2, 5-9`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    shown = ", ".join("-".join(map(str, run)) for run in runs[:40]) + (", ..." if len(runs) > 40 else "")
    return f"{'page' if len(numbers) == 1 else 'pages'} {shown}"
