"""A long file is read in ranges: what it costs stays that of one file, and what is missing is told."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ingest_widgets import Settings, ingest
from ingest_widgets.documents import Extraction, Page, SourceFile
from ingest_widgets.isolation import Limits, gathered_pages
from ingest_widgets.isolation.gathered_pages import text_bytes
from ingest_widgets.pipeline.parts import Parts
from ingest_widgets.statuses import Reason, Status
from tests.hostile.pdf import text_pdf
from tests.poison import FAKE_ENGINES

PAGE_BYTES = text_bytes(Page("", 1, "x" * 500, "pdfium"), ())


def part(first: int, count: int = 1280, *, late: bool = False) -> Extraction:
    """A range of full pages; a late one lacks its first."""
    numbers = range(first, min(first + 127, count) + 1)
    pages = tuple(Page("", number, "x" * 500, "pdfium") for number in numbers[late:])
    if not late:
        return Extraction(Status.INGESTED, page_count=count, pages=pages, sha256="a")
    missing = {first: Reason.TIMEOUT}
    return Extraction(Status.PARTIAL, Reason.TIMEOUT, "late", count, pages, "a", missing=missing)


def parts() -> Parts:
    return Parts(SourceFile("long.pdf", "/long.pdf"), Limits(), "auto")


def begun(parts: Parts) -> list[int]:
    """All ranges that may be under way at once now."""
    return list(iter(parts.next, None))


@pytest.mark.parametrize("order", [(129, 257, 385), (385, 257, 129), (257, 385, 129)])
def test_the_text_of_all_ranges_has_one_cap_in_whatever_order_they_end(
    order: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathered_pages, "MOST_TEXT_BYTES", 300 * PAGE_BYTES)
    long = parts()
    assert begun(long) == [1]
    long.add(1, part(1))
    assert [long.next() for _ in order] == sorted(order)
    for first in order:
        long.add(first, part(first))
    assert long.complete
    whole = long.merged()
    assert (whole.status, whole.reason) == (Status.PARTIAL, Reason.CRASHED)
    assert [page.number for page in whole.pages] == list(range(1, 301))
    assert whole.warnings == ("missing (crashed): pages 301-1280",)


def test_near_the_cap_a_range_waits_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathered_pages, "MOST_TEXT_BYTES", 200 * PAGE_BYTES)
    long = parts()
    begun(long)
    long.add(1, part(1))
    assert begun(long) == [129]


def test_a_file_in_ranges_that_is_too_much_ends_as_one_in_a_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathered_pages, "MOST_TEXT_BYTES", 300 * PAGE_BYTES)
    path = tmp_path / "long.pdf"
    path.write_bytes(text_pdf(*["x" * 500] * 1000))
    with ingest(path, tmp_path / "c.sqlite", progress=False) as corpus:
        record = corpus.file("long.pdf")
        assert (record.status, record.reason, record.pages) == (Status.PARTIAL, Reason.CRASHED, 300)
        assert f"more than {300 * PAGE_BYTES} bytes of text" in record.detail
        assert record.warnings == ("missing (crashed): pages 301-1000",)


def test_a_range_that_was_late_is_followed_by_one_at_a_time_and_two_by_none() -> None:
    long = parts()
    begun(long)
    long.add(1, part(1, late=True))
    assert begun(long) == [129]
    long.add(129, part(129))
    assert begun(long) == [257]
    long.add(257, part(257, late=True))
    assert begun(long) == []
    assert long.complete
    whole = long.merged()
    assert (whole.status, whole.reason, len(whole.pages)) == (Status.PARTIAL, Reason.TIMEOUT, 382)
    assert whole.warnings == ("missing (timeout): pages 1, 257, 385-1280",)


def test_however_many_pages_a_range_claims_the_others_take_no_room() -> None:
    """What a worker says is checked before; what an executor of somebody else hands over is not."""
    long = parts()
    begun(long)
    tracemalloc.start()
    try:
        long.add(1, part(1, 2**62))
        assert long.next() == 129
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()


def test_what_is_under_way_is_kept_when_no_more_is_begun() -> None:
    long = parts()
    begun(long)
    long.add(1, part(1))
    assert [long.next() for _ in range(3)] == [129, 257, 385]
    long.add(385, part(385, late=True))
    long.add(257, part(257, late=True))
    assert not long.complete
    long.add(129, part(129))
    assert long.complete
    assert long.merged().warnings == ("missing (timeout): pages 257, 385, 513-1280",)


def test_the_pages_of_a_range_that_failed_as_a_whole_are_missing() -> None:
    long = parts()
    begun(long)
    long.add(1, part(1, 300))
    assert begun(long) == [129, 257]
    long.add(129, Extraction(Status.FAILED, Reason.UNREADABLE, "gone"))
    long.add(257, part(257, 300))
    whole = long.merged()
    assert (whole.status, whole.reason, whole.detail) == (Status.PARTIAL, Reason.UNREADABLE, "gone")
    assert len(whole.pages) == 128 + 44
    assert whole.warnings == ("missing (unreadable): pages 129-256",)


class Listed(ThreadPoolExecutor):
    """Notes which ranges it was given."""

    firsts: list[int]

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.firsts.append(args[0].first)
        return super().submit(function, *args, **kwargs)


def test_a_file_with_a_slow_page_in_each_range_costs_the_time_of_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(FAKE_ENGINES))
    path = tmp_path / "long.pdf"
    texts = ["poison: wait" if number % 128 == 5 else "honest" for number in range(1, 1001)]
    path.write_bytes(text_pdf(*texts))
    settings = Settings(engine="misbehaving", file_timeout_seconds=4, workers=2)
    with Listed(2) as executor:
        executor.firsts = []
        with ingest(path, tmp_path / "c.sqlite", settings=settings, executor=executor, progress=False) as corpus:
            record = corpus.file("long.pdf")
    assert executor.firsts == [1, 129]
    assert (record.status, record.reason, record.pages) == (Status.PARTIAL, Reason.TIMEOUT, 254)
    assert record.warnings == ("missing (timeout): pages 5, 133, 257-1000",)
