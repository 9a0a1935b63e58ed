"""What counting costs, beside tqdm: `python -m benchmarks.progress [rounds]`.

CPU time of this process, both sides in the same run and in turn, the median of the rounds' ratios. Nothing is due: no
sink is called but for the 0 % at the entry, and tqdm writes into a buffer. With eight threads both count on one bar.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import itertools
import platform
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import tqdm as tqdm_package
from tqdm import tqdm

from ingest_widgets import ProgressTracker

NUMBERS = (100_000, 1_000_000, 5_000_000)
THREADS = 8
ROUNDS = 7

Timed = Callable[[int], float]


def cpu(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def calls(update: Callable[..., object], number: int, *arguments: int) -> None:
    for _ in itertools.repeat(None, number):
        update(*arguments)


def items(iterable: Iterable[Any]) -> None:
    for _ in iterable:
        pass


def in_threads(work: Callable[[], object]) -> None:
    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _bar(total: int) -> Any:
    return tqdm(total=total, file=io.StringIO())


def tqdm_update(number: int) -> float:
    bar = _bar(number)
    return cpu(lambda: calls(bar.update, number))


def our_update(number: int) -> float:
    tracker = ProgressTracker(number, sinks=[])
    spent = cpu(lambda: calls(tracker.update, number))
    assert tracker.state.current == number
    return spent


def tqdm_update_by(number: int) -> float:
    bar = _bar(7 * number)
    return cpu(lambda: calls(bar.update, number, 7))


def our_update_by(number: int) -> float:
    tracker = ProgressTracker(7 * number, sinks=[])
    spent = cpu(lambda: calls(tracker.update, number, 7))
    assert tracker.state.current == 7 * number
    return spent


def tqdm_item(number: int) -> float:
    return cpu(lambda: items(tqdm(range(number), file=io.StringIO())))


def our_item(number: int) -> float:
    return cpu(lambda: items(ProgressTracker(sinks=[]).track(range(number))))


def tqdm_threads(number: int) -> float:
    bar = _bar(number)
    return cpu(lambda: in_threads(lambda: calls(bar.update, number // THREADS)))


def our_threads(number: int) -> float:
    tracker = ProgressTracker(number, sinks=[])
    spent = cpu(lambda: in_threads(lambda: calls(tracker.update, number // THREADS)))
    assert tracker.state.current == number // THREADS * THREADS
    return spent


def tqdm_item_threads(number: int) -> float:
    def work() -> None:
        items(tqdm(range(number // THREADS), file=io.StringIO()))

    return cpu(lambda: in_threads(work))


def our_item_threads(number: int) -> float:
    with ProgressTracker(sinks=[]) as tracker:
        spent = cpu(lambda: in_threads(lambda: items(tracker.track(range(number // THREADS)))))
    assert tracker.state.current == number // THREADS * THREADS
    return spent


ROWS: list[tuple[str, Timed, Timed]] = [
    ("update()", tqdm_update, our_update),
    ("update(7)", tqdm_update_by, our_update_by),
    ("an item of track()", tqdm_item, our_item),
    (f"update() from {THREADS} threads", tqdm_threads, our_threads),
    (f"an item, {THREADS} threads (tqdm: a bar each)", tqdm_item_threads, our_item_threads),
]


def awaited() -> float:
    """Microseconds of CPU time of an `await tracker.update()` with nothing due."""

    async def main(number: int) -> float:
        tracker = ProgressTracker(10**9, sinks=[])
        before = time.process_time()
        for _ in range(number):
            await tracker.update()
        return (time.process_time() - before) / number * 1e6

    return statistics.median(asyncio.run(main(20_000)) for _ in range(ROUNDS))


def measure(rounds: int) -> Iterator[tuple[str, int, float, float, float]]:
    """Yields (row, number of calls, tqdm's and our median nanoseconds a call, median ratio)."""
    for row, theirs, ours in ROWS:
        for number in NUMBERS:
            pairs = [(theirs(number), ours(number)) for _ in range(rounds)]
            their_median, our_median = (statistics.median(column) / number * 1e9 for column in zip(*pairs, strict=True))
            yield row, number, their_median, our_median, statistics.median(b / a for a, b in pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    print(f"Python {platform.python_version()}, tqdm {tqdm_package.__version__}, CPU time, median of {rounds} rounds\n")
    print("| nothing due | calls | tqdm ns | ours ns | ratio |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for row, number, theirs, ours, ratio in measure(rounds):
        print(f"| {row} | {number:,} | {theirs:.0f} | {ours:.0f} | {ratio:.2f} |", flush=True)
    print(f"\n`await tracker.update()`: {awaited():.1f} µs")


if __name__ == "__main__":
    main()
