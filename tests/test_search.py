"""What a person types finds the pages it should, in the order it should, with the matches marked in plain text."""

from __future__ import annotations

import random
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_widgets import Corpus
from ingest_widgets.corpus.queries.expressions import match_expression
from ingest_widgets.corpus.queries.parsing import parse_query
from ingest_widgets.corpus.words.signs import paired
from tests.corpus_parts import extraction, marked, source

TEXTS = {
    "hindi.pdf": ["हिन्दी में खोज, कि शब्द मिले \u0130stanbul"],
    "heat.pdf": ["The entropy of heat never falls.", "Disorder and entropy; the second law of heat."],
    "Café notes.pdf": ["Café, naïve façade: visited in São Paulo.", "Cafe\u0301 written with a detached accent."],
    "日本.pdf": [
        "日本語の文章を探す。全文検索は便利です。\n次の行に続く言葉も見つ\nかる。",
        "한국어검색 텍스트",
        "ภาษาไทยค้นหา",
    ],
    "accents.pdf": ["Η Ελλάδα", "Пётр ест мёд, чёрный чай", "Łódź, Ørsted", "كِتَابٌ أحمد", "שָׁלוֹם"],
    "code.pdf": ["state-of-the-art C++ code with foo_bar() and don't-care bits, e.g. x.y", "entropic running runs run"],
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with Corpus(tmp_path_factory.mktemp("search") / "c.sqlite") as corpus:
        for name, texts in TEXTS.items():
            corpus.write(source(name), extraction(*texts))
        yield corpus


def found(corpus: Corpus, query: str, **options: object) -> set[tuple[str, int]]:
    results = corpus.search(query, **options)  # type: ignore[arg-type]
    pages = {(hit.file.removesuffix(".pdf"), hit.page) for hit in results}
    assert results.total == len(pages)
    return pages


@pytest.mark.parametrize(
    ("query", "pages"),
    [
        ("entropy", {("heat", 1), ("heat", 2)}),
        ("ENTROPY Heat", {("heat", 1), ("heat", 2)}),
        ("entropy second", {("heat", 2)}),
        ('"second law"', {("heat", 2)}),
        ('"law second"', set()),
        ("\u201csecond law\u201d", {("heat", 2)}),
        ("entropy -second", {("heat", 1)}),
        ('entropy -"second law"', {("heat", 1)}),
        ("law OR falls", {("heat", 1), ("heat", 2)}),
        ("heat disorder OR falls", {("heat", 1), ("heat", 2)}),
        ("falls OR disorder second", {("heat", 2)}),
        ("entropy AND second", {("heat", 2)}),
        ("entropy OR", {("heat", 1), ("heat", 2)}),
        ("second AND", {("heat", 2)}),
        ("OR falls", {("heat", 1)}),
        ("AND falls", {("heat", 1)}),
        ("law OR OR falls", {("heat", 1), ("heat", 2)}),
        ("law AND OR falls", {("heat", 1), ("heat", 2)}),
        ("entropy OR -second", {("heat", 1)}),
        ("-second OR entropy", {("heat", 1)}),
        ("entropy OR file:heat second", {("heat", 2)}),
        ('"OR" falls', set()),
        ("falls -OR", {("heat", 1)}),
        ("OR OR", set()),
        ("entropy -(law OR runs)", {("heat", 1)}),
        ("-(law OR falls) entrop*", {("code", 2)}),
        ('entrop* -("second law" OR falls', {("code", 2)}),
        ("entrop* -(heat law)", {("heat", 1), ("code", 2)}),
        ("entrop* -(heat -law)", {("heat", 2), ("code", 2)}),
        ("entrop* -((law) OR (falls never))", {("code", 2)}),
        ("(falls heat) OR runs", {("heat", 1), ("code", 2)}),
        ("(falls law) OR runs", {("code", 2)}),
        ("(heat -law) OR runs", {("heat", 1), ("code", 2)}),
        ("heat (-law)", {("heat", 1)}),
        ("heat (law OR entropi*)", {("heat", 2)}),
        ("(law OR runs) entrop*", {("heat", 2), ("code", 2)}),
        ("（law OR runs） entrop*", {("heat", 2), ("code", 2)}),
        ("(file:heat OR file:code) entropic", {("code", 2)}),
        ("-(file:heat OR file:hindi.pdf) entrop*", {("code", 2)}),
        ("foo_bar() OR law", {("code", 1), ("heat", 2)}),
        ("law) OR (falls", {("heat", 1), ("heat", 2)}),
        ("(OR) falls", {("heat", 1)}),
        ("-(-law) falls", {("heat", 1)}),
        ("() OR -() falls", {("heat", 1)}),
        ("(OR) \xad", set()),
        ("entrop*", {("heat", 1), ("heat", 2), ("code", 2)}),
        ('"second la"*', {("heat", 2)}),
        ("file:heat entropy", {("heat", 1), ("heat", 2)}),
        ("entropy OR entropic file:HEAT", {("heat", 1), ("heat", 2)}),
        ('file:"café notes" paulo', {("Café notes", 1)}),
        ("entrop* -file:heat", {("code", 2)}),
        ("entrop* file:co*", {("code", 2)}),
        ("entrop* file:*.PDF -file:c*de*", {("heat", 1), ("heat", 2)}),
        ("entrop* file:ode*", set()),
        ("entrop* file:heat*heat", set()),
        ('paulo file:"Caf* notes.pdf"', {("Café notes", 1)}),
        ('paulo file:"Café notes.pdf"', {("Café notes", 1)}),
        ("file:code.pdf", {("code", 1), ("code", 2)}),
        ("entrop* file:code OR file:heat", {("heat", 1), ("heat", 2), ("code", 2)}),
        ("file:code OR file:heat OR file:hindi entropy", {("heat", 1), ("heat", 2)}),
        ("file:code OR file:nope", {("code", 1), ("code", 2)}),
        ("file:code OR file:heat file:e", {("code", 1), ("code", 2), ("heat", 1), ("heat", 2)}),
        ("file:code OR file:heat file:at", {("heat", 1), ("heat", 2)}),
        ("second OR file:heat OR file:code", {("heat", 2)}),
        ("file:heat OR second", {("heat", 2)}),
        ("file:heat OR -file:code second", {("heat", 2)}),
        ("-file:heat OR file:code entrop*", {("code", 2)}),
        ("file:heat file:code", set()),
        ("file:code -run", {("code", 1)}),
        ("cafe", {("Café notes", 1), ("Café notes", 2)}),
        ("CAFÉ", {("Café notes", 1), ("Café notes", 2)}),
        ("naive facade sao", {("Café notes", 1)}),
        ("ελλαδα", {("accents", 1)}),
        ("ΕΛΛΆΔΑ", {("accents", 1)}),
        ("мед петр", {("accents", 2)}),
        ("мёд", {("accents", 2)}),
        ("ёст", {("accents", 2)}),
        ("черный чай", {("accents", 2)}),
        ("черныи", set()),
        ("пите", set()),
        ("lodz orsted", {("accents", 3)}),
        ("łódź", {("accents", 3)}),
        ("лод OR lød*", {("accents", 3)}),
        ("كتاب احمد", {("accents", 4)}),
        ("שלום", {("accents", 5)}),
        ("全文検索", {("日本", 1)}),
        ("語の", {("日本", 1)}),
        ("探", {("日本", 1)}),
        ("見つかる", {("日本", 1)}),
        ("す", {("日本", 1)}),
        ("文日", set()),
        ("・全文検索", {("日本", 1)}),
        ("全文検索・ ・", {("日本", 1)}),
        ("・", set()),
        ("「全文検索」 OR entropy", {("日本", 1), ("heat", 1), ("heat", 2)}),
        ("falls OR （全文検索）。", {("日本", 1), ("heat", 1)}),
        ("검색", {("日本", 2)}),
        ("ไทย", {("日本", 3)}),
        ("खोज", {("hindi", 1)}),
        ("कि", {("hindi", 1)}),
        ("क", set()),
        ("-entropy file:heat", set()),
        ("foo_bar", {("code", 1)}),
        ("state-of-the-art", {("code", 1)}),
        ("don't", {("code", 1)}),
        ("c++", {("code", 1)}),
        ("en\xadtro\u200bpy", {("heat", 1), ("heat", 2)}),
        ("\ufb06ate", {("code", 1)}),
    ],
)
def test_a_query_finds_just_these_pages(corpus: Corpus, query: str, pages: set[tuple[str, int]]) -> None:
    assert found(corpus, query) == pages


@pytest.mark.parametrize(
    "query", ["", "   ", "++", '"', '""', "-", "*", "()", "\0", "\ud800", "file:", "OR", "-file:x"]
)
def test_a_query_without_a_word_is_no_error(corpus: Corpus, query: str) -> None:
    assert corpus.search(query).total in (0, len(corpus))


@pytest.mark.parametrize(
    "query",
    [
        "NEAR(entropy heat)",
        "text:entropy",
        "entropy^2",
        "(entropy",
        'heat "entropy',
        "headings : entropy",
        "entropy {heat}",
    ],
)
def test_what_is_syntax_elsewhere_is_text_here(corpus: Corpus, query: str) -> None:
    corpus.search(query)
    assert all(
        word in "near entropy heat text 2 headings"
        for term in parse_query(query).terms
        for word in map(str.lower, term.words)
    )


@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from(["a", '"', "-", "OR", "*", "file:", "file:*a*", "AND", "(", "日", "é", "\0"])).map(
        " ".join
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_input_is_an_error_and_every_span_lies_in_its_snippet(corpus: Corpus, query: str) -> None:
    for hit in corpus.search(query):
        last = 0
        for start, end in hit.spans:
            assert last <= start < end <= len(hit.snippet)
            last = end


def test_a_long_pasted_text_is_a_query_too(corpus: Corpus) -> None:
    results = corpus.search("entropy " * 20_000)
    assert results.total == 2
    assert repr(results).startswith(f"2 pages match '{'entropy ' * 12}ent\u2026' (")
    assert corpus.search(" OR ".join(f"word{n}" for n in range(5_000)) + " OR entropy").total == 2
    for query in (
        "x" * 1_000_000,
        '"' + "entropy " * 20_000 + '"',
        "日本" * 20_000,
        "-a " * 20_000 + "entropy*",
        "-( " * 20_000 + "a",
    ):
        corpus.search(query)


@pytest.mark.parametrize("mark", [".", "*", "使.", "a."])
def test_a_long_run_of_marks_is_read_in_one_pass(corpus: Corpus, mark: str) -> None:
    """Looking at the run again from each of its marks took minutes."""
    assert corpus.search(mark * 200_000).total == 0


def test_of_a_very_long_phrase_the_later_words_need_only_be_there(tmp_path: Path) -> None:
    words = [f"w{number}" for number in range(600)]
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(" ".join(words)))
        assert corpus.search(f'"{" ".join(words)}"').total == 1
        assert corpus.search(f'"{" ".join([*words[:300], *words[:1], *words[301:]])}"').total == 1
        for wrong in ([*words[1::-1], *words[2:]], [*words, "nowhere"]):
            assert corpus.search(f'"{" ".join(wrong)}"').total == 0
    for repeated in ('"' + "a b " * 25_000 + '"', "1.2." * 25_000, "日本" * 16_000):
        assert len(match_expression(parse_query(repeated))) < 3_000  # FTS5 would take half a minute


