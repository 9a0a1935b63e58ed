"""What the user names becomes a list of files: names, identities, and odd entries with their problem."""

from __future__ import annotations

import io
import os
import socket
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, ClassVar

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from ingest_widgets import CorpusError, SourceError, SourceNotFound, ingest
from ingest_widgets.printable import printable
from ingest_widgets.sources import Listing, Patience, fetch
from ingest_widgets.statuses import Reason
from tests.listed import list_sources
from tests.served import Silent, served


def names(source: Any) -> list[str]:
    return [file.name for file in list_sources(source)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """papers/: a.pdf, B.PDF, notes.txt, sub/a.pdf, book.pdf/ch1.pdf (a folder with a file's name)."""
    root = tmp_path / "papers"
    for below in ("a.pdf", "B.PDF", "notes.txt", "sub/a.pdf", "book.pdf/ch1.pdf"):
        path = root / below
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(below.encode())
    return root


def test_a_folder_is_its_pdfs_at_any_depth_in_any_case(folder: Path) -> None:
    assert (
        names(folder) == names(str(folder)) == names("papers/") == ["B.PDF", "a.pdf", "book.pdf/ch1.pdf", "sub/a.pdf"]
    )


def test_a_file_has_its_own_name_and_a_resolved_path(folder: Path) -> None:
    (file,) = list_sources("papers/../papers/a.pdf")
    assert (file.name, file.path, file.size) == ("a.pdf", str(folder / "a.pdf"), 5)
    assert file.mtime_ns == (folder / "a.pdf").stat().st_mtime_ns


def test_a_file_named_outright_is_taken_whatever_it_is(folder: Path) -> None:
    assert names(folder / "notes.txt") == ["notes.txt"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("papers/*.pdf", ["a.pdf", "book.pdf/ch1.pdf"]),
        ("papers/**/*.pdf", ["a.pdf", "book.pdf/ch1.pdf", "sub/a.pdf"]),
        ("papers/**", ["B.PDF", "a.pdf", "book.pdf/ch1.pdf", "sub/a.pdf"]),
        ("papers/s*", ["sub/a.pdf"]),
        ("papers/[ab].pdf", ["a.pdf"]),
        ("papers/*.docx", []),
        ("papers/**/**/a.pdf", ["a.pdf", "sub/a.pdf"]),
        ("papers/**.pdf", ["a.pdf", "book.pdf/ch1.pdf"]),
        ("papers/*/a.pdf", ["sub/a.pdf"]),
    ],
)
def test_a_glob_names_files_below_its_fixed_part(folder: Path, pattern: str, expected: list[str]) -> None:
    assert names(pattern) == expected


def test_a_path_that_exists_is_no_glob(tmp_path: Path) -> None:
    (tmp_path / "[1] draft.pdf").write_bytes(b"x")
    assert names("[1] draft.pdf") == ["[1] draft.pdf"]


