"""CorpusView, the live view of a job, and values of cells."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Lab, Theme
from tests.browser.panel_parts import Panel, slow_folder, write_pdfs
from tests.hostile.pdf import text_pdf

pytestmark = pytest.mark.browser

MAKE = "from ingest_widgets import *\ncorpus = ingest('papers', 'c.sqlite', progress=False)\n"


def test_a_corpus_is_searched_and_looked_at(lab: Lab) -> None:
    write_pdfs(lab.root / "papers", 30)
    view, _ = Panel.show(lab, MAKE + "CorpusView(corpus)")
    expect(view.grid).to_have_attribute("aria-rowcount", "31")
    expect(view.status("c.sqlite: 30 files, 30 pages")).to_be_visible()
    view.search.fill("entropi")
    found = view.output.locator(".ingw-search .ingw-summary")
    expect(found).to_have_text("No page matches entropi: did you mean 'entropy'?")
    view.search.fill("entropy 17")
    expect(view.hits).to_have_count(1)
    view.hits.first.press("Enter")
    expect(view.output.get_by_role("img", name="Page 1 of file-00017.pdf", exact=True)).to_be_visible(timeout=10_000)
    view.grid.get_by_text("file-00003.pdf").click()
    expect(view.output.get_by_role("img", name="Page 1 of file-00003.pdf", exact=True)).to_be_visible(timeout=10_000)
    assert lab.errors == []


def test_marks_lie_where_pdfium_sees_the_words(lab: Lab) -> None:
    (lab.root / "papers").mkdir()
    (lab.root / "papers" / "a.pdf").write_bytes(text_pdf("first page", "here the word entropy stands in a line"))
    view, _ = Panel.show(lab, MAKE + "CorpusView(corpus)")
    view.search.fill("entropy")
    view.hits.first.click()
    image = view.output.get_by_role("img", name="Page 2 of a.pdf", exact=True)
    expect(image).to_be_visible(timeout=10_000)
    mark = view.output.locator(".ingw-mark")
    expect(mark).to_have_count(1)
    lab.page.wait_for_function("document.querySelector('.ingw-image').complete")
    seen, over = image.bounding_box(), mark.bounding_box()
    assert seen
    assert over
    scale = seen["width"] / 612
    place = [
        (over["x"] - seen["x"]) / scale,
        (over["y"] - seen["y"]) / scale,
        (over["x"] + over["width"] - seen["x"]) / scale,
        (over["y"] + over["height"] - seen["y"]) / scale,
    ]
    assert place == pytest.approx(_box_of_word(lab, "entropy"), abs=2.5)


def _box_of_word(lab: Lab, word: str) -> list[float]:
    """Where pdfium itself finds the word on page 2, in points from the top left."""
    import pypdfium2

    document = pypdfium2.PdfDocument(lab.root / "papers" / "a.pdf")
    text = document[1].get_textpage()
    start, count = text.search(word).get_next()
    assert text.count_rects(start, count) == 1
    left, bottom, right, top = text.get_rect(0)
    return [left, 792 - top, right, 792 - bottom]


def test_a_job_shows_itself_live_and_can_be_stopped(lab: Lab) -> None:
    slow_folder(lab.root / "papers")
    code = "from ingest_widgets import start_ingest\njob = start_ingest('papers', 'c.sqlite')\njob"
    notebook = lab.notebook(code, "print(job.result(), job.status, job.summary)")
    notebook.run_cell(0)
    view = Panel(notebook.output(0))
    expect(view.grid).to_have_attribute("aria-rowcount", "62", timeout=10_000)
    expect(view.rows.filter(has_text="a.pdf").first).to_contain_text("ingested", timeout=20_000)
    assert view.button("Stop").count() == 1
    view.search.fill("entropy")
    expect(view.hits.first).to_be_visible()
    view.button("Stop").click()
    expect(view.status("cancelled")).to_be_visible(timeout=3000)
    notebook.run_cell(1)
    assert "stopped 61 files:" in notebook.text(1)
    notebook.save()
    again = notebook.reopen()
    expect(again.output(0).get_by_text("61 files:")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_values_of_cells_are_readable_in_both_themes(lab: Lab, theme: str) -> None:
    write_pdfs(lab.root / "papers", 25)
    lab.theme("dark" if theme == "dark" else "light")
    notebook = lab.notebook(MAKE + "corpus", "corpus.files()", "corpus.search('entropy')")
    notebook.run_all()
    for index, text in enumerate(["25 files, 25 pages", "25 files", "25 pages match"]):
        expect(notebook.output(index).get_by_text(text)).to_be_visible()
        expect(notebook.output(index).locator("tbody tr")).to_have_count(20)
        expect(notebook.output(index).get_by_text("and 5 more")).to_be_visible()
    lab.screenshot(f"values-{theme}")


OVERFLOW = """table => {
  const output = table.closest(".jp-OutputArea-output");
  return output.scrollWidth - output.clientWidth;
}"""
LINES = "cell => { const r = new Range(); r.selectNodeContents(cell); return r.getClientRects().length }"
HEIGHTS = "rows => rows.map((row) => row.getBoundingClientRect().height)"


def write_names(lab: Lab) -> None:
    """Files with names of all lengths, good ones and broken ones."""
    folder = lab.root / "papers"
    folder.mkdir()
    for name in ("x" * 200, "a long name " * 16, "paper-two-columns"):
        (folder / f"{name}.pdf").write_bytes(text_pdf("entropy"))
    for name in ("bad-0", "y" * 180):
        (folder / f"{name}.pdf").write_bytes(b"%PDF-1.4 nothing")


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 600)])
def test_a_long_name_leaves_the_other_columns_in_sight(lab: Lab, theme: Theme, width: int) -> None:
    """As values of cells, and in the notebook that was saved."""
    write_names(lab)
    lab.theme(theme)
    notebook = lab.notebook(MAKE + "corpus", "corpus.files()", "corpus.search('entropy')")
    notebook.run_all()
    lab.width(width, 1500)
    for state in ("live", "saved"):
        for index in range(3):
            table = notebook.output(index).locator("table")
            assert table.evaluate(OVERFLOW) <= 0, (state, index)
            short = table.locator("tr").filter(has_text=re.compile("bad-0|paper-two"))
            assert max(short.evaluate_all(HEIGHTS)) < (80 if width > 600 else 260), (state, index)
        lab.screenshot(f"long-names-{state}-{theme}-{width}")
        if state == "live":
            notebook = notebook.reopen()


def test_a_short_name_is_not_broken_at_its_hyphen(lab: Lab) -> None:
    (lab.root / "papers").mkdir()
    for number in range(3):
        (lab.root / "papers" / f"bad-{number}.pdf").write_bytes(b"%PDF-1.4 nothing")
    cell = lab.run(MAKE + "corpus.files()").output(0).locator("td").filter(has_text="bad-0.pdf")
    assert cell.evaluate(LINES) == 1


def test_an_untrusted_notebook_shows_the_columns_beside_a_long_name(lab: Lab) -> None:
    """JupyterLab strips some of the styles there."""
    write_names(lab)
    notebook = lab.run(MAKE + "corpus.files()").reopen(trusted=False)
    table = notebook.output(0).locator("table")
    expect(table).to_be_visible()
    assert table.evaluate(OVERFLOW) <= 0
