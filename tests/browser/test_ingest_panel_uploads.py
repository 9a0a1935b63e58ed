"""Uploads: large, cancelled, dropped, and with names that would like to be paths."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Lab, peak_rate
from tests.browser.panel_parts import PANEL, Panel, pdf

pytestmark = pytest.mark.browser

SIXTY_MB = 60_000_000


def choose(panel: Panel, *files: Path | dict[str, Any]) -> None:
    with panel.output.page.expect_file_chooser() as chooser:
        panel.button("Upload PDFs").click()
    chooser.value.set_files(list(files))  # type: ignore[arg-type]


def padded(size: int) -> bytes:
    """A PDF of that size: what comes before its header doesn't matter to readers, so it is padded behind an object."""
    text = pdf("a large page about entropy")
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


def test_an_upload_can_be_cancelled_and_the_others_go_on(lab: Lab, tmp_path: Path) -> None:
    large, small = tmp_path / "large.pdf", tmp_path / "small.pdf"
    large.write_bytes(padded(SIXTY_MB))
    small.write_bytes(pdf("a small page"))
    panel, _ = Panel.show(lab)
    choose(panel, large, small)
    panel.button("Cancel upload of large.pdf").click()
    expect(panel.status("1 file: 1 ingested")).to_be_visible(timeout=30_000)
    expect(panel.grid.get_by_text("small.pdf")).to_be_visible()
    expect(panel.grid.get_by_text("large.pdf")).to_have_count(0)


def test_a_name_stays_in_the_folder(lab: Lab) -> None:
    """Also one that a page made up: the kernel takes no name for a path."""
    before = {path.name for path in lab.root.parent.iterdir()}
    panel, _ = Panel.show(lab)
    transfer = lab.page.evaluate_handle(
        """text => {
            const transfer = new DataTransfer();
            const names = ["../../climb.pdf", "/tmp/absolute.pdf", "..\\\\..\\\\dos.pdf",
                           "<img src=x onerror=alert(1)>.pdf"];
            for (const name of names) {
                transfer.items.add(new File([text], name, { type: "application/pdf" }));
            }
            return transfer;
        }""",
        pdf("a page").decode("latin-1"),
    )
    panel.output.get_by_role("region", name="Ingest PDFs").dispatch_event("drop", {"dataTransfer": transfer})
    expect(panel.status("4 files: 4 ingested")).to_be_visible(timeout=30_000)
    expect(panel.rows).to_have_count(4)
    names = sorted(panel.rows.locator(".ingw-cell-name").all_inner_texts())
    assert not [name for name in names if name.startswith(("/", ".")) or ".." in name]
    assert {path.name for path in lab.root.parent.iterdir()} == before
    assert not Path("/tmp/absolute.pdf").exists()
    assert sorted(path.suffix for path in lab.root.iterdir() if path.suffix == ".pdf") == []
    assert lab.errors == []


def test_a_dropped_file_waits_while_a_run_goes_on_and_its_page_can_be_seen(lab: Lab) -> None:
    panel, _ = Panel.show(lab)
    choose(panel, {"name": "one.pdf", "mimeType": "application/pdf", "buffer": pdf("entropy of one")})
    expect(panel.status("1 file: 1 ingested")).to_be_visible(timeout=30_000)
    panel.search.fill("entropy")
    panel.hits.first.click()
    expect(panel.output.get_by_role("img", name="Page 1 of one.pdf", exact=True)).to_be_visible(timeout=10_000)
    expect(panel.output.locator(".ingw-mark")).to_have_count(1)
    panel.button("Copy code").click()
    expect(panel.output.get_by_text("corpus = Corpus('corpus.sqlite')")).to_be_visible()
