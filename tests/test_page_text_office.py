"""Pages of LibreOffice, which draws the signs that a font lacks behind the others of their line."""

from __future__ import annotations

from itertools import groupby

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.test_page_boxes import found, width
from tests.test_page_text import drawn, lines_at, texts

LIBREOFFICE, GHOSTSCRIPT = "LibreOffice 7.4", "GPL Ghostscript 10.00.0"


def by_font(canvas: Canvas, line: str, lacking: str) -> None:
    """Draws the signs that a font has where they belong, and then those that it is `lacking`; or these first."""
    for lacks in sorted((False, True), key=lambda lacks: lacks != (line[0] in lacking)):
        array = " ".join(
            f"<{run.encode('cp1252').hex()}>" if is_lacking is lacks else f"{-100 * width(run):.1f}"
            for is_lacking, run in ((key, "".join(run)) for key, run in groupby(line, lambda sign: sign in lacking))
        )
        canvas._code.append(f"BT /F1 10 Tf 50 700 Td [{array}] TJ ET")  # reportlab has no call for it


@pytest.mark.parametrize(
    ("line", "lacking"),
    [
        ("Tick: ¤ Yes ¤ No ¤ Not at all, then sign below.", "¤"),
        ("¤ was read by her, ¤ was not.", "¤"),
        ("Either ¥ or ¤ and so on ¤ ¥", "¤¥"),
        ("Some cafés serve crêpes to Zoë.", "éêë"),
        ("Zoë was here, and he was not. Or so they say; déjà vu.", " ,.;"),
    ],
)
def test_signs_that_a_font_lacks_stand_where_they_belong(line: str, lacking: str) -> None:
    page = lambda canvas: by_font(canvas, line, lacking)  # noqa: E731
    assert texts(drawn(page, producer=LIBREOFFICE)) == [line]
    assert texts(drawn(page)) != [line]


@pytest.mark.parametrize(
    ("producer", "creator"), [(GHOSTSCRIPT, "Writer"), (GHOSTSCRIPT, "Impress"), ("cairo 1.16.0", "")]
)
def test_signs_stand_where_they_belong_when_another_program_drew_the_page_anew(producer: str, creator: str) -> None:
    """Poppler's leaves no creator."""
    line = "Some cafés serve crêpes to Zoë."
    page = lambda canvas: by_font(canvas, line, "éêë")  # noqa: E731
    pdf = drawn(page, producer=producer, creator=creator)
    assert texts(pdf) == [line]
    assert found(pdf, "crêpes") == found(drawn(page, producer=LIBREOFFICE), "crêpes") != []
    assert texts(drawn(page, producer=producer, creator="Writerly")) != [line]


def test_hyphens_that_another_program_drew_tell_nothing_of_others() -> None:
    """It draws some together with their words, and others not."""
    seen = lambda canvas: lines_at(canvas, ["hightemperature"])  # noqa: E731

    def page(canvas: Canvas) -> None:
        cut(canvas, 0)
        lines_at(canvas, ["for high-", "temperature"], y=600)

    anew = texts(drawn(seen, page, producer=GHOSTSCRIPT, creator="Writer"))
    assert anew == texts(drawn(seen, page, producer=GHOSTSCRIPT))
    assert anew[1].endswith("for hightemperature")


def test_words_with_such_signs_are_marked_where_they_stand() -> None:
    pdf = drawn(lambda canvas: by_font(canvas, "Some cafés serve crêpes.", "éê"), producer=LIBREOFFICE)
    left = 50 + width("Some cafés serve ")
    lefts, _, rights, _ = zip(*found(pdf, "crêpes"), strict=True)
    assert (min(lefts), max(rights)) == pytest.approx((left, left + width("crêpes")), abs=1)


def test_what_is_drawn_twice_is_not_mixed() -> None:
    """As shadows are."""

    def page(canvas: Canvas) -> None:
        canvas.drawString(50, 700, "A shadow ¤ of it")
        canvas.drawString(60, 700, "A shadow ¤ of it")

    assert texts(drawn(page, producer=LIBREOFFICE)) == texts(drawn(page))


