"""Text that was drawn in another order than it is read in, or twice."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.hostile.pdf import FONT, assemble, page_objects, stream
from tests.test_page_text import column, drawn, lines_at, texts


@pytest.mark.parametrize("count", [3, 4])
def test_three_and_four_columns_drawn_line_by_line_across_are_read_one_after_the_other(count: int) -> None:
    width = 500 // count
    columns = [(column(width // 4) * 2)[number : number + 24] for number in range(count)]

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 7)
        for number, row in enumerate(zip(*columns, strict=True)):
            for place, line in enumerate(row):
                canvas.drawString(50 + width * place, 780 - 12 * number, line)

    assert texts(drawn(page))[0].split() == " ".join(map(" ".join, columns)).split()


def test_cells_of_several_lines_stay_whole() -> None:
    """Of columns each line is drawn for itself, of a table each cell."""
    lines = column(40) * 6
    cells = [lines[number : number + 3] for number in range(0, 72, 3)]

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 7)
        for number, cell in enumerate(cells):
            lines_at(canvas, cell, 50 + 165 * (number % 3), 780 - 40 * (number // 3), 12)

    assert texts(drawn(page))[0].split() == " ".join(map(" ".join, cells)).split()


@pytest.mark.parametrize("order", [lambda lines: lines[::-1], lambda lines: Random(1).sample(lines, len(lines))])
def test_lines_are_read_from_the_top_however_they_were_drawn(
    order: Callable[[list[tuple[int, str]]], list[tuple[int, str]]],
) -> None:
    lines = column(70) * 2

    def page(canvas: Canvas) -> None:
        for number, line in order(list(enumerate(lines))):
            canvas.drawString(50, 780 - 14 * number, line)

    assert texts(drawn(page)) == ["\n".join(lines)]


def test_a_passage_that_is_drawn_twice_to_look_bold_is_read_once() -> None:
    """Lines of the same words elsewhere stay."""
    lines = [*column(60)[:6], "and so on.", "and so on."]

    def page(canvas: Canvas) -> None:
        for aside in (0, 0.35):
            lines_at(canvas, lines, 50 + aside)
        canvas.drawString(300, 780 - 14 * 6, "and so on.")
        lines_at(canvas, ["The end."], y=600)

    assert texts(drawn(page)) == ["\n".join(lines) + "\nand so on.\n\nThe end."]


def test_lines_whose_places_nobody_knows_are_not_drawn_again() -> None:
    """Where pdfium counts two for a sign: what it has at their numbers are the letters of one that has many."""
    objects = page_objects([b"BT /F1 12 Tf 14 TL 72 700 Td (aaaaaaaaaab) Tj T* (7) Tj T* (7) Tj T* (8) Tj ET"])
    meanings = b"2 beginbfchar <61> <d83dde00> <62> <00660067006800690066006700680069> endbfchar"
    codes = b"begincmap 1 begincodespacerange <00> <ff> endcodespacerange %b endcmap" % meanings
    objects |= {3: FONT.replace(b">>", b"/ToUnicode 30 0 R>>"), 30: stream(codes)}
    assert texts(assemble(objects))[0].split("\n")[1:] == ["7", "7", "8"]


def test_equal_cells_in_tiny_print_are_not_drawn_again() -> None:
    """Where a line is no higher than a point, the next one stands as near as what is drawn twice elsewhere."""
    cells = ["No", "Yes", "No", "No"]

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 1)
        for aside in (0, 40):
            lines_at(canvas, cells, 50 + aside, lead=1.2)

    assert texts(drawn(page))[0].split() == cells * 2


def test_thousands_of_equal_cells_take_no_hours() -> None:
    """The time grew with the square of their number."""

    def page(canvas: Canvas) -> None:
        for number in range(120_000):
            canvas.drawString(6 * number, 700 - number % 2 * 100, "a")

    assert texts(drawn(page))[0].split() == ["a"] * 120_000


def test_so_is_one_whose_lines_were_drawn_upwards() -> None:
    lines = column(60)

    def page(canvas: Canvas) -> None:
        for aside in (0, 0.35):
            for number, line in reversed(list(enumerate(lines))):
                canvas.drawString(50 + aside, 780 - 14 * number, line)

    assert texts(drawn(page)) == ["\n".join(lines)]
