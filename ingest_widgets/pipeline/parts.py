"""A long file is read in ranges of pages, so that it keeps every worker busy; here they become one again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingest_widgets.documents import Extraction, SourceFile, main_engine, missing_in_words
from ingest_widgets.isolation import Limits, gathered_pages
from ingest_widgets.isolation.failures import sentence
from ingest_widgets.statuses import Reason, Status

PAGES_A_TASK = 128
"""Pages of one task: about a third of a second of an ordinary file, so that a range is no burden to be lost."""

MOST_LATE = 2
"""After so many ranges of one file that ended in a time-out no more are begun."""


class Parts:
    """The ranges of one file, handed out in order and gathered in whatever order they end.

    No more is read once their text has reached `MOST_TEXT_BYTES`, or `MOST_LATE` of them were late. On the way to
    either, one is read at a time: what is under way comes on top.

    Args:
        file: What is read.
        limits: What holds for each range.
        engine: As the user chose it.
    """

    def __init__(self, file: SourceFile, limits: Limits, engine: str) -> None:
        self.file = file
        self._limits, self._engine = limits, engine
        self._left = range(1, 2)
        self._running = 0
        self._by_first: dict[int, Extraction] = {}
        self._page_count = self._text_bytes = self._late = 0
        self._unread: Extraction | None = None

    def next(self) -> int | None:
        """The first page of the range to read next; None when there is none, or none yet."""
        careful = self._late or self._text_bytes > gathered_pages.MOST_TEXT_BYTES // 2
        if not self._left or (careful and self._running):
            return None
        self._running += 1
        first, self._left = self._left[0], self._left[1:]
        return first

    def add(self, first: int, part: Extraction) -> None:
        """Takes the range that begins at this page."""
        self._running -= 1
        self._page_count = min(max(self._page_count, part.page_count or 0), self._limits.max_pages)
        if first == 1 and _goes_on(part):
            self._left = range(1 + PAGES_A_TASK, self._page_count + 1, PAGES_A_TASK)
        self._by_first[first] = _without(self._unread, self._with_its_pages_missing(first, part))
        self._text_bytes += sum(_sizes(self._by_first[first]))
        if self._text_bytes > gathered_pages.MOST_TEXT_BYTES:
            self._stop(self._first_too_much(), Reason.CRASHED, gathered_pages.too_much())
        self._late += Reason.TIMEOUT in (part.reason, *part.missing.values())
        if self._late >= MOST_LATE and self._left:
            self._stop(self._left[0], Reason.TIMEOUT)

    def _with_its_pages_missing(self, first: int, part: Extraction) -> Extraction:
        """A range that failed as a whole says which pages the others lack."""
        if first == 1 or part.reason is None or part.pages or part.missing:
            return part
        end = min(first + PAGES_A_TASK, self._page_count + 1)
        return replace(part, missing=dict.fromkeys(range(first, end), part.reason))

    def _first_too_much(self) -> int:
        """The page with which the text is too much, whatever order the ranges came in."""
        room = gathered_pages.MOST_TEXT_BYTES
        for _, part in sorted(self._by_first.items()):
            for page, size in zip(part.pages, _sizes(part), strict=True):
                room -= size
                if room < 0:
                    return page.number
        raise AssertionError("unreachable")

    def _stop(self, end: int, reason: Reason, what: str = "") -> None:
        """Reads no more, and keeps nothing from page `end` on."""
        self._left = range(0)
        detail = sentence(reason, what, self._limits, self._engine)
        missing = dict.fromkeys(range(end, self._page_count + 1), reason)
        self._unread = Extraction(Status.FAILED, reason, detail, missing=missing)
        self._by_first = {first: _without(self._unread, part) for first, part in self._by_first.items()}
        self._text_bytes = sum(sum(_sizes(part)) for part in self._by_first.values())

    @property
    def complete(self) -> bool:
        """Whether every range has ended that is read at all."""
        return not self._running and not self._left

    def merged(self) -> Extraction:
        """The whole file: `partial` when it lacks a page, `failed` without any, `cancelled` when a range was."""
        every = [self._by_first[first] for first in sorted(self._by_first)]
        head = every[0]
        if self._unread is not None:
            every.append(self._unread)
        if len(every) == 1:
            return head
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
            engine=main_engine(pages),
            seconds=sum(part.seconds for part in every),
            scanned={number: lines for part in every for number, lines in part.scanned.items()},
            warnings=_warnings(every, missing if pages else {}),
            missing=missing,
        )


def _goes_on(beginning: Extraction) -> bool:
    """Whether the pages behind it are worth a try: also when each page so far was broken, not when each took long."""
    broken = beginning.reason is Reason.CORRUPT and bool(beginning.missing)
    return broken or beginning.status in (Status.INGESTED, Status.PARTIAL)


def _sizes(part: Extraction) -> list[int]:
    return [gathered_pages.text_bytes(page, part.scanned.get(page.number, ())) for page in part.pages]


def _without(unread: Extraction | None, part: Extraction) -> Extraction:
    """The part as if it ended where the unread pages begin."""
    if unread is None:
        return part
    end = min(unread.missing)
    told = missing_in_words(part.missing)
    missing = {number: why for number, why in part.missing.items() if number < end}
    cut = replace(
        part,
        pages=tuple(page for page in part.pages if page.number < end),
        scanned={number: lines for number, lines in part.scanned.items() if number < end},
        warnings=(*(warning for warning in part.warnings if warning not in told), *missing_in_words(missing)),
        missing=missing,
    )
    is_whole = part.missing and not missing
    return replace(cut, status=Status.INGESTED, reason=None, detail="") if is_whole else cut


def _warnings(parts: Sequence[Extraction], missing: Mapping[int, Reason]) -> tuple[str, ...]:
    """What the parts say, each thing once, and what is missing of all of them in one."""
    told = {sentence for part in parts for sentence in missing_in_words(part.missing)}
    others = dict.fromkeys(warning for part in parts for warning in part.warnings if warning not in told)
    return (*others, *missing_in_words(missing))
