"""OCR: scans become searchable when it is asked for, within its bounds, and never in silence when it can't be done."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ingest_widgets import Corpus, IngestError, ingest, settings_override
from ingest_widgets.corpus.queries.parsing import parse_query
from ingest_widgets.corpus.search.boxes import boxes_of
from ingest_widgets.documents import ScannedLine
from ingest_widgets.engines.ocr.lines import Line, reading_order, rows_as_text
from ingest_widgets.engines.ocr.scans import ScanReader
from ingest_widgets.isolation import IsolatedExecutor, Limits, Task, extract, render_page
from ingest_widgets.isolation.gathering import Gathering
from ingest_widgets.isolation.wire import WireError
from ingest_widgets.statuses import Reason, Status
from tests.poison import FAKE_ENGINES

SECONDS = 300.0  # this machine may be busy, and a page takes seconds


@pytest.fixture
def scan(samples: Path) -> Task:
    """The sample that is a photograph of a typed sheet."""
    return Task("scan.pdf", str(samples / "scan-no-text.pdf"), ocr=True, limits=Limits(seconds=SECONDS))


def picture(text: str) -> ImageReader:
    image = Image.new("L", (900, 160), 255)
    ImageDraw.Draw(image).text((40, 40), text, fill=0, font_size=64)
    return ImageReader(image)


def document(*pages: str) -> bytes:
    """A page each: `scan:` is followed by words in a picture, an empty one is blank, others are typeset."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(400, 300))
    for page in pages:
        if page.startswith("scan:"):
            canvas.drawImage(picture(page.removeprefix("scan:")), 20, 100, 360, 64)
        else:
            canvas.drawString(40, 200, page)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_a_scan_is_found_by_its_words_once_it_was_read_by_ocr(samples: Path, tmp_path: Path) -> None:
    """A run with OCR reads a record of the reason no_text again; the next run leaves it as it is."""
    source = samples / "scan-no-text.pdf"
    with Corpus(tmp_path / "c.sqlite") as corpus:
        ingest(source, corpus)
        (before,) = corpus.files()
        assert (before.status, before.reason) == (Status.INGESTED, Reason.NO_TEXT)
        assert "settings_override(ocr=True)" in before.detail
        assert "INGEST_OCR=true" in before.detail
        assert corpus.search("catalogue").total == 0
        with settings_override(ocr=True, file_timeout_seconds=SECONDS):
            ingest(source, corpus)
            (after,) = corpus.files()
            assert (after.status, after.reason, after.detail, after.engine) == (Status.INGESTED, None, "", "ocr")
            assert [hit.file for hit in corpus.search('"card catalogue of the manuals"')] == [after.name]
            ingest(source, corpus)
            assert corpus.last_run is not None
            assert (corpus.last_run.unchanged, corpus.last_run.ingested) == (1, 0)


def test_a_scan_among_typeset_pages_is_read_once_ocr_is_asked_for_or_allowed_more(tmp_path: Path) -> None:
    source = ("mixed.pdf", document("typeset words", "scan:WALRUS HERE", "scan:HERON THERE"))
    with Corpus(tmp_path / "c.sqlite") as corpus:
        ingest([source], corpus)
        for most, walruses, herons in ((1, 1, 0), (2, 1, 1)):
            with settings_override(ocr=True, ocr_max_pages=most, file_timeout_seconds=SECONDS):
                ingest([source], corpus)
                assert (corpus.search("walrus").total, corpus.search("heron").total) == (walruses, herons)
                ingest([source], corpus)
                assert corpus.last_run is not None
                assert corpus.last_run.unchanged == 1


def test_the_text_has_lines_and_paragraphs_and_says_who_read_it(scan: Task) -> None:
    (page,) = extract(scan).pages
    assert page.engine == "ocr"
    assert page.warnings == ()
    paragraphs = page.text.split("\n\n")
    assert paragraphs[1].split("\n")[-1] == "them out of their drawers."
    assert paragraphs[-1] == "The reading room closes at six. The lamp above the\ncabinets stays on."


