"""Vectors come from the user's own callable, once a chunk, survive what a corpus survives, and help to find pages."""

from __future__ import annotations

import gc
import math
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import tracemalloc
import zlib
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_widgets import Corpus, CorpusDamaged, CorpusError, CorpusNotWritable, CorpusRetriever, run_sync
from ingest_widgets.corpus.chunks.nearest import NearestChunks
from ingest_widgets.corpus.storage import schema
from ingest_widgets.corpus.storage.scanned_lines import scanned_lines
from tests.corpus_parts import extraction, source

ROOT = Path(__file__).resolve().parent.parent
VERSION_1 = ROOT / "tests" / "data" / "corpus-version-1.sqlite"  # written by the version before vectors
DIMENSION = 64


def hashed(texts: list[str]) -> list[list[float]]:
    """A vector a text: how often its words fall into each of 64 places."""
    vectors = []
    for text in texts:
        vector = [0.0] * DIMENSION
        for word in text.lower().split():
            vector[zlib.crc32(word.strip(".,?").encode()) % DIMENSION] += 1.0
        vectors.append(vector)
    return vectors


class Heard:
    """An embedder that remembers what it was asked, and may end the work at some call."""

    def __init__(self, ends_at: int = 0, error: type[BaseException] = KeyboardInterrupt) -> None:
        self.calls: list[list[str]] = []
        self._ends_at, self._error = ends_at, error

    def __call__(self, texts: list[str]) -> list[list[float]]:
        self.calls.append(texts)
        if len(self.calls) == self._ends_at:
            raise self._error
        return hashed(texts)

    @property
    def texts(self) -> list[str]:
        return [text for call in self.calls for text in call]


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("Entropy of heat. " * 40, "Disorder grows by itself. " * 30))
        corpus.write(source("b.pdf"), extraction("Bread needs flour and water."))
        corpus.write(source("c.pdf"), extraction("", "  \n "))
        yield corpus


def vectors_of(corpus: Corpus) -> list[tuple[str, int, int, bytes]]:
    with closing(sqlite3.connect(corpus.path)) as con:
        return con.execute(
            "SELECT name, first_page, start, vector FROM chunk_vectors JOIN files ON files.id = file_id "
            "ORDER BY name, first_page, start"
        ).fetchall()


def test_each_chunk_is_embedded_once_in_batches_and_then_never_again(corpus: Corpus) -> None:
    fn = Heard()
    chunks = [chunk.text for chunk in corpus.chunks(200, 20)]
    assert corpus.embed(fn, max_chars=200, overlap=20, batch_size=4) == len(chunks) > 8
    assert fn.texts == chunks
    assert [len(call) for call in fn.calls][:-1] == [4] * (len(fn.calls) - 1)
    assert corpus.embed(fn) == 0
    assert fn.texts == chunks
    assert corpus.check() == []


def test_vectors_are_little_endian_float32_of_length_1_beside_the_place_of_their_chunk(corpus: Corpus) -> None:
    corpus.embed(hashed, max_chars=200)
    kept = vectors_of(corpus)
    chunks = list(corpus.chunks(200))
    assert [row[:3] for row in kept] == [(chunk.file, chunk.first_page, chunk.start) for chunk in chunks]
    for (*_, blob), expected in zip(kept, hashed([chunk.text for chunk in chunks]), strict=True):
        vector = numpy.frombuffer(blob, "<f4")
        assert numpy.allclose(vector, numpy.array(expected) / math.hypot(*expected), atol=1e-6)


