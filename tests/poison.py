"""Files that are poison to an engine: a single one, or ten in one hundred for whatever executor is to be tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

from ingest_widgets.documents import Extraction
from ingest_widgets.isolation import Limits, Task, extract
from ingest_widgets.statuses import Reason, Status
from tests.hostile.pdf import text_pdf

FAKE_ENGINES = Path(__file__).parent / "fake_engines"
LIMITS = Limits(seconds=3.0, memory_bytes=320 * 1024 * 1024)

GUILTY = {
    "segfault": Reason.CRASHED,
    "exit": Reason.CRASHED,
    "spin": Reason.TIMEOUT,
    "wait": Reason.TIMEOUT,
    "deaf": Reason.TIMEOUT,
    "python-memory": Reason.OUT_OF_MEMORY,
    "native-memory": Reason.OUT_OF_MEMORY,
    "stop": Reason.TIMEOUT,
    "grandchild": Reason.CRASHED,
    "flood": Reason.CRASHED,
}


def hundred() -> list[Task]:
    """Every tenth is guilty; what never ends gets less time than the others, so that nobody has to wait for it."""
    kinds = iter(GUILTY)
    tasks = []
    for number in range(100):
        kind = next(kinds) if number % 10 == 4 else None
        text = f"poison: {kind}" if kind else f"innocent {number}"
        limits = replace(LIMITS, seconds=1.0) if kind and GUILTY[kind] is Reason.TIMEOUT else LIMITS
        tasks.append(Task(text, f"{number}.pdf", data=text_pdf(text), engine="misbehaving", limits=limits))
    return tasks


def read(*pages: str, engine: str = "misbehaving", limits: Limits = LIMITS) -> Extraction:
    """A file with these texts, in the calling thread's worker."""
    return extract(Task("poisoned", "poisoned.pdf", data=text_pdf(*pages), engine=engine, limits=limits))


def run(executor: Executor, tasks: Sequence[Task]) -> list[Extraction]:
    return [future.result() for future in [executor.submit(extract, task) for task in tasks]]


def verdicts(tasks: Sequence[Task], results: Sequence[Extraction]) -> dict[str, Reason | None]:
    """The reasons of the guilty, by what they did."""
    return {
        task.name.removeprefix("poison: "): result.reason
        for task, result in zip(tasks, results, strict=True)
        if task.name.startswith("poison")
    }


def innocents(tasks: Sequence[Task], results: Sequence[Extraction]) -> int:
    """How many innocent files came back whole."""
    is_whole: Callable[[Task, Extraction], bool] = lambda task, result: (  # noqa: E731
        result.status is Status.INGESTED and result.pages[0].text.strip() == task.name
    )
    return sum(is_whole(task, result) for task, result in zip(tasks, results, strict=True))
