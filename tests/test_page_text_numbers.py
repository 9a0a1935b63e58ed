"""Numbers that are drawn without a gap beside a word."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from tests.test_page_text import drawn, lines_at, texts

Piece = tuple[str, float, float]  # what, size, rise


def line(*pieces: Piece, y: float = 700) -> Callable[[Canvas], None]:
    def page(canvas: Canvas) -> None:
        x = 50.0
        for text, size, rise in pieces:
            canvas.setFont("Helvetica", size)
            canvas.drawString(x, y + rise, text)
            x += stringWidth(text, "Helvetica", size)

    return page


def by_sign(*pieces: Piece, y: float = 700) -> Callable[[Canvas], None]:
    """As browsers draw a line."""
    return line(*((sign, size, rise) for text, size, rise in pieces for sign in text), y=y)


def renamed(pdf: bytes, names: bytes) -> bytes:
    """The signs of the fonts have these names, as in a map to text."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        for font in document.pages[0].Resources.Font.values():
            font.ToUnicode = document.make_stream(b"begincmap %b endcmap" % names)
        document.save(out)
    return out.getvalue()


def test_the_mark_of_a_note_is_no_part_of_the_word() -> None:
    """Neither behind the word in the text nor before the first word of the note."""
    in_text = line(("They need firmware", 10, 0), ("12", 7, 4), (" and nothing else.", 10, 0))
    note = line(("12", 6, 3), ("Some devices do not.", 8, 0))
    assert texts(drawn(in_text, note)) == ["They need firmware 12 and nothing else.", "12 Some devices do not."]


def test_a_mark_is_one_too_where_the_font_says_that_its_letters_are_low() -> None:
    """The places of those without ascenders, and of blanks, are half as high as those of others then."""
    out, low = BytesIO(), Dictionary(Type=Name.FontDescriptor, Flags=32, Ascent=467, FontBBox=Array([0, 0, 500, 467]))
    in_text = line(("They need firmware", 10, 0), ("2", 6, 4), (" Under all systems.", 10, 0))
    with pikepdf.open(BytesIO(drawn(in_text))) as document:
        for font in document.pages[0].Resources.Font.values():
            font.FontDescriptor = document.make_indirect(low)
        document.save(out)
    assert texts(out.getvalue()) == ["They need firmware 2 Under all systems."]


def test_a_raised_figure_may_be_a_sign_of_the_font() -> None:
    """Some typesetters take it from the font as it is, and call it 1 or ¹."""
    pdf = drawn(line(("They need firmware\u00b9 and nothing else on 20 km\u00b2 of land.", 10, 0)))
    assert texts(pdf) == ["They need firmware \u00b9 and nothing else on 20 km\u00b2 of land."]
    named = renamed(pdf, b"2 beginbfrange <20> <7e> <0020> <b9> <b9> <0031> endbfrange")
    assert texts(named)[0].startswith("They need firmware 1 and nothing else")


def test_a_raised_sign_that_stands_twice_behind_a_word_is_a_part_of_its_name() -> None:
    """A note has its mark once; a page that has the name once is judged by those before it."""
    both = line(("We set up GOsa\u00b9, since GOsa\u00b9 is at hand.", 10, 0))
    once = line(("With GOsa\u00b9 and a note\u00b9 note\u00b9\u00b2 it works.", 10, 0))
    pages = texts(drawn(once, both, once))
    assert pages[0] == "With GOsa \u00b9 and a note \u00b9 note \u00b9\u00b2 it works."
    assert pages[1] == "We set up GOsa\u00b9, since GOsa\u00b9 is at hand."
    assert pages[2] == "With GOsa\u00b9 and a note \u00b9 note \u00b9\u00b2 it works."


def test_figures_that_belong_to_a_word_stay() -> None:
    """As large as its letters, below them, or the square of a unit."""
    assert texts(drawn(line(("an ext4 disk and x86 code", 10, 0)))) == ["an ext4 disk and x86 code"]
    assert texts(drawn(line(("water and NaHSO", 10, 0), ("4", 7, -2), (" and more", 10, 0)))) == [
        "water and NaHSO4 and more"
    ]
    assert texts(drawn(line(("on 20 km", 10, 0), ("2", 7, 4), (" of land", 10, 0)))) == ["on 20 km2 of land"]


