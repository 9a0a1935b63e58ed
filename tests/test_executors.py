"""The same isolation inside any `concurrent.futures.Executor`: the poison stays in our own workers."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from ingest_widgets import IngestError, Settings, start_ingest
from ingest_widgets.documents import Extraction, SourceFile
from ingest_widgets.isolation import Task, extract
from ingest_widgets.pipeline.under_way import UnderWay
from ingest_widgets.statuses import Reason, Status
from tests.heard import listening
from tests.poison import FAKE_ENGINES, GUILTY, hundred, innocents, run, verdicts
from tests.processes import is_alive, until, workers

pytestmark = pytest.mark.usefixtures("misbehaving")

SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.mark.parametrize("start", multiprocessing.get_all_start_methods())
def test_a_process_pool_loses_nothing_to_the_poison(start: str) -> None:
    """However its processes are started: 90 innocents kept, ten guilty named, the pool not broken."""
    tasks, others = hundred(), len(workers())
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(start)) as pool:
        results = run(pool, tasks)
        assert pool.submit(os.getpid).result() != os.getpid()
    assert innocents(tasks, results) == 90
    assert verdicts(tasks, results) == GUILTY
    assert until(lambda: len(workers()) <= others)


_OWNER = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
from ingest_widgets import ingest
from tests.hostile.pdf import text_pdf
if __name__ == "__main__":
    start, *said = sys.argv[1:]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(start)) as pool:
        files = [(f"{number}.pdf", text_pdf(text)) for number, text in enumerate(said)]
        ingest(files, "c.sqlite", engine="misbehaving", executor=pool, progress=False)
"""


@pytest.mark.parametrize("start", multiprocessing.get_all_start_methods())
def test_a_pool_whose_owner_was_killed_leaves_no_process(start: str, tmp_path: Path) -> None:
    """Those of the pool would wait for ever for a next task, and ours with them."""
    (tmp_path / "own.py").write_text(_OWNER)
    notes = tmp_path / "notes"
    notes.mkdir()
    paths = os.pathsep.join([str(SAMPLES.parent), str(FAKE_ENGINES)])
    run = [sys.executable, "own.py", start, *[f"poison: wait {notes}"] * 2]
    with subprocess.Popen(run, cwd=tmp_path, env=os.environ | {"PYTHONPATH": paths}) as owner:
        try:
            assert until(lambda: len(list(notes.iterdir())) == 2, 60)
            below = [child.pid for child in psutil.Process(owner.pid).children(recursive=True)]
        finally:
            owner.kill()
    assert len(below) >= 4
    assert until(lambda: not any(map(is_alive, below)))


def test_threads_share_nothing_but_the_process() -> None:
    tasks, others = hundred(), len(workers())
    with ThreadPoolExecutor(4) as pool:
        results = run(pool, tasks)
    assert innocents(tasks, results) == 90
    assert verdicts(tasks, results) == GUILTY
    assert until(lambda: len(workers()) <= others)


READ = Extraction(Status.INGESTED)


class Once(Executor):
    """Takes one task; then it does what it is told to."""

    def __init__(self, future: Future[Any], then: Callable[[], object]) -> None:
        self._futures, self._then = iter([future]), then

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if (future := next(self._futures, None)) is None:
            self._then()
        return future or Future()


class Running(Future[Any]):
    """Comes back when it is looked at."""

    def running(self) -> bool:
        self.set_result(READ)
        return True


def closed() -> None:
    raise RuntimeError("Client is closed")


def first_result(executor: Executor) -> Extraction:
    under_way = UnderWay("auto", Settings(), silence=0.01)
    under_way.submit(executor, SourceFile("a.pdf", "/a.pdf"), 1, None)
    arrived = under_way.next(executor)
    assert arrived
    return arrived[2]


def test_an_executor_that_is_gone_without_a_word_ends_the_run() -> None:
    """As that of Dask when its scheduler dies: what it has stays pending, and more it refuses."""
    with pytest.raises(IngestError, match=r"takes no more work \(Client is closed\): give a new one"):
        first_result(Once(Future(), closed))


def test_an_executor_that_is_only_slow_is_waited_for_with_one_warning_until_it_gives_something() -> None:
    """As one whose only thread waits for the very ingest that it is to read for, or one without workers."""
    under_way = UnderWay("auto", Settings(), silence=0.01)
    with listening() as heard:
        for file in "ab":
            waiting: Future[Any] = Future()
            slow = Once(waiting, partial(waiting.set_result, READ))
            under_way.submit(slow, SourceFile(file, f"/{file}"), 1, None)
            assert under_way.next(slow)
            assert ["wait for this very ingest" in warning for warning in heard.warnings] == [True]


def test_an_executor_that_was_shut_down_finishes_what_it_runs() -> None:
    assert first_result(Once(Running(), closed)) is READ


class Inline(Executor):
    """Works where it is called; the first call lasts as long as somebody wants it to."""

    def __init__(self) -> None:
        self.calls, self.begun, self.ended = 0, threading.Event(), threading.Event()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.calls += 1
        self.begun.set()
        assert self.ended.wait(60)
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def test_a_stop_is_heard_between_two_files_by_an_executor_that_works_where_it_is_called() -> None:
    executor = Inline()
    job = start_ingest(SAMPLES, "c.sqlite", progress=False, executor=executor)
    assert executor.begun.wait(60)
    job.cancel()
    executor.ended.set()
    with job.result(60) as corpus:
        assert (executor.calls, len(corpus.files("cancelled"))) == (1, 5)


def distributed() -> Any:
    return import_module("distributed")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FAKE_ENGINES))
        patch.setenv("INGEST_PDF_PASSWORDS", '["open sesame"]')
        patch.setenv("DASK_DISTRIBUTED__LOGGING__DISTRIBUTED", "error")
        with distributed().LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address=None,
            local_directory=str(tmp_path_factory.mktemp("dask")),
        ) as local:
            yield local


def test_dask_loses_nothing_to_the_poison(cluster: Any) -> None:
    """90 innocents kept, ten guilty named, and the two Dask workers are the same two processes afterwards."""
    tasks = hundred()
    with distributed().Client(cluster) as client:
        before = set(client.run(os.getpid).values())
        results = run(client.get_executor(), tasks)
        assert set(client.run(os.getpid).values()) == before
    assert innocents(tasks, results) == 90
    assert verdicts(tasks, results) == GUILTY


def test_a_process_elsewhere_takes_passwords_from_its_own_settings(cluster: Any) -> None:
    """The task carries none; the Dask workers have them in their environment, this process has not."""
    task = Task("encrypted.pdf", str(SAMPLES / "encrypted.pdf"))
    assert extract(task).reason is Reason.ENCRYPTED
    with distributed().Client(cluster) as client:
        assert client.get_executor().submit(extract, task).result().status is Status.INGESTED
