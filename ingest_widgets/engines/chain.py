"""Opens a document with the first engine that can, and gives a page to the next one when the first can't read it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module

from ingest_widgets.engines.fallbacks import PypdfDocument, RepairedDocument, said_page_count
from ingest_widgets.engines.files.framing import framed
from ingest_widgets.engines.files.structure import (
    TooManyPages,
    may_have_more_pages,
    opened,
    opens_with_nothing,
    page_count,
)
from ingest_widgets.engines.names import plug_ins
from ingest_widgets.engines.pdfium import PdfiumDocument
from ingest_widgets.engines.protocol import Buffer, Document, Engine, EngineRefuses, Locked, NoEngine, PasswordSource
from ingest_widgets.engines.words.glyphs import clean_text

_BUILT_IN = {
    "pdfium": ("ingest_widgets.engines.pdfium", "open_pdfium"),
    "pdfium+repair": ("ingest_widgets.engines.fallbacks", "open_repaired"),
    "pypdf": ("ingest_widgets.engines.fallbacks", "open_pypdf"),
    "pdfium+salvage": ("ingest_widgets.engines.fallbacks", "open_salvaged"),
}
MOST_RESCUED_PAGES = 20
"""With more bad pages than this a document lies about them: of those behind, the slower engines aren't asked."""


def engine(name: str) -> Engine:
    """The engine's `open_document`."""
    if name in _BUILT_IN:
        module, function = _BUILT_IN[name]
        opener: Engine = getattr(import_module(module), function)
        return opener
    if name not in (known := plug_ins()):
        raise NoEngine("it isn't installed where the file is read")
    try:
        loaded: Engine = known[name].load()
    except Exception as error:
        raise NoEngine(f"{type(error).__name__}: {error}") from error
    return loaded


