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
