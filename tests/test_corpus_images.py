"""A page of a corpus as a picture, with boxes right on the words of a query."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pikepdf
import pytest
from PIL import Image, ImageChops
from reportlab.pdfgen.canvas import Canvas

from ingest_widgets import Corpus, CorpusError, IngestError, ingest, settings_override
from ingest_widgets.documents import Extraction, SourceFile
from ingest_widgets.isolation import IsolatedExecutor, Task, extract
from tests.conftest import SAMPLES
from tests.corpus_parts import uploaded

PAPER = SAMPLES / "paper-two-columns.pdf"


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    """The paper twice: as a file and as an upload."""
    with Corpus(tmp_path / "c.sqlite") as corpus, IsolatedExecutor(1) as executor:
        for source in (
            SourceFile("paper.pdf", str(PAPER)),
            SourceFile("upload.pdf", "upload.pdf", "upload", data=PAPER.read_bytes()),
        ):
            task = Task(source.name, source.path, source.data)
            corpus.write(source, executor.submit(extract, task).result())
        yield corpus


def changed_box(bare: Image.Image, marked: Image.Image) -> tuple[int, int, int, int]:
    box = ImageChops.difference(bare, marked).getbbox()
    assert box is not None
    return box


def test_a_page_image_has_the_size_that_was_asked_for(corpus: Corpus) -> None:
    small, sharp = (corpus.page_image("paper.pdf", 1, dpi=dpi) for dpi in (72, 144))
    assert small.mode == "RGB"
    assert abs(sharp.width - 2 * small.width) <= 2
    assert abs(sharp.height - 2 * small.height) <= 2


def test_a_highlight_draws_boxes_and_nothing_else_changes(corpus: Corpus) -> None:
    word = next(word for word in corpus.page("paper.pdf", 1).text.split() if len(word) > 6 and word.isalpha())
    bare = corpus.page_image("paper.pdf", 1)
    for highlight in (word, word.upper(), f"{word[:-2]}*", [word]):
        marked = corpus.page_image("paper.pdf", 1, highlight=highlight)
        left, top, right, bottom = changed_box(bare, marked)
        assert 0 < right - left <= bare.width
        assert 0 < bottom - top < bare.height
    assert ImageChops.difference(bare, corpus.page_image("paper.pdf", 1, highlight="zzzz")).getbbox() is None


def test_a_sheet_holds_the_bare_page_and_the_boxes_in_points(corpus: Corpus) -> None:
    words = [word for word in corpus.page("paper.pdf", 1).text.split() if len(word) > 6 and word.isalpha()]
    sheet = corpus.page_sheet("paper.pdf", 1, query=words[0])
    assert sheet.png.startswith(b"\x89PNG")
    assert sheet.pages == len(list(corpus.pages("paper.pdf")))
    assert sheet.boxes
    for left, top, right, bottom in sheet.boxes:
        assert 0 <= left < right <= sheet.width
        assert 0 <= top < bottom <= sheet.height
        assert bottom - top < 40
    assert corpus.page_sheet("paper.pdf", 1).boxes == ()


def test_a_sheet_without_boxes_says_why(tmp_path: Path) -> None:
    file, read = uploaded("upload.pdf", PAPER.read_bytes(), "a zebra that stands nowhere on the page itself")
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(file, replace(read, title="On Quaggas"))
        queries = ("file:upload", "-draft", "quaggas", "zebra")
        assert [corpus.search(query).total for query in queries] == [1, 1, 1, 1]
        why = [corpus.page_sheet("upload.pdf", 1, query=query).unmarked for query in (*queries, "")]
    assert why == ["no words", "no words", "elsewhere", "no places", ""]


def test_what_a_crop_hides_is_not_counted_as_marked(tmp_path: Path) -> None:
    """It is in the text, and so it is found; nobody sees a box beside the page."""
    with pikepdf.open(PAPER) as pdf:
        pdf.pages[0].CropBox = [0, 0, 300, 400]
        pdf.save(tmp_path / "cropped.pdf")
    with ingest(tmp_path / "cropped.pdf", tmp_path / "c.sqlite", progress=False) as corpus:
        words = {word for word in corpus.page("cropped.pdf", 1).text.split() if len(word) > 6 and word.isalpha()}
        sheets = [corpus.page_sheet("cropped.pdf", 1, query=word) for word in words]
    assert {sheet.unmarked for sheet in sheets} == {"", "out of sight"}
    for left, top, right, bottom in (box for sheet in sheets for box in sheet.boxes):
        assert min(300 - left, right, 400 - top, bottom) > 0


def test_an_upload_is_drawn_from_the_bytes_that_the_corpus_kept(corpus: Corpus) -> None:
    same = ImageChops.difference(corpus.page_image("upload.pdf", 1), corpus.page_image("paper.pdf", 1))
    assert same.getbbox() is None


def test_a_page_or_file_that_is_not_there_is_one_sentence(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"did you mean 'paper\.pdf'"):
        corpus.page_image("papper.pdf", 1)
    with pytest.raises(CorpusError, match="there is no page 99"):
        corpus.page_image("paper.pdf", 99)
    corpus.write(SourceFile("gone.pdf", str(tmp_path / "gone.pdf")), extract_paper())
    with pytest.raises(IngestError, match="can't be shown") as raised:
        corpus.page_image("gone.pdf", 1)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["paper.pdf", "upload.pdf"])
def test_a_page_is_drawn_within_the_limits_of_the_settings_and_by_their_cure(corpus: Corpus, name: str) -> None:
    for limit in ("max_pages", "max_file_bytes"):
        with (
            settings_override(**{limit: 1}),
            pytest.raises(IngestError, match=rf"{limit} allows 1: raise that setting"),
        ):
            corpus.page_image(name, 1)
    assert corpus.page_image(name, 1).width


def extract_paper() -> Extraction:
    with IsolatedExecutor(1) as executor:
        return executor.submit(extract, Task("paper.pdf", str(PAPER))).result()


def test_a_page_of_a_url_that_is_gone_says_so(tmp_path: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe("/pictured/p.pdf", PAPER.read_bytes())
    with ingest("memory://pictured", tmp_path / "urls.sqlite", progress=False) as corpus:
        assert corpus.page_image("p.pdf", 1).width
        memory.rm("/pictured/p.pdf")
        with pytest.raises(IngestError, match=r"p\.pdf can't be fetched from memory:///pictured/p\.pdf"):
            corpus.page_image("p.pdf", 1)


def test_a_page_of_a_file_that_was_replaced_says_so(tmp_path: Path) -> None:
    """And the true one is shown once it is back, though its time is another; by path and by URL."""
    import fsspec

    memory = fsspec.filesystem("memory")
    path = tmp_path / "p.pdf"
    true, other = turned(0), turned(1)

    def put(data: bytes) -> None:
        path.write_bytes(data)
        memory.pipe("/replaced/u.pdf", data)

    put(true)
    with ingest([path, "memory://replaced"], tmp_path / "c.sqlite", progress=False) as corpus:
        put(other)
        for name in ("p.pdf", "u.pdf"):
            for _ in range(2):  # a worker keeps open what it has drawn, and the corpus its picture
                with pytest.raises(IngestError, match="It has changed since it was read: ingest it again"):
                    corpus.page_image(name, 1, dpi=72)
        put(true)
        assert [corpus.page_image(name, 1, dpi=72).size for name in ("p.pdf", "u.pdf")] == [(400, 300)] * 2
        put(other)
        with pytest.raises(IngestError, match="It has changed since it was read"):
            corpus.page_image("p.pdf", 1, dpi=72)


@pytest.mark.parametrize("wrong", [5, 0, b"word", [1], np.array([1, 2])])
def test_a_highlight_that_is_no_text_is_named(corpus: Corpus, wrong: Any) -> None:
    with pytest.raises(TypeError, match="highlight must be a query or a list of words"):
        corpus.page_image("paper.pdf", 1, highlight=wrong)


def test_a_column_of_words_can_be_highlighted(corpus: Corpus) -> None:
    words = [corpus.page("paper.pdf", 1).text.split()[0]]
    drawn = corpus.page_image("paper.pdf", 1, highlight=words)
    for column in (pd.Series(words), np.array(words), (word for word in words)):
        assert corpus.page_image("paper.pdf", 1, highlight=column) == drawn


def turned(turns: int) -> bytes:
    """Two lines with a word cut between them, on a page that is shown turned so often by a quarter."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(400, 300))
    canvas.setPageRotation(90 * turns)
    lines = ["The river carries its sediment to the del-", "tas where fields are wet and a sea", "begins"]
    for row, line in enumerate(lines):
        canvas.drawString(40, 250 - 14 * row, line)
    canvas.save()
    return out.getvalue()


def as_shown(turns: int, x: float, y: float) -> tuple[float, float]:
    """A place from the top left of the page before it was turned; reportlab makes it lie down again."""
    return [(x, y), (300 - y, x), (400 - x, 300 - y), (100 + y, 300 - x)][turns]


@pytest.mark.parametrize("turns", range(4))
def test_a_word_over_a_line_end_has_its_two_places_however_the_page_is_turned(turns: int, tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        ingest([("plain.pdf", turned(0)), ("turned.pdf", turned(turns))], corpus, progress=False)
        plain, shown = (corpus.page_sheet(name, 1, query="deltas") for name in ("plain.pdf", "turned.pdf"))
        again = corpus.page_image("turned.pdf", 1, dpi=72)
    corners = [(as_shown(turns, left, top), as_shown(turns, right, bottom)) for left, top, right, bottom in plain.boxes]
    expected = [(min(a, c), min(b, d), max(a, c), max(b, d)) for (a, b), (c, d) in corners]
    assert len(expected) == 2
    assert [pytest.approx(box, abs=1) for box in expected] == list(shown.boxes)
    assert again.size == (round(shown.width), round(shown.height)) == (400, 300)
