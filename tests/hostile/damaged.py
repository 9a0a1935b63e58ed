"""Files that were whole once: cut, shifted, overwritten, glued."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.hostile.case import CORRUPT, FINE, FINE_OR_CORRUPT, NO_TEXT, Case
from tests.hostile.pdf import assemble, page_objects, show, text_pdf

WHOLE = text_pdf("alpha needle", "beta needle", "gamma needle")
_XREF = WHOLE.rindex(b"xref\n0")
_TRAILER = WHOLE.rindex(b"trailer")
_PARTIAL = ("partial/corrupt",)


def cases() -> Iterator[Case]:
    """All of this family."""
    yield from _cut()
    yield from _shifted()
    yield from _references()
    yield from _structure()


def _cut() -> Iterator[Case]:
    for share in (2, 5, 10, 20):
        yield Case(f"cut at {share} %", WHOLE[: len(WHOLE) * share // 100], CORRUPT)
    for share in (30, 40, 50, 60, 70):
        yield Case(f"cut at {share} %", WHOLE[: len(WHOLE) * share // 100], (*FINE_OR_CORRUPT, *NO_TEXT))
    yield Case("cut before the cross-references", WHOLE[:_XREF], FINE, "needle")
    yield Case("cut before the trailer", WHOLE[:_TRAILER], FINE, "needle")
    yield Case("cut inside the trailer", WHOLE[: _TRAILER + 12], FINE, "needle")
    yield Case("cut before startxref", WHOLE[: WHOLE.rindex(b"startxref")], FINE, "needle")
    yield Case("cut before %%EOF", WHOLE[: WHOLE.rindex(b"%%EOF")], FINE, "needle")
    yield Case("only a header", b"%PDF-1.7\n", CORRUPT)
    yield Case("only a header and an end", b"%PDF-1.7\n%%EOF\n", CORRUPT)
    yield Case("only an end", b"%%EOF\n", ("failed/not_a_pdf",))
    yield Case("nothing", b"", ("failed/empty",))
    yield Case("one byte", b"%", ("failed/not_a_pdf",))
    yield Case("zeros", bytes(4096), ("failed/not_a_pdf",))
    yield Case("zeros behind a header", b"%PDF-1.7\n" + bytes(4096), CORRUPT)


def _shifted() -> Iterator[Case]:
    yield Case("junk of 900 bytes in front", b"\n" * 900 + WHOLE, FINE, "needle")
    yield Case("junk of 1,019 bytes in front", b"x" * 1018 + b"\n" + WHOLE, FINE, "needle")
    yield Case("junk of 2,000 bytes in front", b"x" * 2000 + WHOLE, ("failed/not_a_pdf",))
    yield Case("mail in front", b"Content-Type: application/pdf\r\n\r\n" + WHOLE, FINE, "needle")
    yield Case("junk of 5,000 bytes behind", WHOLE + b"\0" * 5000, FINE, "needle")
    yield Case("two files glued", WHOLE + WHOLE, FINE, "needle")
    yield Case("UTF-16 mark in front", b"\xff\xfe" + WHOLE, FINE, "needle")
    yield Case("lines end with CR LF", WHOLE.replace(b"\n", b"\r\n"), FINE, "needle")
    yield Case("lines end with CR", WHOLE.replace(b"\n", b"\r"), FINE, "needle")
    yield Case("a copy as text lost its high bytes", bytes(b & 0x7F for b in WHOLE), FINE, "needle")
    yield Case("written as UTF-8 by mistake", WHOLE.decode("latin-1").encode(), FINE, "needle")
    yield Case("header without a version", WHOLE.replace(b"%PDF-1.7", b"%PDF-"), FINE, "needle")
    yield Case("header of version 9.9", WHOLE.replace(b"%PDF-1.7", b"%PDF-9.9"), FINE, "needle")
    yield Case("header in lower case", WHOLE.replace(b"%PDF-1.7", b"%pdf-1.7"), ("failed/not_a_pdf",))
    yield Case("HTML with the name of a PDF", b"<!DOCTYPE html><title>404</title>", ("failed/not_a_pdf",))
    yield Case("a PostScript file", b"%!PS-Adobe-3.0\nshowpage\n", ("failed/not_a_pdf",))
    yield Case("a ZIP file", b"PK\x03\x04" + bytes(100), ("failed/not_a_pdf",))


def _references() -> Iterator[Case]:
    start = WHOLE.rindex(b"startxref\n") + 10
    for name, value in {
        "zero": b"0",
        "negative": b"-1",
        "huge": b"99999999999999999999",
        "in the middle": b"300",
        "a word": b"here",
        "beyond the end": b"1000000",
    }.items():
        yield Case(f"startxref is {name}", WHOLE[:start] + value + b"\n%%EOF\n", FINE, "needle")
    moved = re.sub(rb"(\d{10}) 00000 n", lambda m: b"%010d 00000 n" % (int(m[1]) + 7), WHOLE)
    yield Case("all offsets are off by seven", moved, FINE, "needle")
    zero = re.sub(rb"\d{10} 00000 n", b"0000000000 00000 n", WHOLE)
    yield Case("all offsets are zero", zero, FINE_OR_CORRUPT, "needle")
    yield Case("all entries are free", WHOLE.replace(b"00000 n", b"00000 f"), FINE_OR_CORRUPT, "needle")
    size = re.search(rb"xref\n0 (\d+)", WHOLE)
    assert size
    for count in (b"1", b"3", b"99999999", b"4294967296", b"-5"):
        yield Case(
            f"cross-references count {count.decode()}",
            WHOLE.replace(size[0], b"xref\n0 " + count),
            FINE_OR_CORRUPT,
            "needle",
        )
    yield Case("cross-references begin at 7", WHOLE.replace(size[0], b"xref\n7 " + size[1]), FINE, "needle")


def _structure() -> Iterator[Case]:
    objects = page_objects([show("alpha needle"), show("beta needle")])

    def but(**changes: bytes) -> bytes:
        changed = objects | {int(number[1:]): body for number, body in changes.items()}
        return assemble({number: body for number, body in changed.items() if body})

    # The pages are there, and only their list isn't.
    yield Case("no catalogue", but(_1=b""), _PARTIAL, "needle")
    yield Case("catalogue is a number", but(_1=b"42"), _PARTIAL, "needle")
    yield Case("catalogue without pages", but(_1=b"<</Type/Catalog>>"), _PARTIAL, "needle")
    yield Case("page tree is missing", but(_2=b""), _PARTIAL, "needle")
    yield Case("page tree is a string", but(_2=b"(pages)"), _PARTIAL, "needle")
    yield Case("page tree without kids", but(_2=b"<</Type/Pages/Count 0/Kids[]>>"), CORRUPT)
    yield Case("page tree of nulls", but(_2=b"<</Type/Pages/Count 2/Kids[null null]>>"), (*CORRUPT, *NO_TEXT))
    yield Case("a page is missing", but(_6=b""), ("ingested", "partial/corrupt"), "alpha needle")
    yield Case("a page is a number", but(_6=b"7"), ("ingested", "partial/corrupt"), "alpha needle")
    yield Case("contents are missing", but(_5=b"", _7=b""), CORRUPT)
    yield Case("one page's contents are missing", but(_5=b""), ("partial/corrupt",), "beta needle")
    yield Case("the font is missing", but(_3=b""), FINE, "needle")
    yield Case("the font is a page", but(_3=objects[4]), (*FINE, *NO_TEXT))
    yield Case("no type anywhere", re.sub(rb"/Type/\w+", b"", but()), FINE_OR_CORRUPT, "needle")
    yield Case("endobj is missing everywhere", but().replace(b"endobj\n", b""), FINE, "needle")
    yield Case("endstream is missing everywhere", but().replace(b"endstream", b""), (*FINE, *NO_TEXT))
    yield Case("all lengths are zero", re.sub(rb"/Length \d+", b"/Length 0", but()), FINE, "needle")
    yield Case("all lengths are huge", re.sub(rb"/Length \d+", b"/Length 999999999", but()), FINE, "needle")
    yield Case("all lengths are negative", re.sub(rb"/Length \d+", b"/Length -9", but()), FINE, "needle")
    yield Case("all lengths are missing", re.sub(rb"/Length \d+", b"", but()), FINE, "needle")
