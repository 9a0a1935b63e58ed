"""The same page drawn in another way reads the same: turned, larger or smaller, from another origin, in a form."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from functools import partial
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from ingest_widgets.engines.pages.open_page import OpenPage, handle_of
from ingest_widgets.engines.pieces.pieces import objects_of, rects_of
from tests.conftest import SAMPLES
from tests.test_page_text import column, texts
from tests.test_page_text import drawn as canvas_drawn


def turned(page: pikepdf.Page, by: int) -> None:
    page.rotate(by, relative=True)


def drawn(page: pikepdf.Page, scale: float, x: float = 0, y: float = 0) -> None:
    page.contents_coalesce()
    page.contents_add(f"q {scale} 0 0 {scale} {x} {y} cm ".encode(), prepend=True)
    page.contents_add(b" Q")
    left, bottom, right, top = (float(edge) * scale for edge in page.mediabox)
    page.mediabox = pikepdf.Array([left + x, bottom + y, right + x, top + y])


def running(page: pikepdf.Page, by: int) -> None:
    """Upwards or downwards, or on its head, by the drawing itself."""
    width, height = (float(side) for side in page.mediabox[2:])
    matrix, size = {
        90: (f"0 1 -1 0 {height} 0", [height, width]),
        180: (f"-1 0 0 -1 {width} {height}", [width, height]),
        270: (f"0 -1 1 0 0 {width}", [height, width]),
    }[by]
    page.contents_coalesce()
    page.contents_add(f"q {matrix} cm ".encode(), prepend=True)
    page.contents_add(b" Q")
    page.mediabox = pikepdf.Array([0, 0, *size])


def landscape(page: pikepdf.Page) -> None:
    """As typesetters turn a page for a wide table: shown upright."""
    running(page, 90)
    turned(page, 90)


def in_units(page: pikepdf.Page) -> None:
    """As plans are drawn: shown as large as ever."""
    drawn(page, 0.05)
    page.UserUnit = 20


def in_form(page: pikepdf.Page, pdf: pikepdf.Pdf, deep: int = 1) -> None:
    for _ in range(deep):
        page.contents_coalesce()
        form = pdf.make_stream(page.Contents.read_bytes())
        form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        form.BBox, form.Resources = page.mediabox, page.Resources
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Form=form))
        page.Contents = pdf.make_stream(b"q /Form Do Q")


WAYS: dict[str, Callable[[pikepdf.Page, pikepdf.Pdf], None]] = {
    "a quarter to the right": lambda page, _: turned(page, 90),
    "on its head": lambda page, _: turned(page, 180),
    "a quarter to the left": lambda page, _: turned(page, 270),
    "as a slide": lambda page, _: drawn(page, 2.5),
    "two on a sheet": lambda page, _: drawn(page, 0.7),
    "four on a sheet": lambda page, _: drawn(page, 0.35),
    "in large units": lambda page, _: in_units(page),
    "as a poster": lambda page, _: drawn(page, 12),
    "drawn upwards": lambda page, _: running(page, 90),
    "drawn on its head": lambda page, _: running(page, 180),
    "drawn downwards": lambda page, _: running(page, 270),
    "in landscape": lambda page, _: landscape(page),
    "from another origin": lambda page, _: drawn(page, 1, -1_000, 500),
    "in a form": in_form,
    "in a form in another": partial(in_form, deep=2),
}


def word_by_word(canvas: Canvas) -> None:
    """As browsers draw: the full stops and the raised signs by themselves, the first lines well in."""
    y = 780.0
    for paragraph in range(4):
        for number, line in enumerate(column(50 + 5 * paragraph)):
            x = 50.0 + 24 * (not number)
            for part in re.split("(?=[.])|(?<= )", line):
                canvas.drawString(x, y, part)
                x += canvas.stringWidth(part)
            y -= 12
        canvas.setFont("Helvetica", 6)
        canvas.drawString(x, y + 15, "2")
        canvas.setFont("Helvetica", 10)


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "manual": (SAMPLES / "manual-long.pdf").read_bytes,
    "paper": (SAMPLES / "paper-two-columns.pdf").read_bytes,
    "page of a browser": lambda: canvas_drawn(word_by_word),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_page_reads_the_same(name: str, way: str) -> None:
    out, document = BytesIO(), DOCUMENTS[name]()
    with pikepdf.open(BytesIO(document)) as pdf:
        for page in pdf.pages:
            WAYS[way](page, pdf)
        pdf.save(out)
    assert texts(out.getvalue()) == texts(document)


@pytest.mark.parametrize("way", ["four on a sheet", "drawn upwards", "in a form"])
def test_a_page_is_drawn_as_before_once_its_text_is_read(way: str) -> None:
    """Whoever looks at its pieces then, for what is hidden, finds them where they stand."""
    out = BytesIO()
    with pikepdf.open(BytesIO(canvas_drawn(word_by_word))) as pdf:
        drawn(pdf.pages[0], 0.3)
        WAYS[way](pdf.pages[0], pdf)
        pdf.save(out)
    with pypdfium2.PdfDocument(out.getvalue()) as document, closing(document[0]) as page:
        before = [piece.get_bounds() for piece in page.get_objects(max_depth=1)]
        with OpenPage(handle_of(document), 0) as text:
            pieces = list(objects_of(text.handle, range(len(before))))
            assert text.box(0)[3] - text.box(0)[1] > 8  # as high as ordinary print
            for rect, bounds in zip(rects_of(pieces), before, strict=True):
                assert rect == pytest.approx(bounds, abs=1e-4)
