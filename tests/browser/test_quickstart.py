"""The quickstart as a newcomer meets it: `make lab`, run all, look."""

from __future__ import annotations

import re
import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Lab, Notebook
from tests.browser.server import REPO

pytestmark = pytest.mark.browser


@pytest.fixture
def quickstart(lab: Lab) -> Notebook:
    shutil.copytree(REPO / "samples", lab.root / "samples")
    (lab.root / "notebooks").mkdir()
    shutil.copy(REPO / "notebooks" / "quickstart.ipynb", lab.root / "notebooks")
    return lab.open("notebooks/quickstart.ipynb")


def index_of(notebook: Notebook, cell_id: str) -> int:
    return next(i for i, cell in enumerate(notebook.cells()) if cell["id"] == cell_id)


def test_the_quickstart_runs_its_bar_ends_at_100_percent_and_the_hits_are_there(lab: Lab, quickstart: Notebook) -> None:
    quickstart.run_all(120)
    errors = [o for i in range(len(quickstart.cells())) for o in quickstart.outputs(i) if o["output_type"] == "error"]
    assert errors == []

    bar = quickstart.output(index_of(quickstart, "ingest")).get_by_role("progressbar")
    expect(bar).to_have_count(1)
    expect(bar).to_have_attribute("aria-valuemax", "5")
    expect(bar).to_have_attribute("aria-valuenow", "5")
    expect(bar).to_have_attribute("aria-valuetext", re.compile("^100"))

    hits = quickstart.output(index_of(quickstart, "search"))
    expect(hits).to_contain_text("paper-two-columns.pdf")
    expect(hits.locator("mark").first).to_have_text("entropy", ignore_case=True)
    assert "file" in quickstart.text(index_of(quickstart, "frame"))
    assert quickstart.text(index_of(quickstart, "async")).strip().isdecimal()
    assert not [error for error in lab.errors if "lsp/status" not in error]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_quickstart_looks_well(lab: Lab, quickstart: Notebook, theme: str) -> None:
    lab.theme("dark" if theme == "dark" else "light")
    lab.width(1280, 3200)  # all of it in one picture
    quickstart.run_all(120)
    expect(quickstart.output(index_of(quickstart, "loop")).get_by_role("progressbar")).to_be_visible()
    for width in (1280, 600):
        lab.width(width, 3600)
        quickstart.show(0)
        expect(quickstart.cell(0)).to_be_in_viewport()
        lab.screenshot(f"quickstart-{theme}-{width}")
