"""No worker outlives its owner, whatever ends that."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf
import pytest

from ingest_widgets.isolation import IsolatedExecutor, Limits, Task, extract
from ingest_widgets.statuses import Status
from tests.forks import in_a_fork
from tests.hostile.pdf import text_pdf
from tests.poison import FAKE_ENGINES
from tests.processes import is_alive, until, workers

ROOT = Path(__file__).parents[1]
HONEST = Task("honest", "honest", data=text_pdf("honest"))

_OWNER = """
import sys
from ingest_widgets.isolation import IsolatedExecutor, Limits, Task, extract
from tests.hostile.pdf import text_pdf
kind = sys.argv[1]
def task(text):
    return Task(text, text, data=text_pdf(text), engine="misbehaving", limits=Limits(seconds=60))
if __name__ == "__main__":
    with IsolatedExecutor(2) as executor:
        print(list(executor.map(extract, [task("a"), task("b")])) and "ready", flush=True)
        list(executor.map(extract, [task("poison: " + kind)] * 2))  # says where it is
"""


@contextmanager
def owner(kind: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process of its own whose two workers are in the middle of something."""
    paths = os.pathsep.join([str(ROOT), str(FAKE_ENGINES)])
    environment = os.environ | {"PYTHONPATH": paths}
    with subprocess.Popen(
        [sys.executable, "-c", _OWNER, f"{kind} {folder}"], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            assert until(lambda: len(list(folder.iterdir())) == 2)
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda end: end.name)
@pytest.mark.parametrize("kind", ["spin", "wait", "deaf", "hold"])
def test_workers_end_with_their_owner(kind: str, end: signal.Signals, tmp_path: Path) -> None:
    """Also while C code holds the interpreter's lock, and while SIGTERM and SIGINT are ignored."""
    with owner(kind, tmp_path) as process:
        orphans = [int(name.name) for name in tmp_path.iterdir()]
        process.send_signal(end)
        process.wait(20)
        assert until(lambda: not any(map(is_alive, orphans)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_fork_gets_workers_of_its_own() -> None:
    """The child neither uses nor kills its parent's worker; both go on reading."""
    assert extract(HONEST).status is Status.INGESTED
    mine = workers()

    def read() -> None:
        assert extract(HONEST).status is Status.INGESTED
        assert len(workers()) == 1

    assert in_a_fork(read) == 0
    assert [worker.pid for worker in workers()] == [worker.pid for worker in mine]
    assert extract(HONEST).status is Status.INGESTED


def test_an_interrupt_in_the_middle_of_a_file_leaves_a_clean_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    """KeyboardInterrupt passes through, the worker that was in the middle is gone, the next file is read."""
    monkeypatch.syspath_prepend(str(FAKE_ENGINES))
    task = Task("w", "w", data=text_pdf("poison: wait"), engine="misbehaving", limits=Limits(seconds=60))
    before = {worker.pid for worker in workers()}

    def interrupt() -> None:
        until(lambda: bool({worker.pid for worker in workers()} - before))
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    helper = threading.Thread(target=interrupt)
    helper.start()
    with pytest.raises(KeyboardInterrupt):
        extract(task)
    helper.join()
    assert until(lambda: {worker.pid for worker in workers()} <= before)
    assert extract(HONEST).status is Status.INGESTED


def test_an_interrupt_shows_no_password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not even to what prints the local variables of every frame, once the file is open."""
    monkeypatch.syspath_prepend(str(FAKE_ENGINES))
    monkeypatch.setenv("INGEST_PDF_PASSWORDS", '["open sesame"]')
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(text_pdf("first", f"poison: wait {tmp_path}"))) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(user="open sesame", owner="open sesame"))
    task = Task("w", "w", data=locked.getvalue(), engine="misbehaving", limits=Limits(seconds=60))

    def interrupt() -> None:
        until(lambda: bool(list(tmp_path.iterdir())))
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    helper = threading.Thread(target=interrupt)
    helper.start()
    with pytest.raises(KeyboardInterrupt) as caught:
        extract(task)
    helper.join()
    frames = [frame for frame, _ in traceback.walk_tb(caught.tb) if "ingest_widgets" in frame.f_code.co_filename]
    assert frames
    assert not [value for frame in frames for value in map(repr, frame.f_locals.values()) if "open sesame" in value]


def test_a_worn_worker_is_replaced() -> None:
    """After 250 files, so that what a library leaks stays small."""
    with IsolatedExecutor(1) as executor:
        executor.submit(extract, HONEST).result()
        others = {worker.pid for worker in workers()}
        list(executor.map(extract, [HONEST] * 251))
        assert {worker.pid for worker in workers()} != others
        assert len(workers()) == len(others)


def test_workers_are_reused_until_then() -> None:
    with IsolatedExecutor(1) as executor:
        executor.submit(extract, HONEST).result()
        before = {worker.pid for worker in workers()}
        list(executor.map(extract, [HONEST] * 20))
        assert {worker.pid for worker in workers()} == before
