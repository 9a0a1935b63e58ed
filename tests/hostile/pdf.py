"""Writes PDFs object by object, so that each can be exactly as wrong as a test wants it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

CATALOG, PAGES = 1, 2


def stream(content: bytes, extra: bytes = b"", *, compress: bool = False) -> bytes:
    """A stream object's body with an honest length."""
    if compress:
        content, extra = zlib.compress(content, 9), extra + b"/Filter/FlateDecode"
    return b"<</Length %d%b>>\nstream\n%b\nendstream" % (len(content), extra, content)


def show(text: str) -> bytes:
    """Content that shows lines of text in Helvetica."""
    lines = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").split("\n")
    shown = b" T* ".join(b"(%b) Tj" % line.encode("latin-1") for line in lines)
    return b"BT /F1 12 Tf 14 TL 72 720 Td %b ET" % shown


def assemble(objects: Mapping[int, bytes], *, trailer: bytes = b"") -> bytes:
    """A whole file with a correct table of cross-references."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number, body in sorted(objects.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    at, size = len(out), max(objects, default=0) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 65535 f \n"
    out += b"trailer\n<</Size %d/Root %d 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (size, CATALOG, trailer, at)
    return bytes(out)


FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def page_objects(contents: Sequence[bytes], *, page: bytes = b"", resources: bytes = b"") -> dict[int, bytes]:
    """Catalog, page tree, font (3), and a page and a content stream for each of `contents` (from 4 on)."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * index) for index in range(len(contents)))
    objects = {
        CATALOG: b"<</Type/Catalog/Pages 2 0 R>>",
        PAGES: b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, len(contents)),
        3: FONT,
    }
    for index, content in enumerate(contents):
        number = 4 + 2 * index
        objects[number] = (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R>>%b>>%b>>" % (number + 1, resources, page)
        )
        objects[number + 1] = content if content.startswith(b"<<") else stream(content)
    return objects


def text_pdf(*pages: str) -> bytes:
    """An honest document with a text a page."""
    return assemble(page_objects([show(text) for text in pages]))
