"""What isolation costs: a question to a worker, and pages a second in as many processes.

    python -m benchmarks.isolation FOLDER [--workers 2] [--rounds 3]

- bare: pypdfium2's own helpers in a process pool
- read: what our workers do (text put in order, hidden text looked for, notes) in the same pool, without isolation
- isolated: the same in our workers

`isolated / read` is the cost of isolation alone, `isolated / bare` that of all we do. Rounds alternate, so that a busy
machine slows all; the ratio of the best rounds is what counts.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pypdfium2

from ingest_widgets.background_loop.awake import awake
from ingest_widgets.engines.chain import OpenDocument
from ingest_widgets.engines.names import rungs
from ingest_widgets.isolation import IsolatedExecutor, Limits, Task, extract
from ingest_widgets.isolation.slot import own_slot

Way = Callable[[str], tuple[int, int]]


def no_op_seconds() -> list[float]:
    """Each of 2,000 questions to one worker that it answers at once."""
    worker = own_slot().worker(Limits().memory_bytes, sandbox=True)
    taken = []
    for _ in range(2000):
        started = time.perf_counter()
        worker.begin()
        worker.send({"op": "ping"}, deadline=awake() + 5)
        worker.receive(awake() + 5)
        taken.append(time.perf_counter() - started)
    own_slot().drop()
    return taken


def bare(path: str) -> tuple[int, int]:
    """Pages and characters of a file, by pypdfium2's own helpers."""
    document = pypdfium2.PdfDocument(path)
    characters = 0
    for page in document:
        text_page = page.get_textpage()
        characters += len(text_page.get_text_range())
        text_page.close()
        page.close()
    count = len(document)
    document.close()
    return count, characters


def read(path: str) -> tuple[int, int]:
    """The same as our workers read it, in this very process."""
    document = OpenDocument(Path(path).read_bytes(), rungs("auto"), list, Limits().max_pages)
    texts = [document.page(index)[1] for index in range(document.page_count)]
    document.close()
    return len(texts), sum(map(len, texts))


def isolated(path: str) -> tuple[int, int]:
    """The same, in the calling thread's worker."""
    got = extract(Task(path, path))
    return len(got.pages), sum(len(page.text) for page in got.pages)


def cpu_seconds() -> float:
    """What this process and all below it have used so far."""
    here = psutil.Process()
    used = [process.cpu_times() for process in (here, *here.children(recursive=True))]
    return float(sum(times.user + times.system for times in used))


def run(executor: Executor, way: Way, paths: Sequence[str]) -> tuple[float, float, int]:
    """Seconds for all files, CPU seconds of all processes, and how many pages they had."""
    used, started = cpu_seconds(), time.perf_counter()
    counts = list(executor.map(way, paths))
    return time.perf_counter() - started, cpu_seconds() - used, sum(pages for pages, _ in counts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    paths = [str(p) for p in sorted(given.folder.glob("**/*.pdf"), key=lambda p: -p.stat().st_size)]
    taken = no_op_seconds()
    middle, late = statistics.median(taken) * 1e3, sorted(taken)[len(taken) * 95 // 100] * 1e3
    print(f"no-op: median {middle:.3f} ms, 95 % within {late:.3f} ms")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(given.workers, mp_context=context) as plain, IsolatedExecutor(given.workers) as ours:
        warm = paths[-1:] * 4 * given.workers
        contestants = (("bare", plain, bare), ("read", plain, read), ("isolated", ours, isolated))
        for _, executor, way in contestants:
            run(executor, way, warm)
        best = {name: [float("inf")] * 2 for name, _, _ in contestants}
        for number in range(given.rounds):
            for name, executor, way in contestants:
                seconds, cpu, pages = run(executor, way, paths)
                best[name] = [min(best[name][0], seconds), min(best[name][1], cpu)]
                print(
                    f"round {number + 1}, {name}: {pages} pages in {seconds:.2f} s, {pages / seconds:.0f} a second, "
                    f"{cpu / pages * 1e3:.2f} ms CPU a page"
                )
    for name in ("read", "bare"):
        clock, cpu = (best[name][n] / best["isolated"][n] for n in range(2))
        print(f"isolated / {name}: {clock:.3f} of the pages a second, {cpu:.3f} of the pages a CPU second")


if __name__ == "__main__":
    main()
