"""A file can fail; whoever reads it can't."""

from __future__ import annotations

import base64
import bz2
import gzip
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from ingest_widgets import Corpus, ingest
from ingest_widgets.documents import Extraction
from ingest_widgets.engines.names import check_engine
from ingest_widgets.engines.pages.wordless import PICTURE
from ingest_widgets.errors import CLOSE_FILES, EngineError, IngestError, SettingsError
from ingest_widgets.isolation import (
    IsolatedExecutor,
    Limits,
    Task,
    extract,
    gathered_pages,
    page_boxes,
    render_page,
)
from ingest_widgets.isolation.pool import usable_cores
from ingest_widgets.isolation.slot import own_slot
from ingest_widgets.statuses import Reason, Status
from tests.hostile.pdf import assemble, page_objects, show, text_pdf
from tests.processes import no_more_threads, until, workers

SAMPLES = Path(__file__).parents[1] / "samples"
PASSWORD = "open sesame"


def read(name: str, **given: object) -> Extraction:
    return extract(Task(name=name, path=str(SAMPLES / name), **given))  # type: ignore[arg-type]


def test_a_file_is_read_page_by_page_with_its_facts() -> None:
    """Pages in order with the engine that made each, hash, size, time of change, title and author."""
    import hashlib

    path = SAMPLES / "paper-two-columns.pdf"
    got = read(path.name)
    assert (got.status, got.reason, got.detail, got.engine) == (Status.INGESTED, None, "", "pdfium")
    assert got.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (got.size, got.mtime_ns) == (path.stat().st_size, path.stat().st_mtime_ns)
    assert (got.title, got.author) == ("How Much Is in a Page?", "The ingest_widgets developers")
    assert [page.number for page in got.pages] == [1, 2] == list(range(1, (got.page_count or 0) + 1))
    assert "entropy" in got.pages[0].text


def test_a_range_reads_its_pages_and_counts_all() -> None:
    """And no more: who sends a page that nobody asked for is ended."""
    read("manual-long.pdf", last=2)
    before = {worker.pid for worker in workers()}
    got = read("manual-long.pdf", first=3, last=5)
    assert [page.number for page in got.pages] == [3, 4, 5]
    assert got.page_count == 61
    assert {worker.pid for worker in workers()} == before != set()


def test_a_range_reads_the_same_whatever_was_read_before() -> None:
    """A worker keeps a long document open; which ranges of it came before is up to chance, and to who was killed."""
    said = show("A userdefined value and a nonrecursive call")
    cut = "BT /F1 12 Tf 72 720 Td (This is a user-) Tj 0 -14 Td (defined value, not) Tj 0 -14 Td (non-) Tj"
    data = assemble(page_objects([said, f"{cut} 0 -14 Td (recursive) Tj ET".encode(), said]))
    whole = Task(name="long.pdf", path="long.pdf", data=data)
    alone = extract(replace(whole, first=2, last=2))
    assert alone.page_count == 3
    extract(replace(whole, last=1))
    assert extract(replace(whole, first=2, last=2)).pages == alone.pages != extract(whole).pages[1:2]


def test_a_known_hash_is_not_read_again() -> None:
    known = read("manual-long.pdf").sha256
    got = read("manual-long.pdf", known_sha256=known)
    assert (got.status, got.pages, got.sha256) == (Status.UNCHANGED, (), known)


def test_bytes_of_an_upload_are_read_without_a_file() -> None:
    got = extract(Task("upload.pdf", "upload.pdf", data=text_pdf("first", "second")))
    assert [page.text.strip() for page in got.pages] == ["first", "second"]
    assert got.mtime_ns is None


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on the address space")
@pytest.mark.parametrize(
    ("size", "outcome"), [(160, (Status.INGESTED, None)), (300, (Status.FAILED, Reason.OUT_OF_MEMORY))]
)
def test_an_upload_may_be_as_large_as_what_a_worker_may_take(size: int, outcome: tuple[Status, Reason | None]) -> None:
    """It is there once, and one that is larger is no crash."""
    data = text_pdf("first") + bytes(size * 2**20)
    limits = Limits(memory_bytes=256 * 2**20)
    with IsolatedExecutor(1) as executor:
        got = executor.submit(extract, Task("upload.pdf", "upload.pdf", data=data, limits=limits)).result()
    assert (got.status, got.reason) == outcome


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("text.pdf", b"just text", Reason.NOT_A_PDF),
        ("late.pdf", b" " * 1030 + text_pdf("too late"), Reason.NOT_A_PDF),
        ("empty.pdf", b"", Reason.EMPTY),
        ("header.pdf", b"%PDF-1.7\n", Reason.CORRUPT),
        ("cut.pdf", text_pdf("cut off")[:150], Reason.CORRUPT),
    ],
)
def test_a_file_that_is_no_pdf_has_its_reason_and_a_cure(
    tmp_path: Path, name: str, content: bytes, reason: Reason
) -> None:
    (tmp_path / name).write_bytes(content)
    got = extract(Task(name, str(tmp_path / name)))
    assert (got.status, got.reason, got.pages) == (Status.FAILED, reason, ())
    assert got.detail.endswith(".")
    assert "\n" not in got.detail


