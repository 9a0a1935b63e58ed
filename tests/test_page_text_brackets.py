"""Angle brackets whose names pdfium doesn't know."""

from __future__ import annotations

import pytest

from tests.hostile.pdf import assemble, page_objects, stream
from tests.test_page_text import texts

SYMBOLS = (
    b"<</Type/Font/Subtype/Type3/FontBBox[0 -250 400 750]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 104/LastChar 105"
    b"/Widths[389 389]/Encoding<</Type/Encoding/Differences[104/angbracketleft/angbracketright]>>"
    b"/CharProcs<</angbracketleft 101 0 R/angbracketright 101 0 R>>/Resources<<>>>>"
)
GLYPH = b"389 0 0 -250 389 750 d1 110 -250 40 1000 re f"


def set_in_symbols(*lines: str) -> list[str]:
    """The text of a page for each line, whose angle brackets are letters of a font for symbols."""
    shown = {"\u27e8": b") Tj /F2 12 Tf (h) Tj /F1 12 Tf (", "\u27e9": b") Tj /F2 12 Tf (i) Tj /F1 12 Tf ("}
    shown |= {"(": rb"\(", ")": rb"\)", "\u2009": b") Tj [-250 ()] TJ ("}
    signs = [b"".join(shown.get(sign) or sign.encode() for sign in line) for line in lines]
    objects = page_objects([b"BT /F1 12 Tf 72 720 Td (%b) Tj ET" % line for line in signs])
    both = {number: body.replace(b"/F1 3 0 R", b"/F1 3 0 R/F2 100 0 R") for number, body in objects.items()}
    return texts(assemble(both | {100: SYMBOLS, 101: stream(GLYPH)}))


@pytest.mark.parametrize(
    "line",
    [
        "the argument {\u27e8name\u27e9} and [\u27e8other list\u27e9]",
        "the guards \u27e8*package\u27e9 and \u27e8/package\u27e9 of it",
        "his mean of \u27e8x\u27e9, with hi-fi",
        "\u27e8a\u27e8b\u27e9c\u27e9 stands for",
    ],
)
def test_they_are_no_letters(line: str) -> None:
    """The letters beside them are."""
    assert set_in_symbols(line) == [line]


def test_one_without_the_other_stays() -> None:
    """Two of them are needed, and such a letter by itself may be one, also on a page that has two."""
    assert set_in_symbols("the \u27e8name and \u27e9 there, as (\u27e8x\u27e9)") == [
        "the hname and i there, as (\u27e8x\u27e9)"
    ]


def test_a_gap_behind_a_slanted_sign_is_no_space() -> None:
    """TeX leaves room there; a space that somebody wrote parts the word from what is no bracket."""
    assert set_in_symbols("the \u27e8name\u2009\u27e9 and (\u27e8x\u27e9) there") == [
        "the \u27e8name\u27e9 and (\u27e8x\u27e9) there"
    ]


def test_pages_behind_the_first_ones_are_read_so_too() -> None:
    plain = ["words as they are everywhere"] * 12
    assert set_in_symbols("a \u27e8first\u27e9 one", *plain, "and (\u27e8x\u27e9-\u27e8y\u27e9+)")[-1] == (
        "and (\u27e8x\u27e9-\u27e8y\u27e9+)"
    )