def test_brackets_in_the_name_of_a_folder_are_no_pattern(tmp_path: Path) -> None:
    for name in ("papers [old]/a.pdf", "papers [old]/[1]/b.pdf", "papers o/c.pdf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert names("papers [old]/*.pdf") == ["papers [old]/a.pdf", "papers o/c.pdf"]
    assert names("papers*/[1]/*.pdf") == ["papers [old]/[1]/b.pdf"]


def test_overlapping_sources_meet_in_one_file(folder: Path) -> None:
    assert len(list_sources([folder, folder / "sub", folder / "a.pdf", "papers/*.pdf"])) == 4


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (["x", "y", "old/y"], {"a.pdf": "x", "y/a.pdf": "y", "old/y/a.pdf": "old/y"}),
        (["y", "x", "old/y"], {"a.pdf": "y", "x/a.pdf": "x", "y/a.pdf": "old/y"}),
    ],
)
def test_files_of_one_name_are_told_apart_by_the_order_in_which_they_are_given(
    folder: Path, order: list[str], expected: dict[str, str]
) -> None:
    for below in order:
        (folder / below).mkdir(parents=True)
        (folder / below / "a.pdf").write_bytes(b"")
    found = {file.name: file.path for file in list_sources([folder / below for below in order])}
    assert found == {name: str(folder / below / "a.pdf") for name, below in expected.items()}


def test_uploads_keep_their_bytes_and_any_name() -> None:
    (file,) = list_sources(("../../x.pdf", b"%PDF"))
    assert (file.name, file.kind, file.data, file.size) == ("../../x.pdf", "upload", b"%PDF", 4)
    assert names([("b.pdf", b""), ("a.pdf", bytearray(b"1"))]) == ["a.pdf", "b.pdf"]


def test_uploads_of_one_name_are_told_apart_by_their_bytes() -> None:
    given = [("u.pdf", b"1"), ("u.pdf", b"2"), ("u.pdf", b"1"), ("u.pdf", b"2"), ("v.1/u", b"3"), ("v.1/u", b"4")]
    assert {file.path: file.data for file in list_sources(given)} == {
        "u.pdf": b"1",
        "u (2).pdf": b"2",
        "v.1/u": b"3",
        "v.1/u (2)": b"4",
    }


def test_a_name_is_not_looked_for_among_all_that_were_given_before() -> None:
    """Mail brings thousands of one name. Counted in steps of Python, so that the pace of a machine doesn't matter."""

    def steps(count: int) -> int:
        given = [("document.pdf", b"%d" % number) for number in range(count)]
        seen = 0

        def step(frame: FrameType, event: str, arg: object) -> None:
            nonlocal seen
            seen += 1

        sys.setprofile(step)
        try:
            listed = names(given)
        finally:
            sys.setprofile(None)
        assert len(set(listed)) == count
        return seen

    assert steps(400) < 3 * steps(200)


def test_an_upload_gives_way_to_one_that_has_the_number_in_its_name() -> None:
    given = [("u.pdf", b"1"), ("u (2).pdf", b"2"), ("u.pdf", b"3")]
    assert names(given) == ["u (2).pdf", "u (3).pdf", "u.pdf"]


def test_a_file_url_is_the_local_file(folder: Path) -> None:
    assert list_sources(f"file://{folder}") == list_sources(folder)


def test_other_urls_come_through_fsspec() -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe({"/box/one.pdf": b"1", "/box/deep/two.PDF": b"22", "/box/other.txt": b"3"})
    listed = list_sources("memory://box")
    assert [(file.name, file.size, file.kind) for file in listed] == [("deep/two.PDF", 2, "url"), ("one.pdf", 1, "url")]
    assert listed[1].path == "memory:///box/one.pdf"
    assert names("memory://box/*.pdf") == ["one.pdf"]
    with pytest.raises(SourceNotFound, match="doesn't exist"):
        list_sources("memory://nowhere")


@pytest.mark.parametrize(
    ("chain", "paths"),
    [
        ("zip://in/a.pdf::{box}", ["zip://in/a.pdf::{box}"]),
        ("zip://in/*.pdf::{box}", ["zip://in/a.pdf::{box}"]),
        ("zip://::file://{box}", ["zip://in/a.pdf::file://{box}", "zip://in/deep/b.PDF::file://{box}"]),
        ("zip://in/deep::simplecache::file://{box}", ["zip://in/deep/b.PDF::simplecache::file://{box}"]),
        ("simplecache::memory://chain", ["simplecache::memory:///chain/c.pdf"]),
        ("filecache::zip://in/a.pdf::file://{box}", ["filecache::zip://in/a.pdf::file://{box}"]),
    ],
)
def test_a_chain_of_urls_keeps_all_its_links_so_that_it_can_be_read(
    tmp_path: Path, chain: str, paths: list[str]
) -> None:
    import fsspec

    fsspec.filesystem("memory").pipe("/chain/c.pdf", b"c.pdf")
    box = tmp_path / "box.zip"
    with zipfile.ZipFile(box, "w") as archive:
        for name in ("in/a.pdf", "in/deep/b.PDF", "in/other.txt"):
            archive.writestr(name, name.rpartition("/")[2])
    listed = list_sources(chain.format(box=box))
    assert [file.path for file in listed] == [path.format(box=box) for path in paths]
    for file in listed:
        assert fetch(file.path, 100).decode() == file.name.rpartition("/")[2]


def test_the_box_of_a_chain_is_found_again_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "box.zip", "w") as archive:
        archive.writestr("a.pdf", "a")
    monkeypatch.chdir(tmp_path)
    (file,) = list_sources("zip://a.pdf::box.zip")
    monkeypatch.chdir("/")
    assert fetch(file.path, 100) == b"a"


class Shelf(MemoryFileSystem):  # type: ignore[misc]  # fsspec has no types
    """Like ftp: it lists paths that don't say the host, and keeps its listings."""

    protocol = "shelf"
    store: ClassVar[dict[str, Any]] = {}
    listings: ClassVar[dict[str, Any]] = {}

    def __init__(self, host: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.host = host

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        below = path.removeprefix("shelf://").partition("/")[2] if "://" in path else path
        return f"/{below.strip('/')}".rstrip("/")

    @staticmethod
    def _get_kwargs_from_urls(path: str) -> dict[str, str]:
        host = path.removeprefix("shelf://").partition("/")[0]
        return {"host": host} if host else {}

    def ls(self, path: str, detail: bool = True, **kwargs: Any) -> Any:
        if path not in self.listings:
            self.listings[path] = super().ls(path, detail=True)
        found = self.listings[path]
        return found if detail else [entry["name"] for entry in found]

    def invalidate_cache(self, path: str | None = None) -> None:
        self.listings.clear()


def test_a_url_with_a_host_keeps_it_and_each_run_lists_anew() -> None:
    import fsspec

    fsspec.register_implementation("shelf", Shelf, clobber=True)
    shelf = Shelf("upstairs")
    shelf.pipe("/box/one.pdf", b"1")
    (one,) = list_sources("shelf://upstairs/box/")
    assert (one.name, one.path) == ("one.pdf", "shelf://upstairs/box/one.pdf")
    assert fetch(one.path, 10) == b"1"
    shelf.pipe("/box/two.pdf", b"2")
    assert names("shelf://upstairs/box/*.pdf") == ["one.pdf", "two.pdf"]


def test_a_url_that_exists_is_no_glob() -> None:
    import fsspec

    fsspec.filesystem("memory").pipe({"/odd/a[1].pdf": b"1", "/odd/a1.pdf": b"2"})
    assert names("memory://odd/a[1].pdf") == ["a[1].pdf"]


def test_what_a_library_behind_a_url_raises_is_one_line_of_ours(tmp_path: Path) -> None:
    (tmp_path / "box.zip").write_text("no box")
    with pytest.raises(SourceError, match=r"can't be read by fsspec \(File is not a zip file\): check"):
        list_sources(f"zip://a.pdf::{tmp_path}/box.zip")
    with pytest.raises(SourceNotFound, match="doesn't exist: check the address"):
        list_sources(f"zip://a.pdf::{tmp_path}/none.zip")
    with pytest.raises(OSError, match=r"^File is not a zip file$"):
        fetch(f"zip://a.pdf::{tmp_path}/box.zip", 10)


class Refusing(Silent):
    """Answers with the status that the address names."""

    def do_GET(self) -> None:
        self.send_response(int(self.path.strip("/")))
        self.end_headers()

    do_HEAD = do_GET


@pytest.fixture
def far() -> Iterator[str]:
    with served(Refusing) as host:
        yield f"http://{host}"


@pytest.mark.parametrize("status", [404, 410])
def test_a_server_that_has_no_such_file_says_so(far: str, status: int) -> None:
    with pytest.raises(SourceNotFound, match="doesn't exist: check the address"):
        list_sources(f"{far}/{status}")


@pytest.mark.parametrize(("status", "why"), [(401, "Unauthorized"), (403, "Forbidden"), (503, "Service Unavailable")])
def test_a_server_that_refuses_is_no_missing_file(far: str, status: int, why: str) -> None:
    with pytest.raises(SourceError, match=rf"can't be read by fsspec \({status}.*{why}"):
        list_sources(f"{far}/{status}")


def test_a_server_that_is_not_reached_is_no_missing_file() -> None:
    with socket.socket() as nobody:  # bound, so that nobody else listens there
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(SourceError, match=r"can't be read by fsspec \(Cannot connect to host"):
            list_sources(f"http://127.0.0.1:{nobody.getsockname()[1]}/a.pdf")


@pytest.mark.parametrize("missing", ["nowhere", "nowhere/*.pdf", "nowhere.pdf", "", "a\0b", "\ud83d"])
def test_what_is_not_there_is_told_at_once_in_one_line(missing: str) -> None:
    with pytest.raises(SourceNotFound) as caught:
        list_sources(missing)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, FileNotFoundError)


def test_a_space_at_the_end_of_a_path_can_be_seen() -> None:
    with pytest.raises(SourceNotFound, match=r"^'nowhere ' doesn't exist"):
        list_sources("nowhere ")


@pytest.mark.parametrize("relative", ["papers", "papers/*.pdf", "a.pdf"])
def test_a_working_directory_that_is_gone_is_told(tmp_path: Path, folder: Path, relative: str) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    with pytest.raises(SourceNotFound, match="the working directory is gone"):
        list_sources(relative)
    with pytest.raises(CorpusError, match=r"'c\.sqlite' lies in the working directory, which is gone: change to it"):
        ingest(folder, "c.sqlite", progress=False)
    assert "a.pdf" in names(folder)
    with pytest.raises(SourceNotFound, match="/none doesn't exist: check the path"):
        list_sources(folder / "none")


def test_a_stream_is_told_to_be_read_first() -> None:
    with pytest.raises(TypeError, match=r"stream.read\(\)"):
        list_sources(("a.pdf", io.BytesIO(b"%PDF")))


@pytest.mark.parametrize(
    ("wrong", "error"), [(3, TypeError), (None, TypeError), (b"%PDF", TypeError), (("", b"x"), SourceError)]
)
def test_what_is_no_source_is_refused_with_the_cure(wrong: object, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"a source is|needs? a name"):
        list_sources(wrong)


def problems(root: Path) -> dict[str, str]:
    found = {}
    for file in list_sources(root):
        if file.problem:
            assert file.problem[0] is Reason.UNREADABLE
            found[file.name] = file.problem[1]
    return found


def test_odd_entries_are_listed_with_their_problem(folder: Path) -> None:
    os.mkfifo(folder / "pipe.pdf")
    (folder / "dangling.pdf").symlink_to("nowhere.pdf")
    (folder / "loop.pdf").symlink_to("loop.pdf")
    with socket.socket(socket.AF_UNIX) as listener:
        os.chdir(folder)
        listener.bind("socket.pdf")
        found = problems(folder)
    assert "named pipe" in found.pop("pipe.pdf")
    assert "a socket" in found.pop("socket.pdf")
    assert "doesn't exist" in found.pop("dangling.pdf")
    assert "leads back to itself" in found.pop("loop.pdf")
    assert found == {}
    assert "a device" in (list_sources("/dev/null")[0].problem or ("", ""))[1]


def test_a_dangling_link_is_the_same_file_once_it_is_mended(folder: Path) -> None:
    (folder / "link.pdf").symlink_to("../later.pdf")
    before = next(file for file in list_sources(folder) if file.problem)
    (folder.parent / "later.pdf").write_bytes(b"x")
    after = next(file for file in list_sources(folder) if file.name == "link.pdf")
    assert after.path == before.path == str(folder.parent / "later.pdf")
    assert after.problem is None


def test_symlinked_folders_are_not_followed_but_symlinked_files_are(folder: Path) -> None:
    (folder / "sub" / "up").symlink_to("..")
    (folder / "sub" / "here").symlink_to(".")
    (folder.parent / "elsewhere.pdf").write_bytes(b"e")
    (folder / "link.pdf").symlink_to("../elsewhere.pdf")
    expected = ["B.PDF", "a.pdf", "book.pdf/ch1.pdf", "link.pdf", "sub/a.pdf"]
    assert names(folder) == expected
    assert names("papers/**/*.[pP][dD][fF]") == expected
    assert [file.path for file in list_sources(folder)][3] == str(folder.parent / "elsewhere.pdf")


def test_a_glob_enters_no_symlinked_folder_but_one_that_is_named_outright(folder: Path) -> None:
    outside = folder.parent / "outside" / "inner"
    outside.mkdir(parents=True)
    (outside / "key.pdf").write_bytes(b"k")
    (folder / "link.pdf").symlink_to("../outside")
    (folder / "sub" / "up").symlink_to("..")
    assert names("papers/*/*.pdf") == ["book.pdf/ch1.pdf", "sub/a.pdf"]
    assert names("papers/*/inner/*.pdf") == names("papers/*/up/*/*.pdf") == []
    assert names("papers/link.pdf/*/*.pdf") == ["inner/key.pdf"]


def test_a_link_beside_its_target_is_the_same_file(folder: Path) -> None:
    (folder / "0-first.pdf").symlink_to("a.pdf")
    assert "0-first.pdf" not in names(folder)


def test_a_link_into_a_hidden_folder_keeps_its_name(folder: Path) -> None:
    """As in a git-annex or DataLad tree."""
    store = folder / ".git" / "annex" / "objects" / "Kx"
    store.mkdir(parents=True)
    (store / "SHA256E-s1--1f.pdf").write_bytes(b"k")
    (folder / "sub" / "Knuth 1974.pdf").symlink_to("../.git/annex/objects/Kx/SHA256E-s1--1f.pdf")
    assert names(folder) == ["B.PDF", "a.pdf", "book.pdf/ch1.pdf", "sub/Knuth 1974.pdf", "sub/a.pdf"]


def test_names_of_any_bytes_stay_apart_and_are_valid_text(tmp_path: Path) -> None:
    raw = [
        b"caf\xe9.pdf",
        b"caf\xe8.pdf",
        "café.pdf".encode(),
        "cafe\u0301.pdf".encode(),
        b"new\nline.pdf",
        "😀 '\".pdf".encode(),
    ]
    raw.append(b"x" * 251 + b".pdf")
    for name in raw:
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))).write_bytes(b"x")
    listed = list_sources(tmp_path)
    assert len({file.name for file in listed}) == len(raw)
    for file in listed:
        file.name.encode("utf-8")
        assert os.path.exists(file.path)
    assert {"caf\\xe9.pdf", "caf\\xe8.pdf", "new\nline.pdf"} <= {file.name for file in listed}
    assert printable("new\nline\udce9.pdf") == "new\\nline\\xe9.pdf"


