"""The parts of the page text that need no PDF: hyphens, signs, margins, paragraphs."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_widgets.engines.files.producers import Cuts
from ingest_widgets.engines.layout.margins import marginal_lines, without
from ingest_widgets.engines.pieces.frames import Frame, frame_for
from ingest_widgets.engines.pieces.pieces import moved
from ingest_widgets.engines.words import glyphs
from ingest_widgets.engines.words.glyphs import clean_text
from ingest_widgets.engines.words.hyphens import Vocabulary, join_hyphens


def joined(text: str, *pages: str) -> str:
    vocabulary = Vocabulary()
    for page in (*pages, text):
        vocabulary.add(page)
    return join_hyphens(text, vocabulary)


@pytest.mark.parametrize(
    ("cut", "whole"),
    [
        ("an ex\ufffeample of it", "an example\nof it"),
        ("inter\ufffenation\ufffealisation of", "internationalisation\nof"),
        ("the last ex\ufffeample", "the last example"),
        ("ex\ufffeample\nnext", "example\nnext"),
        ("Jean\ufffePaul came", "Jean-Paul\ncame"),
        ("in UTF\ufffe8 and", "in UTF-8\nand"),
        ("an X\ufffeRay and a p\ufffevalue", "an X-Ray\nand a p-value"),
        ("the self\ufffeemployed", "the self-employed"),
        ("a self\ufffeish one", "a selfish\none"),
        ("the --with\ufffeoption flag", "the --with-option\nflag"),
        ("EXTRAC\ufffeTION OF", "EXTRACTION\nOF"),
        ("the DVD\ufffeROM of a DVD", "the DVD-ROM\nof a DVD"),
        ("from SIGN\ufffeECDSA-SHA256 on", "from SIGN-ECDSA-SHA256\non"),
        ("the installer\ufffeamd64 image", "the installer-amd64\nimage"),
        ("a machine\ufffeindependent machine", "a machine-independent\nmachine"),
        ("Installations\ufffeoder Startmedien", "Installations- oder\nStartmedien"),
        ("die Frau\ufffeen kommen", "die Frauen\nkommen"),
        ("kadang\ufffekadang ada", "kadang-kadang\nada"),
        ("soft\u00ad\nware is", "software\nis"),
        ("a certi\x0c\ufffecate of", "a certi\x0ccate\nof"),
        ("a certi\x0c-\ncate of", "a certi\x0ccate\nof"),
        ("the in\ufffe\x0cnite set", "the in\x0cnite\nset"),
        ("the con-\n\x0crmed one", "the con\x0crmed\none"),
        ("in /usr/share/doc/some\ufffepackage for", "in /usr/share/doc/some-package\nfor"),
        ("some .bib-files and (.pk\ufffefiles of", "some .bib-files and (.pk-files\nof"),
        ("some .bib-\x1cles and .pk\ufffe\x1cles of", "some .bib-\x1cles and .pk-\x1cles\nof"),
        (
            "some .bib-files and a .cvsig\ufffenore and ...con\ufffetinued",
            "some .bib-files and a .cvsignore\nand ...continued",
        ),
        ("PCMCIA/CardBus/Expres\ufffesCard is", "PCMCIA/CardBus/ExpressCard\nis"),
        ("пакет debian\ufffeпакета есть", "пакет debian-пакета\nесть"),
        ("ends with a dash -\nand goes on", "ends with a dash -\nand goes on"),
        ("a range 10-\n20 is", "a range 10-\n20 is"),
    ],
)
def test_a_cut_word_is_mended_by_what_it_looks_like(cut: str, whole: str) -> None:
    """Words are joined; names, figures, options and mixed scripts keep their hyphen."""
    assert joined(cut) == whole


def test_a_document_that_cuts_no_words_keeps_its_hyphens() -> None:
    """Where those of which something is known belong to their words, so do the others; one that doesn't is enough."""
    assert joined("the last one of one\ufffelast and a left\ufffehand") == ("the last one of one-last\nand a left-hand")
    assert joined("the last one of one\ufffelast and a left\ufffehand exam\ufffeple, an example") == (
        "the last one of one-last\nand a lefthand\nexample,\nan example"
    )


