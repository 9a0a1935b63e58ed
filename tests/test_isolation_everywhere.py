"""The same isolation whatever the system offers: by polled pipes, without pidfds, and by pipes that block a thread."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from ingest_widgets.background_loop.awake import awake
from ingest_widgets.cli.checks import engines, isolation
from ingest_widgets.isolation import IsolatedExecutor, Limits, Task, extract, features, pipes, process, render_page
from ingest_widgets.isolation.process import WorkerEnded, WorkerProcess
from ingest_widgets.isolation.slot import own_slot
from ingest_widgets.isolation.wire import WireError
from ingest_widgets.statuses import Reason, Status
from tests.forks import in_a_fork
from tests.hostile.pdf import text_pdf
from tests.pace import here
from tests.poison import FAKE_ENGINES, GUILTY, LIMITS, hundred, innocents, read, run, verdicts
from tests.processes import is_alive, resident_bytes, until, workers

ROOT = Path(__file__).parents[1]
MANUAL = ROOT / "samples" / "manual-long.pdf"


def polled(patch: pytest.MonkeyPatch) -> None:
    """Linux."""
    patch.setattr(pipes, "PIPES", pipes.PolledPipes)


def polled_without_pidfd(patch: pytest.MonkeyPatch) -> None:
    """The BSDs, and macOS from Python 3.13 on."""
    patch.setattr(pipes, "PIPES", pipes.PolledPipes)
    patch.delattr(os, "pidfd_open", raising=False)


def polled_without_waitid(patch: pytest.MonkeyPatch) -> None:
    """MacOS before that."""
    polled_without_pidfd(patch)
    patch.delattr(os, "waitid", raising=False)


def threaded(patch: pytest.MonkeyPatch) -> None:
    """A system whose pipes can't be waited for."""
    patch.setattr(pipes, "PIPES", pipes.ThreadedPipes)


REFUSED = """
import signal
def setitimer(*arguments):
    raise signal.ItimerError(1, "Operation not permitted")
signal.setitimer = setitimer
"""


def refused(patch: pytest.MonkeyPatch) -> None:
    """An old container on Linux: process descriptors and the CPU clock have names, and the kernel refuses them."""

    def pidfd_open(pid: int, flags: int = 0) -> NoReturn:
        raise OSError(errno.ENOSYS, "Function not implemented")

    polled(patch)
    patch.setattr(os, "pidfd_open", pidfd_open, raising=False)
    patch.setattr(process, "BOOT", REFUSED + process.BOOT)


POOR = "import select, signal, sys; del select.poll, signal.setitimer; sys.platform = 'none'\n"


def poor(patch: pytest.MonkeyPatch) -> None:
    """Windows: in the worker too, there is no waiting for pipes, no signal when the parent dies, no CPU clock."""
    threaded(patch)
    patch.setattr(process, "BOOT", POOR + process.BOOT)


SYSTEMS = [polled, polled_without_pidfd, polled_without_waitid, refused, threaded, poor]