def test_of_many_phrases_the_later_ones_need_not_be_in_order_and_the_search_says_so(tmp_path: Path) -> None:
    """Each costs as much as a long one: 64 of two frequent words took four seconds with OR on 100,000 pages."""
    pairs = [f'"v{number} w{number}"' for number in range(200)]
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(" ".join(pairs)))
        for query, total in {
            " ".join(pairs): 1,
            " ".join([*pairs, '"w1 v1"']): 1,
            " ".join(['"w1 v1"', *pairs]): 0,
            " ".join([*pairs, '"w1 nowhere"']): 0,
            " ".join([*pairs, '-"w1 v1"']): 1,
            " ".join([*pairs, '-"v1 w1"']): 1,  # it can't be told from the one before
            " ".join([*pairs, "-v1"]): 0,
        }.items():
            results = corpus.search(query)
            assert results.total == total
            assert "the first 256 words were looked for in order" in results.note
            assert results.note in repr(results)
        assert corpus.search(" ".join(pairs[:128])).note == ""
        assert corpus.search(f'-"{" ".join(["v1", "w1"] * 200)}" v1').total == 1


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("entropy", {"entropy"}),
        ("entrop*", {"entropy", "entropic"}),
        ('"second law" -falls', {"second law"}),
        ('second OR "second law"', {"second law"}),
        ("cafe", {"Café", "Cafe\u0301"}),
        ("全文検索", {"全文検索"}),
        ("見つかる", {"見つ かる"}),
        ("foo_bar", {"foo_bar"}),
        ("sao paulo", {"São", "Paulo"}),
        ("ελλαδα", {"Ελλάδα"}),
        ("lodz", {"Łódź"}),
        ("мед", {"мёд"}),
        ("احمد كتاب", {"كِتَابٌ", "أحمد"}),
        ("שלום", {"שָׁלוֹם"}),
        ("istanbul", {"\u0130stanbul"}),
    ],
)
def test_the_matches_are_marked_as_they_stand_in_the_text(corpus: Corpus, query: str, matches: set[str]) -> None:
    assert marked(corpus, query) == matches