def test_only_pages_without_text_are_read_and_no_more_than_allowed() -> None:
    """Neither a page with text nor a blank one takes from ocr_max_pages; a scan beyond it says so."""
    data = document("typeset words", "", "scan:first harbour", "scan:second window", "more typeset words")
    got = extract(Task("mixed.pdf", "", data=data, ocr=True, ocr_max_pages=1, limits=Limits(seconds=SECONDS)))
    assert [page.engine for page in got.pages] == ["pdfium", "pdfium", "ocr", "pdfium", "pdfium"]
    assert [page.text for page in got.pages] == ["typeset words", "", "first harbour", "", "more typeset words"]
    assert [bool(page.warnings) for page in got.pages] == [False, False, False, True, False]
    assert "ocr_max_pages=1" in got.pages[3].warnings[0]
    assert (got.status, got.reason) == (Status.INGESTED, None)


def test_the_number_holds_for_the_file_and_not_for_each_range_of_its_pages() -> None:
    """A long file is read in ranges: scans before a range count."""
    data = document("typeset", "scan:first", "scan:second", "scan:third")
    task = Task("mixed.pdf", "", data=data, first=3, ocr=True, ocr_max_pages=2, limits=Limits(seconds=SECONDS))
    second, third = extract(task).pages
    assert (second.text, second.engine) == ("second", "ocr")
    assert (third.text, third.engine) == ("", "pdfium")


def test_pages_that_the_time_does_not_allow_stay_without_text_and_say_so(samples: Path) -> None:
    """A timeout would lose the pages behind them as well."""
    with pypdfium2.PdfDocument(samples / "scan-no-text.pdf") as document:
        reader = ScanReader(document, most=50, seconds=60.0, started=time.monotonic() - 59.0, room=lambda: False)
        engine, text, warnings, *_ = reader.text(0, "pdfium")
    assert (engine, text, len(warnings)) == ("pdfium", "", 1)
    assert "file_timeout_seconds=60" in warnings[0]


def test_what_an_attempt_took_that_crashed_is_not_there_for_the_ocr_of_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It read on as if all of the file's seconds were its own, and the time-out lost the pages behind."""
    monkeypatch.syspath_prepend(str(FAKE_ENGINES))
    data = document(f"poison: late-once {tmp_path}", "scan:harbour", "typeset")
    got = extract(Task("scan.pdf", "", data=data, engine="misbehaving", ocr=True, limits=Limits(seconds=3.3)))
    assert len(list(tmp_path.iterdir())) == 2
    assert (got.status, [page.number for page in got.pages]) == (Status.INGESTED, [1, 2, 3])
    assert [page.number for page in got.pages if "=3.3 leaves no time" in str(page.warnings)] == [2]


def where(words: str, before: str) -> tuple[float, float, float, float]:
    """Where `picture` has words behind others on a page of `document`: points from the top left."""
    pen = ImageDraw.Draw(Image.new("L", (900, 160)))
    left = 40 + pen.textlength(before, font_size=64)
    right = left + pen.textlength(words, font_size=64)
    return 20 + left * 0.4, 136 + 40 * 0.4, 20 + right * 0.4, 136 + 104 * 0.4


