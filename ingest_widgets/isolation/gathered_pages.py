"""The pages of one task that have come from its workers, and the memory that they take."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ingest_widgets.documents import Page, ScannedLine
from ingest_widgets.isolation.wire import WireError
from ingest_widgets.statuses import Reason

MOST_TEXT_BYTES = 256 * 1024 * 1024
"""So much memory may the text of one file take here, whichever workers it came from."""
_LINE_BYTES = 250  # of a line's place


def text_bytes(page: Page, lines: Sequence[ScannedLine]) -> int:
    """What a page counts for: its text, what it warns of, and the places that OCR found on it."""
    said = sum(map(sys.getsizeof, (page.text, *page.warnings)))
    return said + sum(_LINE_BYTES + sys.getsizeof(line.text) for line in lines)


def too_much() -> str:
    """What is said of the first page beyond `MOST_TEXT_BYTES`."""
    return f"more than {MOST_TEXT_BYTES} bytes of text"


class GatheredPages:
    """Pages in order, those among them that can't be read, and the one that comes next.

    Attributes:
        next: Its number.
        read: What came.
        scanned: By the number of a page the lines that OCR found on it.
        bad: By the number of a page why it can't be read.
    """

    def __init__(self, first: int) -> None:
        self.next = first
        self.read: list[Page] = []
        self.scanned: dict[int, tuple[ScannedLine, ...]] = {}
        self.bad: dict[int, tuple[Reason, str]] = {}
        self._text_bytes = 0

    @property
    def full(self) -> bool:
        """Whether no more text is taken."""
        return self._text_bytes > MOST_TEXT_BYTES

    def add(self, page: Page, lines: tuple[ScannedLine, ...]) -> None:
        """Takes the next one.

        Raises:
            WireError: With it the text is too much.
        """
        self._text_bytes += text_bytes(page, lines)
        if self.full:
            raise WireError(too_much())
        if lines:
            self.scanned[self.next] = lines
        self.read.append(page)
        self.next += 1

    def skip(self, reason: Reason, what: str = "") -> None:
        """The next one can't be read."""
        self.bad[self.next] = reason, what
        self.next += 1

    def go_back(self, number: int) -> None:
        """Lets go of page `number` and all behind it."""
        self.next = number
        self.bad = {bad: why for bad, why in self.bad.items() if bad < number}
        self.scanned = {scan: lines for scan, lines in self.scanned.items() if scan < number}
        self.read = [page for page in self.read if page.number < number]
        self._text_bytes = sum(text_bytes(page, self.scanned.get(page.number, ())) for page in self.read)

    def missing(self, last: int) -> dict[int, Reason]:
        """Why pages up to `last` are missing; those that were never reached are among them."""
        missing = {number: reason for number, (reason, _) in self.bad.items()}
        if missing:
            missing |= dict.fromkeys(range(self.next, last + 1), list(missing.values())[-1])
        return missing
