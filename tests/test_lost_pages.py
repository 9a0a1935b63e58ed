"""Pages that a damaged file no longer has are told by their numbers, and the others keep theirs."""

from __future__ import annotations

import zlib
from contextlib import suppress
from pathlib import Path

import pytest

from ingest_widgets import ingest
from ingest_widgets.documents import Extraction
from ingest_widgets.engines.fallbacks import SalvagedDocument
from ingest_widgets.engines.protocol import EngineRefuses
from ingest_widgets.isolation import Limits, Task, extract, render_page
from ingest_widgets.statuses import Reason, Status
from tests.hostile.extras import attaching
from tests.hostile.lost import (
    TREES_WITHOUT_PAGES,
    blotted,
    cut,
    locked,
    nested,
    rooted,
    tree,
    uncrossed,
    unlisted,
    without,
)
from tests.hostile.pdf import FONT, assemble, page_objects, show, stream, text_pdf
from tests.test_engines import read

ENGINES = ("auto", "pypdf")


def texts(got: Extraction) -> dict[int, str]:
    return {page.number: page.text.strip() for page in got.pages}


def is_partial(got: Extraction, missing: str) -> bool:
    return (got.status, got.reason) == (Status.PARTIAL, Reason.CORRUPT) and f"missing (corrupt): {missing}" in (
        got.warnings
    )


@pytest.mark.parametrize("kept", [4, 7, 11])
def test_a_file_that_was_cut_short_says_which_of_its_pages_are_missing(kept: int) -> None:
    """Its page tree comes first and names all of them."""
    whole = text_pdf(*(f"page {n}" for n in range(1, 13)))
    got = read(whole[: whole.index(b"\n%d 0 obj" % (4 + 2 * kept))])
    assert got.page_count == 12
    assert texts(got) == {n: f"page {n}" for n in range(1, kept + 1)}
    assert is_partial(got, f"pages {kept + 1}-12" if kept < 11 else "page 12")
    said = f"it says it has 12 pages, only {kept} could be found: the file is damaged or was cut short"
    assert said in got.warnings
    assert f"page {kept + 1} isn't there" in got.detail


@pytest.mark.parametrize("engine", ENGINES)
def test_the_pages_behind_a_gap_keep_their_numbers(engine: str) -> None:
    """Neither qpdf nor pypdf counts a page that isn't there."""
    data = without(2) if engine == "pypdf" else cut(without(2))
    got = read(data, engine=engine)
    assert texts(got) == {1: "page 1 needle", 3: "page 3 needle"}
    assert is_partial(got, "page 2")


def test_a_repaired_file_tells_the_same_page_by_each_engine() -> None:
    """What repair leaves to pypdf isn't the page before it."""
    got = read(without(1))
    assert texts(got) == {2: "page 2 needle", 3: "page 3 needle"}
    assert "page 1 can't be loaded" in got.detail


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("number", [1, 2])
def test_what_stands_where_a_page_was_is_not_taken_for_it(number: int, engine: str) -> None:
    """pypdf gave the page behind it, text and all."""
    got = read(blotted(number), engine=engine)
    assert texts(got) == {n: f"page {n} needle" for n in (1, 2, 3) if n != number}
    assert is_partial(got, f"page {number}")


def test_a_table_that_is_off_by_a_line_costs_pypdf_no_page() -> None:
    data = blotted(1).replace(b"%PDF-1.7", b"%PDF-1.7\n%moved", 1)
    got = read(data, engine="pypdf")
    assert texts(got) == {n: f"page {n} needle" for n in (2, 3)}


@pytest.mark.parametrize(
    ("engine", "data"), [("auto", nested()), ("auto", cut(nested())), ("pypdf", nested())], ids=["", "cut", "pypdf"]
)
def test_pages_behind_a_node_that_is_gone_keep_their_numbers(engine: str, data: bytes) -> None:
    """It is one of the kids and had three pages: pdfium and pypdf count it as one and as none."""
    got = read(data, engine=engine)
    assert texts(got) == {n: f"page {n} needle" for n in (1, 2, 3, 7, 8, 9)}
    assert is_partial(got, "pages 4-6")
    assert any("only 6 could be found" in warning for warning in got.warnings)
    assert not any("numbers" in warning for warning in got.warnings)


def test_numbers_that_nobody_knows_are_said_to_be_doubtful() -> None:
    got = read(nested(5, (1, 3)))
    assert texts(got) == {n: f"page {n} needle" for n in (1, 2, 3, 7, 8, 9, 13, 14, 15)}
    assert "the numbers of the pages behind page 4 may be wrong" in got.warnings


def test_numbers_that_repair_cannot_look_up_are_doubtful_too() -> None:
    """A tree that leads back to its root is more than qpdf takes; pdfium counts the lost node as a page."""
    got = read(nested().replace(b"92 0 R]/Count", b"92 0 R 2 0 R]/Count"))
    assert (got.status, got.engine, len(got.pages)) == (Status.PARTIAL, "pdfium", 6)
    assert "the numbers of its pages may be wrong" in got.warnings


