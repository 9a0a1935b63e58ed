"""The prebuilt extension: every command leaves plain Python code in a notebook that does what was asked."""

from __future__ import annotations

import ast
import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.lab import ARTIFACTS, Lab, Notebook
from tests.browser.server import REPO, LabServer, wait_for

pytestmark = pytest.mark.browser

PAPER = REPO / "samples" / "paper-two-columns.pdf"
HOSTILE = [
    "a b  c.pdf", "it's.pdf", 'say "hi".pdf', "both '\".pdf", "$&$1$`.pdf", "\N{GRINNING FACE} naïve.pdf",
    "back\\slash\\n.pdf", "{x}%s%(y)d.pdf", "[1]*?.pdf", "~home.pdf", "#hash;.pdf", "-rf.pdf", "gnp.\u202efdp.pdf",
    "nai\u0308ve\u00a0\u2028.pdf", "'''.pdf", "中文.PDF", "<img src=x onerror=alert(1)>.pdf",
]  # fmt: skip

# The file browser's own selection, by name: clicking on names with line separators and bidi signs isn't the point here.
SELECT = """async (name) => {
  const browser = [...jupyterapp.shell.widgets("left")].find((widget) => widget.selectItemByName);
  browser.clearSelectedItems();
  await browser.selectItemByName(name);
}"""