def test_what_macos_puts_beside_a_file_is_told_from_a_broken_download() -> None:
    beside, broken = (
        extract(Task("._a.pdf", "._a.pdf", data=data)) for data in (b"\0\5\x16\7\0\2\0\0Mac OS X        ", b"<html>")
    )
    assert beside.reason == broken.reason == Reason.NOT_A_PDF
    assert "macOS" in beside.detail
    assert "fetch it again" in broken.detail


@pytest.mark.parametrize(
    ("kind", "pack"), [("gzip", gzip.compress), ("base64", base64.encodebytes), ("bzip2", bz2.compress)]
)
def test_a_packed_pdf_is_to_be_unpacked_not_fetched_again(kind: str, pack: Callable[[bytes], bytes]) -> None:
    got = extract(Task("a.pdf", "a.pdf", data=pack(text_pdf("needle"))))
    assert (got.status, got.reason) == (Status.FAILED, Reason.NOT_A_PDF)
    assert got.detail == f"It is packed ({kind}): unpack it, and ingest the PDFs that were in it, if any."


def test_a_scan_is_ingested_and_said_to_be_one() -> None:
    got = read("scan-no-text.pdf")
    assert (got.status, got.reason, len(got.pages)) == (Status.INGESTED, Reason.NO_TEXT, 1)
    assert "OCR" in got.detail


def test_a_scanned_page_among_others_is_said_to_be_one(tmp_path: Path) -> None:
    """The file has text, so its reason says nothing; a blank page is none, nor is one with a small picture on it."""
    with pikepdf.open(SAMPLES / "scan-no-text.pdf") as scan, pikepdf.open(SAMPLES / "paper-two-columns.pdf") as paper:
        paper.pages.append(scan.pages[0])
        paper.add_blank_page()
        paper.pages.append(scan.pages[0])
        small = paper.pages[-1]
        small.contents_add(b"q .3 0 0 .3 0 0 cm", prepend=True)
        small.contents_add(b"Q")
        paper.save(tmp_path / "mixed.pdf")
        texts = len(paper.pages) - 3
    got = extract(Task("mixed.pdf", str(tmp_path / "mixed.pdf")))
    assert (got.status, got.reason) == (Status.INGESTED, None)
    assert [page.warnings for page in got.pages] == [()] * texts + [(PICTURE,), (), ()]


def test_limits_on_size_and_pages_name_their_setting() -> None:
    large = read("manual-long.pdf", limits=Limits(max_file_bytes=1000))
    long = read("manual-long.pdf", limits=Limits(max_pages=60))
    assert (large.reason, long.reason) == (Reason.TOO_LARGE, Reason.TOO_MANY_PAGES)
    assert "max_file_bytes" in large.detail
    assert "61" in long.detail
    assert long.page_count == 61


@pytest.mark.skipif(os.name != "posix", reason="named pipes are made by POSIX systems only")
def test_what_can_not_be_read_is_unreadable_and_never_hangs(tmp_path: Path) -> None:
    """A vanished file, a folder and a pipe that nobody writes to."""
    os.mkfifo(tmp_path / "pipe.pdf")
    (tmp_path / "folder.pdf").mkdir()
    for name in ("gone.pdf", "pipe.pdf", "folder.pdf"):
        got = extract(Task(name, str(tmp_path / name)))
        assert (got.status, got.reason, got.sha256) == (Status.FAILED, Reason.UNREADABLE, None)


def test_a_name_that_is_not_utf8_opens_its_file(tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"caf\xe9\n.pdf")
    with open(path, "wb") as file:
        file.write(text_pdf("strange name"))
    assert extract(Task("caf", os.fsdecode(path))).status is Status.INGESTED


def test_passwords_of_the_executor_open_a_locked_file() -> None:
    task = Task("encrypted.pdf", str(SAMPLES / "encrypted.pdf"))
    with IsolatedExecutor(1) as without, IsolatedExecutor(1, passwords=["wrong", PASSWORD]) as having:
        assert without.submit(extract, task).result().reason is Reason.ENCRYPTED
        assert having.submit(extract, task).result().status is Status.INGESTED


