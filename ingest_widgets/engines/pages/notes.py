"""What stands on a page without being part of its text: values of form fields, free notes, forms in XML."""

from __future__ import annotations

import ctypes
import html
import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.files.attachments import name_of
from ingest_widgets.engines.pages.fields import (
    MOST_CHARS,
    enough_of,
    field_value,
    is_signature,
    is_written_unseen,
    note_text,
    read_bytes,
)
from ingest_widgets.engines.pieces.forms import pieces
from ingest_widgets.engines.pieces.getters import Handle, getter
from ingest_widgets.engines.pieces.pieces import TEXT, page_box

MOST_NOTES = 2000
FEW = 4
"""Of more than so many only the first and the last are looked at, until one isn't a link: links are what pages have
many of, and a note that somebody added comes last."""
_NOTED = "values of form fields and notes stand at the end of its text"
_UNSEEN = "hidden text: a note or form field of this page is not visible"
_LONG = f"values of form fields and notes beyond {MOST_CHARS:,} characters were left out"
_MANY = f"form fields and notes behind the first {MOST_NOTES:,} annotations of the page were left out"

_STAMPED = "words of a stamp or signature on it are not in its text"
_ATTACHED = "a PDF that is attached to it is not read: save it from a viewer, and ingest it"

_FREE_TEXT, _WIDGET, _STAMP = pdfium_c.FPDF_ANNOT_FREETEXT, pdfium_c.FPDF_ANNOT_WIDGET, pdfium_c.FPDF_ANNOT_STAMP
_FILE, _LINK = pdfium_c.FPDF_ANNOT_FILEATTACHMENT, pdfium_c.FPDF_ANNOT_LINK
_MOST_PIECES = 200
_HIDDEN, _NO_VIEW = 2, 32  # flags, ISO 32000-1, table 165
_NOTES_IN = (b"/FreeText", b"/Stamp", b"/FileAttachment", b"/ObjStm")
_XML_TEXT = re.compile(r">([^<>]+)<")


_COUNT = getter(pdfium_c.FPDFPage_GetAnnotCount)
_NOTE = getter(pdfium_c.FPDFPage_GetAnnot, Handle)
_KIND = getter(pdfium_c.FPDFAnnot_GetSubtype)
_PART = getter(pdfium_c.FPDFAnnot_GetObject, Handle)
_CLOSE = getter(pdfium_c.FPDFPage_CloseAnnot, None)


class Notes:
    """Reads them from the pages of one document, each while it is open.

    Attributes:
        warnings: What is to be said of the notes and fields of the last page.

    Args:
        document: The document.
        data: Its bytes: a document without forms that doesn't name free notes costs nothing.
    """

    def __init__(self, document: pypdfium2.PdfDocument, data: Any) -> None:
        self._document = document
        self.warnings: tuple[str, ...] = ()
        self._unseen = self._stamped = self._attached = self._noted = False
        self._has_form = document.get_formtype() != pdfium_c.FORMTYPE_NONE
        if self._has_form:
            document.init_forms()
        self._worth_a_look = self._has_form or any(data.find(word) >= 0 for word in _NOTES_IN)
        self.start_afresh()

    def start_afresh(self) -> None:
        """Forgets the pages that were read."""
        self._thorough = self._has_form

    def text(self, page: Handle, index: int) -> str:
        """Lines to be put behind the text of a page; empty when there are none. `warnings` then tells of this page.

        Args:
            page: The loaded page.
            index: From 0; the form in XML is that of the first page.
        """
        self.warnings = ()
        if not self._worth_a_look:
            return ""
        self._unseen = self._stamped = self._attached = self._noted = False
        count = _COUNT(page)
        some = range(min(count, MOST_NOTES))
        found = self._notes(page, some if count <= FEW or self._thorough else (0, count - 1))
        if self._noted and not self._thorough:
            self._thorough = True
            found = self._notes(page, some)
        if index == 0 and self._has_form:
            found += self._xml_form()
        if not (found or self._stamped or self._attached) and count <= MOST_NOTES:
            return ""
        text = "\n".join(dict.fromkeys(found))
        said = {
            _NOTED: text,
            _UNSEEN: self._unseen,
            _STAMPED: self._stamped,
            _ATTACHED: self._attached,
            _LONG: sum(map(len, found)) > MOST_CHARS,
            _MANY: self._thorough and count > MOST_NOTES,
        }
        self.warnings = tuple(sentence for sentence, holds in said.items() if holds)
        return text[:MOST_CHARS]

    def _notes(self, page: Handle, numbers: Iterable[int]) -> list[str]:
        return enough_of(self._note(page, number) for number in numbers)

    def _note(self, page: Handle, number: int) -> str:
        handle = _NOTE(page, number)
        if not handle:
            return ""
        try:
            kind = _KIND(handle)
            self._noted = self._noted or kind != _LINK
            if kind not in (_FREE_TEXT, _WIDGET, _STAMP, _FILE):
                return ""
            note = ctypes.cast(handle, pdfium_c.FPDF_ANNOTATION)
            if kind == _FILE:
                file = pdfium_c.FPDFAnnot_GetFileAttachment(note)
                self._attached = self._attached or name_of(file).endswith(".pdf")
                return ""
            if kind == _STAMP or is_signature(self._document.formenv, note):
                self._stamped = self._stamped or _has_words(note)
                return ""
            text = field_value(self._document.formenv, note) if kind == _WIDGET else note_text(note)
            self._unseen = self._unseen or bool(text and _is_unseen(page, note))
            return text
        finally:
            _CLOSE(handle)

    def _xml_form(self) -> Iterator[str]:
        """The words of an XFA form's data, taken out without a parser of XML, which such a form could blow up."""
        count = pdfium_c.FPDF_GetXFAPacketCount(self._document)
        for number in range(min(count, 50)):
            content = read_bytes(partial(_packet, self._document, number), 10 * MOST_CHARS)
            if b"<xfa:data" in content or count == 1:
                text = content.decode("utf-8", "replace")
                yield from (html.unescape(word).strip() for word in _XML_TEXT.findall(text) if word.strip())


def _is_unseen(page: Handle, note: Any) -> bool:
    """Whether its flags hide it, or its place: off the page, or of no size, or how it is written."""
    if pdfium_c.FPDFAnnot_GetFlags(note) & (_HIDDEN | _NO_VIEW) or is_written_unseen(note):
        return True
    place = pdfium_c.FS_RECTF()
    if not pdfium_c.FPDFAnnot_GetRect(note, place):
        return True
    shown = page_box(page)
    left, right = sorted((place.left, place.right))
    bottom, top = sorted((place.bottom, place.top))
    inside = left < shown[2] and right > shown[0] and bottom < shown[3] and top > shown[1]
    return not inside or right - left <= 0 or top - bottom <= 0


def _has_words(note: Any) -> bool:
    """Whether letters are drawn where it stands: pdfium says no more of them than that."""
    count = pdfium_c.FPDFAnnot_GetObjectCount(note)
    parts = (_PART(note, number) for number in range(min(count, _MOST_PIECES)))
    return any(piece.kind == TEXT for piece in islice(pieces(parts), _MOST_PIECES))


def _packet(document: pypdfium2.PdfDocument, number: int, room: Any, size: int) -> int:
    needed = ctypes.c_ulong()
    pdfium_c.FPDF_GetXFAPacketContent(document, number, room, size, needed)
    return int(needed.value)
