"""Uploads: large, cancelled, dropped, and with names that would like to be paths."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Lab, peak_rate
from tests.browser.panel_parts import BLOCK, PANEL, Panel, block
from tests.hostile.pdf import text_pdf

pytestmark = pytest.mark.browser

SIXTY_MB = 60_000_000


def choose(panel: Panel, *files: Path | dict[str, Any]) -> None:
    with panel.output.page.expect_file_chooser() as chooser:
        panel.button("Upload PDFs").click()
    chooser.value.set_files(list(files))  # type: ignore[arg-type]


def drop(panel: Panel, *paths: Path) -> None:
    """Drops files and folders from outside the browser onto the panel, as a hand would."""
    box = panel.output.get_by_role("region", name="Ingest PDFs").bounding_box()
    assert box
    page = panel.output.page
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for event in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": event, "x": box["x"] + 40, "y": box["y"] + 20, "data": data})
    session.detach()


def padded(size: int) -> bytes:
    """A PDF of that size: what comes before its header doesn't matter to readers, so it is padded behind an object."""
    text = text_pdf("a large page about entropy")
    return text + b"\n%" + b"x" * (size - len(text) - 2)


def test_sixty_megabytes_arrive_with_the_same_hash(lab: Lab, tmp_path: Path) -> None:
    data = padded(SIXTY_MB)
    file = tmp_path / "large.pdf"
    file.write_bytes(data)
    notebook = lab.notebook(PANEL, "print([record.sha256 for record in panel.corpus.files()])")
    notebook.run_cell(0)
    panel = Panel(notebook.output(0))
    lab.forget_messages()
    choose(panel, file)
    cancel = panel.button("Cancel upload of large.pdf")
    expect(cancel).to_be_visible()
    expect(panel.output.get_by_text("of 60 MB")).to_be_visible()
    expect(panel.status("1 file: 1 ingested")).to_be_visible(timeout=60_000)
    expect(cancel).to_have_count(0)
    row = panel.rows.filter(has_text="large.pdf")
    expect(row).to_contain_text("ingested")
    assert peak_rate([m for m in lab.messages(direction="recv", channel="iopub") if m.type == "comm_msg"]) < 15
    notebook.run_cell(1)
    assert hashlib.sha256(data).hexdigest() in notebook.text(1)


def test_hundreds_of_small_files_are_few_messages(lab: Lab) -> None:
    """With the kernel's own, by which it answers each of the page's, and without those of the panel's making."""
    panel, notebook = Panel.show(lab)
    expect(panel.status("Nothing ingested yet.")).to_be_visible()
    lab.page.wait_for_function("path => labTools.kernel(path).status === 'idle'", arg=notebook.path)
    lab.forget_messages()
    files = [{"name": f"{n}.pdf", "mimeType": "application/pdf", "buffer": text_pdf(f"page {n}")} for n in range(300)]
    choose(panel, *files)
    expect(panel.status("300 files: 300 ingested")).to_be_visible(timeout=60_000)
    assert peak_rate(lab.messages(direction="recv", channel="iopub")) < 15


def test_an_upload_can_be_cancelled_and_the_others_go_on(lab: Lab, tmp_path: Path) -> None:
    large, small = tmp_path / "large.pdf", tmp_path / "small.pdf"
    large.write_bytes(padded(SIXTY_MB))
    small.write_bytes(text_pdf("a small page"))
    panel, _ = Panel.show(lab)
    choose(panel, large, small)
    panel.button("Cancel upload of large.pdf").click()
    expect(panel.status("1 file: 1 ingested")).to_be_visible(timeout=30_000)
    expect(panel.grid.get_by_text("small.pdf")).to_be_visible()
    expect(panel.grid.get_by_text("large.pdf")).to_have_count(0)


def test_a_name_stays_in_the_folder(lab: Lab) -> None:
    """Also one that a page made up: the kernel takes no name for a path."""
    panel, _ = Panel.show(lab)
    transfer = lab.page.evaluate_handle(
        """text => {
            const bytes = Uint8Array.from(text, (sign) => sign.charCodeAt(0));
            const transfer = new DataTransfer();
            const names = ["../../climb.pdf", "/tmp/absolute.pdf", "..\\\\..\\\\dos.pdf",
                           "<img src=x onerror=alert(1)>.pdf"];
            for (const name of names) {
                transfer.items.add(new File([bytes], name, { type: "application/pdf" }));
            }
            return transfer;
        }""",
        text_pdf("a page").decode("latin-1"),
    )
    panel.output.get_by_role("region", name="Ingest PDFs").dispatch_event("drop", {"dataTransfer": transfer})
    expect(panel.status("4 files: 4 ingested")).to_be_visible(timeout=30_000)
    expect(panel.rows).to_have_count(4)
    names = sorted(panel.rows.locator(".ingw-cell-name").all_inner_texts())
    assert not [name for name in names if name.startswith(("/", ".")) or ".." in name]
    assert not list(lab.root.parent.glob("*.pdf"))
    assert not Path("/tmp/absolute.pdf").exists()
    assert sorted(path.suffix for path in lab.root.iterdir() if path.suffix == ".pdf") == []
    assert lab.errors == []


