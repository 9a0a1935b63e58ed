"""Accents, points, strokes, joiners and widths may be typed or left out, and a phrase is found where it stands."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from ingest_widgets import Corpus
from ingest_widgets.corpus.words.page import page_words
from tests.corpus_parts import extraction, marked, source

PHRASES = [
    ("καλή και νύχτα", '"καλή νύχτα"', None),
    ("καλή και νύχτα", '"καλη νυχτα"', None),
    ("Η Αθήνα έχει πολλά μουσεία στην πόλη.", '"Αθήνα πολλά"', None),
    ("Η Αθήνα έχει πολλά μουσεία στην πόλη.", '"εχει πολλα μουσεια"', "έχει πολλά μουσεία"),
    ("το σπίτι μου", '"το σπιτι μου"', "το σπίτι μου"),
    ("το σπίτι μου", '"το σπίτι μου"', "το σπίτι μου"),
    ("στο\nσπίτι", '"στο σπιτι"', "στο σπίτι"),
    ("ну всё равно где ёж", '"все равно"', "всё равно"),
    ("ну всё равно где ёж", '"все равно где ёж"', "всё равно где ёж"),
    ("ну все равно", '"всё равно"', "все равно"),
    ("ну всё равно", '"все рав"*', "всё равно"),
    ("Miasto Bielsko-Biała leży", "bielsko-biala", "Bielsko-Biała"),
    ("mieszka w Łodzi", '"w lodzi"', "w Łodzi"),
    ("Đà Nẵng city", '"da nang"', "Đà Nẵng"),
    ("هذا الخط الأميري", '"الخط الاميري"', "الخط الأميري"),
    ("使用Łódź 和 Øresund", '"lodz 和 oresund"', "Łódź 和 Øresund"),
    ("–” \u0300 command \u0300” → naïve \u0301text", '"command naive text"', "command \u0300” → naïve \u0301text"),
    ("in \u0300chroot \u0300ed, naïvement", "chroot", "chroot"),
    ("in \u0300chroot \u0300ed, ne\u0335ed a\u0301\u0335bc", "need", "ne\u0335ed"),
    ("a\u0335bc bc", '"a bc"', None),
    ("वे िलिहत आहो", '"वे िलिहत आहो"', "वे िलिहत आहो"),  # as some fonts lead to it
    ("of \u20d7q and \u20d7 q", '"\u20d7q and \u20d7 q"', "\u20d7q and \u20d7 q"),
    ("гⷭ҇дь рече", '"гⷭ҇дь рече"', "гⷭ҇дь рече"),
    ("I ON HEAT\nbody.\nPART TWO OF DOGS", '"heat part"', None),
    ("I ON HEAT\nbody.\nPART TWO OF DOGS", '"two of"', "TWO OF"),
]
SPELT = [
    ("Die Straße, STRAẞE, Strasse", "strasse", ["Straße", "STRAẞE", "Strasse"]),
    ("Die Straße, STRAẞE, Strasse", "straße", ["Straße", "STRAẞE", "Strasse"]),
    ("Die Straße ist lang", '"strasse ist"', ["Straße ist"]),
    ("Strassenbahn", "Straß*", ["Strassenbahn"]),
    ("Straßenbahn", "stras*", ["Straßenbahn"]),
    ("Schloßstraße und Schlosstraße", "schlossstrasse", ["Schloßstraße"]),
    ("Ærø, Ǽre og ære", "aero aere", ["Ærø", "Ǽre", "ære"]),
    ("un œuf, le cœur; oeuf", "oeuf COEUR", ["œuf", "cœur", "oeuf"]),
    ("Þórður and Guðmundur, Ŋ", "thordur gudmundur n", ["Þórður", "Guðmundur", "Ŋ"]),
    ("Goſſip über Ĳssel und Straße２", "ijssel strasse2", ["Ĳssel", "Straße２"]),
    ("Ǿrsted", "orsted", ["Ǿrsted"]),
    ("ایران یک کتاب", "ايران كتاب", ["ایران", "کتاب"]),
    ("ايران يك كتاب", '"ایران یک"', ["ايران يك"]),
    ("Ærø", "ro", None),
    ("Straße", "stra", None),
    ("Große", "sse", None),
]


@pytest.mark.parametrize(("text", "query", "marks"), SPELT)
def test_letters_that_are_typed_as_two_are_found_either_way(
    tmp_path: Path, text: str, query: str, marks: list[str] | None
) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(text, title="Œuvres"))
        hits = corpus.search(query)
        assert [[hit.snippet[start:end] for start, end in hit.spans] for hit in hits] == ([marks] if marks else [])
        assert corpus.search("oeuvres").total == 1


def test_a_mark_that_sqlite_does_not_know_parts_words_like_any_other(tmp_path: Path) -> None:
    assigned = {"P", "S", "Zs", "Cf"}
    unseen = (NJ, J, "\xad", "\u200b", "\u2060", "\ufeff")
    codes = (*range(0x80, 0x10000), *range(0x1F000, 0x1FC00))
    marks = [c for c in map(chr, codes) if {unicodedata.category(c), unicodedata.category(c)[0]} & assigned]
    marks = [c for c in marks if c not in unseen]
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(*(f"left{mark}right" for mark in marks), "🙂 left 🙂 right 🙂"))
        found = {hit.page for hit in corpus.search("left right", limit=10_000)}
        assert [hex(ord(mark)) for page, mark in enumerate(marks, 1) if page not in found] == []
        assert len(marks) + 1 in {hit.page for hit in corpus.search('"left right"', limit=10_000)}
    assert page_words("“quoted” – 5 € → 6 £").bare is None


def test_a_key_phrase_and_a_guess_of_such_letters(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("Große Straße. " * 3))
        assert {"Große Straße"} == {keyword.phrase for keyword in corpus.keywords()}
        assert corpus.search("strase").suggestion == "strasse"


@pytest.mark.parametrize(("text", "query", "match"), PHRASES)
def test_a_phrase_is_found_with_and_without_accents_and_only_where_it_stands(
    tmp_path: Path, text: str, query: str, match: str | None
) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(text, title="Of Łódź"))
        hits = corpus.search(query)
        assert corpus.search(f"-{query}").total == 1 - hits.total
    assert [match] * hits.total == [match] * bool(match)
    assert all(match in [hit.snippet[start:end] for start, end in hit.spans] for hit in hits)


def test_no_phrase_reaches_from_the_title_into_the_first_heading(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("x\nPART TWO\ny", title="Laws of héat"))
        assert corpus.search('"heat part"').total == 0
        assert corpus.search('"of heat" "part two"').total == 1


@pytest.mark.parametrize("word", ["café", "мой", "データ", "한국어", "Łódź", "Ελλάδα", "Việt"])
def test_what_is_pasted_with_its_accents_apart_is_found_and_marked(tmp_path: Path, word: str) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(f"x {word} y"))
        assert marked(corpus, unicodedata.normalize("NFD", word)) == {word}
        assert marked(corpus, unicodedata.normalize("NFD", f'"x {word}"')) & {word, f"x {word}"}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_files_name_is_found_with_its_accents_composed_and_apart(tmp_path: Path, form: Literal["NFC", "NFD"]) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source(unicodedata.normalize(form, "Ärger.pdf")), extraction("entropy"))
        totals = {corpus.search(f"file:{wanted}").total for wanted in ("Ärg", "a\u0308rger.pdf", "A\u0308*r.pdf")}
    assert totals == {1}


NJ, J = "\u200c", "\u200d"
FORMS = [
    ("من میخواهم بروم", f"می{NJ}خواهم", {"میخواهم"}),
    (f"من می{NJ}خواهم بروم", "میخواهم", {f"می{NJ}خواهم"}),
    (f"من می{NJ}خواهم بروم", f"می{NJ}خوا*", {f"می{NJ}خواهم"}),
    (f"من می{NJ}خواهم بروم", f'"من می{NJ}خواهم"', {f"من می{NJ}خواهم"}),
    ("من می خواهم بروم", f"می{NJ}خواهم", {"می خواهم"}),
    (f"کتاب{NJ}های خوبی", "کتاب", {"کتاب"}),
    (f"کتاب{NJ}های خوبی", '"کتاب های"', {f"کتاب{NJ}های"}),
    (f"کتاب{NJ}های خوبی", '"های خوبی"', None),
    (f"Neuauf{NJ}lage, Auf{NJ}lage", "auflage", {f"Auf{NJ}lage"}),
    (f"ශ්{J}රී ලංකා", "ශ්රී", {f"ශ්{J}රී"}),
    (f"ශ්{J}රී ලංකා", f"ශ්{J}රී", {f"ශ්{J}රී"}),
    (f"ශ්{J}රී ලංකා", "රී", None),
    ("هذا كتـــاب جميل عن محمـد", "كتاب", {"كتـــاب"}),
    ("هذا كتـــاب جميل عن محمـد", '"عن محمد"', {"عن محمـد"}),
    ("هذا كتـــاب جميل عن محمـد", "حمد", None),
    ("هذا كتاب جميل", "كتــاب", {"كتاب"}),
    ("ـكتابـ جميل", "كتاب", {"كتابـ"}),
    ("株式会社ＡＢＣは２０２４年に", "ABC", {"ＡＢＣ"}),
    ("株式会社ＡＢＣは２０２４年に", "2024年", {"２０２４年"}),
    ("株式会社ABCは2024年に", "ａｂｃ ２０２４", {"ABC", "2024"}),
    ("Ｐｙｔｈｏｎ入門", "python", {"Ｐｙｔｈｏｎ"}),
    ("Ｐｙｔｈｏｎ入門", "pyth*", {"Ｐｙｔｈｏｎ"}),
    ("新ｼｽﾃﾑとﾊﾟｿｺﾝ･ﾃﾞｰﾀ", "システム", {"ｼｽﾃﾑ"}),
    ("新ｼｽﾃﾑとﾊﾟｿｺﾝ･ﾃﾞｰﾀ", "パソコン・データ", {"ﾊﾟｿｺﾝ･ﾃﾞｰﾀ"}),
    ("新ｼｽﾃﾑとﾊﾟｿｺﾝ･ﾃﾞｰﾀ", "ハソコン", None),
    ("新システムとパソコン", "ﾊﾟｿｺﾝ", {"パソコン"}),
    ("\u2f47本語を使\u2f64する", "日本語", {"\u2f47本語"}),
    ("\u2f47本語を使\u2f64する", "使用", {"使\u2f64"}),
    ("日本語を使用する", "使\u2f64", {"使用"}),
    ("\u2ed1い\u2ea0主", '"長い民主"', {"\u2ed1い\u2ea0主"}),
    ("葛\U000e0100城市の辻\ufe00さん", "葛城 辻さん", {"葛\U000e0100城", "辻\ufe00さん"}),
    ("where 𝑣𝑒𝑙𝑜𝑐𝑖𝑡𝑦 = 𝑝𝑎𝑡ℎ/𝑡𝑖𝑚𝑒", '"velocity path"', {"𝑣𝑒𝑙𝑜𝑐𝑖𝑡𝑦 = 𝑝𝑎𝑡ℎ"}),
    ("where 𝑣𝑒𝑙𝑜𝑐𝑖𝑡𝑦 = 𝑝𝑎𝑡ℎ/𝑡𝑖𝑚𝑒", "velo* 𝐓𝐈𝐌𝐄 WHERE", {"𝑣𝑒𝑙𝑜𝑐𝑖𝑡𝑦", "𝑡𝑖𝑚𝑒", "where"}),
    ("of 5 µm or µA", "μm ΜA", {"µm", "µA"}),
    ("of 5 μm", "µm", {"μm"}),
    ("sin 𝛼 and 𝝈", "α σ", {"𝛼", "𝝈"}),
    ("葛城市", "葛\U000e0100城", {"葛城"}),
]


@pytest.mark.parametrize(("text", "query", "matches"), FORMS)
def test_joiners_stretched_words_and_widths_may_be_typed_or_not(
    tmp_path: Path, text: str, query: str, matches: set[str] | None
) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(text))
        assert (corpus.search(query).total, marked(corpus, query)) == (1 if matches else 0, matches or set())
        assert corpus.search(f"-{query}").total == (0 if matches else 1)
        assert corpus.page("a.pdf", 1).text == text


@pytest.mark.parametrize(
    ("text", "typed", "meant"),
    [
        (f"می{NJ}خواهم", f"می{NJ}خواهیم", "م\u064aخواهم"),
        ("كتـــاب", "كتتاب", "كتاب"),
        ("Ｐｙｔｈｏｎ", "ｐｙｔｏｎ", "python"),
    ],
)
def test_a_guess_is_made_in_the_forms_that_are_typed(tmp_path: Path, text: str, typed: str, meant: str) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(f"x {text} y"))
        assert corpus.search(typed).suggestion == meant
        assert marked(corpus, meant) == {text}


def test_full_width_punctuation_leaves_a_page_as_it_is() -> None:
    assert page_words("full，width。（x）！").bare is None
