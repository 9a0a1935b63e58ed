"""What a corpus survives: kill -9, forks, interrupts, many writers and readers."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ingest_widgets import (
    Corpus,
    CorpusError,
    CorpusLocked,
    ingest,
)
from ingest_widgets.corpus.storage import connections
from ingest_widgets.corpus.storage.corpus_file import refuse_others
from tests.corpus_parts import extraction, source
from tests.forks import in_a_fork

ROOT = Path(__file__).resolve().parent.parent

# Writes files for ever and says each name once it is acknowledged; every third one replaces an older one.
WRITER = """
import os, sys
from ingest_widgets.corpus import Corpus
from tests.corpus_parts import extraction, source
path, tag, start = sys.argv[1], sys.argv[2], int(sys.argv[3])
with Corpus(path) as corpus:
    for number in range(start, start + 100_000):
        name = f"{tag}{number - number % 3 * (number % 2)}.pdf"
        texts = [f"{name} version {number} page {page} " + "word " * 300 for page in range(4)]
        corpus.write(source(name), extraction(*texts))
        os.write(1, f"{name} {number}\\n".encode())
"""


MAKER = """
import sys
from ingest_widgets.corpus.corpus import Corpus
print(flush=True)
Corpus(sys.argv[1]).prepare()
"""


def start_writer(path: Path, tag: str = "w", start: int = 0) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), tag, str(start)], stdout=subprocess.PIPE, cwd=ROOT, bufsize=0
    )


def kill(writer: subprocess.Popen[bytes], acknowledged: dict[str, int]) -> None:
    """Adds what it said until its end."""
    writer.kill()
    for line in writer.communicate()[0].decode().splitlines():
        name, number = line.split()
        acknowledged[name] = int(number)


def wait_for_acknowledgements(writer: subprocess.Popen[bytes], count: int, acknowledged: dict[str, int]) -> None:
    assert writer.stdout is not None
    for _ in range(count):
        name, number = writer.stdout.readline().split()
        acknowledged[name.decode()] = int(number)


def kill_again_and_again(path: Path, rounds: int) -> None:
    chance, acknowledged = random.Random(4), dict[str, int]()
    for turn in range(rounds):
        writer = start_writer(path, start=1000 * turn)
        wait_for_acknowledgements(writer, 1, acknowledged)
        threading.Event().wait(chance.random() * 0.08)
        kill(writer, acknowledged)
        with Corpus(path) as corpus:
            versions = {page.file: int(page.text.split()[2]) for page in corpus.pages()}
            missing = {name for name, number in acknowledged.items() if versions.get(name, -1) < number}
            assert not missing
            assert {record.pages for record in corpus.files()} == {4}
            assert corpus.check() == []


def test_kill_9_of_a_writer_at_random_moments_loses_nothing_acknowledged(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path / "c.sqlite", 20)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_two_hundred_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path / "c.sqlite", 200)


def test_kill_9_while_the_file_is_made_leaves_something_that_the_next_writer_finishes(tmp_path: Path) -> None:
    chance = random.Random(5)
    for turn in range(12):
        path = tmp_path / f"{turn}.sqlite"
        maker = subprocess.Popen([sys.executable, "-c", MAKER, str(path)], stdout=subprocess.PIPE, cwd=ROOT)
        with maker:
            assert maker.stdout is not None
            maker.stdout.readline()
            threading.Event().wait(chance.random() * 0.02)
            maker.kill()
        with Corpus(path) as corpus:
            assert (len(corpus), corpus.files()) == (0, [])
            corpus.write(source("a.pdf"), extraction("words"))
            assert (corpus.search("words").total, corpus.check()) == (1, [])


def test_two_processes_write_one_corpus_at_once(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    writers = [start_writer(path, tag) for tag in "ab"]
    acknowledged: dict[str, int] = {}
    for writer in writers:
        wait_for_acknowledgements(writer, 25, acknowledged)
    for writer in writers:
        kill(writer, acknowledged)
    with Corpus(path) as corpus:
        held = {record.name for record in corpus.files()}
        assert {name[0] for name in held} == {"a", "b"}
        assert set(acknowledged) <= held
        assert corpus.check() == []


ELSEWHERE = """
import sys
from ingest_widgets.corpus import Corpus
from tests.corpus_parts import extraction, source
with Corpus(sys.argv[1]) as corpus:
    corpus.write(source(sys.argv[2]), extraction("words"))
    print(*(record.name for record in corpus.files()))
