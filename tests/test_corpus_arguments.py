"""Whatever a caller hands to a corpus works or is one sentence that names the argument, before anything is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest

from ingest_widgets import Corpus, CorpusError, FileRecord, Page, Reason, Status
from tests.corpus_parts import extraction, failure, source


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("Entropy of heat.", "Heat death."))
        corpus.write(source("b.pdf"), failure(Reason.ENCRYPTED))
        corpus.write(source("c.pdf"), extraction("Cold.", status=Status.PARTIAL, reason=Reason.TIMEOUT, detail="Slow."))
        yield corpus


@pytest.mark.parametrize(
    ("dpi", "error"),
    [
        *((bad, ValueError) for bad in (0, -1, 1201, 1e9, 10**400, float("nan"), float("inf"))),
        *((bad, TypeError) for bad in ("110", None, True, 110j, [110], numpy.eye(3))),
    ],
)
def test_a_resolution_that_cannot_be_drawn_is_named_before_a_worker_is_asked(
    corpus: Corpus, dpi: Any, error: type[Exception]
) -> None:
    for draw in (corpus.page_image, corpus.page_sheet):
        with pytest.raises(error, match=r"^dpi must be") as raised:
            draw("a.pdf", 1, dpi=dpi)
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize("number", ["1", None, 1.0, True, [1], numpy.eye(3)])
def test_a_page_number_is_a_whole_number(corpus: Corpus, number: Any) -> None:
    for ask in (corpus.page, corpus.page_image, corpus.page_sheet):
        with pytest.raises(TypeError, match=r"^number must be an int, not"):
            ask("a.pdf", number)


def test_a_page_number_out_of_a_data_frame_will_do(corpus: Corpus) -> None:
    assert corpus.page("a.pdf", numpy.int64(2)).text == "Heat death."  # type: ignore[arg-type]


def test_a_record_stands_for_its_file_everywhere(corpus: Corpus) -> None:
    record = corpus.files()[0]
    assert [page.number for page in corpus.pages(record)] == [1, 2]
    assert corpus.page(record, 2).text == "Heat death."
    assert {hit.file for hit in corpus.search("heat", file=record)} == {"a.pdf"}
    assert {chunk.file for chunk in corpus.chunks(file=record)} == {"a.pdf"}
    assert corpus.keywords(record) == corpus.keywords("a.pdf")
    corpus.remove(record)
    assert "a.pdf" not in corpus


@pytest.mark.parametrize(
    "call",
    [
        lambda corpus, file: corpus.pages(file),
        lambda corpus, file: corpus.page(file, 1),
        lambda corpus, file: corpus.page_image(file, 1),
        lambda corpus, file: corpus.search("heat", file=file),
        lambda corpus, file: corpus.chunks(file=file),
        lambda corpus, file: corpus.keywords(file),
        lambda corpus, file: corpus.remove(file),
        lambda corpus, file: corpus.file(file),
    ],
)
@pytest.mark.parametrize("file", [10, b"a.pdf", {"a.pdf": 1}, Path("a.pdf")])
def test_anything_but_a_name_or_a_record_is_refused_at_the_call(
    corpus: Corpus, call: Callable[[Corpus, Any], object], file: object
) -> None:
    with pytest.raises(TypeError, match=r"^file must be a name"):
        call(corpus, file)
    assert len(corpus.files()) == 3


def test_a_search_can_be_limited_to_several_files(corpus: Corpus) -> None:
    record = corpus.files()[0]
    assert {hit.file for hit in corpus.search("heat OR cold", file=["c.pdf", record])} == {"a.pdf", "c.pdf"}
    assert corpus.search("heat", file=[]).total == corpus.search("heat", file=["nope.pdf"]).total == 0
    with pytest.raises(TypeError, match=r"^file must be a name"):
        corpus.search("heat", file=["a.pdf", 10])  # type: ignore[list-item]


def test_a_search_can_be_limited_to_a_column_of_a_data_frame(corpus: Corpus) -> None:
    column = corpus.to_pandas().file
    for files in (column, column.unique(), (name for name in ["a.pdf"])):
        assert corpus.search("heat", file=files).total == corpus.search("heat", file="a.pdf").total > 0


def test_a_page_out_of_range_says_how_many_there_are(corpus: Corpus) -> None:
    for number, message in ((3, "a.pdf has 2 pages, there is no page 3"), (0, "no page 0: pages count from 1")):
        with pytest.raises(CorpusError, match=message):
            corpus.page("a.pdf", number)


def test_a_page_of_a_file_that_failed_or_is_partial_says_why_it_is_not_there(corpus: Corpus) -> None:
    with pytest.raises(CorpusError, match=r"^b\.pdf has no pages in the corpus \(failed, encrypted\): It is broken"):
        corpus.page("b.pdf", 1)
    with pytest.raises(CorpusError, match=r"^c\.pdf has 1 page in .*, there is no page 2 \(partial, timeout\): Slow"):
        corpus.page("c.pdf", 2)


def test_an_unknown_status_names_the_choices_and_a_reason_is_told_apart(corpus: Corpus) -> None:
    for bad in ("bad", 5, ["failed"]):
        with pytest.raises(ValueError, match="'ingested', 'partial', 'failed', 'cancelled'"):
            corpus.files(bad)  # type: ignore[arg-type]
    for reason in ("no_text", Reason.NO_TEXT):
        with pytest.raises(ValueError, match="'no_text' is a reason, not a status"):
            corpus.files(reason)
    assert [record.name for record in corpus.files(Status.FAILED)] == ["b.pdf"]


@pytest.mark.parametrize("max_chars", [1, 2, 20, 100, 150])
def test_without_an_overlap_of_ones_own_any_size_will_do(corpus: Corpus, max_chars: int) -> None:
    assert list(corpus.chunks(max_chars))
    assert corpus.to_langchain(max_chars=max_chars)


def test_the_default_overlap_is_150_and_never_more_than_half_a_chunk(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("Heat is work. " * 300))
        assert list(corpus.chunks()) == list(corpus.chunks(1200, 150))
        assert list(corpus.chunks(300)) == list(corpus.chunks(300, 150))
        assert list(corpus.chunks(100)) == list(corpus.chunks(100, 50)) != list(corpus.chunks(100, 99))


def test_an_overlap_that_was_given_and_does_not_fit_is_refused(corpus: Corpus) -> None:
    for cut in (corpus.chunks, corpus.to_langchain):
        with pytest.raises(ValueError, match=r"^overlap must be"):
            cut(max_chars=100, overlap=150)


@pytest.mark.parametrize("overlap", [0, 5, -1])
def test_an_overlap_of_documents_that_are_whole_pages_is_refused(corpus: Corpus, overlap: int) -> None:
    with pytest.raises(ValueError, match=r"^overlap is of chunks, .* give both, say max_chars=1200"):
        corpus.to_langchain(overlap=overlap)


@pytest.mark.parametrize("bad", ["100", 10.5, True])
def test_sizes_of_chunks_are_whole_numbers_at_the_call(corpus: Corpus, bad: Any) -> None:
    for cut in (corpus.chunks, corpus.to_langchain):
        with pytest.raises(TypeError, match=r"^max_chars must be an int"):
            cut(max_chars=bad)
        with pytest.raises(TypeError, match=r"^overlap must be an int"):
            cut(max_chars=100, overlap=bad)


@pytest.mark.parametrize(
    ("value", "error"),
    [(None, TypeError), ("5", TypeError), (2.5, TypeError), (True, TypeError), (-1, ValueError), (10**400, ValueError)],
)
def test_a_limit_or_offset_that_is_no_count_is_one_clear_error(
    corpus: Corpus, value: Any, error: type[Exception]
) -> None:
    for name in ("limit", "offset"):
        with pytest.raises(error, match=rf"^{name} must be"):
            corpus.search("heat", **{name: value})
    with pytest.raises(error, match=r"^limit must be"):
        corpus.keywords(limit=value)


def test_one_file_is_found_by_its_name(corpus: Corpus) -> None:
    assert corpus.file("b.pdf") == corpus.files()[1]
    assert corpus.file(corpus.files()[1]) == corpus.files()[1]
    with pytest.raises(CorpusError, match=r"did you mean 'a\.pdf'"):
        corpus.file("aa.pdf")


def test_a_name_is_in_the_corpus_or_not(corpus: Corpus) -> None:
    assert "a.pdf" in corpus
    assert corpus.files()[1] in corpus
    assert "aa.pdf" not in corpus
    assert 10 not in corpus


@pytest.mark.parametrize("path", [42, None, True, ["c.sqlite"], 1.5])
def test_what_is_no_path_is_named(path: Any) -> None:
    with pytest.raises(TypeError, match=r"^path must be a str or a path, not"):
        Corpus(path)


def test_a_path_in_bytes_will_do_and_what_can_be_no_file_is_refused(tmp_path: Path) -> None:
    with Corpus(bytes(tmp_path / "c.sqlite")) as corpus:  # type: ignore[arg-type]
        assert corpus.path == tmp_path / "c.sqlite"
    with pytest.raises(CorpusError, match=r"can't be in memory: give a path"):
        Corpus(":memory:")
    for name in ("a\0b", "a\ud800b"):
        for use in (Corpus, corpus.to_csv):
            with pytest.raises(CorpusError, match=r"no file system takes the path 'a\\"):
                use(name)


def test_pages_hits_and_chunks_are_short_in_a_list(corpus: Corpus) -> None:
    corpus.write(source("long.pdf"), extraction("word " * 428 + "end", "more"))
    (page, _), hit = corpus.pages("long.pdf"), corpus.search("word")[0]
    chunk = next(corpus.chunks(5_000, file="long.pdf"))
    assert repr(page) == "Page(file='long.pdf', number=1, 2,143 characters)"
    assert repr(chunk) == "Chunk(file='long.pdf', first_page=1, last_page=2, 2,148 characters)"
    assert repr(hit).startswith(f"Hit(file='long.pdf', page=1, score={hit.score:.3g}, 'word word ")
    assert len(repr(hit)) < 120
    assert page == Page("long.pdf", 1, page.text, "pdfium")
    assert page != Page("long.pdf", 1, "other", "pdfium")


def test_a_slice_shows_itself_as_the_table_that_it_is_cut_from(corpus: Corpus) -> None:
    files, results = corpus.files(), corpus.search("heat OR cold")
    assert repr(files[1:]).startswith("2 files: 1 partial, 1 failed\nname")
    assert list(files[1:]) == list(files)[1:]
    assert isinstance(files[0], FileRecord)
    assert "<table>" in results[1:2]._repr_mimebundle_()["text/html"]
    assert (list(results[1:2]), results[1:2].total, results[1:].offset) == ([results[1]], 3, 1)
    assert list(results[::-1]) == list(reversed(results))
