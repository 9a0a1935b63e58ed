"""The worker's work on one document: its text, a picture of a page, where words stand on it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ingest_widgets.engines.chain import OpenDocument
from ingest_widgets.engines.files.structure import TooManyPages
from ingest_widgets.engines.pages.wordless import PICTURE
from ingest_widgets.engines.pdfium import PdfiumDocument
from ingest_widgets.engines.protocol import EngineRefuses, Locked
from ingest_widgets.isolation.content import Content, Data, Refused, check_header, content_of, sha256_of
from ingest_widgets.isolation.limits import OCR_ROOM_BYTES, has_room
from ingest_widgets.isolation.parent import Parent
from ingest_widgets.isolation.wire import (
    CHANGED,
    HEADER_BYTES,
    LINE_CHARS,
    MOST_BOXES,
    MOST_WARNINGS,
    NO_METADATA,
    PAGE_CHARS,
    TITLE_CHARS,
    WARNING_CHARS,
    WHY_CHARS,
    cut,
    one_line,
)
from ingest_widgets.statuses import Reason

if TYPE_CHECKING:
    from ingest_widgets.engines.ocr.scans import Scan, ScanReader

_LINES_BYTES = HEADER_BYTES // 2


@dataclass(frozen=True, slots=True)
class _Kept:
    """A document that is kept open: a long file comes in ranges, and who looks at a page looks at the next one."""

    key: object
    sha256: str
    size: int
    document: OpenDocument


class Reader:
    """Answers requests, one after the other."""

    def __init__(self, parent: Parent) -> None:
        self._parent = parent
        self._kept: _Kept | None = None

    def answer(self, request: Mapping[str, Any], body: bytes) -> None:
        """Does what the request asks for.

        Raises:
            Refused: It can't be done.
        """
        with content_of(request, body) as content:
            found = self._found(request, content)
        if found is None:
            return
        try:
            more = _OPERATIONS[request["op"]](self._parent, request, found.document)
            self._kept = found if more else None
        except EngineRefuses as refusal:
            raise Refused(Reason.CORRUPT, str(refusal)) from refusal
        finally:
            if self._kept is None:
                found.document.close()

    def _found(self, request: Mapping[str, Any], content: Content) -> _Kept | None:
        """The open document; None when its hash says that nothing is to be done."""
        reads = request["op"] == "text"
        key = (reads, request["path"], request["rungs"], request["max_pages"], request["read"], content.stamp())
        kept, self._kept = self._kept, None
        if kept is not None and kept.key != key:
            kept.document.close()
            kept = None
        data = b"" if kept else content.data()
        if not reads:
            return kept or _Kept(key, "", 0, _opened(self._parent, request, _unchanged(request, content, data)))
        sha256, size = (kept.sha256, kept.size) if kept else (sha256_of(data), content.size)
        self._parent.tell({"t": "file", "sha256": sha256, "size": size, "mtime_ns": content.mtime_ns})
        if kept is None and sha256 == request["known_sha256"]:
            return None
        return kept or _Kept(key, sha256, size, _opened(self._parent, request, data))


def _unchanged(request: Mapping[str, Any], content: Content, data: Data) -> Data:
    """The data, if it is still what was read: by size and time, or else, as of a copy, by its hash."""
    if request["read"] is not None:
        size, mtime_ns, sha256 = request["read"]
        timed = content.mtime_ns is not None and (content.size, content.mtime_ns) == (size, mtime_ns)
        if not timed and sha256_of(data) != sha256:
            raise Refused(Reason.UNREADABLE, CHANGED)
    return data


def _opened(parent: Parent, request: Mapping[str, Any], data: Data) -> OpenDocument:
    check_header(data)
    try:
        return OpenDocument(data, request["rungs"], parent.passwords, request["max_pages"])
    except TooManyPages as refusal:
        parent.tell({"t": "document", "pages": refusal.count, "warnings": []})
        raise Refused(Reason.TOO_MANY_PAGES, str(refusal.count)) from refusal
    except Locked as refusal:
        raise Refused(Reason.ENCRYPTED, str(refusal)) from refusal
    except EngineRefuses as refusal:
        raise Refused(Reason.CORRUPT, str(refusal)) from refusal


def _text(parent: Parent, request: Mapping[str, Any], document: OpenDocument) -> bool:
    """Sends the pages; whether the document has more of them."""
    count = document.page_count
    if count < 1:
        raise Refused(Reason.CORRUPT, "it has no pages")
    parent.tell({"t": "document", "pages": count, "warnings": _said(document.warnings)})
    if request["metadata"]:
        _metadata(parent, document)
    scans = None if request["ocr_pages"] is None else _Scans(request, document)
    last = min(count, request["last"] or count)
    document.start_afresh()
    for number in range(request["first"], last + 1):
        _page(parent, document, number, scans)
    return last < count


def _said(warnings: Sequence[str]) -> list[str]:
    return [cut(warning, WARNING_CHARS) for warning in warnings[:MOST_WARNINGS]]


def _metadata(parent: Parent, document: OpenDocument) -> None:
    try:
        title, author = (one_line(text[:TITLE_CHARS]).strip() for text in document.metadata())
    except (EngineRefuses, ValueError):
        parent.tell({"t": "metadata", "title": "", "author": "", "warnings": [NO_METADATA]})
    else:
        parent.tell({"t": "metadata", "title": title, "author": author, "warnings": []})


def _page(parent: Parent, document: OpenDocument, number: int, scans: _Scans | None) -> None:
    lines: list[list[Any]] = []
    try:
        engine, text, warnings = document.page(number - 1)
        if scans is not None and not text.strip():
            others = tuple(warning for warning in warnings if warning != PICTURE)
            engine, text, warnings, lines = scans.page(number - 1, engine, others)
    except EngineRefuses as refusal:
        parent.tell({"t": "bad", "n": number, "why": cut(str(refusal), WHY_CHARS)})
        return
    if len(text) > PAGE_CHARS:
        text = text[:PAGE_CHARS]
        warnings += (f"text beyond {PAGE_CHARS:,} characters was left out",)
    header = {"t": "page", "n": number, "engine": engine, "warnings": _said(warnings)}
    if lines:
        header["lines"] = lines
    parent.tell(header, text.encode("utf-8", "replace"))


class _Scans:
    """The pages of one document that have no text; what reads them is made at the first one."""

    def __init__(self, request: Mapping[str, Any], document: OpenDocument) -> None:
        self._request, self._document = request, document
        self._started = time.monotonic() - request["spent"]  # in attempts before this one
        self._reader: ScanReader | None = None

    def page(
        self, index: int, engine: str, warnings: tuple[str, ...]
    ) -> tuple[str, str, tuple[str, ...], list[list[Any]]]:
        """Engine, text, warnings and lines (see `ScannedLine`) as they are once OCR has been asked."""
        opened = self._document.first
        if not isinstance(opened, PdfiumDocument):
            return engine, "", (*warnings, "no OCR: only pdfium draws pages, and it didn't open this document"), []
        if self._reader is None:
            self._reader = self._first(opened)
        scan = self._reader.text(index, engine)
        return scan.engine, scan.text, (*warnings, *scan.warnings), _sent(scan)

    def _first(self, opened: PdfiumDocument) -> ScanReader:
        from ingest_widgets.engines.ocr.scans import ScanReader

        request = self._request
        room = partial(has_room, OCR_ROOM_BYTES)
        reader = ScanReader(opened.raw, request["ocr_pages"], request["seconds"], self._started, room)
        reader.count_before(request["first"] - 1)
        return reader


def _sent(scan: Scan) -> list[list[Any]]:
    """Its lines in points, as many as a header has room for."""
    lines: list[list[Any]] = []
    room = _LINES_BYTES
    for *box, text, angle in scan.lines:
        text = cut(text, LINE_CHARS)
        room -= len(text.encode()) + len(text) + 60  # quotes and backslashes come with one more
        if room < 0:
            break
        lines.append([*(round(edge, 1) for edge in box), text, angle])
    return lines


def _image(parent: Parent, request: Mapping[str, Any], document: OpenDocument) -> bool:
    from ingest_widgets.engines.pages.drawing import png

    parent.tell({"t": "image"}, png(_pdfium(document).raw, request["n"] - 1, request["dpi"]))
    return True


def _boxes(parent: Parent, request: Mapping[str, Any], document: OpenDocument) -> bool:
    from ingest_widgets.engines.pages.drawing import boxes

    opened = _pdfium(document)
    width, height, found = boxes(opened.raw, request["n"] - 1, request["needles"], MOST_BOXES, opened.glyph_names)
    parent.tell({"t": "boxes", "width": width, "height": height, "boxes": [[round(x, 2) for x in b] for b in found]})
    return True


def _pdfium(document: OpenDocument) -> PdfiumDocument:
    opened = document.first
    if not isinstance(opened, PdfiumDocument):
        raise Refused(Reason.CORRUPT, "pdfium can't open it")
    return opened


_OPERATIONS = {"text": _text, "image": _image, "boxes": _boxes}
