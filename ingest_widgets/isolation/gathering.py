"""What has come from the workers about one file, checked, and what it amounts to."""

from __future__ import annotations

from typing import Any

from ingest_widgets.documents import Extraction, Page, main_engine, missing_in_words
from ingest_widgets.engines.names import is_built_in
from ingest_widgets.errors import EngineError
from ingest_widgets.isolation.failures import sentence
from ingest_widgets.isolation.gathered_pages import GatheredPages
from ingest_widgets.isolation.process import WorkerEnded
from ingest_widgets.isolation.task import Task
from ingest_widgets.isolation.values import (
    as_engine,
    as_line,
    as_lines,
    as_number,
    as_scanned_line,
    as_sha256,
    as_text,
)
from ingest_widgets.isolation.wire import MOST_WARNINGS, NO_METADATA, TITLE_CHARS, WHY_CHARS, WireError
from ingest_widgets.statuses import Reason, Status

_FEW_PAGES = 6
_MOST_REST = 0.1  # seconds
_REFUSALS = {
    Reason.NOT_A_PDF,
    Reason.EMPTY,
    Reason.ENCRYPTED,
    Reason.CORRUPT,
    Reason.TOO_LARGE,
    Reason.TOO_MANY_PAGES,
    Reason.UNREADABLE,
}
"""What a worker may give as its reason to read nothing; the others are for its parent to find."""


