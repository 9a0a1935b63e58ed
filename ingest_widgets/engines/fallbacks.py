"""What comes after pdfium: the same document rewritten by pikepdf, then pypdf, then what is left of it."""

from __future__ import annotations

import io
import logging
import re
from typing import TYPE_CHECKING, Any

from ingest_widgets.engines.files.attachments import attached_in
from ingest_widgets.engines.files.contents import Contents
from ingest_widgets.engines.files.page_tree import PageTree, Places, page_tree, qpdf_page_tree
from ingest_widgets.engines.files.passwords import candidates, none_opens
from ingest_widgets.engines.files.salvage import objects, salvaged
from ingest_widgets.engines.files.structure import opened
from ingest_widgets.engines.pdfium import LOST, DamagedDocument
from ingest_widgets.engines.protocol import Buffer, EngineRefuses, Locked, PasswordSource, as_stream
from ingest_widgets.engines.words.glyphs import clean_text

if TYPE_CHECKING:
    from pypdf import PdfReader

_HEADER = re.compile(rb"\s{0,99}(\d{1,10})\s{1,9}(\d{1,5})\s{1,9}obj")


class RepairedDocument(DamagedDocument):
    """qpdf's idea of a document, which mends cross-references and trailers, read by pdfium.

    Attributes:
        places: Where its pages lie; an empty page stands for one that is gone.
    """

    def __init__(self, data: Buffer, passwords: PasswordSource) -> None:
        mended, self.places, self._attached = _rewritten(data, passwords)
        if self.places.found < 1:
            raise EngineRefuses("it finds no pages")
        super().__init__(mended, lambda: (), Contents(data, passwords))

    def warnings(self) -> list[str]:
        """What is to be said of the document as a whole."""
        return [*self.places.warnings(), *self._attached]

    def page_text(self, index: int) -> tuple[str, tuple[str, ...]]:
        """The text of a page and its warnings."""
        self.places.number(index)
        return super().page_text(index)


def open_repaired(data: Buffer, passwords: PasswordSource) -> RepairedDocument:
    """An `Engine`."""
    return RepairedDocument(data, passwords)


class SalvagedDocument(DamagedDocument):
    """The pages that are left of a document which nothing else opens; without its own list, nobody knows how many."""

    def __init__(self, data: Buffer, passwords: PasswordSource) -> None:
        left = salvaged(data)
        super().__init__(left.data, passwords)
        self._unlisted = left.unlisted
        if self.is_empty():
            self.close()
            raise EngineRefuses("no page was found in it")

    def warnings(self) -> list[str]:
        """What is to be said of the document as a whole."""
        said = super().warnings()
        if self._unlisted:
            found = f"{self._unlisted} were found, in the order of the file, and may not be all"
            said.append(f"the list of its pages is lost: {found}")
        return said


def open_salvaged(data: Buffer, passwords: PasswordSource) -> SalvagedDocument:
    """An `Engine`."""
    return SalvagedDocument(data, passwords)


def _rewritten(data: Buffer, passwords: PasswordSource) -> tuple[bytes, Places, list[str]]:
    """The document as pikepdf writes it anew, its pages in a list of one level, and what to say of attached files."""
    import pikepdf

    with opened(data, passwords) as broken, pikepdf.new() as whole:
        tree = qpdf_page_tree(broken, data)
        whole.pages.extend(broken.pages)
        places = tree.places(len(whole.pages))
        if None in places.numbers:
            kids, gone = list(whole.Root.Pages.Kids), pikepdf.Dictionary(Type=pikepdf.Name.Page)
            # At once: each change of `pages` costs as much as there are pages.
            whole.Root.Pages.Kids = pikepdf.Array(
                whole.make_indirect(gone) if number is None else kids[number] for number in places.numbers
            )
        if "/Info" in broken.trailer:
            whole.trailer["/Info"] = whole.copy_foreign(broken.trailer["/Info"])
        out = io.BytesIO()
        whole.save(out)
        return out.getvalue(), places, attached_in(broken)


