"""Places that can't be written, or only for a while: one sentence each, nothing lost."""

from __future__ import annotations

import ctypes
import os
import pickle
import random
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest_widgets import (
    Corpus,
    CorpusError,
    CorpusForeign,
    CorpusFull,
    CorpusNotFound,
    CorpusNotWritable,
)
from ingest_widgets.errors import CLOSE_FILES
from tests.corpus_parts import extraction, source


def in_a_child(work: Callable[[], Any], *, limit: int | None = None) -> Any:
    """Runs `work` in a fork that obeys permissions even if we are root, with a limit on the size of files."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            give_up_privileges()
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            try:
                result = work()
            except CorpusError as error:
                result = error
            os.write(writing, pickle.dumps(result))
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as stream:
        data = stream.read()
    os.waitpid(child, 0)
    result = pickle.loads(data)
    if isinstance(result, CorpusError):
        raise result
    return result


def give_up_privileges() -> None:
    """Drops all capabilities: without them root is bound by the permission bits too."""
    if sys.platform == "linux" and os.geteuid() == 0:
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        nothing = (ctypes.c_uint32 * 6)()
        assert ctypes.CDLL(None, use_errno=True).capset(header, nothing) == 0


@pytest.fixture
def closed_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a corpus, read-only like the file in it."""
    folder = tmp_path / "closed"
    folder.mkdir()
    with Corpus(folder / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("words"))
    (folder / "c.sqlite").chmod(0o444)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


def test_a_corpus_in_a_read_only_folder_can_be_read(closed_folder: Path) -> None:
    before = (closed_folder / "c.sqlite").read_bytes()

    def read() -> tuple[int, int, list[str]]:
        with Corpus(closed_folder / "c.sqlite", read_only=True) as corpus:
            return len(corpus), corpus.search("words").total, corpus.check()

    assert in_a_child(read) == (1, 1, [])
    assert (closed_folder / "c.sqlite").read_bytes() == before
    assert [file.name for file in closed_folder.iterdir()] == ["c.sqlite"]


def test_writing_where_nothing_can_be_written_is_one_sentence(closed_folder: Path) -> None:
    before = (closed_folder / "c.sqlite").read_bytes()
    for name in ("c.sqlite", "fresh.sqlite"):
        with pytest.raises(CorpusNotWritable, match="check its permissions") as raised:
            in_a_child(lambda name=name: Corpus(closed_folder / name).write(source("b.pdf"), extraction("words")))  # type: ignore[misc]
        assert "\n" not in str(raised.value)
    assert (closed_folder / "c.sqlite").read_bytes() == before
    assert [file.name for file in closed_folder.iterdir()] == ["c.sqlite"]


def test_read_only_refuses_to_write_and_to_open_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CorpusNotFound, match="ingest PDFs into it first"):
        Corpus(tmp_path / "c.sqlite", read_only=True)
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("words"))
    with Corpus(tmp_path / "c.sqlite", read_only=True) as corpus, pytest.raises(CorpusNotWritable, match="read_only"):
        corpus.remove("a.pdf")


def test_a_missing_folder_and_a_path_that_is_a_folder_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(CorpusNotFound, match="there is no folder"):
        Corpus(tmp_path / "nowhere" / "c.sqlite")
    with pytest.raises(CorpusForeign, match="is a folder"):
        Corpus(tmp_path)
    for length in (250, 300):  # at 250 the files beside have names that are too long
        with pytest.raises(CorpusNotWritable, match="its name is too long"):
            Corpus(tmp_path / ("x" * length))
    assert list(tmp_path.iterdir()) == []


def write_until_full(corpus: Corpus) -> tuple[int, str]:
    """Returns how many files went in, and what was said when the next one didn't."""
    for number in range(10_000):
        try:
            corpus.write(source(f"{number}.pdf"), extraction("words " * 500))
        except CorpusFull as error:
            return number, str(error)
    raise AssertionError("there is no end to this disk")


def test_a_file_size_limit_ends_in_one_sentence_and_keeps_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"

    def fill() -> tuple[int, str]:
        with Corpus(path) as corpus:
            return write_until_full(corpus)

    kept, sentence = in_a_child(fill, limit=600_000)
    assert kept > 10
    assert "make room and run again" in sentence
    with Corpus(path) as corpus:
        assert (len(corpus), corpus.check()) == (kept, [])
        corpus.write(source("more.pdf"), extraction("there is room again"))
        assert (corpus.search("room").total, corpus.check()) == (1, [])


