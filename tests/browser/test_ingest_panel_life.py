"""The panel through a blocked cell, a reload, a restart, a second view and a saved notebook."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import Lab, Notebook
from tests.browser.panel_parts import BLOCK, PANEL, Panel, block, slow_folder, write_pdfs
from tests.pace import here

pytestmark = pytest.mark.browser

KEPT = "([path, text]) => JSON.stringify(labTools.cells(path)).includes(text)"
DONE = "3 files: 3 ingested"


def running_panel(lab: Lab, notebook: Notebook) -> Panel:
    notebook.run_cell(0)
    panel = Panel(notebook.output(0))
    panel.start("slow")
    expect(panel.rows.filter(has_text="a.pdf").first).to_contain_text("ingested", timeout=20_000)
    return panel


def test_stop_works_while_a_cell_blocks(lab: Lab) -> None:
    slow_folder(lab.root / "slow")
    notebook = lab.notebook(PANEL, BLOCK)
    panel = running_panel(lab, notebook)
    block(notebook)
    seconds = panel.seconds_until("Stop", "[role=status]", "cancelled")
    assert seconds < here(1), f"stopped after {seconds:.2f} s"
    expect(panel.progress).to_have_attribute("aria-valuemax", "61")
    notebook.interrupt()


def test_stop_works_in_the_very_cell_that_shows_the_panel(lab: Lab) -> None:
    """The view is drawn while the kernel is busy already."""
    slow_folder(lab.root / "slow")
    code = "from ingest_widgets import IngestPanel\npanel = IngestPanel()\ndisplay(panel)\npanel.start('slow')\n"
    notebook = lab.notebook(code + BLOCK)
    notebook.start(0)
    panel = Panel(notebook.output(0))
    expect(panel.rows.filter(has_text="a.pdf").first).to_contain_text("ingested", timeout=20_000)
    seconds = panel.seconds_until("Stop", "[role=status]", "cancelled")
    assert seconds < here(1), f"stopped after {seconds:.2f} s"
    notebook.interrupt()


def test_an_awaited_job_notices_an_interrupt_within_half_a_second(lab: Lab) -> None:
    slow_folder(lab.root / "slow")
    code = "import time\nfrom ingest_widgets import start_ingest\njob = start_ingest('slow', 'c.sqlite')\n"
    code += "while not job.corpus.files('ingested'):\n    time.sleep(0.05)\nprint('blocked', flush=True)\n"
    code += "try:\n    await job\nexcept KeyboardInterrupt:\n    print('noticed', time.time(), flush=True)"
    notebook = lab.notebook(code)
    notebook.start(0)
    notebook.output(0).get_by_text("blocked").wait_for()
    asked = time.time()
    notebook.interrupt()
    notebook.output(0).get_by_text("noticed").wait_for()
    seconds = float(notebook.text(0).split()[-1]) - asked
    assert seconds < here(0.5), f"noticed after {seconds:.2f} s"


def test_search_and_pages_work_while_a_cell_blocks(lab: Lab) -> None:
    write_pdfs(lab.root / "papers", 3)
    notebook = lab.notebook(PANEL, BLOCK)
    notebook.run_cell(0)
    panel = Panel(notebook.output(0))
    panel.start("papers")
    expect(panel.status(DONE)).to_be_visible(timeout=30_000)
    block(notebook)
    panel.search.fill("entropy")
    expect(panel.hits).to_have_count(3, timeout=3000)
    panel.hits.first.click()
    expect(panel.output.get_by_role("img", name="Page 1 of")).to_be_visible(timeout=5000)
    notebook.interrupt()


def test_the_older_ipykernel_says_that_only_interrupt_works(lab: Lab, old_kernel: str) -> None:
    slow_folder(lab.root / "slow")
    notebook = lab.notebook(PANEL, BLOCK, kernel=old_kernel)
    panel = running_panel(lab, notebook)
    block(notebook)
    panel.button("Stop").click()
    expect(panel.output.locator("p").filter(has_text="interrupt the kernel")).to_be_visible(timeout=4000)
    notebook.interrupt()
    expect(panel.status("cancelled")).to_be_visible(timeout=4000)
    expect(panel.output.locator("p").filter(has_text="interrupt the kernel")).to_have_count(0)


def test_a_reload_in_mid_run_resumes(lab: Lab) -> None:
    slow_folder(lab.root / "slow", 40)
    notebook = lab.notebook(PANEL)
    panel = running_panel(lab, notebook)
    notebook.save()
    lab.reload()
    panel = Panel(lab.open(notebook.path).output(0))
    expect(panel.grid).to_have_attribute("aria-rowcount", "42", timeout=20_000)
    expect(panel.button("Stop")).to_be_enabled()
    expect(panel.source).to_have_value("slow")
    panel.button("Stop").click()
    expect(panel.status("cancelled")).to_be_visible(timeout=3000)


def test_a_notebook_that_was_reloaded_in_mid_run_still_keeps_the_final_counts(lab: Lab) -> None:
    """JupyterLab drops updates of a display that an earlier page has shown."""
    slow_folder(lab.root / "slow", 40)
    notebook = lab.notebook(PANEL)
    running_panel(lab, notebook)
    notebook.save()
    assert "under way when this was saved" in json.dumps(notebook.outputs(0))
    lab.reload()
    notebook = lab.open(notebook.path)
    panel = Panel(notebook.output(0))
    expect(panel.button("Stop")).to_be_enabled(timeout=20_000)
    panel.button("Stop").click()
    expect(panel.status("cancelled")).to_be_visible(timeout=3000)
    lab.page.wait_for_function(KEPT, arg=[notebook.path, "41 files: "], timeout=5000)
    again = notebook.reopen()
    expect(again.output(0).get_by_text("41 files: ")).to_be_visible()


@pytest.mark.parametrize("away", ["reloaded", "moved"])
def test_a_bar_that_was_taken_away_in_mid_run_still_keeps_its_counts(lab: Lab, away: str) -> None:
    """How far it was while it ran, and the final ones."""
    go = lab.root / "go"
    code = "import os, time\nfrom ingest_widgets import *\nbar = ProgressBar()\ndisplay(bar)\n"
    code += "with ProgressTracker(3, sinks=[bar], desc='papers') as tracker:\n    tracker.update(1)\n"
    code += f"    while not os.path.exists({str(go)!r}):\n        time.sleep(0.05)\n    tracker.update(2)"
    notebook = lab.notebook(code, "1 + 1")
    notebook.start(0)
    lab.page.wait_for_function(KEPT, arg=[notebook.path, "(under way when this was saved)"], timeout=20_000)
    if away == "reloaded":
        notebook.save()
        lab.reload()
        notebook = lab.open(notebook.path, kernel=False)
        expect(notebook.output(0).get_by_text("(under way when this was saved)")).to_be_visible()
    else:
        notebook.activate(0)
        lab.command("notebook:move-cell-down")
    go.touch()
    lab.page.wait_for_function(KEPT, arg=[notebook.path, "100% 3/3"], timeout=20_000)


def test_a_cell_that_ingests_says_from_its_first_moment_that_it_is_under_way(lab: Lab) -> None:
    """Whoever saves then, or whose kernel dies, finds no bar that has nothing to say."""
    slow_folder(lab.root / "slow", 5)
    notebook = lab.notebook("from ingest_widgets import ingest\ncorpus = ingest('slow')")
    run = notebook.start(0)
    expect(notebook.output(0).get_by_role("progressbar", name="Ingest")).to_be_visible()
    assert "under way when this was saved" in json.dumps(notebook.outputs(0))
    assert "no progress yet" not in json.dumps(notebook.outputs(0))
    run.wait()
    lab.page.wait_for_function(KEPT, arg=[notebook.path, "6 files: 6 ingested"], timeout=5000)


def test_a_restart_is_said(lab: Lab) -> None:
    slow_folder(lab.root / "slow", 40)
    notebook = lab.notebook(PANEL)
    panel = running_panel(lab, notebook)
    notebook.restart()
    expect(panel.output.get_by_role("alert").filter(has_text="restarted: run this cell again")).to_be_visible()
    expect(panel.button("Start")).to_be_disabled()
    expect(panel.button("Stop")).to_be_disabled()
    notebook.run_cell(0)
    panel = Panel(notebook.output(0))
    expect(panel.button("Start")).to_be_enabled()
    expect(panel.output.get_by_role("alert").filter(has_text="restarted")).to_have_count(0)


def test_a_kernel_that_died_is_said(lab: Lab) -> None:
    notebook = lab.notebook(PANEL, "import os; os.kill(os.getpid(), 9)")
    notebook.run_cell(0)
    panel = Panel(notebook.output(0))
    panel.grid.wait_for()
    notebook.start(1)
    expect(panel.output.get_by_role("alert").filter(has_text="died")).to_be_visible(timeout=20_000)
    lab.page.wait_for_function("path => labTools.kernel(path).status === 'idle'", arg=notebook.path)
    expect(panel.output.get_by_role("alert").filter(has_text="died")).to_be_visible()
    # JupyterLab's own debugger may have been asking the kernel just then.
    assert [error for error in lab.errors if "debugger state" not in error] == []


def test_a_kernel_that_was_shut_down_is_said(lab: Lab) -> None:
    panel, notebook = Panel.show(lab)
    notebook.shutdown()
    expect(panel.output.get_by_role("alert").filter(has_text="run this cell again")).to_be_visible(timeout=20_000)


def test_a_new_view_of_the_output_shows_the_same(lab: Lab) -> None:
    write_pdfs(lab.root / "papers", 3)
    panel, notebook = Panel.show(lab)
    panel.start("papers")
    expect(panel.status(DONE)).to_be_visible(timeout=30_000)
    notebook.activate(0)
    lab.command("notebook:create-output-view")
    view = Panel(lab.page.locator(".jp-LinkedOutputView"))
    expect(view.grid).to_have_attribute("aria-rowcount", "4")
    expect(view.status(DONE)).to_be_visible()
    view.search.fill("entropy")
    expect(view.hits).to_have_count(3)
    expect(panel.hits).to_have_count(3)


def saved_rows(place: Locator) -> Locator:
    return place.locator("table tbody tr")


@pytest.mark.parametrize("trusted", [True, False])
def test_a_saved_notebook_says_what_happened_without_a_kernel(lab: Lab, trusted: bool) -> None:
    write_pdfs(lab.root / "papers", 3)
    (lab.root / "papers" / "bad.pdf").write_bytes(b"no pdf at all")
    panel, notebook = Panel.show(lab)
    panel.start("papers")
    sentence = "4 files: 3 ingested, 1 failed"
    expect(panel.status(sentence)).to_be_visible(timeout=30_000)
    expect(panel.output.locator(".ingw-saved")).to_be_hidden()
    wait = "path => JSON.stringify(labTools.cells(path)).includes('4 files: 3 ingested, 1 failed')"
    lab.page.wait_for_function(wait, arg=notebook.path)
    again = notebook.reopen(trusted=trusted)
    expect(again.output(0).get_by_text(sentence)).to_be_visible()
    expect(saved_rows(again.output(0))).to_have_count(4)
    expect(again.output(0).get_by_text("not a PDF: ")).to_be_visible()


def test_nbconvert_shows_the_final_counts_as_plain_html(lab: Lab) -> None:
    write_pdfs(lab.root / "papers", 3)
    panel, notebook = Panel.show(lab)
    panel.start("papers")
    expect(panel.status(DONE)).to_be_visible(timeout=30_000)
    ended = f"path => JSON.stringify(labTools.cells(path)).includes('<p>{DONE}</p>')"  # while it runs, more follows
    lab.page.wait_for_function(ended, arg=notebook.path)
    notebook.save()
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--stdout", str(notebook.file)]
    html = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert f"<p>{DONE}</p>" in html
    assert "file-00002.pdf" in html


def test_no_password_is_in_a_saved_notebook(lab: Lab) -> None:
    write_pdfs(lab.root / "papers", 1)
    code = "import os\nos.environ['INGEST_PDF_PASSWORDS'] = chr(91) + '\"' + 'cana' + 'ry-7' + '\"' + chr(93)\n" + PANEL
    panel, notebook = Panel.show(lab, code)
    panel.start("papers")
    expect(panel.status("1 file: 1 ingested")).to_be_visible(timeout=30_000)
    assert "canary-7" not in json.dumps(notebook.save())


def test_a_notebook_saved_in_mid_run_says_so(lab: Lab) -> None:
    slow_folder(lab.root / "slow")
    notebook = lab.notebook(PANEL)
    panel = running_panel(lab, notebook)
    notebook.save()
    assert "under way when this was saved" in json.dumps(notebook.outputs(0))
    panel.button("Stop").click()
    expect(panel.status("cancelled")).to_be_visible(timeout=3000)
    lab.page.wait_for_function(
        "path => !JSON.stringify(labTools.cells(path)).includes('under way')", arg=notebook.path, timeout=5000
    )


def test_saved_widget_state_never_looks_alive(lab: Lab) -> None:
    """With 'Save Widget State Automatically' the page draws the panel again, without a kernel behind it."""
    folder = lab.server.settings_dir / "@jupyter-widgets" / "jupyterlab-manager"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plugin.jupyterlab-settings").write_text('{"saveState": true}')
    lab.start()
    write_pdfs(lab.root / "papers", 3)
    panel, notebook = Panel.show(lab)
    panel.start("papers")
    expect(panel.status(DONE)).to_be_visible(timeout=30_000)
    lab.page.wait_for_function(
        f"path => JSON.stringify(labTools.cells(path)).includes('<p>{DONE}</p>')", arg=notebook.path
    )
    saved = notebook.save()
    state = json.dumps(saved["metadata"]["widgets"])
    assert "file-0000" not in state
    again = notebook.reopen()
    expect(again.output(0).locator(".ingw-saved").get_by_text(DONE)).to_be_visible()
    again = again.reopen(kernel=True)
    expect(again.output(0).get_by_text("run this cell again to get a panel that works")).to_be_visible(timeout=20_000)
    expect(again.output(0).locator(".ingw-saved").get_by_text(DONE)).to_be_visible()
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--stdout", str(notebook.file)]
    html = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert f"<p>{DONE}</p>" in html
