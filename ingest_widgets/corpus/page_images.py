"""A page as it looks, with the places of a query's matches on it; drawn in an isolated worker, kept for a while."""

from __future__ import annotations

import io
import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ingest_widgets.corpus.queries.parsing import parse_query
from ingest_widgets.corpus.queries.query import Term
from ingest_widgets.corpus.search.boxes import Box, boxes_of
from ingest_widgets.corpus.search.snippets import Marker
from ingest_widgets.corpus.storage.records import as_number, as_text
from ingest_widgets.documents import ScannedLine
from ingest_widgets.errors import IngestError
from ingest_widgets.isolation import Limits, Stamp, Task, page_boxes, render_page
from ingest_widgets.settings import get_settings
from ingest_widgets.sources import fetch

if TYPE_CHECKING:
    from PIL.Image import Image

Unmarked = Literal["", "no words", "elsewhere", "no places", "out of sight"]
"""Why nothing is marked: the query names no words, none of them is in the page's text, their places aren't known, or
all of these lie beside what is shown of the page."""

_KEPT_BYTES = 64 * 2**20
_COLOUR = (255, 193, 7, 96)
_EDGE = (191, 130, 0, 200)
_MARGIN_POINTS = 1.0


@dataclass(frozen=True, slots=True)
class PageSheet:
    """One page to look at.

    Attributes:
        png: The bare page.
        width: Of the page in points (1/72 inch).
        height: Of the page in points.
        boxes: (left, top, right, bottom) of each match that is shown, in points from the top left.
        pages: How many pages the corpus holds of the file.
        unmarked: Why there are no boxes, though something was looked for; else empty.
    """

    png: bytes = field(repr=False)
    width: float
    height: float
    boxes: tuple[Box, ...]
    pages: int
    unmarked: Unmarked

    def drawn(self) -> Image:
        """The page with a translucent box over each match."""
        from PIL import Image, ImageDraw

        with Image.open(io.BytesIO(self.png)) as opened:
            page = opened.convert("RGBA")
        over = Image.new("RGBA", page.size, (0, 0, 0, 0))
        pen: Any = ImageDraw.Draw(over)
        across, down = page.width / self.width, page.height / self.height
        for left, top, right, bottom in self.boxes:
            corners = (
                (left - _MARGIN_POINTS) * across,
                (top - _MARGIN_POINTS) * down,
                (right + _MARGIN_POINTS) * across,
                (bottom + _MARGIN_POINTS) * down,
            )
            pen.rectangle(corners, fill=_COLOUR, outline=_EDGE)
        return Image.alpha_composite(page, over).convert("RGB")


@dataclass(frozen=True, slots=True)
class Original:
    """Where a file's bytes are.

    Attributes:
        path: That opens the very file, or the URL.
        data: The bytes of an upload.
        read: What it was when it was read; None when it wasn't to its end.
        pages: How many the corpus holds.
    """

    name: str
    kind: str
    path: str
    data: bytes | None
    read: Stamp | None
    pages: int


class PageImages:
    """Draws pages and keeps the latest, 64 MB of PNGs at most; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[object, ...], bytes] = OrderedDict()

    def sheet(
        self,
        original: Original,
        number: int,
        dpi: float,
        text: str,
        highlight: str | list[str],
        scanned: Sequence[ScannedLine],
    ) -> PageSheet:
        """The page with the places of what is looked for, by the lines that OCR found where there are any.

        Raises:
            IngestError: The file is gone or another one by now, or the page can't be drawn within what the settings
                allow.
        """
        task = _task(original)
        png = self._png(original, task, number, dpi)
        terms = _terms(highlight)
        there = needles(text, terms)
        found = page_boxes(task, number, [] if scanned else there)
        drawn = boxes_of(scanned, terms) if scanned else found.boxes
        boxes = tuple(box for box in drawn if _is_shown(box, found.width, found.height))
        unmarked: Unmarked = ""
        if highlight and not boxes:
            unmarked = "out of sight" if drawn else "no places" if there else "elsewhere" if terms else "no words"
        return PageSheet(png, found.width, found.height, boxes, original.pages, unmarked)

    def _png(self, original: Original, task: Task, number: int, dpi: float) -> bytes:
        key = (original.kind, original.path, original.read, number, dpi)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        png = render_page(task, number, dpi)
        with self._lock:
            self._kept[key] = png
            while sum(map(len, self._kept.values())) > _KEPT_BYTES and len(self._kept) > 1:
                self._kept.popitem(last=False)
        return png


def _is_shown(box: Box, width: float, height: float) -> bool:
    left, top, right, bottom = box
    return left < width and top < height and right > 0 and bottom > 0


def stamp_of(row: Sequence[Any]) -> Stamp | None:
    """What a file was when it was read, by its size, time and hash; None when it wasn't to its end."""
    size, mtime_ns, sha256 = row
    if sha256 is None:
        return None
    return Stamp(
        None if size is None else as_number(size), None if mtime_ns is None else as_number(mtime_ns), as_text(sha256)
    )


def _task(original: Original) -> Task:
    limits = Limits.of(get_settings())
    data = _fetched(original, limits.max_file_bytes) if original.kind == "url" else original.data
    return Task(original.name, original.path, data, limits=limits, read=original.read)


def _fetched(original: Original, most: int) -> bytes:
    try:
        return fetch(original.path, most)
    except OSError as error:
        cure = "check the address" + (", whose password isn't kept" if "@" in original.path else "")
        raise IngestError(f"{original.name} can't be fetched from {original.path} ({error}): {cure}") from error


def needles(text: str, terms: Sequence[Term]) -> list[str]:
    """What stands on the page of what is looked for, as it is written there."""
    found = [re.sub(r"\s+", " ", text[start:end]) for start, end in Marker(terms).spans(text)]
    return list(dict.fromkeys(found))


def _terms(highlight: str | list[str]) -> list[Term]:
    if isinstance(highlight, str):
        return list(parse_query(highlight).terms)
    quoted = (parse_query(f'"{word.replace(chr(34), " ")}"') for word in highlight)
    return [term for query in quoted for term in query.terms]
