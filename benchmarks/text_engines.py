"""The engines that `text_quality` compares: each takes a path and yields the text of one page after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version


def ours(path: str) -> Iterator[str]:
    """This project's text: pdfium with the cleanup of `engines/pages/page_text.py`."""
    import pypdfium2

    from ingest_widgets.engines.pages.page_text import PageReader

    document = pypdfium2.PdfDocument(path)
    reader = PageReader(document)
    for index in range(len(document)):
        yield reader.text(index)[0]
    document.close()


def ours_whole(path: str) -> Iterator[str]:
    """The same as a worker does it: with the look for hidden text, lost contents, form fields and notes."""
    from ingest_widgets.engines.pdfium import open_pdfium

    with open(path, "rb") as file:
        document = open_pdfium(file.read(), tuple)
    for index in range(document.page_count):
        yield document.page_text(index)[0]
    document.close()


def pypdfium2_plain(path: str) -> Iterator[str]:
    """Pdfium through its usual Python wrapper, nothing added."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    for index in range(len(document)):
        page = document[index]
        textpage = page.get_textpage()
        yield textpage.get_text_range()
        textpage.close()
        page.close()
    document.close()


def pypdf(path: str) -> Iterator[str]:
    """Pure Python."""
    from pypdf import PdfReader

    for page in PdfReader(path).pages:
        yield page.extract_text()


def pdfminer(path: str) -> Iterator[str]:
    """Pure Python with a layout analysis."""
    from io import StringIO

    from pdfminer.converter import TextConverter
    from pdfminer.layout import LAParams
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage

    manager = PDFResourceManager()
    with open(path, "rb") as stream:
        for page in PDFPage.get_pages(stream):
            out = StringIO()
            converter = TextConverter(manager, out, laparams=LAParams())
            PDFPageInterpreter(manager, converter).process_page(page)
            yield out.getvalue().removesuffix("\f")


def pdf_inspector(path: str) -> Iterator[str]:
    """Its Markdown, page by page: the only form in which it tells pages apart."""
    from pdf_inspector import extract_pages_markdown

    yield from (page.markdown for page in extract_pages_markdown(path).pages)


def liteparse(path: str) -> Iterator[str]:
    """Its text form, without recognition."""
    from liteparse import LiteParse

    parsed = LiteParse(ocr_enabled=False, output_format="text", quiet=True).parse(path)
    yield from (page.text for page in parsed.pages)


def pdf_oxide(path: str) -> Iterator[str]:
    """Its plain text."""
    from pdf_oxide import PdfDocument

    document = PdfDocument(path)
    for index in range(document.page_count()):
        yield document.extract_text(index)


def kreuzberg(path: str) -> Iterator[str]:
    """Its plain content, page by page, without its cache."""
    from kreuzberg import ExtractionConfig, PageConfig, extract_file_sync

    result = extract_file_sync(path, config=ExtractionConfig(use_cache=False, pages=PageConfig(extract_pages=True)))
    yield from (page["content"] for page in result.pages or [])


def docling_parse(path: str) -> Iterator[str]:
    """Its lines of text in the order in which it gives them."""
    from docling_core.types.doc.page import TextCellUnit
    from docling_parse.pdf_parser import DoclingPdfParser

    document = DoclingPdfParser(loglevel="fatal").load(path)
    for _, page in document.iterate_pages():
        yield "\n".join(cell.text for cell in page.iterate_cells(unit_type=TextCellUnit.LINE))
    document.unload()


ENGINES: dict[str, tuple[str, Callable[[str], Iterator[str]]]] = {
    "ingest_widgets": ("ingest-widgets", ours),
    "ingest_widgets+hidden": ("ingest-widgets", ours_whole),
    "pypdfium2": ("pypdfium2", pypdfium2_plain),
    "pypdf": ("pypdf", pypdf),
    "pdfminer.six": ("pdfminer.six", pdfminer),
    "pdf-inspector": ("pdf-inspector", pdf_inspector),
    "liteparse": ("liteparse", liteparse),
    "pdf-oxide": ("pdf-oxide", pdf_oxide),
    "kreuzberg": ("kreuzberg", kreuzberg),
    "docling-parse": ("docling-parse", docling_parse),
}


def installed() -> dict[str, str]:
    """Name -> version of the engines that are there."""
    found = {}
    for name, (distribution, _) in ENGINES.items():
        try:
            found[name] = version(distribution)
        except PackageNotFoundError:
            continue
    return found
