"""Signs that were drawn in several pieces, with what they mean beside them, as browsers and office suites do."""

from __future__ import annotations

from collections.abc import Sequence

import pypdfium2
import pytest

from ingest_widgets.engines.pages.drawing import boxes
from ingest_widgets.engines.pages.open_page import OpenPage, handle_of
from tests.hostile.pdf import assemble, page_objects, stream
from tests.test_page_text import texts

Sign = tuple[str, Sequence[tuple[str, float, float]]]
"""What it means, and its pieces: a letter of Helvetica, where it stands behind the one before, and how high."""


def browser_page(*signs: Sign, drawn_behind: str = "") -> bytes:
    """A line of these signs, each piece drawn by itself, and more behind it."""
    return browser_pages(signs, drawn_behind=drawn_behind)


def browser_pages(*lines: Sequence[Sign], drawn_behind: str = "") -> bytes:
    """Such a line a page."""
    return assemble(page_objects([_drawn(line, drawn_behind) for line in lines]))


def _drawn(line: Sequence[Sign], behind: str) -> bytes:
    content = ["BT /F1 20 Tf 100 700 Td"]
    for meaning, pieces in line:
        if meaning:
            content.append(f"/Span <</ActualText <FEFF{meaning.encode('utf-16-be').hex()}>>> BDC")
        for letter, across, up in pieces:
            content += [f"{across} {up} Td ({letter}) Tj 0 {-up} Td"]
        if meaning:
            content.append("EMC")
    return "\n".join([*content, behind, "ET"]).encode()


# Two signs of Thai: each a letter with a mark above it, which begins behind the next letter and is drawn to the left.
KO: Sign = ("\u0e01\u0e34", [("m", 0, 0), ("-", 18, 8)])
SO: Sign = ("\u0e2a\u0e37", [("m", -1, 0), ("-", 18, 8)])


def test_a_letter_with_a_mark_is_read_once() -> None:
    """Pdfium alone reads it again behind the next one, parted from it by a space."""
    assert texts(browser_page(KO, SO, SO)) == ["\u0e01\u0e34\u0e2a\u0e37\u0e2a\u0e37"]


def test_no_line_ends_at_a_mark_that_stands_high() -> None:
    high: Sign = ("\u0e01\u0e4d\u0e49", [("m", -1, 0), ("-", 18, 18)])
    assert texts(browser_page(KO, high, SO)) == ["\u0e01\u0e34\u0e01\u0e4d\u0e49\u0e2a\u0e37"]


# Devanagari: a letter whose vowel sign is drawn behind it by itself.
BHA: Sign = ("\u092d\u093e", [("m", 0, 0), ("l", 16.7, 0)])
RA: Sign = ("\u0930\u093e", [("m", 3.2, 0), ("l", 16.7, 0)])
LA: Sign = ("\u0932\u093e", [("m", 10, 0), ("l", 16.7, 0)])


def test_no_space_is_read_between_the_signs_of_a_word() -> None:
    """Pdfium alone takes the place of one piece for all of the sign's."""
    assert texts(browser_page(BHA, RA)) == ["\u092d\u093e\u0930\u093e"]


def test_a_gap_between_words_is_a_space_whether_one_was_drawn_or_not() -> None:
    drawn: Sign = ("", [(" ", 3.2, 0)])
    after: Sign = ("\u0932\u093e", [("m", 5.6, 0), ("l", 16.7, 0)])
    expected = ["\u092d\u093e\u0930\u093e \u0932\u093e"]
    assert texts(browser_page(BHA, RA, drawn, after)) == expected
    assert texts(browser_page(BHA, RA, LA)) == expected


def test_where_spaces_are_drawn_a_gap_without_one_is_none() -> None:
    """Letters of Tamil stand apart about as far as words of Devanagari."""
    wide: Sign = ("\u0930\u093e", [("m", 5.6, 0), ("l", 16.7, 0)])
    drawn: Sign = ("", [(" ", 3.2, 0)])
    after: Sign = ("\u0932\u093e", [("m", 5.6, 0), ("l", 16.7, 0)])
    assert texts(browser_page(BHA, wide, drawn, after)) == ["\u092d\u093e\u0930\u093e \u0932\u093e"]


def test_a_meaning_of_several_lines_is_no_sign() -> None:
    """Its pieces stay as they are."""
    lines: Sign = ("\u0e01\u0e34\u0e2a\u0e37", [("mmm", 0, 0), ("mmmmm", 0, -80)])
    assert "\u0e01\u0e34\u0e2a\u0e37" in texts(browser_page(lines))[0]


def test_a_page_is_read_the_same_whatever_the_one_before_is_made_of() -> None:
    """Behind a page of signs in pieces these are looked for before the text is read."""
    latin = [("vo", KO[1]), ("we", SO[1]), ("", [("x", 0, 0)])]
    pages = [KO, SO], latin, [("", [("x", 0, 0)])], [SO, KO]
    assert texts(browser_pages(*pages)) == [text for page in pages for text in texts(browser_page(*page))]


