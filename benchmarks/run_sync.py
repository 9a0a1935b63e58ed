"""What a call of a trivial coroutine costs, beside other ways to make it: `python -m benchmarks.run_sync`.

Each way is measured in a real kernel and in a plain script, in interleaved rounds; the ratio is to
`asyncio.run_coroutine_threadsafe(...).result()` in the same process and the same rounds. What patches asyncio has
processes of its own. A peer that isn't installed is said to be missing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BASE = "run_coroutine_threadsafe"
GROUPS = (
    ("ingest_widgets", "jupyter_core", "fsspec", "anyio", "distributed"),
    ("nest_asyncio2",),
    ("nest_asyncio",),
)
Call = Callable[[], Any]
_open = ExitStack()


async def value() -> int:
    return 1


def run_coroutine_threadsafe() -> Call:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return lambda: asyncio.run_coroutine_threadsafe(value(), loop).result()


def ingest_widgets() -> Call:
    from ingest_widgets import run_sync

    return lambda: run_sync(value())


def jupyter_core() -> Call:
    from jupyter_core.utils import run_sync

    return run_sync(value)


def fsspec() -> Call:
    from fsspec.asyn import get_loop, sync

    loop = get_loop()
    return lambda: sync(loop, value)


def anyio() -> Call:
    from anyio.from_thread import start_blocking_portal

    portal = _open.enter_context(start_blocking_portal())
    return lambda: portal.call(value)


def distributed() -> Call:
    from distributed.utils import LoopRunner, sync

    runner: Any = LoopRunner(asynchronous=False)
    runner.start()
    return lambda: sync(runner.loop, value)


def _nested(name: str) -> Call:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        loop = asyncio.new_event_loop()
    import_module(name).apply(loop)
    return lambda: loop.run_until_complete(value())


def nest_asyncio2() -> Call:
    return _nested("nest_asyncio2")


def nest_asyncio() -> Call:
    return _nested("nest_asyncio")


WAYS: dict[str, Callable[[], Call]] = {
    BASE: run_coroutine_threadsafe,
    "ingest_widgets": ingest_widgets,
    "jupyter_core": jupyter_core,
    "fsspec": fsspec,
    "anyio": anyio,
    "distributed": distributed,
    "nest_asyncio2": nest_asyncio2,
    "nest_asyncio": nest_asyncio,
}


def measure(group: list[str], rounds: int, calls: int) -> dict[str, float]:
    """Microseconds a call, the median of all rounds, of each way of the group that is installed."""
    ready = {}
    for name in [BASE, *group]:
        try:
            ready[name] = WAYS[name]()
        except ImportError:
            continue
    samples: dict[str, list[float]] = {name: [] for name in ready}
    with _open:
        for warm in (True, *[False] * rounds):
            for name, call in ready.items():
                times = [_time(call) for _ in range(calls)]
                samples[name] += [] if warm else times
    return {name: 1e6 * median(times) for name, times in samples.items()}


def _time(call: Call) -> float:
    started = perf_counter()
    call()
    return perf_counter() - started


def _code(group: tuple[str, ...], rounds: int, calls: int) -> str:
    arguments = f"{list(group)}, {rounds}, {calls}"
    return f"import json\nfrom benchmarks.run_sync import measure\nprint(json.dumps(measure({arguments})))"


def in_script(group: tuple[str, ...], rounds: int, calls: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", _code(group, rounds, calls)], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def in_kernel(group: tuple[str, ...], rounds: int, calls: int) -> dict[str, float]:
    from tests.kernels import start_kernel

    with start_kernel() as kernel:
        reply = kernel.run(_code(group, rounds, calls), seconds=600)
    if reply.problem:
        raise RuntimeError(reply.problem)
    return dict(json.loads(reply.stdout.splitlines()[-1]))


def gather(
    place: Callable[[tuple[str, ...], int, int], dict[str, float]], processes: int, rounds: int, calls: int
) -> dict[str, tuple[float, float]]:
    """Microseconds and ratio of each way, medians over several processes."""
    found: dict[str, list[tuple[float, float]]] = {}
    for _ in range(processes):
        for group in GROUPS:
            times = place(group, rounds, calls)
            for name in group if group is not GROUPS[0] else (BASE, *group):
                if name in times:
                    found.setdefault(name, []).append((times[name], times[name] / times[BASE]))
    return {name: (median(t for t, _ in runs), median(r for _, r in runs)) for name, runs in found.items()}


def installed(name: str) -> str:
    """The version of the distribution, or Python's own for what comes with it."""
    if name == BASE:
        return sys.version.split()[0]
    if name == "ingest_widgets":
        return str(import_module(name).__version__)
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=3, help="kernels and scripts to measure in, one after another")
    parser.add_argument("--rounds", type=int, default=20, help="interleaved rounds in each")
    parser.add_argument("--calls", type=int, default=100, help="calls of each way in a round")
    options = parser.parse_args()
    size = (options.processes, options.rounds, options.calls)
    kernel, script = gather(in_kernel, *size), gather(in_script, *size)
    print(f"Python {sys.version.split()[0]}, ipykernel {version('ipykernel')}: median us a call, ratio to {BASE}\n")
    print("| way | version | kernel us | ratio | script us | ratio |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for name in sorted(WAYS, key=lambda name: kernel.get(name, (9e9, 0.0))[0]):
        cells = [
            f"{us:.1f} | {ratio:.2f}" if us else "- | -"
            for us, ratio in (kernel.get(name, (0, 0)), script.get(name, (0, 0)))
        ]
        print(f"| {name} | {installed(name)} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
