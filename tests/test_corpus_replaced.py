"""A corpus whose file is deleted or replaced while a run writes into it: the run says so and counts nothing as kept."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ingest_widgets import (
    Corpus,
    CorpusError,
    CorpusNotFound,
    CorpusNotWritable,
    FileRecord,
    ProgressTracker,
    Settings,
    ingest,
)
from ingest_widgets.corpus.storage.connections import Connections
from ingest_widgets.documents import RunSummary, SourceFile
from ingest_widgets.pipeline import IngestRun, NullObserver
from ingest_widgets.statuses import Status
from tests.corpus_parts import extraction, source
from tests.hostile.pdf import text_pdf
from tests.test_corpus_safety import write_elsewhere


def delete(path: Path) -> None:
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


def replace(path: Path) -> None:
    with Corpus(path.with_name("other.sqlite")) as other:
        other.write(source("of-another.pdf"), extraction("other words"))
    delete(path)
    os.replace(path.with_name("other.sqlite"), path)


def copied(path: Path) -> Path:
    """The corpus as it is now, beside its place."""
    copy = path.with_name("copy.sqlite")
    with closing(sqlite3.connect(path)) as con:
        con.execute("VACUUM INTO ?", (str(copy),))
    return copy


def put_back(copy: Path, path: Path) -> None:
    delete(path)
    os.replace(copy, path)


class Meddler(NullObserver):
    """Does something to the file of the corpus once so many files are finished."""

    def __init__(self, meddle: Callable[[], object], at: int) -> None:
        self.meddle, self.left = meddle, at

    def finished(self, file: SourceFile, record: FileRecord, status: Status) -> None:
        self.left -= 1
        if self.left == 0:
            self.meddle()


def run(folder: Path, corpus: Corpus, observer: NullObserver) -> RunSummary:
    tracker = ProgressTracker(sinks=[])
    return IngestRun(folder, corpus, settings=Settings(), tracker=tracker, observer=observer).run()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.pdf").write_bytes(text_pdf(f"file {number}"))
    return folder


@pytest.mark.parametrize("at", [1, 4])
@pytest.mark.parametrize("meddle", [delete, replace])
def test_a_run_whose_corpus_is_deleted_or_replaced_says_so(
    meddle: Callable[[Path], None], at: int, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "c.sqlite"
    with Corpus(path) as corpus:
        with pytest.raises(CorpusError, match="was deleted or replaced while a run wrote into it"):
            run(folder, corpus, Meddler(lambda: meddle(path), at))
        assert str(run(folder, corpus, NullObserver())) == "4 files: 4 ingested"
        assert {f"{number}.pdf" for number in range(4)} <= {record.name for record in corpus.files()}
        assert corpus.check() == []


@pytest.mark.parametrize("at", [1, 4])
def test_a_run_goes_on_where_the_file_of_its_corpus_gets_another_number(at: int, folder: Path, tmp_path: Path) -> None:
    """As it may on FAT, SMB or FUSE while nobody has it open; here it is a copy of the same content."""
    path = tmp_path / "c.sqlite"
    with Corpus(path) as corpus:
        before: list[int] = []

        def renumber() -> None:
            before.append(path.stat().st_ino)
            put_back(copied(path), path)

        assert str(run(folder, corpus, Meddler(renumber, at))) == "4 files: 4 ingested"
        assert before != [path.stat().st_ino]
        assert (len(corpus), corpus.check()) == (4, [])


def test_an_older_copy_that_is_put_back_during_a_run_is_another_file(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    with Corpus(path) as corpus:
        corpus.prepare()
        for at in (1, 2):
            copy = copied(path)
            with pytest.raises(CorpusError, match="was deleted or replaced while a run wrote into it"):
                run(folder, corpus, Meddler(lambda copy=copy: put_back(copy, path), at))  # type: ignore[misc]
        assert str(run(folder, corpus, NullObserver())) == "4 files: 4 ingested"


def test_the_next_ingest_makes_a_new_corpus_where_one_was_deleted(folder: Path, tmp_path: Path) -> None:
    with ingest(folder, tmp_path / "c.sqlite", progress=False) as corpus:
        delete(corpus.path)
        assert len(corpus) == 0
        assert str(ingest(folder, corpus, progress=False).last_run) == "4 files: 4 ingested"


def test_a_corpus_that_cannot_be_reached_for_a_while_is_not_said_to_be_empty(folder: Path, tmp_path: Path) -> None:
    """As on a drive that doesn't answer, or below a folder that may not be entered any more."""
    place, away = tmp_path / "place", tmp_path / "away"
    place.mkdir()

    def block() -> None:
        place.rename(away)
        place.touch()

    def unblock() -> None:
        place.unlink()
        away.rename(place)

    with Corpus(place / "c.sqlite") as corpus:
        with pytest.raises(CorpusNotWritable, match="can't be looked at"):
            run(folder, corpus, Meddler(block, 2))
        with pytest.raises(CorpusNotWritable, match=r"can't be looked at \(Not a directory\): check that its folder"):
            corpus.files()
        unblock()
        assert [record.status for record in corpus.files()] == ["ingested", "ingested"]
        assert str(run(folder, corpus, NullObserver())) == "4 files: 2 ingested, 2 unchanged"


def test_a_corpus_that_is_gone_with_its_folder_or_from_who_only_reads_is_not_said_to_be_empty(tmp_path: Path) -> None:
    place, away = tmp_path / "place", tmp_path / "away"
    place.mkdir()
    with Corpus(place / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("words"))
        with Corpus(place / "c.sqlite", read_only=True) as readers:
            place.rename(away)
            for gone in (corpus, readers):
                with pytest.raises(CorpusNotFound, match="there is no folder"):
                    gone.search("words")
            place.mkdir()
            with pytest.raises(CorpusNotFound, match="there is no corpus at"):
                readers.search("words")
            place.rmdir()
            away.rename(place)
            assert [found.search("words").total for found in (corpus, readers)] == [1, 1]


def test_a_copy_that_takes_the_locks_away_costs_nothing_that_is_written_after_it(tmp_path: Path) -> None:
    """Then the next process that comes and goes deletes the -wal: https://sqlite.org/howtocorrupt.html, 2.2."""
    path, names = tmp_path / "c.sqlite", ["a.pdf"]
    with Corpus(path) as corpus:
        corpus.write(source("a.pdf"), extraction("words"))
        for name in ("b", "d"):
            shutil.copy(path, tmp_path / "backup.sqlite")
            names += [f"{name}.pdf", f"{name}-after.pdf"]
            write_elsewhere(path, f"{name}.pdf")
            corpus.write(source(f"{name}-after.pdf"), extraction("words"))
            assert sorted(names) == [record.name for record in corpus.files()]
        assert write_elsewhere(path, "z.pdf") == sorted([*names, "z.pdf"])
        assert (corpus.search("words").total, corpus.check()) == (6, [])


def test_a_reader_that_was_at_work_when_the_file_was_replaced_is_not_used_again(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    with Corpus(path) as corpus:
        corpus.write(source("a.pdf"), extraction("one", "two"))
    connections = Connections(str(path), read_only=False)
    count = "SELECT count(*) FROM pages"
    with connections.reader() as at_work:
        replace(path)
        with connections.reader() as con:
            assert con.execute(count).fetchone() == (1,)
        assert at_work.execute(count).fetchone() == (2,)
    for _ in range(2):
        with connections.reader() as con:
            assert con.execute(count).fetchone() == (1,)
    connections.close()