def test_of_what_a_browser_prints_only_its_own_sign_cuts_words() -> None:
    """It draws U+2010 there, even within addresses; a plain hyphen is the author's."""
    text = "a left\ufffehand and at http://de\u2010\nveloper.example the long\u2010\nterm plan, a term"
    vocabulary = Vocabulary(Cuts.BY_SIGN)
    vocabulary.add(text)
    assert join_hyphens(text, vocabulary) == (
        "a left-hand\nand at http://developer.example\nthe longterm\nplan, a term"
    )
    assert joined("a left\ufffehand") == "a lefthand"


def test_the_words_of_other_pages_decide() -> None:
    """Joined form seen: join; compound seen: keep; both parts words of their own: keep."""
    assert joined("a re\ufffesign of", "they resign") == "a resign\nof"
    assert joined("a long\ufffeterm plan", "a long-term view") == "a long-term\nplan"
    assert joined("a blue\ufffegreen sea", "a blue sky, green") == "a blue-green\nsea"
    assert joined("a non\ufffelinear map", "a linear map") == "a non-linear\nmap"


@pytest.mark.parametrize(
    ("cut", "whole"),
    [
        ("an an\ufffeother and an other", "an another\nand an other"),
        ("it dis\ufffeoriented them, oriented", "it disoriented\nthem, oriented"),
        ("a consider\ufffeable sum, able to consider", "a considerable\nsum, able to consider"),
        ("is further\ufffemore no further, no more", "is furthermore\nno further, no more"),
        ("wurde ausge\ufffeführt und führt", "wurde ausgeführt\nund führt"),
        ("die aus\ufffeschließlich schließlich aus", "die ausschließlich\nschließlich aus"),
        ("het wijzigings\ufffebeheer is beheer", "het wijzigingsbeheer\nis beheer"),
        ("a non\ufffecommutative ring", "a non-commutative\nring"),
        ("the desir\ufffeable/necessary", "the desirable/necessary"),
        ("by recom\ufffemendation11 and", "by recommendation11\nand"),
        ("for the kfree\ufffebsd32 and", "for the kfree-bsd32\nand"),
        ("see debian\ufffepolicy/ and", "see debian-policy/\nand"),
        ("a time\ufffebased view", "a time-based\nview"),
        ("a time\ufffeconsuming write", "a time-consuming\nwrite"),
        ("a comma\ufffeseparated list", "a comma-separated\nlist"),
        ("a royalty\ufffefree font", "a royalty-free\nfont"),
        ("a newly\ufffecreated file", "a newly-created\nfile"),
        ("a user\ufffecontrollable field", "a user-controllable\nfield"),
        ("of cor\uffferelated and un\uffferelated errors", "of correlated\nand unrelated\nerrors"),
        ("he under\ufffestands as it stands", "he understands\nas it stands"),
        ("zum Über\ufffeschreiben, schreiben über", "zum Überschreiben,\nschreiben über"),
        ("a multi\ufffeplication table", "a multiplication\ntable"),
        ("an in\ufffeAmerican way", "an in-American\nway"),
    ],
)
def test_some_parts_say_by_themselves_whether_they_have_a_hyphen(cut: str, whole: str) -> None:
    """Whatever else is a word: an- never has one, non- always, and -based mostly."""
    assert joined(cut) == whole


def test_the_end_of_other_compounds_keeps_its_hyphen_behind_a_word() -> None:
    """Such as -get behind apt; behind what is no word of the document it is the end of a word that was cut."""
    assert joined("call apt\ufffeget now", "apt is there, and dpkg-get") == "call apt-get\nnow"
    assert joined("a wid\ufffeget here", "dpkg-get") == "a widget\nhere"


