"""Which Chromium the browser tests drive, and the flags it needs in containers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

OVERRIDE = "INGEST_WIDGETS_CHROMIUM"
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def launch_flags() -> list[str]:
    """Chromium refuses root with its sandbox, and needs it otherwise; no name but loopback resolves."""
    return [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS


def missing_playwright() -> str | None:
    """Why nothing can drive a browser; None when playwright is there."""
    return None if find_spec("playwright") else "playwright isn't installed: pip install 'ingest-widgets[test]'"


def find_chromium(playwright: Playwright) -> Path | None:
    """The first Chromium there is: the override, the system's, Google's, playwright's own download."""
    return next((path for path in _candidates(playwright) if os.access(path, os.X_OK)), None)


def _candidates(playwright: Playwright) -> Iterator[Path]:
    if named := os.environ.get(OVERRIDE):
        yield Path(named)
        return
    yield Path("/usr/bin/chromium")
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"):
        if found := shutil.which(name):
            yield Path(found)
    yield Path(playwright.chromium.executable_path)
