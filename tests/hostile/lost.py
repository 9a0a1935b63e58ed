"""Documents that lack pages which they name, or the contents of pages; and those that only look like it."""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Iterator, Mapping
from itertools import accumulate
from types import MappingProxyType

from tests.hostile.case import CORRUPT, FINE, FINE_OR_CORRUPT, NO_TEXT, Case
from tests.hostile.pdf import CATALOG, FONT, PAGES, assemble, page_objects, show, stream, text_pdf

PARTIAL = ("partial/corrupt",)
_FLATE = b"/Filter/FlateDecode"
_PACKED = zlib.compress(b" ".join(show(f"needle {n}") for n in range(40)), 9)
LOST_CONTENTS = {
    "that are no Flate": stream(b"this was never compressed", _FLATE),
    "of Flate with a broken head": stream(b"\xff" * 20 + _PACKED[20:], _FLATE),
    "of Flate cut at once": stream(_PACKED[:12], _FLATE),
    "of text as LZW": stream(show("needle"), b"/Filter/LZWDecode"),
    "of broken ASCII85": stream(b"zz~~>", b"/Filter/ASCII85Decode"),
    "of Flate that isn't said to be": stream(_PACKED),
    "that are a dictionary": b"<</Not/A/Stream/Here/Yes>>",
    "that are missing": b"",
}
_FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]"
_NESTED = stream(b"/Fm Do", _FORM + b"/Resources<</XObject<</Fm 98 0 R>>>>")
LOST_FORMS = {
    "that is missing": b"",
    "that is no stream": b"<</Not/A/Stream>>",
    "that is no Flate": stream(b"this was never compressed", _FORM + _FLATE),
    "whose own form is missing": _NESTED,
}
BLANK_FORMS = {
    "that is empty": stream(b"", _FORM),
    "that draws itself": _NESTED.replace(b"98 0 R", b"97 0 R"),
}
BLANK_CONTENTS = {
    "empty": stream(b""),
    "of zeros": stream(bytes(100)),
    "empty under Flate": stream(zlib.compress(b""), _FLATE),
    "without a byte under Flate": stream(b"", _FLATE),
    "without operators that draw": stream(zlib.compress(b"q Q"), _FLATE),
    "without the checksum": stream(zlib.compress(b"q Q")[:-4], _FLATE),
}


def cases() -> Iterator[Case]:
    """All of this family."""
    yield from _pages()
    yield from _contents()


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


def lost(body: bytes, *others: str, page: bytes = b"") -> bytes:
    """A document whose first page has such a content (none for an empty body), and other pages."""
    objects = page_objects([b"<<>>", *map(show, others)], page=page)
    del objects[5]
    return assemble(objects | ({5: body} if body else {}))


def drawing(form: bytes, *others: str, inner: bytes = b"") -> bytes:
    """A document whose first page has nothing but such a form (97, which may draw 96), and other pages."""
    objects = page_objects([b"q /Fm Do Q", *map(show, others)])
    objects[4] = objects[4].replace(b"/Resources", b"/Others")
    objects[PAGES] = objects[PAGES].replace(b"/Kids", b"/Resources<</XObject<</Fm 97 0 R/Gone 99 0 R>>>>/Kids")
    return assemble(objects | {number: body for number, body in ((97, form), (96, inner)) if body})


def deep(form: bytes, *others: str, depth: int = 9) -> bytes:
    """The same, with the form below so many others."""
    objects = page_objects([b"/Fm Do", *map(show, others)], resources=b"/XObject<</Fm 100 0 R>>")
    for level in range(100, 100 + depth):
        inner = b"/Resources<</XObject<</Fm %d 0 R>>>>" % (level + 1)
        objects[level] = stream(b"/Fm Do", _FORM + inner)
    return assemble(objects | {100 + depth: form})


def astray(number: int, *texts: str) -> bytes:
    """A document whose table of cross-references has another place for that object."""
    data = text_pdf(*texts)
    place = data.index(b"\n%d 0 obj" % number) + 1
    return data.replace(b"%010d 00000 n" % place, b"%010d 00000 n" % (place + 7))


def _many_words(lines: int) -> str:
    chance = random.Random(1)
    return "\n".join(f"needle {chance.getrandbits(400):x}" for _ in range(lines))


def converted() -> bytes:
    """A document that a transfer as text gave other line ends."""
    content = stream(zlib.compress(show(_many_words(400)), 9), _FLATE)
    return assemble(page_objects([content, show("other")])).replace(b"\n", b"\r\n")