def test_only_new_and_changed_files_are_embedded_and_what_goes_takes_its_vectors_along(corpus: Corpus) -> None:
    corpus.embed(hashed)
    corpus.write(source("a.pdf"), extraction("Entropy again."))
    assert {row[0] for row in vectors_of(corpus)} == {"b.pdf"}
    corpus.write(source("d.pdf"), extraction("A new file."))
    fn = Heard()
    corpus.embed(fn)
    assert fn.texts == ["Entropy again.", "A new file."]
    corpus.remove("b.pdf")
    assert {row[0] for row in vectors_of(corpus)} == {"a.pdf", "d.pdf"}
    assert corpus.check() == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_what_is_done_is_kept_when_the_work_ends_in_the_middle(corpus: Corpus, error: type[BaseException]) -> None:
    fn = Heard(ends_at=3, error=error)
    with pytest.raises(error):
        corpus.embed(fn, max_chars=100, overlap=0, batch_size=3)
    assert len(vectors_of(corpus)) == 6
    rest = Heard()
    corpus.embed(rest)
    assert fn.texts[:6] + rest.texts == [chunk.text for chunk in corpus.chunks(100, 0)]
    assert corpus.check() == []


EMBEDDER = """
import os, sys
from ingest_widgets.corpus import Corpus
from tests.test_embed import hashed
def fn(texts):
    os.write(1, f"{len(texts)}\\n".encode())
    return hashed(texts)
Corpus(sys.argv[1]).embed(fn, max_chars=80, overlap=0, batch_size=2)
"""


def test_kill_9_in_the_middle_keeps_whole_batches_and_the_next_call_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    with Corpus(path) as corpus:
        for number in range(20):
            corpus.write(
                source(f"{number}.pdf"), extraction(*[f"Page {page}. Some words here. " * 9 for page in "abc"])
            )
    for turn in range(4):
        process = subprocess.Popen([sys.executable, "-c", EMBEDDER, str(path)], stdout=subprocess.PIPE, cwd=ROOT)
        with process:
            assert process.stdout is not None
            for _ in range(5 + turn):
                process.stdout.readline()
            process.kill()
    with Corpus(path) as corpus:
        chunks = [chunk.text for chunk in corpus.chunks(80, 0)]
        kept = len(vectors_of(corpus))
        assert kept >= 2 * (4 + 5 + 6 + 7)
        fn = Heard()
        assert corpus.embed(fn) == len(fn.texts) == len(chunks) - kept
        assert (len(vectors_of(corpus)), corpus.check()) == (len(chunks), [])


def test_a_file_that_changes_while_it_is_embedded_gets_no_vector_of_its_old_text(corpus: Corpus) -> None:
    def fn(texts: list[str]) -> list[list[float]]:
        corpus.write(source("a.pdf"), extraction("Entropy again."))
        return hashed(texts)

    corpus.embed(fn)
    assert {row[0] for row in vectors_of(corpus)} == {"b.pdf"}
    later = Heard()
    corpus.embed(later)
    assert later.texts == ["Entropy again."]


