"""Engines that crash, hang, lie and eat memory: real plug-ins, found by their public name."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ingest_widgets.documents import Extraction
from ingest_widgets.engines.chain import OpenDocument
from ingest_widgets.engines.names import check_engine
from ingest_widgets.errors import EngineError
from ingest_widgets.isolation import IsolatedExecutor, Limits, Task, extract
from ingest_widgets.isolation.slot import own_slot
from ingest_widgets.statuses import Reason, Status
from tests.hostile.pdf import assemble, page_objects, show, text_pdf
from tests.pace import here
from tests.poison import FAKE_ENGINES, GUILTY, LIMITS, hundred, innocents, read, run, verdicts
from tests.processes import resident_bytes, until, workers

pytestmark = pytest.mark.usefixtures("misbehaving")

SAMPLES = Path(__file__).parents[1] / "samples"


def test_ten_poisoned_of_a_hundred_hurt_nobody_else() -> None:
    """Two workers, 90 innocents kept, each of the guilty named with its reason, nothing left running."""
    tasks = hundred()
    before, others = resident_bytes(), len(workers())
    with IsolatedExecutor(2) as executor:
        results = run(executor, tasks)
    assert innocents(tasks, results) == 90
    assert verdicts(tasks, results) == GUILTY
    assert until(lambda: len(workers()) <= others)
    assert resident_bytes() - before < 200 * 1024 * 1024


@pytest.mark.parametrize("kind", GUILTY)
def test_pages_around_a_bad_one_are_kept(kind: str) -> None:
    """The bad page is named, those before it are kept and those after it still read, within time-out and 2 s."""
    limits = Limits(seconds=1.5, memory_bytes=LIMITS.memory_bytes)
    started = time.monotonic()
    got = read("before", f"poison: {kind}", "after", limits=limits)
    assert time.monotonic() - started < limits.seconds + here(2)
    assert (got.status, got.reason) == (Status.PARTIAL, GUILTY[kind])
    assert [page.number for page in got.pages] == [1, 3]
    assert got.warnings == (f"missing ({GUILTY[kind]}): page 2",)
    assert got.page_count == 3


def test_a_page_comes_from_the_next_engine_whatever_the_first_one_raises() -> None:
    """A mistake in an engine's Python ended the page as one that crashed it, though others read it."""
    document = OpenDocument(text_pdf("before", "poison: raises"), ["misbehaving", "pypdf"], tuple, 10)
    assert [document.page(index)[:2] for index in (0, 1)] == [("misbehaving", "before"), ("pypdf", "poison: raises")]
    document.close()


def test_what_no_other_engine_reads_stays_the_mistake_of_the_first() -> None:
    got = read("before", "poison: raises")
    assert (got.status, got.reason, got.detail.count("ZeroDivisionError")) == (Status.PARTIAL, Reason.CRASHED, 1)


def test_a_file_whose_every_page_hangs_ends_within_its_time_and_two_seconds() -> None:
    limits = Limits(seconds=1.0, memory_bytes=LIMITS.memory_bytes)
    started = time.monotonic()
    got = read(*["poison: wait"] * 50, limits=limits)
    assert time.monotonic() - started < limits.seconds + here(2)
    assert (got.status, got.reason) == (Status.FAILED, Reason.TIMEOUT)


def test_a_crash_that_happens_once_is_no_crash(tmp_path: Path) -> None:
    """Something else killed the worker: the file is tried again before it is called guilty."""
    done: list[Extraction] = []
    pages = ("first", f"poison: wait {tmp_path}")
    reader = threading.Thread(target=lambda: done.append(read(*pages, limits=Limits(seconds=2.0))))
    reader.start()
    assert until(lambda: bool(list(tmp_path.iterdir())))
    os.kill(int(next(tmp_path.iterdir()).name), signal.SIGKILL)
    reader.join(20)
    assert done[0].reason is Reason.TIMEOUT
    assert [page.number for page in done[0].pages] == [1]


def test_a_kill_is_no_want_of_memory_however_much_the_worker_holds(tmp_path: Path) -> None:
    """A page was lost, since nobody else could have taken a fresh worker's memory."""
    own_slot().drop()
    limits = Limits(seconds=30.0, memory_bytes=64 * 1024 * 1024)
    got = read("before", f"poison: once {tmp_path}", "after", limits=limits)
    assert len(list(tmp_path.iterdir())) == 2
    assert (got.status, [page.number for page in got.pages]) == (Status.INGESTED, [1, 2, 3])


def test_what_is_killed_each_time_with_much_memory_wants_more_than_there_is() -> None:
    """As in a container that is too small."""
    own_slot().drop()
    got = read("before", "poison: killed", "after", limits=Limits(seconds=30.0, memory_bytes=64 * 1024 * 1024))
    assert (got.status, [page.number for page in got.pages]) == (Status.PARTIAL, [1, 3])
    assert got.reason is Reason.OUT_OF_MEMORY


def test_what_hangs_where_it_crashed_before_ends_within_its_time_and_two_seconds(tmp_path: Path) -> None:
    """Also when another page hangs behind it."""
    started = time.monotonic()
    got = read("before", f"poison: late {tmp_path}", "poison: wait", limits=Limits(seconds=3.0))
    assert time.monotonic() - started < 3 + here(2)
    assert (got.status, got.reason, [page.number for page in got.pages]) == (Status.PARTIAL, Reason.TIMEOUT, [1])