@pytest.mark.parametrize(
    ("query", "pages", "marked"),
    [
        ("Debian", {1, 2}, {"Debian"}),
        ("deb*", {1, 2}, {"Debian"}),
        ("使用Debian系统", {1}, {"使用Debian系统"}),
        ("系统、使用Debian", {1}, {"使用Debian", "系统"}),
        ("第2章", {1}, {"第2章"}),
        ("2", {1}, {"2"}),
        ("Linux2.6", {1}, {"Linux2.6"}),
        ('"Linux2.6能夠"', {1}, {"Linux2.6能夠"}),
        ('"Debian 打包教程 59"', {2}, {"Debian 打包教程 59"}),
        ('"Debian 打包教程 5"*', {2}, {"Debian 打包教程 59"}),
        ('"Debian 59"', set(), set()),
        ('"Debian Linux2"', set(), set()),
        ("系统 -Debian", set(), set()),
    ],
)
def test_words_beside_signs_are_words_and_a_phrase_may_hold_both(
    tmp_path: Path, query: str, pages: set[int], marked: set[str]
) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("mixed.pdf"), extraction("使用Debian系统，第2章。Linux2.6能夠引", "Debian 打包教程 59"))
        hits = corpus.search(query)
    assert {hit.page for hit in hits} == pages
    assert {hit.snippet[start:end] for hit in hits for start, end in hit.spans} == marked