def put(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copy(PAPER, folder / name)


def browse(lab: Lab, folder: str = "/") -> Locator:
    """Show a folder in the file browser; its listing."""
    lab.command("filebrowser:activate")
    lab.command("filebrowser:go-to-path", path=folder)
    lab.command("filebrowser:refresh")
    return lab.page.locator(".jp-DirListing-content")


def choose(lab: Lab, item: Locator) -> None:
    item.click(button="right")
    lab.page.get_by_role("menuitem", name="Ingest with ingest_widgets").click()


def wait_for_cell(lab: Lab, source: str) -> None:
    """Until the current notebook has run a cell that contains `source`."""
    lab.page.wait_for_function(
        "source => (jupyterapp.shell.currentWidget?.context?.model?.toJSON().cells ?? [])"
        ".some(cell => cell.source.includes(source) && cell.execution_count)",
        arg=source,
        timeout=60_000,
    )


def current_cells(lab: Lab) -> list[dict[str, Any]]:
    return list(lab.page.evaluate("jupyterapp.shell.currentWidget.context.model.toJSON().cells"))


def call_of(name: str, source: str) -> ast.Call:
    """The call of `name` in an inserted cell."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return next(call for call in calls if isinstance(call.func, ast.Name) and call.func.id == name)


def set_option(lab: Lab, **values: Any) -> None:
    """Set user settings as the settings editor does, and reload."""
    folder = lab.server.settings_dir / "ingest_widgets"
    folder.mkdir(exist_ok=True)
    (folder / "plugin.jupyterlab-settings").write_text(json.dumps(values), "utf-8")
    lab.reload()


def test_jupyterlab_starts_with_the_extension_and_a_card_that_shows_its_icon(lab: Lab) -> None:
    card = lab.page.locator(".jp-LauncherCard").filter(has_text="Ingest PDFs")
    expect(card).to_have_count(1)
    box = card.locator(".jp-LauncherCard-icon svg").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) > 20
    lab.theme("dark")
    lab.screenshot("launcher-dark", lab.page.locator(".jp-Launcher"))
    lab.theme("light")
    lab.screenshot("launcher-light", lab.page.locator(".jp-Launcher"))
    assert not [error for error in lab.errors if "ingest" in error]


def test_a_pdf_is_ingested_from_the_file_browser_into_a_new_notebook(lab: Lab) -> None:
    put(lab.root / "papers", "one.pdf")
    choose(lab, browse(lab, "/papers").get_by_text("one.pdf"))
    wait_for_cell(lab, "ingest(")
    (cell,) = current_cells(lab)
    assert cell["source"] == 'from ingest_widgets import ingest\n\ncorpus = ingest("one.pdf")\ncorpus'
    assert (lab.root / "papers" / "Untitled.ipynb").is_file()
    assert (lab.root / "papers" / "corpus.sqlite").is_file()
    lab.screenshot("labextension-ingest")


def test_a_folder_goes_into_the_open_notebook_below_the_active_cell(lab: Lab) -> None:
    put(lab.root / "papers" / "deep", "one.pdf", "two.PDF")
    notebook = lab.notebook("print('first')", "print('last')", name="work/notes.ipynb")
    notebook.activate(0)
    choose(lab, browse(lab, "/papers").get_by_text("deep"))
    wait_for_cell(lab, "ingest(")
    sources = [cell["source"] for cell in current_cells(lab)]
    assert [source.split("(")[0] for source in sources] == ["print", sources[1].split("(")[0], "print"]
    assert ast.literal_eval(call_of("ingest", sources[1]).args[0]) == "../papers/deep/"
    notebook.run_all()
    assert "two.PDF" in notebook.text(1)


def test_several_files_become_a_list(lab: Lab) -> None:
    put(lab.root, "a.pdf", "b.pdf")
    (lab.root / "notes.txt").write_text("no PDF")
    listing = browse(lab)
    listing.get_by_text("a.pdf").click()
    listing.get_by_text("b.pdf").click(modifiers=["ControlOrMeta"])
    listing.get_by_text("notes.txt").click(modifiers=["ControlOrMeta"])
    choose(lab, listing.get_by_text("b.pdf"))
    wait_for_cell(lab, "ingest(")
    assert ast.literal_eval(call_of("ingest", current_cells(lab)[0]["source"]).args[0]) == ["a.pdf", "b.pdf"]


def test_other_files_have_no_such_entry(lab: Lab) -> None:
    (lab.root / "notes.txt").write_text("no PDF")
    browse(lab).get_by_text("notes.txt").click(button="right")
    expect(lab.page.get_by_role("menuitem", name="Rename")).to_be_visible()
    expect(lab.page.get_by_role("menuitem", name="Ingest with ingest_widgets")).to_have_count(0)


def test_hostile_names_survive_the_inserted_code(lab: Lab) -> None:
    put(lab.root / "odd", *HOSTILE)
    set_option(lab, run=False)
    notebook = lab.notebook("import os", "sorted(os.listdir('odd')) == sorted(names)", name="odd.ipynb")
    browse(lab, "/odd")
    for name in HOSTILE:
        notebook.activate(0)
        lab.page.evaluate(SELECT, name)
        lab.command("ingest_widgets:ingest")
    sources = [cell["source"] for cell in notebook.cells() if "ingest(" in cell["source"]]
    assert [ast.literal_eval(call_of("ingest", source).args[0]) for source in reversed(sources)] == [
        f"odd/{n}" for n in HOSTILE
    ]
    notebook.run_all()
    assert not [
        output for i in range(len(sources) + 1) for output in notebook.outputs(i) if output["output_type"] == "error"
    ]
    assert not [error for error in lab.errors if error.startswith("alert")]


def test_a_literal_is_what_python_reads_back(lab: Lab) -> None:
    rng = random.Random(7)
    signs = [
        *range(0x20, 0x180),
        *range(0x2000, 0x2070),
        0,
        7,
        9,
        10,
        13,
        0x22,
        0x27,
        0x5C,
        0xD800,
        0xDFFF,
        0xFEFF,
        0xFFFF,
    ]
    units = [[rng.choice(signs) for _ in range(rng.randrange(12))] for _ in range(2000)]
    units += [list(memoryview(name.encode("utf-16-le")).cast("H")) for name in HOSTILE]
    literals = lab.page.evaluate(
        """async (units) => {
            const { pythonLiteral } = await import(`${location.origin}/lab/extensions/ingest_widgets/static/code.js`);
            return units.map((codes) => pythonLiteral(String.fromCharCode(...codes)));
        }""",
        units,
    )
    for codes, literal in zip(units, literals, strict=True):
        text = b"".join(code.to_bytes(2, "little") for code in codes).decode("utf-16-le", "surrogatepass")
        assert ast.literal_eval(literal) == text
        assert literal.isprintable()


def test_the_settings_decide_where_the_code_goes_whether_it_runs_and_which_corpus_it_names(lab: Lab) -> None:
    put(lab.root, "a.pdf")
    set_option(lab, notebook="new", run=False, corpus="my 'corpus'.sqlite")
    lab.notebook("print('mine')", name="mine.ipynb")
    browse(lab).get_by_text("a.pdf").click()
    lab.command("ingest_widgets:ingest")  # ends when the cell would have run
    assert lab.page.evaluate("jupyterapp.shell.currentWidget.context.path") == "Untitled.ipynb"
    (cell,) = current_cells(lab)
    assert [ast.literal_eval(arg) for arg in call_of("ingest", cell["source"]).args] == ["a.pdf", "my 'corpus'.sqlite"]
    assert cell["execution_count"] is None
    lab.command("ingest_widgets:panel")
    (cell,) = current_cells(lab)
    assert [ast.literal_eval(k.value) for k in call_of("IngestPanel", cell["source"]).keywords] == [
        "my 'corpus'.sqlite"
    ]
    lab.command("ingest_widgets:view")
    (cell,) = current_cells(lab)
    assert [ast.literal_eval(arg) for arg in call_of("CorpusView", cell["source"]).args] == ["my 'corpus'.sqlite"]


def test_the_card_opens_a_notebook_with_the_panel(lab: Lab) -> None:
    lab.page.locator(".jp-LauncherCard").filter(has_text="Ingest PDFs").click()
    wait_for_cell(lab, "IngestPanel()")
    panel = lab.page.locator(".jp-OutputArea")
    expect(panel.get_by_role("textbox", name="Source")).to_be_visible(timeout=30_000)
    lab.screenshot("labextension-panel")


def test_the_palette_has_the_commands(lab: Lab) -> None:
    box = lab.page.get_by_role("searchbox").or_(lab.page.locator(".lm-CommandPalette-input")).first

    def is_open() -> bool:  # the launcher, which comes late on a slow machine, takes the focus and so closes it
        if not box.is_visible():
            lab.command("apputils:activate-command-palette")
        return box.is_visible() and bool(box.evaluate("box => box === document.activeElement"))

    expect(lab.page.locator(".jp-LauncherCard").first).to_be_visible()
    wait_for(is_open, 20, "the palette is open")
    box.fill("corpus")
    labels = lab.page.locator(".lm-CommandPalette-itemLabel")
    expect(labels.filter(has_text="Look Around in a Corpus")).to_have_count(1)
    labels.filter(has_text="Ingest PDFs into a Corpus").click()
    wait_for_cell(lab, "IngestPanel()")


def test_looking_around_reads_the_corpus_that_the_settings_name(lab: Lab) -> None:
    put(lab.root, "a.pdf")
    notebook: Notebook = lab.run("from ingest_widgets import ingest\ncorpus = ingest('a.pdf')")
    lab.command("ingest_widgets:view")
    expect(notebook.output(1).get_by_role("searchbox", name="Search")).to_be_visible(timeout=30_000)


def test_what_goes_wrong_in_a_command_is_told(lab: Lab) -> None:
    put(lab.root / "gone", "a.pdf")
    browse(lab, "/gone").get_by_text("a.pdf").click()
    shutil.rmtree(lab.root / "gone")
    lab.command("ingest_widgets:ingest")
    expect(lab.page.locator(".Toastify__toast")).to_contain_text("gone")


def test_the_settings_editor_shows_the_options(lab: Lab) -> None:
    lab.command("settingeditor:open", query="PDF corpus")
    expect(lab.page.get_by_text("Where the code goes")).to_be_visible()
    lab.screenshot("labextension-settings")


def test_in_notebook_7_the_code_waits_in_a_tab_of_its_own(tab: Page, server: LabServer, lab: Lab) -> None:
    put(lab.root / "papers", "a b.pdf")
    tab.goto(f"{server.url}/tree/papers?token={server.token}")
    tab.locator(".jp-DirListing-item").filter(has_text="a b.pdf").click(button="right")
    with tab.context.expect_page() as opened:
        tab.get_by_role("menuitem", name="Ingest with ingest_widgets").click()
    notebook = opened.value
    expect(notebook.locator(".jp-CodeCell .cm-content")).to_contain_text('corpus = ingest("a b.pdf")')
    notebook.screenshot(path=ARTIFACTS / "labextension-notebook-7.png")
    notebook.close()
