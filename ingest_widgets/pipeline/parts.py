"""A long file is read in ranges of pages, so that it keeps every worker busy; here they become one again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingest_widgets.documents import Extraction, missing_in_words
from ingest_widgets.statuses import Reason, Status

PAGES_A_TASK = 128
"""Pages of one task: about a third of a second of an ordinary file, so that a range is no burden to be lost."""


class Parts:
    """The ranges of one file, gathered in whatever order they end."""

    def __init__(self) -> None:
        self._by_first: dict[int, Extraction] = {}
        self._expected = {1}

    def add(self, first: int, extraction: Extraction) -> list[int]:
        """Takes one range and returns the first pages of the ranges still to be read."""
        self._by_first[first] = extraction
        count = extraction.page_count or 0
        if first != 1 or count <= PAGES_A_TASK or not _goes_on(extraction):
            return []
        rest = list(range(1 + PAGES_A_TASK, count + 1, PAGES_A_TASK))
        self._expected.update(rest)
        return rest

    @property
    def complete(self) -> bool:
        """Whether every range has ended."""
        return len(self._by_first) == len(self._expected)

    def merged(self) -> Extraction:
        """The whole file: `partial` when it lacks a page, `failed` without any, `cancelled` when a range was."""
        head, *rest = (self._by_first[first] for first in sorted(self._by_first))
        if not rest:
            return head
        every = [head, *rest]
        if any(part.status is Status.CANCELLED for part in every):
            return replace(head, status=Status.CANCELLED, pages=())
        if len({part.sha256 for part in every if part.sha256}) > 1:
            detail = "It changed while it was read: run again."
            return Extraction(Status.FAILED, Reason.UNREADABLE, detail, seconds=sum(part.seconds for part in every))
        pages = tuple(page for part in every for page in part.pages)
        lacking = [part for part in every if part.status in (Status.PARTIAL, Status.FAILED)]
        has_text = any(page.text.strip() for page in pages)
        missing = {number: why for part in every for number, why in part.missing.items()}
        reason = next((part.reason for part in lacking), None if has_text else head.reason)
        return replace(
            head,
            status=(Status.PARTIAL if pages else Status.FAILED) if lacking else Status.INGESTED,
            reason=reason,
            detail=next((part.detail for part in lacking), "" if has_text else head.detail),
            pages=pages,
            engine=Counter(page.engine for page in pages).most_common(1)[0][0] if pages else None,
            seconds=sum(part.seconds for part in every),
            scanned={number: lines for part in every for number, lines in part.scanned.items()},
            warnings=_warnings(every, missing if pages else {}),
            missing=missing,
        )


def _goes_on(beginning: Extraction) -> bool:
    """Whether the pages behind it are worth a try: also when each page so far was broken, not when each took long."""
    broken = beginning.reason is Reason.CORRUPT and bool(beginning.missing)
    return broken or beginning.status in (Status.INGESTED, Status.PARTIAL)


def _warnings(parts: Sequence[Extraction], missing: Mapping[int, Reason]) -> tuple[str, ...]:
    """What the parts say, each thing once, and what is missing of all of them in one."""
    told = {sentence for part in parts for sentence in missing_in_words(part.missing)}
    others = dict.fromkeys(warning for part in parts for warning in part.warnings if warning not in told)
    return (*others, *missing_in_words(missing))
