"""Text and metadata that break what is built on them: UTF-8, SQLite, JSON lines, CSV, HTML."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.bombs import cmap_font
from tests.hostile.case import FINE, NO_TEXT, SURVIVED, Case
from tests.hostile.pdf import assemble, page_objects, show

_SHOWN = b"BT /F1 12 Tf 72 720 Td <004100420043> Tj ET"


def cases() -> Iterator[Case]:
    """All of this family."""
    yield from _mapped()
    yield from _information()
    yield from _readable()


def mapped(to: str) -> bytes:
    """A page whose three letters mean `to`, in hexadecimal UTF-16."""
    return assemble(
        page_objects([_SHOWN, show("needle")])
        | {50: cmap_font(b"", embedded=False)[3]}
        | cmap_font(
            b"3 beginbfchar <0041> <%b> <0042> <%b> <0043> <%b> endbfchar" % ((to.encode(),) * 3), embedded=False
        )
        | {98: b"null"}
    )


def _mapped() -> Iterator[Case]:
    codes = {
        "high surrogate": "D800",
        "low surrogate": "DFFF",
        "surrogates the wrong way round": "DC00D800",
        "NUL": "0000",
        "bell": "0007",
        "escape": "001B",
        "delete": "007F",
        "C1 control": "0085",
        "line separator": "2028",
        "paragraph separator": "2029",
        "no character": "FFFE",
        "last no character": "FFFF",
        "byte order mark": "FEFF",
        "replacement": "FFFD",
        "soft hyphen": "00AD",
        "turn to the left": "202E",
        "zero width space": "200B",
        "private use": "E000",
        "beyond Unicode": "DBFFDFFF",
        "emoji": "D83DDE00",
        "combining accents": "030103020303" * 20,
        "script tag": "003C007300630072006900700074003E",
        "formula": "003D0031002B0031",
        "half a code": "00",
        "nothing": "",
        "no hexadecimal": "ZZZZ",
    }
    for name, code in codes.items():
        yield Case(f"letters that mean {name}", mapped(code), (*FINE, *NO_TEXT))


def _information() -> Iterator[Case]:
    titles = {
        "UTF-16 of odd length": b"<FEFF0041004200>",
        "lone surrogate": b"<FEFFD800>",
        "broken UTF-8": b"<EFBBBFFFFE>",
        "NUL": b"(a\\000b)",
        "script tag": b"(<script>alert\\(1\\)</script>)",
        "formula": b"(=cmd|' /C calc'!A0)",
        "two lines": b"(first\\nsecond)",
        "a megabyte": b"(" + b"A" * 1_000_000 + b")",
        "a number": b"42",
        "itself": b"60 0 R",
        "missing": b"99 0 R",
        "a dictionary": b"<</A/B>>",
        "escape codes of a terminal": b"(\\033[31mred\\033[0m)",
        "turned around": b"<FEFF202E00660064>",
    }
    for name, title in titles.items():
        objects = page_objects([show("needle")]) | {60: b"<</Title %b/Author %b>>" % (title, title)}
        yield Case(f"title is {name}", assemble(objects, trailer=b"/Info 60 0 R"), FINE, "needle")
    for name, info in {"a number": b"7", "missing": b"99 0 R", "the catalogue": b"1 0 R"}.items():
        yield Case(
            f"information is {name}",
            assemble(page_objects([show("needle")]), trailer=b"/Info " + info),
            FINE,
            "needle",
        )


def _readable() -> Iterator[Case]:
    yield Case("every byte in a string", assemble(page_objects([_all_bytes()])), SURVIVED, "needle")
    font = page_objects([show("needle")])
    font[3] = b"<</Type/Font/Subtype/TrueType/BaseFont/NoSuchFontAnywhere>>"
    yield Case("font that exists nowhere", assemble(font), FINE, "needle")
    font[3] = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/NoSuchEncoding>>"
    yield Case("encoding that exists nowhere", assemble(font), FINE, "needle")
    font[3] = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FontDescriptor<</FontFile 90 0 R>>>>"
    font[90] = b"<</Length 4>>\nstream\n\xff\xff\xff\xff\nendstream"
    yield Case("font file of rubbish", assemble(font), FINE, "needle")


def _all_bytes() -> bytes:
    everything = bytes(range(256)).hex().encode()
    return show("needle") + b" BT /F1 9 Tf 72 600 Td <%b> Tj ET" % everything
