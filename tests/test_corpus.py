"""The corpus as a caller meets it: what is written is there, named, counted and sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest_widgets import Corpus, CorpusError, Page, Reason, RunSummary, Status
from tests.corpus_parts import extraction, failure, source
from tests.heard import listening


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus(tmp_path / "corpus.sqlite") as corpus:
        yield corpus


def test_a_fresh_corpus_is_empty_and_makes_no_file_until_something_is_written(corpus: Corpus) -> None:
    assert (len(corpus), corpus.files(), list(corpus.pages()), corpus.check()) == (0, [], [], [])
    assert (corpus.search("anything").total, corpus.known(), corpus.last_run) == (0, {}, None)
    assert not corpus.path.exists()
    corpus.write(source("a.pdf"), extraction("text"))
    assert corpus.path.exists()


def test_what_was_written_comes_back_page_by_page(corpus: Corpus) -> None:
    pages = (Page("", 1, "one", "pdfium"), Page("", 2, "", "pypdf", ("The page has no text.",)))
    record = corpus.write(source("a.pdf"), extraction(pages=pages, title="T", author="A", warnings=("w",)))
    assert (record.name, record.path, record.pages, record.title, record.author) == (
        "a.pdf",
        "/folder/a.pdf",
        2,
        "T",
        "A",
    )
    assert (record.status, record.reason, record.warnings, record.seconds) == (
        Status.INGESTED,
        None,
        ("w", "page 2: The page has no text."),
        0.5,
    )
    assert corpus.files() == [record]
    assert list(corpus.pages()) == [replace(page, file="a.pdf") for page in pages]
    assert len(corpus) == 2


def test_the_record_says_what_the_pages_warn_of_and_on_which(corpus: Corpus) -> None:
    pages = [Page("", n, "x", "pdfium", ("hidden",) if n in (1, 2, 3, 7) else (f"odd {n}",)) for n in range(1, 60)]
    record = corpus.write(source("a.pdf"), extraction(pages=tuple(pages)))
    assert record.warnings[:2] == ("pages 1-3, 7: hidden", "page 4: odd 4")
    assert len(record.warnings) == 20
    assert corpus.write(source("a.pdf"), extraction("x")).warnings == ()
    twice = Page("", 1, "x", "pdfium", ("odd", "odd"))
    assert corpus.write(source("a.pdf"), extraction(pages=(twice,))).warnings == ("page 1: odd",)


def test_everything_is_still_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("entropy"))
        corpus.set_last_run(RunSummary(ingested=1, pages=1))
    with Corpus(tmp_path / "c.sqlite", read_only=True) as again:
        assert [hit.file for hit in again.search("entropy")] == ["a.pdf"]
        assert again.last_run == RunSummary(ingested=1, pages=1)
        assert again.check() == []


def test_a_changed_file_replaces_its_pages(corpus: Corpus) -> None:
    corpus.write(source("a.pdf"), extraction("old words", "more"))
    corpus.write(source("a.pdf"), extraction("new words"))
    assert [page.text for page in corpus.pages("a.pdf")] == ["new words"]
    assert (corpus.search("old").total, corpus.search("words").total, corpus.check()) == (0, 1, [])


def test_a_changed_file_that_fails_keeps_its_old_pages_and_says_so(corpus: Corpus) -> None:
    corpus.write(source("a.pdf"), extraction("old words"))
    record = corpus.write(source("a.pdf"), failure(sha256="00"))
    assert (record.status, record.reason, record.pages) == (Status.FAILED, Reason.CORRUPT, 1)
    assert "version before" in record.warnings[0]
    assert corpus.search("old").total == 1
    assert corpus.check() == []


def test_pages_of_a_file_that_is_not_there_are_none_and_a_warning_names_the_nearest(corpus: Corpus) -> None:
    corpus.write(source("paper.pdf"), extraction("words"))
    corpus.write(source("scan.pdf"), failure())
    with listening() as heard:
        assert (list(corpus.pages("scan.pdf")), len(list(corpus.pages("paper.pdf")))) == ([], 1)
        assert heard.warnings == []
        assert list(corpus.pages("papper.pdf")) == []
    (warning,) = heard.warnings
    assert "did you mean 'paper.pdf'?" in warning


def test_the_tab_key_offers_what_a_user_may_want_and_nothing_of_a_run(corpus: Corpus) -> None:
    public = {name for name in dir(Corpus) if not name.startswith("_")}
    offered = {name for name in dir(corpus) if not name.startswith("_")}
    assert public - offered == {"known", "prepare", "set_last_run", "touch", "write", "write_unstarted"}


def test_removing_a_file_takes_its_pages_and_leaves_the_rest(corpus: Corpus) -> None:
    for name in ("a.pdf", "b.pdf"):
        corpus.write(source(name), extraction("shared words"))
    corpus.remove("a.pdf")
    assert [hit.file for hit in corpus.search("shared")] == ["b.pdf"]
    assert (len(corpus), list(corpus.pages("a.pdf")), corpus.check()) == (1, [], [])
    with pytest.raises(CorpusError, match=r"did you mean 'b\.pdf'"):
        corpus.remove("a.pdf")


def test_a_second_attempt_at_the_same_bytes_takes_no_page_away(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        first = extraction("one", "two", sha256="aa", status=Status.PARTIAL, reason=Reason.TIMEOUT)
        corpus.write(source("a.pdf"), first)
        record = corpus.write(source("a.pdf"), failure(Reason.CRASHED, sha256="aa"))
        assert (record.status, record.pages) == (Status.PARTIAL, 2)
        record = corpus.write(source("a.pdf"), extraction("one", "two", "three", sha256="aa"))
        assert (record.status, record.pages) == (Status.INGESTED, 3)
