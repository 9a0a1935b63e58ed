"""Reads pages that hold pictures and no text, by RapidOCR: its models lie in its wheel, so it needs no network.

Its libraries take a second and some hundred MiB to load: that happens at the first page that needs them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium_c

from ingest_widgets.documents import ScannedLine
from ingest_widgets.engines.ocr.lines import reading_order, rows_as_text
from ingest_widgets.engines.ocr.reading import Reading, read
from ingest_widgets.engines.pages.open_page import OpenPage, handle_of
from ingest_widgets.engines.protocol import NoEngine
from ingest_widgets.engines.words.glyphs import clean_text
from ingest_widgets.engines.words.hyphens import Vocabulary, join_hyphens

ENGINE = "ocr"
_DPI = 170
_MOST_SIDE = 2000  # pixels; on more, RapidOCR makes the picture smaller itself
_FIND_SIDE = 1280  # lines are found as well on a smaller picture, in a fifth of the time and half of the memory
_DOUBTFUL = "OCR is not sure of this page: the scan is poor, or its script is one that OCR doesn't know"
_TIME_SHARE = 0.8  # of the file's seconds; the rest is for the pages that need no OCR


class Scan(NamedTuple):
    """A page that has no text of its own: who read it, what it found, and the pieces of it in the order of reading."""

    engine: str
    text: str = ""
    warnings: tuple[str, ...] = ()
    lines: Sequence[ScannedLine] = ()


class ScanReader:
    """Reads pages of one document, as long as their number and the time allow.

    Args:
        document: Stays open as long as pages are read.
        most: At most so many pages.
        seconds: What all of the work on this file may take.
        started: When that began, of `time.monotonic`.
        room: Tells whether there is memory for the libraries; asked before they are loaded.
    """

    def __init__(
        self, document: pypdfium2.PdfDocument, most: int, seconds: float, started: float, room: Callable[[], bool]
    ) -> None:
        self._document, self._left, self._most = document, most, most
        self._seconds, self._started, self._room = seconds, started, room
        self._slowest = 0.0
        self._vocabulary = Vocabulary()

    def count_before(self, index: int) -> None:
        """Takes the scans before page `index` (from 0) off the number: they are the business of other tasks."""
        for earlier in range(index):
            if not self._left or self._late():
                self._left = 0
                return
            self._left -= _is_scan(self._document, earlier)

    def text(self, index: int, engine: str) -> Scan:
        """Reads page `index` (from 0), which has no text of its own; where that can't be, `engine` is who read it.

        Raises:
            MemoryError: There is no room for the libraries.
            NoEngine: They can't be loaded.
        """
        if not _has_content(self._document, index):
            return Scan(engine)
        if not self._left:
            said = f"no OCR: ocr_max_pages={self._most} allows no more pages of this file; raise that setting"
            return Scan(engine, warnings=(said,))
        if self._late():
            said = f"no OCR: file_timeout_seconds={self._seconds:g} leaves no time for it; raise that setting"
            return Scan(engine, warnings=(said,))
        self._left -= 1
        begun = time.monotonic()
        scan = self._read(index)
        self._slowest = max(self._slowest, time.monotonic() - begun)
        return scan

    def _late(self) -> bool:
        return time.monotonic() - self._started + self._slowest > self._seconds * _TIME_SHARE

    def _loaded(self) -> Any:
        if not _recognizer.cache_info().currsize and not self._room():
            raise MemoryError
        try:
            return _recognizer()
        except ImportError as error:
            raise NoEngine(f"OCR: {error}") from error

    def _read(self, index: int) -> Scan:
        self._loaded()
        page = self._document[index]
        try:
            width, height = page.get_size()
            scale = min(_DPI / 72, _MOST_SIDE / max(width, height, 1.0))
            picture = page.render(scale=scale, may_draw_forms=False).to_numpy()
        finally:
            page.close()
        reading, said = self._upright(picture)
        angle = reading.angle
        rows = reading_order(reading.lines(angle))
        text = rows_as_text(rows, scale)
        self._vocabulary.add(text)
        lines = [
            ScannedLine(p.left / scale, p.top / scale, p.right / scale, p.bottom / scale, p.text, angle)
            for row in rows
            for p in row
        ]
        text, warnings = clean_text(join_hyphens(text, self._vocabulary))
        return Scan(ENGINE, text, (*warnings, *said), lines)

    def _upright(self, picture: Any) -> tuple[Reading, tuple[str, ...]]:
        """What is found in it, after a second look when the first says that it lies on its side or head; warnings."""
        begun = time.monotonic()
        first = read(self._loaded(), picture)
        self._slowest = max(self._slowest, time.monotonic() - begun)
        if not first.turns:
            return first, ()
        if self._late():
            said = f"OCR of a page that may not lie upright: file_timeout_seconds={self._seconds:g} leaves no time"
            return first, (f"{said} to look twice; raise that setting",)
        best = first.better(read(self._loaded(), picture, first.turns))
        return best, (_DOUBTFUL,) * best.doubtful


@cache
def _recognizer() -> Any:
    # One thread each: a worker is one of several, and each thread reserves address space.
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    import cv2
    from rapidocr import RapidOCR

    cv2.setNumThreads(1)
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.return_word_box": True,  # tells where each sign stands
            "Global.text_score": 0.0,  # what is read badly tells that a page is on its head
            "Det.limit_type": "max",
            "Det.limit_side_len": _FIND_SIDE,
            "Rec.rec_batch_num": 1,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _is_scan(document: pypdfium2.PdfDocument, index: int) -> bool:
    try:
        with OpenPage(handle_of(document), index) as page:
            blank = not page.text.strip()
    except pypdfium2.PdfiumError:
        return False
    return blank and _has_content(document, index)


def _has_content(document: pypdfium2.PdfDocument, index: int) -> bool:
    """Whether anything is drawn on the page, and some of the page is shown."""
    try:
        page = document[index]
    except (pypdfium2.PdfiumError, IndexError):
        return False
    try:
        pieces = pdfium_c.FPDFPage_CountObjects(page) > 0 or pdfium_c.FPDFPage_GetAnnotCount(page) > 0
        return pieces and all(page.get_size())
    finally:
        page.close()
