"""Pages with more gaps across than upwards: pdfium takes them for written downwards and mixes single signs up."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2
import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from ingest_widgets.engines.pages.drawing import png
from ingest_widgets.engines.pages.page_text import PageReader
from tests.test_page_boxes import found
from tests.test_page_text import drawn, texts
from tests.test_page_text_rtl import hebrew, letters, written_in

ROWS = [("Item", "Qty", "Price"), *((f"Article {n}", str(3 * n), f"{n * 7}.50") for n in range(1, 9))]
TABLE = "\n".join(" ".join(row) for row in ROWS)


def by_sign(canvas: Canvas, text: str, x: float, y: float) -> None:
    """As a browser draws it: each letter by itself."""
    for sign in text:
        canvas.drawString(x, y, sign)
        x += stringWidth(sign, "Helvetica", 10)


def table(draw: Callable[[Canvas, str, float, float], object]) -> Callable[[Canvas], None]:
    def page(canvas: Canvas) -> None:
        for number, row in enumerate(ROWS):
            for x, cell in zip((50, 300, 500), row, strict=True):
                draw(canvas, cell, x, 780 - 14 * number)

    return page


@pytest.mark.parametrize("draw", [by_sign, lambda canvas, cell, x, y: canvas.drawString(x, y, cell)])
def test_the_cells_of_a_wide_table_stay_in_rows(draw: Callable[[Canvas, str, float, float], object]) -> None:
    """Pdfium alone ends a line before each letter, or, of whole cells, before each that is but one figure."""
    assert texts(drawn(table(draw))) == [TABLE]


def test_so_do_those_that_are_written_from_the_right() -> None:
    """Pdfium alone gives the pieces in the order of their places."""
    rows = [("abc", "de"), ("fgh", "ij"), ("klm", "no"), ("pqr", "st")]

    def page(canvas: Canvas) -> None:
        canvas.setFont("Times-Roman", 10)
        for number, row in enumerate(rows):
            for right, cell in zip((520, 120), row, strict=True):
                x = float(right)
                for sign in cell:
                    x -= stringWidth(sign, "Times-Roman", 10)
                    canvas.drawString(x, 780 - 14 * number, sign)

    assert texts(hebrew(page)) == ["\n".join(" ".join(map(letters, row)) for row in rows)]


def test_they_do_so_on_a_page_that_is_shown_sideways() -> None:
    """/Rotate changes how a page is shown, not what it says."""

    def page(canvas: Canvas) -> None:
        table(by_sign)(canvas)
        canvas.setPageRotation(270)

    assert texts(drawn(page)) == [TABLE]


def test_words_of_a_wide_table_are_found_where_they_stand() -> None:
    pdf = drawn(table(by_sign))
    parts = found(pdf, "article")
    assert len(parts) == 8
    assert (min(left for left, *_ in parts), min(top for _, top, *_ in parts)) == pytest.approx((50, 69), abs=2)
    assert max(right for _, _, right, _ in parts) == pytest.approx(50 + stringWidth("Article", "Helvetica", 10), abs=1)


def test_the_page_itself_is_shown_as_before() -> None:
    """To read it, only a part of it is shown for a moment."""
    with pypdfium2.PdfDocument(drawn(table(by_sign))) as document:
        before = png(document, 0, 40)
        PageReader(document).text(0)
        assert png(document, 0, 40) == before


def columns_of_signs(font: str, step: int, *columns: str) -> Callable[[Canvas], None]:
    """Each sign is drawn by itself, below the one before."""

    def page(canvas: Canvas) -> None:
        canvas.setFont(font, 10)
        for column, signs in enumerate(columns):
            for row, sign in enumerate(signs):
                canvas.drawString(500 - 60 * column, 780 - step * row, sign)

    return page


def japanese(signs: str) -> str:
    return "".join(chr(ord(sign) - ord("a") + ord("あ")) for sign in signs)


def test_text_that_is_written_downwards_stays_so() -> None:
    """Columns of one sign each stand as if they were torn; read across, the others would be."""
    columns = "abcdefghijklmnopqr", "stuvwxyzabcdefg", "h", "i", "j"
    lines = texts(written_in("あ", columns_of_signs("Times-Roman", 10, *columns)))[0].split()
    assert lines[:2] == [japanese(column) for column in columns[:2]]
    assert sorted(lines[2:]) == sorted(japanese("hij"))


@pytest.mark.parametrize("step", [12, 14, 30])
def test_figures_below_each_other_are_a_line_each(step: int) -> None:
    """The labels of an axis, cells of a table, braces of code: pdfium alone makes one number of a column."""
    columns = "8364", "ABCB", "}})}"
    lines = texts(drawn(columns_of_signs("Helvetica", step, *columns)))[0].split()
    assert lines == list("".join(columns))


def test_signs_of_a_script_that_is_written_downwards_too_where_they_stand_far_apart() -> None:
    lines = texts(written_in("あ", columns_of_signs("Times-Roman", 24, "abcde", "fghij")))[0].split()
    assert lines == list(japanese("abcdefghij"))
