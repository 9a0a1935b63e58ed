"""The chain of engines: what the first can't read the next one may, and every page says who read it."""

from __future__ import annotations

import cProfile
import io
import mmap
import pstats
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from pypdf import PdfReader

from ingest_widgets.documents import Extraction
from ingest_widgets.engines.fallbacks import open_pypdf, open_repaired, said_page_count
from ingest_widgets.engines.files.passwords import MOST_PASSWORDS, candidates, saslprep
from ingest_widgets.engines.files.structure import opened
from ingest_widgets.engines.names import check_engine, rungs
from ingest_widgets.engines.pdfium import open_pdfium
from ingest_widgets.engines.protocol import Engine, EngineRefuses, as_stream
from ingest_widgets.errors import EngineError
from ingest_widgets.isolation import IsolatedExecutor, Limits, Task, extract, render_page
from ingest_widgets.statuses import Reason, Status
from tests.hostile.extras import cases as extra_cases
from tests.hostile.hidden import cases as hidden_cases
from tests.hostile.locked import locked
from tests.hostile.lying import shared_tree
from tests.hostile.pdf import assemble, page_objects, show, text_pdf

_WHOLE = text_pdf("alpha needle", "beta needle")
UNREADABLE_FOR_PDFIUM = _WHOLE[: _WHOLE.rindex(b"trailer")]
"""Without a trailer: qpdf looks for the catalogue, pdfium doesn't."""
READABLE_FOR_PYPDF_ONLY = _WHOLE.replace(b"/Root 1 0 R", b"/Root 99 0 R")


def read(data: bytes, **given: object) -> Extraction:
    return extract(Task("x.pdf", "x.pdf", data=data, **given))  # type: ignore[arg-type]


def test_what_pdfium_refuses_is_read_after_a_rewrite_and_says_so() -> None:
    assert read(UNREADABLE_FOR_PDFIUM, engine="pdfium").reason is Reason.CORRUPT
    got = read(UNREADABLE_FOR_PDFIUM)
    assert [page.text.strip() for page in got.pages] == ["alpha needle", "beta needle"]
    assert {page.engine for page in got.pages} == {"pdfium+repair"} == {got.engine}
    assert any("pdfium can't open it" in warning for warning in got.warnings)


def test_what_a_rewrite_does_not_mend_is_left_to_pypdf() -> None:
    got = read(READABLE_FOR_PYPDF_ONLY)
    assert [page.text.strip() for page in got.pages] == ["alpha needle", "beta needle"]
    assert {page.engine for page in got.pages} == {"pypdf"}
    assert len(got.warnings) == 2


@pytest.mark.parametrize("ask", [partial(open_pypdf, passwords=lambda: ()), said_page_count])
def test_pypdf_is_not_given_a_file_whose_end_it_would_look_for_byte_by_byte(ask: Callable[[bytes], object]) -> None:
    profile = cProfile.Profile()
    with pytest.raises(EngineRefuses):
        profile.runcall(ask, b"%PDF-1.7\n" + b"picture\n" * 10_000)
    assert pstats.Stats(profile).total_calls < 10_000  # type: ignore[attr-defined]


def test_an_engine_that_was_asked_for_by_name_has_no_understudy() -> None:
    """Nobody who wants pypdf's text gets another's in silence."""
    assert rungs("pypdf") == ("pypdf",)
    got = read(UNREADABLE_FOR_PDFIUM, engine="pdfium")
    assert (got.status, got.pages) == (Status.FAILED, ())


@pytest.mark.parametrize("count", [1, 2])
def test_pages_that_the_document_does_not_count_are_found(count: int) -> None:
    """pdfium believes /Count; a second opinion finds the third page, and a warning says that there was a lie."""
    objects = page_objects([show("one"), show("two"), show("three")])
    objects[2] = b"<</Type/Pages/Kids[4 0 R 6 0 R 8 0 R]/Count %d>>" % count
    got = read(assemble(objects))
    assert (got.page_count, [page.text.strip() for page in got.pages]) == (3, ["one", "two", "three"])
    assert any(f"says it has {count} page" in warning for warning in got.warnings)


@pytest.mark.parametrize("power", [17, 20, 30])
def test_a_thousand_million_pages_from_a_few_bytes_are_refused_at_once(power: int) -> None:
    got = read(shared_tree(power))
    assert (got.reason, got.page_count) == (Reason.TOO_MANY_PAGES, 2**power)
    assert "max_pages" in got.detail


def test_a_file_that_opens_with_nothing_asks_nobody_for_passwords() -> None:
    def never() -> list[str]:
        raise AssertionError("asked for passwords")

    with IsolatedExecutor(1, passwords=never) as executor:
        data = locked(6, "", "owner", aes=True)
        assert executor.submit(extract, Task("x", "x", data=data)).result().status is Status.INGESTED


@pytest.mark.parametrize(("position", "status"), [(MOST_PASSWORDS, Status.INGESTED), (21, Status.FAILED)])
def test_twenty_passwords_are_tried_and_no_more(position: int, status: Status) -> None:
    passwords = [f"wrong {n}" for n in range(1, position)] + ["right"]
    with IsolatedExecutor(1, passwords=passwords) as executor:
        task = Task("x", "x", data=locked(4, "right", aes=True))
        got = executor.submit(extract, task).result()
    assert got.status is status
    assert ("none of the first 20 of 21 passwords opens it" in got.detail) == (status is Status.FAILED)


