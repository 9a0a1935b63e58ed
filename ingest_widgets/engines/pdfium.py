"""pdfium, the first choice: raw calls, since its Python helpers cost a twentieth of the time."""

from __future__ import annotations

import ctypes
import re
from functools import cached_property
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.files.attachments import attached
from ingest_widgets.engines.files.contents import Contents
from ingest_widgets.engines.files.damage import BREAKS_OFF, has_hole, is_converted, is_moved
from ingest_widgets.engines.files.passwords import candidates, none_opens
from ingest_widgets.engines.hidden.text import HiddenText
from ingest_widgets.engines.pages.left_out import LEFT_OUT, leaves_out, may_be_vertical
from ingest_widgets.engines.pages.notes import Notes
from ingest_widgets.engines.pages.page_text import PageReader
from ingest_widgets.engines.pages.wordless import PICTURE, draws_nothing, is_picture
from ingest_widgets.engines.pieces.textpage import TextPage
from ingest_widgets.engines.protocol import OTHER_LOCK, Buffer, EngineRefuses, Locked, PasswordSource
from ingest_widgets.engines.words.glyph_names import GlyphNames
from ingest_widgets.engines.words.glyphs import clean_text

_ERRORS = {
    pdfium_c.FPDF_ERR_FILE: "the file can't be opened",
    pdfium_c.FPDF_ERR_FORMAT: "its structure is broken",
    pdfium_c.FPDF_ERR_SECURITY: OTHER_LOCK,
    pdfium_c.FPDF_ERR_PAGE: "its page tree is broken",
}
_TRIED = 20
_UNSEEN = "the file looks damaged, and what its pages lack can't be told: get another copy to be sure"
LOST = "its content is missing from the file or can't be decoded"
_END, _END_WITHIN = re.compile(rb"startxref\s{1,9}0*[1-9]\d*\s{1,9}%%EOF"), 65_536
"""Junk may stand behind it; one that leads to 0 ends the first part of a linearized file."""


class _Reader:
    """Reads the text and, while the page is open, what else there is to say of it."""

    def __init__(self, document: pypdfium2.PdfDocument, data: Buffer, contents: Contents) -> None:
        self.names = GlyphNames(lambda index: contents.fonts(index, self._page_count))
        self._pages = PageReader(document, self._watch, self.names)
        self._hidden, self._notes = HiddenText(data), Notes(document, data)
        self._contents, self._page_count = contents, len(document)
        self._may_be_vertical = may_be_vertical(data)
        self.bare, self._wordless, self._noted, self._seen = False, False, "", tuple[str, ...]()

    def _watch(self, page: TextPage) -> None:
        # A content that breaks off behind its first words shows what comes before, and isn't found out.
        self._wordless = not page.text
        self.bare = self._wordless and draws_nothing(page.handle)
        if page.text:
            self._seen = self._hidden.warnings(page)
        else:
            self._seen = (PICTURE,) if is_picture(page.handle) else ()
        if self._may_be_vertical and leaves_out(page.handle):
            self._seen += (LEFT_OUT,)
        self._noted = self._notes.text(page.handle, page.index)

    def start_afresh(self) -> None:
        """Forgets the pages that were read."""
        for part in (self._pages, self.names, self._hidden, self._notes, self._contents):
            part.start_afresh()

    def text(self, index: int) -> tuple[str, tuple[str, ...]]:
        """As `PageReader.text`, with what was seen besides."""
        text, warnings = self._pages.text(index)
        if self._wordless and self._contents.lost(index, self._page_count, bare=self.bare):
            if not self._noted:
                raise EngineRefuses(f"page {index + 1}: {LOST}")
            warnings = (*warnings, LOST)
        warnings = (*warnings, *self._seen, *self._notes.warnings)
        if not self._noted:
            return text, warnings
        noted, more = clean_text(self._noted)
        return f"{text}\n\n{noted}".lstrip("\n"), (*more, *warnings)


