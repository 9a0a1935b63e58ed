"""Very many matches are ranked by two threads at once, and what they find is what one would have found."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from ingest_widgets import Corpus
from ingest_widgets.corpus.search.ranking import Wanted, best_pages
from ingest_widgets.corpus.storage.connections import Connections
from ingest_widgets.errors import CorpusError
from tests.corpus_parts import extraction, source

FILES, PAGES = 44, 500
WORTH_TWO = 10_000
WORDS = ["law", "heat", "entropy", "order", "gas", "work", "engine", "cold"]

Reader = Callable[[], AbstractContextManager[sqlite3.Connection]]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ranking") / "c.sqlite"
    write(path, seed=1)
    return path


def write(path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with Corpus(path) as corpus:
        for number in range(FILES):
            texts = [" ".join(chance.choices(WORDS, range(1, 9), k=chance.randrange(20, 90))) for _ in range(PAGES)]
            corpus.write(source(f"{FILES - number:02}.pdf"), extraction(*texts))


def ranked_at_once(path: Path, expression: str, limit: int) -> list[tuple[str, int, float]]:
    with closing(sqlite3.connect(path)) as con:
        return con.execute(
            "SELECT name, number, -bm25(page_words, 1.0, 4.0, 1.0) AS score FROM page_words "
            "JOIN pages ON pages.id = page_words.rowid JOIN files ON files.id = file_id "
            "WHERE page_words MATCH ? ORDER BY score DESC, name, number LIMIT ?",
            (expression, limit),
        ).fetchall()


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("cold", "cold"),
        ("heat OR law", "heat OR law"),
        ('"entropy engine"', '"entropy engine"'),
        ("eng* work", "eng* AND work"),
        ('cold -"law law"', 'cold NOT "law law"'),
    ],
)
def test_halves_make_the_ranking_of_the_whole(path: Path, query: str, expression: str) -> None:
    every = ranked_at_once(path, expression, FILES * PAGES)
    with Corpus(path, read_only=True) as corpus:
        hits = corpus.search(query, limit=300)
        assert [(hit.file, hit.page) for hit in hits] == [row[:2] for row in every[:300]]
        assert [hit.score for hit in hits] == pytest.approx([row[2] for row in every[:300]])
        assert hits.total == len(every) > WORTH_TWO
        later = corpus.search(query, limit=300, offset=700)
        assert [(hit.file, hit.page) for hit in later] == [row[:2] for row in every[700:1000]]


COLD = Wanted("page_words MATCH ?", ("cold",), 100)


@pytest.fixture
def connections(path: Path) -> Iterator[Connections]:
    connections = Connections(str(path), read_only=True)
    yield connections
    connections.close()


@contextmanager
def heard(reader: Reader, statements: list[str]) -> Iterator[sqlite3.Connection]:
    with reader() as con:
        con.set_trace_callback(statements.append)
        yield con


def test_the_later_half_of_the_matches_is_ranked_by_another_connection(connections: Connections) -> None:
    statements: list[str] = []
    early = Wanted("page_words MATCH ? AND rowid < ?", ("cold", 12_000), 100)
    with connections.reader() as con:
        expected = con.execute(*early.ranked()).fetchall()
        total, found = best_pages(con, lambda: heard(connections.reader, statements), early)
        assert found == expected
        (later,) = (statement for statement in statements if "bm25" in statement)
        first = int(later.partition("rowid > ")[2].split()[0])
        assert con.execute(*early.beside(first, ">").counted()).fetchone()[0] == pytest.approx(total / 2, rel=0.05)


def test_few_matches_are_ranked_by_one_connection_however_many_pages_there_are(connections: Connections) -> None:
    statements: list[str] = []
    few = Wanted("page_words MATCH ?", ('"law law law"',), 100)
    with connections.reader() as con:
        total, found = best_pages(con, lambda: heard(connections.reader, statements), few)
        assert (total, len(found)) == (con.execute(*few.counted()).fetchone()[0], min(total, 100))
    assert 0 < total < WORTH_TWO
    assert not statements


def of_another_state(folder: Path) -> Reader:
    write(folder / "other.sqlite", seed=2)
    return Connections(str(folder / "other.sqlite"), read_only=True).reader


def of_a_closed_corpus(folder: Path) -> Reader:
    connections = of_another_state(folder).__self__  # type: ignore[attr-defined]
    connections.close()
    with pytest.raises(CorpusError, match="closed"), connections.reader():
        pass
    return connections.reader  # type: ignore[no-any-return]


@pytest.mark.parametrize("other", [of_another_state, of_a_closed_corpus])
def test_what_another_connection_cannot_tell_is_told_by_the_first(
    connections: Connections, tmp_path: Path, other: Callable[[Path], Reader]
) -> None:
    reader = other(tmp_path)
    with connections.reader() as con:
        assert best_pages(con, reader, COLD)[1] == con.execute(*COLD.ranked()).fetchall()


@pytest.mark.parametrize(
    ("imported", "door"),
    [("from ingest_widgets import Corpus", "Corpus"), ("import ingest_widgets", "ingest_widgets.Corpus")],
)
def test_a_search_works_where_no_thread_can_be_started_any_more(path: Path, imported: str, door: str) -> None:
    code = (
        f"import atexit, sys; {imported}; "
        f"atexit.register(lambda: print({door}(sys.argv[1], read_only=True).search('cold').total))"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert int(ended.stdout) == len(ranked_at_once(path, "cold", FILES * PAGES))