def test_the_square_of_a_product_is_no_mark() -> None:
    """Two small letters without a vowel are no word."""
    assert texts(drawn(line(("He wrote E=mc", 10, 0), ("2", 7, 4), (" there", 10, 0)))) == ["He wrote E=mc2 there"]


@pytest.mark.parametrize("drawn_by", [line, by_sign])
@pytest.mark.parametrize(("size", "rise"), [(7, 4), (8.3, 5)])
def test_raised_figures_behind_others_make_no_longer_number(
    drawn_by: Callable[..., Callable[[Canvas], None]], size: float, rise: float
) -> None:
    """Pdfium ends the line before those that are raised far. A note may be looked for without its mark."""
    notes = ("Sales 12.5", 10, 0), ("1", size, rise), (" in 2019", 10, 0), ("12", size, rise), (", as said", 10, 0)
    powers = ("Between 1.2\xd710", 10, 0), ("-6", 6, 4), (" and 10", 10, 0), ("12", 6, 4), (" or 2", 10, 0), ("8", 6, 4)
    assert texts(drawn(drawn_by(*notes), drawn_by(*powers))) == [
        "Sales 12.5 \xb9 in 2019 \xb9\xb2, as said",
        "Between 1.2\xd710\u207b\u2076 and 10\xb9\xb2 or 2\u2078",
    ]


def test_figures_of_a_line_that_runs_upwards_are_not_raised() -> None:
    """Beside a picture, on an axis."""

    def page(canvas: Canvas) -> None:
        line(("A page of words that run across it", 10, 0))(canvas)
        canvas.rotate(90)
        canvas.drawString(100, -300, "1995 to 2019")

    assert texts(drawn(page))[0].split()[-3:] == ["1995", "to", "2019"]


def test_a_section_number_is_parted_from_the_title_that_it_touches() -> None:
    """As tables of contents have it whose column for the numbers is too narrow."""
    assert texts(drawn(line(("1.10List of tables", 10, 0)))) == ["1.10 List of tables"]
    assert texts(drawn(line(("see 1.10List and 2.4GHz", 10, 0)))) == ["see 1.10List and 2.4GHz"]


def test_contents_are_looked_at_however_long_they_are() -> None:
    """Those of a book go on behind the first pages."""
    plain, contents = line(("words of a page", 10, 0)), line(("1.10List of tables . . . . . . 7", 10, 0))
    assert texts(drawn(*[plain] * 12, contents))[-1] == "1.10 List of tables . . . . . . 7"


def test_marks_of_notes_are_found_on_every_page_once_one_was_seen() -> None:
    """Other pages of a long document are only looked at now and then."""
    marked = line(("the word of a note", 10, 0), ("1", 7, 4), (" and more", 10, 0))
    plain = line(("words without any note", 10, 0))
    assert texts(drawn(marked, *[plain] * 12, marked))[-1] == "the word of a note 1 and more"


def test_notes_are_parted_from_their_marks_on_every_page_once_a_mark_was_seen() -> None:
    """Though no word of the page has one."""
    note, plain = line(("12", 6, 3), ("Some devices do not.", 8, 0)), line(("words without any note", 10, 0))

    def last(canvas: Canvas) -> None:
        plain(canvas)
        line(("12", 6, 3), ("Some devices do not.", 8, 0), y=100)(canvas)

    assert texts(drawn(note, *[plain] * 12, last))[-1] == "words without any note\n\n12 Some devices do not."


def test_a_number_of_raised_figures_of_the_font_is_parted_from_its_note() -> None:
    pdf = drawn(line(("10", 6, 3), ("Some do not.", 8, 0)))
    named = renamed(pdf, b"3 beginbfrange <20> <2f> <0020> <41> <7a> <0041> <30> <31> [<2070> <00b9>] endbfrange")
    assert texts(named) == ["\u00b9\u2070 Some do not."]


def notes(*marks: str) -> Callable[[Canvas], None]:
    """Below a title, as Distiller writes them: fonts of the size 1, drawn larger, and links are pieces of their own."""

    def page(canvas: Canvas) -> None:
        line(("Authors", 9, 0), y=730)(canvas)
        for number, mark in enumerate(marks):
            x = 50.0
            for text, size, rise in (mark, 6, 3.3), ("School of Physics, ", 9, 0), ("Peking", 9, 0):
                drawn_text = canvas.beginText()
                drawn_text.setFont("Helvetica", 1)
                drawn_text.setTextTransform(size, 0, 0, size, x, 700 - 11.5 * number + rise)
                drawn_text.textOut(text)
                canvas.drawText(drawn_text)
                x += stringWidth(text, "Helvetica", size)

    return page


