"""What a run writes and asks: names, identities, stamps, statuses, and texts that no database likes."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_widgets import Corpus, CorpusError, Page, Reason, RunSummary, Status
from ingest_widgets.documents import Extraction, SourceFile
from tests.corpus_parts import extraction, failure, source, uploaded


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus(tmp_path / "corpus.sqlite") as corpus:
        yield corpus


def test_a_second_file_of_the_same_name_gets_its_folder_in_front_then_more_then_a_number(corpus: Corpus) -> None:
    paths = ["/x/one/a.pdf", "/x/two/a.pdf", "/y/two/a.pdf"]
    names = [corpus.write(source("a.pdf", path, folder=path.split("/")[2]), extraction("words")).name for path in paths]
    assert names == ["a.pdf", "two/a.pdf", "y/two/a.pdf"]
    upload, read = uploaded("a.pdf", b"%PDF-", "words")
    uploads = [replace(upload, path=identity) for identity in ("a.pdf", "other", "third")]
    assert [corpus.write(upload, read).name for upload in uploads] == [
        "a (2).pdf",
        "a (3).pdf",
        "a (4).pdf",
    ]
    assert corpus.check() == []


def test_a_file_that_is_met_again_under_another_source_keeps_its_name(corpus: Corpus) -> None:
    corpus.write(source("sub/a.pdf", "/x/sub/a.pdf"), extraction("words"))
    record = corpus.write(source("a.pdf", "/x/sub/a.pdf"), extraction("other words"))
    assert (record.name, len(corpus.files())) == ("sub/a.pdf", 1)


def test_the_path_of_a_file_whose_name_is_not_utf8_opens_the_very_file(corpus: Corpus, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.pdf")
    Path(path).touch()
    record = corpus.write(SourceFile("caf\\xe9.pdf", path), extraction("words"))
    record.path.encode()
    assert record.path.endswith("caf\\xe9.pdf")
    ((kind, known),) = corpus.known()
    assert (kind, known) == ("file", path)
    assert os.path.exists(known)


@given(st.text(st.characters(), max_size=30), st.text(st.characters(), max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_every_text_is_kept_as_valid_utf8(corpus: Corpus, text: str, title: str) -> None:
    """Lone surrogates and NUL become U+FFFD; everything else comes back as it was."""
    record = corpus.write(source("a.pdf"), extraction(text, title=title, detail=title, warnings=(text,)))
    (page,) = corpus.pages()
    for given_text, kept in ((text, page.text), (title, record.title), (text, record.warnings[0])):
        kept.encode()
        assert "\0" not in kept
        if given_text.encode("utf-8", "ignore").decode() == given_text and "\0" not in given_text:
            assert kept == given_text


def test_text_columns_hold_valid_utf8_whatever_the_names_are(corpus: Corpus) -> None:
    name = "a\udcff\ud800\0b.pdf"
    corpus.write(SourceFile(name, f"/x/{name}", folder="f\udc80"), extraction("a\ud800\0b"))
    with sqlite3.connect(corpus.path) as con:
        con.text_factory = bytes
        for table in ("files", "pages"):
            for row in con.execute(f"SELECT * FROM {table}"):
                assert not any(
                    b"\0" in cell or cell.decode() is None for cell in row if isinstance(cell, bytes) and cell != row[2]
                )
    con.close()
    assert list(corpus.pages(corpus.files()[0].name))


def test_known_tells_what_was_read_and_under_which_settings(corpus: Corpus) -> None:
    read = extraction("words", size=12, mtime_ns=34)
    corpus.write(source("a.pdf"), read, settings_key='{"key": 1}')
    corpus.write(source("b.pdf"), failure())
    a, b = corpus.known()["file", "/folder/a.pdf"], corpus.known()["file", "/folder/b.pdf"]
    assert (a.name, a.status, a.reason, a.settings_key) == ("a.pdf", Status.INGESTED, None, '{"key": 1}')
    assert (a.size, a.mtime_ns, a.sha256) == (12, 34, read.sha256)
    assert (b.status, b.reason, b.size, b.mtime_ns, b.sha256) == (Status.FAILED, Reason.CORRUPT, 10, 5, None)


def test_touch_notes_the_new_stamp_and_nothing_else(corpus: Corpus) -> None:
    before = corpus.write(source("a.pdf"), extraction("words"), settings_key='{"key": 1}')
    assert corpus.touch(source("a.pdf", size=10, mtime_ns=99)) == before
    assert corpus.touch(source("a.pdf", size=None, mtime_ns=99)).bytes == 10  # a listing may say no size
    known = corpus.known()["file", "/folder/a.pdf"]
    assert (known.mtime_ns, known.settings_key, known.sha256) == (99, '{"key": 1}', before.sha256)
    with pytest.raises(CorpusError, match="removed from the corpus in the meantime"):
        corpus.touch(source("gone.pdf"))


def test_files_that_a_stopped_run_never_came_to_are_cancelled_and_others_keep_their_records(corpus: Corpus) -> None:
    before = corpus.write(source("a.pdf"), extraction("words"))
    records = corpus.write_unstarted([source("a.pdf"), source("b.pdf")])
    assert records[0] == before
    assert (records[1].status, records[1].reason, records[1].pages) == (Status.CANCELLED, Reason.CANCELLED, 0)
    assert "run again" in records[1].detail
    assert corpus.write(source("b.pdf"), extraction("words")).status is Status.INGESTED


def test_files_can_be_asked_for_by_status(corpus: Corpus) -> None:
    corpus.write(source("b.pdf"), failure())
    corpus.write(source("a.pdf"), extraction("words"))
    assert [record.name for record in corpus.files()] == ["a.pdf", "b.pdf"]
    assert [record.name for record in corpus.files("failed")] == ["b.pdf"]
    assert corpus.files(Status.PARTIAL) == []
    with pytest.raises(ValueError, match="splendid"):
        corpus.files("splendid")


def test_a_failure_that_later_succeeds_is_ingested_without_a_trace(corpus: Corpus) -> None:
    corpus.write(source("a.pdf"), extraction("old"))
    corpus.write(source("a.pdf"), failure(sha256="00"))
    record = corpus.write(source("a.pdf"), extraction("new"))
    assert (record.status, record.reason, record.detail, record.warnings) == (Status.INGESTED, None, "", ())
    assert [page.text for page in corpus.pages()] == ["new"]


def test_a_partial_file_holds_the_pages_that_were_read(corpus: Corpus) -> None:
    pages = (Page("", 1, "one", "pdfium"), Page("", 3, "three", "pypdf"))
    partial = Extraction(
        Status.PARTIAL, Reason.TIMEOUT, "Give it more time.", 3, pages, "aa", warnings=("Page 2 is missing.",)
    )
    record = corpus.write(source("a.pdf"), partial)
    assert (record.status, record.pages, record.warnings) == (Status.PARTIAL, 2, ("Page 2 is missing.",))
    assert [page.number for page in corpus.pages()] == [1, 3]
    assert corpus.check() == []


def test_uploads_keep_their_bytes_until_they_are_removed(corpus: Corpus) -> None:
    corpus.write(SourceFile("u.pdf", "u.pdf", "upload", 5, data=b"%PDF-"), extraction("words"))
    with sqlite3.connect(corpus.path) as con:
        assert con.execute("SELECT data FROM uploads").fetchall() == [(b"%PDF-",)]
        corpus.remove("u.pdf")
        assert con.execute("SELECT count(*) FROM uploads").fetchall() == [(0,)]
    con.close()


def test_pages_of_long_files_come_in_order_without_gaps(corpus: Corpus) -> None:
    corpus.write(source("long.pdf"), extraction(*[f"page {number}" for number in range(1, 1205)]))
    assert [page.number for page in corpus.pages("long.pdf")] == list(range(1, 1205))
    assert corpus.page("long.pdf", 1204).text == "page 1204"


def test_a_loop_over_pages_may_be_left_open_while_files_come_and_go(corpus: Corpus) -> None:
    for name in "abc":
        corpus.write(source(f"{name}.pdf"), extraction("words"))
    pages = corpus.pages()
    assert next(pages).file == "a.pdf"
    corpus.remove("b.pdf")
    with sqlite3.connect(corpus.path) as con:
        assert con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0  # no reader is in the way
    con.close()
    assert [page.file for page in pages] == ["c.pdf"]


def test_a_file_that_changes_or_goes_while_its_pages_are_looked_at_stays_what_it_was(corpus: Corpus) -> None:
    for change in (
        lambda: corpus.write(source("long.pdf"), extraction(*["new"] * 1200)),
        lambda: corpus.remove("long.pdf"),
    ):
        corpus.write(source("long.pdf"), extraction(*["old"] * 1200))
        pages = corpus.pages()
        seen = [next(pages)]
        change()
        seen += pages
        assert [page.text for page in seen] == ["old"] * 1200


def test_a_page_never_comes_under_the_name_of_a_file_that_has_gone(corpus: Corpus) -> None:
    """SQLite gives the number of the last row that was deleted to the next one."""
    for name in "az":
        corpus.write(source(f"{name}.pdf"), extraction(f"text of {name}.pdf"))
    pages = corpus.pages()
    seen = [next(pages)]
    corpus.remove("z.pdf")
    corpus.write(source("other.pdf"), extraction("text of other.pdf"))
    for page in [*seen, *pages]:
        assert page.text == f"text of {page.file}"


def test_the_last_run_is_kept(corpus: Corpus) -> None:
    corpus.set_last_run(RunSummary(ingested=1))
    corpus.set_last_run(RunSummary(failed=2, note="x", seconds=1.5))
    assert corpus.last_run == RunSummary(failed=2, note="x", seconds=1.5)


def test_files_and_corpus_show_themselves_in_words_and_safe_html(corpus: Corpus) -> None:
    for number in range(25):
        corpus.write(source(f"<b>{number:02}.pdf"), failure() if number % 2 else extraction("one", "two"))
    files = corpus.files()._repr_mimebundle_()
    whole = corpus._repr_mimebundle_()
    assert files["text/plain"] == repr(corpus.files())
    assert "25 files: 13 ingested, 12 failed" in files["text/plain"]
    assert "corpus.sqlite: 25 files, 26 pages" in whole["text/plain"]
    for bundle in (files, whole):
        assert "&lt;b&gt;00.pdf" in bundle["text/html"]
        assert "<b>" not in bundle["text/html"]
        assert "\u2026 and 5 more" in bundle["text/html"]
        assert "corrupt" in bundle["text/plain"]
    corpus.close()
    assert "closed" in corpus._repr_mimebundle_()["text/plain"]
    assert str(corpus.path) in repr(corpus)