@pytest.mark.parametrize(
    ("text", "query", "match"),
    [
        ("我们使用Debian Linux系统工作", '"Debian Linux"', "Debian Linux"),
        ("我们使用Debian Linux系统工作", '"使用Debian Linux系统"', "使用Debian Linux系统"),
        ("我们使用Debian Linux 系统工作", '"用 Debian Linux 系"', "用Debian Linux 系"),
        ("東京のTokyo Sky Tree。とても", '"sky tree"', "Sky Tree"),
        ("한국어New York시", '"New York"', "New York"),
        ("ภาษาNew York ไทย", '"New York"', "New York"),
        ("使用 Debian 系统", '"使用 Debian"', "使用 Debian"),
        ("Debian 很好。使用它，系统", '"使用 Debian"', None),
        ("Debian 很好。使用它，系统", '"Debian 系统"', None),
        ("Debian 很好。使用它，系统", '"使用 系统"', None),
        ("Debian 很好。使用它，系统", '"使用它 系统"', "使用它，系统"),
        ("한국어\n검색 방법", '"한국어 검색 방법"', "한국어 검색 방법"),
        ("한국어\n검색\n방법", '"한국어 검색 방법"', "한국어 검색 방법"),
        ("한국어 검색 방법", '"한국어\n검색 방법"', "한국어 검색 방법"),
        ("한국어 한국어", '"한국어\n한국어"', "한국어 한국어"),
        ("使用\n系统", '"使用\n系统"', "使用 系统"),
    ],
)
def test_a_phrase_of_signs_and_words_is_found_where_it_stands_and_marked_whole(
    tmp_path: Path, text: str, query: str, match: str | None
) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(text))
        assert marked(corpus, query) == ({match} if match else set())
        assert corpus.search(query).total + corpus.search(f"-{query}").total == 1
        assert corpus.search(f"-{query}").total == (0 if match else 1)


