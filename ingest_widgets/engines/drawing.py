"""A page as a picture, and where words stand on it: by pdfium, whichever engine read the text."""

from __future__ import annotations

import ctypes
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice, repeat
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.edits import Edit, edits_within
from ingest_widgets.engines.hyphens import CUT
from ingest_widgets.engines.page_text import changes
from ingest_widgets.engines.protocol import EngineRefuses
from ingest_widgets.engines.textpage import LINE_BREAK, TextPage, handle_of
from ingest_widgets.scripts import SIGN

MOST_PIXELS = 40_000_000

Box = tuple[float, float, float, float]
Span = tuple[int, int]
Sign = tuple[int, str]
"""A character of a page's text, and where it stands in that."""

_CUTS = CUT + "\x02"
_INVISIBLE = _CUTS + "\xad\u200b"
_FINE = 100  # steps a point in which pdfium, which counts in whole pixels, says where something is


def _refuse_number(document: pypdfium2.PdfDocument, index: int) -> None:
    if not 0 <= index < len(document):
        raise EngineRefuses(f"there is no page {index + 1}")


@contextmanager
def _page(document: pypdfium2.PdfDocument, index: int) -> Iterator[Any]:
    _refuse_number(document, index)
    try:
        page = document[index]
    except pypdfium2.PdfiumError as error:
        raise EngineRefuses("the page can't be loaded") from error
    try:
        yield page
    finally:
        page.close()


def png(document: pypdfium2.PdfDocument, index: int, dpi: float) -> bytes:
    """Page `index` (from 0) as a PNG; a giant page gets fewer dots an inch than asked for."""
    with _page(document, index) as page:
        width, height = page.get_size()
        scale = dpi / 72
        area = max(width * height, 1.0)
        scale = min(scale, (MOST_PIXELS / area) ** 0.5)
        picture = page.render(scale=scale, may_draw_forms=False).to_pil()
        out = io.BytesIO()
        picture.save(out, "PNG", compress_level=3)
    return out.getvalue()


def boxes(
    document: pypdfium2.PdfDocument, index: int, needles: Sequence[str], most: int
) -> tuple[float, float, list[Box]]:
    """Where the needles stand on page `index` (from 0), as whole words, whatever their case and accents.

    Returns:
        Width and height of the page and (left, top, right, bottom) of each match, a box a line, `most` of them at the
        most; all in points from the top left of the page as it is shown.
    """
    rects = _rects(document, index, needles, most)
    with _page(document, index) as page:
        return *page.get_size(), [_shown(page, rect) for rect in rects]


def _rects(document: pypdfium2.PdfDocument, index: int, needles: Sequence[str], most: int) -> list[Box]:
    """Left, top, right and bottom of each in the page's own space; lines are in the order that the text has, too."""
    _refuse_number(document, index)
    try:
        with TextPage(handle_of(document), index) as page:
            return list(islice(_found(page, needles), most))
    except pypdfium2.PdfiumError as error:
        raise EngineRefuses("the page can't be loaded") from error


def _found(page: TextPage, needles: Sequence[str]) -> Iterator[Box]:
    text = _text(page.text_handle).replace(f"-{LINE_BREAK}", CUT + LINE_BREAK)
    wanted = list(filter(None, (_folded(enumerate(needle))[0].strip() for needle in needles)))
    spans = set(_spans(text, (), wanted))
    if page.indexed and (edits := changes(page)):  # the words that were made by cleaning the text
        spans.update(_spans(text, edits, wanted))
    spans = {(_character(page, first), _character(page, last)) for first, last in spans}
    for first, last in sorted(spans):
        yield from page.drawn(first, last - first + 1)


def _character(page: TextPage, index: int) -> int:
    return int(pdfium_c.FPDFText_GetCharIndexFromTextIndex(page.text_handle, index))


def _text(text_page: Any) -> str:
    count = pdfium_c.FPDFText_CountChars(text_page)
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium_c.FPDFText_GetText(text_page, 0, count, buffer)
    return "".join(map(chr, buffer[: max(written - 1, 0)]))  # a unit a character, since pdfium counts so


def _spans(text: str, edits: Sequence[Edit], needles: Sequence[str]) -> Iterator[Span]:
    """The first and the last sign of each place where one of the needles, which are folded, stands."""
    for hyphen in ("", "-") if CUT in text else ("",):  # nobody knows here which of them stayed
        folded, at = _folded(_edited(text, edits), hyphen)
        for needle in needles:
            start = folded.find(needle)
            while start >= 0:
                end = start + len(needle)
                if not _inside_word(folded, start) and not _inside_word(folded, end):
                    yield at[start], at[end - 1]
                start = folded.find(needle, start + 1)


def _edited(text: str, edits: Sequence[Edit]) -> Iterator[Sign]:
    """The signs of the text as it is read, each with the place of one that it was made of."""
    position = 0
    for first, last, replacement in edits_within(edits, 0, len(text)):
        yield from enumerate(text[position:first], position)
        yield from zip(repeat(first), replacement, strict=False)
        position = last
    yield from enumerate(text[position:], position)


def _folded(signs: Iterable[Sign], hyphen: str = "") -> tuple[str, list[int]]:
    """The text without case, accents, soft hyphens and runs of spaces; and where each of its characters was.

    Args:
        signs: The text.
        hyphen: What stands for one at the end of a line, and for the line end.
    """
    out: list[str] = []
    at: list[int] = []
    before = " "
    for index, char in signs:
        if char.isspace():
            if before in _INVISIBLE or (out and out[-1] == " "):
                continue
            folded = " "
        elif char in _INVISIBLE:
            before, folded = char, hyphen if char in _CUTS else ""
        else:
            parts = unicodedata.normalize("NFKD", char.casefold())
            before, folded = char, "".join(c for c in parts if not unicodedata.combining(c))
        out.extend(folded)
        at.extend([index] * len(folded))
    return "".join(out), at


def _inside_word(text: str, index: int) -> bool:
    """Whether a word goes on across `index`; scripts without spaces have no such words."""
    around = text[max(index - 1, 0) : index + 1]
    return 0 < index < len(text) and around.isalnum() and not SIGN.search(around)


def _shown(page: Any, rect: Box) -> Box:
    left, top, right, bottom = rect
    x1, y1 = _from_top_left(page, left, top)
    x2, y2 = _from_top_left(page, right, bottom)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _from_top_left(page: Any, x: float, y: float) -> tuple[float, float]:
    size = [round(side * _FINE) for side in page.get_size()]
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
    return across.value / _FINE, down.value / _FINE
