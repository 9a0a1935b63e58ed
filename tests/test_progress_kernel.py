"""`ProgressBar` in real kernels, by the messages on iopub, and without any kernel."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest_widgets import ProgressBar, ProgressTracker
from ingest_widgets.notebook import kernel_comm
from tests.kernels import KERNELS, Kernel, start_kernel

ROOT = Path(__file__).resolve().parent.parent

SETUP = """
import threading, time
from IPython.display import display
from ingest_widgets import ProgressBar, ProgressTracker
"""
COUNT = """
def work(updates=20_000):
    with ProgressTracker(updates, sinks=[bar], min_change=0, min_seconds=0, desc="papers") as tracker:
        for _ in range(updates):
            tracker.update()
bar = ProgressBar()
display(bar)
"""


@pytest.fixture(scope="module", params=KERNELS)
def kernel(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    with start_kernel(request.param) as kernel:
        assert kernel.run(SETUP).problem == ""
        yield kernel


def _bar_messages(kernel: Kernel) -> list[dict[str, Any]]:
    return [m for m in kernel.messages if m["msg_type"] in ("comm_msg", "update_display_data")]


def _settle(kernel: Kernel) -> None:
    """What a bar has to say in the middle of a run goes out by its pace, within less than this."""
    kernel.run("time.sleep(0.3)")


@pytest.mark.kernel
@pytest.mark.parametrize("call", ["work()", "t = threading.Thread(target=work); t.start(); t.join()"])
def test_twenty_thousand_updates_are_at_most_ten_messages_a_second(kernel: Kernel, call: str) -> None:
    assert kernel.run(COUNT).problem == ""
    kernel.messages.clear()
    assert kernel.run(call + "\nprint(bar.value, bar.max)").stdout == "20000.0 20000.0\n"
    _settle(kernel)
    messages = _bar_messages(kernel)
    times = [m["header"]["date"].timestamp() for m in messages]
    assert all(sum(start <= time < start + 1 for time in times) <= 10 for start in times)
    states = [m["content"]["data"]["state"] for m in messages if m["msg_type"] == "comm_msg"]
    assert [s["value"] for s in states if "value" in s][-1] == 20_000
    assert [s["_status"] for s in states if "_status" in s][-1] == "done"


@pytest.mark.kernel
def test_setting_the_traits_by_hand_is_throttled_too(kernel: Kernel) -> None:
    assert kernel.run(COUNT).problem == ""
    kernel.messages.clear()
    assert kernel.run("for n in range(20_000):\n    bar.value = n").problem == ""
    _settle(kernel)
    messages = _bar_messages(kernel)
    assert 1 <= len(messages) <= 40
    assert messages[-1]["content"]["data"]["state"]["value"] == 19_999


@pytest.mark.kernel
def test_what_is_saved_says_the_final_state_before_the_cell_has_ended(kernel: Kernel) -> None:
    assert kernel.run(COUNT).problem == ""
    kernel.messages.clear()
    code = "with ProgressTracker(4, desc='<papers>', sinks=[bar]) as t:\n    time.sleep(1)\n    t.update(3)\n    1 / 0"
    cell = kernel.send(code)
    assert "ZeroDivisionError" in kernel.reply(cell).error
    idle = next(i for i, m in enumerate(kernel.messages) if m["content"].get("execution_state") == "idle")
    updates = [m for m in kernel.messages[:idle] if m["msg_type"] == "update_display_data"]
    html = updates[-1]["content"]["data"]["text/html"]
    assert re.search(r"&lt;papers&gt;: 75% 3/4 \[00:01.*failed: ZeroDivisionError: division by zero", html)


@pytest.mark.kernel
def test_the_default_in_a_notebook_is_a_bar(kernel: Kernel) -> None:
    reply = kernel.run("for _ in ProgressTracker(desc='plain').track(range(3)):\n    pass")
    assert reply.problem == reply.stderr == ""
    assert any("application/vnd.jupyter.widget-view+json" in data for data in reply.results)


@pytest.mark.kernel
def test_a_core_that_is_used_in_a_kernel_without_a_bar_loads_no_widgets(kernel: Kernel) -> None:
    code = """
