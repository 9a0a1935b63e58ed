"""Finished notebooks without a kernel: reopened, converted to HTML, in light, dark and on a narrow page."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab import ARTIFACTS, Lab, Notebook, Theme
from tests.browser.panel_parts import PANEL, Panel, write_pdfs
from tests.hostile.pdf import text_pdf

pytestmark = pytest.mark.browser

SENTENCE = "35 files: 30 ingested, 5 failed"
KEPT = f"path => labTools.cells(path).filter(cell => JSON.stringify(cell).includes('{SENTENCE}')).length == 3"
LONG = "a report whose name is so long that it hardly fits into a column of the table " + 3 * "and goes on "


def finished(lab: Lab) -> Notebook:
    """A panel, a job and a bar, each over 35 files of which five failed."""
    papers = lab.root / "papers"
    write_pdfs(papers, 29)
    (papers / f"{LONG}.pdf").write_bytes(text_pdf("a long name"))
    for number in range(5):
        (papers / f"bad {number}.pdf").write_bytes((b"no pdf", b"", b"%PDF-1.7", b"%PDF-", b"\x00" * 99)[number])
    job = "from ingest_widgets import ingest, start_ingest\njob = start_ingest('papers', 'job.sqlite')\njob"
    notebook = lab.notebook(PANEL, job, "corpus = ingest('papers', 'bar.sqlite')", "job.result()")
    notebook.run_all()
    panel = Panel(notebook.output(0))
    notebook.show(0)
    panel.start("papers")
    expect(panel.status(SENTENCE)).to_be_visible(timeout=30_000)
    lab.page.wait_for_function(KEPT, arg=notebook.path)
    return notebook


@pytest.mark.parametrize(("theme", "trusted"), [("light", True), ("dark", False)], ids=["light", "dark-untrusted"])
def test_a_finished_notebook_looks_well_without_a_kernel(lab: Lab, theme: Theme, trusted: bool) -> None:
    again = finished(lab).reopen(trusted=trusted)
    lab.theme(theme)
    for width in (1280, 600):
        lab.width(width, 3000)
        again.show(0)
        for index in range(3):
            output = again.output(index)
            expect(output.get_by_text(SENTENCE)).to_be_visible()
            assert output.evaluate("e => e.scrollWidth <= e.clientWidth"), f"cell {index} is wider than {width}"
        expect(again.output(0).locator("tbody tr")).to_have_count(20)
        expect(again.output(0).get_by_text("and 15 more")).to_be_visible()
        assert again.panel.get_by_text("Loading widget").locator("visible=true").count() == 0
        for name in ("progress bar", "IngestPanel(", "IngestJob("):  # what a notebook that isn't trusted says for them
            assert again.panel.locator(".jp-RenderedText", has_text=name).locator("visible=true").count() == 0
        lab.screenshot(f"saved-{theme}-{width}")


def test_a_kernel_that_never_knew_the_panel_leaves_the_saved_words_alone(lab: Lab) -> None:
    """JupyterLab would say 'model not found' below them."""
    again = finished(lab).reopen(kernel=True)
    error = again.output(0).get_by_text("model not found")
    expect(error).to_have_count(1)
    expect(error).to_be_hidden()
    expect(again.output(0).get_by_text(SENTENCE)).to_be_visible()


def test_nbconvert_makes_a_page_that_says_it_all(lab: Lab, tab: Page, tmp_path: Path) -> None:
    notebook = finished(lab)
    notebook.save()
    page = tmp_path / "page.html"
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--output", str(page), str(notebook.file)]
    subprocess.run(command, check=True, timeout=120)
    converted = tab.context.new_page()
    converted.route("**/*", lambda route: route.abort() if route.request.url.startswith("http") else route.continue_())
    converted.goto(page.as_uri())
    expect(converted.get_by_text(SENTENCE)).to_have_count(3)
    expect(converted.get_by_text("bad 0.pdf").first).to_be_visible()
    converted.screenshot(path=ARTIFACTS / "saved-nbconvert.png", full_page=True)
    converted.close()
