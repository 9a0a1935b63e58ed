"""What a browser test says to JupyterLab; see conftest.py for how to use it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tests.browser.server import PYTHON, REPO, LabServer

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Dialog, Locator, Page

ARTIFACTS = REPO / "test-artifacts"
PAGE_TOOLS = Path(__file__).with_name("page_tools.js")
Theme = Literal["light", "dark"]


@dataclass(frozen=True)
class Message:
    """One message between the page and the kernel.

    Attributes:
        direction: `recv` comes from the kernel.
        channel: `iopub`, `shell`, `control` or `stdin`.
        seconds: When its sender made it (`header.date`), in seconds since the epoch.
        comm: The id of its comm, if it belongs to one.
    """

    direction: Literal["recv", "send"]
    channel: str
    type: str
    seconds: float
    comm: str | None


def peak_rate(messages: Sequence[Message], window: float = 1.0) -> int:
    """The most messages that were sent within any `window` seconds."""
    times = sorted(message.seconds for message in messages)
    first = peak = 0
    for last, time in enumerate(times):
        while time - times[first] >= window:
            first += 1
        peak = max(peak, last - first + 1)
    return peak


@dataclass
class Lab:
    """A page with JupyterLab in it.

    Attributes:
        page: Playwright's page, for everything that isn't here.
        root: The folder that the server shows; put PDFs and notebooks here.
        errors: Uncaught errors, console errors (with the address) and alerts of the page, as they came.
    """

    page: Page
    server: LabServer
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("dialog", self._answer)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)
        self.page.add_init_script(path=PAGE_TOOLS)

    def _answer(self, dialog: Dialog) -> None:
        if dialog.type != "beforeunload":  # 'Leave site?'
            self.errors.append(f"{dialog.type}: {dialog.message}")
        dialog.accept()

    def _note(self, line: ConsoleMessage) -> None:
        if line.type == "error":
            self.errors.append(f"{line.text} ({line.location['url'].split('?')[0]})")

    @property
    def root(self) -> Path:
        return self.server.root

    def start(self) -> Lab:
        """Load JupyterLab in a workspace of its own and wait until it has started."""
        self.page.goto(f"{self.server.url}/lab/workspaces/{uuid.uuid4().hex}?token={self.server.token}")
        return self.restored()

    def restored(self) -> Lab:
        """Wait until JupyterLab has started, after a load or a reload."""
        self.page.wait_for_function("window.jupyterapp !== undefined && window.labTools !== undefined", timeout=60_000)
        self.page.evaluate("labTools.restored()")
        return self

    def settle(self) -> None:
        """Wait until the kernels have started that a command asked for: one that comes later is the next test's."""
        self.page.evaluate("window.labTools?.kernelsStarted().then(() => null)")

    def reload(self) -> Lab:
        """F5."""
        self.page.reload()
        return self.restored()

    def command(self, name: str, **args: Any) -> None:
        """Execute one of JupyterLab's commands and wait for its promise."""
        self.page.evaluate("([name, args]) => jupyterapp.commands.execute(name, args).then(() => null)", [name, args])

    def notebook(self, *cells: str, name: str | None = None, kernel: str = PYTHON) -> Notebook:
        """Open a fresh notebook with these code cells, and a kernel that answers.

        Args:
            name: Its path below `root`; its folder is made.
            kernel: `PYTHON` (the ipykernel that is installed) or `IPYKERNEL_6`.
        """
        path = name or f"{uuid.uuid4().hex}.ipynb"
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(_notebook(cells, kernel)), "utf-8")
        return self.open(path)

    def run(self, code: str, *, kernel: str = PYTHON, seconds: float = 60) -> Notebook:
        """Run one cell in a fresh notebook, to its end."""
        return self.notebook(code, kernel=kernel).run_all(seconds)

    def open(self, path: str, *, kernel: bool = True, seconds: float = 60) -> Notebook:
        """Open a notebook below `root`; with `kernel=False` none is started."""
        panel_id = self.page.evaluate("args => labTools.opened(...args)", [path, kernel, seconds])
        return Notebook(self, path, self.page.locator(f"[id='{panel_id}']"))

    def theme(self, theme: Theme) -> None:
        """Switch JupyterLab's theme and wait until it is there."""
        self.command("apputils:change-theme", theme=f"JupyterLab {theme.title()}")
        light = "true" if theme == "light" else "false"
        self.page.wait_for_function("light => document.body.dataset.jpThemeLight === light", arg=light)

    def width(self, pixels: int, height: int = 900) -> None:
        """Set the size of the page; at 600 the side bar is folded away as a person would do."""
        if pixels <= 800:
            self.page.evaluate("jupyterapp.shell.collapseLeft()")
        self.page.set_viewport_size({"width": pixels, "height": height})

    def screenshot(self, name: str, part: Locator | None = None) -> Path:
        """Save test-artifacts/NAME.png, of the page or of a part of it."""
        path = ARTIFACTS / f"{name}.png"
        ARTIFACTS.mkdir(exist_ok=True)
        (part or self.page).screenshot(path=path, animations="disabled")
        return path

    def messages(self, **wanted: str) -> list[Message]:
        """Messages since the notebooks were opened, e.g. `messages(direction="recv", channel="iopub")`."""
        found = [_message(raw) for raw in self.page.evaluate("labTools.messages")]
        return [m for m in found if all(getattr(m, key) == value for key, value in wanted.items())]

    def forget_messages(self) -> None:
        """Start the count of messages anew."""
        self.page.evaluate("labTools.messages.length = 0")

    @contextmanager
    def tasks(self) -> Iterator[list[float]]:
        """CPU milliseconds of each task of the page's thread within the block, the longest first, once that has ended.

        What else runs on the machine stretches a task's time by the clock, but not this.
        """
        taken: list[float] = []
        browser = self.page.context.browser
        assert browser
        browser.start_tracing(page=self.page, categories=["toplevel"])
        try:
            yield taken
        finally:
            events = json.loads(browser.stop_tracing())["traceEvents"]
        named = (event for event in events if event["name"] == "thread_name")
        pages = {(e["pid"], e["tid"]) for e in named if e["args"]["name"] == "CrRendererMain"}
        ended = (e for e in events if e["name"] == "ThreadControllerImpl::RunTask" and e["ph"] == "X")
        tasks = (e["tdur"] / 1000 for e in ended if (e["pid"], e["tid"]) in pages)
        taken += sorted(tasks, reverse=True)


