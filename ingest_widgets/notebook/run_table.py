"""The files of a run as rows for the screen: kept here whole, handed on as patches."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from ingest_widgets.corpus.storage.records import clean_path
from ingest_widgets.counted import counted
from ingest_widgets.documents import FileKey, FileRecord, RunSummary, SourceFile
from ingest_widgets.statuses import Status
from ingest_widgets.tables import MOST_ROWS, html_table

Row = list[Any]
"""What the page gets: index, name, status, reason, detail, pages, bytes."""

LISTING = "Listing the files…"
"""What is said instead of counts until a run knows its files."""

UNFINISHED = ("queued", "reading")
"""What a row says until its file has a status."""

ROWS_A_MESSAGE = 2000
FIRST_ROWS = 200
"""Rows of a run's first message: what fits on a screen and a scroll, so that nobody waits for ten thousand."""
_epochs = itertools.count(1)


class RowFeed:
    """The rows that one widget still has to send.

    Args:
        changed: Called from any thread when there is something new; must be quick.
    """

    def __init__(self, table: RunTable, changed: Callable[[], None]) -> None:
        self._table, self.changed = table, changed
        self.dirty: dict[int, None] = {}
        self.emptied = True

    def everything(self) -> None:
        """Sends all rows once more."""
        with self._table.lock:
            self.dirty = dict.fromkeys(range(len(self._table.rows)))
            self.emptied = True

    def take(self) -> dict[str, Any] | None:
        """The next patch, of at most `ROWS_A_MESSAGE` rows, the first of fewer; None when there is nothing to say."""
        with self._table.lock:
            if not self.dirty and not self.emptied:
                return None
            indexes = list(itertools.islice(self.dirty, FIRST_ROWS if self.emptied else ROWS_A_MESSAGE))
            for index in indexes:
                del self.dirty[index]
            self.emptied = False
            items = [list(self._table.rows[index]) for index in indexes]
            return {"epoch": self._table.epoch, "total": len(self._table.rows), "items": items}


