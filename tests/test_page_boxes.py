"""Where words stand on pages whose text cleaning changes: pages drawn here, read by the real pdfium."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2
import pytest
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfgen.canvas import Canvas

from ingest_widgets.engines.pages.drawing import boxes
from ingest_widgets.engines.words.glyphs import clean_text
from ingest_widgets.isolation import Task, page_boxes
from ingest_widgets.isolation.wire import MOST_BOXES
from tests.hostile.pdf import assemble, page_objects
from tests.test_page_text import ROOT, drawn, mapped, texts
from tests.test_page_text_numbers import line
from tests.test_page_text_rtl import from_the_right, hebrew, letters
from tests.test_page_text_spacing import spaced

Box = tuple[float, float, float, float]


def width(text: str) -> float:
    return float(stringWidth(text, "Helvetica", 10))


def found(pdf: bytes, *needles: str) -> list[Box]:
    with pypdfium2.PdfDocument(pdf) as document:
        return boxes(document, 0, needles, MOST_BOXES)[2]


def lines(*written: str) -> Callable[[Canvas], None]:
    def page(canvas: Canvas) -> None:
        for number, text in enumerate(written):
            canvas.drawString(50, 700 - 14 * number, text)

    return page


def test_a_word_that_the_mark_of_a_note_touches() -> None:
    pdf = drawn(line(("They need firmware", 10, 0), ("12", 7, 4)))
    ((left, _, right, _),) = found(pdf, "firmware")
    start = 50 + width("They need ")
    assert (left, right) == pytest.approx((start, start + width("firmware")), abs=1)
    assert found(pdf, "firm") == []


def test_the_first_word_of_a_note_behind_a_word_that_the_column_cuts() -> None:
    below = line(("1", 6, 3), ("See the report.", 10, 0), y=100)
    cut = lines("a committee with experts", "and many indepen-")
    pdf = drawn(lambda canvas: (cut(canvas), below(canvas))[0])
    ((left, *_),) = found(pdf, "see")
    assert left == pytest.approx(50 + stringWidth("1", "Helvetica", 6), abs=1)
    assert len(found(pdf, "indepen")) == 1


def test_a_letterspaced_word() -> None:
    """From its first letter to its last one, though pdfium parts the letters."""
    ((left, _, right, _),) = found(drawn(spaced("ARTICLE INFO")), "info")
    start = 50 + sum(width(sign) + 3 for sign in "ARTICLE ")
    assert left == pytest.approx(start, abs=2)
    assert right == pytest.approx(start + width("INFO") + 9, abs=2)


def test_a_compound_whose_hyphen_stays_at_the_end_of_a_line() -> None:
    """As a whole, in a box for each line, and by its parts, which are words."""
    pdf = drawn(lines("a random-effects model is fitted here", "and then we use the random-", "effects factor of it"))
    assert "the random-effects\nfactor" in texts(pdf)[0]
    lefts = {needle: [round(left) for left, *_ in found(pdf, needle)] for needle in ("random", "effects")}
    use, model = round(50 + width("and then we use the ")), round(50 + width("a "))
    assert lefts["random"] == pytest.approx([model, use], abs=1)
    assert lefts["effects"] == pytest.approx([50 + width("a random-"), 50], abs=1)
    assert len(found(pdf, "random-effects")) == 3
    assert len(found(pdf, "random effects")) == 0


def test_a_word_that_was_joined_over_the_end_of_a_line() -> None:
    pdf = drawn(lines("the understanding of water", "and of the under-", "standing of mills"))
    assert "the understanding\nof mills" in texts(pdf)[0]
    assert len(found(pdf, "understanding")) == 3


def test_a_right_to_left_word_only_where_it_is_one() -> None:
    """Not within other words, though its letters are of the category that Chinese signs have, too."""
    pieces = [("Times-Roman", word) for word in ("abc", "ab", "cab", "abd")]
    pdf = hebrew(lambda canvas: from_the_right(canvas, pieces, 700))
    ((left, _, right, _),) = found(pdf, letters("ab"))
    start = 500 - stringWidth("abc", "Times-Roman", 10) - 2.8
    assert (left, right) == pytest.approx((start - stringWidth("ab", "Times-Roman", 10), start), abs=1)


def test_on_a_page_full_of_a_word_the_first_places_are_marked_and_come_through_the_pipe() -> None:
    pdf = drawn(lines(*["heat " * 40] * 40))
    assert len(page_boxes(Task("full", "full.pdf", data=pdf), 1, ["heat"]).boxes) == MOST_BOXES


def in_parts(parts: list[str], turned: int = 0) -> Callable[[Canvas], None]:
    """A line whose parts are drawn each by itself, on a page with other lines."""

    def page(canvas: Canvas) -> None:
        lines("some other words", "that stand upright", "around here")(canvas)
        canvas.translate(300, 400)
        canvas.rotate(turned)
        for number, part in enumerate(parts):
            canvas.drawString(width("".join(parts[:number])), 0, part)

    return page


def test_a_match_has_one_box_though_its_letters_were_drawn_one_by_one() -> None:
    """As browsers do; the apostrophe stands above the letters beside it."""
    ((left, _, right, _),) = found(drawn(in_parts(list("It is five o'clock by now"))), "five o'clock")
    start = 300 + width("It is ")
    assert (left, right) == pytest.approx((start, start + width("five o'clock")), abs=1)


@pytest.mark.parametrize("turned", [90, 270])
def test_a_match_has_one_box_in_a_line_that_runs_otherwise_than_the_page(turned: int) -> None:
    pdf = drawn(in_parts(["It is", " five", " o'clock", " by now"], turned))
    ((left, top, right, bottom),) = found(pdf, "five o'clock")
    assert max(right - left, bottom - top) == pytest.approx(width("five o'clock"), abs=1.5)
    assert min(right - left, bottom - top) < 11


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
@pytest.mark.parametrize("scale", [0.1, 0.4, 1, 12])
def test_words_of_print_of_any_size_that_runs_any_way(scale: float, angle: int) -> None:
    """Upwards, 0.1 times as large, the line stands where the same in ordinary print does, turned and shrunk."""

    def page(canvas: Canvas) -> None:
        canvas.translate(300, 400)
        canvas.rotate(angle)
        canvas.scale(scale, scale)
        canvas.drawString(0, 28, "what stands above")
        canvas.drawString(0, 14, "the old mill")
        canvas.drawString(0, 0, "what stands below")

    ((left, top, right, bottom),) = found(drawn(page), "mill")
    start, end = ((width(text) + 14j) * scale * 1j ** (angle // 90) for text in ("the old ", "the old mill"))
    for turned in start, end:
        near = 10 * scale
        assert left - near < 300 + turned.real < right + near
        assert top - near < 842 - 400 - turned.imag < bottom + near
    assert max(right - left, bottom - top) == pytest.approx(width("mill") * scale, rel=0.1)


def test_a_phrase_has_a_box_for_each_of_its_lines() -> None:
    upper, lower = found(drawn(lines("they came by the old", "mill road at noon")), "the old mill road")
    assert (upper[0], lower[0]) == pytest.approx((50 + width("they came by "), 50), abs=1)
    assert upper[3] < lower[1]


def test_a_word_that_goes_on_behind_a_raised_sign() -> None:
    """Where pdfium ends a line; and neither its second half alone nor two words that a line end parts."""
    pdf = drawn(
        line(("see the 2", 10, 0), ("nd", 7, 4), (" page", 10, 0)),
    )
    ((left, _, right, _),) = found(pdf, "2nd")
    start = 50 + width("see the ")
    assert (left, right) == pytest.approx((start, start + width("2") + 0.7 * width("nd")), abs=1)
    assert len(found(pdf, "the 2nd page")) == 1
    assert found(drawn(lines("he went to", "day school")), "today") == []


def test_a_word_with_a_large_initial() -> None:
    """A box for the initial and one for the rest, so that they cover no other line."""

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 34)
        canvas.drawString(50, 672, "Q")
        canvas.setFont("Helvetica", 10)
        canvas.drawString(78, 697, "uite some people on the bank")
        canvas.drawString(78, 683, "who wait for the boat")

    pdf = drawn(page)
    assert texts(pdf)[0].startswith("Quite some")
    assert [round(left) for left, *_ in found(pdf, "quite")] == pytest.approx([51, 78], abs=1)


def test_a_word_of_a_table_whose_letters_pdfium_takes_for_lines() -> None:
    """It takes the page for one that is written downwards when letters that were drawn alone stand far apart."""

    def page(canvas: Canvas) -> None:
        for row in range(12):
            for x, cell in ((50, f"Article {row}"), (300, str(3 * row)), (480, f"{row * 19.99:.2f}")):
                for number, sign in enumerate(cell):
                    if sign != " ":
                        canvas.drawString(x + width(cell[:number]), 700 - 20 * row, sign)

    pdf = drawn(page)
    with pypdfium2.PdfDocument(pdf) as document:
        assert document[0].get_textpage().get_text_range().startswith("A\r\nr\r\nt")
    parts = found(pdf, "article")
    assert [round(left) for left, *_ in parts] == [50] * 12
    assert [right for _, _, right, _ in parts] == pytest.approx([50 + width("Article")] * 12, abs=1)
    assert len(found(pdf, "Article 7")) == 1


def test_a_word_cut_by_a_browser() -> None:
    """With U+2010, and joined in the text."""
    pdf = mapped("a straightforward inte\u2010", "rpretation of the long\u2010", "term plan")
    assert [len(found(pdf, word)) for word in ("interpretation", "long-term", "term")] == [2, 2, 1]


@pytest.mark.parametrize("code", [0x0C, 0x0E, 0x1C, 0x1E])
def test_a_word_with_a_ligature_in_a_font_without_a_map(code: int) -> None:
    content = b"BT /F1 12 Tf 14 TL 72 720 Td <%b> Tj T* <%b> Tj ET"
    pdf = assemble(page_objects([content % ((b"con%cr" % code).hex().encode(), b"in con-".hex().encode())]))
    letters = clean_text(f"a{chr(code)}a")[0][1:-1]
    assert len(found(pdf, f"con{letters}r")) == 1


@pytest.mark.parametrize("hyphen", ["\u00ad", "-\u00ad\u2010"])
def test_a_compound_with_a_soft_hyphen_that_is_drawn(hyphen: str) -> None:
    assert len(found(mapped(f"a well{hyphen}known way"), "well-known", "known")) == 2


def test_a_word_in_small_capitals_of_an_old_font() -> None:
    """Whose letters pdfium has in the private area."""
    assert len(found(mapped("by K\uf76e\uf775\uf774\uf768, \uf731\uf739\uf737\uf738"), "Knuth", "1978")) == 2


@pytest.mark.parametrize("sign", ["\u200e", "\u200d", "\u007f"])
def test_a_word_with_a_sign_that_nobody_sees(sign: str) -> None:
    assert len(found(mapped(f"one in{sign}no two"), "inno")) == 1


def test_a_word_that_is_stretched() -> None:
    """By a tatweel, which is no letter."""
    stretched, word = "\u0643\u062a\u0640\u0627\u0628", "\u0643\u062a\u0627\u0628"
    assert found(mapped(stretched[::-1]), word)


def test_a_persian_word_beside_a_non_joiner() -> None:
    """Which parts words for who looks for one of them, and none for who types the whole."""
    copy, plural = "\u0646\u0633\u062e\u0647", "\u0647\u0627\u06cc"
    pdf = mapped(f"{copy}\u200c{plural}"[::-1])
    ((left, _, right, _),) = found(pdf, copy)
    ((whole_left, _, whole_right, _),) = found(pdf, copy + plural)
    assert right == whole_right
    assert left == pytest.approx((whole_left + whole_right) / 2, abs=(whole_right - whole_left) / 4)
    assert found(pdf, copy + "\u200c" + plural) == found(pdf, copy + plural)
    assert found(pdf, copy[:3]) == []


def test_right_to_left_words_that_were_drawn_from_the_left() -> None:
    """Every word of a browser's page has boxes from its first letter to its last one, and a phrase has one a line."""
    pdf = (ROOT / "tests" / "data" / "right-to-left-from-a-browser.pdf").read_bytes()
    words = texts(pdf)[0].split()
    assert [word for word in words if not found(pdf, word)] == []
    first, second = (found(pdf, word) for word in words[:2])
    ((left, _, right, _),) = found(pdf, " ".join(words[:2]))
    assert (left, right) == (second[0][0], first[0][2])