@pytest.fixture(params=SYSTEMS, ids=lambda system: system.__name__, autouse=True)
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A system that offers that much; afterwards no worker and no thread of its pipes is left."""
    if request.param in SYSTEMS[:4] and not hasattr(os, "killpg"):
        pytest.skip("this system can't wait for pipes")
    request.param(monkeypatch)
    monkeypatch.syspath_prepend(str(FAKE_ENGINES))
    own_slot().drop()
    others = len(workers())
    yield
    own_slot().drop()
    assert until(lambda: len(workers()) <= others), "worker processes were left behind"
    assert until(lambda: not [t for t in threading.enumerate() if t.name.startswith("worker re")])


@contextmanager
def ended_in_the_end(pids: list[int]) -> Iterator[None]:
    """What a failed test would leave spinning."""
    try:
        yield
    finally:
        for pid in filter(is_alive, pids):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    """One that is ready, without the sandbox."""
    started = WorkerProcess(LIMITS.memory_bytes, sandbox=False)
    started.start()
    yield started
    started.close()


def test_a_question_is_answered(worker: WorkerProcess) -> None:
    for _ in range(300):
        worker.begin()
        worker.send({"op": "ping"}, deadline=awake() + 10)
        assert worker.receive(awake() + 10) == ({"t": "done"}, b"")


def test_a_long_file_and_a_large_upload_come_through() -> None:
    """More than the pipes hold, in both directions."""
    upload = MANUAL.read_bytes() + bytes(8 * 1024 * 1024)
    whole, sent = extract(Task("a", str(MANUAL))), extract(Task("b", "b", data=upload))
    assert (whole.status, len(whole.pages)) == (Status.INGESTED, 61)
    assert [page.text for page in sent.pages] == [page.text for page in whole.pages]
    assert render_page(Task("a", str(MANUAL)), 1, dpi=150).startswith(b"\x89PNG")


@pytest.mark.parametrize("system", [polled_without_waitid, poor], indirect=True, ids=lambda system: system.__name__)
def test_ten_poisoned_of_a_hundred_hurt_nobody_else() -> None:
    tasks = hundred()
    with IsolatedExecutor(2) as executor:
        results = run(executor, tasks)
    assert innocents(tasks, results) == 90
    assert verdicts(tasks, results) == GUILTY


def test_a_worker_that_takes_nothing_ends_by_its_deadline(worker: WorkerProcess) -> None:
    """It is stopped, and the upload is larger than the pipe."""
    os.kill(worker.pid, signal.SIGSTOP)
    worker.begin()
    started = time.monotonic()
    with pytest.raises(WorkerEnded) as ended:
        worker.send({"op": "text"}, bytes(64 * 1024 * 1024), deadline=awake() + 0.5)
    assert ended.value.reason is Reason.TIMEOUT
    assert time.monotonic() - started < here(2)
    assert not is_alive(worker.pid)


def test_a_worker_that_says_nothing_ends_by_its_deadline(worker: WorkerProcess) -> None:
    os.kill(worker.pid, signal.SIGSTOP)
    started = time.monotonic()
    with pytest.raises(WorkerEnded) as ended:
        worker.receive(awake() + 0.3)
    assert ended.value.reason is Reason.TIMEOUT
    assert time.monotonic() - started < here(2)


def test_sending_to_one_that_is_gone_says_so(worker: WorkerProcess) -> None:
    os.kill(worker.pid, signal.SIGKILL)
    assert until(lambda: not is_alive(worker.pid))
    worker.begin()
    with pytest.raises(WorkerEnded) as ended:
        worker.send({"op": "text"}, bytes(1024 * 1024), deadline=awake() + 10)
    assert ended.value.reason is Reason.CRASHED
    assert ended.value.what == "SIGKILL, as from a system without memory left"


def test_another_thread_ends_the_wait(worker: WorkerProcess) -> None:
    killer = threading.Timer(0.1, worker.kill)
    killer.start()
    started = time.monotonic()
    with pytest.raises(WorkerEnded):
        worker.receive(started + 60)
    assert time.monotonic() - started < 5
    killer.join()


def test_a_flood_holds_no_more_than_the_cap() -> None:
    """It ends at the first lie about a size."""
    before = resident_bytes()
    got = read("poison: flood")
    assert (got.status, got.reason) == (Status.FAILED, Reason.CRASHED)
    assert resident_bytes() - before < 64 * 1024 * 1024


def test_a_flood_that_nobody_reads_waits_in_the_worker(worker: WorkerProcess) -> None:
    """What lies ahead of the owner is a few megabytes, however long it looks away."""
    worker.begin()
    before = resident_bytes()
    request = Task("f", "f", data=text_pdf("poison: flood")).request("text")
    more = {"rungs": ["misbehaving"], "first": 1, "last": None, "metadata": False, "ocr_pages": None}
    worker.send(request | more, text_pdf("poison: flood"), deadline=awake() + 10)
    assert not until(lambda: resident_bytes() - before > 32 * 1024 * 1024, seconds=1)
    with pytest.raises((WireError, WorkerEnded)):
        receive_all(worker)


def receive_all(worker: WorkerProcess) -> NoReturn:
    while True:
        worker.receive(awake() + 10)


def test_kill_stops_at_once_and_leaves_nothing() -> None:
    """Running and waiting extractions come back `cancelled` within a second, and so do those submitted later."""
    tasks = [Task("p", "p", data=text_pdf("poison: wait"), engine="misbehaving", limits=Limits(seconds=60))] * 4
    others = len(workers())
    with IsolatedExecutor(2) as executor:
        futures = [executor.submit(extract, task) for task in tasks]
        assert until(lambda: len(workers()) >= others + 2)
        started = time.monotonic()
        executor.kill()
        results = [future.result(5) for future in futures]
        results.append(executor.submit(extract, tasks[0]).result(5))
    assert time.monotonic() - started < here(1)
    assert {result.status for result in results} == {Status.CANCELLED}


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no process is stuck in this kernel")
def test_kill_waits_for_no_process_that_is_stuck_in_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that reads from a dead network drive is: it dies when that answers."""
    killed: set[int] = set()
    pids: list[int] = []
    task = Task("p", "p", data=text_pdf(f"poison: wait {tmp_path}"), engine="misbehaving", limits=Limits(seconds=20))
    with monkeypatch.context() as stuck, ended_in_the_end(pids):
        stuck.setattr(os, "killpg", lambda pid, number: killed.add(pid))
        with IsolatedExecutor(1) as executor:
            future = executor.submit(extract, task)
            assert until(lambda: bool(list(tmp_path.iterdir())))
            pids += [int(path.name) for path in tmp_path.iterdir()]
            executor.kill()
            assert future.result(10).status is Status.CANCELLED
    assert killed


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
@pytest.mark.parametrize("kind", ["grandchild", "daemon"])
def test_what_a_plug_in_started_delays_nobody_and_dies_with_it(
    kind: str, tmp_path: Path, worker: WorkerProcess
) -> None:
    """It holds our pipes open. In a session of its own it lives on, unless that is promised."""
    started = time.monotonic()
    got = read(f"poison: {kind} {tmp_path}", limits=Limits(seconds=30))
    assert got.reason is Reason.CRASHED
    assert time.monotonic() - started < 15
    left = [int(name.name) for name in tmp_path.iterdir()]
    assert len(left) == 4  # two attempts, in each the worker and what it started
    escapes = worker.promises.get("no process escapes")
    with ended_in_the_end(left):
        if kind == "grandchild" or (escapes and escapes.kept):
            assert until(lambda: not any(map(is_alive, left)))


