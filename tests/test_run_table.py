"""The rows behind the panel, a job's view and a corpus view: what a run makes of them and what the page is sent."""

from __future__ import annotations

import time
from dataclasses import replace

from ingest_widgets.documents import FileRecord, RunSummary, SourceFile
from ingest_widgets.notebook.run_table import FIRST_ROWS, ROWS_A_MESSAGE, RunTable
from ingest_widgets.statuses import Reason, Status


def record(name: str, status: Status = Status.INGESTED, reason: Reason | None = None, detail: str = "") -> FileRecord:
    return FileRecord(name, f"/x/{name}", status, reason, detail, 3, 10, None, "pdfium", 0.1, "", "")


def listed(table: RunTable, count: int) -> list[SourceFile]:
    files = [SourceFile(f"{n:05}.pdf", f"/x/{n:05}.pdf", size=n) for n in range(count)]
    table.listed(files)
    return files


def test_a_run_counts_in_the_order_of_its_summary() -> None:
    table = RunTable()
    ends = list(reversed(Status))
    for file, status in zip(listed(table, len(ends)), ends, strict=True):
        table.finished(file, record(file.name, status), status)
    counts = dict.fromkeys(Status, 1)
    assert table.sentence.split(": ")[1] == RunSummary.of(counts).sentence.split(": ")[1]


def test_a_feed_sends_all_rows_in_pieces_and_then_only_what_changed() -> None:
    table = RunTable()
    told: list[None] = []
    feed = table.follow(lambda: told.append(None))
    files = listed(table, FIRST_ROWS + ROWS_A_MESSAGE + 5)
    first, second, third = feed.take(), feed.take(), feed.take()
    assert first
    assert second
    assert third
    assert [len(patch["items"]) for patch in (first, second, third)] == [FIRST_ROWS, ROWS_A_MESSAGE, 5]
    assert first["total"] == len(files)
    assert first["items"][7] == [7, "00007.pdf", "queued", None, "", 0, 7]
    assert feed.take() is None
    table.started(files[3])
    table.finished(files[3], record("00003.pdf", Status.FAILED, Reason.EMPTY, "It is empty."), Status.FAILED)
    patch = feed.take()
    assert patch
    assert patch["items"] == [[3, "00003.pdf", "failed", "empty", "It is empty.", 3, 10]]
    assert told


def test_each_of_two_feeds_gets_everything() -> None:
    table = RunTable()
    one = table.follow(lambda: None)
    listed(table, 2)
    one.take()
    two = table.follow(lambda: None)
    assert len((two.take() or {})["items"]) == 2
    assert one.take() is None
    one.everything()
    assert len((one.take() or {})["items"]) == 2


def test_another_run_is_another_epoch_even_when_it_is_empty() -> None:
    table = RunTable()
    feed = table.follow(lambda: None)
    listed(table, 2)
    before = (feed.take() or {})["epoch"]
    table.listed([])
    after = feed.take()
    assert after
    assert after["epoch"] > before
    assert after["total"] == 0


def test_a_page_that_asks_again_keeps_its_place_in_the_files_of_a_corpus() -> None:
    table = RunTable()
    table.show([record("a.pdf")])
    before = table.epoch
    table.show([record("a.pdf")])
    assert table.epoch == before
    table.show([record("a.pdf"), record("b.pdf")])
    assert table.epoch > before


def test_its_sentence_counts_and_ends_with_that_of_the_run() -> None:
    table = RunTable()
    files = listed(table, 3)
    table.finished(files[0], record("00000.pdf"), Status.INGESTED)
    table.finished(files[1], record("00001.pdf"), Status.UNCHANGED)
    assert table.sentence == "2 of 3 files: 1 ingested, 1 unchanged"
    table.finished(files[2], record("00002.pdf", Status.CANCELLED), Status.CANCELLED)
    assert table.finished_files == 2
    table.ended(RunSummary(ingested=1, unchanged=1, cancelled=1))
    assert table.sentence == "3 files: 1 ingested, 1 unchanged, 1 cancelled"


def test_files_that_were_known_tell_nothing_of_the_time_that_reading_takes() -> None:
    table = RunTable()
    files = listed(table, 1000)
    for file in files[:900]:
        table.finished(file, record(file.name), Status.UNCHANGED)
    assert table.seconds_left is None
    table.started(files[900])
    begun = time.monotonic()
    listed(RunTable(), 20_000)  # takes a while
    ended = time.monotonic()
    table.finished(files[900], record(files[900].name), Status.INGESTED)
    assert (table.seconds_left or 0) >= 99 * (ended - begun)
    listed(table, 3)
    assert table.seconds_left is None


def test_the_saved_html_is_text_and_says_problems_first() -> None:
    table = RunTable()
    files = listed(table, 30)
    table.finished(
        files[29], record("00029.pdf", Status.FAILED, Reason.CORRUPT, "<script>alert(1)</script>"), Status.FAILED
    )
    html = table.saved_html("30 files <b>")
    assert "<script" not in html
    assert "<b>" not in html
    assert html.index("00029.pdf") < html.index("00000.pdf")
    assert "10 more" in html
    assert html.startswith('<div class="ingw-saved">')


def test_no_failure_is_lost_among_cancelled_files_and_scans() -> None:
    table = RunTable()
    files = listed(table, 60)
    ends = [(Status.CANCELLED, Reason.CANCELLED)] * 28 + [(Status.INGESTED, Reason.NO_TEXT)] * 30
    ends += [(Status.PARTIAL, Reason.TIMEOUT), (Status.FAILED, Reason.CORRUPT)]
    for number, (file, (status, reason)) in enumerate(zip(files, ends, strict=True)):
        table.finished(file, record(f"{number:05}.pdf", status, reason), status)
    html = table.saved_html("")
    assert html.index("00059.pdf") < html.index("00058.pdf") < html.index("00028.pdf")
    assert "cancelled" not in html


def test_the_saved_html_parts_what_there_is_to_know_of_a_file() -> None:
    table = RunTable()
    cut = record("a.pdf", Status.PARTIAL, Reason.CORRUPT, "Get another copy.")
    lost = replace(cut, warnings=("page 2: lost", "page 3: lost"))
    table.show([lost])
    assert "corrupt: Get another copy. page 2: lost; page 3: lost<" in table.saved_html("")
