"""What the tests of the panel share: PDFs to ingest, and the panel's parts by role and name."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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


def pdf(*pages: str) -> bytes:
    """A small PDF: one line of Helvetica near the top of each A4 page."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for text in pages:
        escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        content = f"BT /F1 14 Tf 72 760 Td ({escaped}) Tj ET"
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
        fonts = "<< /Font << /F1 3 0 R >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources {fonts} /Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    return _assembled(objects)


def _assembled(objects: list[str]) -> bytes:
    data, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + end.encode() + trailer.encode()


def slow_pdf(pages: int = 40) -> bytes:
    """A PDF that keeps a worker busy for a while: pages of many words, packed."""
    line = "".join(f"1 0 0 1 {20 + 9 * (n % 60)} {800 - 9 * (n // 60)} Tm (w{n}) Tj " for n in range(4000))
    content = zlib.compress(f"BT /F1 3 Tf {line} ET".encode())
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    objects.append(b"<< /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (len(content), content))
    fonts = b"<< /Font << /F1 3 0 R >> >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources %b /Contents 4 0 R >>" % fonts
    objects += [page] * pages
    kids = b" ".join(b"%d 0 R" % number for number in range(5, 5 + pages))
    objects[1] = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, pages)
    return _assembled([one.decode("latin-1") for one in objects])


def write_pdfs(folder: Path, count: int, text: str = "page about entropy") -> None:
    """`count` PDFs of one page, named file-00000.pdf and on."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"file-{number:05}.pdf").write_bytes(pdf(f"{text} {number}"))


BLOCK = "import threading; print('blocked', flush=True); threading.Event().wait(30)"


def block(notebook: Notebook, index: int = 1) -> None:
    """Starts a cell that holds `BLOCK` and waits until the kernel is busy with it."""
    notebook.start(index)
    notebook.output(index).get_by_text("blocked").wait_for()


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
