"""Signs that no text should hold, on real pages: they are left out and counted, and ligatures aren't taken for them."""

from __future__ import annotations

import pytest

from ingest_widgets.engines.pages.drawing import boxes
from ingest_widgets.engines.pdfium import open_pdfium
from ingest_widgets.engines.words.glyphs import clean_text
from tests.hostile.bombs import cmap_font
from tests.hostile.pdf import assemble, page_objects


def read(data: bytes) -> tuple[str, tuple[str, ...]]:
    document = open_pdfium(data, lambda: ())
    try:
        return document.page_text(0)
    finally:
        document.close()


def shown(*meanings: str) -> bytes:
    """A page of one letter for each of these meanings, in UTF-16 as hexadecimal digits."""
    rows = b" ".join(b"<%04x> <%b>" % (0x41 + n, meaning.encode()) for n, meaning in enumerate(meanings))
    codes = b"".join(b"%04x" % (0x41 + n) for n in range(len(meanings)))
    content = b"BT /F1 12 Tf 72 720 Td <%b> Tj ET" % codes
    return assemble(
        page_objects([content]) | cmap_font(b"%d beginbfchar %b endbfchar" % (len(meanings), rows), embedded=False)
    )


@pytest.mark.parametrize(
    ("meaning", "text", "warning"),
    [
        ("0000", "inno", "1 NUL character left out"),
        ("00000000", "inno", "2 NUL characters left out"),
        *[(code, "inno", "1 control character left out") for code in ("0001", "001B", "007F", "0080", "0085", "009F")],
        *[(code, "inno", "1 control character left out") for code in ("0002", "0003", "0093", "0098", "FFFE")],
        ("D800", "in\ufffdno", "1 lone surrogate replaced"),
        ("202E", "inno", "1 direction override left out: the page may show another order"),
        ("20682069", "inno", "2 direction overrides left out: the page may show another order"),
        ("DB40DC41", "inno", "1 invisible tag character left out"),
        *[
            (code, "inno", "1 sign without a meaning left out: a font has no map to text")
            for code in ("E000", "FDD0", "D83FDFFE", "DBFFDFFF")
        ],
    ],
)
def test_what_a_font_should_not_mean_is_cleaned_and_counted(meaning: str, text: str, warning: str) -> None:
    """pdfium itself leaves some out, and writes a NUL as it writes a hyphen at a line end."""
    assert read(shown("0069", "006E", meaning, "006E", "006F")) == (text, (warning,))


@pytest.mark.parametrize("meaning", ["061C", "200B", "200E", "200F", "2060", "FEFF"])
def test_marks_of_ordinary_text_that_nobody_sees_go_in_silence(meaning: str) -> None:
    assert read(shown("0069", "006E", meaning, "006E", "006F")) == ("inno", ())


@pytest.mark.parametrize(("code", "letters"), [(0x0B, "ff"), (0x0C, "fi"), (0x0D, "fl"), (0x1C, "fi"), (0x1F, "ffl")])
def test_a_control_character_is_a_ligature_only_if_its_font_does_not_say_what_it_is(code: int, letters: str) -> None:
    """TeX's old fonts number their ligatures so, without a map; one that has a map means what it says."""
    unmapped = assemble(page_objects([b"BT /F1 12 Tf 72 720 Td <696e%02x6e6f> Tj ET" % code]))
    assert read(unmapped) == (f"in{letters}no", ())
    assert read(shown("0069", "006E", f"{code:04X}", "006E", "006F")) == ("inno", ("1 control character left out",))


