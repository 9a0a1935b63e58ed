"""The end of the interpreter: it comes within two seconds whatever is pending, and run_sync works on the way out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from tests.kernels import KERNELS, ROOT, start_kernel
from tests.pace import here

START = """
import asyncio, atexit, sys, threading, time
from ingest_widgets import run_sync
"""
PENDING = {
    "a task": """
async def clean():
    try:
        await asyncio.sleep(30)
    finally:
        print("cleaned up", flush=True)
async def leave():
    global task
    task = asyncio.ensure_future(clean())
    await asyncio.sleep(0)
run_sync(leave())
""",
    "a task that swallows its cancellation": """
async def swallow():
    while True:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            pass
async def leave():
    global task
    task = asyncio.ensure_future(swallow())
    await asyncio.sleep(0)
run_sync(leave())
""",
    "a coroutine that blocks the loop": """
async def block():
    time.sleep(30)
try:
    run_sync(block(), timeout=0.1)
except TimeoutError:
    pass
""",
    "a function in to_thread": """
async def sleep():
    await asyncio.to_thread(time.sleep, 30)
try:
    run_sync(sleep(), timeout=0.1)
except TimeoutError:
    pass
""",
    "a caller on a daemon thread": """
begun = threading.Event()
async def wait():
    begun.set()
    await asyncio.sleep(30)
threading.Thread(target=lambda: run_sync(wait()), daemon=True).start()
begun.wait()
""",
}


def run(code: str) -> tuple[str, str, float]:
    """The code in a fresh process: what it prints, its errors, and the seconds from its last line to its end."""
    script = f"{START}{code}\nprint('last line', flush=True)\n"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout
        assert process.stderr
        lines = []
        for line in process.stdout:
            lines.append(line.strip())
            if line.strip() == "last line":
                break
        started = monotonic()
        lines += process.stdout.read().split("\n")
        errors = process.stderr.read()
        process.wait()
        return "\n".join(filter(None, lines)), errors, monotonic() - started


@pytest.mark.parametrize("what", PENDING)
def test_exit_is_quick(what: str) -> None:
    """The interpreter exits within two seconds, whatever is pending."""
    output, errors, seconds = run(PENDING[what])
    assert "last line" in output, errors
    assert seconds < here(2)
    if what == "a task":
        assert output.endswith("cleaned up"), "what can be cancelled is, and its `finally` runs"
        assert not errors


ON_THE_WAY_OUT = """
async def answer(name):
    await asyncio.sleep(0.01)
    print(name, "answered", flush=True)
    return name

async def slow():
    await asyncio.sleep(30)

def late(name):
    assert run_sync(answer(name), timeout=60) == name
    try:
        run_sync(slow(), timeout=0.1)
    except TimeoutError as error:
        print(name, type(error).__name__, flush=True)

class Dies:
    def __del__(self, late=late):
        late("finalizer")

atexit.register(late, "atexit, before the loop was first used")
{first}
atexit.register(late, "atexit, after it")
dies = Dies()
"""


@pytest.mark.parametrize("first", ["pass", "run_sync(answer('script'))"], ids=["unused", "used"])
def test_shutdown_of_the_interpreter(first: str) -> None:
    """run_sync works in atexit functions and in finalizers of the interpreter's last moments, with its time-outs."""
    output, errors, _ = run(ON_THE_WAY_OUT.replace("{first}", first))
    for name in ("atexit, after it", "atexit, before the loop was first used", "finalizer"):
        assert f"{name} answered" in output, errors
        assert f"{name} RunSyncTimeout" in output, errors


def test_import_starts_and_patches_nothing() -> None:
    """Importing run_sync and calling it patches no event loop; importing it starts no thread."""
    code = """
functions = {name: getattr(asyncio, name) for name in ("run", "get_event_loop", "Task", "Future")}
once, forever = asyncio.SelectorEventLoop._run_once, asyncio.SelectorEventLoop.run_forever
import ingest_widgets.background_loop
assert threading.active_count() == 1
async def value():
    return 1
assert run_sync(value()) == 1
assert functions == {name: getattr(asyncio, name) for name in functions}
assert asyncio.SelectorEventLoop._run_once is once and asyncio.SelectorEventLoop.run_forever is forever
assert not [name for name in sys.modules if name.startswith("nest_asyncio")]
assert "IPython" not in sys.modules and "ipykernel" not in sys.modules
"""
    output, errors, _ = run(code)
    assert output == "last line", errors


def end_of_a_kernel(version: str, code: str) -> float:
    """The seconds from the request to shut down to the end of the process, after a cell."""
    with start_kernel(version) as kernel:
        assert not kernel.run(code).problem
        process = kernel.manager.provisioner.process
        kernel.client.shutdown()
        started = monotonic()
        process.wait(60)
        return monotonic() - started


@pytest.mark.kernel
@pytest.mark.parametrize("version", KERNELS)
def test_exit_of_a_kernel(version: str, tmp_path: Path) -> None:
    """A kernel ends at most two seconds later for all that is pending; atexit functions may call run_sync there."""
    said = tmp_path / "said"
    code = (
        "".join([START, *PENDING.values()])
        + f"""
async def answer():
    await asyncio.sleep(0)
    open({str(said)!r}, "w").write("answered")
atexit.register(lambda: run_sync(answer(), timeout=60))
"""
    )
    assert end_of_a_kernel(version, code) < end_of_a_kernel(version, "pass") + 2.0
    assert said.read_text() == "answered"
