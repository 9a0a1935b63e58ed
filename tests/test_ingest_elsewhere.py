"""`ingest(executor=...)`: the poison, Stop and resume in processes that are not ours."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ingest_widgets import Corpus, IngestError, ProgressState, ProgressTracker, Settings, ingest, start_ingest
from tests.poison import FAKE_ENGINES, GUILTY, LIMITS, hundred

pytestmark = pytest.mark.usefixtures("misbehaving")

SAMPLES = Path(__file__).resolve().parent.parent / "samples"


@pytest.fixture
def poisoned(tmp_path: Path) -> Path:
    """A folder of a hundred PDFs; ten of them make the misbehaving engine do its worst."""
    folder = tmp_path / "poisoned"
    folder.mkdir()
    for number, task in enumerate(hundred()):
        name = task.name.replace("poison: ", "poison ").replace(" ", "-")
        assert task.data is not None
        (folder / f"{number:02}-{name}.pdf").write_bytes(task.data)
    return folder


def limited() -> Settings:
    return Settings(
        workers=2, file_timeout_seconds=LIMITS.seconds, memory_limit_bytes=LIMITS.memory_bytes, engine="misbehaving"
    )


def assert_only_the_guilty_failed(corpus: Corpus) -> None:
    records = corpus.files()
    assert len(records) == 100
    failed = {r.name.partition("poison-")[2].removesuffix(".pdf"): r.reason for r in records if r.status == "failed"}
    assert failed == GUILTY
    assert corpus.last_run
    assert (corpus.last_run.ingested, corpus.last_run.failed) == (90, 10)
    assert corpus.check() == []


def test_ninety_innocents_are_kept_by_our_own_workers(poisoned: Path) -> None:
    with ingest(poisoned, "c.sqlite", progress=False, settings=limited()) as corpus:
        assert_only_the_guilty_failed(corpus)


def test_ninety_innocents_are_kept_in_a_process_pool(poisoned: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        with ingest(poisoned, "c.sqlite", progress=False, settings=limited(), executor=pool) as corpus:
            assert_only_the_guilty_failed(corpus)
        assert pool.submit(os.getpid).result() > 0


class Cluster(Executor):
    """Says of itself as little as Dask's executor; nothing is done before so many tasks are there."""

    def __init__(self, pool: ThreadPoolExecutor, awaited: int) -> None:
        self.pool, self.awaited, self.enough = pool, awaited, threading.Event()

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.awaited -= 1
        if self.awaited == 0:
            self.enough.set()
        return self.pool.submit(lambda: self.enough.wait(20) and fn(*args, **kwargs))