def test_a_page_is_drawn_with_all_pieces_after_it_was_read() -> None:
    with pypdfium2.PdfDocument(browser_page(KO, SO)) as document:
        before = document[0].render().to_numpy().tobytes()
        boxes(document, 0, ["\u0e01\u0e34"], 10)
        assert document[0].render().to_numpy().tobytes() == before


@pytest.mark.parametrize("mark", ["\u0301", "\u05b8", "\u0bbe"])
def test_many_marks_and_no_letter(mark: str) -> None:
    alone: Sign = (mark * 3, [("-", 5, 8), ("-", 5, 8)])
    assert texts(browser_page(*[alone] * 20))[0].count(mark) == 60


def test_a_non_joiner_and_a_space_between_right_to_left_letters() -> None:
    """From the left, as a browser draws them; pdfium alone drops the one, which takes up no room."""

    def letter(sign: str, after: float = 16.7) -> Sign:
        return sign, [("m", after, 0)]

    marked: Sign = ("\u0645\u064e", [("m", 16.7, 0), ("-", 5, 9)])
    joined = [letter("\u062f"), letter("\u0648"), letter("\u0631"), ("", [(" ", 16.7, 0)]), letter("\u06cc", 0), marked]
    spaced = [("", [(" ", 11.7, 0)]), letter("\u0646", 5.6), letter("\u0627"), letter("\u0632")]
    assert texts(browser_page(*joined, *spaced)) == ["\u0632\u0627\u0646 \u0645\u064e\u06cc\u200c\u0631\u0648\u062f"]


def test_one_drawn_space_says_nothing_of_a_page_of_many_pieces() -> None:
    """Words may be parted by nothing but a gap, and one by a space between two fonts."""
    drawn: Sign = ("", [(" ", 3.2, 0)])
    after: Sign = ("\u0932\u093e", [("m", 5.6, 0), ("l", 16.7, 0)])
    apart: Sign = ("\u0930\u093e", [("m", 6.5, 0), ("l", 16.7, 0)])
    (text,) = texts(browser_page(BHA, drawn, after, *[apart] * 15))
    assert text.count(" ") == 16


def test_a_page_of_very_many_pieces_is_not_looked_through() -> None:
    """A map with some names in Thai."""
    roads = "ET\n" + "0 0 m 9 9 l S\n" * 100_001 + "BT"
    for pdf, looked_through in ((browser_page(KO, SO), True), (browser_page(KO, SO, drawn_behind=roads), False)):
        with pypdfium2.PdfDocument(pdf) as document, OpenPage(handle_of(document), 0) as page:
            assert bool(page.clusters) is looked_through


SPACE: Sign = ("", [(" ", 3.2, 0)])


def in_form(*signs: Sign, deep: int = 1) -> bytes:
    """The line, drawn a quarter as large by a form, or by one in others, as browsers draw what is see-through."""
    head = b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<<%b>>"
    objects = page_objects([b"q .25 0 0 .25 90 300 cm /Form Do Q"], resources=b"/XObject<</Form 100 0 R>>")
    for number in range(100, 99 + deep):
        objects[number] = stream(b"q 2 0 0 2 10 10 cm /Form Do Q", head % b"/XObject<</Form %d 0 R>>" % (number + 1))
    objects[99 + deep] = stream(_drawn(signs, ""), head % b"/Font<</F1 3 0 R>>")
    return assemble(objects)


def letters(*meanings: str, apart: float = 16.7) -> list[Sign]:
    return [(meaning, [("m", apart, 0), ("l", 0, 0)]) for meaning in meanings]


@pytest.mark.parametrize("deep", [1, 2])
@pytest.mark.parametrize(
    "signs",
    [
        [KO, SO, SO],
        [BHA, RA, SPACE, LA, RA],
        letters("\u0645", "\u064a", "\u0644\u0627", "\u0633"),
        [*letters("\u05de", "\u05d5"), SPACE, *letters("\u05dc", apart=5.6), *letters("\u05e9")],
    ],
    ids=["Thai", "Devanagari", "Arabic", "Hebrew"],
)
def test_what_a_form_draws_is_read_as_on_the_page_itself(signs: list[Sign], deep: int) -> None:
    """Pdfium says where in the form such signs stand, and how large they are there."""
    assert texts(in_form(*signs, *signs, deep=deep)) == texts(browser_page(*signs, *signs))


def test_a_ligature_in_a_form_is_marked_where_it_stands() -> None:
    """A browser writes that of two letters as one piece with the meaning of both."""
    flow: list[Sign] = [("", [("e", 0, 0)]), ("fl", [("m", 11.2, 0)]), ("", [("ow", 16.7, 0)])]
    for pdf, x, y, scale in ((browser_page(*flow), 0.0, 0.0, 1.0), (in_form(*flow), 90.0, 300.0, 0.25)):
        with pypdfium2.PdfDocument(pdf) as document:
            ((left, top, right, bottom),) = boxes(document, 0, ["eflow"], 10)[2]
        assert (left, right) == pytest.approx((x + 100 * scale, x + 153.5 * scale), abs=2 * scale)
        assert 792 - y - 720 * scale < top < bottom < 792 - y - 699 * scale
