"""Chunks lie exactly where they say, are no longer than asked, and never begin or end inside a word."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_widgets import Chunk, Corpus, CorpusError, Page
from ingest_widgets.corpus.chunks.cutting import chunks_of
from ingest_widgets.engines.layout.margins import marginal_lines
from tests.corpus_parts import extraction, source

WORDS = st.text("abcdefgXYZ\u00e9\u0301ß0_", min_size=1, max_size=12)
TEXTS = st.lists(
    st.one_of(
        WORDS, st.sampled_from([" ", "  ", ". ", "\n", "\n\n", "! ", "\u3002", "日本語の文章", "-", "\f", ", ", "\r\n"])
    ),
    max_size=60,
).map("".join)
SIZES = st.integers(1, 120).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1)))


def make_pages(texts: list[str]) -> list[Page]:
    return [Page("a.pdf", 3 * number + 1, text, "pdfium") for number, text in enumerate(texts)]


def places(pages: list[Page], chunk: Chunk) -> tuple[int, int]:
    """Its start and end in the pages joined with form feeds."""
    numbers = [page.number for page in pages]
    before = [0]
    for page in pages:
        before.append(before[-1] + len(page.text) + 1)
    return (
        before[numbers.index(chunk.first_page)] + chunk.start,
        before[numbers.index(chunk.last_page)] + chunk.end,
    )


@given(st.lists(TEXTS, min_size=1, max_size=5), SIZES)
def test_offsets_index_into_the_page_texts_exactly(texts: list[str], sizes: tuple[int, int]) -> None:
    pages = make_pages(texts)
    by_number = {page.number: page.text for page in pages}
    for chunk in chunks_of(pages, *sizes):
        if chunk.first_page == chunk.last_page:
            assert chunk.text == by_number[chunk.first_page][chunk.start : chunk.end]
        else:
            between = [by_number[n] for n in by_number if chunk.first_page < n < chunk.last_page]
            head, tail = by_number[chunk.first_page][chunk.start :], by_number[chunk.last_page][: chunk.end]
            assert chunk.text == "\f".join([head, *between, tail])


@given(st.lists(TEXTS, min_size=1, max_size=5), SIZES)
def test_everything_is_in_some_chunk_and_the_overlap_is_kept(texts: list[str], sizes: tuple[int, int]) -> None:
    pages, (max_chars, overlap) = make_pages(texts), sizes
    text, last_start, last_end = "\f".join(texts), -1, 0
    for chunk in chunks_of(pages, max_chars, overlap):
        start, end = places(pages, chunk)
        assert last_start < start
        assert last_end < end
        assert text[last_end:start].strip() == ""
        assert last_end - start <= overlap
        assert chunk.text == chunk.text.strip() != ""
        last_start, last_end = start, end
    assert text[last_end:].strip() == ""


@pytest.mark.parametrize("overlap", [0, 60])
@pytest.mark.parametrize("heading", ["2.4 Logical vectors", "Logical Vectors", "\u8ad6\u7406\u578b\u5909\u6570"])
def test_a_heading_stays_with_what_it_heads(heading: str, overlap: int) -> None:
    before, after = "Some numbers are whole. " * 9, "All of them are true or false. " * 9
    text = f"{before.strip()}\n\n{heading}\n\n{after.strip()}"
    for max_chars in range(len(before) + len(heading) + 1, len(text) - 1):
        first, second, *_ = chunks_of(make_pages([text]), max_chars, overlap)
        assert first.text.endswith("."), max_chars
        assert any(f"{heading}\n\nAll of them" in chunk.text for chunk in (first, second))


def test_lines_that_stand_alone_are_parted_between_lines() -> None:
    lines = [f"Slide number {letter} says so" for letter in "abcdefghijklmnopqrst"]
    for max_chars in range(50, 150):
        for chunk in chunks_of(make_pages(["\n\n".join(lines)]), max_chars, 0):
            assert set(chunk.text.split("\n\n")) <= set(lines)


@pytest.mark.parametrize("overlap", [0, 60])
def test_the_rows_of_a_table_stay_whole(overlap: int) -> None:
    rows = [f"row {number} of  values {number}.{number} . . . . {number * 7}" for number in range(100, 150)]
    for max_chars in range(100, 150):
        for chunk in chunks_of(make_pages(["\n".join(rows)]), max_chars, overlap):
            assert set(chunk.text.split("\n")) <= set(rows)


@given(st.lists(TEXTS, min_size=1, max_size=5), SIZES)
def test_no_chunk_is_too_long_unless_it_is_one_word_and_none_cuts_a_word(
    texts: list[str], sizes: tuple[int, int]
) -> None:
    pages, (max_chars, overlap) = make_pages(texts), sizes
    text = f" {chr(12).join(texts)} "
    for chunk in chunks_of(pages, max_chars, overlap):
        start, end = (place + 1 for place in places(pages, chunk))
        assert len(chunk.text) <= max_chars or all(c.isalnum() or c in "_\u0301" for c in chunk.text[1:])
        for before, after in ((text[start - 1], text[start]), (text[end - 1], text[end])):
            is_word = before.isalnum() and after.isalnum() and before < "\u3000" and after < "\u3000"
            assert not is_word


ONE_SIGN = st.sampled_from(
    ["ไ", "ก็", "น้ำ", "ຄຳ", "ｶﾞ", "熱", "हिन्दी", "👍🏽", "👨\u200d👩\u200d👧", "❤\ufe0f", "🇩🇪", "e\u0301", " "]
)


@given(st.lists(ONE_SIGN, max_size=40), SIZES)
def test_no_cut_parts_a_vowel_sign_from_its_letter_or_an_emoji(signs: list[str], sizes: tuple[int, int]) -> None:
    text = "".join(signs)
    between = {0, *accumulate(map(len, signs))}
    for chunk in chunks_of(make_pages([text]), *sizes):
        assert chunk.text == text[chunk.start : chunk.end]
        assert {chunk.start, chunk.end} <= between


def test_paragraphs_come_before_sentences_and_sentences_before_words() -> None:
    def texts(text: str, size: int) -> list[str]:
        return [chunk.text for chunk in chunks_of(make_pages([text]), size, 0)]

    assert texts("One one. Two two.\n\nThree three. Four.", 24) == ["One one. Two two.", "Three three. Four."]
    assert texts("One one. Two two.\n\nThree. Four four four.", 26) == ["One one. Two two.", "Three. Four four four."]
    assert texts("One one one. Two two two two.", 20) == ["One one one.", "Two two two two."]
    assert texts("one two three four", 9) == ["one two", "three", "four"]
    assert texts("As e.g. this. Next", 15) == ["As e.g. this.", "Next"]
    assert texts("As e.g. Knuth. In the U.S. Virgin Islands", 32) == ["As e.g. Knuth.", "In the U.S. Virgin Islands"]


def test_a_sentence_may_run_over_two_pages() -> None:
    (chunk,) = chunks_of(make_pages(["It begins here", "and ends there."]), 100, 10)
    assert (chunk.first_page, chunk.last_page, chunk.start, chunk.end) == (1, 4, 0, 15)
    assert chunk.text == "It begins here\fand ends there."


def test_the_overlap_begins_with_a_whole_sentence_where_there_is_one() -> None:
    chunks = list(chunks_of(make_pages(["First sentence here. Second one. Third sentence comes."]), 36, 15))
    assert [chunk.text for chunk in chunks] == ["First sentence here. Second one.", "Second one. Third sentence comes."]


RUNNING = st.sampled_from(["Annual Report", "Page 1 of 9", "7", "8", "", "Draft"])


@given(st.lists(st.tuples(RUNNING, TEXTS, RUNNING).map("\n".join), min_size=1, max_size=6), SIZES)
def test_without_the_margins_every_other_word_is_in_some_chunk_at_its_exact_place(
    texts: list[str], sizes: tuple[int, int]
) -> None:
    pages = make_pages(texts)
    margins = list(marginal_lines(texts))
    text, covered = "\f".join(texts), set[int]()
    for chunk in chunks_of(pages, *sizes, margins):
        start, end = places(pages, chunk)
        assert chunk.text == text[start:end]
        covered.update(range(start, end))
    before = 0
    for page, spans in zip(texts, margins, strict=True):
        marginal = {before + place for low, high in spans for place in range(low, high)}
        assert not covered & marginal
        missing = set(range(before, before + len(page))) - covered - marginal
        assert not "".join(text[place] for place in missing).strip()
        before += len(page) + 1


def test_running_lines_are_marked_and_left_out_of_chunks_unless_they_are_asked_for(tmp_path: Path) -> None:
    letters = "abcdef"
    texts = [
        f"Annual Report\n\n{letter * 9} begins.\nIt is {letter * 5}.\n\n{n}" for n, letter in enumerate(letters, 7)
    ]
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(*texts))
        corpus.write(source("b.pdf"), extraction("No such lines."))
        marked = {n: [texts[n - 1][a:b] for a, b in spans] for n, spans in corpus.margins("a.pdf").items()}
        assert marked == {n: ["Annual Report", str(n + 6)] for n in range(1, 7)}
        assert corpus.margins("b.pdf") == {}
        assert [chunk.text for chunk in corpus.chunks(file="a.pdf")] == [text[15:-3].strip() for text in texts]
        whole = "\f".join(texts)
        assert [chunk.text for chunk in corpus.chunks(file="a.pdf", margins=True)] == [whole]
        with pytest.raises(CorpusError, match=r"no file 'a' .* did you mean 'a\.pdf'\?"):
            corpus.margins("a")


def test_the_chunks_of_an_unknown_file_are_an_error_that_names_a_near_one(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("report.pdf"), extraction("One."))
        with pytest.raises(CorpusError, match=r"no file 'raport\.pdf' .* did you mean 'report\.pdf'\?"):
            corpus.chunks(file="raport.pdf")


def test_a_corpus_gives_the_chunks_of_each_file_apart(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("One. " * 30, "Two. " * 30))
        corpus.write(source("b.pdf"), extraction("", "Three."))
        chunks = list(corpus.chunks(max_chars=100, overlap=20))
        assert {chunk.file for chunk in chunks} == {"a.pdf", "b.pdf"}
        assert [chunk.text for chunk in chunks if chunk.file == "b.pdf"] == ["Three."]
        assert [chunk.text for chunk in corpus.chunks(file="b.pdf")] == ["Three."]


@pytest.mark.parametrize(("sizes", "name"), [((0, 0), "max_chars"), ((100, 100), "overlap"), ((100, -1), "overlap")])
def test_sizes_that_cannot_be_kept_are_named_at_once(tmp_path: Path, sizes: tuple[int, int], name: str) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus, pytest.raises(ValueError, match=name):
        corpus.chunks(*sizes)