@pytest.mark.parametrize(("workers", "tasks"), [(None, 32), (20, 40)])
def test_a_cluster_has_more_to_do_than_this_machine_could(tmp_path: Path, workers: int | None, tasks: int) -> None:
    for number in range(tasks + 1):
        shutil.copy(SAMPLES / "scan-no-text.pdf", tmp_path / f"{number:02}.pdf")
    with ThreadPoolExecutor(2) as pool:
        cluster = Cluster(pool, tasks)
        with ingest(
            tmp_path, "c.sqlite", settings=Settings(workers=workers), executor=cluster, progress=False
        ) as corpus:
            assert [record.status for record in corpus.files()] == ["ingested"] * (tasks + 1)
    assert cluster.awaited == -1  # the last one came when another was done


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Dask client of a cluster of two processes."""
    distributed = import_module("distributed")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FAKE_ENGINES))
        patch.setenv("DASK_DISTRIBUTED__LOGGING__DISTRIBUTED", "error")
        place = str(tmp_path_factory.mktemp("dask"))
        with (
            distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None, local_directory=place) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client


def test_ninety_innocents_are_kept_on_dask_and_no_dask_worker_dies(poisoned: Path, client: Any) -> None:
    before = client.run(os.getpid)
    executor: Executor = client.get_executor()
    with ingest(poisoned, "c.sqlite", progress=False, settings=limited(), executor=executor) as corpus:
        assert_only_the_guilty_failed(corpus)
    assert client.run(os.getpid) == before


def test_stop_and_resume_work_on_dask(tmp_path: Path, client: Any) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(60):
        shutil.copy(SAMPLES / "manual-long.pdf", folder / f"{number:02}.pdf")
    first = threading.Event()

    def tell(state: ProgressState) -> None:
        if state.current >= 1:
            first.set()

    tracker = ProgressTracker(min_change=0.1, min_seconds=0, sinks=[tell])
    job = start_ingest(folder, "c.sqlite", progress=tracker, executor=client.get_executor())
    assert first.wait(60)
    job.cancel()
    with job.result(timeout=5) as corpus:
        kept = len(corpus.files("ingested"))
        assert kept + len(corpus.files("cancelled")) == 60
        assert 1 <= kept < 60
        ingest(folder, corpus, progress=False, executor=client.get_executor())
        assert str(corpus.last_run) == f"60 files: {60 - kept} ingested, {kept} unchanged"
        assert corpus.check() == []


def test_an_executor_that_is_shut_down_is_one_clear_error() -> None:
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(IngestError, match="takes no more work"):
        ingest(SAMPLES, "c.sqlite", progress=False, executor=pool)


class Broken(ThreadPoolExecutor):
    """Tells its end in as many lines as loky does."""

    def submit(self, *args: Any, **options: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(BrokenExecutor("A worker process was terminated.\n\nThe exit codes are {EXIT(1)}"))
        return future


class ClosedClientError(Exception):
    """What distributed raises is no RuntimeError either."""


class Closing(ThreadPoolExecutor):
    """A cluster that is closed in mid-run: what it has it still does, and it takes no more."""

    taken = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.taken += 1
        if self.taken > 5:
            raise ClosedClientError("Client is closed.\nMore of it")
        return super().submit(fn, *args, **kwargs)


@pytest.mark.parametrize(
    ("kind", "sentence"), [(Closing, r"takes no more work \(Client is closed\.\)"), (Broken, "the executor broke")]
)
def test_every_file_has_a_record_whatever_the_executor_ends_with(
    kind: type[ThreadPoolExecutor], sentence: str, tmp_path: Path
) -> None:
    folder = tmp_path / "some"
    folder.mkdir()
    for number in range(12):
        shutil.copy(SAMPLES / "paper-two-columns.pdf", folder / f"{number:02}.pdf")
    with kind(1) as executor, pytest.raises(IngestError, match=sentence):
        ingest(folder, "c.sqlite", progress=False, executor=executor)
    with Corpus("c.sqlite") as corpus:
        assert len(corpus.files()) == 12
        assert len(corpus.files("cancelled")) >= 12 - 5
        ingest(folder, corpus, progress=False)
        assert len(corpus.files("ingested")) == 12


def test_an_executor_that_breaks_is_one_short_line() -> None:
    with Broken(1) as pool, pytest.raises(IngestError) as raised:
        ingest(SAMPLES, "c.sqlite", progress=False, executor=pool)
    assert str(raised.value) == ("the executor broke (A worker process was terminated.): give a new one and run again")


class Odd(Executor):
    """Does nothing of what it is asked to do."""

    def __init__(self, future: object) -> None:
        self._future = future

    def submit(self, *args: Any, **options: Any) -> Any:
        return self._future


def ended(outcome: object) -> Future[object]:
    future: Future[object] = Future()
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
    return future


@pytest.mark.parametrize(
    ("future", "why"),
    [
        (None, "submit returned None, not a Future"),
        ("done", "submit returned a str, not a Future"),
        (ended(None), "a task returned None, not what was read"),
        (ended({}), "a task returned a dict, not what was read"),
        (ended(KeyboardInterrupt()), "a task ended with KeyboardInterrupt"),
        (ended(SystemExit(3)), "a task ended with SystemExit"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_executor_that_gives_back_something_else_is_named_and_every_file_has_a_record(
    future: object, why: str
) -> None:
    with pytest.raises(IngestError) as raised:
        ingest(SAMPLES, "c.sqlite", progress=False, executor=Odd(future))
    assert str(raised.value) == f"the executor Odd can't be used ({why}): give another one and run again"
    with Corpus("c.sqlite") as corpus:
        assert {record.status for record in corpus.files()} == {"cancelled"}


def test_every_file_has_a_record_when_a_run_ends_with_what_is_no_error_of_ours() -> None:
    class Leaving(ThreadPoolExecutor):
        def submit(self, *args: Any, **options: Any) -> Any:
            raise SystemExit(3)

    with Leaving(1) as pool, pytest.raises(SystemExit):
        ingest(SAMPLES, "c.sqlite", progress=False, executor=pool)
    with Corpus("c.sqlite") as corpus:
        assert {record.status for record in corpus.files()} == {"cancelled"}


class Whimsical(ThreadPoolExecutor):
    """Cancels every third task and loses every fifth, as a cluster may."""

    count = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        Whimsical.count += 1
        if Whimsical.count % 5 == 0:
            return super().submit(self._lose)
        future = super().submit(fn, *args, **kwargs) if Whimsical.count % 3 else Future[Any]()
        if not Whimsical.count % 3:
            future.cancel()
            future.set_running_or_notify_cancel()
        return future

    @staticmethod
    def _lose() -> None:
        raise ConnectionError("worker 3 is gone")


def test_what_an_executor_loses_is_recorded_and_tried_again_by_the_next_run(tmp_path: Path) -> None:
    folder = tmp_path / "some"
    folder.mkdir()
    for number in range(15):
        shutil.copy(SAMPLES / "paper-two-columns.pdf", folder / f"{number:02}.pdf")
    with Whimsical(2) as pool, ingest(folder, "c.sqlite", progress=False, executor=pool) as corpus:
        lost = corpus.files("failed")
        assert len(lost) == 7
        assert {record.reason for record in lost} == {"crashed"}
        assert any("worker 3 is gone" in record.detail for record in lost)
        ingest(folder, corpus, progress=False)
        assert str(corpus.last_run) == "15 files: 7 ingested, 8 unchanged"