def test_a_function_that_finds_passwords_is_asked_only_for_a_locked_file() -> None:
    """It may ask a server, so files that open by themselves must not wait for it."""
    asked = []

    def find() -> list[str]:
        asked.append(threading.current_thread().name)
        return [PASSWORD]

    with IsolatedExecutor(1, passwords=find) as executor:
        executor.submit(extract, Task("a", str(SAMPLES / "paper-two-columns.pdf"))).result()
        assert asked == []
        locked = executor.submit(extract, Task("b", str(SAMPLES / "encrypted.pdf"))).result()
    assert locked.status is Status.INGESTED
    assert len(asked) == 1


def test_without_an_executor_passwords_come_from_the_settings_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGEST_PDF_PASSWORDS", f'["wrong", "{PASSWORD}"]')
    assert read("encrypted.pdf").status is Status.INGESTED


def test_a_page_of_a_locked_file_is_not_called_broken_for_settings_that_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong is told as it is, and the worker, which waits for passwords, isn't given the next request."""
    task = Task("encrypted.pdf", str(SAMPLES / "encrypted.pdf"))
    monkeypatch.setenv("INGEST_WORKERS", "many")
    with pytest.raises(SettingsError, match="workers"):
        render_page(task, 1)
    monkeypatch.delenv("INGEST_WORKERS")
    monkeypatch.setenv("INGEST_PDF_PASSWORDS", f'["{PASSWORD}"]')
    assert render_page(task, 1)


def test_a_password_is_neither_in_the_arguments_nor_in_the_environment_of_a_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INGEST_PDF_PASSWORDS", f'["{PASSWORD}"]')
    read("encrypted.pdf")
    (worker,) = workers()
    assert PASSWORD not in " ".join(worker.cmdline())
    assert not [name for name in worker.environ() if name.startswith("INGEST")]


def test_tasks_travel_without_their_bytes_in_sight() -> None:
    task = Task("x", "y", data=b"secret bytes")
    assert pickle.loads(pickle.dumps(task)) == task
    assert "secret" not in repr(task)


def test_an_unknown_engine_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(EngineError, match="auto, pdfium, pypdf"):
        check_engine("pdfiun")
    assert check_engine("pypdf") == "pypdf"


def test_pypdf_reads_when_it_is_asked_for() -> None:
    got = read("paper-two-columns.pdf", engine="pypdf")
    assert {page.engine for page in got.pages} == {"pypdf"} == {got.engine}


def test_an_executor_leaves_no_process_behind() -> None:
    before = len(workers())
    with IsolatedExecutor(2) as executor:
        done = list(executor.map(extract, [Task("a", str(SAMPLES / "manual-long.pdf"))] * 4))
        assert len(workers()) > before
    assert [got.status for got in done] == [Status.INGESTED] * 4
    assert len(workers()) == before


def test_a_shutdown_waits_for_what_was_submitted_or_cancels_what_has_not_begun() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def held() -> bool:
        begun.set()
        return go_on.wait(60)

    with IsolatedExecutor(1) as executor:
        running, waiting = executor.submit(held), executor.submit(os.getpid)
        assert begun.wait(60)
        executor.shutdown(wait=False, cancel_futures=True)
        go_on.set()
    assert (running.result(0), waiting.cancelled()) == (True, True)
    with pytest.raises(RuntimeError):
        executor.submit(os.getpid)
    with IsolatedExecutor(1) as executor:
        futures = [executor.submit(os.getpid) for _ in range(5)]
    assert [future.result(0) for future in futures] == [os.getpid()] * 5
    assert not [thread for thread in threading.enumerate() if thread.name == "isolated"]


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 1),
        ({"cpu.max": "99900000 100000\n"}, None),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu.max": "\n"}, None),
        ({}, None),
    ],
)
def test_a_container_gets_no_more_workers_than_its_share_of_the_cores(
    files: dict[str, str], cores: int | None, tmp_path: Path
) -> None:
    """Where 64 cores are to be seen and 2 may be used, 64 workers took all of its memory."""
    (tmp_path / "cpu").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert usable_cores(str(tmp_path)) == (cores or usable_cores(str(tmp_path / "nowhere")))


