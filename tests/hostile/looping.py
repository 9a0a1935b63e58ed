"""Files that lead back to themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.hostile.case import BOMB, FINE, NO_TEXT, SURVIVED, Case
from tests.hostile.pdf import PAGES, assemble, page_objects, show, stream

_FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]"


def cases() -> Iterator[Case]:
    """All of this family."""
    yield from _trees()
    yield from _forms()
    yield from _references()


def _trees() -> Iterator[Case]:
    objects = page_objects([show("needle")])
    turns = {
        "that is its own kid": {PAGES: b"<</Type/Pages/Kids[2 0 R]/Count 1>>"},
        "that is its own kid beside a page": {PAGES: b"<</Type/Pages/Kids[2 0 R 4 0 R]/Count 2>>"},
        "of two that are each other's": {
            PAGES: b"<</Type/Pages/Kids[90 0 R]/Count 1>>",
            90: b"<</Type/Pages/Kids[2 0 R]/Count 1>>",
        },
        "that is the catalogue": {PAGES: b"<</Type/Pages/Kids[1 0 R]/Count 1>>"},
        "that is its own kid a hundred times": {PAGES: b"<</Type/Pages/Kids[%b]/Count 100>>" % (b"2 0 R " * 100)},
    }
    for name, change in turns.items():
        yield Case(f"page tree {name}", assemble(objects | change), SURVIVED)
    parent = assemble(objects | {PAGES: b"<</Type/Pages/Parent 2 0 R/Kids[4 0 R]/Count 1>>"})
    yield Case("page tree that is its own parent", parent, FINE, "needle")
    page = objects[4].replace(b"/Parent 2 0 R", b"/Parent 4 0 R").replace(b"/MediaBox[0 0 612 792]", b"")
    yield Case("page that is its own parent", assemble(objects | {4: page}), SURVIVED)


def forms(*bodies: bytes) -> bytes:
    """A page that draws form 90; forms are 90, 91, ... and know each other as X90, X91, ..."""
    names = b"".join(b"/X%d %d 0 R" % (90 + index, 90 + index) for index in range(len(bodies)))
    resources = b"/XObject<<%b>>" % names
    objects = page_objects([show("needle") + b" /X90 Do"], resources=resources)
    for index, body in enumerate(bodies):
        objects[90 + index] = stream(body, _FORM + b"/Resources<</Font<</F1 3 0 R>>%b>>" % resources)
    return assemble(objects)


def _forms() -> Iterator[Case]:
    yield Case("form that draws itself", forms(show("inner") + b" /X90 Do"), SURVIVED)
    yield Case("form that draws itself twice", forms(b"/X90 Do /X90 Do"), BOMB)
    yield Case("two forms that draw each other", forms(b"/X91 Do", b"/X90 Do"), SURVIVED)
    ring = [b"/X%d Do /X%d Do" % (90 + (n + 1) % 8, 90 + (n + 2) % 8) for n in range(8)]
    yield Case("eight forms in a ring", forms(*ring), BOMB)
    type3 = page_objects([b"BT /F1 12 Tf 72 720 Td (aaaa) Tj ET"])
    type3[3] = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.1 0 0 .1 0 0]/FirstChar 97/LastChar 97/Widths[9]"
        b"/Encoding<</Differences[97/a]>>/CharProcs<</a 95 0 R>>/Resources<</Font<</F1 3 0 R>>>>>>"
    )
    type3[95] = stream(b"9 0 d0 BT /F1 1 Tf (aa) Tj ET")
    yield Case("letter that draws itself", assemble(type3), SURVIVED)
    pattern = page_objects(
        [show("needle") + b" /Pattern cs /P1 scn 0 0 612 792 re f"], resources=b"/Pattern<</P1 95 0 R>>"
    )
    pattern[95] = stream(
        b"/Pattern cs /P1 scn 0 0 9 9 re f",
        b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 9/YStep 9/Resources<</Pattern<</P1 95 0 R>>>>",
    )
    yield Case("pattern that fills with itself", assemble(pattern), FINE, "needle")


def _references() -> Iterator[Case]:
    whole = assemble(page_objects([show("needle")]))
    at = whole.rindex(b"xref\n0")
    for name, previous in {"itself": at, "the header": 0, "far beyond": 10**9}.items():
        data = re.sub(rb"trailer\n<<", b"trailer\n<</Prev %d" % previous, whole)
        yield Case(f"the table before is {name}", data, FINE, "needle")
    for name, value in {"itself": b"80 0 R", "each other": b"81 0 R"}.items():
        objects = page_objects([show("needle")]) | {80: value, 81: b"80 0 R"}
        objects[4] = objects[4].replace(b"/MediaBox[0 0 612 792]", b"/MediaBox 80 0 R")
        yield Case(f"references are {name}", assemble(objects), (*FINE, *NO_TEXT))
    objects = page_objects([show("needle")])
    objects[3] = b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[3 0 R]>>"
    yield Case("font that descends from itself", assemble(objects), SURVIVED)
    objects = page_objects([show("needle")], resources=b"/ColorSpace<</C1 95 0 R>>")
    objects[95] = b"[/Indexed 95 0 R 255 (x)]"
    objects[5] = stream(b"/C1 cs 1 sc " + show("needle"))
    yield Case("colour space on itself", assemble(objects), FINE, "needle")
    objects = page_objects([show("needle")])
    objects[1] = b"<</Type/Catalog/Pages 2 0 R/Outlines 95 0 R/Names<</EmbeddedFiles 96 0 R>>>>"
    objects[95] = b"<</First 95 0 R/Last 95 0 R/Next 95 0 R/Prev 95 0 R/Parent 95 0 R/Title(x)/Count 9>>"
    objects[96] = b"<</Kids[96 0 R 96 0 R]>>"
    yield Case("outlines and names in circles", assemble(objects), FINE, "needle")
    objects = page_objects([show("needle")])
    objects[95] = stream(b"4 0 ", b"/Type/ObjStm/N 1/First 4/Extends 95 0 R")
    yield Case("object stream that extends itself", assemble(objects), FINE, "needle")
