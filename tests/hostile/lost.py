"""Documents that lack pages which they name, and those that only look like it."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from itertools import accumulate

import pikepdf

from tests.hostile.case import CORRUPT, FINE, Case
from tests.hostile.pdf import CATALOG, PAGES, assemble, page_objects, show, stream, text_pdf

PARTIAL = ("partial/corrupt",)
_FLATE = b"/Filter/FlateDecode"


def cases() -> Iterator[Case]:
    """All of this family."""
    only = "only {} could be found"
    for number in (1, 2):
        yield Case(
            f"page {number} of 3 is blotted out", blotted(number), PARTIAL, "page 3 needle", f"corrupt): page {number}"
        )
    yield Case("page 2 of 3 is gone, cut", cut(without(2)), PARTIAL, "page 3 needle", only.format(2))
    for name, root in TREES_WITHOUT_PAGES.items():
        yield Case(f"a page tree {name}", rooted(root), PARTIAL, "page 3 needle", "3 were found")
    for name, data in (("", nested()), (", cut", cut(nested()))):
        yield Case(f"pages below a node are gone{name}", data, PARTIAL, "page 9 needle", only.format(6))
    yield Case(
        "pages below nodes are gone", nested(5, (1, 3)), PARTIAL, "page 15 needle", "numbers of the pages behind"
    )
    yield Case("nulls for pages that were taken out, cut", cut(tree(2, b"4 0 R null 8 0 R")), FINE, "needle", "!found")
    for count in (4, 1000, 40_000):
        yield Case(f"count says {count} of 3 pages, cut", cut(tree(count)), PARTIAL, "gamma needle", only.format(3))
    for count in (100_000, 1_000_000, 10**12):
        yield Case(f"count says {count} of 3 pages, cut", cut(tree(count)), FINE, "gamma needle", only.format(3))
    nulls = tree(40_003, b"4 0 R %b6 0 R 8 0 R" % (b"null " * 40_000))
    yield Case("40,000 nulls among the pages, cut", cut(nulls), PARTIAL, "needle", only.format(3))
    yield Case("list of pages packed, cut behind it", uncrossed(packed=True), FINE, "page 3 needle")
    for packed in (False, True):
        data = unlisted(packed=packed)
        yield Case(f"list of pages is lost{', packed' * packed}", data, PARTIAL, "page 3 needle", "3 were found")
    many = tree(3) + b"1 0 obj <</Type/Pages/Kids[" * 100_000
    yield Case("100,000 nodes without an end", many, (*FINE, *PARTIAL, *CORRUPT))


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


TREES_WITHOUT_PAGES = {
    "without kids": b"<</Type/Pages/Count 3>>",
    "whose kids are null": b"<</Type/Pages/Kids null/Count 3>>",
    "whose list of kids is gone": b"<</Type/Pages/Kids 99 0 R/Count 3>>",
    "whose kids are gone": b"<</Type/Pages/Kids[97 0 R 98 0 R 99 0 R]/Count 3>>",
}


def rooted(root: bytes) -> bytes:
    """Three pages, and such a root of the page tree."""
    return assemble(page_objects([show(f"page {n} needle") for n in (1, 2, 3)]) | {PAGES: root})


def blotted(number: int) -> bytes:
    """The same, with spaces in place of that page: what reads on from there finds the next one."""
    data = text_pdf(*(f"page {n} needle" for n in (1, 2, 3)))
    start = data.index(b"\n%d 0 obj" % (2 + 2 * number)) + 1
    end = data.index(b"\n%d 0 obj" % (4 + 2 * number)) + 1 if number < 3 else data.index(b"xref")
    return data[:start] + b" " * (end - start) + data[end:]


def nested(nodes: int = 3, gone: tuple[int, ...] = (1,)) -> bytes:
    """Three pages below each node; some nodes (from 0) aren't there."""
    objects = page_objects([show(f"page {n} needle") for n in range(1, 3 * nodes + 1)])
    names = b" ".join(b"%d 0 R" % (90 + node) for node in range(nodes))
    objects[PAGES] = b"<</Type/Pages/Kids[%b]/Count %d>>" % (names, 3 * nodes)
    for node in set(range(nodes)) - set(gone):
        kids = b" ".join(b"%d 0 R" % (4 + 6 * node + 2 * page) for page in range(3))
        objects[90 + node] = b"<</Type/Pages/Parent 2 0 R/Kids[%b]/Count 3>>" % kids
    return assemble(objects)


def locked(*, linearized: bool = False) -> bytes:
    """A page that says `needle`, all but its content packed, under a lock that the empty password opens."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(text_pdf("needle"))) as document:
        packed, lock = pikepdf.ObjectStreamMode.generate, pikepdf.Encryption(owner="owner", user="")
        document.save(out, object_stream_mode=packed, linearize=linearized, encryption=lock)
    return out.getvalue()


def uncrossed(*, packed: bool) -> bytes:
    """Three pages without cross-references, and behind them the list of pages, where many writers put it.

    Args:
        packed: Whether all that is no stream is packed in one, at level 0, so that it can be cut where one likes.
    """
    objects = page_objects([show(f"page {n} needle") for n in (1, 2, 3)])
    order = sorted(objects, key=lambda number: (number == CATALOG, number == PAGES, number))
    small = {number: objects[number] for number in order if packed and b"stream" not in objects[number]}
    whole = [b"%d 0 obj\n%b\nendobj\n" % (number, objects[number]) for number in order if number not in small]
    if packed:
        places = accumulate((len(body) + 1 for body in small.values()), initial=0)
        numbers = b" ".join(b"%d %d" % pair for pair in zip(small, places, strict=False))
        body = zlib.compress(numbers + b"\n" + b"\n".join(small.values()), 0)
        head = b"/Type/ObjStm/N %d/First %d%b" % (len(small), len(numbers) + 1, _FLATE)
        whole.append(b"90 0 obj\n%b\nendobj\n" % stream(body, head))
    return b"%PDF-1.7\n" + b"".join(whole)


def unlisted(*, packed: bool) -> bytes:
    """The same, cut before the list."""
    data = uncrossed(packed=packed)
    return data[: data.rindex(b"/Type/Pages") if packed else data.index(b"2 0 obj")]
