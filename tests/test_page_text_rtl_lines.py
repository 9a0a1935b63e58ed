"""Right-to-left lines that pdfium alone mixes up: marks, figures, brackets, and many Latin words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from ingest_widgets.engines.rightleft.lines import is_one_line
from tests.hostile.bombs import cmap_font
from tests.hostile.pdf import assemble, page_objects
from tests.test_page_boxes import found
from tests.test_page_text import texts
from tests.test_page_text_rtl import Piece, from_the_right, letters, written_in

QAMATS = "\u05b8"
# Times' a to z stand for the letters from alef on, and this sign for the mark.
MARK = "|"


def width(text: str, font: str = "Times-Roman", size: int = 10) -> float:
    return float(stringWidth(text, font, size))


def marked(*words: str, low: float = -2) -> Callable[[Canvas], None]:
    """Words from the right, each letter and each mark drawn by itself; a mark follows its letter in the word."""

    def page(canvas: Canvas) -> None:
        x = 500.0
        canvas.setFont("Times-Roman", 10)
        for word in words:
            for sign in word:
                if sign in (MARK, "{"):
                    canvas.drawString(x + 0.5, 700 + low, sign)
                else:
                    x -= width(sign)
                    canvas.drawString(x, 700, sign)
            x -= 2.8

    return page


def in_hebrew(*words: str, low: float = -2) -> bytes:
    return written_in("\u05d0", marked(*words, low=low), marks={MARK: QAMATS})


def hebrew_of(*words: str) -> str:
    return " ".join("".join(QAMATS if sign == MARK else letters(sign) for sign in word) for word in words)


def test_marks_stand_behind_their_letters() -> None:
    """Pdfium alone puts them in the order of their places, which parts words as well."""
    words = "a|bc|", "d|ef|g", "hi|j"
    assert texts(in_hebrew(*words)) == [hebrew_of(*words)]


def test_no_line_ends_at_marks_that_stand_low_or_high() -> None:
    words = "a|bc|", "d|ef|g", "hi|j"
    assert texts(in_hebrew(*words, low=-4)) == [hebrew_of(*words)]


def test_lines_below_each_other_stay_lines() -> None:
    def page(canvas: Canvas) -> None:
        for _ in range(3):
            marked("a|bc|", "d|ef|g")(canvas)
            canvas.translate(0, -13)

    (text,) = texts(written_in("\u05d0", page, marks={MARK: QAMATS}))
    assert text.split("\n") == [hebrew_of("a|bc|", "d|ef|g")] * 3


def on_a_page(*lines: list[Piece]) -> bytes:
    def page(canvas: Canvas) -> None:
        for number, pieces in enumerate(lines):
            from_the_right(canvas, pieces, 760 - 14 * number)

    return written_in("\u05d0", page)


WORDS = [("Times-Roman", word) for word in ("abc", "de", "fghi", "jkl")]


def test_a_line_with_more_latin_words_than_others_reads_from_the_right() -> None:
    """Pdfium alone reads such a line from the left."""
    name, address = "ISO 19005", "www.example.org"
    pieces = [("Times-Roman", "abc"), ("Helvetica", name), ("Times-Roman", "de"), ("Helvetica", address)]
    (text,) = texts(on_a_page(*[WORDS] * 5, [*pieces, ("Times-Roman", "fg")]))
    line = f"{letters('abc')} {name} {letters('de')} {address} {letters('fg')}"
    assert text.splitlines()[-1] == line


def test_latin_lines_of_such_a_page_read_from_the_left() -> None:
    (text,) = texts(on_a_page(WORDS, WORDS, [("Helvetica", "a Latin line"), ("Helvetica", "in two pieces")]))
    assert text.splitlines()[-1] in ("a Latin line in two pieces", "in two pieces a Latin line")


def test_a_bracket_behind_a_figure_opens_before_the_next_word() -> None:
    pieces = [("Times-Roman", "abc"), ("Helvetica", "1892"), ("Times-Roman", "(def)"), ("Times-Roman", "ghi")]
    (text,) = texts(on_a_page(WORDS, pieces))
    assert text.splitlines()[-1] == f"{letters('abc')} 1892 ({letters('def')}) {letters('ghi')}"


def test_figures_beside_each_other_stay_in_their_order() -> None:
    pieces = [("Times-Roman", "abc"), ("Helvetica", "12"), ("Helvetica", "34.5"), ("Times-Roman", "ghi")]
    (text,) = texts(on_a_page(WORDS, pieces))
    assert text.splitlines()[-1] == f"{letters('abc')} 12 34.5 {letters('ghi')}"


@pytest.mark.parametrize(
    ("a", "drawn", "read"),
    [
        ("\u05d0", "50%", "50%"),
        ("\u05d0", "$50", "$50"),
        ("\u05d0", "1948-1967", "1948-1967"),
        ("\u05d0", "60%-50%", "50%-60%"),
        ("\u05d0", "1967_1948", "1948_1967"),  # as a dash, which belongs to no number
        ("\u05d0", "Go 10%", "Go 10%"),
        ("\u0627", "%50", "50%"),
        ("\u0627", "1967-1948", "1948-1967"),
        ("\u0627", "1967_1948", "1948_1967"),
        ("\u0627", "12/05/2024", "12/05/2024"),
        ("\u0627", "COVID-19", "COVID-19"),
    ],
)
def test_numbers_read_as_they_were_typed_from_where_they_are_drawn(a: str, drawn: str, read: str) -> None:
    """Unicode's bidirectional algorithm draws them so (UAX #9); Arabic text makes other numbers of them."""

    def page(canvas: Canvas) -> None:
        for number, pieces in enumerate([WORDS, [("Times-Roman", "abc"), ("Helvetica", drawn), ("Times-Roman", "de")]]):
            from_the_right(canvas, pieces, 760 - 14 * number)

    (text,) = texts(written_in(a, page))
    assert text.splitlines()[-1].split(" ", 1)[1].rsplit(" ", 1)[0] == read