class PypdfDocument:
    """A document in pypdf: slower by fifteen times, yet it opens some that nothing else does.

    Attributes:
        places: Where its pages lie.
    """

    def __init__(self, data: Buffer, passwords: PasswordSource) -> None:
        self._contents = Contents(data, passwords)
        with _refusals("pypdf can't open it"):
            self._reader = _reader(data)
            _mend_table(self._reader, data)
            if self._reader.is_encrypted and not self._reader.decrypt(""):
                self._unlock(passwords)
            self.places = _pypdf_page_tree(self._reader).places(len(self._reader.pages))
        if self.places.found < 1:
            raise EngineRefuses("it finds no pages")
        self.page_count = len(self.places.numbers)

    def _unlock(self, passwords: PasswordSource) -> None:
        if not any(self._reader.decrypt(password) for password in candidates(passwords())):
            raise Locked(none_opens(passwords()))

    def warnings(self) -> list[str]:
        """What is to be said of the document as a whole."""
        return self.places.warnings()

    def metadata(self) -> tuple[str, str]:
        """Title and author."""
        with _refusals("no metadata"):
            info = self._reader.metadata
            return (str(info.title or ""), str(info.author or "")) if info else ("", "")

    def page_text(self, index: int) -> tuple[str, tuple[str, ...]]:
        """The text of a page and its warnings."""
        number = self.places.number(index)
        with _refusals("pypdf can't read the page"):
            text, warnings = clean_text(self._reader.pages[number].extract_text())
        if not text.strip() and not self._is_known_to_be_blank(index):
            raise EngineRefuses(f"page {index + 1}: {LOST}")
        return text, warnings

    def _is_known_to_be_blank(self, index: int) -> bool:
        contents, count = self._contents, self.page_count
        return contents.can_be_looked_at(count) and not contents.lost(index, count)

    def close(self) -> None:
        """Gives back what it held."""
        self._contents.close()
        self._reader.close()


def _reader(data: Buffer) -> PdfReader:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    if not any(data.find(word) >= 0 for word in (b"%%EOF", b"startxref")):
        raise EngineRefuses("pypdf can't open it")  # it would look for them byte by byte, for half a minute
    return PdfReader(as_stream(data), strict=False)


def _mend_table(reader: PdfReader, data: Buffer) -> None:
    """Where an object isn't in its place, pypdf takes the one that is there: the text of another page."""
    astray = [
        (number, generation)
        for generation, places in reader.xref.items()
        for number, place in places.items()
        if not (head := _HEADER.match(data[place : place + 150]))
        or (int(head[1]), int(head[2])) != (number, generation)
    ]
    there = dict(objects(data)) if astray else {}
    for number, generation in astray:
        found = there.get(number)
        if found is not None and found.generation == generation:
            reader.xref[generation][number] = found.start
        else:
            reader.xref_free_entry.setdefault(generation, {})[number] = True


def _pypdf_page_tree(reader: PdfReader) -> PageTree:
    from pypdf.generic import DictionaryObject

    seen = set[int]()

    def kids(node: Any) -> list[Any] | None:
        if "/Kids" not in node:
            return None
        if id(node) in seen:
            return []
        seen.add(id(node))
        found = (kid.get_object() for kid in node["/Kids"])
        return [kid if isinstance(kid, DictionaryObject) else None for kid in found]

    root: Any = reader.root_object["/Pages"]
    if "/Kids" not in root and root.get("/Type") != "/Page":
        return PageTree([], 0)  # pypdf takes it for a page
    said = root.get("/Count")
    return page_tree(root, kids, said if isinstance(said, int) else 0)


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
    with _refusals("it doesn't say"):
        return int(_reader(data).trailer["/Root"]["/Pages"]["/Count"])  # type: ignore[index]
    raise AssertionError("unreachable")


def open_pypdf(data: Buffer, passwords: PasswordSource) -> PypdfDocument:
    """An `Engine`."""
    return PypdfDocument(data, passwords)
