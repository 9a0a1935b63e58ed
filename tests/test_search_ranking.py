"""What comes first among very many matches, and when a search still works."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ingest_widgets import Corpus
from tests.corpus_parts import extraction, source

FILES, PAGES = 44, 500
WORDS = ["law", "heat", "entropy", "order", "gas", "work", "engine", "cold"]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ranking") / "c.sqlite"
    chance = random.Random(1)
    with Corpus(path) as corpus:
        for number in range(FILES):
            texts = [" ".join(chance.choices(WORDS, range(1, 9), k=chance.randrange(20, 90))) for _ in range(PAGES)]
            corpus.write(source(f"{FILES - number:02}.pdf"), extraction(*texts))
    return path


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
def test_very_many_matches_come_as_sqlite_scores_them(path: Path, query: str, expression: str) -> None:
    every = ranked_at_once(path, expression, FILES * PAGES)
    with Corpus(path, read_only=True) as corpus:
        hits = corpus.search(query, limit=300)
        assert [(hit.file, hit.page) for hit in hits] == [row[:2] for row in every[:300]]
        assert [hit.score for hit in hits] == pytest.approx([row[2] for row in every[:300]])
        assert hits.total == len(every) > 10_000
        later = corpus.search(query, limit=300, offset=700)
        assert [(hit.file, hit.page) for hit in later] == [row[:2] for row in every[700:1000]]


@pytest.mark.parametrize(
    ("imported", "door"),
    [("from ingest_widgets import Corpus", "Corpus"), ("import ingest_widgets", "ingest_widgets.Corpus")],
)
def test_a_search_works_while_the_interpreter_ends(path: Path, imported: str, door: str) -> None:
    code = (
        f"import atexit, sys; {imported}; "
        f"atexit.register(lambda: print({door}(sys.argv[1], read_only=True).search('cold').total))"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert int(ended.stdout) == len(ranked_at_once(path, "cold", FILES * PAGES))
