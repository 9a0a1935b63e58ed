"""The widgets' JavaScript on a bare page in a real Chromium, with a fake model in place of a kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest_widgets.notebook.esm import panel_style, script
from tests.browser.conftest import chromium, playwright_, tab

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page

__all__ = ["chromium", "playwright_", "tab"]

FAKE_MODEL = Path(__file__).with_name("fake_model.js")


@dataclass
class BarePage:
    """A page with one widget on it.

    Attributes:
        errors: Uncaught errors and alerts, as they came.
    """

    page: Page
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", self._answer)

    def _answer(self, dialog: Dialog) -> None:
        self.errors.append(dialog.message)
        dialog.accept()

    def tell(self, **parts: Any) -> None:
        """What the kernel would send: one patch."""
        self.page.evaluate("parts => fake.tell(parts)", parts)

    def tell_rows(self, count: int, status: str = "queued", epoch: int = 1) -> None:
        """So many files, named folder/file-00000.pdf and on."""
        self.page.evaluate(
            "([total, status, epoch]) => fake.tell({ rows: { epoch, total, items: manyRows(total, status) } })",
            [count, status, epoch],
        )

    def sent(self, kind: str, at_least: int = 1) -> list[dict[str, Any]]:
        """What the page has sent of this kind, once there is so much of it; without the buffers."""
        self.page.wait_for_function(
            "([kind, count]) => fake.sent.filter(m => m.kind === kind).length >= count", arg=[kind, at_least]
        )
        sent = "kind => fake.sent.filter(m => m.kind === kind).map(({ buffers, ...rest }) => rest)"
        return list(self.page.evaluate(sent, kind))

    @contextmanager
    def own_clock(self) -> Iterator[Callable[[int], None]]:
        """The page's time goes on by calls of what this yields, with ms; a clock can be set going, not taken away."""
        self.page.clock.install(time=0)
        self.page.clock.pause_at(1000)
        try:
            yield self.page.clock.run_for
        finally:
            self.page.clock.resume()

    def answer_search(self, hits: list[dict[str, Any]], total: int | None = None) -> None:
        """Answers the latest search."""
        ask = self.sent("search")[-1]
        results = {"ask": ask["ask"], "query": ask["query"], "offset": ask["offset"], "seconds": 0.002}
        self.tell(results={**results, "hits": hits, "total": len(hits) if total is None else total})

    def answer_page(self, boxes: list[list[float]], pages: int = 9, unmarked: str = "") -> None:
        """Answers the latest request for a page with a white A4 image."""
        ask = self.sent("page")[-1]["ask"]
        self.page.evaluate(
            """async page => {
                const canvas = new OffscreenCanvas(595, 842);
                canvas.getContext("2d");
                const blob = await canvas.convertToBlob({ type: "image/png" });
                fake.tell({ page }, [await blob.arrayBuffer()]);
            }""",
            {"ask": ask, "pages": pages, "width": 595, "height": 842, "boxes": boxes, "unmarked": unmarked},
        )


@pytest.fixture
def mount(tab: Page) -> Callable[..., BarePage]:
    """Shows `mount("ingest_panel", views=2, traits={...})` on an empty page; `window.fake` is its model."""
    bare = BarePage(tab)

    def show(name: str = "ingest_panel", *, views: int = 1, traits: dict[str, Any] | None = None) -> BarePage:
        tab.set_content("<!doctype html><html lang=en><title>bare</title><h1>bare</h1>")
        tab.add_script_tag(path=FAKE_MODEL)
        tab.evaluate("args => mount(...args)", [script(f"{name}.js"), panel_style(), traits or {}, views])
        return bare

    return show


@pytest.fixture
def panel(mount: Callable[..., BarePage]) -> BarePage:
    """One IngestPanel."""
    return mount()
