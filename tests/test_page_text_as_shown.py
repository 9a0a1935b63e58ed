"""The same page drawn in another way reads the same: turned, larger or smaller, from another origin, in a form."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import BytesIO

import pikepdf
import pytest

from tests.conftest import SAMPLES
from tests.test_page_text import texts


def turned(page: pikepdf.Page, by: int) -> None:
    page.rotate(by, relative=True)


def drawn(page: pikepdf.Page, scale: float, x: float = 0, y: float = 0) -> None:
    page.contents_coalesce()
    page.contents_add(f"q {scale} 0 0 {scale} {x} {y} cm ".encode(), prepend=True)
    page.contents_add(b" Q")
    left, bottom, right, top = (float(edge) * scale for edge in page.mediabox)
    page.mediabox = pikepdf.Array([left + x, bottom + y, right + x, top + y])


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
    "from another origin": lambda page, _: drawn(page, 1, -1_000, 500),
    "in a form": in_form,
    "in a form in another": partial(in_form, deep=2),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["manual-long.pdf", "paper-two-columns.pdf"])
def test_a_page_reads_the_same(name: str, way: str) -> None:
    out = BytesIO()
    with pikepdf.open(SAMPLES / name) as pdf:
        for page in pdf.pages:
            WAYS[way](page, pdf)
        pdf.save(out)
    assert texts(out.getvalue()) == texts((SAMPLES / name).read_bytes())