def test_a_tree_deeper_than_a_path_can_say_is_named_and_does_not_hang(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    (tmp_path / "top.pdf").write_bytes(b"x")
    for _ in range(50):  # by file descriptors, since the whole path is longer than the system takes
        os.mkdir("d" * 100, dir_fd=here)
        below = os.open("d" * 100, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    for source in (tmp_path, f"{tmp_path}/**/*.pdf"):
        listed = list_sources(source)
        assert [file.name for file in listed if not file.problem] == ["top.pdf"]
        assert ["too long" in file.problem[1] for file in listed if file.problem] == [True]


def test_a_sparse_giant_costs_only_its_listing(tmp_path: Path) -> None:
    with (tmp_path / "giant.pdf").open("wb") as giant:
        giant.truncate(1 << 42)
    assert list_sources(tmp_path)[0].size == 1 << 42


class Untyped(Silent):
    """Announces a terabyte, doesn't say of what, and gives up after some of it."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(1 << 40))
        self.end_headers()
        if self.command == "GET":
            with suppress(OSError):
                self.wfile.write(bytes(1 << 20))

    do_HEAD = do_GET


def test_a_pdf_of_http_is_not_fetched_to_be_listed() -> None:
    """Whoever lists it would otherwise hold all of it, as the text of a page that may have links."""
    with served(Untyped) as host:
        (file,) = Listing(f"http://{host}/box/giant.PDF?page=1").files(Patience(30))
        assert (file.name, file.size, file.folder) == ("giant.PDF?page=1", 1 << 40, "box")
