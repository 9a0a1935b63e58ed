"""Gets a Chromium for the browser tests where it can, and says loudly where it can't.

In this order: one that is there already, playwright's own download, the system's package manager when run as root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-dejavu-core", "libatomic1")  # the last one for the node of playwright's driver


def driver() -> str | None:
    """Where playwright's driver keeps its own Chromium; None when the driver itself can't start."""
    code = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or None


def present() -> str | None:
    """The path of a Chromium that can be started, or None."""
    named = os.environ.get("INGEST_WIDGETS_CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    for name in NAMES:
        if found := shutil.which(name):
            return found
    path = driver()
    return path if path and Path(path).exists() else None


def run(*command: str) -> bool:
    """Whether the command went well; its output is shown only if it didn't."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"  {' '.join(command)}: exit {done.returncode}: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.returncode == 0


def ready() -> bool:
    """Whether browser tests can run, said in a line."""
    path = present()
    if path and driver():
        print(f"Chromium for the browser tests: {path}")
        return True
    return False


def install() -> None:
    """Tries playwright's download, then the system's packages, which bring what playwright's driver needs too."""
    print("Getting a Chromium for the browser tests ...", flush=True)
    if not present() and run(sys.executable, "-m", "playwright", "install", "--with-deps", "chromium") and present():
        return
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES)


def main() -> int:
    if ready():
        return 0
    install()
    if ready():
        return 0
    print(
        "\n*** NO CHROMIUM: the browser tests can't run. Install one (Debian: apt install chromium libatomic1) or name"
        "\n*** it in INGEST_WIDGETS_CHROMIUM. In CI this is a failure.\n"
    )
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
