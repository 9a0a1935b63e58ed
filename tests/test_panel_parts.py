"""What stands behind the panel, without a kernel and without a page."""

from __future__ import annotations

import hashlib
import os
import queue
import re
import threading
import time
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_widgets.documents import FileRecord, RunSummary, SourceFile
from ingest_widgets.notebook.errands import Errands
from ingest_widgets.notebook.esm import STATIC, script
from ingest_widgets.notebook.message_pace import GAP, MOST, MOST_ANSWERS, WINDOW, MessagePace
from ingest_widgets.notebook.run_table import FIRST_ROWS, ROWS_A_MESSAGE, RunTable
from ingest_widgets.notebook.source_completion import completions, pasted_path
from ingest_widgets.notebook.uploads import Uploads, safe_name
from ingest_widgets.statuses import Reason, Status
from tests.listed import list_sources


def record(name: str, status: Status = Status.INGESTED, reason: Reason | None = None, detail: str = "") -> FileRecord:
    return FileRecord(name, f"/x/{name}", status, reason, detail, 3, 10, None, "pdfium", 0.1, "", "")


def listed(table: RunTable, count: int) -> list[SourceFile]:
    files = [SourceFile(f"{n:05}.pdf", f"/x/{n:05}.pdf", size=n) for n in range(count)]
    table.listed(files)
    return files


class TestRunTable:
    def test_a_run_counts_in_the_order_of_its_summary(self) -> None:
        table = RunTable()
        ends = list(reversed(Status))
        for file, status in zip(listed(table, len(ends)), ends, strict=True):
            table.finished(file, record(file.name, status), status)
        counts = dict.fromkeys(Status, 1)
        assert table.sentence.split(": ")[1] == RunSummary.of(counts).sentence.split(": ")[1]

    def test_a_feed_sends_all_rows_in_pieces_and_then_only_what_changed(self) -> None:
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

    def test_each_of_two_feeds_gets_everything(self) -> None:
        table = RunTable()
        one = table.follow(lambda: None)
        listed(table, 2)
        one.take()
        two = table.follow(lambda: None)
        assert len((two.take() or {})["items"]) == 2
        assert one.take() is None
        one.everything()
        assert len((one.take() or {})["items"]) == 2

    def test_another_run_is_another_epoch_even_when_it_is_empty(self) -> None:
        table = RunTable()
        feed = table.follow(lambda: None)
        listed(table, 2)
        before = (feed.take() or {})["epoch"]
        table.listed([])
        after = feed.take()
        assert after
        assert after["epoch"] > before
        assert after["total"] == 0

    def test_a_page_that_asks_again_keeps_its_place_in_the_files_of_a_corpus(self) -> None:
        table = RunTable()
        table.show([record("a.pdf")])
        before = table.epoch
        table.show([record("a.pdf")])
        assert table.epoch == before
        table.show([record("a.pdf"), record("b.pdf")])
        assert table.epoch > before

    def test_its_sentence_counts_and_ends_with_that_of_the_run(self) -> None:
        table = RunTable()
        files = listed(table, 3)
        table.finished(files[0], record("00000.pdf"), Status.INGESTED)
        table.finished(files[1], record("00001.pdf"), Status.UNCHANGED)
        assert table.sentence == "2 of 3 files: 1 ingested, 1 unchanged"
        table.finished(files[2], record("00002.pdf", Status.CANCELLED), Status.CANCELLED)
        assert table.finished_files == 2
        table.ended(RunSummary(ingested=1, unchanged=1, cancelled=1))
        assert table.sentence == "3 files: 1 ingested, 1 unchanged, 1 cancelled"

    def test_files_that_were_known_tell_nothing_of_the_time_that_reading_takes(self) -> None:
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

    def test_the_saved_html_is_text_and_says_problems_first(self) -> None:
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

    def test_no_failure_is_lost_among_cancelled_files_and_scans(self) -> None:
        table = RunTable()
        files = listed(table, 60)
        ends = [(Status.CANCELLED, Reason.CANCELLED)] * 28 + [(Status.INGESTED, Reason.NO_TEXT)] * 30
        ends += [(Status.PARTIAL, Reason.TIMEOUT), (Status.FAILED, Reason.CORRUPT)]
        for number, (file, (status, reason)) in enumerate(zip(files, ends, strict=True)):
            table.finished(file, record(f"{number:05}.pdf", status, reason), status)
        html = table.saved_html("")
        assert html.index("00059.pdf") < html.index("00058.pdf") < html.index("00028.pdf")
        assert "cancelled" not in html

    def test_the_saved_html_parts_what_there_is_to_know_of_a_file(self) -> None:
        table = RunTable()
        cut = record("a.pdf", Status.PARTIAL, Reason.CORRUPT, "Get another copy.")
        lost = replace(cut, warnings=("page 2: lost", "page 3: lost"))
        table.show([lost])
        assert "corrupt: Get another copy. page 2: lost; page 3: lost<" in table.saved_html("")