def test_two_corpora_embed_one_file_at_once_and_each_chunk_has_one_vector(corpus: Corpus) -> None:
    with Corpus(corpus.path) as other:
        threads = [threading.Thread(target=each.embed, args=[hashed]) for each in (corpus, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(vectors_of(corpus)) == len(list(corpus.chunks()))
    assert corpus.check() == []


@pytest.mark.parametrize(
    ("fn", "error", "message"),
    [
        (lambda texts: hashed(texts)[1:], ValueError, r"fn returned \d+ vectors for \d+ texts"),
        (lambda texts: [[1.0], *[[1.0, 2.0]] * (len(texts) - 1)], ValueError, "of 1, 2 numbers"),
        (lambda texts: [[]] * len(texts), ValueError, "at least one"),
        (lambda texts: [[float("nan")]] * len(texts), ValueError, "finite"),
        (lambda texts: [[float("inf"), 1.0]] * len(texts), ValueError, "finite"),
        (lambda texts: [[10**400, 1]] * len(texts), TypeError, "int too large to convert to float"),
        (lambda texts: None, TypeError, "not NoneType"),
        (lambda texts: [1.0] * len(texts), TypeError, "one vector of numbers for each text"),
        (lambda texts: ["no numbers"] * len(texts), TypeError, "one vector of numbers for each text"),
        (lambda texts: [b"vector"] * len(texts), TypeError, "of numbers for each text, .*a bytes is neither"),
        (lambda texts: ["12"] * len(texts), TypeError, "one vector of numbers for each text, .*a str is neither"),
        (lambda texts: "1" * len(texts), TypeError, "one vector of numbers for each text, not str"),
        (lambda texts: [{1.0, 2.0}] * len(texts), TypeError, "one vector of numbers for each text, .*a set is neither"),
        (lambda texts: [{1: 2.0}] * len(texts), TypeError, "one vector of numbers for each text, .*a dict is neither"),
        (lambda texts: {(float(n), 1.0): n for n in range(len(texts))}, TypeError, "for each text, not dict"),
        (lambda texts: [["1", "2"]] * len(texts), TypeError, "one vector of numbers for each text, .*a str is no real"),
        (lambda texts: [[1j, 2.0]] * len(texts), TypeError, "one vector of numbers for each text, .*a complex is no"),
        (lambda texts: numpy.ones((len(texts), 2), "complex64"), TypeError, "for each text, .*a complex64 is no real"),
        ("all-MiniLM-L6-v2", TypeError, "fn must be a callable"),
    ],
)
def test_what_cannot_be_a_vector_is_one_clear_line_and_nothing_is_kept(
    corpus: Corpus, fn: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        corpus.embed(fn)
    assert "\n" not in str(caught.value)
    assert vectors_of(corpus) == []


@pytest.mark.filterwarnings("error")
def test_an_async_callable_is_told_how_to_be_called(corpus: Corpus) -> None:
    async def fn(texts: list[str]) -> list[list[float]]:
        return hashed(texts)

    with pytest.raises(TypeError, match=r"^fn must return vectors, .* give lambda texts: run_sync\(fn\(texts\)\)$"):
        corpus.embed(fn)  # type: ignore[arg-type]
    gc.collect()
    corpus.embed(lambda texts: run_sync(fn(texts)))
    assert len(vectors_of(corpus)) == len(list(corpus.chunks()))


@pytest.mark.parametrize(
    "shape",
    [
        numpy.array,
        lambda rows: [numpy.array(row, "float16") for row in rows],
        lambda rows: (tuple(row) for row in rows),
        lambda rows: numpy.array(rows, int),
        lambda rows: [array("d", row) for row in rows],
        lambda rows: [[Decimal(number) for number in row] for row in rows],
    ],
)
def test_vectors_may_be_arrays_tuples_or_a_generator(corpus: Corpus, shape: Callable[[Any], Any]) -> None:
    corpus.embed(lambda texts: shape(hashed(texts)))
    assert {len(row[3]) for row in vectors_of(corpus)} == {4 * DIMENSION}


def test_another_dimension_or_other_chunks_are_refused_until_all_is_to_be_replaced(corpus: Corpus) -> None:
    corpus.embed(hashed, max_chars=200)
    corpus.write(source("d.pdf"), extraction("A new file."))
    with pytest.raises(ValueError, match=r"have 64 numbers .*, fn returned 2: .*replace=True"):
        corpus.embed(lambda texts: [[1.0, 2.0]] * len(texts))
    with pytest.raises(ValueError, match=r"max_chars=200, overlap=100: leave both out, .*replace=True"):
        corpus.embed(hashed, max_chars=300)
    assert corpus.embed(hashed, max_chars=200) == 1
    chunks = len(list(corpus.chunks(300)))
    assert corpus.embed(lambda texts: [[1.0, 2.0]] * len(texts), max_chars=300, replace=True) == chunks
    assert {len(row[3]) for row in vectors_of(corpus)} == {8}


@pytest.mark.parametrize(
    ("held", "given", "message"),
    [
        ("one", "two", "are of the model 'one', this is of the model 'two': give model='one' if fn is that one, or .*"),
        ("one", None, "are of the model 'one', this is of a model without a name: give model='one' if .*"),
        (None, "two", "are of a model without a name, this is of the model 'two': leave model out, or .*"),
    ],
)
@pytest.mark.parametrize("is_new", [True, False])
def test_another_model_is_refused_before_it_is_asked_anything_until_all_is_to_be_replaced(
    corpus: Corpus, held: str | None, given: str | None, message: str, is_new: bool
) -> None:
    """Its vectors may have as many numbers as those that are there."""
    corpus.embed(hashed, model=held)
    if is_new:
        corpus.write(source("d.pdf"), extraction("A new file."))
    other, before = Heard(), vectors_of(corpus)
    with pytest.raises(ValueError, match=f"{message}embed everything anew with replace=True$"):
        corpus.embed(other, model=given)
    assert (other.calls, vectors_of(corpus)) == ([], before)
    assert corpus.embed(hashed, model=held) == is_new
    chunks = len(list(corpus.chunks()))
    assert (corpus.embed(other, model=given, replace=True), corpus.embed(other, model=given)) == (chunks, 0)
    assert (len(other.texts), corpus.check()) == (chunks, [])


def test_a_question_is_not_compared_with_vectors_of_a_model_that_came_meanwhile(corpus: Corpus) -> None:
    asked = Heard()
    corpus.embed(asked, model="one")
    with Corpus(corpus.path) as other:
        other.embed(hashed, model="two", replace=True)
    before = len(asked.calls)
    with pytest.raises(
        ValueError, match=r"of the model 'two' by now, .* of the model 'one': .* corpus\.embed\(fn, model"
    ):
        corpus.search("disorder", ranking="hybrid")
    assert len(asked.calls) == before
    corpus.embed(hashed, model="two")
    assert corpus.search("disorder", ranking="hybrid").total == 3


def test_replacing_what_is_gone_already_makes_room_for_another_model(corpus: Corpus) -> None:
    corpus.embed(hashed, model="one", max_chars=200)
    for file in corpus.files():
        corpus.remove(file)
    fn = Heard()
    assert (corpus.embed(fn, model="two", replace=True), fn.calls) == (0, [])
    corpus.write(source("d.pdf"), extraction("A new file."))
    assert corpus.embed(fn, model="two", max_chars=300) == 1


@pytest.mark.parametrize(("model", "error"), [(7, TypeError), (b"one", TypeError), ("", ValueError)])
def test_what_is_no_name_of_a_model_is_refused(corpus: Corpus, model: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="model must be a name"):
        corpus.embed(hashed, model=model)


def test_nothing_is_forgotten_before_the_callable_has_worked_once(corpus: Corpus) -> None:
    corpus.embed(hashed)
    before = vectors_of(corpus)

    def unreachable(texts: list[str]) -> list[list[float]]:
        raise ConnectionError("no model")

    with pytest.raises(ConnectionError):
        corpus.embed(unreachable, replace=True)
    assert vectors_of(corpus) == before
    assert corpus.embed(hashed, replace=True, batch_size=2) == len(before)
    assert [row[3] for row in vectors_of(corpus)] == [row[3] for row in before]


@pytest.mark.parametrize(
    ("fn", "options", "error"),
    [
        (Heard(), {"max_chars": 500}, ValueError),
        (Heard(), {"batch_size": 0}, ValueError),
        (Heard(ends_at=1, error=ConnectionError), {"replace": True}, ConnectionError),
        (lambda texts: [[1.0]] * len(texts), {}, ValueError),
    ],
)
def test_questions_keep_the_callable_of_the_vectors_when_another_one_is_refused_or_fails(
    corpus: Corpus, fn: Any, options: dict[str, Any], error: type[Exception]
) -> None:
    asked = Heard()
    corpus.embed(asked)
    corpus.write(source("d.pdf"), extraction("A new file."))
    with pytest.raises(error):
        corpus.embed(fn, **options)
    assert corpus.search("disorder", ranking="hybrid").total == 3
    assert asked.texts[-1] == "disorder"


def test_questions_go_to_the_callable_that_made_the_first_of_the_new_vectors(corpus: Corpus) -> None:
    corpus.embed(hashed)
    other = Heard(ends_at=2, error=ConnectionError)
    with pytest.raises(ConnectionError):
        corpus.embed(other, replace=True, batch_size=1)
    corpus.search("disorder", ranking="hybrid")
    assert other.texts[-1] == "disorder"


def test_a_corpus_of_the_version_before_reads_as_it_is_and_is_brought_up_to_date_by_the_first_vector(
    tmp_path: Path,
) -> None:
    path = tmp_path / "c.sqlite"
    shutil.copy(VERSION_1, path)
    before = path.read_bytes()
    with Corpus(path, read_only=True) as corpus:
        assert (corpus.search("entropy").total, corpus.search("検索").total, len(corpus)) == (1, 1, 3)
        assert (len(list(corpus.chunks())), len(corpus.files()), corpus.check()) == (2, 2, [])
        with pytest.raises(CorpusError, match="holds no vectors: call corpus"):
            corpus.search("entropy", ranking="hybrid")
        with pytest.raises(CorpusNotWritable):
            corpus.embed(hashed)
    with closing(sqlite3.connect(path)) as con:
        assert scanned_lines(con, "heat.pdf", 1) == [], "they were not kept then"
    assert path.read_bytes() == before
    with Corpus(path) as corpus:
        corpus.embed(hashed)
        assert corpus.search("entropy", ranking="hybrid")[0].page == 1
        assert (len(vectors_of(corpus)), corpus.check()) == (2, [])
    with closing(sqlite3.connect(path)) as con:
        assert con.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)


PREPARER = """
import sys
from ingest_widgets.corpus.corpus import Corpus
corpus = Corpus(sys.argv[1])
print(flush=True)
corpus.prepare()
"""


def test_kill_9_while_an_older_corpus_is_brought_up_to_date_leaves_one_version_or_the_other_whole(
    tmp_path: Path,
) -> None:
    chance = random.Random(6)
    for turn in range(10):
        path = tmp_path / f"{turn}.sqlite"
        shutil.copy(VERSION_1, path)
        with subprocess.Popen([sys.executable, "-c", PREPARER, str(path)], stdout=subprocess.PIPE, cwd=ROOT) as process:
            assert process.stdout is not None
            process.stdout.readline()
            threading.Event().wait(chance.random() * 0.01)
            process.kill()
        with closing(sqlite3.connect(path)) as con:
            (version,) = con.execute("PRAGMA user_version").fetchone()
            tables = con.execute("SELECT count(*) FROM sqlite_master WHERE name = 'chunk_vectors'").fetchone()
        assert (version, *tables) in ((1, 0), (schema.VERSION, 1))
        with Corpus(path) as corpus:
            assert (corpus.embed(hashed), corpus.search("entropy").total, corpus.check()) == (2, 1, [])


def test_the_question_that_is_embedded_has_no_operators_and_no_filters(corpus: Corpus) -> None:
    fn = Heard()
    corpus.embed(fn)
    corpus.search('"heat death" OR entrop* -bread file:a.pdf What is it?', ranking="hybrid")
    assert fn.calls[-1] == ["heat death entrop What is it?"]


def test_an_old_file_of_the_version_before_can_be_replaced_and_removed(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    shutil.copy(VERSION_1, path)
    with Corpus(path) as corpus:
        corpus.write(source("heat.pdf"), extraction("Cold."))
        corpus.remove("日本.pdf")
        assert ([page.text for page in corpus.pages()], corpus.check()) == (["Cold."], [])


def test_check_tells_of_vectors_that_belong_to_nothing(corpus: Corpus) -> None:
    corpus.embed(hashed)
    assert corpus.check() == []
    corpus.close()
    with closing(sqlite3.connect(corpus.path)) as con, con:
        con.execute("INSERT INTO chunk_vectors VALUES (100, 77, 1, 0, 1, 5, zeroblob(256))")
        con.execute(
            "INSERT INTO chunk_vectors SELECT 101, id, 9, 0, 9, 5, zeroblob(12) FROM files WHERE name = 'b.pdf'"
        )
        con.execute("INSERT INTO embedded_files VALUES (78)")
    with Corpus(corpus.path) as again:
        assert sorted(again.check()) == [
            "b.pdf has a vector for a place on page 9 that isn't there",
            "file 78 is said to have vectors, but it isn't there",
            "vector 100 belongs to no file (77)",
            "vector 101 has 12 bytes, as no other one",
        ]


@pytest.mark.parametrize("value", ["-1", "9999", "1.5", "'text'", "x'00'", "CAST(x'ff' AS TEXT)"])
@pytest.mark.parametrize("place", ["start", "stop", "last_page"])
def test_check_tells_of_a_vector_for_a_place_that_is_not_there(corpus: Corpus, place: str, value: str) -> None:
    corpus.embed(hashed)
    with closing(sqlite3.connect(corpus.path)) as con, con:
        con.execute(f"UPDATE chunk_vectors SET {place} = {value} WHERE id = 1")
    (problem,) = corpus.check()
    assert "has a vector for a place on page 1 that isn't there" in problem


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE chunk_vectors SET vector = 'text'",
        "UPDATE chunk_vectors SET vector = zeroblob(8)",
        "UPDATE chunk_vectors SET start = 'text', first_page = 'text' WHERE id = 1",
        "UPDATE chunk_vectors SET first_page = 7 WHERE id = 1",
        "UPDATE notes SET value = '{}' WHERE key = 'embedding'",
        "UPDATE notes SET value = 'text' WHERE key = 'embedding'",
        "DROP TABLE chunk_vectors",
    ],
)
def test_vectors_that_make_no_sense_are_damage_and_nothing_else_suffers(corpus: Corpus, change: str) -> None:
    corpus.embed(hashed)
    with closing(sqlite3.connect(corpus.path)) as con, con:
        con.execute(change)
    with pytest.raises(CorpusDamaged, match="put a backup in its place"):
        corpus.search("entropy", ranking="hybrid")
    assert corpus.search("entropy").total == 1


# Hybrid search.


def test_hybrid_finds_pages_without_the_words_and_shows_the_beginning_of_the_nearest_chunk(corpus: Corpus) -> None:
    corpus.embed(hashed, max_chars=200, overlap=0)
    results = corpus.search("entropy grows", ranking="hybrid")
    assert corpus.search("entropy grows").total == 0
    assert [(hit.file, hit.page) for hit in results[:2]] == [("a.pdf", 1), ("a.pdf", 2)]
    assert results[1].snippet.startswith("Disorder grows by itself.")
    assert [hit.spans for hit in results] == [(), (), ()]
    assert results.total == 3
    assert repr(results[:2]).startswith("3 pages match 'entropy grows' or lie near it (")


def test_a_page_that_both_rankings_know_comes_first_by_the_sum_of_its_reciprocal_ranks(corpus: Corpus) -> None:
    corpus.embed(hashed)
    (first, *rest) = corpus.search("flour water", ranking="hybrid")
    assert first.file == "b.pdf"
    assert first.score == pytest.approx(2 / 61)
    assert [hit.score for hit in rest] == pytest.approx([1 / 62, 1 / 63])
    assert {first.snippet[start:end] for start, end in first.spans} == {"flour", "water"}


def test_filters_and_exclusions_hold_for_the_nearest_chunks_too(corpus: Corpus) -> None:
    corpus.embed(hashed)
    assert {hit.file for hit in corpus.search("entropy -heat", ranking="hybrid")} == {"a.pdf", "b.pdf"}
    assert {(hit.file, hit.page) for hit in corpus.search("grows -heat -bread", ranking="hybrid")} == {("a.pdf", 2)}
    assert {hit.file for hit in corpus.search("entropy file:b.pdf", ranking="hybrid")} == {"b.pdf"}
    assert {hit.file for hit in corpus.search("entropy", file="b.pdf", ranking="hybrid")} == {"b.pdf"}
    assert corpus.search("file:b.pdf", ranking="hybrid").total == 1
    assert corpus.search("", ranking="hybrid").total == 0


PAGES, WIDE = 1_500, 4_096


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """Four blocks of 16 MB of vectors, two chunks a page, and all these vectors with one more for a question."""
    numbers = numpy.random.default_rng(7).normal(size=(2 * PAGES + 1, WIDE)).astype("float32")
    numbers /= numpy.linalg.norm(numbers, axis=1, keepdims=True)
    path = tmp_path_factory.mktemp("wide") / "c.sqlite"
    with Corpus(path) as corpus:
        texts = [f"Number {2 * page} is here.\n\nNumber {2 * page + 1} is here." for page in range(PAGES)]
        corpus.write(source("a.pdf"), extraction(*texts[:1_000]))
        corpus.write(source("b.pdf"), extraction(*texts[1_000:]))
        made = corpus.embed(numbers_of(numbers), max_chars=24, overlap=0, batch_size=500)
        assert made == 2 * PAGES
    return path, numbers


def numbers_of(numbers: Any) -> Callable[[list[str]], Any]:
    return lambda texts: numbers[[int(text.split()[1]) for text in texts]]


def test_the_nearest_of_many_chunks_are_those_that_a_full_comparison_finds(wide: tuple[Path, Any]) -> None:
    """Blocks of 16 MB are passed through, and of a page with many chunks the best one counts."""
    path, numbers = wide
    with Corpus(path, read_only=True) as corpus:
        assert corpus.embed(numbers_of(numbers)) == 0
        results = corpus.search(f"missing {2 * PAGES}", limit=100, ranking="hybrid")
    similar = (numbers[:-1] @ numbers[-1]).reshape(PAGES, 2).max(axis=1)
    assert [hit.page - 1 + 1_000 * (hit.file == "b.pdf") for hit in results] == numpy.argsort(-similar)[:100].tolist()


def test_vectors_beyond_what_may_be_kept_count_as_much(wide: tuple[Path, Any]) -> None:
    path, numbers = wide
    question = array("f", numbers[-1].tolist())
    with closing(sqlite3.connect(path)) as con:
        for files in (None, [2], [1, 2], [77]):
            whole = NearestChunks().pages(con, question, files, 100)
            assert len(whole) == (0 if files == [77] else 100)
            for most in (0, 16 * 2**20, 40 * 2**20):
                nearest = NearestChunks(most)
                assert nearest.pages(con, question, files, 100) == nearest.pages(con, question, files, 100) == whole


def test_vectors_are_read_once_and_let_go_when_the_corpus_is_closed(wide: tuple[Path, Any]) -> None:
    path, numbers = wide
    statements: list[str] = []
    question = array("f", numbers[-1].tolist())
    with closing(sqlite3.connect(path)) as con:
        nearest = NearestChunks()
        first = nearest.pages(con, question, None, 100)
        con.set_trace_callback(statements.append)
        assert nearest.pages(con, question, None, 100) == first
    assert not [statement for statement in statements if "vector FROM" in statement]
    corpus = Corpus(path, read_only=True)
    corpus.embed(numbers_of(numbers))
    tracemalloc.start()
    try:
        corpus.search(f"missing {2 * PAGES}", ranking="hybrid")
        kept = tracemalloc.get_traced_memory()[0]
        corpus.close()
        assert tracemalloc.get_traced_memory()[0] < kept - 2 * PAGES * WIDE * 4 * 0.9
    finally:
        tracemalloc.stop()


def test_kept_vectors_are_forgotten_when_one_comes_or_goes_in_another_process(corpus: Corpus) -> None:
    """In another Corpus, here."""

    def near() -> set[tuple[str, int]]:
        return {(hit.file, hit.page) for hit in corpus.search("grows", ranking="hybrid")}

    corpus.embed(hashed)
    assert near() == {("a.pdf", 1), ("a.pdf", 2), ("b.pdf", 1)}
    with Corpus(corpus.path) as other:
        other.write(source("d.pdf"), extraction("Growth is slow."))
        assert near() == {("a.pdf", 1), ("a.pdf", 2), ("b.pdf", 1)}
        other.embed(hashed)
        assert near() == {("a.pdf", 1), ("a.pdf", 2), ("b.pdf", 1), ("d.pdf", 1)}
        other.remove("a.pdf")
        assert near() == {("b.pdf", 1), ("d.pdf", 1)}
        other.write(source("b.pdf"), extraction("Flour.", "Water.", sha256="0" * 64))
        assert near() == {("d.pdf", 1)}
        other.embed(lambda texts: [[1.0] * DIMENSION for _ in texts], replace=True)
        assert near() == {("b.pdf", 1), ("d.pdf", 1)}


def test_a_search_during_which_other_vectors_come_says_to_search_again(corpus: Corpus) -> None:
    corpus.embed(hashed)

    def slow(texts: list[str]) -> list[list[float]]:
        with Corpus(corpus.path) as other:
            other.embed(lambda texts: [[1.0, 0.0] for _ in texts], replace=True)
        return hashed(texts)

    corpus.embed(slow)
    with pytest.raises(CorpusError, match="vectors were replaced while this search went on: search again"):
        corpus.search("entropy", ranking="hybrid")


def test_hybrid_without_vectors_or_callable_says_what_to_call(corpus: Corpus) -> None:
    with pytest.raises(CorpusError, match=r"holds no vectors: call corpus\.embed\(fn\)"):
        corpus.search("entropy", ranking="hybrid")
    corpus.embed(hashed)
    with Corpus(corpus.path, read_only=True) as again:
        with pytest.raises(CorpusError, match=r"isn't stored with the vectors: call corpus\.embed\(fn\)"):
            again.search("entropy", ranking="hybrid")
        assert again.embed(hashed) == 0
        assert again.search("entropy", ranking="hybrid").total == 3
        again.embed(lambda texts: [[1.0]])
        with pytest.raises(ValueError, match="fn returned 1 numbers, the vectors in the corpus have 64"):
            again.search("entropy", ranking="hybrid")
    with pytest.raises(ValueError, match="ranking must be 'bm25' or 'hybrid', not 'dense'"):
        corpus.search("entropy", ranking="dense")  # type: ignore[arg-type]


def test_hybrid_without_numpy_gives_its_pip_line(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus.embed(hashed)
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(ImportError, match="needs numpy: pip install"):
        corpus.search("entropy", ranking="hybrid")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """More pages with a word than are fused, so that the rest has to follow."""
    with Corpus(tmp_path_factory.mktemp("many") / "c.sqlite") as corpus:
        for number in range(3):
            corpus.write(
                source(f"{number}.pdf"),
                extraction(*[f"common {'word ' * (page % 7)} p{page} q{number}" for page in range(450)]),
            )
        corpus.write(source("other.pdf"), extraction(*[f"rare r{page}" for page in range(40)]))
        corpus.embed(hashed)
        yield corpus


@pytest.mark.parametrize("query", ["common", "common word", "rare", "common -word", "p3", "nothing here"])
def test_walking_through_hybrid_results_meets_each_of_the_total_once(many: Corpus, query: str) -> None:
    everything = list(many.search(query, limit=5_000, ranking="hybrid"))
    walked: list[Any] = []
    total = many.search(query, ranking="hybrid").total
    while len(walked) < total:
        walked += (more := many.search(query, limit=333, offset=len(walked), ranking="hybrid"))
        assert more.total == total
        assert more
    assert walked == everything
    assert len({(hit.file, hit.page) for hit in walked}) == total
    assert [hit.score for hit in walked] == sorted((hit.score for hit in walked), reverse=True)
    assert {(hit.file, hit.page) for hit in many.search(query, limit=5_000)} <= {(hit.file, hit.page) for hit in walked}


@given(
    st.text(max_size=30)
    | st.lists(st.sampled_from(["common", "word", '"', "-", "OR", "*", "file:", "日"])).map(" ".join)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_no_input_is_an_error_in_a_hybrid_search_either(many: Corpus, query: str) -> None:
    results = many.search(query, ranking="hybrid")
    assert len(results) == min(20, results.total)


def test_the_retriever_can_ask_both_ways(corpus: Corpus) -> None:
    corpus.embed(hashed)
    retriever: Any = CorpusRetriever(corpus=corpus, k=2, ranking="hybrid")
    first, _ = retriever.invoke("What grows by itself?")
    assert (first.metadata["file"], first.metadata["page"]) == ("a.pdf", 2)