def test_a_dropped_file_waits_while_a_run_goes_on_and_its_page_can_be_seen(lab: Lab) -> None:
    panel, _ = Panel.show(lab)
    choose(panel, {"name": "one.pdf", "mimeType": "application/pdf", "buffer": text_pdf("entropy of one")})
    expect(panel.status("1 file: 1 ingested")).to_be_visible(timeout=30_000)
    panel.search.fill("entropy")
    panel.hits.first.click()
    expect(panel.output.get_by_role("img", name="Page 1 of one.pdf", exact=True)).to_be_visible(timeout=10_000)
    expect(panel.output.locator(".ingw-mark")).to_have_count(1)
    panel.button("Copy code").click()
    expect(panel.output.get_by_text("corpus = Corpus('corpus.sqlite')")).to_be_visible()


def test_a_dropped_folder_brings_its_pdfs_and_says_what_was_left_out(lab: Lab, tmp_path: Path) -> None:
    folder = tmp_path / "my papers"
    (folder / "old" / "empty").mkdir(parents=True)
    (folder / "new.pdf").write_bytes(text_pdf("a new page"))
    (folder / "old" / "OLD.PDF").write_bytes(text_pdf("an old page"))
    (folder / "notes.txt").write_text("no PDF")
    (tmp_path / "single.pdf").write_bytes(text_pdf("a single page"))
    panel, _ = Panel.show(lab)
    drop(panel, folder, tmp_path / "single.pdf")
    expect(panel.status("3 files: 3 ingested")).to_be_visible(timeout=30_000)
    names = ["my papers/new.pdf", "my papers/old/OLD.PDF", "single.pdf"]
    expect(panel.rows.locator(".ingw-cell-name")).to_have_text(names)
    expect(panel.output.get_by_text("1 file left out: no PDF by name.")).to_be_visible()
    assert lab.errors == []


def test_a_dropped_folder_without_a_pdf_says_so(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    panel, _ = Panel.show(lab)
    drop(panel, tmp_path / "nothing")
    expect(panel.output.get_by_text("There is no PDF in what was dropped.")).to_be_visible()


def test_a_file_beyond_the_limit_is_refused_before_a_byte_is_sent(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "large.pdf").write_bytes(padded(2_000_000))
    (tmp_path / "small.pdf").write_bytes(text_pdf("a small page"))
    code = "import os\nos.environ['INGEST_MAX_FILE_BYTES'] = '1000000'\n" + PANEL
    panel, _ = Panel.show(lab, code)
    choose(panel, tmp_path / "large.pdf", tmp_path / "small.pdf")
    refusal = "large.pdf is larger than max_file_bytes allows (2,000,000 of 1,000,000 bytes): raise that setting"
    expect(panel.output.get_by_role("alert").filter(has_text=refusal)).to_be_visible()
    expect(panel.status("1 file: 1 ingested")).to_be_visible(timeout=30_000)
    expect(panel.rows.locator(".ingw-cell-name")).to_have_text(["small.pdf"])


def test_an_upload_arrives_while_a_cell_blocks(lab: Lab) -> None:
    """Over the line of a subshell, slices and all."""
    notebook = lab.notebook(PANEL, BLOCK)
    notebook.run_cell(0)
    panel = Panel(notebook.output(0))
    block(notebook)
    choose(panel, {"name": "big.pdf", "mimeType": "application/pdf", "buffer": padded(9_000_000)})
    expect(panel.status("1 file: 1 ingested")).to_be_visible(timeout=15_000)
    notebook.interrupt()


def test_on_the_older_ipykernel_an_upload_waits_for_the_end_of_the_cell_and_says_so(lab: Lab, old_kernel: str) -> None:
    notebook = lab.notebook(PANEL, BLOCK, kernel=old_kernel)
    notebook.run_cell(0)
    panel = Panel(notebook.output(0))
    block(notebook)
    choose(panel, {"name": "one.pdf", "mimeType": "application/pdf", "buffer": text_pdf("a page")})
    expect(panel.output.get_by_text("hears nothing else until that ends")).to_be_visible(timeout=5000)
    notebook.interrupt()
    expect(panel.status("1 file: 1 ingested")).to_be_visible(timeout=15_000)