class TestMessagePace:
    def test_many_senders_stay_below_fifteen_a_second(self) -> None:
        pace, sent, enough = MessagePace(), [], threading.Event()

        def sender(number: int) -> Any:
            def send() -> None:
                sent.append(time.monotonic())
                if len(sent) < 40:
                    pace.ask(senders[number], urgent=True)
                else:
                    enough.set()

            return send

        senders = [sender(number) for number in range(5)]
        for one in senders:
            pace.ask(one)
        assert enough.wait(20)
        assert min(b - a for a, b in pairwise(sent)) >= GAP * 0.9
        assert max(sum(start <= one < start + 1 for one in sent) for start in sent) < 15

    def test_messages_sent_past_it_take_their_share(self) -> None:
        pace, sent, enough = MessagePace(), [time.monotonic()] * 12, threading.Event()

        def send() -> None:
            sent.append(time.monotonic())
            if len(sent) < 30:
                pace.ask(send, urgent=True)
            else:
                enough.set()

        pace.note(len(sent))
        pace.ask(send, urgent=True)
        assert enough.wait(20)
        assert max(sum(start <= one < start + 1 for one in sent) for start in sent) < 15

    def test_what_somebody_waits_for_goes_first(self) -> None:
        pace, order, last = MessagePace(), [], threading.Event()
        pace.ask(lambda: order.append("first"), urgent=True)

        def patch() -> None:
            order.append("patch")
            last.set()

        pace.ask(patch)
        pace.ask(lambda: order.append("urgent"), urgent=True)
        assert last.wait(5)
        assert order.index("urgent") < order.index("patch")

    def test_the_end_of_a_cell_waits_only_for_what_is_kept(self) -> None:
        pace, sent = MessagePace(), list[str]()
        pace.note(MOST)
        pace.ask(lambda: sent.append("patch"), urgent=True)
        pace.finish(60)
        assert sent == []
        pace.ask(lambda: sent.append("kept"), kept=True, after=3600)
        pace.finish(60)
        assert "kept" in sent

    def test_what_could_not_be_sent_in_time_is_sent_at_once(self) -> None:
        pace, sent = MessagePace(), list[int]()
        pace.note(MOST)
        for number in range(40):
            pace.ask(partial(sent.append, number), kept=True, messages=2)
        pace.finish(0)
        assert sent == list(range(40))

    def test_a_sender_waits_until_all_its_messages_have_room(self) -> None:
        pace, sent = MessagePace(), list[float]()
        assert pace.at_once(lambda: sent.append(0), messages=MOST - 3)
        assert not pace.at_once(lambda: sent.append(1), messages=4)
        started = time.monotonic()
        pace.ask(lambda: sent.append(time.monotonic()), kept=True, messages=4)
        pace.finish(60)
        assert sent[0] == 0
        assert sent[1] - started >= 0.9 * WINDOW
        assert len(sent) == 2

    def test_what_is_sent_in_a_turn_is_counted_once(self) -> None:
        pace = MessagePace()
        assert pace.at_once(lambda: pace.note(7), messages=7)
        assert pace.at_once(lambda: None, messages=7)

    def test_what_the_kernel_answers_the_page_counts_too_but_leaves_room(self) -> None:
        pace = MessagePace()
        for _ in range(100):
            pace.heard()
        assert not pace.at_once(lambda: None, messages=MOST - MOST_ANSWERS + 1)
        assert pace.at_once(lambda: None, messages=MOST - MOST_ANSWERS)

    def test_what_a_slow_turn_sends_counts_from_its_end(self) -> None:
        pace = MessagePace()
        pace.at_once(lambda: threading.Event().wait(0.5), messages=MOST)  # type: ignore[arg-type]
        ended, sent = time.monotonic(), []
        pace.ask(lambda: sent.append(time.monotonic()), kept=True)
        pace.finish(60)
        assert sent[0] - ended >= 0.9 * WINDOW

    def test_who_has_nothing_to_send_any_more_is_not_asked(self) -> None:
        pace, sent = MessagePace(), list[str]()
        pace.ask(sent.clear, kept=True, after=3600)
        pace.withdraw(sent.clear)
        sent.append("still there")
        pace.finish(60)
        assert sent == ["still there"]

    def test_its_thread_ends_when_nothing_is_to_be_sent(self) -> None:
        before = set(threading.enumerate())
        pace, senders = MessagePace(), queue.SimpleQueue[threading.Thread]()
        pace.ask(lambda: senders.put(threading.current_thread()))
        sender = senders.get(timeout=5)
        assert sender not in before
        sender.join(5)
        assert not sender.is_alive()

    def test_a_sender_that_raises_does_not_silence_the_others(self) -> None:
        pace, sent, raised = MessagePace(), threading.Event(), threading.Event()
        hook, threading.excepthook = threading.excepthook, lambda _: raised.set()
        try:
            pace.ask(lambda: 1 / 0)  # type: ignore[arg-type]
            assert raised.wait(5)
            pace.ask(sent.set)
            assert sent.wait(5)
            sent.clear()
            pace.ask(lambda: 1 / 0, kept=True)  # type: ignore[arg-type]
            pace.ask(sent.set, kept=True)
            pace.finish(60)
            assert sent.is_set()
        finally:
            threading.excepthook = hook