def holed(*, compress: bool) -> bytes:
    """A document that opens as it is, of whose first page a sector of 512 bytes is empty, as after a download."""
    words = _many_words(40)
    objects = page_objects([stream(show(words), compress=compress), show("other")])
    data = assemble(objects)
    start = (data.index(b"stream\n") // 512 + 1) * 512
    assert start + 512 < data.index(b"endstream")
    return data[:start] + bytes(512) + data[start + 512 :]


def _damaged(number: int, old: bytes, new: bytes, more: Mapping[int, bytes] = MappingProxyType({})) -> bytes:
    objects = page_objects([stream(_PACKED, _FLATE), show("other")])
    assert old in objects[number]
    return assemble(objects | {number: objects[number].replace(old, new)} | dict(more))


_OFF, _FONTLESS = "a part of its content is missing", "a font of it is missing"
_FORM_IN = stream(b"/Fm Do", _FORM + b"/Resources<</XObject<</Fm 96 0 R>>>>")
_LETTERS = stream(zlib.compress(b"1 beginbfchar <20> <0020> endbfchar" * 9)[:-9], _FLATE)
_HALF_FORM = stream(_PACKED[:-9], _FORM + _FLATE + b"/Resources<</Font<</F1 3 0 R>>>>")
DAMAGE = {
    "the end of its form": (drawing(_HALF_FORM, "other"), _OFF),
    "the end of a form in its form": (drawing(_FORM_IN, "other", inner=_HALF_FORM), _OFF),
    "one of its forms": (_damaged(5, stream(_PACKED, _FLATE), stream(show("needle") + b" /Fm Do")), _OFF),
    "the end of its content": (_damaged(5, stream(_PACKED, _FLATE), stream(_PACKED[:-9], _FLATE)), _OFF),
    "the middle of its content": (
        _damaged(5, stream(_PACKED, _FLATE), stream(_PACKED[:99] + b"\xff" * 30 + _PACKED[129:], _FLATE)),
        _OFF,
    ),
    "a font": (_damaged(4, b"/F1 3 0 R", b"/F1 99 0 R"), _FONTLESS),
    "the letters of a font": (_damaged(4, b"/F1 3 0 R", b"/F1<</ToUnicode 99 0 R%b" % FONT[2:]), _FONTLESS),
    "the end of the letters of a font": (
        _damaged(4, b"/F1 3 0 R", b"/F1<</ToUnicode 99 0 R%b" % FONT[2:], {99: _LETTERS}),
        _FONTLESS,
    ),
    "the end of the file of a font": (
        _damaged(4, b"/F1 3 0 R", b"/F1<</FontDescriptor<</FontFile2 99 0 R>>%b" % FONT[2:], {99: _LETTERS}),
        _FONTLESS,
    ),
    "its resources": (_damaged(4, b"/Resources", b"/Resources 99 0 R/Others"), _FONTLESS),
}


def _pages() -> Iterator[Case]:
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


def _contents() -> Iterator[Case]:
    for name, body in LOST_CONTENTS.items():
        yield Case(f"contents {name}", lost(body), CORRUPT)
        yield Case(f"contents {name}, beside others", lost(body, "needle"), PARTIAL, "needle")
    for name, form in LOST_FORMS.items():
        yield Case(f"only a form {name}", drawing(form), CORRUPT)
    yield Case("only a form that is no Flate, deep in others", deep(LOST_FORMS["that is no Flate"]), CORRUPT)
    yield Case("a content isn't in its place", astray(5, "needle", "other"), FINE, "needle")
    for name, (data, said) in DAMAGE.items():
        yield Case(f"cut, and a page lacks {name}", cut(data), FINE, "needle", said)
    yield Case("line ends were converted", converted(), FINE_OR_CORRUPT, "other")
    for compress in (False, True):
        yield Case(f"a sector is empty{', packed' * compress}", holed(compress=compress), FINE, "needle", _OFF)
    for name, form in BLANK_FORMS.items():
        yield Case(f"only a form {name}", drawing(form), NO_TEXT)
    yield Case("contents of gzip", lost(stream(gzip.compress(show("needle"), mtime=0), _FLATE)), FINE, "needle")
    for name, body in BLANK_CONTENTS.items():
        yield Case(f"contents {name}", lost(body), NO_TEXT)
    yield Case("5,000 blank pages", assemble(page_objects([b""] * 5000)), NO_TEXT)
    broken = page_objects([LOST_CONTENTS["that are no Flate"]] * 1000)
    yield Case("1,000 pages whose contents are lost", assemble(broken), CORRUPT)