def in_two_fonts(shown: str) -> bytes:
    objects = page_objects([f"BT 72 720 Td {shown} ET".encode()])
    objects[4] = objects[4].replace(b"/F1 3 0 R", b"/F1 3 0 R/F2 9 0 R")
    objects[9] = objects[3].replace(b"Helvetica", b"Times-Roman")
    return assemble(objects)


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("/F1 12 Tf (we have \\034t it) Tj", "we have fit it"),
        ("/F1 12 Tf (that \\034x, too) Tj", "that fix, too"),
        ("/F1 12 Tf (not o\\033' and \\020\\034nish) Tj", "not off' and finish"),
        ("/F1 12 Tf (a \\034t b) Tj", "a t b"),
        ("/F1 12 Tf (that ) Tj /F2 12 Tf (\\034t) Tj /F1 12 Tf ( is) Tj", "that t is"),
    ],
)
def test_a_ligature_before_one_letter_makes_a_word_among_words(shown: str, text: str) -> None:
    """Formulas have the same numbers before single letters, as Greek ones, and no words in their fonts."""
    assert read(in_two_fonts(shown))[0] == text


def test_a_greek_letter_with_an_index_begins_no_word() -> None:
    """The index is in the font of words; a ligature is in that of its letters."""
    assert read(in_two_fonts("/F2 12 Tf (in \\037) Tj /F1 8 Tf (path) Tj"))[0] == "in path"
    assert read(in_two_fonts("/F2 12 Tf (a\\013) Tj /F1 8 Tf (temp) Tj"))[0] == "atemp"


def test_nor_does_a_greek_letter_behind_a_function_end_one() -> None:
    """The function is in the font of words, as "stuff" is with its ligature."""
    pdf = in_two_fonts("/F1 12 Tf (stu\\033 the sin) Tj /F2 12 Tf (\\033.) Tj")
    assert read(pdf)[0] == "stuff the sin."


@pytest.mark.parametrize(
    ("codes", "text"),
    [
        ("31303015313230", "100\u2013120"),
        ("636f6d6d697474656516776869636820", "committee\u2014which"),
        ("107175616c69747911", "\u201cquality\u201d"),
        ("20107175616c69747911", "\u201cquality\u201d"),
        ("2012576f727465102c", "\u201eWorte\u201c,"),
        ("20136d6f747314", "\u00abmots\u00bb"),
    ],
)
def test_dashes_and_quotation_marks_of_a_font_without_a_map(codes: str, text: str) -> None:
    """TeX's new fonts number them so."""
    page = assemble(page_objects([f"BT /F1 12 Tf 72 720 Td <{codes}> Tj ET".encode()]))
    said, warnings = read(page)
    assert (said.strip(), warnings) == (text, ())


def test_an_accent_of_a_font_without_a_map_is_no_quotation_mark() -> None:
    """TeX's old fonts have accents there, which are drawn above a letter."""
    objects = page_objects([b"BT /F1 12 Tf 72 720 Td [<14> 400 (Cech)] TJ ET"])
    objects[3] = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 20/LastChar 20/Widths[500]>>"
    assert read(assemble(objects)) == ("Cech", ("1 control character left out",))


def test_nor_is_one_above_a_dotless_i() -> None:
    """That has no map either, and the letter before it is no neighbour of the accent."""
    objects = page_objects([b"BT /F1 12 Tf 72 720 Td [(un pa) <13> 400 <10> (s ) <13> 400 (unico)] TJ ET"])
    widths = b"500 " * 107
    objects[3] = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 16/LastChar 122/Widths[%b]>>" % widths
    assert read(assemble(objects)) == ("un pas unico", ("3 control characters left out",))


def test_what_stands_where_no_ligature_would_is_counted_though_its_font_has_no_map() -> None:
    content = b"BT /F1 12 Tf 14 TL 72 720 Td <6f6e65200c2074776f> Tj T* <0d63206f6666> Tj ET"
    assert read(assemble(page_objects([content]))) == ("one  two\nc off", ("2 control characters left out",))


def test_a_nul_is_no_hyphen_and_a_hyphen_beside_one_still_joins() -> None:
    """Beside a sign that pdfium leaves out, and one that is two units long, the right ones are found."""
    font = cmap_font(
        b"6 beginbfchar <0041> <0061> <0042> <0000> <0043> <002D> <0044> <0003> <0045> <D83DDE00> <0046> <0020> "
        b"endbfchar",
        embedded=False,
    )
    line, next_line = b"<0045004400410042004100460041004100410043>", b"<00410041004100410041>"
    content = b"BT /F1 12 Tf 14 TL 72 720 Td %b Tj T* %b Tj ET" % (line, next_line)
    assert read(assemble(page_objects([content]) | font)) == (
        "\U0001f600aa aaaaaaaa",
        ("1 NUL character left out", "1 control character left out"),
    )


