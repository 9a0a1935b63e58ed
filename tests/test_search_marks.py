"""Words that a mark makes other ones (C++, Na+, AT&T, .NET) are found where they stand so, and only there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_widgets import Corpus
from ingest_widgets.corpus.queries.parsing import parse_query
from ingest_widgets.corpus.search.snippets import Marker
from ingest_widgets.corpus.words.marked import marked_words, typed_marks
from tests.corpus_parts import extraction, source

TEXTS = {
    "cpp": "Written in C++ or c++.",
    "newer": "C++17 adds much",
    "sharp": "Written in C# and (F#)",
    "plain": "Plain C, (c) 17, vitamin c + c",
    "chinese": "用C++写的程序",
    "wide": "Ｆ++ und ℳ",
    "net": "ASP.NET or .NET Core",
    "income": "The net. Income of a net",
    "bell": "AT&T Bell Labs",
    "time": "measured at T = 0, at t",
    "research": "R&D costs",
    "spaced": "R & D costs",
    "letters": "R D costs",
    "ions": "Na+/K+ pumps, Ca2+",
    "salts": "Na and K, Ca2, x+y",
    "accented": "Zoë& Sons, é+",
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with Corpus(tmp_path_factory.mktemp("marks") / "c.sqlite") as corpus:
        for name, text in TEXTS.items():
            corpus.write(source(name), extraction(text))
        corpus.write(source("title"), extraction("A book", title="C# and Notepad++"))
        yield corpus


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("C++", "chinese cpp newer"),
        ('"in c++"', "cpp"),
        ("What OR C++?", "chinese cpp newer"),
        ("C++17", "newer"),
        ("Ｆ++", "wide"),
        ("C#", "sharp title"),
        ("notepad++", "title"),
        ("written -C++", "sharp"),
        ("F# OR (C++ written)", "cpp sharp"),
        ("C", "chinese cpp newer plain sharp title"),
        (".NET", "net"),
        ("asp.net", "net"),
        ("net", "income net"),
        ("AT&T", "bell"),
        ('"at t"', "bell time"),
        ("r&d", "research spaced"),
        ("na+ ca2+", "ions"),
        ("K+", "ions"),
        ("x+y", "salts"),
        ("x+", ""),
        ("Zoë&", "accented"),
    ],
)
def test_a_word_with_a_mark_is_found_only_where_it_has_it(corpus: Corpus, query: str, names: str) -> None:
    found = corpus.search(query)
    assert (sorted(hit.file for hit in found), found.total) == (names.split(), len(names.split()))
    assert {hit.file for hit in corpus.search(query, match="any")} >= set(names.split())


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("C++", ["C++", "c++"]),
        ("written C", ["Written", "C", "c"]),
        ("C++ written", ["Written", "C++", "c++"]),
        (".net core", [".NET", ".NET", "Core"]),
        ("at&t", ["AT&T"]),
        ('"r&d costs"', ["R & D costs"]),
        ("Na+ K", ["Na+", "K"]),
    ],
)
def test_it_is_marked_with_its_mark_in_a_snippet(corpus: Corpus, query: str, marked: list[str]) -> None:
    shown = [[hit.snippet[start:end] for start, end in hit.spans] for hit in corpus.search(query)]
    assert marked in shown


@pytest.mark.parametrize("phrase", ["C/C++", "C++ and C", "AT&T at AT", ".NET and net", "Na and Na+"])
def test_a_word_that_a_phrase_has_with_its_mark_and_without_is_marked_both_times(tmp_path: Path, phrase: str) -> None:
    with Corpus(tmp_path / "corpus.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(f"Written: {phrase} here"))
        (hit,) = corpus.search(f'"{phrase}"')
    assert [hit.snippet[start:end] for start, end in hit.spans] == [phrase]


@pytest.mark.parametrize(
    ("query", "marked"), [("Na+", "Na⁺"), ("na⁺", "Na⁺"), ("Ca2+", "Ca²⁺"), ("Ca²⁺", "Ca²⁺"), ("Fe3+", "Fe³⁺")]
)
def test_the_raised_plus_of_an_ion_is_one(tmp_path: Path, query: str, marked: str) -> None:
    with Corpus(tmp_path / "corpus.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("Na⁺, Ca²⁺ and Fe³⁺", "Na, Ca2 and Fe3"))
        (hit,) = corpus.search(query)
    assert (hit.page, [hit.snippet[start:end] for start, end in hit.spans]) == (1, [marked])


def test_a_corpus_of_the_version_before_is_searched_by_the_words_and_takes_the_marks_up_at_its_first_write(
    tmp_path: Path,
) -> None:
    path = tmp_path / "c.sqlite"
    with Corpus(path) as corpus:
        corpus.write(source("a.pdf"), extraction("in C++", "vitamin C"))
    with closing(sqlite3.connect(path)) as con, con:
        con.execute("UPDATE pages SET parts = NULL")
        con.execute("INSERT INTO page_words (page_words) VALUES ('rebuild')")
        con.execute("PRAGMA user_version = 6")
    with Corpus(path) as corpus:
        assert [corpus.search(query).total for query in ("C++", "vitamin -(C++ OR x)", "-(in C++)")] == [2, 0, 1]
        corpus.prepare()
        assert [corpus.search(query).total for query in ("C++", "vitamin -(C++ OR x)", "-(in C++)")] == [1, 1, 1]
        assert corpus.check() == []


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.text("aC+#&. é用\n1", max_size=12), st.sampled_from(["C++", "C#", "C+", "aC&", ".aC", "C1+", "C&a"]))
def test_what_the_index_holds_is_what_is_marked(text: str, query: str) -> None:
    held = {word.lower() for word in marked_words(text)} >= {word.lower() for word in typed_marks(query)}
    (term,) = parse_query(query).terms
    if Marker([term]).matches(text):
        assert held
    elif len(term.words) == 1:
        assert not held