@dataclass
class Notebook:
    """One open notebook.

    Attributes:
        path: Below the server's root.
        panel: Its DOM; everything a test clicks is found below it.
    """

    lab: Lab
    path: str
    panel: Locator

    @property
    def file(self) -> Path:
        return self.lab.root / self.path

    def _ask(self, tool: str, *args: Any) -> Any:
        return self.lab.page.evaluate(f"args => labTools.{tool}(...args)", [self.path, *args])

    def run_all(self, seconds: float = 60) -> Notebook:
        """Run all cells to their end."""
        return self.start().wait(seconds)

    def run_cell(self, index: int, seconds: float = 60) -> Notebook:
        """Run one cell to its end."""
        return self.start(index).wait(seconds)

    def start(self, index: int | None = None) -> Run:
        """Run one cell, or all, without waiting."""
        return Run(self, self._ask("start", index))

    def cell(self, index: int) -> Locator:
        """The cell; it is there only while JupyterLab keeps it in the page."""
        return self.panel.locator(f".jp-Cell[data-windowed-list-index='{index}']")

    def output(self, index: int) -> Locator:
        """All that a cell shows: 'Start' is found here, and JupyterLab's own 'Restart' isn't."""
        return self.cell(index).locator(".jp-Cell-outputArea").first

    def cells(self) -> list[dict[str, Any]]:
        """The cells as they would be saved."""
        return list(self._ask("cells"))

    def outputs(self, index: int) -> list[dict[str, Any]]:
        """A cell's outputs as they would be saved."""
        return list(self.cells()[index].get("outputs", []))

    def text(self, index: int) -> str:
        """What a cell printed and its value as plain text, tracebacks too."""
        return "".join(_plain(output) for output in self.outputs(index))

    def activate(self, index: int) -> None:
        """Make a cell the active one."""
        self._ask("activate", index)

    def show(self, index: int) -> None:
        """Scroll until a cell is at the top, and make it the active one."""
        self._ask("show", index)

    def interrupt(self) -> None:
        """What the stop button of the toolbar does; returns when the server has sent it."""
        self.lab.page.evaluate("path => labTools.kernel(path).interrupt()", self.path)

    def restart(self) -> None:
        """Restart the kernel and wait until it answers."""
        self._ask("restart")

    def shutdown(self) -> None:
        """Shut the kernel down, as from the list of running kernels: it is gone, the page stays."""
        self.lab.server.api("DELETE", f"kernels/{self.kernel_id}")

    @property
    def kernel_id(self) -> str:
        return str(self.lab.page.evaluate("path => labTools.kernel(path).id", self.path))

    def save(self) -> dict[str, Any]:
        """Save, and read the file back."""
        self.lab.page.evaluate("path => labTools.panel(path).context.save()", self.path)
        return dict(json.loads(self.file.read_text("utf-8")))

    def close(self, *, shutdown: bool = True) -> None:
        """Close its tab without asking."""
        self._ask("close", shutdown)

    def reopen(self, *, kernel: bool = False, trusted: bool = True) -> Notebook:
        """Save, close with its kernel, and open again as somebody who finds the file; its cells don't run.

        Args:
            kernel: Whether a kernel is started.
            trusted: False changes the file's metadata, so that its signature no longer holds.
        """
        saved = self.save()
        self.close()
        if not trusted:
            saved["metadata"]["tests"] = uuid.uuid4().hex
            self.file.write_text(json.dumps(saved), "utf-8")
        return self.lab.open(self.path, kernel=kernel)


@dataclass
class Run:
    """Cells that were started."""

    notebook: Notebook
    number: int

    def wait(self, seconds: float = 60) -> Notebook:
        """Until the kernel has replied to the last of them; whether they raised shows in the outputs."""
        self.notebook.lab.page.evaluate("args => labTools.done(...args)", [self.number, seconds])
        return self.notebook

    @property
    def ended(self) -> bool:
        """Whether they are over, without waiting."""
        return bool(self.notebook.lab.page.evaluate("run => labTools.settled(run)", self.number))


def _notebook(cells: Sequence[str], kernel: str) -> dict[str, Any]:
    return {
        "cells": [_cell(source, f"cell-{number}") for number, source in enumerate(cells)],
        "metadata": {"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(source: str, name: str) -> dict[str, Any]:
    return {
        "cell_type": "code", "execution_count": None, "id": name, "metadata": {}, "outputs": [], "source": source,
    }  # fmt: skip


def _message(raw: dict[str, Any]) -> Message:
    sent = datetime.fromisoformat(raw["date"]).timestamp()
    return Message(raw["direction"], raw["channel"], raw["type"], sent, raw["comm"])


def _plain(output: dict[str, Any]) -> str:
    if output["output_type"] == "error":
        return "\n".join([*output["traceback"], f"{output['ename']}: {output['evalue']}"])
    text = output.get("text") or output.get("data", {}).get("text/plain", "")
    return text if isinstance(text, str) else "".join(text)