@pytest.mark.parametrize("end", ["\f", "\n\f"])
def test_the_form_feed_with_which_an_engine_ends_a_page_is_no_ligature(end: str) -> None:
    assert clean_text(f"the last page{end}") == (f"the last page{end[:-1]}", ())


@pytest.mark.parametrize(
    ("meaning", "text"),
    [("0002", ""), ("0093", ""), ("FFFF", ""), ("D835DC65", "\U0001d465"), ("D844DE3D", "\U0002123d")],
)
def test_one_such_sign_or_a_pair_costs_a_page_neither_its_accents_nor_its_paragraphs(meaning: str, text: str) -> None:
    """Where pdfium's characters aren't the text's signs one by one, nothing on the page could be placed."""
    rows = f"<0000> <{meaning}> <0042> <00A8> <0043> <0075> <0044> <006E>"
    word = "<0042> Tj 0 0 Td <00430044> Tj"  # the accent first, and then its letter below it
    shown = f"<000000430044> Tj 0 -14 Td {word} 0 -14 Td <00440043> Tj 0 -40 Td <00430044> Tj"
    content = f"BT /F1 12 Tf 72 720 Td {shown} ET".encode()
    font = cmap_font(f"4 beginbfchar {rows} endbfchar".encode(), embedded=False)
    read_text, _ = read(assemble(page_objects([content]) | font))
    assert read_text == f"{text}un\nün\nnu\n\nun"


def in_named_ligatures(shown: str) -> bytes:
    """A font that names its ligatures by their letters, in no order of TeX's own, and one that doesn't name them."""
    objects = page_objects([f"BT 72 720 Td {shown} ET".encode()])
    objects[4] = objects[4].replace(b"/F1 3 0 R", b"/F1 3 0 R/F2 9 0 R")
    objects[9] = objects[3].replace(b"Helvetica", b"Times-Roman")
    names = b"<</Differences[23/T_h 27/f_i/f_f_i/f_f 65/A 147/f_l]>>"
    objects[3] = objects[3].replace(b"/WinAnsiEncoding", names)
    return assemble(objects)


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("/F1 12 Tf (\\027e di\\035erent o\\034ce \\033nds a \\223oor) Tj", "The different office finds a floor"),
        ("/F1 12 Tf (\\033eld ) Tj /F2 12 Tf (di\\033erent \\034eld) Tj", "field different field"),
    ],
)
def test_a_ligature_is_what_its_font_calls_it(shown: str, text: str) -> None:
    """pdfium gives the codes of such names, and they were read as TeX numbers its own: 'diflerent', 'ffeld'."""
    assert read(in_named_ligatures(shown)) == (text, ())


@pytest.mark.parametrize("broken", [b"/BaseFont/Helvetica#ff", b"/BaseFont 7", b"/BaseFont[/X]"])
def test_a_font_of_which_nothing_can_be_told_costs_no_page(broken: bytes) -> None:
    pdf = in_named_ligatures("/F1 12 Tf (a \\033eld di\\035erent) Tj").replace(b"/BaseFont/Helvetica", broken, 1)
    assert "eld" in read(pdf)[0]


def drawn_font(names: str, glyph: int) -> bytes:
    """A font whose glyphs are drawings and have these names by code; each is what object `glyph` draws."""
    called = [name for name in names.split() if not name.isdecimal()]
    procs = "".join(f"/{name} {glyph} 0 R" for name in called)
    font = f"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.1 0 0 .1 0 0]/CharProcs<<{procs}>>/FirstChar 0"
    differences = " ".join(name if name.isdecimal() else f"/{name}" for name in names.split())
    widths = " 6" * 256
    return f"{font}/LastChar 255/Widths[{widths}]/Encoding<</Differences[{differences}]>>>>".encode()