import subprocess, sys
code = '''
import sys
from ingest_widgets.progress import ProgressTracker, LogSink
list(ProgressTracker(sinks=[LogSink()]).track(range(3)))
print([name for name in ("IPython", "ipywidgets", "anywidget", "rich", "asyncio") if name in sys.modules])
'''
print(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout)
"""
    assert kernel.run(code).stdout.strip() == "[]"


# Without a kernel


def _bundle(bar: ProgressBar) -> dict[str, str]:
    bundle = bar._repr_mimebundle_()
    return dict(bundle[0] if isinstance(bundle, tuple) else bundle)


def test_its_bundle_needs_no_kernel_and_all_of_it_is_text() -> None:
    bar = ProgressBar()
    bar.note, bar.problems = "<svg/onload=1>", ["<script>1</script>"]
    with pytest.raises(ValueError), ProgressTracker(4, desc="<form>", sinks=[bar]):
        raise ValueError("<template onclick=1>")
    bundle = _bundle(bar)
    assert not re.search(r"<(svg|form|script|template)|<[^>]*\son\w+=", bundle["text/html"])
    for text in ("&lt;form&gt;", "&lt;svg/onload=1&gt;", "&lt;script&gt;", "failed: ValueError: &lt;template"):
        assert text in bundle["text/html"]
    assert bundle["text/plain"].startswith("<form>: 0% 0/4")


def test_a_bar_subscribes_itself_to_its_tracker() -> None:
    with ProgressTracker(8, desc="papers", min_seconds=0) as tracker:
        bar = ProgressBar(tracker)
        tracker.update(6)
        assert (bar.value, bar.max) == (6, 8)
    assert "75% 6/8" in _bundle(bar)["text/plain"]
    assert "stopped" in _bundle(bar)["text/plain"]


def test_a_bar_without_a_total_ends_full() -> None:
    bar = ProgressBar()
    with ProgressTracker(unit="page", sinks=[bar]) as tracker:
        tracker.update(5)
    assert (bar.value, bar.max) == (5, 5)


def test_problems_are_capped_in_number_and_length() -> None:
    bar = ProgressBar()
    bar.problems = ["x" * 10_000] * 1_000
    assert len(bar.problems) == 100
    assert all(len(problem) == 500 for problem in bar.problems)


def test_stop_calls_each_callback_once_and_shows_what_they_raise() -> None:
    bar, called = ProgressBar(), []

    def broken() -> None:
        raise OSError("no brake")

    bar.on_stop(broken)
    bar.on_stop(lambda: called.append(threading.current_thread().name))
    for _ in range(2):
        bar._heard({"kind": "stop"})
    bar._heard({"kind": "something else"})
    assert len(called) == 1
    assert bar.problems == ["Stop failed: OSError: no brake"]


def test_a_bar_that_has_ended_hears_no_stop() -> None:
    bar, called = ProgressBar(), []
    bar.on_stop(lambda: called.append(1))
    with ProgressTracker(sinks=[bar]):
        pass
    bar._heard({"kind": "stop"})
    assert not called


def test_the_line_of_the_page_ends_in_the_widget_it_names() -> None:
    bar, called = ProgressBar(), []
    bar.on_stop(lambda: called.append(1))
    kernel_comm._arrived({"content": {"data": {"kind": "stop", "line": "nobody's"}}})
    assert not called
    kernel_comm._arrived({"content": {"data": {"kind": "stop", "line": bar._line}}})
    assert called == [1]


def test_a_plain_process_ends_with_a_bar_that_has_something_to_send() -> None:
    code = """
from ingest_widgets import ProgressBar, ProgressTracker
bar = ProgressBar()
with ProgressTracker(9, min_seconds=0, sinks=[bar]) as t:
    t.update(9)
print(bar.value)
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert (ran.stdout, ran.stderr) == ("9.0\n", "")
