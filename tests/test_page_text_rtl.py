"""Right-to-left pages whose text is known; Times stands for a Hebrew font, which a map to Unicode makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from tests.hostile.bombs import cmap_font
from tests.hostile.pdf import assemble, page_objects
from tests.test_page_text import drawn, texts

Piece = tuple[str, str]


def written_in(
    a: str, *pages: Callable[[Canvas], None], marks: Mapping[str, str] | None = None, **preferences: Any
) -> bytes:
    """The pages with this sign in place of Times' a, the one behind it in place of its b, and so on.

    Args:
        a: Such as alef.
        pages: In Times where it matters.
        marks: More signs of Times, and those in their place; else Times' other signs have no meaning.
        preferences: Of the viewer.
    """
    ranges = [
        (ord("a"), ord("z"), ord(a)),
        *((ord(sign), ord(sign), ord(other)) for sign, other in (marks or {}).items()),
    ]
    rows = " ".join(f"<{first:02x}> <{last:02x}> <{meaning:04x}>" for first, last, meaning in ranges)
    to_unicode = f"""begincmap 1 begincodespacerange <00> <ff> endcodespacerange
{len(ranges)} beginbfrange {rows} endbfrange endcmap"""
    out = BytesIO()
    with pikepdf.open(BytesIO(drawn(*pages))) as document:
        for page in document.pages:
            for font in page.Resources.Font.values():
                if font.BaseFont == "/Times-Roman":
                    font.ToUnicode = document.make_stream(to_unicode.encode())
        document.Root.ViewerPreferences = pikepdf.Dictionary(**preferences)
        document.save(out)
    return out.getvalue()


def hebrew(*pages: Callable[[Canvas], None]) -> bytes:
    """Pages in Hebrew, in a document that says how it reads."""
    return written_in("\u05d0", *pages, Direction=pikepdf.Name.R2L)


def letters(word: str) -> str:
    return "".join(chr(ord(letter) - ord("a") + 0x5D0) for letter in word)


def from_the_right(canvas: Canvas, pieces: list[Piece], y: float) -> None:
    """Each piece, in the order of reading, to the left of the one before; right-to-left ones are drawn reversed."""
    x = 500.0
    for font, piece in pieces:
        shown = piece[::-1] if font == "Times-Roman" else piece
        x -= stringWidth(shown, font, 10)
        canvas.setFont(font, 10)
        canvas.drawString(x, y, shown)
        x -= 2.8


def test_latin_words_between_right_to_left_ones_keep_their_order() -> None:
    """Pdfium alone reads "guide user the"."""
    pieces = [("Times-Roman", "abc"), ("Times-Roman", "def"), ("Helvetica", "the user guide"), ("Times-Roman", "ghi")]
    (text,) = texts(hebrew(lambda canvas: from_the_right(canvas, pieces, 700)))
    assert text == f"{letters('abc')} {letters('def')} the user guide {letters('ghi')}"


@pytest.mark.parametrize("word", ["https://www.example.org/reports", "UTF-8", "U+06F9"])
def test_a_latin_word_of_several_pieces_reads_from_the_left(word: str) -> None:
    """Pdfium alone reads "reports/org.example.www://https" and "8-UTF"."""
    pieces = [("Times-Roman", "abc"), ("Times-Roman", "def"), ("Helvetica", word), ("Times-Roman", "ghi")]
    (text,) = texts(hebrew(lambda canvas: from_the_right(canvas, pieces, 700)))
    assert text == f"{letters('abc')} {letters('def')} {word} {letters('ghi')}"


def test_lam_and_alef_that_were_drawn_as_one_sign_keep_their_order() -> None:
    """Whatever stands around them; pdfium alone swaps them."""
    rows = b"<0041> <0643> <0042> <06440627> <0043> <0645>"
    font = cmap_font(b"3 beginbfchar %b endbfchar" % rows, embedded=False)
    content = b"BT /F1 12 Tf 72 720 Td <004300420041> Tj ET"
    word = "\u0643\u0644\u0627\u0645"
    assert texts(assemble(page_objects([content]) | font)) == [word]


def test_the_hyphen_between_a_prefix_and_a_latin_word_stays_there() -> None:
    def page(canvas: Canvas) -> None:
        from_the_right(canvas, [("Times-Roman", "abc"), ("Times-Roman", "def")], 700)
        canvas.setFont("Times-Roman", 10)
        canvas.drawRightString(400, 700, "b")
        x = 400 - stringWidth("b", "Times-Roman", 10)
        canvas.setFont("Helvetica", 10)
        canvas.drawRightString(x, 700, "UTF-8-")
        x -= stringWidth("UTF-8-", "Helvetica", 10) + 2.8
        canvas.setFont("Times-Roman", 10)
        canvas.drawRightString(x, 700, "ghi")

    assert f"{letters('b')}-UTF-8 {letters('ihg')}" in texts(hebrew(page))[0]


def test_a_latin_line_of_a_right_to_left_page_reads_from_the_left() -> None:
    """A running title for instance; its figures and punctuation too."""

    def page(canvas: Canvas) -> None:
        from_the_right(canvas, [("Helvetica", "Notes on inland waters, Vol. 12")], 760)
        from_the_right(canvas, [("Times-Roman", "abc"), ("Times-Roman", "defg"), ("Times-Roman", "hij")], 700)

    assert texts(hebrew(page))[0].splitlines()[0] == "Notes on inland waters, Vol. 12"


def test_the_cells_of_a_right_to_left_table_stay_in_their_order() -> None:
    """Words far apart are cells; and a number before its unit is right as it is."""

    def page(canvas: Canvas) -> None:
        from_the_right(canvas, [("Times-Roman", "abc"), ("Times-Roman", "defg"), ("Times-Roman", "hij")], 760)
        for x, cell in ((400, "Species"), (300, "Share"), (200, "m"), (185, "12")):
            canvas.setFont("Helvetica", 10)
            canvas.drawRightString(x, 700, cell)

    assert texts(hebrew(page))[0].splitlines()[-1].split() == ["Species", "Share", "m", "12"]


def test_a_page_without_any_right_to_left_word_reads_from_the_left_in_such_a_document() -> None:
    """Pdfium goes by what the document says of itself."""
    pages = [lambda canvas: canvas.drawString(50, 700, "They read the whole document before lunch.")]
    assert texts(hebrew(*pages)) == ["They read the whole document before lunch."]


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_that_stands_on_its_side_or_head_reads_as_upright(quarters: int) -> None:
    """Of one turned by three quarters pdfium alone gives the words from the left."""
    pieces = [("Times-Roman", "abc"), ("Times-Roman", "def"), ("Helvetica", "the user guide"), ("Times-Roman", "ghi")]

    def page(canvas: Canvas) -> None:
        canvas.setPageRotation(90 * quarters)
        from_the_right(canvas, pieces, 700)

    assert texts(hebrew(page)) == [f"{letters('abc')} {letters('def')} the user guide {letters('ghi')}"]


@pytest.mark.parametrize("size", [1, 10, 100])
def test_words_are_as_far_apart_whatever_size_the_font_says_and_the_drawing_makes_of_it(size: int) -> None:
    """Layout programs write fonts of size 1, and the scale of the text makes them as large as they are."""

    def page(canvas: Canvas) -> None:
        canvas.scale(10 / size, 10 / size)
        canvas.setFont("Helvetica", size)
        canvas.drawString(5 * size, 70 * size, "They read the whole document before lunch.")

    assert texts(hebrew(page)) == ["They read the whole document before lunch."]


def test_a_very_long_number_beside_right_to_left_text_takes_no_hours() -> None:
    """The time grew with the square of its length."""
    part, times = "1" * 10_000, 40  # longer strings are cut by pdfium
    pieces = [("Times-Roman", "abc"), ("Times-Roman", "def")]

    def page(canvas: Canvas) -> None:
        from_the_right(canvas, pieces, 700)
        text = canvas.beginText(500, 700)
        text.setFont("Helvetica", 0.1)
        for _ in range(times):
            text.textOut(part)
        canvas.drawText(text)

    assert part * times in texts(hebrew(page))[0]