def wait(event: threading.Event) -> None:
    event.wait(5)


class TestErrands:
    def test_only_the_latest_of_a_kind_is_done(self) -> None:
        errands, began, go, done = Errands(), threading.Event(), threading.Event(), threading.Event()
        order: list[int] = []

        def slow() -> None:
            began.set()
            go.wait(5)
            order.append(1)

        def latest() -> None:
            order.append(3)
            done.set()

        errands.do("search", slow)
        assert began.wait(5)
        errands.do("search", lambda: order.append(2))
        errands.do("search", latest)
        go.set()
        assert done.wait(5)
        assert order == [1, 3]
        errands.close()

    def test_two_kinds_do_not_wait_for_each_other(self) -> None:
        errands, go, done = Errands(), threading.Event(), threading.Event()
        errands.do("page", lambda: wait(go))
        errands.do("search", done.set)
        assert done.wait(5)
        go.set()
        errands.close()

    def test_closing_ends_the_threads(self) -> None:
        errands, done = Errands(), threading.Event()
        errands.do("closing", done.set)
        assert done.wait(5)
        errands.close()
        for thread in [one for one in threading.enumerate() if one.name == "ingest-widgets-closing"]:
            thread.join(5)
            assert not thread.is_alive()
        errands.do("closing", lambda: pytest.fail("done after close"))


