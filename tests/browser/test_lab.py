"""The ground the other browser tests stand on."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.browser.chromium import OVERRIDE
from tests.browser.lab import Lab, Message, peak_rate
from tests.browser.server import REPO, wait_for

pytestmark = pytest.mark.browser


def test_a_cell_prints(lab: Lab) -> None:
    notebook = lab.run("print(6 * 7)")
    assert notebook.text(0) == "42\n"
    assert notebook.output(0).inner_text().strip() == "42"


def test_a_test_starts_from_nothing(lab: Lab) -> None:
    assert list(lab.root.iterdir()) == []
    assert lab.server.api("GET", "kernels") == []


def test_a_cell_that_blocks_can_be_interrupted(lab: Lab) -> None:
    notebook = lab.notebook("import threading\nprint('go', flush=True)\nthreading.Event().wait(60)")
    run = notebook.start(0)
    notebook.output(0).get_by_text("go").wait_for()
    assert not run.ended
    notebook.interrupt()
    run.wait(10)
    assert "KeyboardInterrupt" in notebook.text(0)


def test_both_themes_and_a_narrow_page(lab: Lab) -> None:
    lab.run("print('narrow')")
    lab.theme("dark")
    dark = lab.page.evaluate("getComputedStyle(document.body).getPropertyValue('--jp-layout-color1')")
    lab.theme("light")
    assert lab.page.evaluate("getComputedStyle(document.body).getPropertyValue('--jp-layout-color1')") != dark
    lab.width(600)
    assert lab.page.evaluate("innerWidth") == 600
    assert lab.screenshot("lab-narrow").stat().st_size > 5_000


def test_a_saved_notebook_is_opened_without_a_kernel(lab: Lab) -> None:
    notebook = lab.run("print('kept')")
    again = notebook.reopen(trusted=False)
    assert lab.server.api("GET", "kernels") == []
    assert again.text(0) == "kept\n"


def test_messages_are_counted_by_the_clock_of_the_kernel(lab: Lab) -> None:
    code = "import comm\nc = comm.create_comm(target_name='nobody')\nfor n in range(30): c.send({'n': n})"
    notebook = lab.run(code)
    sent = [m for m in lab.messages(direction="recv", channel="iopub") if m.type == "comm_msg"]
    assert len(sent) == 30
    assert peak_rate(sent) == 30
    lab.forget_messages()
    notebook.run_cell(0)
    assert len([m for m in lab.messages(direction="recv") if m.type == "comm_msg"]) == 30


def test_peak_rate_takes_the_worst_window() -> None:
    times = [0.0, 0.5, 0.9, 0.95, 1.2, 5.0]
    assert peak_rate([Message("recv", "iopub", "comm_msg", t, None) for t in times]) == 4


def test_the_older_ipykernel_can_be_asked_for(lab: Lab, old_kernel: str) -> None:
    notebook = lab.notebook("import ipykernel\nprint(ipykernel.__version__)", kernel=old_kernel)
    assert notebook.run_all().text(0).startswith("6.31")


def test_a_kernel_that_is_shut_down_is_gone(lab: Lab) -> None:
    notebook = lab.run("print(1)")
    notebook.restart()
    notebook.run_cell(0)
    assert notebook.cells()[0]["execution_count"] == 1
    notebook.shutdown()
    wait_for(lambda: lab.server.api("GET", "kernels") == [], 5, "the kernel is gone")


@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 error")])
def test_without_a_chromium_the_run_says_so_and_ci_fails(ci: str, outcome: str) -> None:
    env = os.environ | {OVERRIDE: "/no/such/chromium", "CI": ci}
    command = [sys.executable, "-m", "pytest", "-q", f"{__file__}::test_a_cell_prints", "-p", "no:cacheprovider"]
    run = subprocess.run(command, env=env, capture_output=True, text=True, timeout=200, cwd=REPO)
    assert outcome in run.stdout
    assert "BROWSER TESTS DID NOT RUN: no Chromium here" in run.stdout
