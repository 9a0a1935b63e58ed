"""Words whose letters stand apart, and single letters that are words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from tests.hostile.pdf import FONT, assemble, page_objects, stream
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
    assert texts(drawn(spaced("ALMOST FIRST", apart))) == ["ALMOST FIRST"]


@pytest.mark.parametrize("apart", [3.8, 4.8])
def test_a_widely_spaced_heading_of_two_long_words_is_words(apart: float) -> None:
    assert texts(drawn(spaced("ANNUAL REPORT 2021", apart))) == ["ANNUAL REPORT 2021"]


@pytest.mark.parametrize(
    "text", ["vowels a e i o u are letters", "il y a \u00e0 u", "Emacs o X o TeX o altra", "columns A B C D E F"]
)
def test_single_letters_with_spaces_between_them_stay_words(text: str) -> None:
    assert texts(drawn(typeset(text))) == [text]


@pytest.mark.parametrize("space", [2.2, 3.33])
@pytest.mark.parametrize(
    "text",
    [
        "A B C D E",
        "The letters: a b c d e f g h i j k l m n",
        "a \u00e0 \u00e1 \u00e2 \u00e3 \u00e4 \u00e5",
        "A a B b C c D d",
    ],
)
def test_an_alphabet_is_no_word(text: str, space: float) -> None:
    """Its letters stand as evenly as those of one."""
    assert texts(drawn(typeset(text, space))) == [text]


@pytest.mark.parametrize("space", [4, 6])
def test_cells_of_a_row_stay_apart(space: float) -> None:
    """As evenly as letters of a word, but farther from each other; and nothing says that there are two words."""
    assert texts(drawn(typeset("a b c d e f g h", space))) == ["a b c d e f g h"]


def test_the_next_pages_are_looked_at_more_closely_once_such_a_word_was_seen() -> None:
    """A row of two single letters is enough on the next dozen, and none is passed over."""
    heading, word = spaced("ARTICLE INFO"), spaced("skipper", 1.4)
    plain = typeset("words as they are everywhere")
    assert texts(drawn(heading, *[plain] * 11, word))[-1] == "skipper"


def pieces(*drawn_so: tuple[str, float, float]) -> Callable[[Canvas], None]:
    """One line of pieces that follow each other, each with its letter spacing and what it adds to a space."""

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        x = 50.0
        for text, apart, space in drawn_so:
            canvas.drawString(x, 700, text, charSpace=apart, wordSpace=space)
            x += stringWidth(text, "Helvetica", 10) + apart * (len(text) - 1) + space * text.count(" ")

    return page


def tight(space: float, last: float, *others: str) -> Callable[[Canvas], None]:
    """A line with spaces of a width, and gaps where pdfium takes none for a space that is below 1.67 points."""
    beginning, plain = "The editor of the paper asked for", stringWidth(" ", "Helvetica", 10)
    width = stringWidth(beginning, "Helvetica", 10) + (space - plain) * beginning.count(" ")

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(50, 700, beginning, wordSpace=space - plain)
        x = 50 + width
        for piece in others or ("files",):
            canvas.drawString(x + last, 700, piece)
            x += last + stringWidth(piece, "Helvetica", 10)

    return page


def test_words_of_two_pieces_are_parted_where_the_spaces_of_the_line_are_as_narrow() -> None:
    """A gap that is narrower than the spaces of its line is none, nor one between letters placed one by one."""
    apart, together = "The editor of the paper asked for files", "The editor of the paper asked forfiles"
    pages = tight(1.6, 1.6), tight(1.6, 0.8), tight(2.78, 1.6), tight(1.6, 1.6, *"rrrr")
    for producer in "xdvipdfmx (20211117)", "LuaTeX-1.15.0":
        assert texts(drawn(*pages, producer=producer)) == [apart, together, together, f"{together[:-5]}rrrr"]


def test_the_space_behind_a_full_stop_says_nothing_of_those_of_its_line() -> None:
    """It is wider; the next one tells."""

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        plain, x = stringWidth(" ", "Helvetica", 10), 50.0
        for piece, gap in (("The editor of the day.", 3.2), ("He has asked for", 1.6), ("files", 0.0)):
            canvas.drawString(x, 700, piece, wordSpace=1.6 - plain)
            x += stringWidth(piece, "Helvetica", 10) + (1.6 - plain) * piece.count(" ") + gap

    assert texts(drawn(page, producer="LuaTeX-1.15.0")) == ["The editor of the day. He has asked for files"]


def test_such_words_are_looked_for_in_documents_of_younger_tex_only() -> None:
    """Since looking takes its time."""
    assert texts(drawn(tight(1.6, 1.6), producer="pdfTeX-1.40.24")) == ["The editor of the paper asked forfiles"]


def pair(apart: float) -> Callable[[Canvas], None]:
    return pieces(("th", 0, 0), ("ew", apart, 0), ("ords are read", 0, 0))


GHOSTSCRIPT = "GPL Ghostscript 10.00.0"


def test_words_that_ghostscript_drew_together_are_two() -> None:
    """Or three; where the letters touch, they are a word's, and four that stand apart are letterspaced."""
    three = pieces(("mak", 0, 0), ("eal", 2.78, 0), ("ist", 0, 0))
    four = pieces(("the ", 0, 0), ("NOTE", 2.78, 0), (" there", 0, 0))
    read = texts(drawn(pair(2.78), pair(-0.3), three, four, producer=GHOSTSCRIPT))
    assert read == ["the words are read", "thewords are read", "make a list", "the NOTE there"]