def cut(canvas: Canvas, gap: float, lacking: str = "") -> None:
    """A line that ends with a hyphen drawn by itself, so far behind its word, and the next one."""
    line = "and all of the infor"
    by_font(canvas, line, lacking)
    canvas.drawString(50 + width(line) + gap, 700, "-")
    lines_at(canvas, ["mation of ¤ that was lost"], y=686)


@pytest.mark.parametrize(("gap", "lacking"), [(1.9, ""), (1.9, "aeionrtlhfd"), (0.3, "aeionrtlhfd")])
def test_a_hyphen_that_is_set_off_cuts_its_word(gap: float, lacking: str) -> None:
    """It is put to the end of the line, which narrow letters don't reach."""
    page = lambda canvas: cut(canvas, gap, lacking)  # noqa: E731
    pdf = drawn(page, producer=LIBREOFFICE)
    assert texts(pdf) == ["and all of the information\nof ¤ that was lost"]
    assert len(found(pdf, "information")) == 2
    assert "infor -" in texts(drawn(page))[0]


def test_words_of_a_line_that_ends_so_are_marked_where_they_stand() -> None:
    def page(canvas: Canvas) -> None:
        by_font(canvas, "and ¤ all of the infor", "¤")
        canvas.drawString(50 + width("and ¤ all of the infor"), 700, "-")
        lines_at(canvas, ["mation"], y=686)

    pdf = drawn(page, producer=LIBREOFFICE)
    assert texts(pdf) == ["and ¤ all of the information"]
    ((left, _, right, _),) = found(pdf, "all")
    assert (left, right) == pytest.approx((50 + width("and ¤ "), 50 + width("and ¤ all")), abs=1)


def test_a_dash_that_ends_a_line_is_none() -> None:
    page = lambda canvas: lines_at(canvas, ["and all of it -", "more or less - was lost"])  # noqa: E731
    assert texts(drawn(page, producer=LIBREOFFICE)) == texts(drawn(page))


def test_only_a_hyphen_that_is_drawn_alone_cuts_its_word() -> None:
    """Whatever the document writes elsewhere, and however few such hyphens it has."""
    seen = lambda canvas: lines_at(canvas, ["infor-mation, hightemperature"])  # noqa: E731
    alone = lambda canvas: cut(canvas, 0)  # noqa: E731
    pdf = drawn(seen, alone, alone, producer=LIBREOFFICE)
    assert texts(pdf)[1:] == ["and all of the information\nof ¤ that was lost"] * 2
    assert "infor-mation" in texts(drawn(seen, alone))[1]


def test_beside_such_hyphens_others_are_the_authors() -> None:
    """On a page without any they are as in other documents."""
    seen = lambda canvas: lines_at(canvas, ["hightemperature"])  # noqa: E731
    written = ["for high-", "temperature pros-", "and cons"]

    def page(canvas: Canvas) -> None:
        cut(canvas, 0)
        lines_at(canvas, written, y=600)

    text = texts(drawn(seen, page, producer=LIBREOFFICE))[1]
    assert text.endswith("\nfor high-temperature\npros- and\ncons")
    alone = texts(drawn(seen, lambda canvas: lines_at(canvas, written), producer=LIBREOFFICE))[1]
    assert alone.startswith("for hightemperature")


def test_of_a_hyphen_of_another_font_the_document_tells() -> None:
    """The author may have set one of two parts in bold."""

    def page(canvas: Canvas) -> None:
        canvas.drawString(50, 714, "seen key-ordered, and cut")
        canvas.setFont("Courier", 10)
        canvas.drawString(50, 700, "key")
        canvas.setFont("Helvetica", 10)
        canvas.drawString(68, 700, "-")
        canvas.drawString(50, 686, "ordered")

    assert texts(drawn(page, producer=LIBREOFFICE)) == ["seen key-ordered, and cut\nkey-ordered"]


def test_such_a_hyphen_at_the_end_of_a_page_is_not_joined_with_its_number() -> None:
    def page(canvas: Canvas) -> None:
        by_font(canvas, "and all of the infor", "")
        canvas.drawString(50 + width("and all of the infor"), 700, "-")
        canvas.drawString(300, 40, "12")

    assert texts(drawn(page, producer=LIBREOFFICE)) == ["and all of the infor-\n\n12"]