@pytest.mark.parametrize("low", [-2, -4])
def test_a_word_with_marks_is_found_where_it_stands(low: float) -> None:
    """Also as people type it."""
    pdf = in_hebrew("a|bc|", "d|ef|g", "hi|j", low=low)
    start = 500 - width("abc") - 2.8
    for word in (letters("defg"), hebrew_of("d|ef|g")):
        boxes = found(pdf, word)
        assert min(box[0] for box in boxes) == pytest.approx(start - width("defg"), abs=1)
        assert max(box[2] for box in boxes) == pytest.approx(start, abs=1.5)
    assert found(pdf, letters("fe")) == []


def test_words_that_changed_places_are_found_where_they_stand_and_nowhere_else() -> None:
    """Behind a raised sign only a part of the line is read anew."""

    def page(canvas: Canvas) -> None:
        from_the_right(canvas, WORDS, 780)
        canvas.setFont("Helvetica", 7)
        canvas.drawString(505, 763, "*")
        from_the_right(canvas, [("Times-Roman", "abc"), ("Helvetica", "ptext")], 760)

    start = 500 - width("abc")
    ((left, *_, right, _),) = found(written_in("\u05d0", page), "ptext")
    assert (left, right) == pytest.approx((start - 2.8 - width("ptext", "Helvetica"), start - 2.8), abs=1)


def test_brackets_around_figures_stay_as_they_are_beside_mirrored_ones() -> None:
    """Pdfium mirrors those beside right-to-left letters only."""
    pieces = [("Times-Roman", "(abc)"), ("Times-Roman", "de"), ("Helvetica", "(12)"), ("Times-Roman", "ghi")]
    (text,) = texts(on_a_page(WORDS, pieces, pieces))
    assert text.splitlines()[-1] == f"({letters('abc')}) {letters('de')} (12) {letters('ghi')}"


@pytest.mark.parametrize("bracket", ["(", ")"])
@pytest.mark.parametrize("label", ["1", "21", "a"])
def test_the_bracket_of_a_label_closes_it(label: str, bracket: str) -> None:
    """Office suites and browsers draw either sign, and there may be no other one that tells."""
    (text,) = texts(on_a_page(*[[("Times-Roman", label + bracket), *WORDS]] * 2))
    read = letters(label) if label.isalpha() else label[::-1]
    assert [line.split(" ")[0] for line in text.splitlines()] == [f"{read})"] * 2


