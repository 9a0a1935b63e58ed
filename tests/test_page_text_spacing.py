"""Words whose letters stand apart, and single letters that are words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from tests.test_page_text import drawn, texts


def spaced(text: str, apart: float = 3.0) -> Callable[[Canvas], None]:
    """One line whose letters were placed one by one; spaces are nothing but gaps."""

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        x = 50.0
        for sign in text:
            if sign != " ":
                canvas.drawString(x, 700, sign)
            x += stringWidth(sign, "Helvetica", 10) + apart

    return page


def typeset(text: str, space: float = 2.78) -> Callable[[Canvas], None]:
    """One line as TeX draws it: without any space, only with gaps."""

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        x = 50.0
        for word in text.split():
            canvas.drawString(x, 700, word)
            x += stringWidth(word, "Helvetica", 10) + space

    return page


@pytest.mark.parametrize("apart", [1.6, 2, 3])
def test_a_letterspaced_heading_is_words(apart: float) -> None:
    assert texts(drawn(spaced("ARTICLE INFO", apart))) == ["ARTICLE INFO"]
    assert texts(drawn(spaced("TO BE OR NOT TO BE THERE", apart))) == ["TO BE OR NOT TO BE THERE"]


@pytest.mark.parametrize("apart", [3.8, 4.8])
def test_a_widely_spaced_heading_of_two_long_words_is_words(apart: float) -> None:
    assert texts(drawn(spaced("ANNUAL REPORT 2021", apart))) == ["ANNUAL REPORT 2021"]


@pytest.mark.parametrize(
    "text", ["vowels a e i o u are letters", "il y a \u00e0 u", "Emacs o X o TeX o altra", "columns A B C D E F"]
)
def test_single_letters_with_spaces_between_them_stay_words(text: str) -> None:
    assert texts(drawn(typeset(text))) == [text]


@pytest.mark.parametrize("space", [4, 6])
def test_cells_of_a_row_stay_apart(space: float) -> None:
    """As evenly as letters of a word, but farther from each other; and nothing says that there are two words."""
    assert texts(drawn(typeset("a b c d e f g h", space))) == ["a b c d e f g h"]


def test_the_next_pages_are_looked_at_more_closely_once_such_a_word_was_seen() -> None:
    """A row of two single letters is enough on the next dozen, and none is passed over."""
    heading, word = spaced("ARTICLE INFO"), spaced("skipper", 1.4)
    plain = typeset("words as they are everywhere")
    assert texts(drawn(heading, *[plain] * 11, word))[-1] == "skipper"


def paired(producer: str, *apart: float) -> bytes:
    """A page for each gap, where the last letter of "the" and the first of "words" are a piece with that gap inside."""

    def page(gap: float) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            x = 50.0
            for piece, space in (("th", 0.0), ("ew", gap), ("ords are read", 0.0)):
                canvas.drawString(x, 700, piece, charSpace=space)
                x += stringWidth(piece, "Helvetica", 10) + space * len(piece) - space

        return draw

    return drawn(*map(page, apart), producer=producer)


GHOSTSCRIPT = "GPL Ghostscript 10.00.0"


def test_words_that_ghostscript_drew_together_are_two() -> None:
    """Where the two letters touch, they are a word's."""
    assert texts(paired(GHOSTSCRIPT, 2.78, -0.3)) == ["the words are read", "thewords are read"]


def test_such_pairs_are_looked_for_on_first_pages_only_unless_there_are_some() -> None:
    """And in documents of Ghostscript only, since others draw none and looking takes its time."""
    assert texts(paired(GHOSTSCRIPT, 0, 0, 0, 2.78))[-1] == "thewords are read"
    assert texts(paired(GHOSTSCRIPT, 0, 0, 2.78, 2.78))[-1] == "the words are read"
    assert texts(paired("pdfTeX", 2.78)) == ["thewords are read"]
