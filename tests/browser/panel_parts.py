"""What the tests of the panel share: PDFs to ingest, and the panel's parts by role and name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.hostile.pdf import PAGES, assemble, page_objects, stream, text_pdf

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.lab import Lab, Notebook

_SECONDS_UNTIL = """async (button, [selector, text]) => {
  const section = button.closest("section");
  const begun = performance.now();
  button.click();
  const seen = () => [...section.querySelectorAll(selector)].some((node) => node.textContent.includes(text));
  while (!seen()) {
    if (performance.now() - begun > 20000) throw new Error(`${selector} never said ${text}`);
    await new Promise(requestAnimationFrame);
  }
  return (performance.now() - begun) / 1000;
}"""
PANEL = "from ingest_widgets import IngestPanel\npanel = IngestPanel()\npanel"


def slow_pdf() -> bytes:
    """Keeps a worker busy for a while: 40 pages that draw the same many words."""
    words = "".join(f"1 0 0 1 {20 + 9 * (n % 60)} {780 - 9 * (n // 60)} Tm (w{n}) Tj " for n in range(4000))
    objects = page_objects([stream(f"BT /F1 3 Tf {words} ET".encode(), compress=True)])
    pages = range(6, 46)
    objects |= dict.fromkeys(pages, objects[4])
    objects[PAGES] = b"<</Type/Pages/Kids[%b]/Count 40>>" % b" ".join(b"%d 0 R" % number for number in pages)
    return assemble(objects)


def slow_folder(folder: Path, count: int = 60) -> None:
    """A small PDF, a.pdf, which is read first, and so many that take long."""
    folder.mkdir()
    (folder / "a.pdf").write_bytes(text_pdf("a short page about entropy"))
    slow = slow_pdf()
    for number in range(count):
        (folder / f"slow-{number:02}.pdf").write_bytes(slow)


def write_pdfs(folder: Path, count: int) -> None:
    """`count` PDFs of one page, named file-00000.pdf and on."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"file-{number:05}.pdf").write_bytes(text_pdf(f"page about entropy {number}"))


BLOCK = "import threading; print('blocked', flush=True); threading.Event().wait(30)"


def block(notebook: Notebook) -> None:
    """Starts the second cell, which holds `BLOCK`, and waits until the kernel is busy with it."""
    notebook.start(1)
    notebook.output(1).get_by_text("blocked").wait_for()


@dataclass
class Panel:
    """A panel, or a job's view, in a cell's output."""

    output: Locator

    @classmethod
    def show(cls, lab: Lab, code: str = PANEL) -> tuple[Panel, Notebook]:
        notebook = lab.run(code)
        panel = cls(notebook.output(0))
        panel.grid.wait_for()
        return panel, notebook

    def button(self, name: str) -> Locator:
        return self.output.get_by_role("button", name=name, exact=True)

    @property
    def source(self) -> Locator:
        return self.output.get_by_role("textbox", name="Source", exact=True)

    @property
    def grid(self) -> Locator:
        return self.output.get_by_role("grid", name="Files", exact=True)

    @property
    def rows(self) -> Locator:
        """Without the headings."""
        return self.grid.locator(".ingw-window").get_by_role("row")

    @property
    def progress(self) -> Locator:
        return self.output.get_by_role("progressbar", name="Progress", exact=True)

    @property
    def search(self) -> Locator:
        return self.output.get_by_role("searchbox", name="Search", exact=True)

    @property
    def hits(self) -> Locator:
        return self.output.get_by_role("list", name="Results").get_by_role("listitem")

    def status(self, text: str) -> Locator:
        return self.output.get_by_role("status").filter(has_text=text)

    def seconds_until(self, button: str, selector: str, text: str = "") -> float:
        """Clicks, and how long it takes by the page's own clock until an element that `selector` finds says `text`."""
        return float(self.button(button).evaluate(_SECONDS_UNTIL, [selector, text]))

    def start(self, source: str) -> None:
        self.source.fill(source)
        self.button("Start").click()