@pytest.mark.parametrize("pair", ["()", ")("])
def test_a_bracket_beside_a_label_opens_before_its_word(pair: str) -> None:
    """Together they look like a pair, or like one that is mirrored."""
    (text,) = texts(on_a_page([("Times-Roman", f"a{pair[1]}"), ("Times-Roman", f"{pair[0]}bc"), *WORDS], WORDS))
    assert text.split(" ")[:2] == [f"{letters('a')})", f"({letters('bc')}"]


@pytest.mark.parametrize("bracket", ["(", ")"])
def test_a_bracket_that_closes_in_another_line_stands_at_its_word(bracket: str) -> None:
    """Pdfium puts it before a space that was drawn."""

    def page(canvas: Canvas) -> None:
        canvas.setFont("Times-Roman", 10)
        x = 500.0
        for piece in ("abc", " ", bracket, "de", " ", "fghi"):
            x -= width(piece)
            canvas.drawString(x, 740, piece[::-1])

    (text,) = texts(written_in("\u05d0", page))
    assert text == f"{letters('abc')} ({letters('de')} {letters('fghi')}"


def test_a_mark_that_only_orders_others_is_left_out() -> None:
    pdf = written_in("\u05d0", marked("a{|bc|", "d|ef|g"), marks={MARK: QAMATS, "{": "\u034f"})
    assert texts(pdf) == [hebrew_of("a|bc|", "d|ef|g")]
    assert found(pdf, hebrew_of("a|bc|"))


def test_lines_that_pdfium_mixed_are_no_line() -> None:
    """As it does with some that run upwards; parts of a line in any order are one."""
    first, second = range(100), range(100, 200)
    assert not is_one_line([sign for pair in zip(first, second, strict=True) for sign in pair])
    assert is_one_line([*second[50:], -1, *first, *reversed(second[:50])])


def in_arabic(content: bytes, width: int = 1000) -> bytes:
    """A page whose font has kaf, teh, alef, o, and as one sign each lam, lam and heh; f, f and i; c and e.

    Args:
        content: What is drawn.
        width: Of each sign, in thousandths of the size of the font.
    """
    rows = b"<0041> <0643> <0042> <062A> <0043> <0627> <0044> <064406440647> <0045> <006600660069> <0046> <006F>"
    rows += b" <0047> <00630065> <0020> <0020>"
    font = cmap_font(b"8 beginbfchar %b endbfchar" % rows, embedded=False)
    font[94] = font[94].replace(b"/BaseFont", b"/DW %d/BaseFont" % width)
    return assemble(page_objects([content]) | font)


def test_the_letters_of_a_ligature_keep_their_order() -> None:
    """An Arabic one, and a Latin one in such a line, whose order is that of the places."""
    (text,) = texts(in_arabic(b"BT /F1 12 Tf 72 720 Td <0046004500470020004200430042004100200044> Tj ET"))
    assert text == "\u0644\u0644\u0647 \u0643\u062a\u0627\u062a office"


@pytest.mark.parametrize(("sign", "letter", "times"), [("0042", "\u062a", 1), ("0043", "\u0627", 3)])
def test_dots_that_are_called_as_their_letter_are_no_second_one(sign: str, letter: str, times: int) -> None:
    """Typst calls all that it draws of a letter by its name; an alef has no dots."""
    shown = f"[<004600200043{sign}> 800] TJ /F1 5 Tf 2 Ts [<{sign}> -500 <0041>] TJ"
    (text,) = texts(in_arabic(f"BT /F1 12 Tf 72 720 Td {shown} ET".encode()))
    assert text.count(letter) == times


def test_words_of_one_piece_are_parted_on_a_page_that_has_signs_in_pieces_and_spaces() -> None:
    """An office suite draws lines as pieces, and by themselves what its font has no map for; and then spaces."""
    marked = b"/Span <</ActualText <FEFF0643064E>>> BDC 72 700 Td <0041> Tj 3 3 Td <0042> Tj EMC"
    line = b"12 -43 Td [<00420043> -400 <00410042>] TJ 40 0 Td <0020> Tj 20 0 Td <004100430042> Tj"
    (text,) = texts(in_arabic(b"BT /F1 12 Tf %b %b ET" % (marked, line)))
    assert "\u062a\u0643 \u0627\u062a" in text


