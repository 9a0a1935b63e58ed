"""Where an export goes: through links, never in place of a device, with the permissions that were there."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingest_widgets import Corpus, IngestError
from tests.corpus_parts import extraction, source
from tests.test_corpus_places import in_a_child

ROOT = Path(__file__).resolve().parent.parent
EXPORTS = ["to_csv", "to_parquet"]


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("words"))
        yield corpus


def parts(folder: Path) -> list[Path]:
    return list(folder.glob("*.part"))


@pytest.mark.parametrize("export", EXPORTS)
def test_what_is_no_regular_file_stays_what_it_is(corpus: Corpus, tmp_path: Path, export: str) -> None:
    """Root may replace even /dev/null."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    for path in (pipe, tmp_path / "link"):
        with pytest.raises(IngestError, match="path must be that of a file"):
            getattr(corpus, export)(path)
    assert (pipe.is_fifo(), (tmp_path / "link").is_symlink(), parts(tmp_path)) == (True, True, [])


@pytest.mark.parametrize("export", EXPORTS)
@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_and_what_it_points_to_is_written(
    corpus: Corpus, tmp_path: Path, export: str, is_there: bool
) -> None:
    (tmp_path / "far").mkdir()
    pointed_to, link = tmp_path / "far" / "pages", tmp_path / "link"
    link.symlink_to(pointed_to)
    if is_there:
        pointed_to.write_bytes(b"old")
    assert getattr(corpus, export)(link) == link
    assert link.is_symlink()
    assert pointed_to.read_bytes() not in (b"", b"old")
    assert parts(tmp_path / "far") == []


@pytest.mark.parametrize("export", EXPORTS)
def test_a_file_that_is_replaced_keeps_its_permissions(corpus: Corpus, tmp_path: Path, export: str) -> None:
    target = tmp_path / "private"
    target.write_bytes(b"old")
    target.chmod(0o600)
    getattr(corpus, export)(target)
    assert (target.stat().st_mode & 0o777, target.read_bytes() != b"old") == (0o600, True)


def told(corpus: Corpus, export: str, target: Path) -> str:
    with pytest.raises(IngestError) as raised:
        getattr(corpus, export)(target)
    return str(raised.value)


@pytest.mark.parametrize("export", EXPORTS)
def test_a_file_that_may_not_be_written_is_not_replaced_either(corpus: Corpus, tmp_path: Path, export: str) -> None:
    target = tmp_path / "kept"
    target.write_bytes(b"old")
    target.chmod(0o444)
    assert "kept can't be written (Permission denied)" in in_a_child(lambda: told(corpus, export, target))
    assert (target.read_bytes(), parts(tmp_path)) == (b"old", [])


@pytest.mark.parametrize("export", EXPORTS)
def test_where_there_is_no_room_the_cure_is_to_make_some(corpus: Corpus, tmp_path: Path, export: str) -> None:
    message = in_a_child(lambda: told(corpus, export, tmp_path / "pages"), limit=10)
    assert message.endswith("pages can't be written (File too large): make room and export again")
    assert not (tmp_path / "pages").exists()
    assert parts(tmp_path) == []


# An export that is halfway through until it is told to go on, or killed.
EXPORTER = """
import sys
from pathlib import Path
from ingest_widgets.corpus.export_file import appearing_whole
with appearing_whole(Path(sys.argv[1]), sys.argv[2]) as (_, unfinished):
    unfinished.write_text("first half")
    print(flush=True)
    sys.stdin.readline()
    unfinished.write_text("whole")
"""


@contextmanager
def halfway(corpus: Corpus, target: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", EXPORTER, str(corpus.path), str(target)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.communicate(b"\n")


@pytest.mark.parametrize("export", EXPORTS)
def test_what_a_killed_export_left_goes_with_the_next_one_and_what_others_work_on_stays(
    corpus: Corpus, tmp_path: Path, export: str
) -> None:
    target, long = tmp_path / "pages", tmp_path / ("ö" * 120)
    for place in (target, target, long):
        with halfway(corpus, place) as process:
            process.kill()
    (left,) = tmp_path.glob("ö*.part")
    mine = [tmp_path / name for name in ("pages.part", f"pages2.{'0' * 32}.part", f"pages.{'g' * 32}.part")]
    for file in mine:
        file.write_bytes(b"mine")
    (tmp_path / f"pages.{'0' * 32}.part").mkdir()
    assert len(parts(tmp_path)) == 2 + len(mine) + 1
    with halfway(corpus, target):
        getattr(corpus, export)(target)
        under_way = set(parts(tmp_path)) - {*mine, left, tmp_path / f"pages.{'0' * 32}.part"}
        assert [file.read_text() for file in under_way] == ["first half"]
    assert target.read_text() == "whole"
    getattr(corpus, export)(long)
    assert {*parts(tmp_path)} == {*mine, tmp_path / f"pages.{'0' * 32}.part"}


def test_many_exports_to_one_place_at_once_take_nothing_from_each_other(corpus: Corpus, tmp_path: Path) -> None:
    target, failed = tmp_path / "pages.csv", list[Exception]()

    def again_and_again() -> None:
        for _ in range(60):
            try:
                corpus.to_csv(target)
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=again_and_again) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (failed, parts(tmp_path)) == ([], [])