def test_a_hyphen_that_pdfium_left_is_joined_on_evidence_only() -> None:
    """Without the joined word elsewhere the compound is whole, with its hyphen."""
    assert joined("some docu-\nment here", "the document") == "some document\nhere"
    assert joined("some user-\ndriven work") == "some user-driven\nwork"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("ﬁrst oﬃce ﬂow", "first office flow"),
        ("modi\x1ced and e\x0ecient", "modified and efficient"),
        ("the \x0crst stu\x0b", "the first stuff"),
        ("la dé\x1cnition, certi\x0cée", "la définition, certifiée"),
        ("die Au\x1bührung ö\x1bnen, la \x1cèvre", "die Aufführung öffnen, la fièvre"),
        ("cut o\x1b the head, Far o\x0b.", "cut off the head, Far off."),
        ("one\r\ntwo\rtwo\u2028three\u2029four", "one\ntwo\ntwo\nthree\n\nfour"),
        ("a\u00a0b\u2009c\u3000d", "a b c d"),
        ("soft\u00adware zero\u200bwidth \u200eright\u200f", "software zerowidth right"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("e\u0301te\u0301 \u0338=", "été ≠"),
        ("\ufedf\ufe8e", "\u0644\u0627"),
        ("\u2f47\u672c\u8a9e \u2f64", "\u65e5\u672c\u8a9e \u7528"),
        ("\uf0b7 item \uf061", "• item α"),
        ("K\uf76e\uf775\uf774\uf768, \uf731\uf739\uf737\uf738", "Knuth, 1978"),
        ("É\uf763\uf76f\uf76c\uf765, L\uf7e9\uf76f\uf76e, \uf6f9\uf6fd", "École, Léon, łš"),
        ("\uf6c5и\uf6c5лио\uf6c8ека, 1\uf6f2\uf6f3, \uf8e9", "библиотека, 1st, ©"),
    ],
)
def test_signs_become_what_they_stand_for(raw: str, clean: str) -> None:
    """Nothing is lost here, so nothing is said."""
    assert clean_text(raw) == (clean, ())


def test_an_icon_is_no_small_capital() -> None:
    """Fonts have both in one private area: letters stand in words, and an icon stands by itself."""
    text, warnings = clean_text("\uf773 Water\n\uf761 \uf762\uf763\uf764\n\uf76b")
    assert text == " Water\na bcd\n"
    assert warnings == ("2 signs without a meaning left out: a font has no map to text",)


def test_signs_without_a_meaning_are_left_out_and_said() -> None:
    """A sentence a kind, with the count."""
    text, warnings = clean_text("a\x00b\x14\x85\ue123 c\ud800\u202ed\u202c")
    assert text == "ab c\ufffdd"
    assert warnings == (
        "1 NUL character left out",
        "2 control characters left out",
        "1 lone surrogate replaced",
        "2 direction overrides left out: the page may show another order",
        "1 sign without a meaning left out: a font has no map to text",
    )