def test_letters_that_stand_less_apart_than_words_are_one_word_where_pdfium_has_no_space() -> None:
    """Those that aren't joined to the next one have more room than others, in some fonts."""
    words = b"<00410042> -160 <00430042> -300 <00430041> -300 <00430041>"
    (text,) = texts(in_arabic(b"BT /F1 12 Tf 72 720 Td [<0046> -300 %b] TJ ET" % words))
    assert text == "\u0643\u0627 \u0643\u0627 \u062a\u0627\u062a\u0643 o"


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (b"<00430042> -100 <00410042>", "\u062a\u0643 \u062a\u0627"),
        (b"<00410042> -100 <00430042>", "\u062a\u0627\u062a\u0643"),
    ],
)
def test_a_small_gap_ends_a_word_behind_a_letter_that_would_be_joined(words: bytes, read: str) -> None:
    """An alef isn't, wherever it stands."""
    (text,) = texts(in_arabic(b"BT /F1 12 Tf 72 720 Td [<0046> -300 %b] TJ ET" % words))
    assert text == read + " o"


def test_a_space_that_a_letter_reaches_into_is_one_where_pdfium_has_it() -> None:
    """Between Arabic letters of which the first isn't joined."""
    words = b"<00410042> -210 <00430042> -115 <00430041> -210 <00430041>"
    (text,) = texts(in_arabic(b"BT /F1 12 Tf 72 720 Td [<0046> -300 %b] TJ ET" % words, width=500))
    assert text == "\u0643\u0627 \u0643\u0627 \u062a\u0627 \u062a\u0643 o"


def test_brackets_of_a_font_of_one_width_touch_the_figures_in_them() -> None:
    """The places of its signs are narrower than those that they are given, its spaces as wide."""

    def page(canvas: Canvas) -> None:
        from_the_right(canvas, WORDS, 760)
        x = 500.0
        for word in ("cba", "fed", ")", "12", "(", "gi", "kj"):
            font, gap = ("Times-Roman", 7.0) if word.isalpha() else ("Helvetica", 1.7)
            x -= width(word, font) + (7.0 if word == ")" else gap)
            canvas.setFont(font, 10)
            canvas.drawString(x, 740, word)

    (text,) = texts(written_in("\u05d0", page))
    assert "(12)" in text


def test_figures_that_stand_a_little_apart_are_one_number() -> None:
    """Some fonts draw a zero as a point in a wide place."""

    def page(canvas: Canvas) -> None:
        from_the_right(canvas, WORDS, 760)
        from_the_right(canvas, [("Times-Roman", "abc"), ("Helvetica", "0")], 740)
        canvas.drawString(500 - width("abc") - 2.8 - 2 * width("0", "Helvetica") - 1.8, 740, "1")

    (text,) = texts(written_in("\u05d0", page))
    assert text.splitlines()[-1] == f"{letters('abc')} 10"


@pytest.mark.parametrize(("size", "rise", "between"), [(6, 4, " "), (10, 0, "")])
def test_the_mark_of_a_note_is_parted_from_a_right_to_left_word(size: int, rise: float, between: str) -> None:
    """A figure in line with the word belongs to it."""

    def page(canvas: Canvas) -> None:
        from_the_right(canvas, WORDS, 760)
        left = 500 - width("abc")
        for x, y, font, points, piece in [
            (left, 700, "Times-Roman", 10, "cba"),
            (left - width("1", "Helvetica", size) - 0.2, 700 + rise, "Helvetica", size, "1"),
            (left - 20, 700, "Times-Roman", 10, "ed"),
        ]:
            canvas.setFont(font, points)
            canvas.drawString(x, y, piece)

    (text,) = texts(written_in("\u05d0", page))
    assert text.splitlines()[-1] == f"{letters('abc')}{between}1 {letters('de')}"
