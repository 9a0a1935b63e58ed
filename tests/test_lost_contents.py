"""A page whose content is missing or can't be decoded is told from a blank one."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

import pikepdf
import pytest

from ingest_widgets import ingest
from ingest_widgets.engines.files.contents import MOST_BLANK_PAGES
from ingest_widgets.engines.files.damage import has_hole, is_moved
from ingest_widgets.isolation import IsolatedExecutor, Task, extract
from ingest_widgets.statuses import Reason, Status
from tests.hostile.lost import cut
from tests.hostile.lost_contents import (
    BLANK_CONTENTS,
    BLANK_FORMS,
    DAMAGE,
    LOST_CONTENTS,
    LOST_FORMS,
    astray,
    converted,
    deep,
    drawing,
    holed,
    lost,
    stretched,
)
from tests.hostile.pdf import PAGES, assemble, page_objects, show, stream
from tests.test_engines import read
from tests.test_lost_pages import ENGINES, is_partial, texts


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", LOST_CONTENTS)
def test_a_page_whose_content_is_lost_is_missing_and_not_blank(name: str, engine: str) -> None:
    got = read(lost(LOST_CONTENTS[name], "needle"), engine=engine)
    assert texts(got) == {2: "needle"}
    assert is_partial(got, "page 1")
    if engine == "auto":
        assert "page 1: its content is missing from the file or can't be decoded" in got.detail


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", BLANK_CONTENTS)
def test_a_blank_page_is_one(name: str, engine: str) -> None:
    got = read(lost(BLANK_CONTENTS[name], "needle"), engine=engine)
    assert (got.status, got.reason, got.warnings) == (Status.INGESTED, None, ())
    assert [page.warnings for page in got.pages] == [(), ()]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", LOST_FORMS)
def test_a_page_whose_only_form_is_lost_is_missing_too(name: str, engine: str) -> None:
    """A page that was put into another one has nothing else, and is no scan when that is gone."""
    got = read(drawing(LOST_FORMS[name], "needle"), engine=engine)
    assert texts(got) == {2: "needle"}
    assert is_partial(got, "page 1")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_form_is_looked_for_however_deep_in_others(engine: str) -> None:
    got = read(deep(LOST_FORMS["that is no Flate"], "needle"), engine=engine)
    assert texts(got) == {2: "needle"}
    assert is_partial(got, "page 1")
    assert read(deep(BLANK_FORMS["that is empty"], "needle"), engine=engine).status is Status.INGESTED


def test_a_content_that_pdfium_does_not_find_is_no_blank_page() -> None:
    """It trusts the table of cross-references, and qpdf looks for what isn't in its place."""
    got = read(astray(5, "needle", "other"))
    assert (got.status, texts(got)) == (Status.INGESTED, {1: "needle", 2: "other"})
    assert [page.engine for page in got.pages] == ["pdfium+repair", "pdfium"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", BLANK_FORMS)
def test_a_page_with_a_blank_form_is_blank(name: str, engine: str) -> None:
    got = read(drawing(BLANK_FORMS[name], "needle"), engine=engine)
    assert (got.status, texts(got)) == (Status.INGESTED, {1: "", 2: "needle"})


def test_a_content_that_pypdf_can_decode_comes_from_it() -> None:
    got = read(lost(stream(gzip.compress(show("needle"), mtime=0), b"/Filter/FlateDecode"), "other"))
    assert got.status is Status.INGESTED
    assert [(page.text.strip(), page.engine) for page in got.pages] == [("needle", "pypdf"), ("other", "pdfium")]


def test_a_lost_content_costs_no_value_of_a_form() -> None:
    note = b"/Annots[<</Type/Annot/Subtype/FreeText/Rect[100 100 300 200]/Contents(noted)>>]"
    got = read(lost(LOST_CONTENTS["that are no Flate"], page=note))
    assert (got.status, texts(got)) == (Status.INGESTED, {1: "noted"})
    assert any("can't be decoded" in warning for warning in got.pages[0].warnings)


@pytest.mark.parametrize("name", DAMAGE)
def test_a_page_of_a_damaged_file_says_what_it_lacks(name: str) -> None:
    """The same is looked for in no file that opens as it is and has no hole: it would cost each page a twelfth more."""
    page, said = DAMAGE[name]
    got = read(cut(page))
    assert got.status is Status.INGESTED
    assert [any(said in warning for warning in page.warnings) for page in got.pages] == [True, False]
    assert "needle" in texts(got)[1]


@pytest.mark.parametrize("hole", [bytes(512), b"\xff" * 512])
@pytest.mark.parametrize("compress", [False, True])
def test_a_page_with_a_hole_says_so_though_the_file_opens(compress: bool, hole: bytes) -> None:
    """A download or a memory stick leaves sectors empty, wherever they begin in the file: that can be looked for."""
    assert _lacks_a_part_of_its_first_page(holed(hole, compress=compress))


@pytest.mark.parametrize(("old", "new"), [(b"\n", b"\r\n"), (b"\r", b"\n")])
def test_a_page_of_a_file_that_was_sent_as_text_says_what_it_lacks(old: bytes, new: bytes) -> None:
    assert _lacks_a_part_of_its_first_page(converted(old, new))


@pytest.mark.parametrize("linearized", [False, True])
def test_a_page_of_a_file_whose_table_is_not_where_it_says_is_looked_at(linearized: bool) -> None:
    """pdfium looks for the objects itself then, and says nothing of it."""
    assert _lacks_a_part_of_its_first_page(stretched(linearized=linearized))


@pytest.mark.parametrize("moved", [b"startxref\n", b"startxref\n0", b"startxref\n "])
def test_a_table_is_where_it_is_said_to_be(moved: bytes) -> None:
    data = assemble(page_objects([show("needle")]))
    at = int(data.rpartition(b"startxref")[2].split()[0])
    assert not is_moved(data.replace(b"startxref\n", moved))
    assert all(is_moved(data.replace(b"%d\n%%%%EOF" % at, b"%d\n%%%%EOF" % other)) for other in (0, at - 1, at + 1))


def _lacks_a_part_of_its_first_page(data: bytes) -> bool:
    got = read(data)
    said = ["a part of its content is missing" in page.warnings for page in got.pages]
    return (got.status, got.engine, got.warnings, said) == (Status.INGESTED, "pdfium", (), [True, False])


def test_what_pages_lack_that_pikepdf_counts_otherwise_cannot_be_told() -> None:
    """A blank one among them may have been lost."""
    root = b"<</Type/Pages/Kids[4 0 R(6 0 R)8 0 R]/Count 3>>"
    objects = page_objects([show("needle"), b"", b""]) | {PAGES: root}
    got = read(assemble(objects).replace(b"startxref\n", b"startxref\n1"))
    assert any("what its pages lack can't be told" in warning for warning in got.warnings)
    assert is_partial(got, "pages 2-3")


def test_a_page_without_words_whose_content_breaks_off_behind_a_line_is_missing() -> None:
    lines = b" ".join(b"%d %d m %d %d l S" % (n, n * 7 % 500, n * 3 % 400, n) for n in range(300))
    packed = bytearray(zlib.compress(lines + show(" ".join(map(str, range(999)))), 9))
    packed[1000:1060] = bytes(60)
    got = read(assemble(page_objects([stream(bytes(packed), b"/Filter/FlateDecode"), show("needle")])))
    assert texts(got) == {2: "needle"}
    assert is_partial(got, "page 1")


def test_a_page_whose_content_breaks_off_before_its_first_sign_is_missing() -> None:
    widths = b" ".join(b"%d w" % (n * 7919 % 1000) for n in range(300))
    packed = zlib.compress(widths + show("lost"))
    got = read(assemble(page_objects([stream(packed[: len(packed) // 2], b"/Filter/FlateDecode"), show("needle")])))
    assert texts(got) == {2: "needle"}
    assert is_partial(got, "page 1")


def test_a_blank_page_that_only_pypdf_opens_may_have_been_lost() -> None:
    got = read(assemble(page_objects([show("needle"), b""])).replace(b"/Root", b"/Rxxt"))
    assert (texts(got), got.engine) == ({1: "needle"}, "pypdf")
    assert is_partial(got, "page 2")


@pytest.mark.parametrize("compress", [False, True])
def test_a_black_picture_in_a_content_is_nothing_to_warn_of(compress: bool) -> None:
    picture = b"q 99 0 0 99 0 0 cm BI /W 64 /H 512 /CS /G /BPC 8 ID " + bytes(64 * 512) + b" EI Q"
    objects = page_objects([stream(show("needle") + b" " + picture, compress=compress)]) | {9: stream(bytes(2000))}
    got = read(assemble(objects))
    assert got.status is Status.INGESTED
    assert not any("missing" in warning for warning in got.pages[0].warnings)


def test_an_empty_sector_beside_the_contents_is_nothing_to_warn_of() -> None:
    objects = page_objects([show("needle")]) | {9: stream(bytes(2000))}
    assert has_hole(assemble(objects))
    assert [page.warnings for page in read(assemble(objects)).pages] == [()]


def test_a_page_of_a_damaged_file_of_which_no_word_is_left_is_missing() -> None:
    start = lost(
        stream(zlib.compress(b"q 1 0 0 1 0 0 cm " * 20 + show("needle"))[:12], b"/Filter/FlateDecode"), "other"
    )
    assert is_partial(read(cut(start)), "page 1")


def test_a_content_is_looked_at_behind_a_lock() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(lost(LOST_CONTENTS["that are no Flate"], "needle"))) as document:
        document.save(out, encryption=pikepdf.Encryption(user="open", owner="owner"), compress_streams=False)
    with IsolatedExecutor(1, passwords=["open"]) as executor:
        got = executor.submit(extract, Task("x", "x", data=out.getvalue())).result()
    assert texts(got) == {2: "needle"}
    assert is_partial(got, "page 1")


@pytest.mark.parametrize("revision", [4, 6])
def test_a_blank_page_behind_a_lock_is_one(revision: int) -> None:
    """Of nothing a lock makes 32 bytes."""
    with pikepdf.open(io.BytesIO(assemble(page_objects([show("one")])))) as document, io.BytesIO() as locked:
        document.add_blank_page()
        document.save(locked, encryption=pikepdf.Encryption(owner="owner", R=revision))  # type: ignore[arg-type]
        got = read(locked.getvalue())
    assert got.status is Status.INGESTED
    assert texts(got) == {1: "one", 2: ""}


def test_blank_pages_are_looked_at_until_enough_were_and_lost_ones_always() -> None:
    broken = LOST_CONTENTS["that are no Flate"]
    many = MOST_BLANK_PAGES + 5
    assert is_partial(read(assemble(page_objects([broken] * many + [show("needle")]))), f"pages 1-{many}")
    assert read(assemble(page_objects([b""] * many + [broken, show("needle")]))).status is Status.INGESTED


@pytest.mark.parametrize(("lost_pages", "status"), [(150, Status.PARTIAL), (151, Status.FAILED)])
def test_a_long_file_is_read_behind_pages_that_are_all_lost(tmp_path: Path, lost_pages: int, status: Status) -> None:
    """It is read in ranges; the first of them brings nothing."""
    broken = LOST_CONTENTS["that are no Flate"]
    path = tmp_path / "long.pdf"
    path.write_bytes(assemble(page_objects(([broken] * lost_pages + [show("needle")])[:151])))
    with ingest(path, tmp_path / "c.sqlite", progress=False) as corpus:
        record = corpus.file("long.pdf")
        assert (record.status, record.reason) == (status, Reason.CORRUPT)
        assert [(page.number, page.text) for page in corpus.pages()] == [(151, "needle")][: 151 - lost_pages]
