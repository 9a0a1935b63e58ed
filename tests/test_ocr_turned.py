"""Scans that lie on their side, on their head or crooked are read all the same, and hits are marked in place."""

from __future__ import annotations

import cmath
import io
import math
import time
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ingest_widgets import Corpus, ingest, settings_override
from ingest_widgets.corpus.queries.parsing import parse_query
from ingest_widgets.corpus.search.boxes import boxes_of
from ingest_widgets.documents import ScannedLine
from ingest_widgets.engines.ocr.lines import reading_order, rows_as_text
from ingest_widgets.engines.ocr.reading import Piece, Reading
from ingest_widgets.engines.ocr.scans import ScanReader
from ingest_widgets.isolation.wire import MOST_BOXES

SIZE = 1200, 800  # pixels
POINTS = 0.5  # a pixel
COLUMNS = [
    ["One walrus swam out", "of the harbour when", "the evening bell had", "rung for the third"],
    ["time, and the keeper", "counted the herons", "at the quay, whose", "entropy was great."],
]
TEXT = "\n".join(COLUMNS[0] + COLUMNS[1])
WORD = (660, 310), (790, 360)  # where `sheet` has entropy


def sheet(angle: float) -> Image.Image:
    """Two columns, turned by the clock."""
    image = Image.new("L", SIZE, 255)
    pen = ImageDraw.Draw(image)
    for column, lines in enumerate(COLUMNS):
        for row, line in enumerate(lines):
            pen.text((100 + 560 * column, 100 + 70 * row), line, fill=0, font_size=44)
    return image.rotate(-angle, Image.Resampling.BICUBIC, expand=angle % 90 == 0, fillcolor=255)


def word(angle: float) -> tuple[float, float, float, float]:
    """Where it stands on the page of the turned sheet: points from the top left."""
    turn = cmath.rect(1, math.radians(angle))
    width, height = SIZE if angle % 180 != 90 else SIZE[::-1]
    corners = [
        complex(x - SIZE[0] / 2, y - SIZE[1] / 2) * turn + complex(width, height) / 2
        for x in (WORD[0][0], WORD[1][0])
        for y in (WORD[0][1], WORD[1][1])
    ]
    across, down = [z.real * POINTS for z in corners], [z.imag * POINTS for z in corners]
    return min(across), min(down), max(across), max(down)


def pdf(image: Image.Image, rotate: int = 0) -> bytes:
    out = io.BytesIO()
    size = image.width * POINTS, image.height * POINTS
    canvas = Canvas(out, pagesize=size)
    canvas.drawImage(ImageReader(image), 0, 0, *size)
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=out)
    writer.pages[0].rotate(rotate)
    writer.write(out := io.BytesIO())
    return out.getvalue()


@pytest.mark.parametrize(
    ("angle", "rotate", "seen"),
    [(90, 0, 90), (270, 0, 270), (183, 0, 183), (270, 90, 0)],
)
def test_a_turned_scan_is_read_in_order_and_its_hits_are_marked(
    tmp_path: Path, angle: float, rotate: int, seen: float
) -> None:
    """Whether the picture is turned, or the page that holds it, or both so that it's upright again."""
    (path := tmp_path / "scan.pdf").write_bytes(pdf(sheet(angle), rotate))
    with Corpus(tmp_path / "c.sqlite") as corpus:
        with settings_override(ocr=True, file_timeout_seconds=300.0):
            ingest(path, corpus)
        assert corpus.page("scan.pdf", 1).text == TEXT
        (box,) = corpus.page_sheet("scan.pdf", 1, query="entropy").boxes
    assert box == pytest.approx(word(seen), abs=8)


def pieces(angle: float, score: float, texts: list[str], at: complex = 0) -> list[Piece]:
    """Lines below each other, all turned by the clock around the top left."""
    turn = cmath.rect(1, math.radians(angle))
    boxes = [[(at + complex(x, 30 * n + y)) * turn for x, y in CORNERS] for n in range(len(texts))]
    return [Piece(box, text, score) for box, text in zip(boxes, texts, strict=True)]


CORNERS = [(0, 0), (400, 0), (400, 20), (0, 20)]


@pytest.mark.parametrize(
    ("angle", "score", "turns"),
    [(0, 0.97, 0), (-3, 0.97, 0), (0, 0.7, 2), (3, 0.7, 2), (90, 0.97, 1), (87, 0.97, 1), (90, 0.7, 3)],
)
def test_only_what_lies_or_is_hard_to_read_is_looked_at_again(angle: float, score: float, turns: int) -> None:
    """An upright scan is read once; a note that runs up its margin changes nothing."""
    note = pieces(angle - 90, score, ["a note in the margin"])
    reading = Reading(pieces(angle, score, ["one", "two", "three"]) + note)
    assert (reading.angle, reading.turns) == (angle, turns)
    assert Reading(()).turns == 0


def test_short_words_do_not_make_a_page_crooked() -> None:
    """Their boxes are uneven."""
    short = [p._replace(corners=[z / 10 for z in p.corners]) for p in pieces(6, 0.97, ["a", "b", "c"])]
    assert abs(Reading(pieces(0, 0.97, ["a long line"]) + short).angle) < 0.5


def test_a_look_at_a_turned_page_that_time_does_not_allow_to_repeat_is_said() -> None:
    """The time is up after the first look, or on a slow machine even before it."""
    with pypdfium2.PdfDocument(pdf(sheet(180))) as document:
        started = time.monotonic() - 0.8 * 60 + 0.2
        scan = ScanReader(document, most=50, seconds=60.0, started=started, room=lambda: True).text(0, "pdfium")
    (said,) = scan.warnings
    assert "file_timeout_seconds=60 leaves no time" in said


def test_the_second_look_counts_when_it_is_sure_or_surer() -> None:
    low, high, higher = (Reading(pieces(0, score, ["one"])) for score in (0.7, 0.93, 0.95))
    assert low.better(high) is high
    assert high.better(low) is high
    assert higher.better(high) is high, "it saw the page upright, the first didn't"


@pytest.mark.parametrize("angle", [0, 4, -4, 90, 177])
def test_columns_that_stand_crooked_are_read_one_after_the_other(angle: float) -> None:
    """Also where the page, set upright, lies left of what its places are counted from, and above."""
    for at in (500 + 500j, -1000 - 500j):
        left, right = pieces(angle, 0.97, COLUMNS[0], at), pieces(angle, 0.97, COLUMNS[1], at + 450)
        heading = pieces(angle, 0.97, ["Wide", "heading"], at + 220 - 80j)
        text = rows_as_text(reading_order(Reading(heading + left + right).lines(angle)), 1.0)
        assert text.split() == ["Wide", "heading", *TEXT.split()]


@pytest.mark.parametrize(
    ("angle", "box"),
    [(0, (60, 10, 110, 20)), (90, (-20, 60, -10, 110)), (180, (-110, -20, -60, -10)), (-90, (10, -110, 20, -60))],
)
def test_a_word_on_a_turned_line_is_marked_along_the_line(angle: float, box: tuple[int, ...]) -> None:
    lines = [ScannedLine(10, 10, 110, 20, "ounce noose", angle)]
    (found,) = boxes_of(lines, parse_query("noose").terms)
    assert found == pytest.approx(box, abs=8)


def test_on_a_scan_full_of_a_word_as_many_places_are_marked_as_on_any_page() -> None:
    assert len(boxes_of([ScannedLine(0, 0, 500, 10, "heat " * 1_500)], parse_query("heat").terms)) == MOST_BOXES
