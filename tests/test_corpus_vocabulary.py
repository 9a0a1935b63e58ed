"""Words are counted and guessed at as the index writes them, in every script."""

from __future__ import annotations

import sqlite3
import sys
import unicodedata
from contextlib import closing
from pathlib import Path

import pytest

from ingest_widgets import Corpus
from ingest_widgets.corpus.words.folding import folded
from ingest_widgets.scripts import SIGN
from tests.corpus_parts import extraction, source


def test_every_letter_and_mark_is_folded_as_the_index_folds_it(tmp_path: Path) -> None:
    letters = [c for c in map(chr, range(sys.maxunicode)) if unicodedata.category(c)[0] in "LM" and not SIGN.match(c)]
    words = [unicodedata.normalize("NFC", f"a{c}b") for c in letters]
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(" ".join(words)))
    with closing(sqlite3.connect(tmp_path / "c.sqlite")) as con:
        con.execute("CREATE VIRTUAL TABLE temp.places USING fts5vocab ('main', 'page_words', 'instance')")
        terms = [term for (term,) in con.execute("SELECT term FROM places WHERE col = 'text' ORDER BY offset")]
    assert list(map(folded, words)) == terms


@pytest.mark.parametrize(
    "word",
    ["основной", "ЁЛКА", "データ", "한국어", "हिन्दी", "ΛΌΓΟΣ", "λόγος", "Łódź", "café", "أحمد", "東京"],
)
def test_a_word_that_is_on_every_page_tells_nothing_of_a_file(tmp_path: Path, word: str) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        for name, own in {"a": "xylem", "b": "phloem", "c": "cambium"}.items():
            corpus.write(source(f"{name}.pdf"), extraction(*[f"{word}. {own}."] * 10))
        first, second = corpus.keywords("a.pdf")
    assert (first.phrase, second.phrase.casefold()) == ("xylem", word.casefold())
    assert second.score < first.score / 2


@pytest.mark.parametrize(
    ("text", "typed", "meant"),
    [
        ("мойка", "мойк", "мойка"),
        ("стройка", "стройкаа", "стройка"),
        ("чёрный", "чорный", "черный"),
        ("ошибки", "оибки", "ошибки"),
        ("گزارش", "زارش", "گزارش"),
        ("שולחן", "ולחן", "שולחן"),
        ("किताब", "कताब", "किताब"),
        ("हिन्दी", "हिन्द", "हिन्दी"),
        ("Λόγος", "λόγς", "λογοσ"),
        ("Łódź", "Łóddź", "lodz"),
    ],
)
def test_a_word_of_any_script_that_was_meant_is_guessed(tmp_path: Path, text: str, typed: str, meant: str) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(f"I ON {text}\n{text}\nII ON {text}", title="x"))
        assert corpus.search(typed).suggestion == meant
        assert corpus.search(meant).total == 1
