"""What is marked is what the index found, letter for letter, and the snippet shows it as plain text."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_widgets import Corpus
from ingest_widgets.corpus.page_images import needles
from ingest_widgets.corpus.queries.parsing import parse_query
from ingest_widgets.corpus.search.boxes import boxes_of
from ingest_widgets.corpus.search.snippets import Marker, make_snippet
from ingest_widgets.documents import ScannedLine
from tests.corpus_parts import extraction, source


def marked(tmp_path: Path, text: str, query: str) -> list[str]:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(text))
        (hit,) = corpus.search(query)
    return [hit.snippet[start:end] for start, end in hit.spans]


@pytest.mark.parametrize(
    "word",
    ["हिन्दी", "दस्तावेज़", "গ্রন্থ", "தமிழ்", "தொழில்", "పుస్తకం", "ಕನ್ನಡ", "പുസ്തകം", "පොත්", "પુસ્તક", "བོད"],
)
def test_a_word_keeps_the_marks_that_make_it_another_word(tmp_path: Path, word: str) -> None:
    assert marked(tmp_path, f"x {word} {word[:2]} y", word) == [word]


@pytest.mark.parametrize("word", ["हिन्दी", "தமிழ்", "పుస్తకం"])
def test_no_mark_ends_before_a_vowel_sign(tmp_path: Path, word: str) -> None:
    assert marked(tmp_path, f"x {word} {word[:-1]} y", word[:-1]) == [word[:-1]]


@pytest.mark.parametrize(
    ("text", "query", "matches"),
    [
        ("Lodz and Soren", "Łódź", ["Lodz"]),
        ("Lodz and Soren", "Søren", ["Soren"]),
        ("Łódź, Dordevic", "Đorđević", ["Dordevic"]),
        ("longterm", "Łó*", ["longterm"]),
        ("10 m², CO₂ and m2", "m2 co2", ["m²", "CO₂", "m2"]),
        ("10 m², CO₂ and m2", "m²", ["m²", "m2"]),
        ("daſs, dass", "dass", ["daſs", "dass"]),
        ("мой и мои, йод и иод", "мой", ["мой"]),
        ("мой и мои, йод и иод", "мои", ["мои"]),
        ("мой и мои, йод и иод", "йод", ["йод"]),
        ("ёлка, елка", "елка", ["ёлка", "елка"]),
        ("İ ΗΛΙΟΣ, ήλιος", "ήλιος", ["ΗΛΙΟΣ", "ήλιος"]),
        ("שָׁלוֹם, שלום", "שָׁלוֹם", ["שָׁלוֹם", "שלום"]),
    ],
)
def test_letters_are_the_same_where_the_index_takes_them_for_the_same(
    tmp_path: Path, text: str, query: str, matches: list[str]
) -> None:
    assert marked(tmp_path, text, query) == matches


def test_a_page_with_a_radical_that_has_no_sign_of_its_own_is_marked(tmp_path: Path) -> None:
    assert marked(tmp_path, "water \u2ea1 and \u2f47", "water") == ["water"]


@pytest.mark.parametrize(("text", "word"), [("किखोज खोज", "खोज"), ("שָׁלוֹם לום", "לום"), ("xe\u0301a e\u0301a", "ea")])
def test_no_mark_begins_inside_a_word_behind_a_vowel_sign(tmp_path: Path, text: str, word: str) -> None:
    assert marked(tmp_path, text, word) == [text.split()[1]]


def test_a_rare_word_behind_many_frequent_ones_is_shown_and_has_its_place_among_the_first(tmp_path: Path) -> None:
    text = "the " * 300 + "zebra" + " the" * 300
    assert "zebra" in marked(tmp_path, text, "the zebra")
    assert needles(text, parse_query("the zebra").terms) == ["the", "zebra"]
    forms = "".join(f"a{n} " for n in range(300))
    assert needles(f"{forms}zebra", parse_query("a* zebra").terms)[:3] == ["a0", "zebra", "a1"]
    line = ScannedLine(0.0, 0.0, 500.0, 10.0, f"{forms * 4}zebra")
    assert max(box[2] for box in boxes_of([line], parse_query("a* zebra").terms)) == pytest.approx(500)


def test_the_snippet_is_of_the_place_with_the_most_different_words(tmp_path: Path) -> None:
    text = f"{'heat ' * 20}{'x ' * 300}the heat of black holes{' y' * 300}{'black ' * 20}"
    assert marked(tmp_path, text, "heat black holes") == ["heat", "black", "holes"]


@pytest.mark.parametrize("row", ["\u200c", "\u200d", "\u0301", "\u200c\u0301"])
def test_a_long_row_of_joiners_behind_each_word_is_read_in_one_way(tmp_path: Path, row: str) -> None:
    """Trying each way to part it between the word and the gap took hours."""
    text = "".join(f"{word}{row * 3_000} " for word in ("the", "cat", "dog"))
    assert marked(tmp_path, f"{text}. The cat sat", '"the cat sat"') == ["The cat sat"]


def test_a_phrase_longer_than_a_snippet_is_shown_from_its_beginning() -> None:
    text = "x " * 300 + "needle " * 60 + "y " * 300
    snippet, spans = make_snippet(text, [(600, 1020, 1)])
    assert [snippet[a:b] for a, b in spans] == [("needle " * 60).strip()]


@pytest.mark.parametrize("leader", [" . . . . . . . . . ", " ............. "])
def test_a_line_of_a_table_of_contents_is_shown_without_its_dots(leader: str) -> None:
    text = f"1 Words{leader}3\n2 Entropy{leader}35\n3 Order{leader}36"
    at = text.index("Entropy")
    snippet, spans = make_snippet(text, [(at, at + 7, 1)])
    assert snippet == "1 Words \u2026 3 2 Entropy \u2026 35 3 Order \u2026 36"
    assert [snippet[a:b] for a, b in spans] == ["Entropy"]


def test_snippets_are_one_line_of_plain_text_around_the_matches() -> None:
    text = "Nothing here.\n" * 60 + "The <b>needle</b>\tis\n\nhere.\x07 " + "And nothing there. " * 60
    start = text.index("needle")
    snippet, spans = make_snippet(text, [(start, start + 6, 1)])
    assert len(snippet) < 300
    assert [snippet[a:b] for a, b in spans] == ["needle"]
    assert snippet.startswith("\u2026")
    assert snippet.endswith("\u2026")
    assert "\n" not in snippet
    assert "\x07" not in snippet
    assert "<b>needle</b> is here." in snippet


@given(st.lists(st.integers(0, 600), max_size=12))
def test_marks_are_right_however_far_apart_the_matches_are(gaps: list[int]) -> None:
    text = "needle".join("x y\n" * gap for gap in [*gaps, 3])
    matches = [(*match.span(), 1) for match in re.finditer("needle", text)]
    snippet, marks = make_snippet(text, matches)
    assert {snippet[start:end] for start, end in marks} == ({"needle"} if gaps else set())
    assert len(snippet) < 260


def test_to_mark_many_words_takes_little_even_on_pages_with_letters_beyond_ascii() -> None:
    """Large classes of letters, each half a millisecond to compile, once stood for every letter of a query."""
    words = [f"{a}tude{b}nce" for a in "bcdfghjk" for b in "lmnpr"]
    calls = 0

    def count(_frame: FrameType, event: str, _value: object) -> None:
        nonlocal calls
        calls += event == "call"

    Marker(parse_query("once a process").terms).matches("été")
    marker = Marker(parse_query(" ".join(words)).terms)
    sys.setprofile(count)
    try:
        found = marker.matches(" ".join(words).replace("e", "é"))
    finally:
        sys.setprofile(None)
    assert len(found) == len(words)
    assert calls < 1_000 * len(words)
