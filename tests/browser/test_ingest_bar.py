"""`ingest()` in a cell, as somebody sees it who waits for it."""

from __future__ import annotations

import os
import re
import signal

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Lab, peak_rate
from tests.browser.panel_parts import slow_folder
from tests.hostile.pdf import text_pdf

pytestmark = pytest.mark.browser

INGEST = """
import time
from ingest_widgets import ingest
corpus = ingest("papers", "c.sqlite")
print("ended", time.time(), type(corpus).__name__, corpus.last_run)
"""
CLICK = "button => { button.click(); return (performance.timeOrigin + performance.now()) / 1000; }"


def test_a_cell_that_ingests_shows_one_bar_its_failures_as_they_come_and_one_stop(lab: Lab) -> None:
    """Stop ends it within a second, and the cell goes on with the corpus."""
    slow_folder(lab.root / "papers")
    (lab.root / "papers" / "bad.pdf").write_bytes(
        b"%PDF-1.7" + b"x" * 10**6
    )  # larger than the others: one of the first
    notebook = lab.notebook(INGEST)
    run = notebook.start(0)
    output = notebook.output(0)
    bar = output.get_by_role("progressbar", name="Ingest", exact=True)
    expect(output.get_by_role("listitem").filter(has_text="bad.pdf: corrupt. ")).to_be_visible(timeout=20_000)
    expect(output.locator(".ingb-note").filter(has_text="1 failed")).to_be_visible()
    expect(bar).to_have_count(1)
    expect(bar).to_have_attribute("aria-valuemax", "62")
    stop = output.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_have_count(1)
    assert not run.ended
    clicked = float(stop.evaluate(CLICK))
    run.wait(10)
    ended, kind, *summary = notebook.text(0).partition("ended ")[2].split()
    assert float(ended) - clicked < 1.0
    assert kind == "Corpus"
    assert "62 files:" in " ".join(summary)
    assert "cancelled" in " ".join(summary)
    expect(bar).to_have_attribute("aria-valuetext", re.compile("stopped"))
    expect(stop).to_have_count(0)
    assert peak_rate([m for m in lab.messages(direction="recv", channel="iopub") if m.type == "comm_msg"]) < 15
    assert lab.errors == []


def test_a_share_of_the_bar_is_red_for_the_files_that_failed(lab: Lab) -> None:
    folder = lab.root / "papers"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(text_pdf("a short page"))
    for number in range(3):
        (folder / f"bad {number}.pdf").write_bytes(b"no PDF")
    output = lab.run("from ingest_widgets import ingest\n_ = ingest('papers', 'c.sqlite')").output(0)
    expect(output.locator(".ingb-note")).to_have_text("4 files: 1 ingested, 3 failed")
    image = output.locator(".ingb-fill").evaluate("e => getComputedStyle(e).backgroundImage")
    assert " 75%, " in image, image
    lab.screenshot("ingest-bar-failed")


def test_the_bar_and_the_line_below_it_say_the_same_while_it_runs(lab: Lab) -> None:
    slow_folder(lab.root / "papers")
    notebook = lab.notebook(INGEST)
    run = notebook.start(0)
    bar = notebook.output(0).get_by_role("progressbar", name="Ingest", exact=True)
    expect(bar).to_have_attribute("aria-valuenow", re.compile("^[1-9]"), timeout=20_000)
    lab.screenshot("ingest-bar-running")
    said = bar.get_attribute("aria-valuetext") or ""
    match = re.search(r"% (\d+)/61 .* (\d+) of 61 files: ", said)
    assert match, said
    assert match[1] == match[2]
    notebook.output(0).get_by_role("button", name="Stop", exact=True).click()
    run.wait(10)


def test_the_bar_of_an_empty_folder_is_empty(lab: Lab) -> None:
    (lab.root / "papers").mkdir()
    output = lab.run("from ingest_widgets import ingest\n_ = ingest('papers', 'c.sqlite')").output(0)
    expect(output.locator(".ingb-note")).to_have_text("0 files: no PDF files in papers")
    expect(output.locator(".ingb-words")).to_have_text(re.compile(r"^0/0 \["))
    assert output.locator(".ingb-fill").evaluate("e => e.clientWidth") == 0
    lab.screenshot("ingest-bar-empty")


def test_on_the_older_ipykernel_an_interrupt_stops_the_cell_and_the_bar_says_so(lab: Lab, old_kernel: str) -> None:
    """There only Interrupt is heard while a cell blocks."""
    slow_folder(lab.root / "papers")
    notebook = lab.notebook(INGEST, kernel=old_kernel)
    run = notebook.start(0)
    bar = notebook.output(0).get_by_role("progressbar", name="Ingest", exact=True)
    expect(bar).to_have_attribute("aria-valuenow", re.compile("^[1-9]"), timeout=20_000)
    notebook.interrupt()
    run.wait(10)
    assert "KeyboardInterrupt" in notebook.text(0)
    expect(bar).to_have_attribute("aria-valuetext", re.compile("stopped"))


def test_on_the_older_ipykernel_a_click_on_stop_says_that_only_interrupt_is_heard(lab: Lab, old_kernel: str) -> None:
    slow_folder(lab.root / "papers")
    notebook = lab.notebook(INGEST, kernel=old_kernel)
    run = notebook.start(0)
    output = notebook.output(0)
    output.get_by_role("button", name="Stop", exact=True).click()
    note = output.get_by_role("status").filter(has_text="To stop it now, interrupt the kernel")
    expect(note).to_be_visible(timeout=5000)
    notebook.interrupt()
    run.wait(10)
    expect(note).to_have_count(0)


@pytest.mark.parametrize("how", ["died", "was restarted"])
def test_a_bar_whose_kernel_has_gone_says_so_and_offers_no_stop(lab: Lab, how: str) -> None:
    slow_folder(lab.root / "papers")
    notebook = lab.notebook("import os\nprint(os.getpid())", INGEST)
    notebook.run_cell(0)
    notebook.start(1)
    output = notebook.output(1)
    bar = output.get_by_role("progressbar", name="Ingest", exact=True)
    expect(bar).to_have_attribute("aria-valuenow", re.compile("^[1-9]"), timeout=20_000)
    os.kill(int(notebook.text(0)), signal.SIGKILL) if how == "died" else notebook.restart()
    expect(output.get_by_role("status").filter(has_text=f"The kernel {how}")).to_be_visible(timeout=20_000)
    expect(bar).to_have_attribute("aria-valuetext", re.compile(f"The kernel {how}"))
    expect(output.get_by_role("button", name="Stop", exact=True)).to_have_count(0)
    lab.screenshot(f"bar-kernel-{how.replace(' ', '-')}")