def test_a_page_that_is_one_long_word_beside_signs_takes_no_longer() -> None:
    began = monotonic()
    assert paired("中" + "x" * 1_000_000 + "." + "y" * 1_000_000) is not None
    assert monotonic() - began < 5


def test_the_better_page_comes_first_and_titles_and_headings_weigh_more(tmp_path: Path) -> None:
    filler = "Other words stand here too, and more of them follow. " * 5
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("once.pdf"), extraction(f"{filler} thermodynamics {filler}"))
        corpus.write(source("twice.pdf"), extraction(f"{filler} thermodynamics and thermodynamics {filler}"))
        corpus.write(source("heading.pdf"), extraction(f"3.1 Laws of thermodynamics\n{filler}{filler}"))
        corpus.write(source("titled.pdf"), extraction(filler * 2, filler, title="Thermodynamics"))
        corpus.write(source("alone.pdf"), extraction(f"Thermodynamics\n\n{filler}{filler}"))
        corpus.write(source("below.pdf"), extraction(f"{filler}{filler}\n\nThermodynamics"))
        hits = corpus.search("thermodynamics")
        assert [hit.file for hit in hits][3:] == ["twice.pdf", "below.pdf", "once.pdf"]
        assert {(hit.file, hit.page) for hit in hits[:3]} == {
            (f"{name}.pdf", 1) for name in ("heading", "titled", "alone")
        }
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        assert all(hit.score > 0 for hit in hits)


def test_a_title_of_signs_weighs_more(tmp_path: Path) -> None:
    filler = "这是一些普通的文字没有别的内容\n" * 8
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("twice.pdf"), extraction(f"信息熵，信息熵，{filler}"))
        corpus.write(source("titled.pdf"), extraction(filler, title="信息熵"))
        for number in range(8):
            corpus.write(source(f"{number}.pdf"), extraction(filler))
        assert [hit.file for hit in corpus.search("信息熵")] == ["titled.pdf", "twice.pdf"]


def test_limit_and_offset_walk_through_all_hits_once(corpus: Corpus) -> None:
    everything = list(corpus.search("entropy OR cafe OR run", limit=100))
    walked = [
        hit for offset in range(0, 6, 2) for hit in corpus.search("entropy OR cafe OR run", limit=2, offset=offset)
    ]
    assert walked == everything
    assert corpus.search("entropy", limit=1).total == 2
    assert (len(corpus.search("entropy", limit=0)), len(corpus.search("entropy", offset=9))) == (0, 0)
    for name in ("limit", "offset"):
        with pytest.raises(ValueError, match=name):
            corpus.search("entropy", **{name: -1})  # type: ignore[arg-type]


def test_the_largest_limit_and_offset_are_none_too_large(corpus: Corpus) -> None:
    most = 2**63 - 1
    for query in ("entropy", "-falls", "file:heat"):
        assert len(corpus.search(query, limit=most)) == corpus.search(query).total > 0
        assert len(corpus.search(query, limit=most, offset=1)) == corpus.search(query).total - 1
        assert len(corpus.search(query, limit=most, offset=most)) == 0


