"""How the panel looks, to eyes and to assistive technology, and that nothing in a PDF becomes part of the page."""

from __future__ import annotations

import re
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from tests.browser.lab import Lab, Notebook, Theme
from tests.browser.panel_parts import PANEL, Panel, slow_pdf, write_pdfs
from tests.browser.server import REPO
from tests.hostile.pdf import text_pdf

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def full_panel(lab: Lab) -> tuple[Panel, Notebook]:
    """Samples ingested, a search, a page with its marks, a file's details."""
    shutil.copytree(REPO / "samples", lab.root / "papers")
    panel, notebook = Panel.show(lab)
    panel.start("papers")
    expect(panel.status("5 files: 3 ingested, 2 failed")).to_be_visible(timeout=30_000)
    panel.rows.filter(has_text="encrypted.pdf").click()
    panel.search.fill("order of the")
    expect(panel.hits.first).to_be_visible()
    panel.hits.nth(1).click()
    expect(panel.output.get_by_role("img")).to_be_visible(timeout=10_000)
    expect(panel.output.locator(".ingw-mark").first).to_be_visible()
    return panel, notebook


def serious(lab: Lab) -> list[tuple[str, list[str]]]:
    found = Axe().run(lab.page, context=".ingw").response["violations"]
    return [
        (v["id"], [node["html"][:300] for node in v["nodes"]]) for v in found if v["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_and_it_looks_well(lab: Lab, theme: Theme) -> None:
    lab.theme(theme)
    full_panel(lab)
    assert serious(lab) == []
    lab.screenshot(f"panel-{theme}")


def test_six_hundred_pixels_are_enough(lab: Lab) -> None:
    panel, _ = full_panel(lab)
    lab.width(600, 1700)
    for part in (panel.source, panel.button("Start"), panel.button("Copy code"), panel.grid, panel.search):
        box = part.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 600
    section = panel.output.get_by_role("region", name="Ingest PDFs")
    assert section.evaluate("node => node.scrollWidth <= node.clientWidth")
    lab.screenshot("panel-600")
    assert serious(lab) == []


def test_a_theme_switch_repaints_a_running_panel(lab: Lab) -> None:
    write_pdfs(lab.root / "papers", 200)
    panel, _ = Panel.show(lab)
    panel.start("papers")
    panel.rows.first.wait_for()
    ground = panel.output.locator(".ingw").first
    light = ground.evaluate("node => getComputedStyle(node).backgroundColor")
    panel.grid.evaluate("grid => { grid.scrollTop = 2800 }")
    lab.theme("dark")
    expect(panel.grid.get_by_text("file-00105.pdf")).to_be_visible()
    assert ground.evaluate("node => getComputedStyle(node).backgroundColor") != light
    expect(panel.status("200 files: 200 ingested")).to_be_visible(timeout=30_000)


def test_a_running_panel_with_a_problem_looks_well(lab: Lab) -> None:
    folder = lab.root / "papers"
    folder.mkdir()
    for number in range(60):
        (folder / f"slow-{number:02}.pdf").write_bytes(slow_pdf())
    (folder / "a.pdf").write_bytes(b"nothing")
    panel, _ = Panel.show(lab)
    panel.start("no/folder")
    panel.output.get_by_role("alert").filter(has_text="doesn't exist").wait_for()
    panel.start("papers")
    expect(panel.rows.filter(has_text="reading").first).to_be_visible(timeout=20_000)
    expect(panel.output.get_by_text("left").first).to_be_visible(timeout=20_000)
    assert serious(lab) == []
    lab.screenshot("panel-running")
    panel.button("Stop").click()
    expect(panel.status("cancelled")).to_be_visible(timeout=3000)
    lab.screenshot("panel-stopped")


def elements(part: Locator) -> int:
    return int(part.evaluate("node => node.querySelectorAll('img, script, b, iframe, a').length"))


def test_nothing_in_a_pdf_or_its_name_becomes_an_element(lab: Lab) -> None:
    folder = lab.root / "papers"
    folder.mkdir()
    (folder / f"{HOSTILE.replace('/', '_')}.pdf").write_bytes(text_pdf(f"entropy {HOSTILE} {HOSTILE}"))
    (folder / "<b>bad<_b>.pdf").write_bytes(b"%PDF-<img src=x onerror=alert(3)>")
    panel, notebook = Panel.show(lab)
    panel.start("papers")
    expect(panel.status("2 files: 1 ingested, 1 failed")).to_be_visible(timeout=30_000)
    before = elements(panel.output)
    panel.rows.filter(has_text="bad").click()
    for query in ("entropy", HOSTILE, '"<b>"'):
        panel.search.fill(query)
        expect(panel.output.locator(".ingw-search .ingw-summary")).to_contain_text(re.compile(" ms$|^No page matches"))
    panel.search.fill("entropy")
    panel.hits.first.click()
    expect(panel.output.get_by_role("img")).to_be_visible(timeout=10_000)
    assert elements(panel.output) == before
    assert lab.errors == []
    assert "onerror" not in "".join(
        notebook.output(0).locator("*").evaluate_all("all => all.flatMap(n => n.getAttributeNames())")
    )


def test_hostile_metadata_stays_text_in_bars_jobs_views_and_values(lab: Lab) -> None:
    """Names, titles, authors, page text, reasons and queries, in everything that a cell can show."""
    import pikepdf

    folder = lab.root / "papers"
    folder.mkdir()
    name = HOSTILE.replace("/", "_")
    (folder / f"{name}.pdf").write_bytes(text_pdf(f"entropy {HOSTILE}"))
    with pikepdf.open(folder / f"{name}.pdf", allow_overwriting_input=True) as document:
        document.docinfo["/Title"] = document.docinfo["/Author"] = HOSTILE
        document.save()
    (folder / f"bad {name}.pdf").write_bytes(f"%PDF-{HOSTILE}".encode())
    code = "from ingest_widgets import *\ncorpus = ingest('papers', 'c.sqlite')"
    shows = ["start_ingest('papers', 'd.sqlite')", "CorpusView(corpus)", "corpus", "corpus.files()"]
    shows += [f"corpus.search({query!r})" for query in ("entropy", HOSTILE)]
    raising = f"bar = ProgressBar()\ndisplay(bar)\nwith ProgressTracker(2, desc={HOSTILE!r}, sinks=[bar]):\n"
    raising += f"    raise ValueError({HOSTILE!r})"
    notebook = lab.notebook(code, *shows, raising)
    notebook.run_all()
    for index in range(len(notebook.cells())):
        notebook.show(index)
        output = notebook.output(index)
        expect(output.get_by_text("onerror").first).to_be_attached()
        assert output.locator("img:not(.ingw-image), script, [onerror]").count() == 0
    assert lab.errors == []


def test_voila_shows_a_panel_that_works(lab: Lab) -> None:
    write_pdfs(lab.root / "papers", 3)
    notebook = lab.notebook(PANEL)
    notebook.close()
    lab.page.goto(f"{lab.server.url}/voila/render/{notebook.path}?token={lab.server.token}")
    panel = Panel(lab.page.locator("body"))
    panel.grid.wait_for(timeout=60_000)
    panel.start("papers")
    expect(panel.status("3 files: 3 ingested")).to_be_visible(timeout=30_000)
    lab.screenshot("panel-voila")


def test_notebook_7_shows_a_panel_that_works(lab: Lab) -> None:
    write_pdfs(lab.root / "papers", 3)
    notebook = lab.notebook(PANEL)
    notebook.close()
    lab.page.goto(f"{lab.server.url}/notebooks/{notebook.path}?token={lab.server.token}")
    lab.page.wait_for_function("window.jupyterapp !== undefined")
    lab.page.get_by_text("from ingest_widgets import IngestPanel").first.click()
    lab.page.wait_for_function(
        "[...jupyterapp.shell.widgets('main')][0]?.context?.sessionContext?.session?.kernel?.status === 'idle'"
    )
    lab.page.keyboard.press("Shift+Enter")
    panel = Panel(lab.page.locator(".jp-Cell-outputArea").first)
    panel.grid.wait_for(timeout=60_000)
    panel.start("papers")
    expect(panel.status("3 files: 3 ingested")).to_be_visible(timeout=30_000)
    lab.screenshot("panel-notebook-7")