class TestUploads:
    def test_a_page_that_sends_keeps_all_it_announced_whatever_another_page_says(self) -> None:
        uploads = Uploads(patience=0.2)
        uploads.begin([{"id": key, "name": f"{key}.pdf", "size": 3} for key in "ab"], 10, "one")
        threading.Event().wait(0.3)
        assert uploads.coming == 0
        uploads.take("a", 0, b"1")
        uploads.give_up_abandoned([])
        assert uploads.coming == 2

    def test_a_page_that_fell_silent_is_forgotten_when_another_says_hello(self) -> None:
        uploads = Uploads(patience=0)
        uploads.begin([{"id": "a", "name": "a.pdf", "size": 3}], 10, "one")
        uploads.give_up_abandoned([])
        uploads.take("a", 0, b"123")
        assert uploads.waiting == []

    def test_slices_in_any_order_make_the_same_bytes(self) -> None:
        data = os.urandom(2_500_000)
        uploads = Uploads()
        assert uploads.begin([{"id": "a", "name": "x.pdf", "size": len(data)}], 10**9) == []
        for start in (1_000_000, 2_000_000, 0):
            uploads.take("a", start, memoryview(data)[start : start + 1_000_000])
        assert uploads.coming == 0
        ((name, got),) = uploads.take_ready()
        assert name == "x.pdf"
        assert hashlib.sha256(got).digest() == hashlib.sha256(data).digest()
        assert uploads.news() == {"a": len(data)}
        assert uploads.news() == {}

    def test_one_that_is_too_large_is_refused_with_its_size(self) -> None:
        uploads = Uploads()
        (refusal,) = uploads.begin([{"id": "a", "name": "x.pdf", "size": 11}], 10)
        assert "x.pdf is larger than max_file_bytes" in refusal
        uploads.take("a", 0, b"x" * 11)
        assert uploads.waiting == []

    def test_a_slice_never_makes_a_file_longer_than_announced(self) -> None:
        uploads = Uploads()
        uploads.begin([{"id": "a", "name": "x.pdf", "size": 4}], 10)
        uploads.take("a", 2, b"much too much")
        uploads.take("a", 0, b"as")
        assert uploads.take_ready() == [("x.pdf", b"asmu")]

    def test_cancelled_ones_are_forgotten_and_empty_ones_are_not(self) -> None:
        uploads = Uploads()
        uploads.begin([{"id": "a", "name": "a.pdf", "size": 5}, {"id": "b", "name": "b.pdf", "size": 0}], 10)
        uploads.cancel("a")
        uploads.take("b", 0, b"")
        assert uploads.coming == 0
        assert uploads.take_ready() == [("b.pdf", b"")]

    def test_two_files_of_one_name_are_two(self) -> None:
        uploads = Uploads()
        uploads.begin([{"id": str(n), "name": "a.pdf", "size": 1} for n in range(3)], 10)
        for number, data in enumerate((b"1", b"2", b"1")):
            uploads.take(str(number), 0, data)
        assert [(file.name, file.data) for file in list_sources(uploads.take_ready())] == [
            ("a (2).pdf", b"2"),
            ("a.pdf", b"1"),
        ]

    @given(st.text())
    def test_no_name_leads_out_of_its_folder(self, name: str) -> None:
        for tried in (name, f"../{name}", f"/{name}", f"..\\{name}/../{name}", f"C:\\{name}"):
            safe = safe_name(tried)
            parts = safe.split("/")
            assert safe
            assert "\\" not in safe
            assert not set(parts) & {"", ".", ".."}
            safe.encode()

    def test_a_good_name_stays_as_it_is(self) -> None:
        for name in ("Überblick 1.pdf", "folder/paper.pdf", "it's $& 100%.pdf"):
            assert safe_name(name) == name


class TestCompletions:
    def test_folders_come_first_and_hidden_ones_only_after_a_dot(self, tmp_path: Path) -> None:
        for folder in ("papers", "Patents", ".hidden"):
            (tmp_path / folder).mkdir()
        for file in ("paper.pdf", "paper.txt"):
            (tmp_path / file).touch()
        base = f"{tmp_path}/"
        assert completions(base + "pa") == [f"{base}Patents/", f"{base}papers/", f"{base}paper.pdf"]
        assert completions(base) == completions(base + "pa")
        assert completions(base + ".") == [f"{base}.hidden/"]

    def test_what_is_no_folder_has_none(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        for text in (f"{tmp_path}/no/such", f"{tmp_path}/file/x", "a\0b/c", "https://x.org/a"):
            assert completions(text) == []

    def test_paths_are_given_as_they_are_typed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "one" / "two").mkdir(parents=True)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HOME", str(tmp_path))
        assert completions("o") == ["one/"]
        assert completions("one/") == ["one/two/"]
        assert completions("~/one/") == ["~/one/two/"]
        assert completions("./o") == ["./one/"]


class TestPastedPaths:
    @pytest.mark.parametrize("text", ['"papers/"', "'papers/'", "  papers/\n", ' "papers/" ', "papers/"])
    def test_quotation_marks_and_space_around_a_path_are_none_of_it(self, text: str) -> None:
        assert pasted_path(text) == "papers/"

    def test_those_of_a_windows_path_are_none_of_it(self) -> None:
        assert pasted_path('"C:\\My Papers\\old one.pdf"') == "C:\\My Papers\\old one.pdf"

    @pytest.mark.parametrize("text", ["", " ", '"', "''", "'a' 'b'", "it's", "'a\"", "a\0b"])
    def test_other_marks_stay(self, text: str) -> None:
        assert pasted_path(text) == text.strip()

    @pytest.mark.parametrize("name", ["'quoted'", " spaced "])
    def test_a_name_that_has_them_is_taken_as_it_is(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path(name).mkdir()
        assert pasted_path(name) == name


def test_the_scripts_are_whole_and_no_two_parts_share_a_name() -> None:
    for name in ("ingest_panel.js", "corpus_view.js"):
        text = script(name)
        assert "import {" not in text
        assert text.count("export default") == 1
        tops = re.findall(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", text, re.MULTILINE)
        assert len(tops) == len(set(tops))


def test_no_script_makes_markup_out_of_data() -> None:
    for path in STATIC.glob("*.js"):
        found = re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text()
        )
        assert found is None, path.name