def test_a_worker_whose_own_watch_finds_it_too_large_is_out_of_memory() -> None:
    """As on macOS, where the kernel takes RLIMIT_AS and keeps it not."""
    assert read("poison: watched").reason is Reason.OUT_OF_MEMORY


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_fork_neither_uses_nor_kills_its_parents_worker() -> None:
    assert read("honest").status is Status.INGESTED
    mine = [worker.pid for worker in workers()]

    def reads() -> None:
        assert read("honest").status is Status.INGESTED

    assert in_a_fork(reads) == 0
    assert [worker.pid for worker in workers()] == mine
    assert read("honest").status is Status.INGESTED


_OWNER = """
import sys
from ingest_widgets.isolation import IsolatedExecutor, Limits, Task, extract, pipes, process
from tests.hostile.pdf import text_pdf
pipes.PIPES, process.BOOT = getattr(pipes, sys.argv[1]), sys.argv[3]
def task(text):
    return Task(text, text, data=text_pdf(text), engine="misbehaving", limits=Limits(seconds=60))
with IsolatedExecutor(2) as executor:
    print(list(executor.map(extract, [task("a"), task("b")])) and "ready", flush=True)
    list(executor.map(extract, [task("poison: " + sys.argv[2])] * 2))
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("kind", ["spin", "wait"])
def test_workers_end_with_their_owner(kind: str, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(FAKE_ENGINES)])}
    command = [sys.executable, "-c", _OWNER, pipes.PIPES.__name__, f"{kind} {tmp_path}", process.BOOT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "ready\n"
        assert until(lambda: len(list(tmp_path.iterdir())) == 2)
        orphans = [int(name.name) for name in tmp_path.iterdir()]
        with ended_in_the_end(orphans):
            owner.kill()
            owner.wait(20)
            assert until(lambda: not any(map(is_alive, orphans)))


def test_each_promise_is_said_to_be_kept_or_not_as_it_is(request: pytest.FixtureRequest) -> None:
    """What can't be kept is said so, with a reason; who ends with its parent says how."""
    found = features()
    assert set(found) >= {"no writing", "no network", "no other processes", "memory limit", "CPU limit"}
    assert found["ends with its parent"].kept
    assert all(promise.how for promise in found.values())
    lacking = {name for name, promise in found.items() if not promise.kept}
    if "poor" in request.node.name:
        assert lacking == {"no writing", "no network", "no other processes", "CPU limit"}
    if "refused" in request.node.name:
        assert "CPU limit" in lacking


def test_doctor_tells_what_is_lacking_from_what_is_kept() -> None:
    """By what a worker found out, whatever words it says that in."""
    found = features()
    told = {check.name.removeprefix("isolation, "): check for check in isolation()}
    assert {name: check.state == "ok" for name, check in told.items()} == {n: p.kept for n, p in found.items()}
    assert all(bool(check.cure) == (check.state == "off") for check in told.values())


def test_doctor_goes_on_with_its_other_checks_when_no_engine_can_be_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "BOOT", "import os; os._exit(3)")
    told = [check for check in engines() if check.name in ("engine pdfium", "engine pypdf")]
    assert [(check.state, "can't start (exit code 3)" in check.says) for check in told] == [("bad", True)] * 2
