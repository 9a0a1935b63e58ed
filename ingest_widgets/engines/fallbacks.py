"""What comes after pdfium: the same document rewritten by pikepdf, then pypdf."""

from __future__ import annotations

import io
import logging

from ingest_widgets.engines.page_text import clean_text
from ingest_widgets.engines.passwords import candidates, none_opens
from ingest_widgets.engines.pdfium import PdfiumDocument
from ingest_widgets.engines.protocol import Buffer, EngineRefuses, Locked, PasswordSource, as_stream
from ingest_widgets.engines.structure import opened


def open_repaired(data: Buffer, passwords: PasswordSource) -> PdfiumDocument:
    """An `Engine`: qpdf's idea of the document, which mends cross-references and trailers, read by pdfium."""
    return PdfiumDocument(rewritten(data, passwords), lambda: ())


def rewritten(data: Buffer, passwords: PasswordSource) -> bytes:
    """The document as pikepdf writes it anew, without encryption and with a page tree of one level."""
    import pikepdf

    with opened(data, passwords) as broken, pikepdf.new() as whole:
        whole.pages.extend(broken.pages)
        if "/Info" in broken.trailer:
            whole.trailer["/Info"] = whole.copy_foreign(broken.trailer["/Info"])
        out = io.BytesIO()
        whole.save(out)
    return out.getvalue()


class PypdfDocument:
    """A document in pypdf: slower by fifteen times, yet it opens some that nothing else does."""

    def __init__(self, data: Buffer, passwords: PasswordSource) -> None:
        from pypdf import PdfReader

        logging.getLogger("pypdf").setLevel(logging.CRITICAL)
        with _refusals("pypdf can't open it"):
            self._reader = PdfReader(as_stream(data), strict=False)
            if self._reader.is_encrypted and not self._reader.decrypt(""):
                self._unlock(passwords)
            self.page_count = len(self._reader.pages)

    def _unlock(self, passwords: PasswordSource) -> None:
        if not any(self._reader.decrypt(password) for password in candidates(passwords())):
            raise Locked(none_opens(passwords()))

    def metadata(self) -> tuple[str, str]:
        """Title and author."""
        with _refusals("no metadata"):
            info = self._reader.metadata
            return (str(info.title or ""), str(info.author or "")) if info else ("", "")

    def page_text(self, index: int) -> tuple[str, tuple[str, ...]]:
        """The text of a page and its warnings."""
        with _refusals("pypdf can't read the page"):
            return clean_text(self._reader.pages[index].extract_text())

    def close(self) -> None:
        """Gives back what it held."""
        self._reader.close()


class _refusals:  # noqa: N801
    """Whatever pypdf raises on a broken file (it raises nearly everything) means that it can't read it."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, MemoryError | EngineRefuses):
            raise EngineRefuses(self._reason) from error


def said_page_count(data: Buffer) -> int:
    """How many pages the document says it has, without looking at any of them.

    Raises:
        EngineRefuses: It doesn't say.
    """
    from pypdf import PdfReader

    with _refusals("it doesn't say"):
        return int(PdfReader(as_stream(data), strict=False).trailer["/Root"]["/Pages"]["/Count"])  # type: ignore[index]
    raise AssertionError("unreachable")


def open_pypdf(data: Buffer, passwords: PasswordSource) -> PypdfDocument:
    """An `Engine`."""
    return PypdfDocument(data, passwords)
