"""Russian whose fonts have no map to Unicode."""

from __future__ import annotations

import pypdfium2

from ingest_widgets.engines.files.producers import programs_of
from ingest_widgets.engines.pages.open_page import OpenPage, handle_of
from ingest_widgets.engines.pages.page_text import changes
from tests.test_page_text import drawn, lines_at, texts

LINES = ["Руководство по созданию пакетов", "и о том, что в нём важно для читателя", "я"]
TEX = {"ё": "\xbc", "«": "\xbe", "»": "\xbf"}


def as_latin(text: str, others: dict[str, str]) -> str:
    """What pdfium makes of it: each letter is the one that has its number in Latin-1."""
    return "".join(others.get(sign) or sign.encode("cp1251").decode("latin-1") for sign in text)


def read(*lines: str) -> list[str]:
    (text,) = texts(drawn(lambda canvas: lines_at(canvas, list(lines))))
    return text.split("\n")


def test_russian_letters_are_what_they_look_like() -> None:
    """In Windows' encoding and in TeX's, which differ in what stands beside the alphabet."""
    assert read(*(as_latin(line, {}) for line in LINES)) == LINES
    quoted = [*LINES, "«Пакеты Debian» и «пакеты»"]
    assert read(*(as_latin(line, TEX) for line in quoted)) == quoted


def test_latin_words_beside_them_stay() -> None:
    words = "Debian et Zoë à l'été: 2 × 3"
    assert read(*(as_latin(line, {}) for line in LINES), words)[-1].split()[:3] == ["Debian", "et", "Zoë"]


def test_letters_with_accents_are_no_russian_elsewhere() -> None:
    lines = ["L'île où l'été naît, dès août", "å være på øya, så på fjorden", "città e virtù, però ciò", "àéèùîåòñ"]
    assert read(*lines) == lines


def test_such_a_word_is_marked_where_it_stands() -> None:
    """As all that was changed by the cleaning."""
    document = pypdfium2.PdfDocument(drawn(lambda canvas: lines_at(canvas, [as_latin(line, {}) for line in LINES])))
    with OpenPage(handle_of(document), 0) as page:
        edits = changes(page, from_right=False, programs=programs_of(document))
        assert [word for _, _, word in edits] == " ".join(LINES).replace(",", "").split()
        assert page.text[edits[0][0] : edits[0][1]] == as_latin("Руководство", {})
    document.close()
