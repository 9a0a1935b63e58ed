"""Rows that this package can't have written: `check` names each, and who reads them is told with one of our errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ingest_widgets import Corpus, CorpusDamaged, RunSummary, Settings
from ingest_widgets.pipeline.plan import Conditions
from tests.corpus_parts import extraction, source, uploaded

Use = Callable[[Corpus], Any]


def read_pages(corpus: Corpus) -> None:
    list(corpus.pages())


def read_files(corpus: Corpus) -> None:
    corpus.files()


def show(corpus: Corpus) -> None:
    corpus._repr_mimebundle_()


def plan(corpus: Corpus) -> None:
    corpus.known()


def last_run(corpus: Corpus) -> None:
    assert corpus.last_run


def draw(corpus: Corpus) -> None:
    corpus.page_image("up.pdf", 1)


ROWS: list[tuple[str, str, Use]] = [
    ("UPDATE pages SET text = CAST(x'fffefd' AS TEXT) || text WHERE number = 2", "page 2 of a.pdf", read_pages),
    ("UPDATE pages SET text = CAST(text AS BLOB) WHERE number = 2", "page 2 of a.pdf", read_pages),
    ("UPDATE pages SET engine = CAST(x'ff' AS TEXT) WHERE number = 2", "page 2 of a.pdf", read_pages),
    ("UPDATE pages SET number = 'abc' WHERE number = 2", "page abc of a.pdf", read_pages),
    ("UPDATE pages SET number = 2.5 WHERE number = 2", "page 2.5 of a.pdf", read_pages),
    ("UPDATE pages SET warnings = '{' WHERE number = 2", "page 2 of a.pdf", read_pages),
    ("UPDATE pages SET warnings = '[1]' WHERE number = 2", "page 2 of a.pdf", read_pages),
    ("UPDATE pages SET warnings = '{\"a\": 1}' WHERE number = 2", "page 2 of a.pdf", read_pages),
    ("UPDATE pages SET scanned = '{' WHERE file_id = 2", "page 1 of up.pdf", draw),
    ("UPDATE pages SET scanned = '[[1, 2, 3, 4, 5]]' WHERE file_id = 2", "page 1 of up.pdf", draw),
    ("UPDATE files SET name = x'ff' WHERE id = 1", "file 1", read_files),
    ("UPDATE files SET name = x'ff' WHERE id = 1", "file 1", read_pages),
    ("UPDATE files SET name = CAST(x'ff41' AS TEXT) WHERE id = 1", "file 1", show),
    ("UPDATE files SET title = CAST(x'ff' AS TEXT) WHERE id = 1", "a.pdf", read_files),
    ("UPDATE files SET title = x'41' WHERE id = 1", "a.pdf", show),
    ("UPDATE files SET seconds = 'long' WHERE id = 1", "a.pdf", show),
    ("UPDATE files SET warnings = '7' WHERE id = 1", "a.pdf", show),
    ("UPDATE files SET size = 'large' WHERE id = 1", "a.pdf", read_files),
    ("UPDATE files SET status = 'unchanged' WHERE id = 1", "a.pdf", read_files),
    ("UPDATE files SET mtime_ns = 'late' WHERE id = 1", "a.pdf", plan),
    ("UPDATE files SET identity = 'a' WHERE id = 1", "a.pdf", plan),
    ("UPDATE files SET settings_key = '{' WHERE id = 1", "a.pdf", plan),
    ("UPDATE files SET settings_key = '[]' WHERE id = 1", "a.pdf", plan),
    ("UPDATE uploads SET data = 'abc'", "the upload up.pdf are text", draw),
    ("UPDATE notes SET value = '{' WHERE key = 'last_run'", "the last run", last_run),
    ("UPDATE notes SET value = '{\"x\": 1}' WHERE key = 'last_run'", "the last run", last_run),
    ("UPDATE notes SET value = '{\"pages\": \"x\"}' WHERE key = 'last_run'", "the last run", last_run),
]


def change(corpus: Corpus, statement: str) -> None:
    with closing(sqlite3.connect(corpus.path)) as con, con:
        con.execute(statement)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = Corpus(tmp_path / "c.sqlite")
    corpus.write(source("a.pdf"), extraction("one", "two"))
    corpus.write(*uploaded("up.pdf", b"a PDF", "words of it"))
    corpus.set_last_run(RunSummary(ingested=2))
    assert corpus.check() == []
    return corpus


@pytest.mark.parametrize(("statement", "place", "use"), ROWS)
def test_a_row_that_cannot_be_read_is_found_and_called_damage(
    corpus: Corpus, statement: str, place: str, use: Use
) -> None:
    change(corpus, statement)
    assert place in " | ".join(corpus.check())
    with pytest.raises(CorpusDamaged, match="put a backup in its place"):
        use(corpus)


def test_an_upload_whose_bytes_are_gone_is_found(corpus: Corpus) -> None:
    change(corpus, "DELETE FROM uploads")
    assert corpus.check() == ["the bytes of the upload up.pdf are gone"]


def test_a_note_of_the_vectors_that_cannot_be_read_is_found(corpus: Corpus) -> None:
    change(corpus, "INSERT INTO notes VALUES ('embedding', '{')")
    (found,) = corpus.check()
    assert "what is noted of the vectors" in found


def test_of_many_bad_rows_twenty_are_named_and_the_others_counted(corpus: Corpus) -> None:
    corpus.write(source("long.pdf"), extraction(*["words"] * 1030))
    change(corpus, "UPDATE pages SET engine = x'00' WHERE file_id = 3")
    found = corpus.check()
    assert (len(found), found[-1]) == (21, "and 1,010 more that can't be read")


def test_a_setting_that_is_not_known_here_has_changed(corpus: Corpus) -> None:
    corpus.write(source("a.pdf"), extraction("one", "two"), settings_key='{"of another version": 1}')
    assert Conditions("pdfium", Settings()).changed(corpus.known()["file", "/folder/a.pdf"])