class PdfiumDocument:
    """A document in pdfium; `raw` is pypdfium2's own object for whoever needs more than text.

    Args:
        data: The file.
        passwords: What opens it.
        contents: Those of the file as it was, when `data` is a rewrite.
    """

    def __init__(self, data: Buffer, passwords: PasswordSource, contents: Contents | None = None) -> None:
        handle = _load(data, None)
        if handle is None:
            handle = _unlock(data, passwords)
        self._data, self._passwords = data, passwords  # pdfium reads from the data as long as the document is open
        self.raw = pypdfium2.PdfDocument(handle)
        self._contents = contents or Contents(data, passwords)
        self._reader = _Reader(self.raw, data, self._contents)
        self.page_count: int = len(self.raw)

    @property
    def glyph_names(self) -> GlyphNames:
        """What its fonts call their ligatures."""
        return self._reader.names

    def metadata(self) -> tuple[str, str]:
        """Title and author; bytes that are no UTF-16 become replacement characters."""
        return self._meta(b"Title"), self._meta(b"Author")

    def _meta(self, key: bytes) -> str:
        size = pdfium_c.FPDF_GetMetaText(self.raw, key, None, 0)
        if size <= 2:
            return ""
        buffer = ctypes.create_string_buffer(size)
        pdfium_c.FPDF_GetMetaText(self.raw, key, buffer, size)
        return buffer.raw[: size - 2].decode("utf-16-le", "replace")

    def warnings(self) -> list[str]:
        """What is to be said of the document as a whole."""
        return [*attached(self.raw, self._data, self._passwords), *_unended(self._data)]

    def start_afresh(self) -> None:
        """Forgets what was learnt of the pages that were read, such as their words."""
        self._reader.start_afresh()

    def has_page(self, index: int) -> bool:
        """Whether a page is there, not only counted; none of its content is looked at."""
        return bool(pdfium_c.FPDF_GetPageSizeByIndexF(self.raw, index, pdfium_c.FS_SIZEF()))

    def is_empty(self) -> bool:
        """Whether it has none of the first pages that it counts."""
        return not any(map(self.has_page, range(min(self.page_count, _TRIED))))

    def page_text(self, index: int) -> tuple[str, tuple[str, ...]]:
        """The text of a page and its warnings."""
        try:
            return self._reader.text(index)
        except pypdfium2.PdfiumError as error:
            raise EngineRefuses(str(error)) from error

    def close(self) -> None:
        """Gives back what it held."""
        self._contents.close()
        self.raw.close()


class DamagedDocument(PdfiumDocument):
    """One that is known to be damaged: each page is asked for what it lacks, which costs a twelfth of its time."""

    @cached_property
    def _can_be_looked_at(self) -> bool:
        return self._contents.can_be_looked_at(self.page_count)

    def warnings(self) -> list[str]:
        """What is to be said of the document as a whole."""
        return [*super().warnings(), *([] if self._can_be_looked_at else [_UNSEEN])]

    def page_text(self, index: int) -> tuple[str, tuple[str, ...]]:
        """The text of a page and its warnings."""
        text, warnings = super().page_text(index)
        said = self._contents.damage(index, self.page_count) if self._can_be_looked_at else []
        bare = self._reader.bare and not self._can_be_looked_at
        if not text.strip() and (bare or BREAKS_OFF in said):
            raise EngineRefuses(f"page {index + 1}: {LOST}")
        return text, (*warnings, *said)


def open_pdfium(data: Buffer, passwords: PasswordSource) -> PdfiumDocument:
    """An `Engine`."""
    is_damaged = has_hole(data) or is_moved(data) or is_converted(data)
    return (DamagedDocument if is_damaged else PdfiumDocument)(data, passwords)


def _unended(data: Buffer) -> list[str]:
    """A sentence if its last mark is missing: pdfium opens a file that says at its beginning what is where."""
    if _END.search(data, max(len(data) - _END_WITHIN, 0)):
        return []
    return ["its end is missing, so it may have been cut short: get another copy to be sure"]


def _load(data: Buffer, password: bytes | None) -> Any:
    """The open document, or None if it wants another password."""
    address = data if isinstance(data, bytes) else (ctypes.c_char * len(data)).from_buffer(data)
    handle = pdfium_c.FPDF_LoadMemDocument64(address, len(data), password)
    if handle:
        return handle
    error = pdfium_c.FPDF_GetLastError()
    if error == pdfium_c.FPDF_ERR_PASSWORD:
        return None
    if error == pdfium_c.FPDF_ERR_SECURITY:
        raise Locked(_ERRORS[error])
    raise EngineRefuses(_ERRORS.get(error, f"pdfium's error {error}"))


def _unlock(data: Buffer, passwords: PasswordSource) -> Any:
    for password in candidates(passwords()):
        handle = _load(data, password)
        if handle is not None:
            return handle
    raise Locked(none_opens(passwords()))