def test_a_hit_on_a_scan_is_marked_where_the_word_stands(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(document("scan:will Entropy rise?", "entropy"))
    with Corpus(tmp_path / "c.sqlite") as corpus:
        with settings_override(ocr=True, file_timeout_seconds=SECONDS):
            ingest(path, corpus)
        assert corpus.page("scan.pdf", 1).engine == "ocr"
        (box,) = corpus.page_sheet("scan.pdf", 1, query="entropy").boxes
        assert box == pytest.approx(where("Entropy", "will "), abs=10)
        assert corpus.page_sheet("scan.pdf", 1, query="nowhere").boxes == ()
        assert corpus.page_sheet("scan.pdf", 1).boxes == ()
        assert len(corpus.page_sheet("scan.pdf", 2, query="entropy").boxes) == 1
        page = corpus.page_image("scan.pdf", 1, dpi=72, highlight="entropy")
        marked = page.crop((round(box[0]) + 2, round(box[1]) + 2, round(box[0]) + 3, round(box[1]) + 3)).tobytes()
        assert min(marked[0], marked[1]) > marked[2] + 50, "no yellow"


SCANNED = [ScannedLine(0, 0, 40, 9, "bond"), ScannedLine(60, 0, 110, 9, "exab-"), ScannedLine(0, 9, 70, 18, "undance")]


@pytest.mark.parametrize(
    ("query", "boxes"),
    [
        ("bond", [(0, 0, 40, 9)]),
        ("exabundance", [(60, 0, 100, 9), (0, 9, 70, 18)]),
        ('"bond exabundance"', [(0, 0, 40, 9), (60, 0, 100, 9), (0, 9, 70, 18)]),
        ("undance", []),
        ("exa*", [(60, 0, 100, 9), (0, 9, 70, 18)]),
    ],
)
def test_words_on_scanned_lines_have_their_places_also_over_a_cut(query: str, boxes: list[tuple[int, ...]]) -> None:
    """All signs of these words are taken to be as wide as each other: 10 points."""
    assert [tuple(map(round, box)) for box in boxes_of(SCANNED, parse_query(query).terms)] == boxes


def test_a_worker_cannot_put_lines_of_a_scan_just_anywhere() -> None:
    got = Gathering(Task("a", "a"))
    got.take({"t": "document", "pages": 1, "warnings": []}, b"")
    for line in (
        [0, 0, "nan", 1, "x", 0],
        [0, 0, 1e9, 1, "x", 0],
        [0, 0, 1, "x"],
        [0, 0, 1, 1, "x" * 501, 0],
        [0, 0, 1, 1, "x", "nan"],
        7,
    ):
        with pytest.raises(WireError):
            got.take({"t": "page", "n": 1, "engine": "ocr", "warnings": [], "lines": [line]}, b"")
    got.take({"t": "page", "n": 1, "engine": "ocr", "warnings": [], "lines": [[0, 0, 1, 1, "x", 90]]}, b"")
    assert got.extraction(cancelled=False, seconds=0).scanned == {1: (ScannedLine(0, 0, 1, 1, "x", 90),)}


def test_without_being_asked_nothing_is_read(scan: Task) -> None:
    got = extract(replace(scan, ocr=False))
    assert (got.reason, got.pages[0].text, got.pages[0].engine) == (Reason.NO_TEXT, "", "pdfium")


def test_a_picture_without_words_stays_without_text_and_has_a_sentence_of_its_own() -> None:
    got = extract(Task("sky.pdf", "", data=document("scan:"), ocr=True, limits=Limits(seconds=SECONDS)))
    assert (got.status, got.reason, got.pages[0].engine) == (Status.INGESTED, Reason.NO_TEXT, "ocr")
    assert got.detail.startswith("OCR found no text")


def test_a_script_that_the_models_do_not_know_is_said() -> None:
    """Greek, of which they know but some letters."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(400, 300))
    canvas.setFont("Symbol", 12)
    for y in range(60, 260, 40):
        canvas.drawString(40, y, "δημοτικη βιβλιοθηκη φυλασσει τριαντα χιλιαδες τομους")
    canvas.save()
    with pypdfium2.PdfDocument(out.getvalue()) as typeset:
        picture = typeset[0].render(scale=3).to_pil()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(400, 300))
    canvas.drawImage(ImageReader(picture), 0, 0, 400, 300)
    canvas.save()
    (page,) = extract(Task("greek.pdf", "", data=out.getvalue(), ocr=True, limits=Limits(seconds=SECONDS))).pages
    (said,) = page.warnings
    assert said.startswith("OCR is not sure of this page")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its address space")
def test_too_little_memory_is_said_with_what_ocr_takes(scan: Task) -> None:
    with IsolatedExecutor(1) as fresh:  # a worker that has read a scan before has the libraries loaded
        got = fresh.submit(extract, replace(scan, limits=Limits(seconds=SECONDS, memory_bytes=600 * 1024**2))).result()
    assert (got.status, got.reason) == (Status.FAILED, Reason.OUT_OF_MEMORY)
    assert "OCR takes up to 1200 MiB" in got.detail


BLOCKED = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "rapidocr":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Blocked())
from ingest_widgets import Corpus, MissingExtra, ingest, settings_override
with Corpus("c.sqlite") as corpus:
    ingest(sys.argv[1], corpus)
    with settings_override(ocr=True):
        try:
            ingest(sys.argv[2], corpus)
        except MissingExtra as error:
            print(error)
    print(len(corpus.files()))
"""


def test_without_the_library_a_run_with_ocr_says_so_before_any_work(samples: Path) -> None:
    """The others run as ever, and the pip line is the whole cure."""
    scan, paper = str(samples / "scan-no-text.pdf"), str(samples / "paper-two-columns.pdf")
    done = subprocess.run([sys.executable, "-c", BLOCKED, scan, paper], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == ["reading scans needs rapidocr: pip install 'ingest-widgets[ocr]'", "1"]


def test_columns_are_read_one_after_the_other_and_rows_of_a_table_are_not() -> None:
    def column(left: float, width: float, texts: list[str]) -> list[Line]:
        return [Line(left, 100 + 30 * n, left + width, 120 + 30 * n, text) for n, text in enumerate(texts)]

    heading = [Line(100, 20, 700, 50, "A heading over both")]
    words = column(100, 280, ["one", "two", "three"]) + column(420, 280, ["four", "five", "six"])
    assert (
        rows_as_text(reading_order(heading + words), 1.0).split()
        == "A heading over both one two three four five six".split()
    )
    assert rows_as_text(reading_order(words[:-2]), 1.0).split() == "one two three four".split()
    cells = column(100, 60, ["a", "b", "c"]) + column(420, 60, ["1", "2", "3"])
    assert rows_as_text(reading_order(cells), 1.0).split("\n") == ["a 1", "b 2", "c 3"]


def test_a_page_that_cannot_be_drawn_keeps_its_text_and_says_why(samples: Path) -> None:
    path = str(samples / "scan-no-text.pdf")
    got = extract(Task("scan.pdf", path, engine="pypdf", ocr=True, limits=Limits(seconds=SECONDS)))
    assert got.pages[0].warnings == ("no OCR: only pdfium draws pages, and it didn't open this document",)


def test_the_sample_is_a_picture(samples: Path) -> None:
    """Else the tests above would show nothing."""
    with pypdfium2.PdfDocument(samples / "scan-no-text.pdf") as document:
        assert document[0].get_textpage().get_text_range() == ""


def test_a_scan_of_which_nothing_is_shown_costs_no_other_page() -> None:
    """A CropBox beside the page; pdfium can't draw such a page."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document("scan:harbour", "scan:library"))) as pdf:
        pdf.pages[0].CropBox = [900, 900, 950, 950]
        pdf.save(out)
    extraction = extract(Task("scan.pdf", "scan.pdf", data=out.getvalue(), ocr=True, limits=Limits(seconds=SECONDS)))
    assert [(page.engine, page.text) for page in extraction.pages] == [("pdfium", ""), ("ocr", "library")]


def test_the_picture_of_such_a_page_says_what_is_wrong() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document("harbour"))) as pdf:
        pdf.pages[0].CropBox = [900, 900, 950, 950]
        pdf.save(out)
    with pytest.raises(IngestError, match="nothing of the page is shown"):
        render_page(Task("page.pdf", "page.pdf", data=out.getvalue()), 1)