@pytest.mark.parametrize("made_with", ["\u2168\u00aa\u00ad", "IXa"])
def test_a_password_is_tried_as_typed_and_as_saslprep_writes_it(made_with: str) -> None:
    """RFC 4013's own examples in one: a Roman nine, a feminine ordinal and a soft hyphen."""
    with IsolatedExecutor(1, passwords=["\u2168\u00aa\u00ad"]) as executor:
        task = Task("x", "x", data=locked(6, made_with, aes=True))
        assert executor.submit(extract, task).result().status is Status.INGESTED


@pytest.mark.parametrize("open_document", [open_pdfium, open_repaired, open_pypdf])
@pytest.mark.parametrize("typed", ["pass\u20acword", "\u201c\u0152uvre\u201d \u2020", "cafe\u0301", "pa\u00dfwort"])
@pytest.mark.parametrize(("revision", "aes"), [(2, False), (3, False), (4, False), (4, True)])
def test_the_older_encryption_has_passwords_in_the_encoding_of_pdf(
    open_document: Engine, typed: str, revision: int, aes: bool
) -> None:
    """pikepdf writes such files as Acrobat does: the euro sign is the byte A0."""
    data = locked(revision, unicodedata.normalize("NFC", typed), aes=aes)
    document = open_document(data, lambda: ["wrong", typed])
    assert document.page_text(0)[0].strip() == "needle"
    document.close()


@pytest.mark.parametrize("revision", [5, 6])
def test_a_password_longer_than_allowed_is_tried_as_it_is_and_cut(revision: int) -> None:
    for made_with in ("x" * 127, "x" * 130):
        document = open_pdfium(locked(revision, made_with, aes=True), lambda: ["x" * 130])
        assert document.page_text(0)[0].strip() == "needle"
        document.close()


def test_a_document_whose_owner_has_no_password_is_open() -> None:
    data = locked(6, "unknown", owner="", aes=True)
    got = read(data)
    assert (got.status, got.engine, [page.text for page in got.pages]) == (Status.INGESTED, "pdfium+repair", ["needle"])
    assert render_page(Task("x.pdf", "x.pdf", data=data), 1)
    assert read(locked(6, "unknown", aes=True)).reason is Reason.ENCRYPTED


def test_a_lock_of_certificates_is_told_from_one_of_a_password() -> None:
    got = read(locked(6, "unknown", aes=True).replace(b"/Filter /Standard", b"/Filter /Adobe.PubSec"))
    assert got.reason is Reason.ENCRYPTED
    assert "locked (with something other than a password, such as a certificate): save a copy without" in got.detail
    assert "pdf_passwords" not in got.detail


@pytest.mark.parametrize(
    ("typed", "prepared"),
    [
        ("I\u00adX", "IX"),
        ("user", "user"),
        ("USER", "USER"),
        ("\u00aa", "a"),
        ("\u2168", "IX"),
        ("\u0007", "\u0007"),
        ("caf\u0065\u0301", "caf\u00e9"),
        ("\u0627\u0031", None),
        ("pass\u00a0word", "pass word"),
        ("\ue000", None),
    ],
)
def test_saslprep_is_that_of_rfc_4013(typed: str, prepared: str | None) -> None:
    """Its table of examples, but for ASCII, which is left as it is: PDF readers do the same."""
    assert saslprep(typed) == prepared
    assert next(iter(candidates([typed]))) == typed.encode()


@pytest.mark.parametrize("engine", ["pdfium", "pypdf"])
def test_broken_metadata_never_costs_text(engine: str) -> None:
    objects = page_objects([show("needle")]) | {60: b"<</Title <FEFFD800> /Author 42>>"}
    got = read(assemble(objects, trailer=b"/Info 60 0 R"), engine=engine)
    assert got.status is Status.INGESTED
    assert "needle" in got.pages[0].text
    got.title.encode()


def test_a_file_so_large_that_it_is_mapped_can_be_repaired_too(samples: Path) -> None:
    with (
        (samples / "paper-two-columns.pdf").open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) as mapped,
    ):
        stream = as_stream(mapped)
        assert (stream.readable(), stream.seek(0, io.SEEK_END), stream.tell()) == (True, len(mapped), len(mapped))
        with opened(mapped, lambda: ()) as structure:
            assert len(structure.pages) == PdfReader(as_stream(mapped)).get_num_pages()


def test_a_page_that_repair_leaves_out_is_missing_and_not_the_next_one() -> None:
    """qpdf drops a page that isn't there, and all later ones move up."""
    objects = page_objects([show(f"page {n}") for n in "abc"])
    whole = assemble(objects)
    numbers = [number for number, content in objects.items() if b"/Type/Page/" in content.replace(b" ", b"")]
    kids = [b"%d 0 R" % number for number in numbers]
    got = extract(Task("hole.pdf", "hole.pdf", data=whole.replace(kids[1], b"99 0 R".ljust(len(kids[1])))))
    assert [(page.number, page.text) for page in got.pages] == [(1, "page a"), (3, "page c")]
    assert (got.status, got.reason) == (Status.PARTIAL, Reason.CORRUPT)
    assert any("page 2" in warning for warning in got.warnings)