class RunTable:
    """Hears of each file (a `RunObserver`) and keeps a row of it. Safe to use from any thread."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.rows: list[Row] = []
        self.epoch = next(_epochs)
        self.counts: Counter[str] = Counter()
        self.summary: RunSummary | None = None
        self._index: dict[FileKey, int] = {}
        self._reading_since: tuple[float, int] | None = None
        self._feeds: list[RowFeed] = []

    def follow(self, changed: Callable[[], None]) -> RowFeed:
        """A feed of all rows as they are and as they change."""
        feed = RowFeed(self, changed)
        with self.lock:
            feed.everything()
            self._feeds.append(feed)
        return feed

    def leave(self, feed: RowFeed) -> None:
        """Keeps no more rows for this feed."""
        with self.lock:
            self._feeds.remove(feed)

    # What a run tells.

    def listed(self, files: list[SourceFile]) -> None:
        """Another run begins: all its files are queued."""
        rows = [[i, clean_path(f.name), "queued", None, "", 0, f.size] for i, f in enumerate(files)]
        self._renew(rows, {file.key: index for index, file in enumerate(files)})

    def started(self, file: SourceFile) -> None:
        """It is being read."""
        with self.lock:
            if self._reading_since is None:
                self._reading_since = time.monotonic(), self.finished_files
            index = self._index[file.key]
            self.rows[index][2] = "reading"
            self._tell(index)

    def finished(self, file: SourceFile, record: FileRecord, status: Status) -> None:
        """Its record is in the corpus."""
        with self.lock:
            index = self._index[file.key]
            size = self.rows[index][6] if record.bytes is None else record.bytes
            self.rows[index] = [*_row(index, record, status)[:6], size]
            self.counts[status.value] += 1
            self._tell(index)

    def ended(self, summary: RunSummary) -> None:
        """The run is over; what is shown of an earlier one stays if this one couldn't list its files."""
        with self.lock:
            if self._index or not self.rows:
                self.summary = summary
                for index in self._index.values():
                    if self.rows[index][2] in UNFINISHED:  # it couldn't even be recorded
                        self.rows[index][2] = Status.CANCELLED.value
                        self._tell(index)
                self._index = {}
            self._tell()

    # What else the screen shows.

    def show(self, records: Iterable[FileRecord]) -> None:
        """Rows of a corpus at rest."""
        rows = [_row(index, record, record.status) for index, record in enumerate(records)]
        with self.lock:
            if rows != self.rows or self._index:  # a reader keeps the place in rows that stay
                self._renew(rows, {})

    @property
    def finished_files(self) -> int:
        """How many files the run came to an end with; a stopped one leaves the rest cancelled."""
        return finished_files(self.counts)

    @property
    def seconds_left(self) -> float | None:
        """At the pace of what was read: files that are known already come first, at once. None until one was read."""
        with self.lock:
            if self._reading_since is None:
                return None
            since, known = self._reading_since
            read, left = self.finished_files - known, len(self.rows) - self.finished_files
            return (time.monotonic() - since) * left / read if read else None

    @property
    def sentence(self) -> str:
        """How far the run is, or what it did."""
        with self.lock:
            if self.summary:
                return str(self.summary)
            return under_way(self.counts, len(self.rows))

    def saved_html(self, title: str) -> str:
        """What a saved notebook shows without a kernel: the title, and the files, those with a problem first."""
        with self.lock:
            rows = sorted(self.rows, key=lambda row: (_urgency(row), row[0]))
            shown = [[row[2], row[1], row[5], _note(row)] for row in rows[:MOST_ROWS]]
            table = html_table(title, ["status", "name", "pages", "what to know"], shown, total=len(rows))
        return f'<div class="ingw-saved">{table}</div>'

    def _renew(self, rows: list[Row], index: dict[FileKey, int]) -> None:
        with self.lock:
            self.epoch = next(_epochs)
            self.rows, self._index, self.summary = rows, index, None
            self._reading_since = None
            self.counts.clear()
            for feed in self._feeds:
                feed.everything()
            self._tell()

    def _tell(self, index: int | None = None) -> None:
        for feed in self._feeds:
            if index is not None:
                feed.dirty[index] = None
            feed.changed()


def finished_files(counts: Counter[str]) -> int:
    """How many files a run came to an end with, by the words of their statuses."""
    return sum(counts.values()) - counts[Status.CANCELLED.value]


def under_way(counts: Counter[str], files: int) -> str:
    """How far a run over so many files is, such as `9 of 13 files: 8 ingested, 1 failed`."""
    done = ", ".join(f"{count:,} {status}" for status in Status if (count := counts[status.value]))
    head = f"{finished_files(counts):,} of {counted(files, 'file')}"
    return f"{head}: {done}" if done else head


def reason_words(reason: str | None) -> str:
    """`not_a_pdf` as people write it."""
    return (reason or "").replace("_", " ").replace(" pdf", " PDF")


def _urgency(row: Row) -> int:
    """0 first: no failure is to be lost among thousands that were cancelled, or scans, which all have a reason."""
    if row[2] in (Status.FAILED.value, Status.PARTIAL.value):
        return int(row[2] == Status.PARTIAL.value)
    return 3 if row[3] is None or row[2] == Status.CANCELLED.value else 2


def _note(row: Row) -> str:
    """What there is to know of a file, as the grid says it too, here on one line."""
    reason = "" if row[3] == row[2] else reason_words(row[3])  # 'cancelled' needn't be said twice
    detail = row[4].replace(".\n", ". ").replace("\n", "; ")
    return ": ".join(filter(None, [reason, detail]))


def _row(index: int, record: FileRecord, status: Status) -> Row:
    reason = record.reason.value if record.reason else None
    detail = "\n".join(filter(None, [record.detail, *record.warnings]))
    return [index, record.name, status.value, reason, detail, record.pages, record.bytes]