@pytest.mark.parametrize("engine", ENGINES)
def test_a_null_in_place_of_a_page_that_was_taken_out_is_no_page(engine: str) -> None:
    data = tree(2, b"4 0 R null 8 0 R")
    got = read(data if engine == "pypdf" else cut(data), engine=engine)
    assert (got.status, texts(got)) == (Status.INGESTED, {1: "alpha needle", 2: "gamma needle"})
    assert not any("found" in warning for warning in got.warnings)


def test_a_count_that_cannot_be_is_said_and_not_believed() -> None:
    """Such a file isn't one of too many pages: it never had them."""
    got = read(cut(tree(1000)), limits=Limits(max_pages=100))
    assert (got.status, got.page_count, len(got.pages)) == (Status.INGESTED, 3, 3)
    assert any("it says it has 1000 pages, only 3 could be found" in warning for warning in got.warnings)


def test_a_count_above_the_limit_is_not_believed_of_fewer_pages() -> None:
    """pdfium believes it, so that three pages were refused as a thousand."""
    task = Task("x.pdf", "x.pdf", data=tree(1000), limits=Limits(max_pages=100))
    got = extract(task)
    assert (got.status, got.page_count, list(texts(got))) == (Status.INGESTED, 3, [1, 2, 3])
    assert any("it says it has 1000 pages, only 3 could be found" in warning for warning in got.warnings)
    assert render_page(task, 3)


@pytest.mark.parametrize("data", [tree(1000), tree(1000, b"4 0 R 98 0 R 99 0 R")], ids=["there", "named"])
def test_as_many_pages_as_are_named_may_still_be_too_many(data: bytes) -> None:
    got = read(data, limits=Limits(max_pages=2))
    assert (got.reason, got.page_count, got.pages) == (Reason.TOO_MANY_PAGES, 1000, ())


def test_a_whole_file_that_needs_repair_lacks_nothing() -> None:
    """Its last object is followed by nothing, and an older version of it had more pages."""
    older = b"2 0 obj\n<</Type/Pages/Kids[4 0 R 6 0 R 8 0 R 99 0 R]/Count 4>>\nendobj\n"
    data = cut(tree(3))
    got = read(data.replace(b"1 0 obj", older + b"1 0 obj", 1))
    assert (got.status, len(got.warnings)) == (Status.INGESTED, 1)
    assert texts(got) == {1: "alpha needle", 2: "beta needle", 3: "gamma needle"}


def test_what_is_missing_of_a_long_file_is_said_in_one_sentence(tmp_path: Path) -> None:
    """Its ranges are read one by one, and of some of them no page is left."""
    whole = text_pdf(*(f"page {n}" for n in range(1, 401)))
    path = tmp_path / "long.pdf"
    path.write_bytes(whole[: whole.index(b"\n%d 0 obj" % (4 + 2 * 200))])
    with ingest(path, tmp_path / "c.sqlite", progress=False) as corpus:
        record = corpus.file("long.pdf")
    assert (record.status, record.reason, record.pages) == (Status.PARTIAL, Reason.CORRUPT, 200)
    assert [warning for warning in record.warnings if "missing" in warning] == ["missing (corrupt): pages 201-400"]


@pytest.mark.parametrize(("name", "catalog"), [(b"inner.pdf", b""), (b"letter.docx", b"/Collection<<>>")])
def test_a_repaired_file_says_what_is_attached_to_it(name: bytes, catalog: bytes) -> None:
    got = read(cut(attaching(name, catalog, compress=True)))
    assert got.engine == "pdfium+repair"
    assert any("1 attached file not read" in warning for warning in got.warnings)


_OTHER = "1 other PDF in the same file not read"


@pytest.mark.parametrize("linearized", [False, True])
def test_a_long_error_page_behind_a_locked_file_costs_nothing(linearized: bool) -> None:
    """Its table is packed and must not be looked for: neither pdfium nor qpdf found it behind so much."""
    got = read(locked(linearized=linearized) + b"<html>Gateway Time-out</html>\n" * 300)
    assert (got.status, texts(got), got.engine, got.warnings) == (Status.INGESTED, {1: "needle"}, "pdfium", ())


def test_a_locked_file_that_does_not_tell_where_its_table_is_opens() -> None:
    """The table is packed, so that neither pdfium nor qpdf looks for it."""
    got = read(locked().replace(b"startxref\n", b"startxref\n1"))
    assert (got.status, texts(got), got.engine) == (Status.INGESTED, {1: "needle"}, "pdfium+salvage")


def test_a_locked_file_without_a_table_is_said_to_be_one() -> None:
    got = read(locked().replace(b"startxref\n", b"startxref\n1").replace(b"/XRef", b"/Xxxx"))
    assert (got.status, got.reason) == (Status.FAILED, Reason.CORRUPT)
    assert "its table of cross-references is lost, and it is locked" in got.detail


@pytest.mark.parametrize("kept", [9_000, 99_000])
def test_of_two_files_in_one_the_last_whole_one_is_read_and_the_other_named(kept: int) -> None:
    first, second = text_pdf("alpha", "beta"), text_pdf("gamma" * 3000)
    got = read(first + second[:kept])
    assert texts(got) == ({1: "gamma" * 3000} if kept > len(second) else {1: "alpha", 2: "beta"})
    assert any(_OTHER in warning for warning in got.warnings)


