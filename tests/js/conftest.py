"""The widgets' JavaScript on a bare page in a real Chromium, with a fake model in place of a kernel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest_widgets.notebook.esm import script, style
from tests.browser.conftest import chromium, playwright_, tab

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["chromium", "playwright_", "tab"]

FAKE_MODEL = Path(__file__).with_name("fake_model.js")
Mount = Callable[..., "Page"]


@pytest.fixture
def mount(tab: Page) -> Mount:
    """Shows `mount("ingest_panel", views=2, traits={...})` on an empty page; `window.fake` is its model."""
    tab.errors = []  # type: ignore[attr-defined]
    tab.on("pageerror", lambda error: tab.errors.append(str(error)))  # type: ignore[attr-defined]
    tab.on("dialog", lambda dialog: (tab.errors.append(dialog.message), dialog.accept()))  # type: ignore[attr-defined]

    def show(name: str = "ingest_panel", *, views: int = 1, traits: dict[str, Any] | None = None) -> Page:
        tab.set_content("<!doctype html><html lang=en><title>bare</title><main></main>")
        tab.add_script_tag(path=FAKE_MODEL)
        sheet = style("panel_parts.css", "ingest_panel.css")
        tab.evaluate("args => mount(...args)", [script(f"{name}.js"), sheet, traits or {}, views])
        return tab

    return show
