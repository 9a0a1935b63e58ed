"""A corpus of an older version is read as it is, and searched as one of today after its first write."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ingest_widgets import Corpus
from ingest_widgets.corpus.storage import schema
from tests.corpus_parts import extraction, source
from tests.forks import in_a_fork

VERSION_3 = Path(__file__).parent / "data" / "corpus-version-3.sqlite"  # written by the version before bare texts
VERSION_4 = VERSION_3.with_name("corpus-version-4.sqlite")  # written by the version before signs among the words
VERSION_1 = VERSION_3.with_name("corpus-version-1.sqlite")
EVERYWHERE = ['"всё равно"', '"καλή και νύχτα"', "νυχτα", "еж", '"part two"', "entropy", "用"]
NEW = ['"все равно"', '"καλη και νυχτα"', '"чёрный чай"', "черный", "lodz"]
WRONG = ['"καλη νυχτα"', '"ёж i"', '"heat part"', "черныи"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(VERSION_3, tmp_path / "c.sqlite"))


def totals(corpus: Corpus, queries: list[str]) -> list[int]:
    return [corpus.search(query).total for query in queries]


def test_it_is_searched_and_checked_without_being_changed(path: Path) -> None:
    before = path.read_bytes()
    for read_only in (True, False):
        with Corpus(path, read_only=read_only) as corpus:
            assert totals(corpus, EVERYWHERE) == [1] * len(EVERYWHERE)
            assert (corpus.check(), len(corpus), bool(corpus.keywords())) == ([], 6, True)
    assert path.read_bytes() == before


def test_its_first_write_makes_the_index_anew(path: Path) -> None:
    with Corpus(path) as reader, Corpus(path) as corpus:
        assert totals(reader, WRONG) == [1] * len(WRONG)
        corpus.write(source("new.pdf"), extraction("new"))
        for either in (reader, corpus):
            assert totals(either, [*EVERYWHERE, *NEW]) == [1] * len([*EVERYWHERE, *NEW])
            assert totals(either, WRONG) == [0] * len(WRONG)
        assert corpus.check() == []
        corpus.remove("accents.pdf")
        assert (totals(corpus, ["равно", "entropy"]), corpus.check()) == ([0, 1], [])
    with closing(sqlite3.connect(path)) as con:
        assert con.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)


@pytest.mark.parametrize("query", ["كتاب", "abc", "システム", "میخواهم", "می"])
def test_its_pages_are_then_found_in_the_forms_that_are_typed(path: Path, query: str) -> None:
    with closing(sqlite3.connect(path)) as con, con:
        con.execute("UPDATE pages SET text = 'كتـــاب ＡＢＣ ｼｽﾃﾑ می\u200cخواهم' WHERE text = 'entropy'")
    with Corpus(path) as corpus:
        corpus.prepare()
        assert (corpus.search(query).total, corpus.check()) == (1, [])


def test_phrases_of_signs_and_words_are_found_after_the_first_write(tmp_path: Path) -> None:
    path = Path(shutil.copy(VERSION_4, tmp_path / "c.sqlite"))
    new = ['"machine learning"', '"关于Machine Learning的"', '"使用 debian"']
    with Corpus(path) as corpus:
        assert totals(corpus, ["介绍", "می", "信息熵", "machine"]) == [1, 1, 2, 1]
        corpus.prepare()
        assert totals(corpus, [*new, '"使用 系统"']) == [1, 1, 1, 0]
        assert totals(corpus, ["介绍", "می", "信息熵", "machine"]) == [1, 1, 2, 1]
        assert next(iter(corpus.search("信息熵"))).file == "signs.pdf"
        assert corpus.check() == []


def test_pages_that_are_taken_up_otherwise_today_are_taken_up_anew_by_the_first_write(path: Path) -> None:
    texts = ["Straße", "\u2f47本", "xylem of Łódź", "見つ\nかる", "ایران"]
    with Corpus(path) as corpus:
        corpus.write(source("new.pdf"), extraction(*texts, title="Ærø"))
    with closing(sqlite3.connect(path)) as con, con:  # as layout 5 was at first
        con.execute("UPDATE pages SET bare = NULL, headings = 'Ærø' WHERE text IN ('Straße', '\u2f47本', 'ایران')")
        con.execute("UPDATE pages SET bare = '見つ つ かる る' WHERE text LIKE '見%'")
        con.execute("INSERT INTO page_words (page_words) VALUES ('rebuild')")
        con.execute("PRAGMA user_version = 5")
    new = ["strasse", "aero", "日本", "見つかる", "ايران"]
    with Corpus(path) as corpus:
        assert totals(corpus, ["Straße", "Ærø", *new]) == [1, 3, 0, 0, 0, 0, 0]
        assert corpus.check() == []
        corpus.prepare()
        assert totals(corpus, ["Straße", "Ærø", *new, *EVERYWHERE]) == [1] * (7 + len(EVERYWHERE))
        assert corpus.check() == []


def test_a_check_tells_of_an_index_that_the_first_write_would_make_anew(path: Path) -> None:
    with closing(sqlite3.connect(path)) as con, con:
        con.execute("UPDATE pages SET text = 'other' WHERE text = 'entropy'")
    with Corpus(path) as corpus:
        (problem,) = corpus.check()
        assert "the search index doesn't agree with the pages" in problem
        corpus.prepare()
        assert (corpus.check(), corpus.search("other").total) == ([], 1)


def of_version(version: int, path: Path) -> Path:
    """A corpus as the migrations up to that version leave it."""
    shutil.copy(VERSION_1, path)
    with closing(sqlite3.connect(path)) as con, con:
        for migration in schema.MIGRATIONS[1:version]:
            migration(con)
        con.execute(f"PRAGMA user_version = {version}")
    return path


@pytest.mark.parametrize("version", range(1, schema.VERSION))
def test_kill_9_at_the_end_of_a_migration_leaves_the_older_version_whole(version: int, tmp_path: Path) -> None:
    path = of_version(version, tmp_path / "c.sqlite")

    def prepare_and_die() -> None:
        schema.MIGRATIONS.append(lambda con: os.kill(os.getpid(), signal.SIGKILL))
        schema.VERSION += 1
        Corpus(path).prepare()

    assert in_a_fork(prepare_and_die) == -signal.SIGKILL
    with closing(sqlite3.connect(path)) as con:
        assert con.execute("PRAGMA user_version").fetchone() == (version,)
    with Corpus(path) as corpus:
        before = list(corpus.pages())
        corpus.prepare()
        assert (len(before), list(corpus.pages()), corpus.check()) == (3, before, [])
        assert totals(corpus, ["entropy", "検索"]) == [1, 1]
    assert [file.name for file in tmp_path.iterdir()] == ["c.sqlite"]