def test_the_file_filter_takes_the_exact_name(corpus: Corpus) -> None:
    assert found(corpus, "entrop*", file="code.pdf") == {("code", 2)}
    assert found(corpus, "entrop*", file="code") == set()


def test_a_word_with_hyphens_is_found_written_as_one_too_unless_it_is_quoted(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("a long-term plan", "a longterm plan", "a long term", "term long"))
        pages = {query: {hit.page for hit in corpus.search(query)} for query in ("long-term", '"long-term"', "plan")}
        assert pages == {"long-term": {1, 2, 3}, '"long-term"': {1, 3}, "plan": {1, 2}}
        assert corpus.search("plan -long-term").total == 0
        assert corpus.search("nowhere OR Long-Term").total == 3
        hits = {hit.page: hit for hit in corpus.search("long-term")}
        assert [hits[2].snippet[start:end] for start, end in hits[2].spans] == ["longterm"]


@pytest.mark.parametrize(
    ("query", "pages"),
    [
        ("12000", {1, 2, 3, 4, 5, 6}),
        ("12,000", {1, 2, 3, 4, 5, 6}),
        ("$12.000", {1, 2, 3, 4, 5, 6}),
        ("12'000.50", {6}),
        ('"12000"', {1}),
        ("people -12000", {7}),
        ("2000", {8}),
        ("2,000", {8, 9}),
        ("3000000", {10}),
        ("\xe912000", set()),
        ("0" + "9" * 20 + " OR " + "9" * 5000, set()),
    ],
)
def test_a_number_is_found_whichever_way_its_thousands_are_parted_unless_it_is_quoted(
    tmp_path: Path, query: str, pages: set[int]
) -> None:
    texts = ["12000 people", "12 000", "12\u202f000", "12,000", "12.000", "12\u2019000.50", "12 people, 1000"]
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(*texts, "in 2000", "2,000 of them", "3,000,000"))
        found = corpus.search(query)
    assert ({hit.page for hit in found}, found.total) == (pages, len(pages))
    assert all(hit.spans for hit in found if not query.startswith("people"))


def test_a_search_in_a_file_that_is_not_there_says_so(corpus: Corpus) -> None:
    assert repr(corpus.search("entropy", file="code")) == (
        "No page matches 'entropy': there is no file 'code', did you mean 'code.pdf'?"
    )
    assert corpus.search("nowhere", file="code.pdf").note == ""


def test_what_only_begins_like_a_filter_is_words(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("File::open in Rust", "at file:///home/x", "the file is open"))
        pages = {query: [hit.page for hit in corpus.search(query)] for query in ("File::open", "file:///home/x")}
        assert pages == {"File::open": [1], "file:///home/x": [2]}
        assert [hit.page for hit in corpus.search("open -file::open")] == [3]


def test_a_filter_that_names_no_file_says_so_too(corpus: Corpus) -> None:
    assert corpus.search("file:cod3.pdf entropy").note == "there is no file 'cod3.pdf', did you mean 'code.pdf'?"
    assert corpus.search("file:heat file:nope").note == "there is no file 'nope', corpus.files() lists them"
    assert corpus.search("file:nope", file=["heat", "code.pdf"]).note.startswith("there is no file")
    assert corpus.search("file:nope OR file:none").note == "there is no file 'nope', corpus.files() lists them"
    assert corpus.search("file:heat file:code OR file:nope").note == (
        "no file has 'heat' and 'code' or 'nope' in its name, an OR between the filters looks in the files of each"
    )
    assert [
        corpus.search(query).note for query in ("file:heat nowhere", "-file:nope nowhere", "file:heat -file:heat")
    ] == ["", "", ""]


