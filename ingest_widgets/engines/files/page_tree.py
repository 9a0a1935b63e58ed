"""The pages that a document names, in order: also those that a damaged file names and no longer has."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import count, islice
from typing import Any, NamedTuple

from ingest_widgets.engines.protocol import Buffer, EngineRefuses

_KIDS = re.compile(rb"/Kids\s{0,9}\[([\s\dRnul]*)\]")
_KID = re.compile(rb"(\d{1,10})\s{1,9}(\d{1,5})\s{1,9}R|null")
_OBJECT = re.compile(rb"(\d{1,10})\s{1,9}(\d{1,5})\s{1,9}obj\b")
_COUNT = re.compile(rb"/Count\s{0,9}(\d{1,10})(?!\s{1,9}\d{1,5}\s{1,9}R|\d)")
_NEAR = 1000
_MOST_NODES = 20_000
_MOST_KIDS = 100_000

Key = tuple[int, int]


class Places(NamedTuple):
    """Where the pages of a document lie among those that it names.

    Attributes:
        numbers: For each named page its number (from 0) among those that are in the file; None for one that is gone.
        said: How many pages the document says it has.
        sure: See `PageTree`.
    """

    numbers: list[int | None]
    said: int
    sure: bool = True

    @property
    def found(self) -> int:
        """How many pages are in the file."""
        return len(self.numbers) - self.numbers.count(None)

    def warnings(self) -> list[str]:
        """What is to be said of those that are gone."""
        if self.said <= self.found:
            return []
        said = (
            f"it says it has {self.said} pages, only {self.found} could be found: the file is damaged or was cut short"
        )
        if self.sure:
            return [said]
        behind = f"the pages behind page {self.numbers.index(None) + 1}" if None in self.numbers else "its pages"
        return [said, f"the numbers of {behind} may be wrong"]

    def number(self, index: int) -> int:
        """Of the page that the document counts as `index` (from 0).

        Raises:
            EngineRefuses: It is gone.
        """
        number = self.numbers[index] if index < len(self.numbers) else None
        if number is None:
            raise EngineRefuses(f"page {index + 1} isn't there: the file is damaged or was cut short")
        return number


class PageTree(NamedTuple):
    """What is left of a page tree.

    Attributes:
        pages: The library's own objects in order; None for a page that is named and isn't in the file.
        said: How many pages the root says there are; 0 when it doesn't.
        sure: Whether it is known how many pages are missing in each place.
    """

    pages: list[Any | None]
    said: int
    sure: bool = True

    def places(self, found: int) -> Places:
        """Where `found` pages lie that the library itself finds; of a tree whose branches meet that isn't known."""
        counter = count()
        numbers = [None if page is None else next(counter) for page in self.pages]
        if next(counter) != found:
            return Places(list(range(found)), self.said, sure=False)
        return Places(numbers, self.said, self.sure)


def page_tree(root: Any, kids_of: Callable[[Any], Sequence[Any] | None], said: int) -> PageTree:
    """Walks a tree.

    Args:
        root: Its root.
        kids_of: Gives the kids of a node in order, None in place of one that isn't there; instead of a sequence None
            when the node is a page. It is to give the kids of each node once only, or the walk may never end.
        said: The root's /Count.
    """
    pages: list[Any | None] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        kids = None if node is None else kids_of(node)
        if kids is None:
            pages.append(node)
        else:
            waiting += reversed(kids)
    there = [page for page in pages if page is not None]
    # Who takes a page out of a document may leave a null in its place and lower the count.
    return _spread(pages, said) if said >= len(pages) else PageTree(there, said)


def _spread(pages: list[Any | None], said: int) -> PageTree:
    """With as many None for each gap as there are pages in it: a node that is gone had more than one."""
    gone = pages.count(None)
    lacking = said - len(pages) + gone
    if not gone < lacking <= _MOST_KIDS or not gone:
        return PageTree(pages, said)
    each, rest = divmod(lacking, gone)
    gaps = [number for number, page in enumerate(pages) if page is None]
    spread: list[Any | None] = []
    for number, page in enumerate(pages):
        spread += [page] if page is not None else [None] * (each + (rest if number == gaps[-1] else 0))
    return PageTree(spread, said, sure=gaps[-1] - gaps[0] == gone - 1)


def qpdf_page_tree(document: Any, data: Buffer = b"") -> PageTree:
    """The page tree of a pikepdf document whose `pages` nobody has touched yet: that takes out what isn't there.

    Args:
        document: The document, opened by `structure`.
        data: The file: while qpdf recovers a document it takes kids out, too, so they are looked for in what is
            written. Not needed for a file that isn't damaged.
    """
    root = document.Root.get("/Pages")
    said = root.get("/Count")
    left = page_tree(root, _Kids(document), said if isinstance(said, int) else 0)
    if not data:
        return left
    written = _Written(data)
    said = max(left.said, written.count(root.objgen))
    tree = page_tree(root, _Kids(document, written), said)
    return tree if _keys(tree.pages) == _keys(left.pages) else left._replace(said=said, sure=False)


class _Kids:
    """The kids of each node, once."""

    def __init__(self, document: Any, written: _Written | None = None) -> None:
        import pikepdf

        self._document, self._written, self._dictionary = document, written, pikepdf.Dictionary
        self._seen: set[Key] = set()

    def __call__(self, node: Any) -> list[Any | None] | None:
        kids = node.get("/Kids")
        if kids is None:
            return None
        if node.objgen in self._seen:
            return []
        if node.is_indirect:
            self._seen.add(node.objgen)
        written = self._written.kids(node.objgen) if self._written else None
        found = kids if written is None else (key and self._document.get_object(key) for key in written)
        return [kid if isinstance(kid, self._dictionary) else None for kid in found]


class _Written:
    """The nodes of page trees that stand in a file as they are, not packed in a stream."""

    def __init__(self, data: Buffer) -> None:
        self._data = data
        self._kids: dict[Key, re.Match[bytes]] = {}
        for match in islice(_KIDS.finditer(data), _MOST_NODES):
            owners = _OBJECT.findall(data, max(match.start() - _NEAR, 0), match.start())
            if owners:
                self._kids[int(owners[-1][0]), int(owners[-1][1])] = match

    def kids(self, key: Key) -> list[Key | None] | None:
        """What a node names as its kids; None when it isn't written."""
        match = self._kids.get(key)
        if match is None:
            return None
        found = islice(_KID.finditer(match[1]), _MOST_KIDS)
        return [(int(kid[1]), int(kid[2])) if kid[1] else None for kid in found]

    def count(self, key: Key) -> int:
        """How many pages it says there are below it; 0 when it doesn't."""
        match = self._kids.get(key)
        if match is None:
            return 0
        before = self._data[max(match.start() - _NEAR, 0) : match.start()].rpartition(b"obj")[2]
        behind = self._data[match.end() : match.end() + _NEAR].partition(b"endobj")[0]
        said = _COUNT.search(before) or _COUNT.search(behind)
        return int(said[1]) if said else 0


def _keys(nodes: Sequence[Any | None]) -> list[Key]:
    return [node.objgen for node in nodes if node is not None]
