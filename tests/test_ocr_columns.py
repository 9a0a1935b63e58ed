"""White in a scan: columns with a narrow gutter are read one after the other, words far apart stay apart."""

from __future__ import annotations

import cmath
import io
import math
import time
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from ingest_widgets import Corpus, ingest, settings_override
from ingest_widgets.engines.ocr.boxes import Strip, cut_at_gutters
from ingest_widgets.engines.ocr.lines import Line, reading_order
from ingest_widgets.engines.ocr.reading import spaced
from ingest_widgets.engines.ocr.scans import ScanReader

SIZE = 420, 300  # points
HEADING = "Notes of the keeper of the harbour, written in the evening"
LEFT = """One walrus swam out of the harbour when the evening bell had rung for the third time, and the keeper, who had
seen it leave each night since the first of May, wrote the hour into his book. Nobody else had looked up from the nets,
for the herring had come early and the boats were to leave before the tide turned again at ten."""
RIGHT = """The herons on the quay were counted as well. There were eleven of them in spring and only nine were left when
the summer ended, which the schoolmaster blamed on the new lamps. Their entropy, as he liked to say, was too great for
so small a place, and he proposed to the council that half of the lamps be put out at midnight."""


def two_columns(gutter: float) -> bytes:
    """Justified, ten points high, below a heading over both."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=SIZE)
    canvas.setFont("Times-Roman", 14)
    canvas.drawString(30, 265, HEADING)
    style = ParagraphStyle("text", fontName="Times-Roman", fontSize=10, leading=11.5, alignment=4)
    width = (SIZE[0] - 60 - gutter) / 2
    for left, text in ((30, LEFT), (30 + width + gutter, RIGHT)):
        paragraph = Paragraph(text, style)
        height = paragraph.wrapOn(canvas, width, 1000)[1]
        paragraph.drawOn(canvas, left, 250 - height)
    canvas.save()
    return out.getvalue()


def scan(typeset: bytes, turned: float = 0) -> bytes:
    """Its first page as a picture, turned by the clock."""
    with pypdfium2.PdfDocument(typeset) as document:
        image = document[0].render(scale=200 / 72).to_pil().rotate(-turned, fillcolor="white")
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=SIZE)
    canvas.drawImage(ImageReader(image), 0, 0, *SIZE)
    canvas.save()
    return out.getvalue()


def place(typeset: bytes, word: str) -> tuple[float, float, float, float]:
    """Of its letters: points from the top left."""
    with pypdfium2.PdfDocument(typeset) as document:
        text = document[0].get_textpage()
        start, count = text.search(word).get_next()
        boxes = [text.get_charbox(start + n, loose=True) for n in range(count)]
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), SIZE[1] - max(tops), max(rights), SIZE[1] - min(bottoms)


@pytest.mark.parametrize("turned", [0, 1])
def test_columns_with_a_narrow_gutter_are_read_one_after_the_other_and_hits_are_marked(
    tmp_path: Path, turned: float
) -> None:
    typeset = two_columns(gutter=10)
    (path := tmp_path / "scan.pdf").write_bytes(scan(typeset, turned))
    with Corpus(tmp_path / "c.sqlite") as corpus:
        with settings_override(ocr=True, file_timeout_seconds=300.0):
            ingest(path, corpus)
        text = corpus.page("scan.pdf", 1).text
        assert "".join(text.split()) == "".join(f"{HEADING} {LEFT} {RIGHT}".split())
        if not turned:
            (box,) = corpus.page_sheet("scan.pdf", 1, query="entropy").boxes
            assert box == pytest.approx(place(typeset, "entropy"), abs=4)


def test_words_that_a_narrow_column_holds_far_apart_stay_apart() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=SIZE)
    canvas.setFont("Times-Roman", 12)
    lines = [
        "monastery library. Several manufacturers",
        "Several manufacturers acknowledged that",
        "affordable housing. Several",
        "reviewed seventeen independent",
    ]
    for row, line in enumerate(lines):
        canvas.drawString(30, 250 - 15.6 * row, line, wordSpace=16)
    canvas.save()
    with pypdfium2.PdfDocument(out.getvalue()) as document:
        reader = ScanReader(document, most=1, seconds=300.0, started=time.monotonic(), room=lambda: True)
        assert reader.text(0, "pdfium").text.split() == " ".join(lines).split()


def test_spaces_are_put_where_white_is_wide_and_no_space_is() -> None:
    assert spaced("no on so", [1, 3, 14, 16, 40, 42]) == "no on so"
    assert spaced("noon", [1, 3, 12, 14]) == "no on"
    assert spaced("noon", [1, 3, 11, 13]) == "noon"
    assert spaced("", []) == ""


HEIGHT = 20


def strip(row: int, *words: tuple[int, int], turned: float = 0) -> Strip:
    """A line of black words, from its first to its last."""
    left, right = words[0][0], words[-1][1]
    picture = np.full((HEIGHT, right - left, 3), 255, np.uint8)
    for start, end in words:
        picture[4:-4, start - left : end - left] = 0
    turn = cmath.rect(1, math.radians(turned))
    corners = [(left, 0), (right, 0), (right, HEIGHT), (left, HEIGHT)]
    return Strip([complex(x, y + 30 * row) * turn for x, y in corners], picture)


def widths(strips: list[Strip], turned: float = 0) -> list[int]:
    return [round(abs(strip.corners[1] - strip.corners[0])) for strip in cut_at_gutters(strips, turned)]


GUTTER = (0, 300), (316, 600)


@pytest.mark.parametrize("turned", [0, -3, 90])
def test_lines_that_span_a_gutter_are_cut_there(turned: float) -> None:
    """Those that were found one by one, and those that are indented, tell where it is as well."""
    rows = [strip(n, *GUTTER, turned=turned) for n in range(4)]
    rows += [strip(4, words, turned=turned) for words in GUTTER] + [strip(5, (0, 300), (340, 600), turned=turned)]
    assert sorted(widths(rows, turned)) == [260, *[284] * 5, *[300] * 6]


def test_the_parts_keep_their_places_and_have_the_picture_of_their_own() -> None:
    left, right, *_ = cut_at_gutters([strip(n, *GUTTER) for n in range(5)], 0)
    assert left.corners == [0, 300, 300 + 20j, 20j]
    assert right.corners == [316, 600, 600 + 20j, 316 + 20j]
    assert (left.picture.shape[1], right.picture.shape[1]) == (304, 288), "with a little white"


def test_a_line_over_both_columns_stays_whole() -> None:
    rows = [strip(n, *GUTTER) for n in range(5)]
    assert widths([strip(-1, (0, 290), (296, 600)), *rows])[0] == 600


@pytest.mark.parametrize(
    "rows",
    [
        [strip(n, *GUTTER) for n in range(4)],
        [strip(n, (0, 300 + 20 * n), (316 + 20 * n, 600)) for n in range(9)],
        [strip(n, *(GUTTER if n % 4 else ((0, 600),))) for n in range(9)],
        [strip(n, (0, 300), (308, 600)) for n in range(9)],
    ],
    ids=["few lines", "at other places", "with words between", "as narrow as between words"],
)
def test_other_white_is_no_gutter(rows: list[Strip]) -> None:
    assert widths(rows) == [600] * len(rows)


def test_specks_do_not_hide_a_gutter() -> None:
    rows = [strip(n, *GUTTER) for n in range(5)]
    for row in rows:
        row.picture[10, 308] = 0
    assert widths(rows) == [300, 284] * 5


def test_a_scrap_of_a_letter_from_the_other_column_is_left_out() -> None:
    rows = [strip(n, *GUTTER) for n in range(5)] + [strip(5, (0, 300)), strip(5, (296, 300), (316, 600))]
    assert sorted(widths(rows)) == [*[284] * 6, *[300] * 6]


def test_a_narrow_sign_before_a_gutter_is_no_scrap() -> None:
    """Such as the one of a table's first column."""
    assert sorted(widths([strip(n, (0, 4), (30, 300)) for n in range(5)])) == [*[4] * 5, *[270] * 5]


def test_the_number_of_a_page_between_its_columns_does_not_hide_them() -> None:
    """Nor above them."""
    text = [Line(x, 30 * n, x + 300, 30 * n + 20, f"{name}{n}") for n in range(5) for x, name in ((0, "a"), (340, "b"))]
    foot, head = Line(314, 170, 322, 190, "7"), Line(314, -30, 322, -10, "7")
    read = [f"{name}{n}" for name in "ab" for n in range(5)]
    assert [row[0].text for row in reading_order([*text, foot])] == [*read, "7"]
    assert [row[0].text for row in reading_order([head, *text])] == ["7", *read]