@pytest.mark.parametrize("program", ["/nowhere/python", "", None])
def test_no_file_is_blamed_when_there_is_no_python_to_start(
    program: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade under a running kernel, or where Python is embedded in another program."""
    monkeypatch.setattr(sys, "executable", program)
    with Corpus(tmp_path / "c.sqlite") as corpus:
        with pytest.raises(EngineError, match=r"no Python at sys\.executable"):
            ingest(SAMPLES, corpus, progress=False)
        assert {record.reason for record in corpus.files()} == {Reason.CANCELLED}


def test_an_executor_that_can_start_no_more_threads_works_with_those_it_has() -> None:
    """What it refuses isn't done after all, and what it took isn't refused."""
    done: list[str] = []
    gate = threading.Event()
    with IsolatedExecutor(2) as executor:
        with no_more_threads(), pytest.raises(RuntimeError, match="can't start new thread"):
            executor.submit(done.append, "refused")
        first = executor.submit(gate.wait)
        with no_more_threads():
            second = executor.submit(done.append, "taken")
        gate.set()
        assert (first.result(), second.result()) == (True, None)
    assert done == ["taken"]


def test_a_worker_ends_with_the_thread_that_owns_it() -> None:
    before = len(workers())
    with ThreadPoolExecutor(1) as foreign:
        foreign.submit(extract, Task("a", str(SAMPLES / "paper-two-columns.pdf"))).result()
        assert len(workers()) == before + 1
    assert until(lambda: len(workers()) == before)


def test_a_page_becomes_a_picture_and_its_words_have_places() -> None:
    task = Task("manual-long.pdf", str(SAMPLES / "manual-long.pdf"))
    picture = render_page(task, 2, dpi=36)
    found = page_boxes(task, 2, ["page"])
    assert picture.startswith(b"\x89PNG")
    assert found.boxes
    for left, top, right, bottom in found.boxes:
        assert 0 <= left < right <= found.width
        assert 0 <= top < bottom <= found.height


def test_boxes_stand_where_the_word_is_drawn_on_a_turned_page() -> None:
    """The page is shown turned by a quarter, so the word from its top left stands at the top right."""
    from tests.hostile.pdf import assemble, page_objects, show

    upright = extract_boxes(assemble(page_objects([show("needle")])))
    turned = extract_boxes(assemble(page_objects([show("needle")], page=b"/Rotate 90")))
    (left, top, right, bottom), (width, height) = upright
    assert turned[1] == (height, width)
    assert turned[0] == pytest.approx((height - bottom, left, height - top, right), abs=0.1)


def extract_boxes(data: bytes) -> tuple[tuple[float, float, float, float], tuple[float, float]]:
    found = page_boxes(Task("x", "x", data=data), 1, ["NEEDLE"])
    return found.boxes[0], (found.width, found.height)


def test_a_page_that_does_not_exist_is_one_clear_sentence() -> None:
    task = Task("manual-long.pdf", str(SAMPLES / "manual-long.pdf"))
    with pytest.raises(IngestError, match=r"page 99 of manual-long\.pdf"):
        render_page(task, 99)
    assert extract(task).status is Status.INGESTED


def test_text_of_one_file_has_an_end_however_many_workers_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a taken-over worker sends, crashing now and then, must not fill this process; what fits is kept."""
    monkeypatch.setattr(gathered_pages, "MOST_TEXT_BYTES", 50_000)
    started = time.monotonic()
    got = read("manual-long.pdf")
    assert (got.status, got.reason) == (Status.PARTIAL, Reason.CRASHED)
    assert "more than 50000 bytes of text" in got.detail
    assert 1 < len(got.pages) < 61
    assert got.warnings == (f"missing (crashed): pages {len(got.pages) + 1}-61",)
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    "limits",
    [
        {"seconds": 1e9},
        {"seconds": 1e12},
        {"seconds": 1e300},
        {"seconds": float("inf")},
        {"memory_bytes": 2**63 - 1},
        {"memory_bytes": 2**63},
        {"memory_bytes": 2**64 + 1},
        {"max_file_bytes": 10**30},
        {"max_pages": 10**30},
    ],
    ids=str,
)
def test_no_file_is_blamed_for_a_limit_that_is_as_good_as_none(limits: dict[str, Any]) -> None:
    """In a worker that starts with it, and in one that gets it with its task."""
    task = Task("a", "a", data=text_pdf("honest"), limits=Limits(**limits))
    own_slot().drop()
    assert [extract(task).status for _ in range(2)] == [Status.INGESTED] * 2
    with pytest.raises(IngestError, match="page 9"):
        render_page(task, 9)


_CROWDED = """
import os, resource
from ingest_widgets.errors import EngineError
from ingest_widgets.isolation import Task, extract
from tests.hostile.pdf import text_pdf
task = Task("a", "a", data=text_pdf("honest"))
most = len(os.listdir("/proc/self/fd"))
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
# In the end any number: Python before 3.11.4 leaves open the pipes of a process that could not be started (gh-87474).
for soft in (*range(most, most + 8), hard):
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    try:
        print(extract(task).status)
    except EngineError as error:
        print("refused", error)
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_no_file_is_blamed_when_the_system_has_no_process_or_descriptor_left() -> None:
    """That no worker can start is an error of its own, with the system's reason; with room it goes on."""
    done = subprocess.run(
        [sys.executable, "-c", _CROWDED], capture_output=True, text=True, timeout=100, cwd=SAMPLES.parent
    )
    lines = done.stdout.splitlines()
    assert lines[0] == f"refused a worker process can't start (Too many open files): {CLOSE_FILES}", done.stderr
    assert lines[-1] == "ingested"