def test_latin_words_whose_line_pdfium_turned_round() -> None:
    """Not the whole line of them."""
    pieces = [("Times-Roman", "abc"), ("Helvetica", "the user guide"), ("Times-Roman", "ghi")]
    ((left, _, right, _),) = found(hebrew(lambda canvas: from_the_right(canvas, pieces, 700)), "the user")
    start = 500 - stringWidth("cba", "Times-Roman", 10) - 2.8 - width("the user guide")
    assert (left, right) == pytest.approx((start, start + width("the user")), abs=1)


@pytest.mark.parametrize("turned", [0, 90])
def test_half_width_letters_of_a_chinese_font_that_is_not_in_the_file(turned: int) -> None:
    """They have a height, as the signs beside them."""

    def page(canvas: Canvas) -> None:
        registerFont(UnicodeCIDFont("STSong-Light"))
        canvas.setFont("STSong-Light", 10)
        canvas.translate(300, 400)
        canvas.rotate(turned)
        canvas.drawString(0, 0, "\u4f7f\u7528Debian\u7cfb\u7edf")

    ((left, top, right, bottom),) = found(drawn(page), "Debian")
    width, height = (right - left, bottom - top) if not turned else (bottom - top, right - left)
    assert 25 < width < 35
    assert 5 < height < 15