@pytest.mark.parametrize("marks", ["123", "abd"])
def test_notes_below_each_other_are_a_line_each(marks: str) -> None:
    """pdfium takes a small mark for the end of the line above."""
    read = texts(drawn(notes(*marks)))[0].split("\n\n")[1]
    assert read.split("\n") == [f"{mark} School of Physics, Peking" for mark in marks]


def test_the_letter_of_a_note_is_no_part_of_its_word() -> None:
    above, note = line(("above", 9, 0), y=750), line(("a", 6, 3), ("Estimates only.", 9, 0))
    read = texts(drawn(lambda canvas: (above(canvas), note(canvas))[0]))[0]
    assert read == "above\n\na Estimates only."


@pytest.mark.parametrize("pieces", [(("iPod", 9, 0),), (("f", 9, 0), ("Y", 6, -2), (" is it", 9, 0))])
def test_a_small_letter_before_a_capital_may_be_a_part_of_it(pieces: tuple[Piece, ...]) -> None:
    """In a name both stand on the line, and an index in a formula is smaller than what it belongs to."""
    above, below = line(("above", 9, 0), y=750), line(*pieces)
    read = texts(drawn(lambda canvas: (above(canvas), below(canvas))[0]))[0]
    assert read.endswith("".join(text for text, _, _ in pieces))


def test_a_line_goes_on_behind_a_raised_sign() -> None:
    """Pdfium alone ends the line there, and again before the full stop."""
    first = line(("They like a word", 10, 0), ("1", 7, 4), (" here and there", 10, 0), ("2", 7, 4), (".", 10, 0))
    assert texts(drawn(first)) == ["They like a word 1 here and there 2."]


@pytest.mark.parametrize("scale", [1, 1.8, 4.4])
def test_a_line_goes_on_before_a_sign_that_is_raised_far(scale: float) -> None:
    """As browsers raise them, and in the large print of slides; pdfium alone makes seven lines of these."""
    marked = (("Smith and Jones", 10, 0), ("3", 8.3, 5), (" tell of 25 m", 10, 0), ("2", 8.3, 5), (", and of x", 10, 0))
    then = (("n+1", 8.3, 5), (" = y", 10, 0), ("i", 8.3, -3), (". See the 1", 10, 0), ("st", 8.3, 5), (" case.", 10, 0))

    def page(canvas: Canvas) -> None:
        canvas.setPageSize((3_000, 4_000))
        canvas.scale(scale, scale)
        by_sign(*marked, *then)(canvas)

    assert texts(drawn(page)) == ["Smith and Jones 3 tell of 25 m2, and of xn+1 = yi. See the 1st case."]


def test_a_line_goes_on_behind_a_lowered_sign() -> None:
    """Pdfium alone ends it there when the sign is lowered far."""
    formula = line(("It was H", 10, 0), ("2", 8, -5), ("O and boiled", 10, 0))
    assert texts(drawn(formula)) == ["It was H2O and boiled"]


def test_signs_above_each_other_behind_a_letter_stay_in_its_line() -> None:
    def page(canvas: Canvas) -> None:
        by_sign(("The values f", 10, 0), ("k", 8.3, 5))(canvas)
        canvas.drawString(50 + stringWidth("The values f", "Helvetica", 10), 697, "ij")
        canvas.setFont("Helvetica", 10)
        canvas.drawString(111, 700, "determine it.")

    assert texts(drawn(page)) == ["The values fkij determine it."]


def test_lines_with_raised_signs_are_one_paragraph() -> None:
    """The gap to the next line is measured from the line that they belong to."""
    words = ["Words of a line", " with a raised sign"]

    def page(canvas: Canvas) -> None:
        for number in range(4):
            by_sign((words[0], 10, 0), ("a", 8.3, 5), (words[1], 10, 0), y=700 - 14 * number)(canvas)

    assert texts(drawn(page)) == ["\n".join([" a".join(words)] * 4)]


