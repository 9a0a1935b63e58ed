"""Files that say what isn't so: of their pages, lengths, sizes, filters."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.case import CORRUPT, FINE, FINE_OR_CORRUPT, NO_TEXT, SURVIVED, Case
from tests.hostile.pdf import PAGES, assemble, page_objects, show, stream

_OBJECTS = page_objects([show("alpha needle"), show("beta needle"), show("gamma needle")])
_TOO_MANY = ("failed/too_many_pages",)


def cases() -> Iterator[Case]:
    """All of this family."""
    yield from _page_counts()
    yield from _pages()
    yield from _streams()


def _counting(count: bytes) -> bytes:
    return assemble(_OBJECTS | {PAGES: b"<</Type/Pages/Kids[4 0 R 6 0 R 8 0 R]/Count %b>>" % count})


def _page_counts() -> Iterator[Case]:
    yield Case("count says 1 of 3 pages", _counting(b"1"), FINE, "gamma needle")
    yield Case("count says 2 of 3 pages", _counting(b"2"), FINE, "gamma needle")
    for count in (b"0", b"-3", b"(three)", b"null", b"3.0", b"99999999999999999999", b"99 0 R"):
        yield Case(f"count says {count.decode()}", _counting(count), FINE, "gamma needle")
    yield Case("count says 5 of 3 pages", _counting(b"5"), ("ingested", "partial/corrupt"), "gamma needle")
    yield Case("count says 1,000 of 3 pages", _counting(b"1000"), ("ingested", "partial/corrupt"), "gamma needle")
    for count in (b"60000", b"1000000", b"2147483647"):
        yield Case(f"count says {count.decode()} of 3 pages", _counting(count), FINE, "gamma needle")
    for power in (10, 17, 20, 30):
        expected = FINE if power == 10 else _TOO_MANY
        yield Case(f"2^{power} pages by shared trees", shared_tree(power), expected, "needle")
    yield Case("a million kids that are one page", same_kid(1_000_000), _TOO_MANY)
    yield Case("a thousand kids that are one page", same_kid(1000), FINE, "needle")


def shared_tree(power: int) -> bytes:
    """A tree whose every node has the same kid twice: 2^power pages in a few hundred bytes."""
    objects = page_objects([show("needle")])
    del objects[PAGES]
    first = 100
    for level in range(power):
        kid = first + level + 1 if level + 1 < power else 4
        objects[first + level] = b"<</Type/Pages/Kids[%d 0 R %d 0 R]/Count %d>>" % (kid, kid, 1 << (power - level))
    objects[1] = b"<</Type/Catalog/Pages %d 0 R>>" % first
    return assemble(objects)


def same_kid(count: int) -> bytes:
    """A flat tree that names one page over and over."""
    objects = page_objects([show("needle")])
    objects[PAGES] = b"<</Type/Pages/Kids[%b]/Count %d>>" % (b"4 0 R " * count, count)
    return assemble(objects)


def _paged(extra: bytes) -> bytes:
    return assemble(page_objects([show("needle")], page=extra))


def _pages() -> Iterator[Case]:
    boxes = {
        "missing": b"",
        "zero": b"/MediaBox[0 0 0 0]",
        "negative": b"/MediaBox[0 0 -612 -792]",
        "reversed": b"/MediaBox[612 792 0 0]",
        "huge": b"/MediaBox[0 0 1e9 1e9]",
        "of words": b"/MediaBox[(a)(b)(c)(d)]",
        "too short": b"/MediaBox[0 0]",
        "a number": b"/MediaBox 5",
        "of large numbers": b"/MediaBox[0 0 99999999999999999999 99999999999999999999]",
    }
    for name, box in boxes.items():
        data = _paged(b"").replace(b"/MediaBox[0 0 612 792]", box)
        yield Case(f"media box is {name}", assemble_again(data), (*FINE, *NO_TEXT))
    for angle in (b"45", b"-90", b"90000000000", b"(up)", b"450"):
        yield Case(f"page turned by {angle.decode()}", _paged(b"/Rotate " + angle), FINE, "needle")
    yield Case("crop box outside", _paged(b"/CropBox[5000 5000 6000 6000]"), (*FINE, *NO_TEXT))
    yield Case("user unit of 1e9", _paged(b"/UserUnit 1000000000"), FINE, "needle")
    yield Case("contents are a number", contents(b"42"), CORRUPT)
    yield Case("contents are an array of nothing", contents(b"[null 99 0 R (x)]"), CORRUPT)
    yield Case("contents are the catalogue", contents(b"1 0 R"), CORRUPT)
    yield Case("contents cut between arrays", contents(b"[5 0 R 5 0 R]"), FINE, "needle")
    yield Case("page says it is a font", _paged(b"/Type/Font"), FINE_OR_CORRUPT, "needle")
    yield Case("resources are a number", assemble_again(_paged(b"/Resources 7")), (*FINE, *NO_TEXT))


def assemble_again(data: bytes) -> bytes:
    """Without its table of cross-references, which no longer fits."""
    return data[: data.rindex(b"xref\n0")] + data[data.rindex(b"trailer") : data.rindex(b"startxref")] + b"%%EOF\n"


def contents(value: bytes) -> bytes:
    """One page whose contents are `value`."""
    objects = page_objects([show("needle")])
    objects[4] = objects[4].replace(b"/Contents 5 0 R", b"/Contents " + value)
    return assemble(objects)


def _streams() -> Iterator[Case]:
    filters = {
        "unknown": b"/Filter/Nonsense",
        "a number": b"/Filter 42",
        "for pictures": b"/Filter/DCTDecode",
        "JBIG2": b"/Filter/JBIG2Decode",
        "JPEG 2000": b"/Filter/JPXDecode",
        "fax": b"/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 99999999/Rows 99999999>>",
        "Flate over text": b"/Filter/FlateDecode",
        "LZW over text": b"/Filter/LZWDecode",
        "a hundred times Flate": b"/Filter[%b]" % (b"/FlateDecode" * 100),
        "encryption of its own": b"/Filter/Crypt/DecodeParms<</Name/Nonsense>>",
        "a predictor of 2^31 columns": b"/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 2147483647/Colors 32>>",
        "a file elsewhere": b"/F(/etc/passwd)/FFilter/FlateDecode",
    }
    for name, extra in filters.items():
        data = assemble(page_objects([stream(show("needle"), extra), show("other word")]))
        yield Case(f"filter is {name}", data, (*FINE, "partial/corrupt"), "other word")
    for name, length in {"itself": b"5 0 R", "missing": b"999 0 R", "a word": b"(long)", "huge": b"1e30"}.items():
        body = b"<</Length %b>>\nstream\n%b\nendstream" % (length, show("needle"))
        yield Case(f"length is {name}", assemble(page_objects([body])), (*FINE, *NO_TEXT))
    for name, table in _reference_streams().items():
        yield Case(f"cross-reference stream {name}", table, (*CORRUPT, *FINE, *NO_TEXT))
    odd = b"BT /F1 12 Tf 72 720 Td (needle) Tj ET " + b"\xff\x00q Q ( ) ] >> 1 2 3 xyz << [" * 50
    yield Case("operators are rubbish", assemble(page_objects([odd])), FINE, "needle")
    yield Case("content never ends a string", assemble(page_objects([show("needle") + b" BT (open"])), FINE, "needle")
    yield Case("content is binary", assemble(page_objects([bytes(range(256)) * 64])), SURVIVED)


def _reference_streams() -> dict[str, bytes]:
    def table(entry: bytes, body: bytes = bytes(40)) -> bytes:
        whole = assemble(_OBJECTS)
        head = whole[: whole.rindex(b"xref\n0")]
        return head + b"99 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
            stream(body, b"/Type/XRef/Root 1 0 R" + entry),
            len(head),
        )

    return {
        "of wide fields": table(b"/Size 10/W[9999999 9999999 9999999]"),
        "of negative fields": table(b"/Size 10/W[-1 2 1]"),
        "of no fields": table(b"/Size 10/W[]"),
        "of huge size": table(b"/Size 2147483647/W[1 2 1]"),
        "with a huge index": table(b"/Size 10/W[1 2 1]/Index[0 2147483647]"),
        "that comes before itself": table(b"/Size 10/W[1 2 1]/Prev 15"),
        "of zeros": table(b"/Size 10/W[1 2 1]"),
    }