@pytest.mark.parametrize("case", list(hidden_cases()), ids=lambda case: case.name)
def test_hidden_text_is_flagged_kept_and_told_from_plain(case: object) -> None:
    from tests.hostile.case import Case

    assert isinstance(case, Case)
    (page,) = read(case.data, engine="pdfium").pages
    assert case.text in page.text
    assert any("hidden text" in warning for warning in page.warnings) != case.warning.startswith("!")


@pytest.mark.parametrize("case", [c for c in extra_cases() if c.warning], ids=lambda case: case.name)
def test_what_is_no_text_of_a_page_is_said_and_values_of_forms_and_notes_are_in_it(case: object) -> None:
    from tests.hostile.case import Case

    assert isinstance(case, Case)
    got = read(case.data)
    (page,) = got.pages
    assert case.text in page.text
    assert "needle" in page.text
    wanted = not case.warning.startswith("!")
    assert any(case.warning.lstrip("!") in warning for warning in (*got.warnings, *page.warnings)) == wanted


def test_a_field_is_in_the_text_of_each_page_that_shows_it() -> None:
    objects = page_objects([show("one"), show("two"), show("three")])
    widget = b"<</Type/Annot/Subtype/Widget/Rect[72 600 300 620]%b>>"
    objects |= {
        1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[93 0 R 92 0 R]>>>>",
        90: widget % b"/Parent 93 0 R",
        91: widget % b"/Parent 93 0 R",
        92: widget % b"/FT/Tx/T(alone)/V(alone)",
        93: b"<</FT/Tx/T(both)/V(on both)/Kids[90 0 R 91 0 R]>>",
    }
    for page, notes in {4: b"90 0 R", 6: b"91 0 R 92 0 R"}.items():
        objects[page] = objects[page].replace(b"/Parent", b"/Annots[%b]/Parent" % notes)
    pages = read(assemble(objects)).pages
    assert [page.text for page in pages] == ["one\n\non both", "two\n\non both\nalone", "three"]
    assert [len(page.warnings) for page in pages] == [1, 1, 0]


@pytest.mark.parametrize("listed", [b"90 0 R 91 0 R", b""])
def test_a_password_in_a_field_stays_out_of_the_text(listed: bytes) -> None:
    """The flag may be the parent's; among a choice's flags the same bit means nothing."""
    objects = page_objects([show("needle")], page=b"/Annots[90 0 R 91 0 R 92 0 R]")
    widget = b"<</Type/Annot/Subtype/Widget/Rect[72 600 300 620]/F 4%b>>"
    objects |= {
        1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[93 0 R %b]>>>>" % listed,
        90: widget % b"/FT/Tx/T(a)/Ff 8192/V(secret)/RV(secret)",
        91: widget % b"/FT/Ch/T(b)/Ff 139264/Opt[(chosen)]/V(chosen)",
        92: widget % b"/Parent 93 0 R",
        93: b"<</FT/Tx/T(c)/Ff 8194/V(secret)/Kids[92 0 R]>>",
    }
    (page,) = read(assemble(objects)).pages
    assert page.text == "needle\n\nchosen"


def test_flags_of_a_field_may_be_any_number() -> None:
    objects = page_objects([show("needle")], page=b"/Annots[90 0 R]")
    objects[1] = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]>>>>"
    objects[90] = b"<</Type/Annot/Subtype/Widget/Rect[72 600 300 620]/FT/Tx/V(written)/Ff %s.0>>" % (b"9" * 60)
    (page,) = read(assemble(objects)).pages
    assert page.text == "needle\n\nwritten"


def test_signs_lost_from_a_field_are_counted() -> None:
    objects = page_objects([show("needle")], page=b"/Annots[90 0 R]")
    objects[1] = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[90 0 R]>>>>"
    objects[90] = (
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/Rect[72 600 300 620]/V<FEFF0041000D0042D80000430001000000440009>>>"
    )
    (page,) = read(assemble(objects)).pages
    assert page.text == "needle\n\nA\nB\ufffdCD"
    assert page.warnings[:3] == (
        "1 NUL character left out",
        "1 control character left out",
        "1 lone surrogate replaced",
    )


def test_a_limit_that_is_too_low_for_the_libraries_still_reads() -> None:
    """The limit counts from what the libraries take, or nothing could be read at the lowest setting."""
    assert read(text_pdf("needle"), limits=Limits(memory_bytes=1024)).status is Status.INGESTED


def test_looking_at_the_names_of_engines_loads_none() -> None:
    code = (
        "import sys; from ingest_widgets.engines.names import check_engine; check_engine('auto');"
        "print([m for m in ('pypdfium2', 'pypdf', 'pikepdf', 'PIL', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
    with pytest.raises(EngineError, match="no engine 'pdfminer'"):
        check_engine("pdfminer")
