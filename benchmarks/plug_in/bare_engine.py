"""A plug-in that takes pypdfium2's own text of a page: what isolation costs when nothing else is done."""

from __future__ import annotations

from ingest_widgets.engines.pdfium import PdfiumDocument


class BareDocument(PdfiumDocument):
    """Opened as ours is, read as `benchmarks.isolation.bare` does it."""

    def page_text(self, index: int) -> tuple[str, tuple[str, ...]]:
        """By pypdfium2's own helpers, and no more."""
        page = self.raw[index]
        text_page = page.get_textpage()
        text = text_page.get_text_range()
        text_page.close()
        page.close()
        return text, ()


open_document = BareDocument