class OpenDocument:
    """A document and the engines that may read it.

    Args:
        data: The whole file.
        rungs: Names of engines, the first choice first.
        passwords: Where passwords come from; asked at most once.
        max_pages: A document with more is refused before it costs much.

    Attributes:
        page_count: As the document says.
        warnings: What was wrong with the document as a whole.

    Raises:
        Locked: No password opens it.
        TooManyPages: It has more than `max_pages`.
        EngineRefuses: None of the engines can read it.
    """

    def __init__(self, data: Buffer, rungs: Sequence[str], passwords: PasswordSource, max_pages: int) -> None:
        self._data, self.warnings = framed(data)
        self._rungs, self._max_pages = list(rungs), max_pages
        self._passwords: PasswordSource = cache(passwords)
        self._opened: list[tuple[str, Document]] = []
        self._rescued = self._said = 0
        self._open_first()
        # It may count the pages of a document otherwise, and is of use to none that opens without it.
        self._rungs = [name for name in self._rungs if name != "pdfium+salvage"]
        if self.first.page_count > max_pages:
            self._look_for_fewer(self.first.page_count)
        if "pdfium+repair" in self._rungs and (
            self._lacks_pages() or may_have_more_pages(self._data, self.first.page_count)
        ):
            self._ask_second_opinion()
        self.page_count = self._all_pages()

    def _open_first(self) -> None:
        try:
            self._open_next()
            while self._is_empty() and self._rungs:
                name, document = self._opened.pop()
                document.close()
                self.warnings.append(f"{name} finds no pages in it")
                self._open_next()
        except (Locked, TooManyPages):
            raise
        except EngineRefuses:
            # pdfium and qpdf take a million pages out of a few bytes for damage.
            count = 0
            with suppress(EngineRefuses):
                count = said_page_count(self._data)
            if count > self._max_pages:
                raise TooManyPages(count) from None
            raise

    def _is_empty(self) -> bool:
        first = self.first
        return first.page_count < 1 or (isinstance(first, PdfiumDocument) and first.is_empty())

    def _open_next(self) -> None:
        refusal: EngineRefuses = EngineRefuses("no engine is left")
        while self._rungs:
            name = self._rungs.pop(0)
            try:
                if name == "pdfium+repair":
                    self._counted()
                self._opened.append((name, engine(name)(self._data, self._passwords)))
            except Locked:
                if self._rungs[:1] != ["pdfium+repair"] or not opens_with_nothing(self._data):
                    raise
                self._passwords = tuple
            except TooManyPages:
                raise
            except EngineRefuses as error:
                refusal = error
                if self._rungs and not self._opened:
                    self.warnings.append(f"{name} can't open it ({error})")
            else:
                return
        raise refusal

    def _counted(self) -> int:
        with opened(self._data, self._passwords) as structure:
            count = page_count(structure)
        if count > self._max_pages:
            raise TooManyPages(count)
        return count

    def _look_for_fewer(self, said: int) -> None:
        """What pdfium says is too much may be a lie about a few pages, which are read then."""
        first = self.first
        if "pdfium+repair" not in self._rungs or not isinstance(first, PdfiumDocument):
            raise TooManyPages(said)
        if first.has_page(self._max_pages):  # cheaper than to ask qpdf, which opens all of a file
            raise TooManyPages(said)
        try:
            self._counted()
            there = engine("pdfium+repair")(self._data, self._passwords)
        except EngineRefuses:
            raise TooManyPages(said) from None
        self._rungs.remove("pdfium+repair")
        self._opened.insert(0, ("pdfium+repair", there))
        if there.page_count > self._max_pages:  # named, though not all of them are there
            raise TooManyPages(said)

    def _lacks_pages(self) -> bool:
        """Whether pdfium counts pages that it hasn't: it gives wrong numbers to those behind a lost node."""
        first = self.first
        return isinstance(first, PdfiumDocument) and not first.has_page(first.page_count - 1)

    def _ask_second_opinion(self) -> None:
        lacks_pages = self._lacks_pages()
        try:
            count = self._counted()
            if count <= self.first.page_count and not lacks_pages:
                return
            whole = engine("pdfium+repair")(self._data, self._passwords)
        except TooManyPages:
            raise
        except EngineRefuses:  # then the first opinion stands
            self.warnings += ["the numbers of its pages may be wrong"] * lacks_pages
            return
        self._rungs.remove("pdfium+repair")
        if whole.page_count <= self.first.page_count and not lacks_pages:
            whole.close()
            return
        found = f"it says it has {self.first.page_count} pages, {whole.page_count} were found"
        self.warnings.append("pdfium doesn't find all of its pages" if lacks_pages else found)
        self._said = self.first.page_count
        self.first.close()
        self._opened[0] = "pdfium+repair", whole

    def _all_pages(self) -> int:
        """With those that a damaged document says it has, unless they are so many that it can't be believed."""
        first = self.first
        if isinstance(first, PdfiumDocument | PypdfDocument):
            self.warnings += first.warnings()
        if not isinstance(first, RepairedDocument | PypdfDocument):  # pdfium itself goes by what it says
            return first.page_count
        said = max(first.places.said, self._said)
        return max(first.page_count, said if said <= self._max_pages else 0)

    @property
    def first(self) -> Document:
        """What the engine made of it that opened it."""
        return self._opened[0][1]

    def metadata(self) -> tuple[str, str]:
        """Title and author."""
        return self.first.metadata()

    def start_afresh(self) -> None:
        """Forgets what was learnt of the pages that were read: a range is the same whoever read which others before."""
        self._rescued = 0
        for _, document in self._opened:
            if isinstance(document, PdfiumDocument):
                document.start_afresh()

    def page(self, index: int) -> tuple[str, str, tuple[str, ...]]:
        """The engine that read page `index` (from 0), its text and its warnings.

        Raises:
            EngineRefuses: None can read it; whatever else the first engine raised, when no other can.
        """
        name, document = self._opened[0]
        try:
            return name, *_page_text(name, document, index)
        except MemoryError:
            raise
        except Exception:  # also one that nobody foresaw: another engine may read the page
            self._rescued += 1
            rescued = self._rescue(index) if self._rescued <= MOST_RESCUED_PAGES else None
            if rescued is None:  # the first one knows best what is wrong
                raise
            return rescued

    def _rescue(self, index: int) -> tuple[str, str, tuple[str, ...]] | None:
        at = 0
        while (at := at + 1) < len(self._opened) or self._opens_next():
            name, document = self._opened[at]
            # With fewer pages or more, the same number may be another page.
            if document.page_count != self.first.page_count:
                continue
            try:
                return name, *_page_text(name, document, index)
            except MemoryError:
                raise
            except Exception:  # noqa: BLE001, S112 - see `page`
                continue
        return None

    def _opens_next(self) -> bool:
        with suppress(EngineRefuses):
            self._open_next()
            return True
        return False

    def close(self) -> None:
        """Gives back what the engines held."""
        for _, document in self._opened:
            document.close()


def _page_text(name: str, document: Document, index: int) -> tuple[str, tuple[str, ...]]:
    text, warnings = document.page_text(index)
    if name in _BUILT_IN:
        return text, warnings
    text, more = clean_text(text)
    return text, (*warnings, *more)
