"""What only a kernel can show: whose cell an output lands in, and the front end's interrupt button."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

import pytest

from tests.kernels import KERNELS, PATIENCE, Kernel, start_kernel

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module", params=KERNELS)
def kernel(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    with start_kernel(request.param) as kernel:
        reply = kernel.run(
            "import asyncio, time\nfrom IPython.display import display\nfrom ingest_widgets import run_sync"
        )
        assert not reply.problem
        yield kernel


LEAVE = """
async def speak(name):
    print("printed by", name)
    display({"text/plain": f"shown by {name}"}, raw=True)

async def speak_later(name, go):
    await go.wait()
    await speak(name)

async def leave(name):
    go = asyncio.Event()
    return go, asyncio.ensure_future(speak_later(name, go))

async def finish(go, task):
    go.set()
    await task

run_sync(speak("the first cell"))
ours = run_sync(leave("our task"))
the_kernels = await leave("the kernel's own task")
"""
FINISH = """
run_sync(finish(*ours))
await finish(*the_kernels)
run_sync(speak("the second cell"))
"""


def test_output_lands_in_the_calling_cell(kernel: Kernel) -> None:
    """Prints and displays land in the cell that called run_sync, and those of a task left behind in its own cell.

    ipykernel 6 knows one cell for displays, the one that runs: its own tasks' displays land there, ours don't.
    """
    first_cell = kernel.send(LEAVE)
    assert not kernel.reply(first_cell).problem
    second = kernel.run(FINISH)
    first = kernel.reply_so_far(first_cell)
    assert first.stdout.split("printed by ")[1:] == ["the first cell\n", "our task\n", "the kernel's own task\n"]
    assert second.stdout == "printed by the second cell\n"
    shown = [[result["text/plain"].removeprefix("shown by ") for result in cell.results] for cell in (first, second)]
    late = "the kernel's own task"
    if kernel.run("import ipykernel; print(ipykernel.version_info[0])").stdout == "6\n":
        assert shown == [["the first cell", "our task"], [late, "the second cell"]]
    else:
        assert shown == [["the first cell", "our task", late], ["the second cell"]]


SLOW = """
import threading
cleaned = threading.Event()
async def slow(name):
    try:
        print(name, "has begun", flush=True)
        await asyncio.sleep(600)
    finally:
        await asyncio.sleep(0.05)
        cleaned.set()
{before}
run_sync(slow({name!r}))
"""


def test_a_print_in_pieces_is_heard(kernel: Kernel) -> None:
    """A line that a kernel sends in two messages is found; else the tests of interrupts would wait for ever."""
    cell = kernel.send("for part in ('has ', 'begun'):\n    print(part, end='', flush=True)")
    assert kernel.wait_for_text("has begun", 20) == cell
    reply = kernel.reply(cell)
    assert [m["content"]["text"] for m in kernel.messages if m["msg_type"] == "stream"][-2:] == ["has ", "begun"]
    assert reply.stdout == "has begun"


@pytest.mark.parametrize("before", ["", "await asyncio.sleep(0)"], ids=["cell", "async-cell"])
def test_interrupt_button(kernel: Kernel, before: str) -> None:
    """'Interrupt kernel' ends a cell that waits in run_sync, async cells too; the cleanup has run and work goes on."""
    name = f"coroutine{len(before)}"
    cell = kernel.send(SLOW.format(before=before, name=name))
    kernel.wait_for_text(f"{name} has begun")
    pressed = monotonic()
    kernel.manager.interrupt_kernel()
    reply = kernel.reply(cell, PATIENCE)
    assert reply.error.startswith("KeyboardInterrupt")
    assert monotonic() - pressed < 10.0, "the cell itself is timed by the rows"
    assert kernel.run("cleaned.is_set(), run_sync(asyncio.sleep(0, 'fine'))").results == [
        {"text/plain": "(True, 'fine')"}
    ]


def test_traceback_in_a_cell(kernel: Kernel) -> None:
    """The traceback that a cell shows ends in the user's lines, with one frame of ours between."""
    reply = kernel.run("async def fails():\n    await asyncio.sleep(0)\n    1 / 0\nrun_sync(fails())")
    assert reply.error.startswith("ZeroDivisionError")
    assert reply.trace.count("background_loop") == 1
    assert "/ " in reply.trace.rsplit("background_loop", 1)[1]