def test_what_other_files_have_taken_of_the_memory_is_no_files_fault() -> None:
    """A file that a fresh worker can hold is read, whatever was read before it."""
    limits = Limits(seconds=30.0, memory_bytes=1024 * 1024 * 1024)
    assert read("poison: hoards", limits=limits).status is Status.INGESTED
    got = read("before", "poison: borrows", "after", limits=limits)
    assert (got.status, got.reason, [page.number for page in got.pages]) == (Status.INGESTED, None, [1, 2, 3])


def test_nor_is_it_that_of_a_page_deep_in_a_file_that_took_its_time() -> None:
    limits = Limits(seconds=4.0, memory_bytes=1024 * 1024 * 1024)
    assert read("poison: hoards", limits=limits).status is Status.INGESTED
    got = read("before", "poison: pauses", "poison: borrows", "after", limits=limits)
    assert (got.status, got.reason, [page.number for page in got.pages]) == (Status.INGESTED, None, [1, 2, 3, 4])


def test_a_worker_that_was_killed_leaves_no_trace_in_the_text(tmp_path: Path) -> None:
    """A word over a line's end is joined by what the pages before say, also for whoever comes in its place."""
    said, last = (
        show("A user-defined value"),
        "BT /F1 12 Tf 72 720 Td (This is a user-) Tj 0 -14 Td (defined value) Tj ET",
    )
    between = [show(f"poison: once {tmp_path}"), show("a page more")]
    data = assemble(page_objects([said, *between, last.encode()]))
    task = Task("long.pdf", "long.pdf", data=data, engine="misbehaving", limits=LIMITS)
    disturbed = extract(task)
    assert len(list(tmp_path.iterdir())) == 2
    assert disturbed.pages[3].text == "This is a user-defined\nvalue"
    assert (disturbed.status, disturbed.warnings) == (Status.INGESTED, ())
    assert disturbed.pages == extract(task).pages


def test_an_engine_that_raises_is_named_and_the_next_file_read() -> None:
    """An engine's own mistake is a crash, with its words in the detail."""
    got = read("poison: raises")
    assert (got.status, got.reason) == (Status.FAILED, Reason.CRASHED)
    assert "ZeroDivisionError" in got.detail
    assert read("honest").status is Status.INGESTED


def test_an_engine_that_hangs_after_the_last_page_costs_none() -> None:
    got = read("before", "poison: hangs-late", limits=Limits(seconds=1.0, memory_bytes=LIMITS.memory_bytes))
    assert (got.status, got.reason, got.warnings) == (Status.INGESTED, None, ())
    assert [page.number for page in got.pages] == [1, 2]


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels keep no limit of the address space")
@pytest.mark.parametrize(
    ("before", "detail"),
    [
        ("signal.signal(signal.SIGCHLD, signal.SIG_IGN)", "more than memory_limit_bytes=734003200 (700 MiB): raise"),
        ("resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))", "than the 600 MiB that `ulimit -v` allows"),
    ],
    ids=["SIGCHLD ignored", "ulimit -v"],
)
def test_too_much_memory_is_told_from_a_crash_in_an_odd_session(before: str, detail: str) -> None:
    """The system keeps the worker's exit code to itself; its memory ends before our limit."""
    code = f"""
import resource, signal
{before}
from ingest_widgets.isolation import Limits, Task, extract
from tests.hostile.pdf import assemble, page_objects, show, text_pdf
limits = Limits(seconds=20, memory_bytes=700 << 20)
got = extract(Task("p", "p", data=text_pdf("poison: native-memory"), engine="misbehaving", limits=limits))
print(got.reason, got.detail)
"""
    found = os.pathsep.join([str(FAKE_ENGINES), str(Path(__file__).parents[1])])
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": found}, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.startswith("out_of_memory"), done.stdout + done.stderr
    assert detail in done.stdout


@pytest.mark.parametrize("kind", ["forswears", "renames"])
def test_what_no_worker_says_in_the_middle_of_a_document_costs_that_page_only(kind: str) -> None:
    got = read("before", f"poison: {kind}", "after")
    assert (got.status, got.reason) == (Status.PARTIAL, Reason.CRASHED)
    assert [page.number for page in got.pages] == [1, 3]
    assert got.sha256 == hashlib.sha256(text_pdf("before", f"poison: {kind}", "after")).hexdigest()


def test_endless_recursion_is_survived() -> None:
    """Which limit it hits first depends on the Python."""
    assert read("poison: recurses").reason in (Reason.CRASHED, Reason.OUT_OF_MEMORY, Reason.TIMEOUT)


def test_text_that_no_column_can_hold_never_arrives() -> None:
    got = read("poison: lies")
    assert got.status is Status.INGESTED
    got.pages[0].text.encode()
    assert "\0" not in got.pages[0].text
    assert got.pages[0].warnings


def test_what_an_engine_says_at_length_or_in_no_valid_text_costs_no_page_and_no_second_attempt() -> None:
    got = read("poison: warns", "honest")
    assert (got.status, len(got.pages)) == (Status.INGESTED, 2)
    assert [len(warning) for warning in got.pages[0].warnings] == [500] + [3] * 49
    got = read("honest", "poison: refuses")
    assert (got.status, got.reason) == (Status.PARTIAL, Reason.CORRUPT)


def test_an_engine_that_lacks_parts_or_does_not_load_is_no_crash_of_ours() -> None:
    """What is broken is the plug-in, so the file is `crashed` with a detail that names it, or the engine is refused."""
    assert read("x", engine="incomplete").reason is Reason.CRASHED
    assert check_engine("misbehaving") == "misbehaving"
    with pytest.raises(EngineError, match="no_such_module"):
        read("x", engine="absent")
