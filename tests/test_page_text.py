"""What `PageReader` makes of pages whose text is known: drawn here with reportlab, read by the real pdfium."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from ingest_widgets.engines.pages.open_page import OpenPage, handle_of
from ingest_widgets.engines.pages.page_text import PageReader
from tests.hostile.bombs import cmap_font
from tests.hostile.pdf import assemble, page_objects

ROOT = Path(__file__).parents[1]
PROSE = (
    "The old river runs between large mountains and small villages that every traveller knows by name. "
    "Under the bridge a boat waits for those who want to cross before the evening comes. "
    "Nobody has counted the stones of the wall which keeps the water from the fields. "
    "In spring the meadows are flooded and the birds return from distant countries. "
    "A miller keeps the records of every year and reads them to his guests in winter."
)


def drawn(*pages: Callable[[Canvas], None], producer: str = "", creator: str = "") -> bytes:
    out = BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=1)
    canvas.setProducer(producer)
    canvas.setCreator(creator)
    for page in pages:
        canvas.setFont("Helvetica", 10)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def lines_at(canvas: Canvas, lines: list[str], x: float = 50, y: float = 780, lead: float = 14) -> None:
    for number, line in enumerate(lines):
        canvas.drawString(x, y - lead * number, line)


def texts(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    reader = PageReader(document)
    try:
        return [reader.text(index)[0] for index in range(len(document))]
    finally:
        document.close()


def column(width: int) -> list[str]:
    lines, line = [], ""
    for word in (PROSE + " " + PROSE).split():
        if len(line) + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line]


def test_a_word_cut_at_a_line_end_is_whole_again() -> None:
    """The word goes into the upper line, the rest of the lower line stays where it was."""
    pdf = drawn(lambda canvas: lines_at(canvas, ["They read the docu-", "ment before the meeting", "and left."]))
    assert texts(pdf) == ["They read the document\nbefore the meeting\nand left."]


def mapped(*lines: str) -> bytes:
    """A page of these lines, of any signs."""
    codes = {sign: 0x41 + n for n, sign in enumerate(sorted(set("".join(lines))))}
    rows = b" ".join(b"<%04x> <%04x>" % (code, ord(sign)) for sign, code in codes.items())
    shown = b" T* ".join(b"<%b> Tj" % b"".join(b"%04x" % codes[sign] for sign in line) for line in lines)
    font = cmap_font(b"%d beginbfchar %b endbfchar" % (len(codes), rows), embedded=False)
    return assemble(page_objects([b"BT /F1 12 Tf 14 TL 72 720 Td %b ET" % shown]) | font)


def test_a_word_cut_by_a_browser_is_whole_again() -> None:
    """It draws another hyphen (U+2010) than people type, and pdfium doesn't take that for a cut."""
    pdf = mapped("a straightforward inte\u2010", "rpretation of the long\u2010", "term, long\u2010term plan")
    assert texts(pdf) == ["a straightforward interpretation\nof the long-term,\nlong\u2010term plan"]


def test_a_soft_hyphen_that_is_drawn_within_a_line_is_a_hyphen() -> None:
    """Fonts have one glyph for both, and programs say the wrong one of it; at a line's end it has cut a word."""
    pdf = mapped("a well\u00adknown way, 2010\u00ad2015, sea-\u00ad\u2010level docu\u00ad", "ment of it")
    assert texts(pdf) == ["a well-known way, 2010-2015, sea-level document\nof it"]


@pytest.mark.parametrize("producer", ["Skia/PDF m126", "Microsoft\u00ae Word 2019", "LibreOffice 7.4"])
def test_a_plain_hyphen_of_browsers_and_office_suites_is_the_authors(producer: str) -> None:
    """Of other documents nobody knows whether it cuts the word."""
    page = lambda canvas: lines_at(canvas, ["Keep away from high-", "temperature places."])  # noqa: E731
    assert texts(drawn(page, producer=producer)) == ["Keep away from high-temperature\nplaces."]
    assert texts(drawn(page, producer="Any PDF Library")) == ["Keep away from hightemperature\nplaces."]


