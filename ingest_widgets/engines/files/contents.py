"""Tells a blank page from one whose content is lost: pdfium shows both as a page with nothing on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from ingest_widgets.engines.files.damage import Drawn, breaks_off, damage
from ingest_widgets.engines.files.page_tree import qpdf_page_tree
from ingest_widgets.engines.files.structure import refusals, unlocked
from ingest_widgets.engines.protocol import Buffer, EngineRefuses, PasswordSource

MOST_BLANK_PAGES = 20
"""Once so many pages of a document without words have turned out to lack none, the others are taken to."""

_MOST_PARENTS = 50
_PLAIN = bytes([*b"\0\t\n\f\r", *range(32, 127)])
_SHOWS, _MOST_SHOWN = re.compile(rb"T[jJ]\b"), 1000
_STRING, _STRING_WITHIN = re.compile(rb"[^\s()<>]\s?[)>][-.\d\s\]]*\Z"), 60
_DRAWS = re.compile(rb"/([!-~]{1,127})\s{1,9}Do\b")


class Contents:
    """Looks at the contents of bare pages in pikepdf, which is opened at the first of them and costs milliseconds.

    Args:
        data: The file.
        passwords: What opens it.
    """

    def __init__(self, data: Buffer, passwords: PasswordSource) -> None:
        self._data, self._passwords = data, passwords
        self._document: Any = None
        self._pages: list[Any | None] = []
        self._fonts: dict[tuple[int, int], bool] = {}
        self.start_afresh()

    def start_afresh(self) -> None:
        """Forgets the pages that were looked at."""
        self._looks = MOST_BLANK_PAGES

    def lost(self, index: int, page_count: int, *, bare: bool = True) -> bool:
        """Whether a content of page `index` (from 0), or a form in it, isn't there, can't be decoded or has words.

        Args:
            index: A page on which pdfium finds no words.
            page_count: What pdfium counts; with another count the same number may be another page, and nothing is said.
            bare: Whether it finds no pictures and lines either, so that words must have been lost.
        """
        if self._looks <= 0:
            return False
        try:
            with refusals():
                page = self._page(index, page_count)
                lost = page is None or any(map(_is_lost, self._drawn(page)) if bare else map(_is_cut, _parts(page)))
        except EngineRefuses:
            self._looks = 0
            return False
        self._looks -= not lost
        return lost

    def can_be_looked_at(self, page_count: int) -> bool:
        """Whether pikepdf opens the document and counts as many pages; it costs as much as to look at one.

        Args:
            page_count: See `lost`.
        """
        with suppress(EngineRefuses), refusals():
            return len(self._all(page_count)) > 0
        return False

    def damage(self, index: int, page_count: int) -> list[str]:
        """What page `index` (from 0) lacks, in words; for documents known to be damaged, since it costs a look at each.

        Args:
            index: A page.
            page_count: See `lost`.
        """
        said: dict[str, None] = {}
        with suppress(EngineRefuses), refusals():
            page = self._page(index, page_count)
            for drawn in () if page is None else self._drawn(page):
                for sentence in damage(drawn, self._fonts):
                    said[sentence] = None
        return list(said)

    def fonts(self, index: int, page_count: int) -> list[Any]:
        """Those that page `index` (from 0) and the forms that it draws may use; none where that can't be told.

        Args:
            index: A page.
            page_count: See `lost`.
        """
        import pikepdf

        with suppress(EngineRefuses), refusals():
            page = self._page(index, page_count)
            drawn = () if page is None else self._drawn(page)
            named = [part.resources.get("/Font") for part in drawn if part.resources is not None]
            fonts = [font for some in named if isinstance(some, pikepdf.Dictionary) for _, font in some.items()]
            return [font for font in fonts if isinstance(font, pikepdf.Dictionary)]
        return []

    def _page(self, index: int, page_count: int) -> Any | None:
        return self._all(page_count)[index]

    def _all(self, page_count: int) -> list[Any | None]:
        if self._document is None:
            self._document = unlocked(self._data, self._passwords)
            self._pages = qpdf_page_tree(self._document).pages
            if len(self._pages) != page_count:
                self._pages = qpdf_page_tree(self._document, self._data).pages
        if len(self._pages) != page_count:
            raise EngineRefuses("the pages are counted otherwise")
        return self._pages

    def _drawn(self, page: Any) -> Iterator[Drawn]:
        """The contents of a page and the forms that they draw, each once."""
        import pikepdf

        seen: set[tuple[int, int]] = set()
        waiting = [(part, _resources(page)) for part in reversed(_parts(page))]
        while waiting:
            part, resources = waiting.pop()
            if not isinstance(part, pikepdf.Stream):
                yield Drawn(None, None, resources)
            elif part.objgen not in seen and part.get("/Subtype") != "/Image":
                seen.add(part.objgen)
                found = Drawn(part, self._content(part), part.get("/Resources", resources))
                yield found
                waiting += ((form, found.resources) for form in _named(found))

    def _content(self, part: Any) -> bytes | None:
        """What a stream holds, as far as it can be decoded; None when it can't."""
        self._document.get_warnings()  # forgets what was said before
        with suppress(EngineRefuses), refusals():
            content: bytes = part.read_bytes()
            # Many writers forget the checksum at the end, which is warned of, too, but costs nothing.
            if content or not self._document.get_warnings():
                return content
        return None

    def close(self) -> None:
        """Gives back what it held."""
        if self._document is not None:
            self._document.close()


def _parts(page: Any) -> list[Any]:
    import pikepdf

    # `get` and `in` don't know of a reference to nothing.
    named = [value for name, value in page.items() if name == "/Contents"]
    return list(named[0]) if named and isinstance(named[0], pikepdf.Array) else named


def _resources(page: Any) -> Any:
    """Its own or those of the nearest node above it that has any; None without."""
    node = page
    for _ in range(_MOST_PARENTS):
        if node is None or "/Resources" in node:
            break
        node = node.get("/Parent")
    return None if node is None else node.get("/Resources")


def _is_lost(drawn: Drawn) -> bool:
    """Whether nothing or not all can be made of it, or it has words, which would be on the page."""
    content = drawn.content
    return content is None or _is_junk(content) or _has_words(content) or breaks_off(drawn.stream)


def _is_cut(part: Any) -> bool:
    """The same of a content beside which pictures or lines are left: what it holds isn't looked at, it may be much."""
    import pikepdf

    return not isinstance(part, pikepdf.Stream) or breaks_off(part)


def _has_words(content: bytes) -> bool:
    shown = (match.start() for match in islice(_SHOWS.finditer(content), _MOST_SHOWN))
    return any(_STRING.search(content, max(at - _STRING_WITHIN, 0), at) for at in shown)


def _is_junk(content: bytes) -> bool:
    """Whether it is still packed or locked: on a page with nothing on it, there are no pictures among the words."""
    return len(content.translate(None, _PLAIN)) > len(content) // 4


def _named(drawn: Drawn) -> Iterator[Any]:
    """The forms and pictures that it draws; None for one that isn't there."""
    named = None if drawn.resources is None else drawn.resources.get("/XObject")
    known = {} if named is None else dict(named.items())
    for name in dict.fromkeys(_DRAWS.findall(drawn.content or b"")):
        yield known.get("/" + name.decode())