def in_drawn_letters(shown: str, *fonts: str) -> dict[int, bytes]:
    objects = page_objects([f"BT /F1 12 Tf 72 720 Td {shown} ET".encode()])
    objects |= {9: b"<</Length 35>>stream\n6 0 0 0 5 7 d1 0 0 5 7 re f        \nendstream"}
    objects |= {10 + number: drawn_font(names, 9) for number, names in enumerate(fonts)}
    named = b"".join(b"/F%d %d 0 R" % (1 + number, 10 + number) for number in range(len(fonts)))
    objects[4] = objects[4].replace(b"/F1 3 0 R", named)
    return objects


LETTERS = "1 T o space 7 i a N 13 m n period eacute 193 zero"


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("(\\001\\002\\003\\011\\010\\015) Tj", "To Nam"),
        ("(\\001\\020\\003\\301) Tj 0 -14 Td (\\015\\007\\016\\017) Tj", "Té 0\nmin."),
    ],
)
def test_letters_that_are_drawings_are_what_their_font_calls_them(shown: str, text: str) -> None:
    """pdfium gives their codes, and the page was taken for a scan."""
    assert read(assemble(in_drawn_letters(shown, LETTERS))) == (text, ())


@pytest.mark.parametrize("other", ["1 T a", "1 T a65"])
def test_a_code_that_two_fonts_without_a_name_call_otherwise_is_no_letter(other: str) -> None:
    shown = "(\\001\\002) Tj /F2 12 Tf (\\002\\001) Tj"
    assert read(assemble(in_drawn_letters(shown, LETTERS, other))) == ("TT", ("2 control characters left out",))


def test_letters_that_a_form_draws_are_what_its_own_font_calls_them() -> None:
    objects = in_drawn_letters("(\\001) Tj ET /X Do BT /F1 12 Tf 90 720 Td (\\003) Tj", LETTERS, "1 T o 3 comma")
    objects[4] = objects[4].replace(b"/F2 11 0 R>>", b">>/XObject<</X 12 0 R>>")
    form = b"BT /F1 12 Tf 80 720 Td (\\002\\003) Tj ET"
    head = b"<</Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</Font<</F1 11 0 R>>>>/Length %d>>" % len(form)
    objects[12] = head + b"stream\n" + form + b"\nendstream"
    assert read(assemble(objects)) == ("To", ("2 control characters left out",))


def test_words_with_such_a_ligature_are_marked() -> None:
    document = open_pdfium(in_named_ligatures("/F1 12 Tf (a di\\035erent \\033eld) Tj"), lambda: ())
    try:
        _, _, found = boxes(document.raw, 0, ["different", "field", "ffeld"], 10, document.glyph_names)
    finally:
        document.close()
    assert len(found) == 2


@pytest.mark.parametrize(
    ("meanings", "text"),
    [
        ((*"of", "66006900", *"le ", "74006900", *"n pe", "74006900", "74006900", *"on"), "offile tin petition"),
        ((*"o", "6600CF00", *"ce wa", "6600D200", *"e a", "7400DD00", *"c so", "66007400"), "office waffle attic soft"),
        ((*"di", "66006600", *"er Schi", "6600DA00"), "differ Schifft"),
        (("7EAA", "6600", *" ", "7435", "7400"), "纪昀 琵琀"),
        (("9752", "66006900", "7D05"), "青昀椀紅"),
    ],
)
def test_letters_of_ligatures_whose_bytes_were_swapped(meanings: tuple[str, ...], text: str) -> None:
    """Ghostscript 10.0 wrote such maps, and every viewer believes them: 'o\u6600\ucf00ce'. Han stays as it is."""
    written = (meaning if len(meaning) > 1 else f"{ord(meaning):04X}" for meaning in meanings)
    assert read(shown(*written)) == (text, ())


def test_words_with_swapped_letters_are_marked() -> None:
    document = open_pdfium(shown("0061", "0020", "006F", "6600CF00", "0063", "0065"), lambda: ())
    try:
        assert len(boxes(document.raw, 0, ["office"], 10)[2]) == 1
    finally:
        document.close()