def test_tex_cuts_words_whatever_the_hyphens_are_that_were_seen() -> None:
    lines = ["the last word, once and for one", "is a one-", "last time, and a sta-", "tion of it"]
    page = lambda canvas: lines_at(canvas, lines)  # noqa: E731
    read = [texts(drawn(page, producer=name))[0] for name in ("pdfTeX-1.40.25", "Any PDF Library")]
    assert ["and a station\n" in text for text in read] == [True, False]


@pytest.mark.parametrize("creator", ["LaTeX with hyperref package", "dvips(k) 5.95b"])
def test_so_it_does_where_another_program_drew_its_pages_anew(creator: str) -> None:
    page = lambda canvas: lines_at(canvas, ["The files should ap-", "pear in the folder."])  # noqa: E731
    quartz = "Mac OS X 10.6.8 Quartz PDFContext"
    read = [texts(drawn(page, producer=quartz, creator=name))[0] for name in (creator, "Pages")]
    assert ["should appear\n" in text for text in read] == [True, False]


def test_the_document_tells_which_hyphens_belong_to_a_word() -> None:
    """An earlier page that writes the compound in the middle of a line keeps it; the same without it is joined."""
    seen = lambda canvas: lines_at(canvas, ["A key-ordered value is possible here."])  # noqa: E731
    cut = lambda canvas: lines_at(canvas, ["This is a key-", "ordered value."])  # noqa: E731
    assert texts(drawn(seen, cut))[1] == "This is a key-ordered\nvalue."
    assert texts(drawn(cut)) == ["This is a keyordered\nvalue."]


def test_columns_drawn_line_by_line_across_are_read_one_after_the_other() -> None:
    """First the heading over both, then all of the left column, then all of the right one."""
    left, right = column(40)[:18], column(44)[:18]

    def page(canvas: Canvas) -> None:
        canvas.drawString(50, 810, "A heading that stands over both of the columns and is quite long, as headings are")
        for number, pair in enumerate(zip(left, right, strict=True)):
            for x, line in zip((50, 310), pair, strict=True):
                canvas.drawString(x, 780 - 14 * number, line)

    (text,) = texts(drawn(page))
    assert text.split()[:4] == ["A", "heading", "that", "stands"]
    assert text.split()[16:] == " ".join(left + right).split()


