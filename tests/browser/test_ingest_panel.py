"""The panel's main job in a real JupyterLab."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Lab
from tests.browser.panel_parts import PANEL, Panel, slow_folder, write_pdfs
from tests.browser.server import REPO

pytestmark = pytest.mark.browser


def test_start_with_a_typed_folder_ingests_it(lab: Lab) -> None:
    """And every file has one row with its status as a word."""
    shutil.copytree(REPO / "samples", lab.root / "papers")
    panel, _ = Panel.show(lab)
    assert not list(lab.root.glob("corpus*")), "making a panel makes no file"
    panel.start("papers")
    expect(panel.status("5 files: 3 ingested, 2 failed")).to_be_visible(timeout=30_000)
    expect(panel.grid).to_have_attribute("aria-rowcount", "6")
    expect(panel.progress).to_have_attribute("aria-valuenow", "5")
    expect(panel.progress).to_have_attribute("aria-valuemax", "5")
    expect(panel.rows.filter(has_text="encrypted.pdf")).to_contain_text("failed")
    panel.rows.filter(has_text="encrypted.pdf").click()
    expect(panel.output.get_by_role("region", name="File")).to_contain_text("pdf_passwords")
    expect(panel.button("Start")).to_be_enabled()
    expect(panel.button("Stop")).to_be_disabled()
    assert lab.errors == []


def test_a_second_run_says_unchanged(lab: Lab) -> None:
    write_pdfs(lab.root / "papers", 3)
    panel, _ = Panel.show(lab)
    panel.start("papers")
    expect(panel.status("3 files: 3 ingested")).to_be_visible(timeout=30_000)
    expect(panel.button("Start")).to_be_enabled()
    panel.source.press("Enter")
    expect(panel.status("3 files: 3 unchanged")).to_be_visible(timeout=30_000)


def test_a_panel_on_a_corpus_shows_what_is_in_it(lab: Lab) -> None:
    write_pdfs(lab.root / "papers", 3)
    code = "from ingest_widgets import *\nc = ingest('papers', 'c.sqlite', progress=False)\nIngestPanel(c)"
    panel, _ = Panel.show(lab, code)
    expect(panel.grid).to_have_attribute("aria-rowcount", "4")
    expect(panel.status("c.sqlite: 3 files, 3 pages")).to_be_visible()
    panel.search.fill("entropy")
    expect(panel.hits).to_have_count(3)


def test_typing_completes_folders(lab: Lab) -> None:
    (lab.root / "papers" / "old ones").mkdir(parents=True)
    (lab.root / "patents").mkdir()
    panel, _ = Panel.show(lab)
    panel.source.press_sequentially("pa")
    options = panel.output.get_by_role("listbox").get_by_role("option")
    expect(options).to_have_text(["papers/", "patents/"])
    panel.source.press("ArrowDown")
    panel.source.press("Enter")
    expect(options).to_have_text(["papers/old ones/"])


def test_a_source_that_is_not_there_is_said_in_a_sentence(lab: Lab) -> None:
    panel, _ = Panel.show(lab)
    panel.start("no/such/folder")
    alert = panel.output.get_by_role("alert").filter(has_text="no/such/folder doesn't exist")
    expect(alert).to_be_visible()
    panel.button("Dismiss").click()
    expect(alert).to_have_count(0)
    panel.source.fill("")
    panel.button("Start").click()
    expect(panel.output.get_by_role("alert").filter(has_text="Name a source first")).to_be_visible()


def test_stop_ends_a_run_within_a_second_and_keeps_what_was_finished(lab: Lab) -> None:
    slow_folder(lab.root / "papers")
    panel, _ = Panel.show(lab)
    panel.start("papers")
    expect(panel.rows.filter(has_text="a.pdf").first).to_contain_text("ingested", timeout=20_000)
    panel.button("Stop").click()
    expect(panel.status("cancelled")).to_be_visible(timeout=1500)
    expect(panel.button("Start")).to_be_enabled()
    expect(panel.progress).to_have_attribute("aria-valuemax", "61")


def test_copied_code_does_the_same_in_a_cell(lab: Lab) -> None:
    folder = 'it\'s "$& \U0001f9ea" papers'
    write_pdfs(lab.root / folder, 2)
    panel, _ = Panel.show(lab)
    panel.source.fill(folder)
    panel.button("Copy code").click()
    expect(panel.output.get_by_text("Copied")).to_be_visible()
    code = lab.page.evaluate("navigator.clipboard.readText()")
    assert "2 pages" in lab.run(code + "\nprint(len(corpus), 'pages')").text(0)


def test_keyboard_only_from_start_to_the_page_of_a_hit(lab: Lab) -> None:
    write_pdfs(lab.root / "papers", 3)
    panel, _ = Panel.show(lab)
    keyboard = lab.page.keyboard
    panel.source.focus()
    keyboard.type("papers")
    keyboard.press("Enter")
    expect(panel.status("3 files: 3 ingested")).to_be_visible(timeout=30_000)
    for _ in range(8):
        keyboard.press("Tab")
        if panel.search.evaluate("node => node === document.activeElement"):
            break
    keyboard.type("entropy")
    expect(panel.hits).to_have_count(3)
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(panel.output.get_by_role("img", name="Page 1 of file-0000")).to_be_visible(timeout=10_000)


def test_typing_triggers_no_shortcut_of_the_notebook(lab: Lab) -> None:
    """`d d` deletes a cell, `a` and `b` make one, `m` turns one into text."""
    write_pdfs(lab.root / "papers", 30)
    notebook = lab.notebook(PANEL, "'keep'")
    notebook.run_cell(0)
    panel = Panel(notebook.output(0))
    panel.start("papers")
    expect(panel.status("30 files: 30 ingested")).to_be_visible(timeout=30_000)
    before = [(cell["cell_type"], cell["source"]) for cell in notebook.cells()]
    panel.search.fill("entropy")
    for place in (panel.search, panel.grid, panel.hits.first, panel.button("Copy code")):
        place.click()
        for key in ("d", "d", "a", "b", "m", "y", "x", "z", *"123456", "Shift+M", "Backspace"):
            lab.page.keyboard.press(key)
        panel.search.fill("entropy")
        expect(panel.hits).to_have_count(20)
    panel.search.fill("matches nothing")
    for key in ("Enter", "Shift+Enter", "Control+Enter", "Escape", "d", "d"):
        panel.search.press(key)
        expect(panel.search).to_be_focused()
    assert [(cell["cell_type"], cell["source"]) for cell in notebook.cells()] == before
    panel.grid.focus()
    lab.page.keyboard.press("Control+s")
    lab.page.wait_for_function("path => !labTools.panel(path).context.model.dirty", arg=notebook.path)
