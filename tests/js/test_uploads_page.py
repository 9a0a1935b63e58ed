"""What the page does with files: messages of 1 MiB, four on their way, dropped folders, cancel."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.js.conftest import BarePage

pytestmark = pytest.mark.browser

MIB = 1 << 20


def choose(bare: BarePage, *files: tuple[str, bytes]) -> None:
    payload: list[Any] = [{"name": name, "mimeType": "application/pdf", "buffer": data} for name, data in files]
    with bare.page.expect_file_chooser() as chooser:
        bare.page.get_by_role("button", name="Upload PDFs", exact=True).click()
    chooser.value.set_files(payload)


def acknowledge(bare: BarePage) -> None:
    """Says that all slices so far have come."""
    bare.page.evaluate(
        """() => {
                window.taken ??= new Map();
                const news = {};
                for (const message of fake.sent.filter((m) => m.kind === "upload_slices" && !m.taken)) {
                    message.taken = true;
                    let at = 0;
                    for (const { id, offset, size } of message.slices) {
                        const parts = taken.get(id) ?? [];
                        news[id] = parts.reduce((sum, part) => sum + part.byteLength, 0) + size;
                        if (news[id] !== offset + size) throw new Error(`${id}: ${offset} comes too early`);
                        taken.set(id, [...parts, message.buffers[0].slice(at, (at += size))]);
                    }
                }
                fake.tell({ uploads: news });
        }"""
    )


def hashes(bare: BarePage) -> list[str]:
    """SHA-256 of what has come; over base64, since a bare page is no secure context and has no crypto.subtle."""
    texts = bare.page.evaluate(
        """() => Promise.all([...taken.values()].map((parts) => new Promise((done) => {
            const reader = new FileReader();
            reader.onload = () => done(reader.result.split(",")[1] ?? "");
            reader.readAsDataURL(new Blob(parts));
        })))"""
    )
    return [hashlib.sha256(base64.b64decode(text)).hexdigest() for text in texts]


def test_a_file_goes_in_slices_four_at_a_time_and_arrives_whole(panel: BarePage) -> None:
    data = bytes(range(256)) * (9 * 4096) + b"rest"
    choose(panel, ("big.pdf", data))
    begun = panel.sent("upload_begin")[0]["files"]
    assert [(f["name"], f["size"]) for f in begun] == [("big.pdf", len(data))]
    panel.sent("upload_slices", 4)
    sent = panel.sent("upload_slices")
    assert [(m["slices"][0]["offset"], m["bytes"]) for m in sent] == [(n * MIB, MIB) for n in range(4)]
    expect(panel.page.get_by_role("button", name="Cancel upload of big.pdf")).to_be_visible()
    acknowledge(panel)
    expect(panel.page.get_by_text("4.2 MB of 9.4 MB")).to_be_visible()
    panel.sent("upload_slices", 8)
    acknowledge(panel)
    panel.sent("upload_slices", 10)
    acknowledge(panel)
    expect(panel.page.get_by_role("button", name="Cancel upload of big.pdf")).to_have_count(0)
    assert hashes(panel) == [hashlib.sha256(data).hexdigest()]


def test_an_empty_file_is_sent_too(panel: BarePage) -> None:
    choose(panel, ("empty.pdf", b""))
    assert [s["bytes"] for s in panel.sent("upload_slices")] == [0]


def test_cancel_stops_sending_and_lets_the_next_file_go(panel: BarePage) -> None:
    choose(panel, ("one.pdf", b"1" * (9 * MIB)), ("two.pdf", b"2" * 10))
    panel.sent("upload_slices", 4)
    panel.page.get_by_role("button", name="Cancel upload of one.pdf").click()
    cancelled = panel.sent("upload_cancel")[0]["id"]
    last = panel.sent("upload_slices", 5)[-1]
    assert [(one["id"] != cancelled, one["size"]) for one in last["slices"]] == [(True, 10)]


def test_small_files_share_a_message(panel: BarePage) -> None:
    """Hundreds of messages would be answered by hundreds of others."""
    data = [bytes([n % 256]) * (n * 20) for n in range(300)]
    choose(panel, *[(f"{n}.pdf", some) for n, some in enumerate(data)], ("last.pdf", b"x" * (2 * MIB)))
    sent = panel.sent("upload_slices", 4)
    assert [len(m["slices"]) for m in sent] == [250, 51, 1, 1]
    assert max(m["bytes"] for m in sent) == MIB
    acknowledge(panel)
    expect(panel.page.get_by_role("list", name="Uploads")).to_be_hidden()
    assert hashes(panel) == [hashlib.sha256(some).hexdigest() for some in [*data, b"x" * (2 * MIB)]]


def test_a_file_that_cannot_be_read_leaves_the_others_of_its_message(panel: BarePage) -> None:
    panel.page.evaluate(
        """() => {
            const slice = File.prototype.slice;
            File.prototype.slice = function (...range) {
                if (this.name !== "gone.pdf") return slice.apply(this, range);
                return { arrayBuffer: () => Promise.reject(new Error("it was deleted")) };
            };
        }"""
    )
    choose(panel, ("one.pdf", b"1"), ("gone.pdf", b"2"), ("two.pdf", b"3"))
    assert [len(message["slices"]) for message in panel.sent("upload_slices")] == [2]
    assert panel.sent("upload_cancel")[0]["problem"] == "gone.pdf can't be read: it was deleted"
    acknowledge(panel)
    assert hashes(panel) == [hashlib.sha256(some).hexdigest() for some in (b"1", b"3")]


def test_files_are_dropped_anywhere_on_the_panel(panel: BarePage) -> None:
    transfer = panel.page.evaluate_handle(
        """() => {
            const transfer = new DataTransfer();
            transfer.items.add(new File(["%PDF-1.7"], "dropped.pdf", { type: "application/pdf" }));
            return transfer;
        }"""
    )
    section = panel.page.get_by_role("region", name="Ingest PDFs")
    section.dispatch_event("dragenter", {"dataTransfer": transfer})
    expect(section).to_have_class("ingw ingw-live ingw-dropping")
    section.dispatch_event("drop", {"dataTransfer": transfer})
    expect(section).to_have_class("ingw ingw-live")
    assert panel.sent("upload_begin")[0]["files"][0]["name"] == "dropped.pdf"
    assert panel.sent("upload_slices")[0]["bytes"] == 8


def test_nothing_is_sent_of_a_file_beyond_the_limit(panel: BarePage) -> None:
    panel.tell(state={"running": False, "max_file_bytes": 1000})
    choose(panel, ("large.pdf", b"x" * 1001), ("larger.pdf", b"x" * 2000), ("small.pdf", b"x" * 1000))
    alert = panel.page.get_by_role("alert").filter(has_text="large.pdf and 1 more file are larger than max_file_bytes")
    expect(alert).to_be_visible()
    panel.sent("upload_slices")
    assert [[f["name"] for f in begun["files"]] for begun in panel.sent("upload_begin")] == [["small.pdf"]]
    assert [one["bytes"] for one in panel.sent("upload_slices")] == [1000]


def test_an_upload_keeps_to_one_line_so_that_no_slice_comes_before_its_announcement(panel: BarePage) -> None:
    choose(panel, ("one.pdf", b"1" * (3 * MIB)))
    panel.sent("upload_slices", 3)
    kinds = panel.page.evaluate("fake.sent.map((message) => message.kind).filter((kind) => kind.startsWith('upload'))")
    assert kinds == ["upload_begin", *["upload_slices"] * 3]
