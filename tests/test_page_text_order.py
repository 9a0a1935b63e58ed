"""Text that was drawn twice."""

from __future__ import annotations

from reportlab.pdfgen.canvas import Canvas

from tests.test_page_text import column, drawn, lines_at, texts


def test_a_passage_that_is_drawn_twice_to_look_bold_is_read_once() -> None:
    """Lines of the same words elsewhere stay."""
    lines = [*column(60)[:6], "and so on.", "and so on."]

    def page(canvas: Canvas) -> None:
        for aside in (0, 0.35):
            lines_at(canvas, lines, 50 + aside)
        canvas.drawString(300, 780 - 14 * 6, "and so on.")
        lines_at(canvas, ["The end."], y=600)

    assert texts(drawn(page)) == ["\n".join(lines) + "\nand so on.\nThe end."]