@given(st.text(st.characters(codec=None)))
def test_whatever_comes_in_valid_text_comes_out(raw: str) -> None:
    """UTF-8 holds it, it is composed, and no control character is left but the line feed."""
    text, _ = clean_text(raw)
    text.encode("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert not [sign for sign in text if unicodedata.category(sign) in ("Cc", "Cs", "Co") and sign != "\n"]
    assert not set("\u2028\u2029\ufffe\ufeff") & set(text)


@given(st.lists(st.sampled_from(["word", "\ufffe", "-\n", "\n", " ", "\u00ad\n", "Cap", "9", "."]), max_size=30))
def test_mending_keeps_every_letter(parts: list[str]) -> None:
    """Only hyphens, soft hyphens and white space come or go, and no U+FFFE stays."""
    text = "".join(parts)
    mended = joined(text)

    def letters(value: str) -> str:
        return "".join(sign for sign in value if sign.isalnum() or sign == ".")

    assert letters(mended) == letters(text)
    assert "\ufffe" not in mended


def test_a_page_of_nothing_but_cuts_is_not_pondered() -> None:
    """Thousands of cuts aren't prose: each becomes a plain hyphen at a line end."""
    assert joined("a\ufffe" * 6000) == "a-\n" * 6000


def test_running_lines_and_page_numbers_are_found_where_they_stand() -> None:
    """The spans cut exactly these lines out; prose that happens to be at the edge isn't touched."""
    pages = [
        f"Annual Report\n\nText number {word} begins here.\nIt goes on.\n\n{number}"
        for number, word in enumerate("one two three four five".split(), 41)
    ]
    found = [
        [page[start:end] for start, end in spans] for page, spans in zip(pages, marginal_lines(pages), strict=True)
    ]
    assert found == [["Annual Report", "It goes on.", str(number)] for number in range(41, 46)]


def test_a_number_that_does_not_step_with_the_pages_is_text() -> None:
    """A result at the foot of a page is no page number."""
    pages = [
        f"Some words of page {word}.\n{number}" for word, number in zip("abcdef", (7, 3, 99, 12, 5, 40), strict=True)
    ]
    assert list(marginal_lines(pages)) == [[] for _ in pages]


def marked(heads: list[str], feet: list[str] | None = None) -> list[list[str]]:
    """Which lines of pages with these first and last lines belong to the margin."""
    body = (f"Text of {word} here.\n{word} more {word}.\nAnd {word} ends it." for word in "abcdefghijklmn")
    parts = zip(heads, body, feet or [""] * len(heads), strict=False)
    pages = ["\n".join(filter(None, lines)) for lines in parts]
    found = zip(pages, marginal_lines(pages), strict=True)
    return [[page[start:end] for start, end in spans] for page, spans in found]


def test_the_running_heads_of_a_book_are_found_though_each_page_says_something_else() -> None:
    """Left pages name the chapter, right ones the section; where a chapter begins the number stands at the foot."""
    heads = ["", "2 CHAPTER 1. BETA", "1.1. RIVER 3", "4 CHAPTER 1. BETA", "1.2. WINTER 5", "", "1.3. PEOPLE 7"]
    feet = ["1", "", "", "", "", "6", ""]
    assert marked(heads, feet) == [[head or foot] for head, foot in zip(heads, feet, strict=True)]


def test_small_roman_numerals_are_page_numbers_too() -> None:
    heads = ["manual iii", "manual iv", "manual v", "contents vi", "contents vii", "index viii"]
    assert marked(heads) == [[head] for head in heads]
    feet = ["viii", "ix", "x", "xi", "1", "2", "3"]
    assert marked([""] * 7, feet) == [[foot] for foot in feet]


@pytest.mark.parametrize(
    "heads",
    [
        ["1 Start", "2 Middle", "3 More", "4 Last"],  # numbered titles, one a page
        ["It was in 12", "they had 99", "and left 3", "with 45"],
        ["mix the", "vi editor", "civil law", "did i"],
    ],
)
def test_other_lines_with_numbers_are_text(heads: list[str]) -> None:
    assert marked(heads) == [[]] * len(heads)


def test_headings_that_count_are_text_and_heads_that_step_are_not() -> None:
    """Chapters begin anyhow and letters bear any date; the page's number may come first, and its chapter's stays."""
    chapters = ["Chapter 1", "", "Chapter 2", "", "", "Chapter 3", "", "Chapter 4"]
    dates = ["4 May 1897", "9 May 1897", "11 May 1897", "30 May 1897"]
    assert marked(chapters) == [[]] * 8
    assert marked(dates) == [[]] * 4
    feet = [f"{number}(8)" for number in range(1, 9)]
    assert marked(chapters, feet) == [[foot] for foot in feet]
    heads = ["Chapter 1"] * 3 + ["Chapter 2"] * 3 + [f"Report 7, page {number} of 9" for number in range(7, 10)]
    assert marked(heads) == [[head] for head in heads]


@pytest.mark.parametrize("deep", [4, 6])
def test_heads_and_feet_of_some_lines_are_found(deep: int) -> None:
    """A letter's address and bank, a manual's sheet and revision."""
    lines = ["Brookside, sheet {} of 5", "14 Harbour Lane", "Portwick", "Bank: Savings", "VAT 7", "Tel. 0123"][:deep]
    body = ["\n".join(f"A long line of {word} and of {word} with a {n}" for n in range(12)) for word in "abcde"]
    running = ["\n".join(lines).format(number) for number in range(1, 6)]
    for parts in (running, body), (body, running):
        pages = ["\n".join(page) for page in zip(*parts, strict=True)]
        found = zip(pages, marginal_lines(pages), strict=True)
        assert ["\n".join(page[start:end] for start, end in spans) for page, spans in found] == running


def test_below_three_lines_only_what_goes_on_without_a_gap_is_margin() -> None:
    """Lines of code, or of a table, say the same on many pages."""
    heads = [
        f"Listing\nof the {word} part\nof the code\nend if" for word in ("one", "other", "third", "fourth", "last")
    ]
    assert marked(heads) == [["Listing", "of the code"]] * 5


def test_copies_of_one_page_have_no_margin() -> None:
    """What is repeated as a whole, a form or a test page, isn't a header: nothing of it may get lost."""
    lines = "One.\nTwo.\nThree.\nFour.\nFive.\nSix.\nSeven.\nEight.\nNine."
    for page in (lines, f"{lines}\n{lines}\n{lines}", "Just one line.", "Two\nlines.", "", "\n \n"):
        assert list(marginal_lines([page] * 9)) == [[]] * 9
    assert list(marginal_lines([lines])) == [[]]


@given(
    st.lists(
        st.lists(st.sampled_from(["Header", "Page 1", "page 2", "3", "4", "", "  ", "x y", "\u00c9t\u00e9 7"])).map(
            "\n".join
        ),
        max_size=12,
    )
)
def test_margins_are_whole_lines_in_order_one_list_a_page_at_most_half_of_it(pages: list[str]) -> None:
    found = list(marginal_lines(iter(pages)))
    assert len(found) == len(pages)
    for page, spans in zip(pages, found, strict=True):
        last = -1
        for start, end in spans:
            assert last < start < end
            assert page[start:end] in page.split("\n")
            last = end
        kept = without(page, spans)
        assert len(kept) == len(page) - sum(end - start for start, end in spans) >= len(page) / 2


def test_margins_are_found_while_a_few_pages_are_read_ahead() -> None:
    read = []

    def pages() -> Iterator[str]:
        for number in range(100):
            read.append(number)
            prose = "\n".join(chr(97 + number % 26) * length for length in range(10 + number, 30 + number))
            yield f"Annual Report\n{prose}\n{number}"

    found = marginal_lines(pages())
    for number in range(50):
        assert len(next(found)) == 2
        assert len(read) <= number + 5


def test_what_passes_as_plain_needs_nothing_at_all() -> None:
    """The way that most pages take leaves out every later step, so no sign on it may want one."""
    plain = [chr(n) for n in range(0x110000) if glyphs._PLAIN_SIGNS.fullmatch(chr(n))]
    assert len(plain) > 30_000
    cleaned = {sign: glyphs._printable(glyphs._composed(sign, sign), sign, glyphs.Ligatures, []) for sign in plain}
    assert cleaned == {sign: sign for sign in plain}
    halves = (unicodedata.decomposition(chr(n)).split() for n in range(0x110000))
    seconds = {chr(int(half[1], 16)) for half in halves if len(half) == 2 and not half[0].startswith("<")}
    assert not seconds & set(plain), "it composes with the sign before it"


@pytest.mark.parametrize(
    ("sizes", "scale"),
    [
        ([4] * 12, 4),
        ([5] * 9 + [12] * 3, 2),
        ([7] * 8 + [10] * 4, 1),
        ([3] * 6 + [60] * 6, 1),
        ([90] * 9 + [10] * 3, 0.125),
        ([0.0] * 12, 1),
        ([math.inf] * 12, 1),
        ([1e-9] * 12, 1),
    ],
)
def test_a_page_is_read_enlarged_or_shrunk_only_where_most_of_its_print_is_very_small_or_large(
    sizes: list[float], scale: float
) -> None:
    assert frame_for([0] * 12, sizes) == Frame(0, scale)


@pytest.mark.parametrize(("turns", "turned"), [([1] * 9 + [0] * 3, 1), ([3] * 8 + [0] * 4, 0), ([0] * 12, 0)])
def test_a_page_is_turned_only_where_most_of_its_text_stands_alike(turns: list[int], turned: int) -> None:
    assert frame_for(turns, [10] * 12).turns == turned


def test_what_is_moved_into_a_frame_comes_back_as_it_was() -> None:
    frame = Frame(3, 4.0).centred((100.5, 700.25), (0, 0, 600, 800))
    box = (10.5, 20.25, 30.125, 40.0)
    assert moved((100.5, 700.25, 100.5, 700.25), frame.matrix) == pytest.approx((300, 400) * 2, abs=0.5)
    assert moved(moved(box, frame.matrix), frame.back) == box
    assert Frame().centred((math.inf, 0), (0, 0, 600, 800)) == Frame()
