"""Documents that lack pages which they name, and those that only look like it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.case import CORRUPT, FINE, Case
from tests.hostile.pdf import PAGES, assemble, page_objects, show

PARTIAL = ("partial/corrupt",)


def cases() -> Iterator[Case]:
    """All of this family."""
    yield from _pages()


def cut(data: bytes) -> bytes:
    """Without what comes behind the objects, so that a document opens by repair only."""
    return data[: data.rindex(b"xref\n0")]


def tree(count: int, kids: bytes = b"4 0 R 6 0 R 8 0 R") -> bytes:
    """Three pages under a tree that says what it likes."""
    objects = page_objects([show("alpha needle"), show("beta needle"), show("gamma needle")])
    return assemble(objects | {PAGES: b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, count)})


def without(number: int, pages: int = 3) -> bytes:
    """A document of as many pages, `page 1`, `page 2`, ..., whose page `number` isn't there."""
    objects = page_objects([show(f"page {n} needle") for n in range(1, pages + 1)])
    del objects[2 + 2 * number]
    return assemble(objects)


def nested() -> bytes:
    """Nine pages below three nodes, of which the second isn't there."""
    objects = page_objects([show(f"page {n} needle") for n in range(1, 10)])
    objects[PAGES] = b"<</Type/Pages/Kids[90 0 R 91 0 R 92 0 R]/Count 9>>"
    for node in (0, 2):
        kids = b" ".join(b"%d 0 R" % (4 + 6 * node + 2 * page) for page in range(3))
        objects[90 + node] = b"<</Type/Pages/Parent 2 0 R/Kids[%b]/Count 3>>" % kids
    return assemble(objects)


def _pages() -> Iterator[Case]:
    only = "only {} could be found"
    yield Case("page 2 of 3 is gone, cut", cut(without(2)), PARTIAL, "page 3 needle", only.format(2))
    yield Case("pages below a node are gone, cut", cut(nested()), PARTIAL, "page 9 needle", only.format(6))
    yield Case("nulls for pages that were taken out, cut", cut(tree(2, b"4 0 R null 8 0 R")), FINE, "needle", "!found")
    for count in (4, 1000, 40_000):
        yield Case(f"count says {count} of 3 pages, cut", cut(tree(count)), PARTIAL, "gamma needle", only.format(3))
    for count in (100_000, 1_000_000, 10**12):
        yield Case(f"count says {count} of 3 pages, cut", cut(tree(count)), FINE, "gamma needle", only.format(3))
    nulls = tree(40_003, b"4 0 R %b6 0 R 8 0 R" % (b"null " * 40_000))
    yield Case("40,000 nulls among the pages, cut", cut(nulls), PARTIAL, "needle", only.format(3))
    many = tree(3) + b"1 0 obj <</Type/Pages/Kids[" * 100_000
    yield Case("100,000 nodes without an end", many, (*FINE, *PARTIAL, *CORRUPT))