class Gathering:
    """The answers about one task, from however many workers.

    Attributes:
        pages: What has come of them.
        wants_metadata: Whether title and author are still to come.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self.pages = GatheredPages(task.first)
        self._failure: tuple[Reason, str] | None = None
        self._unchanged = self._named = False
        self._sha256: str | None = None
        self._size: int | None = None
        self._mtime_ns: int | None = None
        self._told_count: int | None = None
        self._page_count: int | None = None  # the same, once it is believed
        self._title = self._author = ""
        self._warnings: list[str] = []
        self._begun, self._begun_at = 0.0, task.first
        self._first = task.first
        self._over_at = 0
        self.wants_metadata = task.first == 1

    @property
    def opened(self) -> bool:
        """Whether some engine has opened the document."""
        return self._page_count is not None

    @property
    def spot(self) -> object:
        """What was being done when a worker ended."""
        if not self.opened:
            return "open"
        return "metadata" if self.wants_metadata else self.pages.next

    @property
    def _last(self) -> int:
        count = self._page_count or 0
        return count if self._task.last is None else min(count, self._task.last)

    @property
    def complete(self) -> bool:
        """Whether no page is left to ask for."""
        return self.opened and self.pages.next > self._last

    def rest(self, now: float) -> float:
        """How long nobody needs to look for the next page, in seconds: a quarter of what the rest will take.

        Args:
            now: Of `awake`.
        """
        remaining = self._last - self.pages.next
        if not self.pages.read or remaining < _FEW_PAGES:
            self._begun, self._begun_at = now, self.pages.next
            return 0.0
        pace = (now - self._begun) / max(self.pages.next - self._begun_at, 1)
        return min(_MOST_REST, pace * remaining / 4)

    def fail(self, reason: Reason, what: str = "") -> None:
        """The file as a whole can't be read."""
        self._failure = reason, what

    def skip_metadata(self) -> None:
        """Title and author can't be had; the pages may well be."""
        self.wants_metadata = False
        self._warn((NO_METADATA,))

    def begin(self) -> None:
        """Another worker is asked, from the next page on."""
        self._named = False
        self._first = self.pages.next

    def start_over(self) -> None:
        """Lets go of the pages that have come since `begin`, once for each first one.

        How a word is joined over a line's end hangs on the pages before: from the middle on, another worker would read
        other words than an undisturbed one.
        """
        if self._over_at != self._first:
            self._over_at = self._first
            self.pages.go_back(self._first)

    def take(self, header: dict[str, Any], body: bytes) -> bool:
        """Takes one message; True when it was the last.

        Raises:
            WireError: It isn't what an honest worker sends.
            WorkerEnded: The worker says that it is of no more use.
            EngineError: The plug-in doesn't load.
        """
        try:
            return bool(self._TAKERS[header["t"]](self, header, body))
        except EngineError:  # a ValueError too
            raise
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise WireError(f"a message that makes no sense ({type(error).__name__})") from error

    def _file(self, header: dict[str, Any], body: bytes) -> None:
        if self._named:
            raise WireError("another file than before")
        self._named = True
        self._sha256, self._size = as_sha256(header["sha256"]), as_number(header["size"])
        self._mtime_ns = None if header["mtime_ns"] is None else as_number(header["mtime_ns"], -(2**63))
        self._unchanged = self._sha256 == self._task.known_sha256

    def _document(self, header: dict[str, Any], body: bytes) -> None:
        warnings, count = as_lines(header["warnings"]), as_number(header["pages"], 1)
        if self._told_count not in (None, count):
            raise WireError("another number of pages than before")
        self._told_count = count
        if self.opened or self._has_too_many:
            return
        self._warn(warnings)
        self._page_count = count

    @property
    def _has_too_many(self) -> bool:
        """Whether only a refusal may follow: which of 2^62 pages are missing would fill the memory."""
        return (self._told_count or 0) > self._task.limits.max_pages

    def _metadata(self, header: dict[str, Any], body: bytes) -> None:
        self._title, self._author = (as_line(header[key], TITLE_CHARS).strip() for key in ("title", "author"))
        warnings = as_lines(header["warnings"])
        if self.wants_metadata:
            self._warn(warnings)
        self.wants_metadata = False

    def _page(self, header: dict[str, Any], body: bytes) -> None:
        self._check_number(header)
        engine, warnings = as_engine(header["engine"]), as_lines(header["warnings"])
        page = Page("", self.pages.next, body.decode(), engine, warnings)
        self.pages.add(page, tuple(map(as_scanned_line, header.get("lines", ()))))

    def _bad(self, header: dict[str, Any], body: bytes) -> None:
        self._check_number(header)
        self.pages.skip(Reason.CORRUPT, as_text(header["why"], WHY_CHARS))

    def _check_number(self, header: dict[str, Any]) -> None:
        if not header["n"] == self.pages.next <= self._last:
            raise WireError("a page that nobody asked for")

    def _refused(self, header: dict[str, Any], body: bytes) -> bool:
        reason = Reason(header["reason"])
        if reason is Reason.OUT_OF_MEMORY:  # the worker is worn
            raise WorkerEnded(reason)
        if reason not in _REFUSALS or (reason is Reason.TOO_MANY_PAGES) != self._has_too_many:
            raise WireError("a refusal that no worker gives")
        self._page_count = self._told_count
        self.fail(reason, as_text(header["what"], WHY_CHARS))
        return True

    def _broken(self, header: dict[str, Any], body: bytes) -> bool:
        raise WorkerEnded(Reason.CRASHED, as_text(header["why"], WHY_CHARS))

    def _no_engine(self, header: dict[str, Any], body: bytes) -> bool:
        if is_built_in(self._task.engine) or self.opened:  # it would end the whole run
            raise WireError("an engine that was there isn't any more")
        raise EngineError(
            f"the engine {self._task.engine!r} can't be loaded ({as_line(header['why'], WHY_CHARS)}): install or "
            "mend the plug-in"
        )

    def _done(self, header: dict[str, Any], body: bytes) -> bool:
        if not self._unchanged and not self.complete:
            raise WireError("an end before the last page")
        return True

    _TAKERS = {  # noqa: RUF012
        "file": _file,
        "document": _document,
        "metadata": _metadata,
        "page": _page,
        "bad": _bad,
        "refused": _refused,
        "broken": _broken,
        "no engine": _no_engine,
        "done": _done,
    }

    def _warn(self, warnings: tuple[str, ...]) -> None:
        self._warnings += warnings[: MOST_WARNINGS - len(self._warnings)]

    def extraction(self, *, cancelled: bool, seconds: float) -> Extraction:
        """What all of it amounts to.

        Args:
            cancelled: The owner of the worker stopped it.
            seconds: The time it took.
        """
        status, reason, what = self._outcome(cancelled)
        pages, missing = self.pages.read, self.pages.missing(self._last)
        return Extraction(
            status=status,
            reason=reason,
            detail=sentence(reason, what, self._task.limits, self._task.engine, ocr=self._task.ocr) if reason else "",
            page_count=self._page_count,
            pages=() if status in (Status.FAILED, Status.CANCELLED) else tuple(pages),
            sha256=self._sha256,
            size=self._size,
            mtime_ns=self._mtime_ns,
            engine=main_engine(pages),
            seconds=seconds,
            title=self._title,
            author=self._author,
            warnings=(*self._warnings, *(missing_in_words(missing) if pages else ())),
            scanned=self.pages.scanned,
            missing=missing,
        )

    def _outcome(self, cancelled: bool) -> tuple[Status, Reason | None, str]:
        if cancelled:
            return Status.CANCELLED, Reason.CANCELLED, ""
        if self._failure is not None:
            return Status.FAILED, *self._failure
        if self._unchanged:
            return Status.UNCHANGED, None, ""
        if self.pages.bad:
            return Status.PARTIAL if self.pages.read else Status.FAILED, *next(iter(self.pages.bad.values()))
        has_text = any(not page.text.isspace() for page in self.pages.read if page.text)
        return Status.INGESTED, None if has_text else Reason.NO_TEXT, ""