def test_the_same_file_twice_in_one_is_nothing_to_warn_of() -> None:
    assert (texts(got := read(text_pdf("needle") * 2)), got.warnings) == ({1: "needle"}, ())


def test_a_file_that_opens_without_its_end_says_so() -> None:
    whole = text_pdf("needle")
    got = read(whole[: whole.rindex(b"%%EOF")])
    assert (got.engine, texts(got)) == ("pdfium", {1: "needle"})
    assert got.warnings == ("its end is missing, so it may have been cut short: get another copy to be sure",)
    assert read(whole + b"<p>junk behind it</p>" * 1000).warnings == ()


def test_pages_whose_list_is_packed_and_has_no_cross_references() -> None:
    """No library looks into packed streams that nothing names, so that nothing of such a download was read."""
    task = Task("x.pdf", "x.pdf", data=uncrossed(packed=True))
    got = extract(task)
    assert (got.status, got.engine, got.page_count) == (Status.INGESTED, "pdfium+salvage", 3)
    assert texts(got) == {n: f"page {n} needle" for n in (1, 2, 3)}
    assert render_page(task, 3)


@pytest.mark.parametrize("packed", [False, True])
def test_pages_whose_list_is_lost_are_found_and_not_said_to_be_all(packed: bool) -> None:
    got = read(unlisted(packed=packed))
    assert texts(got) == {n: f"page {n} needle" for n in (1, 2, 3)}
    assert is_partial(got, "page 4")
    assert any("the list of its pages is lost: 3 were found" in warning for warning in got.warnings)


@pytest.mark.parametrize("name", TREES_WITHOUT_PAGES)
def test_pages_are_looked_for_when_their_list_has_none_of_them(name: str) -> None:
    """pdfium opens it, counts as many as it says, and has none."""
    got = read(rooted(TREES_WITHOUT_PAGES[name]))
    assert texts(got) == {n: f"page {n} needle" for n in (1, 2, 3)}
    assert is_partial(got, "page 4")


@pytest.mark.parametrize("kept", [80, 219, 250, 281, 288])
def test_a_page_whose_dictionary_was_cut_is_no_scan(kept: int) -> None:
    """pdfium makes up its end, so that it was a blank page."""
    got = read(text_pdf("file 39 version 3 page 1 of 1")[:kept])
    assert (got.status, got.reason, got.pages) == (Status.FAILED, Reason.CORRUPT, ())
    assert "no page was found in it" in got.detail


def test_a_page_whose_dictionary_has_no_end_is_missing_though_pdfium_shows_it_blank() -> None:
    data = text_pdf("alpha", "needle")
    start, end = data.index(b"/MediaBox"), data.index(b"5 0 obj")
    got = read(data[:start] + b" " * (end - start) + data[end:])
    assert texts(got) == {2: "needle"}
    assert is_partial(got, "page 1")


def test_numbers_are_doubtful_when_something_else_stands_where_a_node_was() -> None:
    """qpdf takes it for a page, and counts none of those that the node had."""
    data = cut(nested(3, ())) + b"91 0 obj\n%b\nendobj\n" % FONT
    assert any("may be wrong" in warning for warning in read(data).warnings)


def test_a_document_of_which_all_pages_were_taken_out_has_none() -> None:
    got = read(rooted(b"<</Type/Pages/Kids[]/Count 0>>"))
    assert (got.status, got.reason, got.pages) == (Status.FAILED, Reason.CORRUPT, ())


def test_as_many_pages_are_missing_as_pdfium_counts_and_does_not_find() -> None:
    """qpdf takes out a kid that is no page, and lowers the count, while it recovers a file."""
    data = rooted(b"<</Type/Pages/Kids[4 0 R 6 0 R (8 0 R)]/Count 3>>")
    got = read(data.replace(b"startxref\n", b"startxref\n1"))
    assert texts(got) == {n: f"page {n} needle" for n in (1, 2)}
    assert is_partial(got, "page 3")


def test_a_content_that_was_cut_does_not_go_on_with_what_is_added_behind_it() -> None:
    """Packed, that is repeated words out of what came before."""
    lines = [f"line {n} of alpha beta gamma" for n in range(8)]
    packed = zlib.compress(show("\n".join(lines)), 9)
    whole = assemble(page_objects([stream(packed, b"/Filter/FlateDecode")]))
    whole = whole[whole.index(b"3 0 obj") :]
    start = whole.index(packed)
    for kept in range(30, len(packed)):
        document = SalvagedDocument(b"%PDF-1.7\n" + whole[: start + kept], tuple)
        with suppress(EngineRefuses):  # nothing is left of it
            assert not set(document.page_text(0)[0].split("\n")) - set(lines)
        document.close()


def test_words_that_look_like_the_way_to_a_list_of_pages_stay() -> None:
    data = unlisted(packed=False).replace(b"page 1 needle", b"trailer, startxref")
    assert texts(read(data))[1] == "trailer, startxref"
