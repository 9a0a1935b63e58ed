"""The worker's work on one document: its text, a picture of a page, where words stand on it."""

from __future__ import annotations

import mmap
import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ingest_widgets.documents import Reason
from ingest_widgets.engines.chain import OpenDocument
from ingest_widgets.engines.pdfium import PdfiumDocument
from ingest_widgets.engines.protocol import EngineRefuses, Locked
from ingest_widgets.engines.structure import TooManyPages
from ingest_widgets.isolation.limits import OCR_ROOM_BYTES, has_room
from ingest_widgets.isolation.wire import PAGE_CHARS
from ingest_widgets.isolation.worker import Parent, Refused, checked_header

if TYPE_CHECKING:
    from ingest_widgets.engines.ocr import ScanReader


def answer(parent: Parent, request: Mapping[str, Any], data: bytes | mmap.mmap) -> None:
    """Does what the request asks for with these bytes."""
    checked_header(data)
    try:
        document = OpenDocument(data, request["rungs"], parent.passwords, request["max_pages"])
    except TooManyPages as refusal:
        parent.tell({"t": "document", "pages": refusal.count, "warnings": []})
        raise Refused(Reason.TOO_MANY_PAGES, str(refusal.count)) from refusal
    except Locked as refusal:
        raise Refused(Reason.ENCRYPTED, str(refusal)) from refusal
    except EngineRefuses as refusal:
        raise Refused(Reason.CORRUPT, str(refusal)) from refusal
    try:
        _OPERATIONS[request["op"]](parent, request, document)
    except EngineRefuses as refusal:
        raise Refused(Reason.CORRUPT, str(refusal)) from refusal
    finally:
        document.close()


def _text(parent: Parent, request: Mapping[str, Any], document: OpenDocument) -> None:
    count = document.page_count
    if count < 1:
        raise Refused(Reason.CORRUPT, "it has no pages")
    parent.tell({"t": "document", "pages": count, "warnings": document.warnings})
    if request["first"] == 1 or request["metadata"]:
        _metadata(parent, document)
    scans = None if request["ocr_pages"] is None else _Scans(request, document)
    for number in range(request["first"], min(count, request["last"] or count) + 1):
        _page(parent, document, number, scans)


def _metadata(parent: Parent, document: OpenDocument) -> None:
    try:
        title, author = document.metadata()
    except (EngineRefuses, ValueError):
        parent.tell({"t": "metadata", "title": "", "author": "", "warnings": ["its metadata can't be read"]})
    else:
        parent.tell({"t": "metadata", "title": _line(title), "author": _line(author), "warnings": []})


def _line(text: str) -> str:
    """One line of at most 1,000 printable characters."""
    return "".join(char if char.isprintable() else " " for char in text[:1000]).strip()


def _page(parent: Parent, document: OpenDocument, number: int, scans: _Scans | None) -> None:
    try:
        engine, text, warnings = document.page(number - 1)
        if scans is not None and not text.strip():
            engine, text, warnings = scans.page(number - 1, engine, warnings)
    except EngineRefuses as refusal:
        parent.tell({"t": "bad", "n": number, "why": str(refusal)[:200]})
        return
    if len(text) > PAGE_CHARS:
        text = text[:PAGE_CHARS]
        warnings += (f"text beyond {PAGE_CHARS:,} characters was left out",)
    parent.tell({"t": "page", "n": number, "engine": engine, "warnings": warnings}, text.encode("utf-8", "replace"))


class _Scans:
    """The pages of one document that have no text; what reads them is made at the first one."""

    def __init__(self, request: Mapping[str, Any], document: OpenDocument) -> None:
        self._request, self._document = request, document
        self._started = time.monotonic()
        self._reader: ScanReader | None = None

    def page(self, index: int, engine: str, warnings: tuple[str, ...]) -> tuple[str, str, tuple[str, ...]]:
        """Engine, text and warnings as they are once OCR has been asked."""
        opened = self._document.first
        if not isinstance(opened, PdfiumDocument):
            return engine, "", (*warnings, "no OCR: only pdfium draws pages, and it didn't open this document")
        if self._reader is None:
            self._reader = self._first(opened)
        engine, text, more = self._reader.text(index, engine)
        return engine, text, (*warnings, *more)

    def _first(self, opened: PdfiumDocument) -> ScanReader:
        from ingest_widgets.engines.ocr import ScanReader

        request = self._request
        room = partial(has_room, OCR_ROOM_BYTES)
        reader = ScanReader(opened.raw, request["ocr_pages"], request["seconds"], self._started, room)
        reader.count_before(request["first"] - 1)
        return reader


def _image(parent: Parent, request: Mapping[str, Any], document: OpenDocument) -> None:
    from ingest_widgets.engines.drawing import png

    parent.tell({"t": "image"}, png(_pdfium(document), request["n"] - 1, request["dpi"]))


def _boxes(parent: Parent, request: Mapping[str, Any], document: OpenDocument) -> None:
    from ingest_widgets.engines.drawing import boxes

    width, height, found = boxes(_pdfium(document), request["n"] - 1, request["needles"])
    parent.tell({"t": "boxes", "width": width, "height": height, "boxes": [[round(x, 2) for x in b] for b in found]})


def _pdfium(document: OpenDocument) -> Any:
    opened = document.first
    if not isinstance(opened, PdfiumDocument):
        raise Refused(Reason.CORRUPT, "pdfium can't open it")
    return opened.raw


_OPERATIONS = {"text": _text, "image": _image, "boxes": _boxes}
