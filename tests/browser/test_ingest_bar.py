"""`ingest()` in a cell, as somebody sees it who waits for it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Lab, peak_rate
from tests.browser.panel_parts import pdf, slow_pdf

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
    folder = lab.root / "papers"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(pdf("a short page"))
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7" + b"x" * 10**6)  # larger than the others: one of the first
    for number in range(60):
        (folder / f"slow-{number:02}.pdf").write_bytes(slow_pdf())
    notebook = lab.notebook(INGEST)
    run = notebook.start(0)
    output = notebook.output(0)
    bar = output.get_by_role("progressbar", name="Ingest", exact=True)
    expect(output.get_by_role("listitem").filter(has_text="bad.pdf: corrupt. ")).to_be_visible(timeout=20_000)
    expect(output.get_by_text("1 failed")).to_be_visible()
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


def test_on_the_older_ipykernel_an_interrupt_stops_the_cell_and_the_bar_says_so(lab: Lab, old_kernel: str) -> None:
    """There only Interrupt is heard while a cell blocks."""
    folder = lab.root / "papers"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(pdf("a short page"))
    for number in range(60):
        (folder / f"slow-{number:02}.pdf").write_bytes(slow_pdf())
    notebook = lab.notebook(INGEST, kernel=old_kernel)
    run = notebook.start(0)
    bar = notebook.output(0).get_by_role("progressbar", name="Ingest", exact=True)
    expect(bar).to_have_attribute("aria-valuenow", re.compile("^[1-9]"), timeout=20_000)
    notebook.interrupt()
    run.wait(10)
    assert "KeyboardInterrupt" in notebook.text(0)
    expect(bar).to_have_attribute("aria-valuetext", re.compile("stopped"))