@pytest.mark.parametrize("query", ["(file:heat entropy) second", "-(file:code running)", "second OR (file:heat falls)"])
def test_a_filter_in_parentheses_with_words_says_that_it_counts_for_all(corpus: Corpus, query: str) -> None:
    assert corpus.search(query).note.startswith("file: counts for the whole query")
    alone = (
        "(file:heat) entropy",
        "(file:heat OR file:code) entropy",
        "-(file:code OR file:nope) x",
        "(second) file:heat",
    )
    assert [corpus.search(query).note for query in alone] == [""] * len(alone)


@pytest.mark.parametrize("name", ['the "old" plan.pdf', "the \u201cold\u201d plan.pdf"])
def test_a_quotation_mark_in_a_files_name_is_doubled(tmp_path: Path, name: str) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        for each in (name, "the old plan.pdf"):
            corpus.write(source(each), extraction("entropy plan"))
        for query in ('file:"the ""old"" plan.pdf"', '-file:"the old" entropy', 'file:"""old""" "entropy plan"'):
            assert found(corpus, query) == {(name.removesuffix(".pdf"), 1)}
        assert found(corpus, 'file:"" "entropy plan"') == found(corpus, "entropy")
        corpus.search('file:"' + '""' * 100_000 + "x")


def test_a_kept_ranking_is_forgotten_when_a_page_comes_or_goes(tmp_path: Path) -> None:
    """Also when another process, here another Corpus, wrote it."""
    with Corpus(tmp_path / "c.sqlite") as corpus, Corpus(tmp_path / "c.sqlite") as other:
        for number, writer in enumerate([corpus, other, corpus, other]):
            writer.write(source(f"{number}.pdf"), extraction("entropy"))
            assert corpus.search("entropy").total == number + 1
        other.remove("0.pdf")
        assert [hit.file for hit in corpus.search("entropy")] == ["1.pdf", "2.pdf", "3.pdf"]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus in which a word is on every one of many pages."""
    path = tmp_path_factory.mktemp("large") / "c.sqlite"
    chance = random.Random(8)
    with Corpus(path) as corpus:
        for number in range(24):
            texts = [
                " ".join(["common"] * chance.randrange(1, 9) + ["word"] * chance.randrange(30)) for _ in range(500)
            ]
            corpus.write(source(f"{number}.pdf"), extraction(*texts))
    return path


def ranked_by_one_statement(path: Path, query: str, count: int) -> list[tuple[str, int, float]]:
    score = "bm25(page_words, 1.0, 4.0, 1.0)"
    with closing(sqlite3.connect(path)) as con:
        return con.execute(
            f"SELECT name, number, -{score} FROM page_words JOIN pages ON pages.id = page_words.rowid JOIN files "
            f"ON files.id = file_id WHERE page_words MATCH ? ORDER BY {score}, name, number LIMIT ?",
            (query, count),
        ).fetchall()


@pytest.mark.parametrize("query", ["common", "common OR word"])
def test_a_frequent_word_is_ranked_as_sqlite_does(large: Path, query: str) -> None:
    with Corpus(large) as corpus:
        results = corpus.search(query, limit=300)
        found = [(hit.file, hit.page, hit.score) for hit in results]
    assert results.total == 12_000
    assert found == ranked_by_one_statement(large, query, 300)


@pytest.mark.parametrize("query", ["entropy", "-nowhere", "file:pdf"])
def test_pages_that_are_level_come_by_name_and_number_whichever_was_read_first(tmp_path: Path, query: str) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        for name in ("b.pdf", "c.pdf", "a.pdf"):
            corpus.write(source(name), extraction("entropy", "entropy of heat", "entropy"))
        places = [(hit.file[0], hit.page) for hit in corpus.search(query)]
        assert places == [(hit.file[0], hit.page) for n in range(9) for hit in corpus.search(query, limit=1, offset=n)]
    level = [place for place in places if query != "entropy" or place[1] != 2]
    assert level == sorted(level)


def test_all_matches_can_be_asked_for_at_once_and_each_comes_once(large: Path) -> None:
    with Corpus(large) as corpus:
        assert len({(hit.file, hit.page) for hit in corpus.search("common", limit=100_000)}) == 12_000


def test_a_page_that_comes_in_between_is_counted_and_ranked_or_neither(large: Path, tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    shutil.copy(large, path)
    with Corpus(path) as corpus, Corpus(path) as other:
        stop = threading.Event()

        def write() -> None:
            number = 0
            while not stop.is_set():
                other.write(source(f"new{number % 5}.pdf"), extraction("common " * 40, f"common {number}"))
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for _ in range(60):
                results = corpus.search("common", limit=50)
                new = {hit.file for hit in results if hit.file.startswith("new")}
                assert results.total == 12_000 + 2 * len(new)
                assert len({(hit.file, hit.page) for hit in results}) == 50
        finally:
            stop.set()
            writer.join()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("entrpy", "entropy"), ("entorpy", "entropy"), ("entropyy", "entropy"), ("disordr", "disorder"), ("xqzw", None)],
)
def test_a_word_that_is_nowhere_brings_the_one_that_was_meant(corpus: Corpus, typed: str, meant: str | None) -> None:
    results = corpus.search(typed)
    assert (results.total, results.suggestion) == (0, meant)
    assert (f"did you mean '{meant}'?" in repr(results)) == (meant is not None)


def test_a_letter_left_out_is_likelier_than_one_struck_wrong(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("three", "three", "three", "thread"))
        assert corpus.search("thred").suggestion == "thread"


def test_there_is_no_guess_when_something_was_found_or_more_was_typed(corpus: Corpus) -> None:
    assert corpus.search("entropy").suggestion is None
    assert corpus.search("entrpy heat").suggestion is None


def test_stemming_finds_other_forms_only_when_asked_for(corpus: Corpus) -> None:
    assert marked(corpus, "running") == {"running"}
    results = corpus.search("running", stemming=True)
    assert {hit.snippet[a:b] for hit in results for a, b in hit.spans} == {"running", "runs", "run"}


@pytest.mark.parametrize(
    ("query", "pages"),
    [
        ("report", {1, 2}),
        ("reports -drafts", {2}),
        ("reports -(drafts OR company)", set()),
        ("(drafted lines) OR dogs", {1, 3}),
        ("DOG'S", {3}),
        ("dog\u2019s", {3}),
        ("companies'", {2}),
        ("u.s", set()),
        ('"reports"', {1}),
        ('"dog\'s"', set()),
        ('"drafts line"', set()),
        ('reporting -"report"', {1}),
        ("repor* -drafts", {2}),
        ("reports*", {1}),
    ],
)
def test_stemming_is_for_words_wherever_they_stand_and_not_for_what_is_quoted(
    tmp_path: Path, query: str, pages: set[int]
) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("reports: draft line", "report of the company", "dogs, and u."))
        assert {hit.page for hit in corpus.search(query, stemming=True)} == pages


def test_any_word_is_enough_when_asked_for(corpus: Corpus) -> None:
    assert found(corpus, "entropy paulo") == set()
    assert found(corpus, "entropy paulo", match="any") == {("heat", 1), ("heat", 2), ("Café notes", 1)}


def test_results_are_a_sequence_that_shows_itself_as_text_and_as_safe_html(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("<img src=x>.pdf"), extraction(*["<script>alert(1)</script> & entropy"] * 30))
        results = corpus.search("entropy", limit=25)
        bundle = results._repr_mimebundle_()
    assert (len(results), results.total, results[0].page, len(results[:3])) == (25, 30, 1, 3)
    assert results.seconds > 0
    assert "<mark>entropy</mark>" in bundle["text/html"]
    assert "&lt;script&gt;" in bundle["text/html"]
    assert "<script" not in bundle["text/html"]
    assert "<img" not in bundle["text/html"]
    assert "\u2026 and 10 more" in bundle["text/html"]
    assert "30 pages match 'entropy'" in bundle["text/plain"]
    assert bundle["text/plain"] == repr(results)
