"""Numbers of lines in the margin, as in manuscripts and bills."""

from __future__ import annotations

from collections.abc import Callable

from reportlab.pdfgen.canvas import Canvas

from tests.test_page_text import drawn, texts

LINES = (
    "The river runs through the old town and",
    "under the bridge a boat waits for those",
    "who want to cross before the evening comes,",
    "but nobody has counted the stones of the",
    "wall which keeps the water from the mea-",
    "dows, and in spring these are flooded by it,",
    "and the birds return from distant countries",
    "while a miller keeps the records of every",
    "year and reads them to his guests in winter.",
)


def numbered(lines: tuple[str, ...]) -> Callable[[Canvas], None]:
    def page(canvas: Canvas) -> None:
        for number, line in enumerate(lines):
            canvas.drawRightString(60, 700 - 20 * number, str(9 + number))
            canvas.drawString(80, 700 - 20 * number, line)
        canvas.drawString(300, 50, "3")

    return page


def test_numbers_of_lines_stand_apart_from_what_they_number() -> None:
    """They would part phrases, and take the place of the rest of a word that a line end has cut."""
    (text,) = texts(drawn(numbered(LINES)))
    prose = "\n".join(LINES).replace("mea-\ndows, ", "meadows,\n")
    assert text == f"{prose}\n\n3\n\n9 10 11 12 13 14 15 16 17"


def test_numbers_of_rows_stay_in_their_rows() -> None:
    """Those of tables, of contents, or of a list that is a part of the text."""
    rows = tuple(map(str.title, LINES))
    contents = tuple(f"{line} {number}" for number, line in enumerate(LINES))
    for lines in rows, contents:
        assert texts(drawn(numbered(lines)))[0].startswith(f"9 {lines[0]}\n10 {lines[1]}")

    def within(canvas: Canvas) -> None:
        canvas.drawString(40, 750, "What they gave us as answers, in their order:")
        numbered(LINES)(canvas)

    assert "\n10 under the bridge" in texts(drawn(within))[0]


def test_a_few_numbers_in_a_row_may_be_anything() -> None:
    assert texts(drawn(numbered(LINES[:4])))[0].startswith(f"9 {LINES[0]}\n10 {LINES[1]}")