def test_a_row_goes_on_behind_the_mark_of_a_cell() -> None:
    """As pdfium has it without marks; what stands on another line is a line of its own."""
    marked = line(("a word", 10, 0), ("1", 7, 4))

    def row(canvas: Canvas) -> None:
        marked(canvas)
        canvas.setFont("Helvetica", 10)
        canvas.drawString(200, 700, "12.5")
        canvas.setFont("Helvetica", 7)
        canvas.drawString(200 + stringWidth("12.5", "Helvetica", 10), 704, "*")
        canvas.setFont("Helvetica", 10)
        canvas.drawString(300, 700, "a cell")

    def lower(canvas: Canvas) -> None:
        marked(canvas)
        canvas.setFont("Helvetica", 10)
        canvas.drawString(300, 697, "a cell")

    assert texts(drawn(row, lower)) == ["a word 1 12.5* a cell", "a word 1\na cell"]


def test_the_second_line_of_a_note_is_one_though_it_begins_below_the_first() -> None:
    """The mark before the first one is raised, and both are short and stand close."""

    def page(canvas: Canvas) -> None:
        by_sign(("6", 6, 4), ("Two words", 8, 0))(canvas)
        canvas.drawString(50 + stringWidth("6", "Helvetica", 6), 692, "below them")

    assert texts(drawn(page))[0].split() == ["6", "Two", "words", "below", "them"]


@pytest.mark.parametrize("mark", ["2", "10", "*"])
def test_the_first_line_of_a_note_is_no_paragraph(mark: str) -> None:
    """The gap to the second one is measured from the words, not from the raised mark."""

    def page(canvas: Canvas) -> None:
        line((mark, 6, 3.8), (" Be aware that most users of it will", 9, 0), y=100)(canvas)
        line(("not know that, nor know how to view it:", 9, 0), y=89.5)(canvas)
        line(("the converter expects it to be as it is.", 9, 0), y=79)(canvas)

    assert "\n\n" not in texts(drawn(page))[0]


def test_the_mark_of_the_next_note_makes_no_paragraph_of_the_line_above_it() -> None:
    """Raised, it stands closer to that line than the lines do to each other."""

    def page(canvas: Canvas) -> None:
        for y, mark in ((100, "2"), (81, "3")):
            line((mark, 6, 3.8), ("Be aware that most users of it will", 8, 0), y=y)(canvas)
            line(("not know that, nor know how to view it.", 8, 0), y=y - 9.5)(canvas)

    assert "\n\n" not in texts(drawn(page))[0]


def test_a_note_goes_on_behind_its_mark_though_the_gap_is_wide() -> None:
    """Pdfium alone ends a line there."""

    def page(canvas: Canvas) -> None:
        line(("3", 6, 3.8), y=100)(canvas)
        canvas.setFont("Helvetica", 9)
        canvas.drawString(58.3, 100, "currently, files at the top level, and those")
        canvas.drawString(50, 89.5, "that stand below it; there are a few")
        canvas.drawString(50, 79, "that have no name.")

    assert texts(drawn(page))[0].split("\n") == [
        "3 currently, files at the top level, and those",
        "that stand below it; there are a few",
        "that have no name.",
    ]


def test_a_cut_is_not_joined_with_the_page_number_or_the_note_below_it() -> None:
    """The word goes on on the next page, or in the next column."""

    def column(*below: Callable[[Canvas], None]) -> Callable[[Canvas], None]:
        def page(canvas: Canvas) -> None:
            lines_at(canvas, ["The committee reviewed it for a year with seven-", "teen experts and many indepen-"])
            for draw in below:
                draw(canvas)

        return page

    note = line(("1", 6, 3), ("See the report.", 8, 0), y=100)
    level = line(("1 See the report.", 8, 0), y=100)  # as office suites number it
    number = line(("24", 10, 0), y=60)
    top = "The committee reviewed it for a year with seventeen\nexperts and many indepen-"
    assert texts(drawn(column(number), column(note, number), column(level, number))) == [
        f"{top}\n\n24",
        *[f"{top}\n\n1 See the report.\n24"] * 2,
    ]


def test_figures_behind_a_cut_within_a_paragraph_belong_to_its_word() -> None:
    """They are as large as it and stand on its line."""

    def page(canvas: Canvas) -> None:
        lines_at(canvas, ["They came to the Western Isles and to Mul-", "3D prints of it, or GPL-", "3 and more."])

    assert texts(drawn(page)) == ["They came to the Western Isles and to Mul-3D\nprints of it, or GPL-3\nand more."]


def test_a_note_may_begin_with_a_word_of_one_letter() -> None:
    assert texts(drawn(line(("1", 6, 3), ("A team of them.", 8, 0)))) == ["1 A team of them."]
    assert texts(drawn(line(("1A team", 8, 0)))) == ["1A team"]