def test_a_space_that_takes_no_room_is_none() -> None:
    """Ghostscript draws some within a word, with the letters beside them close to each other."""
    squeezed, wide = (pieces(("the i", 0, 0), ("nv o", -0.4, room), ("ked one", 0, 0)) for room in (-2.3, 0))
    assert texts(drawn(pair(2.78), squeezed, wide, producer=GHOSTSCRIPT))[1:] == ["the invoked one", "the inv oked one"]


def test_a_space_that_takes_no_room_is_none_where_quark_may_cut_the_word() -> None:
    def page(canvas: Canvas) -> None:
        canvas.setCreator("QuarkXPress 7.31")
        canvas.setFont("Helvetica", 10)
        canvas.drawString(50, 700, "calibra tion", wordSpace=-2.78)
        canvas.drawString(50, 680, "calibra tion", wordSpace=-1)

    assert texts(drawn(page)) == ["calibration\ncalibra tion"]


def test_such_pairs_are_looked_for_on_first_pages_only_unless_there_are_some() -> None:
    """And in documents of Ghostscript only, since others draw none and looking takes its time."""
    none, some = pair(0), pair(2.78)
    assert texts(drawn(none, none, none, some, producer=GHOSTSCRIPT))[-1] == "thewords are read"
    assert texts(drawn(none, none, some, some, producer=GHOSTSCRIPT))[-1] == "the words are read"
    assert texts(drawn(some, producer="pdfTeX")) == ["thewords are read"]


def test_a_ligature_is_one_of_the_signs_that_ghostscript_drew_together() -> None:
    """Its letters stand in one place."""
    line = b"BT /F1 10 Tf 72 700 Td (the give) Tj 2.78 Tc (n\256) Tj 0 Tc [278 (le is read)] TJ ET"
    font, info = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", b"<</Producer(GPL Ghostscript)>>"
    pdf = assemble(page_objects([line]) | {3: font, 9: info}, trailer=b"/Info 9 0 R")
    assert texts(pdf) == ["the given file is read"]


def test_a_short_word_of_pictures_stays_whole() -> None:
    """As TeX's bitmaps are: Ghostscript takes for their width and height what is drawn of each, and sets them apart."""
    letter = stream(b"500 0 0 0 500 450 d1 0 0 500 450 re f")
    font = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 0 0]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 97/LastChar 116"
        b"/Widths[%b]/CharProcs<</letter 10 0 R>>/Encoding<</Differences[97%b]>>/ToUnicode 30 0 R>>"
    ) % (b"500 " * 20, b"/letter" * 20)
    cmap = b"1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <61> <74> <0061> endbfrange"
    line = b"BT /F1 10 Tf .8 Tc 50 700 Td (these) Tj 33 0 Td (and) Tj 21 0 Td (those) Tj ET"
    objects = page_objects([line]) | {3: font, 9: b"<</Producer(GPL Ghostscript)>>", 10: letter}
    pdf = assemble(objects | {30: stream(b"begincmap %b endcmap" % cmap)}, trailer=b"/Info 9 0 R")
    assert texts(pdf) == ["these and those"]


def sign_pieces(*pieces: tuple[float, str, float]) -> bytes:
    """Where each piece of a line is drawn, what it says, and how wide a sign is: figures that mean others."""
    signs = dict.fromkeys("".join(text for _, text, _ in pieces).replace(" ", ""))
    figures = dict(zip(map(ord, signs), "0123456789", strict=False))
    meanings = "".join(f"<{ord(figure):02x}> <{sign:04x}> " for sign, figure in figures.items())
    codes = f"1 begincodespacerange <00> <ff> endcodespacerange {len(figures)} beginbfchar {meanings}endbfchar"
    shown = (
        f"/F1 {width / 0.556:.3f} Tf 1 0 0 1 {x:.2f} 700 Tm ({text.translate(figures)}) Tj "
        for x, text, width in pieces
    )
    font = {3: FONT.replace(b">>", b"/ToUnicode 30 0 R>>"), 30: stream(f"begincmap {codes} endcmap".encode())}
    objects = page_objects([f"BT {''.join(shown)}ET".encode()])
    return assemble(objects | font)


def signs(text: str, apart: float) -> bytes:
    """Placed one by one, ten points wide."""
    return sign_pieces(*((50 + number * (10 + apart), sign, 10.0) for number, sign in enumerate(text)))


@pytest.mark.parametrize("apart", [2.5, 7])
def test_signs_that_are_justified_or_stand_under_wide_ruby_have_no_spaces_between_them(apart: float) -> None:
    assert texts(signs("東京の図書館、人る。", apart)) == ["東京の図書館、人る。"]


def test_signs_keep_spaces_that_were_drawn_and_cells_their_distance() -> None:
    assert texts(signs("東京の図書館、人る。", 12)) == ["東 京 の 図 書 館 、 人 る 。"]
    assert texts(sign_pieces((50, "北京 上海。人", 10))) == ["北京 上海。人"]


def test_cells_of_signs_stay_apart() -> None:
    assert texts(sign_pieces((50, "中人", 10), (76, "図書", 10))) == ["中人 図書"]
    assert texts(sign_pieces((50, "人", 10), (69.5, "数量", 14))) == ["人 数量"]


def test_a_line_in_two_pieces_has_no_space_where_it_was_only_stretched() -> None:
    assert texts(sign_pieces((50, "中人", 10), (73.7, "図書", 10))) == ["中人図書"]