@pytest.mark.parametrize("lower", [4, 6, -4, -6])
def test_columns_drawn_across_are_read_one_after_the_other_where_their_lines_stand_at_other_heights(lower: int) -> None:
    """Below a heading in one of them, say; whatever stands higher is drawn first."""
    left, right = column(40)[:18], column(44)[:18]

    def page(canvas: Canvas) -> None:
        places = [(780 - 15 * number - low, x) for number in range(18) for x, low in ((50, 0), (310, lower))]
        for y, x in sorted(places, reverse=True):
            lines = left if x == 50 else right
            canvas.drawString(x, y, lines[(780 - (lower if x > 50 else 0) - y) // 15])

    assert texts(drawn(page))[0].split("\n") == left + right


def test_paragraphs_of_one_line_each_are_parted_in_columns_drawn_across_as_well() -> None:
    left, right = ([f"{line.capitalize()}." for line in column(width)[:18]] for width in (40, 44))

    def page(canvas: Canvas) -> None:
        for number, pair in enumerate(zip(left, right, strict=True)):
            for x, line in zip((50, 310), pair, strict=True):
                canvas.drawString(x, 780 - 20 * number, line)

    (text,) = texts(drawn(page))
    assert text.split("\n\n") == left + right


def test_columns_whose_lines_were_drawn_as_one_piece_are_read_one_after_the_other() -> None:
    """The gap is nothing but a number between two strings, and numbers of lines stand beside the left column."""
    left, right = column(40)[:18], column(44)[:18]

    def page(canvas: Canvas) -> None:
        canvas.setFont("Courier", 8)
        for number, (one, other) in enumerate(zip(left, right, strict=True)):
            y = 780 - 14 * number
            wide = 600 * (46 - len(one))
            canvas._code.append(f"BT /F1 8 Tf 1 0 0 1 60 {y} Tm [({one}) {-wide} ({other})] TJ ET")
            if number % 2:
                canvas.drawString(40, y, f"{number}")

    (text,) = texts(drawn(page, page))[1:]
    assert [word for word in text.split() if not word.isdigit()] == " ".join(left + right).split()


def test_a_table_stays_in_rows() -> None:
    """Short cells with wide gaps are no columns of prose."""
    rows = [(f"river {n}", f"{n * 37} litres", f"{n * 11} days", "open") for n in range(40)]

    def page(canvas: Canvas) -> None:
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                canvas.drawString(50 + 130 * place, 800 - 14 * number, cell)

    assert texts(drawn(page))[0].split() == " ".join(" ".join(row) for row in rows).split()


def test_terms_beside_their_meanings_stay_together() -> None:
    """A column that is mostly empty is one of a table, however long its longest cell is."""
    terms = ["the cross-reference table of a long document", *(f"one of the terms, its number {n}" for n in range(30))]
    meanings = [line for line in column(44) * 2 if len(line) > 30][: len(terms)]

    def page(canvas: Canvas) -> None:
        for number, row in enumerate(zip(terms, meanings, strict=True)):
            for x, cell in zip((50, 310), row, strict=True):
                canvas.drawString(x, 800 - 14 * number, cell)

    rows = [" ".join(row) for row in zip(terms, meanings, strict=True)]
    assert texts(drawn(page))[0].split() == " ".join(rows).split()


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_reads_like_an_upright_one(turn: int) -> None:
    """/Rotate changes how a page is shown, not what it says."""
    lines = column(80)
    pdf = pikepdf.open(BytesIO(drawn(lambda canvas: lines_at(canvas, lines))))
    pdf.pages[0].rotate(turn, relative=False)
    out = BytesIO()
    pdf.save(out)
    assert texts(out.getvalue())[0].split() == " ".join(lines).split()


@pytest.mark.parametrize("turn", [90, 180, 270])
@pytest.mark.parametrize("stands", [0, 90])
def test_letters_that_are_drawn_one_by_one_are_words_on_a_turned_page_too(stands: int, turn: int) -> None:
    """As browsers draw them: pdfium takes the gaps of a page that stands on its head for those between words."""
    lines = column(60)[:8]

    def page(canvas: Canvas) -> None:
        canvas.translate(297, 421)
        canvas.rotate(stands)
        for number, line in enumerate(lines):
            x = -200.0
            for letter in line:
                canvas.drawString(x, 150 - 14 * number, letter)
                x += canvas.stringWidth(letter)

    pdf = pikepdf.open(BytesIO(drawn(page)))
    pdf.pages[0].rotate(turn, relative=False)
    out = BytesIO()
    pdf.save(out)
    assert texts(out.getvalue())[0].split() == " ".join(lines).split()


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_text_drawn_sideways_keeps_its_order_and_its_paragraphs(angle: int) -> None:
    """Places are taken along the text, whichever way it runs over the page."""
    lines = column(60)[:8]

    def page(canvas: Canvas) -> None:
        canvas.translate(297, 421)
        canvas.rotate(angle)
        lines_at(canvas, lines, x=-200, y=150)
        lines_at(canvas, lines, x=-200, y=0)

    assert texts(drawn(page)) == ["\n".join(lines) + "\n\n" + "\n".join(lines)]


@pytest.mark.parametrize("turn", [0, 90, 270])
@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_table_in_landscape_has_its_running_head_before_it_and_its_number_behind(angle: int, turn: int) -> None:
    """The one stands upright, the others don't, whichever way the page is turned."""
    lines = column(60)[:8]

    def page(canvas: Canvas) -> None:
        canvas.drawString(250, 800, "A running head")
        canvas.saveState()
        canvas.translate(297, 421)
        canvas.rotate(angle)
        lines_at(canvas, lines, x=-200, y=150)
        canvas.restoreState()
        canvas.drawString(290, 40, "17")

    pdf = pikepdf.open(BytesIO(drawn(page)))
    pdf.pages[0].rotate(turn, relative=False)
    out = BytesIO()
    pdf.save(out)
    assert texts(out.getvalue())[0].split() == ["A", "running", "head", *" ".join(lines).split(), "17"]


def test_accents_drawn_beside_their_letters_are_put_on_them() -> None:
    """The box of the accent lies over the letter; a tilde or a caret with a place of its own stays."""

    def page(canvas: Canvas) -> None:
        x = 50.0
        for accent, base in [("", "caf"), ("´", "e"), ("", " na"), ("¨", "i"), ("", "ve ~ x^2")]:
            width = pdfmetrics.stringWidth(base, "Helvetica", 10)
            if accent:
                canvas.drawString(x + (width - pdfmetrics.stringWidth(accent, "Helvetica", 10)) / 2, 700, accent)
            canvas.drawString(x, 700, base)
            x += width

    assert texts(drawn(page)) == ["café naïve ~ x^2"]


@pytest.mark.parametrize(
    ("drawn_in_one", "whole"),
    [
        (b"(vo) -400 (\\264) 700 (m) -280 (so)", "vo\u1e3f so"),
        (b"(vo) -680 (\\264) 700 (m) -280 (so)", "vo \u1e3f so"),
    ],
)
def test_an_accent_leaves_no_space_within_a_word(drawn_in_one: bytes, whole: str) -> None:
    """Pdfium sees gaps where the pen goes back and forth: real ones part letters that stand apart."""
    assert texts(assemble(page_objects([b"BT /F1 10 Tf 50 700 Td [%b] TJ ET" % drawn_in_one]))) == [whole]


def test_accents_that_are_drawn_in_a_row_leave_no_space_within_a_word() -> None:
    """The first one goes to a letter farther left."""
    stroke = b"(ex and so vo) 5838 ( \\264) -5480 (\\264) 580 (mso)"
    pdf = assemble(page_objects([b"BT /F1 10 Tf 50 700 Td [%b] TJ ET" % stroke]))
    assert texts(pdf) == ["\u00e9x and so vo\u1e3fso"]


def test_an_accent_before_a_number_at_the_margin_leaves_the_space() -> None:
    parts = [(50, b"SION"), (61.7, b"\\264"), (300, b"3")]
    strokes = b" ".join(b"1 0 0 1 %.1f 700 Tm (%b) Tj" % part for part in parts)
    assert texts(assemble(page_objects([b"BT /F1 10 Tf %b ET" % strokes]))) == ["SI\u00d3N 3"]


@pytest.mark.parametrize(
    ("behind", "text"), [("lich zu", "\u00dcbersichtlich\nzu"), ("Land zu", "\u00dcbersicht-\nLand zu")]
)
def test_an_accent_that_hangs_at_the_end_of_a_line_hides_no_cut(behind: str, text: str) -> None:
    """Some of TeX's drivers draw it when all of the line is drawn."""
    strokes = f"1 0 0 1 50 700 Tm (Ubersicht-) Tj 1 0 0 1 52 702.3 Tm (\\250) Tj 1 0 0 1 50 688 Tm ({behind}) Tj"
    assert texts(assemble(page_objects([f"BT /F1 10 Tf {strokes} ET".encode()]))) == [text]


def test_an_accent_in_another_line_stays_there() -> None:
    """It lies over a letter, but not at its height."""
    pdf = drawn(lambda canvas: (canvas.drawString(50, 760, "\u00b4"), canvas.drawString(50, 700, "e and so on"))[0])
    assert texts(pdf)[0].split() == ["\u00b4", "e", "and", "so", "on"]


def begun(initial: str, rest: str, more: str = "and for the evening to come.") -> Callable[[Canvas], None]:
    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 34)
        canvas.drawString(50, 672, initial)
        canvas.setFont("Helvetica", 10)
        lines_at(canvas, [f"{rest} people on the bank", "who wait for the boat"], x=77, y=700)
        lines_at(canvas, [more], y=658)

    return page


@pytest.mark.parametrize(
    ("initial", "rest", "read"),
    [
        ("T", "here are", "There are"),
        ("O", "nce more", "Once more"),
        ("E", "very day", "Every day"),
        ("I", "am the", "I am the"),
        ("A", "new day for", "A new day for"),
    ],
)
def test_a_large_initial_belongs_to_its_word(initial: str, rest: str, read: str) -> None:
    """Unless it may be a word by itself."""
    assert texts(drawn(begun(initial, rest)))[0].split()[: len(read.split())] == read.split()


def test_the_words_of_the_document_tell_whether_an_initial_is_one_of_them() -> None:
    """Of this page and of those before: In is a word elsewhere, and in Italian both e and lei are."""
    (text,) = texts(drawn(begun("I", "n time", "who lives in the city")))
    assert text.split() == "In time people on the bank who wait for the boat who lives in the city".split()
    italian = lambda canvas: lines_at(canvas, ["lui e lei e noi"])  # noqa: E731
    assert texts(drawn(italian, begun("E", "lei vede")))[1].split()[:3] == ["E", "lei", "vede"]


def test_paragraphs_are_parted_by_gaps_and_by_indents() -> None:
    """A wider gap always counts, an indent only behind the end of a sentence."""

    def page(canvas: Canvas) -> None:
        lines_at(canvas, ["Heading"], y=790)
        lines_at(canvas, ["First line of a paragraph that", "goes on and ends here."], y=765)
        canvas.drawString(70, 737, "Second one begins further in,")
        lines_at(canvas, ["goes on from the margin again", "and ends."], y=723)

    (text,) = texts(drawn(page))
    assert text.split("\n\n") == [
        "Heading",
        "First line of a paragraph that\ngoes on and ends here.",
        "Second one begins further in,\ngoes on from the margin again\nand ends.",
    ]


def test_entries_of_a_dictionary_are_parted_though_they_begin_with_small_letters() -> None:
    """Their other lines stand further in; a line behind one that ends within an address is no entry."""

    def page(canvas: Canvas) -> None:
        entries = ["abbey: a building in which monks", "or nuns live.", "abet: to help someone to do", "wrong."]
        entries += ["abhor: to regard as https://www.", "example.org does."]
        for number, line in enumerate(entries):
            canvas.drawString(50 + 10 * (number % 2), 780 - 12 * number, line)
        for number, line in enumerate(["See https://www.", "example.org for others.", "And so on."]):
            canvas.drawString(62 - 12 * (number % 2), 600 - 12 * number, line)

    (text,) = texts(drawn(page))
    assert text.split("\n\n")[:3] == [
        "abbey: a building in which monks\nor nuns live.",
        "abet: to help someone to do\nwrong.",
        "abhor: to regard as https://www.\nexample.org does.",
    ]
    assert "https://www.\nexample.org for others." in text


def test_lines_at_one_distance_are_one_paragraph() -> None:
    """Double spacing alone parts nothing."""
    assert "\n\n" not in texts(drawn(lambda canvas: lines_at(canvas, column(70), lead=24)))[0]


SPACED = [
    "The river runs between large mountains and",
    "small villages.",
    "Under the bridge a boat waits for those who",
]
SPACED += [
    "want to cross.",
    "Nobody has counted the stones of the wall",
    "which keeps the water from the fields; it",
    "is long.",
]


def set_apart(lines: list[str], *gaps: float, lead: float = 24) -> Callable[[Canvas], None]:
    """Lines of which the third and the fifth stand so much farther below the one before; the last, if it is told, too.

    Args:
        lines: Seven.
        gaps: Two or three.
        lead: From line to line elsewhere.
    """

    def page(canvas: Canvas) -> None:
        y = 780.0
        for number, line in enumerate(lines):
            y -= lead + dict(zip((2, 4, 6), gaps, strict=False)).get(number, 0)
            canvas.drawString(50, y, line)

    return page


@pytest.mark.parametrize(("gap", "lead"), [(6, 24), (2, 16)])
def test_a_slightly_wider_gap_parts_paragraphs_where_lines_are_even(gap: float, lead: float) -> None:
    """As office suites set them: wide lines, and a little more behind each paragraph."""
    (text,) = texts(drawn(set_apart(SPACED, gap, gap, lead=lead)))
    assert text.split("\n\n") == ["\n".join(SPACED[:2]), "\n".join(SPACED[2:4]), "\n".join(SPACED[4:])]


def test_slightly_wider_gaps_part_nothing_where_lines_vary_or_sentences_go_on() -> None:
    """Tall signs push lines apart, too."""
    stops = [f"{line.rstrip('.;')}." for line in SPACED]
    pages = [(stops, (6, 4)), (stops, (6, 6, 3)), ([line.rstrip(".") for line in SPACED], (6, 6)), (SPACED, (6, 6, 6))]
    for text in texts(drawn(*[set_apart(lines, *gaps) for lines, gaps in pages])):
        assert "\n\n" not in text


def test_paragraphs_of_one_line_each_are_parted_by_gaps_like_those_around_them() -> None:
    """Behind one of several lines or alone on the page, where the size of the letters alone says that these are gaps.

    Wide lines of which but some happen to end with a sentence are those of a manuscript.
    """
    prose = [
        "The first paragraph has one more line than",
        "the others.",
        "Another one.",
        "And a third one!",
        "The last.",
    ]

    def page(canvas: Canvas) -> None:
        lines_at(canvas, prose[:1], y=794)
        lines_at(canvas, prose[1:], lead=22)

    def wide(lines: list[str]) -> Callable[[Canvas], None]:
        return lambda canvas: lines_at(canvas, lines, lead=22)

    manuscript = [f"{line}." if number % 4 == 0 else line for number, line in enumerate(map(str.title, column(40)))]
    behind, alone, one = texts(drawn(page, wide(prose[1:]), wide(manuscript)))
    assert behind.split("\n\n") == ["\n".join(prose[:2]), *prose[2:]]
    assert alone.split("\n\n") == prose[1:]
    assert "\n\n" not in one


def test_headings_are_parted_from_each_other_and_from_a_paragraph_of_one_line() -> None:
    """The gaps are all alike, the sizes of the letters aren't; rows of a table have one, and the parts of a formula.

    Below a heading a gap may be smaller; the mark of a note is smaller than its lines.
    """

    def page(canvas: Canvas) -> None:
        lines = [
            (20, "Chapter 2"),
            (16, "What remains"),
            (12, "2.1 Very little"),
            (10, "It is one line"),
            (10, "or two"),
        ]
        for number, (size, line) in enumerate(lines):
            canvas.setFontSize(size)
            canvas.drawString(50, 780 - 34 * number, line)
        lines_at(canvas, ["1904 3 12", "1905 4 17", "1906 5 1"], y=500, lead=18)
        for size, y, line in ((10, 400, "a b"), (14, 375, "X"), (10, 350, "c d")):
            canvas.setFontSize(size)
            canvas.drawString(50, y, line)
        for size, x, y, line in (
            (12, 50, 300, "Contents"),
            (10, 50, 284, "Some more words"),
            (10, 50, 270, "than one"),
        ):
            canvas.setFontSize(size)
            canvas.drawString(x, y, line)
        for size, x, y, line in ((5, 50, 104, "1"), (9, 54, 100, "A note of two"), (9, 50, 86, "lines of words")):
            canvas.setFontSize(size)
            canvas.drawString(x, y, line)

    (text,) = texts(drawn(page))
    assert "\n\nContents\n\nSome more words\nthan one\n\n" in text
    assert text.endswith("\n\n1 A note of two\nlines of words")
    assert text.split("\n\n")[:4] == ["Chapter 2", "What remains", "2.1 Very little", "It is one line\nor two"]
    assert "1904 3 12\n1905 4 17\n1906 5 1" in text
    assert "a b\nX\nc d" in text


def test_what_stands_in_the_margin_or_begins_a_column_in_other_letters_is_parted() -> None:
    """Where a column goes on with the same letters, a sentence does."""
    prose = column(40)[:12]

    def page(canvas: Canvas) -> None:
        lines_at(canvas, prose[:6])
        canvas.setFontSize(8)
        canvas.drawString(310, 780, "Stones and walls")
        canvas.setFontSize(12)
        lines_at(canvas, prose[6:9], x=310, y=740)
        lines_at(canvas, prose[9:], x=310, y=780)

    (text,) = texts(drawn(page))
    first, note, last = text.split("\n\n")
    assert (first.split("\n"), note, last.split("\n")) == (prose[:6], "Stones and walls", prose[6:])


def test_what_people_say_in_novels_is_parted_though_each_line_begins_where_the_one_before_does() -> None:
    """Full lines below each other that stand further in belong to one entry, lines of a program to it."""
    said = ["\u201cYes,\u201d he said.", "\u201cNo?\u201d", "He was silent, and he had been so"]
    novel = ["Some words that are as many as fill a line", "and end.", *said, "since he had come home."]
    entry = [
        "Author, A., and B. Author. Words and all. 2010.",
        "A title that goes on to the end of J. Entert.",
        "Technol. 7.",
    ]
    code = ["It is written as", "Print(1);", "Print(2);", "and done."]

    def page(canvas: Canvas) -> None:
        for number, line in enumerate(novel):
            canvas.drawString(62 if line in said else 50, 780 - 14 * number, line)
        for number, line in enumerate([*entry, entry[0], entry[2], *code]):
            canvas.drawString(50 if line in (entry[0], code[0], code[-1]) else 62, 600 - 14 * number, line)

    (text,) = texts(drawn(page))
    assert text.split("\n\n")[:4] == ["\n".join(novel[:2]), *said[:2], "\n".join(novel[4:])]
    assert "\n".join(entry) in text
    assert "\n".join(code) in text


def test_right_to_left_text_that_a_browser_printed_is_read_as_it_is_written() -> None:
    """Chromium draws some words from the left and kerns letters apart; plain pdfium gets ten of these words wrong."""
    persian = "کتابخانه بزرگ شهر هر روز صبح باز است و خوانندگان بسیاری به آنجا می روند"
    arabic = "ذهب الطالب إلى المكتبة الكبيرة وقرأ كتابا عن تاريخ العلوم في المدينة القديمة"
    (text,) = texts((ROOT / "tests" / "data" / "right-to-left-from-a-browser.pdf").read_bytes())
    assert text.split() == f"{persian} {arabic}".split()


@pytest.mark.parametrize("far", ["1e30", "-99999999", "1e300"])
def test_text_far_outside_the_page_breaks_nothing(far: str) -> None:
    """Any number may stand in a file: places are only believed where paper could be."""
    lines = column(40)[:20]
    pdf = pikepdf.open(BytesIO(drawn(lambda canvas: lines_at(canvas, lines))))
    odd = "".join(f"BT /F1 10 Tf {far if n % 2 else n} {n % 5} Td (word{n} and more) Tj ET\n" for n in range(60))
    pdf.pages[0].contents_add(odd.encode())
    out = BytesIO()
    pdf.save(out)
    assert " ".join(lines) in " ".join(texts(out.getvalue())[0].split())


def test_an_empty_page_is_an_empty_text() -> None:
    """Nothing drawn, nothing read, no warning."""
    document = pypdfium2.PdfDocument(drawn(lambda canvas: canvas.line(0, 0, 100, 100)))
    assert PageReader(document).text(0) == ("", ())
    document.close()


def test_a_page_that_is_not_there_is_an_error() -> None:
    """The caller tries another engine then."""
    document = pypdfium2.PdfDocument(drawn(lambda canvas: lines_at(canvas, ["one"])))
    with pytest.raises(pypdfium2.PdfiumError, match="page 8 can't be loaded"):
        PageReader(document).text(7)
    document.close()


def test_the_benchmark_holds_its_goals() -> None:
    """On the synthetic set: words >= 99.9, phrases >= 99, hyphens left <= 0.05 per 1,000 words."""
    command = [sys.executable, "-m", "benchmarks.text_quality", "--engines", "ingest_widgets"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120).stdout
    words, right, phrases, hyphens, *_ = (float(cell) for cell in printed.splitlines()[-1].split("|")[2:-2])
    assert words >= 99.9
    assert right >= 99.9
    assert phrases >= 99
    assert hyphens <= 0.05


def test_places_of_more_signs_than_there_is_room_for_at_once_are_those_of_each(samples: Path) -> None:
    with pypdfium2.PdfDocument(samples / "paper-two-columns.pdf") as document, OpenPage(handle_of(document), 0) as page:
        few = list(range(0, len(page.text), 3))
        each = [page.origins([index])[0] for index in few]
        assert len(set(each)) > 500
        assert page.origins(few * 3) == each * 3
        assert len(few * 3) > 2048
        assert page.pens([]) == ([], [])
        assert page.pens(few * 1200)[0] == page.pens(few)[0] * 1200  # a broken file has a million