"""


def write_elsewhere(path: Path, name: str) -> list[str]:
    """One file, by a process that has the corpus open for no longer than that; all the names that it sees."""
    command = [sys.executable, "-c", ELSEWHERE, str(path), name]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout.split()


def test_a_second_look_at_an_open_corpus_costs_it_no_lock(tmp_path: Path) -> None:
    """Else a process that comes and goes deletes the -wal which the first one still writes into."""
    path = tmp_path / "c.sqlite"
    with Corpus(path) as corpus:
        corpus.write(source("a.pdf"), extraction("words"))
        written = os.stat(f"{path}-wal").st_ino
        assert len(Corpus(path)) == 1
        assert write_elsewhere(path, "b.pdf") == ["a.pdf", "b.pdf"]
        assert os.stat(f"{path}-wal").st_ino == written
        corpus.write(source("c.pdf"), extraction("words"))
        assert write_elsewhere(path, "d.pdf") == ["a.pdf", "b.pdf", "c.pdf", "d.pdf"]


def test_what_was_written_is_in_the_file_that_people_copy_while_the_corpus_is_open(tmp_path: Path) -> None:
    """A notebook's kernel keeps it open for days, and what lies beside the file isn't downloaded along with it."""
    path = tmp_path / "c.sqlite"

    def copied(name: str) -> Corpus:
        copy = tmp_path / name
        code = "import shutil, sys; shutil.copyfile(sys.argv[1], sys.argv[2])"
        subprocess.run([sys.executable, "-c", code, path, copy], timeout=60, check=True)
        return Corpus(copy)

    def fn(texts: list[str]) -> list[list[float]]:
        return [[1.0]] * len(texts)

    with Corpus(path) as corpus:
        corpus.write(source("a.pdf"), extraction("words"))
        ingest([("b.pdf", b"no PDF")], corpus, progress=False)
        with copied("1.sqlite") as copy:
            assert (copy.files(), copy.last_run) == (corpus.files(), corpus.last_run)
            assert copy.search("words").total == 1
        assert corpus.embed(fn) == 1
        with copied("2.sqlite") as copy:
            assert copy.embed(fn) == 0
        corpus.remove("a.pdf")
        with copied("3.sqlite") as copy:
            assert "a.pdf" not in copy


def test_a_corpus_that_is_made_while_somebody_opens_it_is_not_taken_for_another_programs(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    opening = sqlite3.connect(path, isolation_level=None)
    opening.execute("PRAGMA journal_mode = WAL")

    def make(statement: str) -> None:
        if "user_version" in statement and not path.with_suffix(".made").exists():
            path.with_suffix(".made").touch()
            with Corpus(path) as corpus:
                corpus.write(source("a.pdf"), extraction("words"))

    opening.set_trace_callback(make)
    with Corpus(path) as corpus:
        refuse_others(opening, str(path))
        opening.close()
        assert len(corpus) == 1


def test_readers_in_threads_and_another_process_never_wait_for_a_writer(tmp_path: Path) -> None:
    """A transaction stays open all the while: everybody reads the state before it."""
    path = tmp_path / "c.sqlite"
    with Corpus(path) as corpus:
        corpus.write(source("a.pdf"), extraction("first words"))
        with corpus._connections.writer() as con:
            con.execute("UPDATE pages SET text = 'never seen'")
            # More than a connection keeps in memory: without a -wal it would have to lock the file by now.
            con.execute("INSERT INTO notes VALUES ('large', hex(zeroblob(4000000)))")
            with ThreadPoolExecutor(4) as threads:
                seen = list(threads.map(lambda _: corpus.search("first")[0].snippet, range(20)))
            assert set(seen) == {"first words"}
            reader = (
                "import sys; from ingest_widgets.corpus import Corpus; print(next(Corpus(sys.argv[1]).pages()).text)"
            )
            other = subprocess.run(
                [sys.executable, "-c", reader, str(path)], cwd=ROOT, capture_output=True, timeout=20, check=True
            )
            assert other.stdout == b"first words\n"


def test_many_threads_share_one_corpus(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:

        def work(number: int) -> int:
            corpus.write(source(f"{number}.pdf"), extraction(f"shared word{number}"))
            return corpus.search(f"word{number}").total + len(list(corpus.pages(f"{number}.pdf")))

        with ThreadPoolExecutor(8) as threads:
            assert set(threads.map(work, range(60))) == {2}
        assert (corpus.search("shared").total, corpus.check()) == (60, [])


def test_a_writer_that_has_to_wait_too_long_says_who_is_to_blame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.3)
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("words"))
        other = sqlite3.connect(corpus.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CorpusLocked, match="another process kept"):
            corpus.write(source("b.pdf"), extraction("words"))
        other.close()
        corpus.write(source("b.pdf"), extraction("words"))
        assert len(corpus) == 2


def test_a_fork_in_the_middle_harms_neither_side(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("parent"))

        def both_found() -> None:
            corpus.write(source("b.pdf"), extraction("child"))
            assert (corpus.search("parent").total, len(corpus)) == (1, 2)

        iterator = corpus.pages()
        next(iterator)
        with corpus._connections.reader() as con, corpus._connections._lock:  # in use, and a lock held, at the fork
            assert con.execute("SELECT count(*) FROM pages").fetchone() == (1,)
            assert in_a_fork(both_found) == 0
            assert con.execute("SELECT count(*) FROM pages").fetchone() == (1,)
        corpus.write(source("c.pdf"), extraction("parent again"))
        assert (len(corpus), corpus.check()) == (3, [])


def test_a_fork_goes_on_writing_when_its_parent_has_closed(tmp_path: Path) -> None:
    """SQLite's locks don't come along: the parent would take itself for the last one and delete the -wal."""
    path = tmp_path / "c.sqlite"
    corpus = Corpus(path)
    corpus.write(source("a.pdf"), extraction("words"))
    (from_child, to_parent), (from_parent, to_child) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        try:
            corpus.write(source("b.pdf"), extraction("words"))
            os.write(to_parent, b"b is in")
            os.read(from_parent, 1)
            corpus.write(source("c.pdf"), extraction("words"))
            os._exit(0)
        finally:
            os._exit(1)
    os.read(from_child, 1)
    corpus.close()
    os.write(to_child, b"go on")
    assert os.waitpid(child, 0)[1] == 0
    for descriptor in (from_child, to_parent, from_parent, to_child):
        os.close(descriptor)
    assert write_elsewhere(path, "d.pdf") == ["a.pdf", "b.pdf", "c.pdf", "d.pdf"]


def test_a_corpus_that_was_deleted_under_an_open_one_starts_anew(tmp_path: Path) -> None:
    """Otherwise what is acknowledged would go into a file that no longer has a name."""
    path = tmp_path / "c.sqlite"
    with Corpus(path) as corpus:
        corpus.write(source("a.pdf"), extraction("old"))
        assert len(corpus) == 1
        for file in tmp_path.glob("c.sqlite*"):
            file.unlink()
        assert len(corpus) == 0
        corpus.write(source("b.pdf"), extraction("new", "pages"))
    with Corpus(path) as corpus:
        assert [record.name for record in corpus.files()] == ["b.pdf"]


def test_nothing_is_left_beside_a_closed_corpus(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("words"))
        corpus.search("words")
        assert all(file.name.startswith("c.sqlite") for file in tmp_path.iterdir())
    assert [file.name for file in tmp_path.iterdir()] == ["c.sqlite"]
    with pytest.raises(CorpusError, match="is closed"):
        corpus.files()
    corpus.close()


def test_an_interrupted_write_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("old"))

        def pages() -> Iterator[Any]:
            yield extraction("new").pages[0]
            raise KeyboardInterrupt

        class Pages(tuple[Any, ...]):
            def __iter__(self) -> Iterator[Any]:
                return pages()

        with pytest.raises(KeyboardInterrupt):
            corpus.write(source("a.pdf"), extraction(pages=Pages([1])))
        assert [page.text for page in corpus.pages()] == ["old"]
        corpus.write(source("a.pdf"), extraction("newest"))
        assert ([page.text for page in corpus.pages()], corpus.check()) == (["newest"], [])
