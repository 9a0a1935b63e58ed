"""Bars that trackers make by themselves in a real kernel, by the messages on iopub."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.kernels import KERNELS, Kernel, start_kernel

pytestmark = pytest.mark.kernel

SETUP = """
import threading, time
from ipywidgets.widgets.widget import _instances
from ingest_widgets import ProgressBar, ProgressTracker
def bars():
    return sum(isinstance(one, ProgressBar) for one in list(_instances.values()))
"""
NESTED = """
for _ in ProgressTracker(desc="outer").track(range({many})):
    for _ in ProgressTracker(desc="inner").track(range(10)):
        pass
"""
SHOWN = ("display_data", "update_display_data")


@pytest.fixture(scope="module", params=KERNELS)
def kernel(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    with start_kernel(request.param) as kernel:
        assert kernel.run(SETUP).problem == ""
        yield kernel


def run(kernel: Kernel, code: str) -> list[dict[str, Any]]:
    """What a cell and the next one sent for bars; the next one sends nothing of its own."""
    kernel.messages.clear()
    assert kernel.run(code).problem == ""
    assert kernel.run("1 + 1").problem == ""
    return [one for one in kernel.messages if "comm" in one["msg_type"] or one["msg_type"] in SHOWN]


def saved(messages: list[dict[str, Any]]) -> list[str]:
    """The HTML that a notebook holds which is saved when these messages have come."""
    outputs: dict[str, str] = {}
    for number, message in enumerate(messages):
        if message["msg_type"] in SHOWN and "text/html" in message["content"]["data"]:
            name = message["content"]["transient"].get("display_id", str(number))
            outputs[name] = message["content"]["data"]["text/html"]
    return list(outputs.values())


def peak(messages: list[dict[str, Any]]) -> int:
    times: list[float] = [one["header"]["date"].timestamp() for one in messages]
    return max(sum(start <= one < start + 1 for one in times) for start in times)


def test_a_loop_in_a_loop_shows_one_bar_and_the_lines_of_the_others(kernel: Kernel) -> None:
    messages = run(kernel, NESTED.format(many=100))
    assert peak(messages) < 15
    outer, lines = saved(messages)
    assert "outer: 100% 100/100" in outer
    assert lines.count("inner: 100% 10/10") == 100
    assert "90 more short bars" in lines


def test_all_is_sent_when_the_cell_has_ended(kernel: Kernel) -> None:
    cell = kernel.send(NESTED.format(many=300))
    kernel.reply(cell)
    kernel.messages.clear()
    kernel.run("1 + 1")
    assert not [one for one in kernel.messages if "comm" in one["msg_type"] or one["msg_type"] in SHOWN]


def test_a_long_bar_is_shown_while_it_runs_although_it_is_not_the_first(kernel: Kernel) -> None:
    code = """
before = bars()
with ProgressTracker(2, desc="outer"), ProgressTracker(4, desc="inner") as tracker:
    while bars() < before + 2:
        time.sleep(0.01)
    tracker.update(4)
"""
    outer, inner = saved(run(kernel, code))
    assert "outer: 0% 0/2" in outer
    assert "stopped" in outer
    assert "inner: 100% 4/4" in inner


def test_a_bar_that_goes_on_after_its_cell_is_shown_in_it(kernel: Kernel) -> None:
    """A later cell is another place."""
    cell = kernel.send("first, second = ProgressTracker(9), ProgressTracker(9)\nfirst.update(), second.update()")
    kernel.reply(cell)
    shown = [one for one in kernel.messages if "application/vnd.jupyter.widget-view+json" in str(one["content"])]
    assert [one["parent_header"]["msg_id"] for one in shown].count(cell) == 2
    kernel.run("first.close(); second.close()")


def test_eight_bars_at_once_stay_below_fifteen_messages_a_second(kernel: Kernel) -> None:
    code = """
go = threading.Barrier(8)
def work(name):
    go.wait()
    for _ in ProgressTracker(desc=f"no {name}", min_change=0, min_seconds=0).track(range(2_000)):
        pass
threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""
    messages = run(kernel, code)
    assert peak(messages) < 15
    assert sorted(re.findall(r"no (\d): 100% 2000/2000", " ".join(saved(messages)))) == list("01234567")


def test_a_failure_among_hundreds_of_short_bars_is_kept(kernel: Kernel) -> None:
    code = """
ProgressTracker(desc="first").close()
for number in range(400):
    try:
        with ProgressTracker(2, desc=f"no <{number}>") as tracker:
            1 / (number - 50)
            tracker.update(2)
    except ZeroDivisionError:
        pass
"""
    _, lines = saved(run(kernel, code))
    assert "no &lt;50&gt;:   0% 0/2 [00:00&lt;?, ? it/s] failed: ZeroDivisionError: division by zero" in lines
    assert "390 more short bars" in lines
    assert "200 older ones that are not kept" in lines
    assert "no &lt;399&gt;: 100% 2/2" in lines


def test_a_total_that_grows_makes_a_bar_of_a_line(kernel: Kernel) -> None:
    """It was done, and goes on."""
    code = """
before = bars()
ProgressTracker(desc="first").close()
tracker = ProgressTracker(1, desc="grows", min_seconds=0)
tracker.update()
tracker.total = 3
tracker.update()
while bars() < before + 2:
    time.sleep(0.01)
tracker.close()
"""
    outputs = saved(run(kernel, code))
    assert len([one for one in outputs if "grows" in one]) == 1
    assert "grows: 66% 2/3" in outputs[-1]


def test_each_cell_of_a_notebook_that_is_run_at_once_has_its_bar(kernel: Kernel) -> None:
    kernel.messages.clear()
    for number in range(8):
        reply = kernel.run(f"list(ProgressTracker(desc='no {number}').track(range(3)))[:0]")
        assert any("application/vnd.jupyter.widget-view+json" in data for data in reply.results)
    messages = [one for one in kernel.messages if "comm" in one["msg_type"] or one["msg_type"] in SHOWN]
    assert peak(messages) < 15
    assert re.findall(r"no (\d): 100% 3/3", " ".join(saved(messages))) == list("01234567")