@pytest.mark.parametrize("limit", [500_000, 2_000_000, 4_000_000, 6_000_000])
def test_a_limit_that_the_index_comes_up_against_is_no_damage(tmp_path: Path, limit: int) -> None:
    """Half of these limits are met while the pages are written, the others by the index, of which SQLite says less."""
    chance = random.Random(1)
    pages = [" ".join(f"{chance.getrandbits(24):x}" for _ in range(500)) for _ in range(700)]

    def write() -> None:
        with Corpus(tmp_path / "c.sqlite") as corpus:
            corpus.write(source("a.pdf"), extraction(*pages))

    with pytest.raises(CorpusFull, match="make room and run again"):
        in_a_child(write, limit=limit)
    with Corpus(tmp_path / "c.sqlite") as corpus:
        assert (len(corpus), corpus.check()) == (0, [])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes; only root can make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root; the limit on file sizes tests the same without")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_ends_in_one_sentence_and_the_next_run_goes_on_when_there_is_room(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(1_000_000))
    with Corpus(small_disk / "c.sqlite") as corpus:
        kept, sentence = write_until_full(corpus)
        assert "make room and run again" in sentence
        assert (len(corpus), corpus.search("words").total) == (kept, kept)
        ballast.unlink()
        corpus.write(source("more.pdf"), extraction("room again"))
        assert (len(corpus), corpus.check()) == (kept + 1, [])


def test_a_disk_without_room_for_a_first_page_is_not_taken_for_another_programs_file(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(2 * 2**20 - 16 * 2**10))
    for _ in range(2):  # the second time, the beginnings of a corpus are there
        with pytest.raises(CorpusFull, match="make room"):
            Corpus(small_disk / "c.sqlite").prepare()
    ballast.unlink()
    with Corpus(small_disk / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("room again"))
        assert (len(corpus), corpus.check()) == (1, [])


def test_a_path_that_is_too_long_for_sqlite_is_said_to_be_so(tmp_path: Path) -> None:
    folder = tmp_path / ("d" * 200) / ("e" * (504 - len(str(tmp_path)) - 204 - 100))
    folder.mkdir(parents=True)
    longest = folder / ("c" * (504 - len(str(folder)) - 1))
    with Corpus(longest) as corpus:
        corpus.write(source("a.pdf"), extraction("words"))
        assert (len(corpus), corpus.check()) == (1, [])
    with pytest.raises(CorpusNotWritable, match="SQLite takes paths of 504 bytes at most: give a shorter one"):
        Corpus(f"{longest}c").prepare()


def test_a_copy_of_a_corpus_opens_elsewhere(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("words"))
        again = pickle.loads(pickle.dumps(corpus))
        assert (len(again), again.path) == (1, corpus.path)
        again.close()
    shutil.copy(tmp_path / "c.sqlite", tmp_path / "d ?#%.sqlite")
    with Corpus(tmp_path / "d ?#%.sqlite", read_only=True) as copy:
        assert copy.search("words").total == 1


def test_a_check_without_room_for_its_copy_says_where_to_make_some(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(*["words " * 500] * 1_500))  # more than SQLite keeps in memory
    with pytest.raises(CorpusFull, match=r"no room for a copy of .*c\.sqlite .* where temporary files go"):
        in_a_child(lambda: Corpus(tmp_path / "c.sqlite").check(), limit=100_000)


CROWDED = """
import os, resource, sys
from ingest_widgets import Corpus
from ingest_widgets.errors import IngestError
def tried(work):
    try:
        work()
    except IngestError as error:
        return error
corpora = []
def another():
    corpora.append(Corpus(sys.argv[1]))
    len(corpora[-1])
another()
resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 20,) * 2)
while (error := tried(another)) is None and len(corpora) < 20:
    pass
print(error)
files = []
try:
    while True:
        files.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    print(tried(lambda: corpora[0].to_csv(sys.argv[2])))
for file in files:
    os.close(file)
for corpus in corpora:
    corpus.close()
print(len(Corpus(sys.argv[1])))
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_where_too_many_files_are_open_that_is_said_and_nothing_is_read_without_locks(tmp_path: Path) -> None:
    """Each corpus has two files open; a third one is what SQLite needs for a moment."""
    path = tmp_path / "c.sqlite"
    with Corpus(path) as corpus:
        corpus.write(source("a.pdf"), extraction("words"))
    command = [sys.executable, "-c", CROWDED, str(path), str(tmp_path / "pages.csv")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == [
        f"{path} can't be opened, too many files are: {CLOSE_FILES}",
        f"{tmp_path / 'pages.csv'} can't be written (Too many open files): {CLOSE_FILES}",
        "1",
    ], done.stderr
