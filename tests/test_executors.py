"""The same isolation inside any `concurrent.futures.Executor`: the poison stays in our own workers."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ingest_widgets.isolation import Task, extract
from ingest_widgets.statuses import Reason, Status
from tests.poison import FAKE_ENGINES, GUILTY, hundred, innocents, run, verdicts
from tests.processes import until, workers

SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.fixture(autouse=True)
def misbehaving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FAKE_ENGINES))


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


def test_threads_share_nothing_but_the_process() -> None:
    tasks, others = hundred(), len(workers())
    with ThreadPoolExecutor(4) as pool:
        results = run(pool, tasks)
    assert innocents(tasks, results) == 90
    assert verdicts(tasks, results) == GUILTY
    assert until(lambda: len(workers()) <= others)


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
