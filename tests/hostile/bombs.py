"""Small files that want all memory or all time."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator

import pikepdf

from tests.hostile.case import BOMB, FINE, NO_TEXT, SURVIVED, Case
from tests.hostile.looping import forms
from tests.hostile.pdf import PAGES, assemble, page_objects, show, stream

MIB = 1024 * 1024
_SECOND = show("needle")


def cases() -> Iterator[Case]:
    """All of this family. Most have an honest second page, which is to be read whatever the first does."""
    yield from _streams()
    yield from _forms()
    yield from _fonts()
    yield from _nesting()
    yield from _sizes()


def _beside(content: bytes, **given: bytes) -> bytes:
    return assemble(page_objects([content, _SECOND], **given))


def _streams() -> Iterator[Case]:
    zeros = zlib.compress(bytes(256 * MIB), 9)
    yield Case("256 MiB of zeros in Flate", _beside(stream(zeros, b"/Filter/FlateDecode")), BOMB, "needle")
    twice = zlib.compress(zeros, 9)
    yield Case("256 MiB of zeros in Flate twice", _beside(stream(twice, b"/Filter[/FlateDecode/FlateDecode]")), BOMB)
    runs = bytes([129, 0]) * 500_000
    yield Case("64 MB of zeros in runs", _beside(stream(runs, b"/Filter/RunLengthDecode")), SURVIVED, "needle")
    yield Case("spaces without end", _beside(stream(b" " * 48 * MIB, compress=True)), FINE, "needle")
    words = b"BT /F1 12 Tf 72 720 Td " + b"(a) Tj " * 2_000_000 + b"ET"
    yield Case("two million words on a page", _beside(stream(words, compress=True)), SURVIVED)
    paths = b"0 0 m 1 1 l S " * 3_000_000
    yield Case("three million lines on a page", _beside(stream(paths, compress=True)), SURVIVED)
    picture = (
        b"/Type/XObject/Subtype/Image/Width 2000000000/Height 2000000000/BitsPerComponent 8/ColorSpace/DeviceRGB"
        b"/Filter/FlateDecode"
    )
    objects = page_objects([b"/Im Do " + show("needle")], resources=b"/XObject<</Im 90 0 R>>")
    objects[90] = stream(zlib.compress(bytes(1000)), picture)
    yield Case("picture of 4e18 pixels", assemble(objects), FINE, "needle")


def _forms() -> Iterator[Case]:
    laughs = [b"/X%d Do " % (91 + level) * 10 for level in range(9)]
    yield Case("billion laughs of forms", forms(*laughs, b"0 0 m"), BOMB)
    yield Case("billion laughs of forms with text", forms(*laughs, show("ha")), BOMB)
    chain = [b"/X%d Do" % (91 + level) for level in range(400)]
    yield Case("forms 400 deep", forms(*chain, show("deep")), SURVIVED)


def cmap_font(ranges: bytes, *, embedded: bool) -> dict[int, bytes]:
    """A composite font whose CMap (or ToUnicode) has these ranges, as object 3 and following."""
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange " + ranges + b" endcmap end end"
    )
    encoding = b"/Encoding 95 0 R" if embedded else b"/Encoding/Identity-H/ToUnicode 95 0 R"
    return {
        3: b"<</Type/Font/Subtype/Type0/BaseFont/X%b/DescendantFonts[94 0 R]>>" % encoding,
        94: b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(A)/Ordering(I)/Supplement 0>>>>",
        95: stream(cmap, b"/Type/CMap/CMapName/X", compress=True),
    }


def _fonts() -> Iterator[Case]:
    text = b"BT /F1 12 Tf 72 720 Td <00410042> Tj ET"
    wide = b"1 begincidrange <00000000> <FFFFFFFF> 0 endcidrange " * 100
    yield Case(
        "CMap of four thousand million codes", assemble(page_objects([text]) | cmap_font(wide, embedded=True)), SURVIVED
    )
    back = b"1 beginbfrange <0000> <FFFFFFFF> <0041> endbfrange " * 100
    yield Case(
        "ToUnicode of four thousand million codes",
        assemble(page_objects([text]) | cmap_font(back, embedded=False)),
        SURVIVED,
    )
    long = b"1 beginbfchar <0041> <%b> endbfchar" % (b"00480049" * 60_000)
    much = b"BT /F1 12 Tf 72 720 Td " + b"<%b> Tj " % (b"0041" * 2000) * 20 + b"ET"
    yield Case(
        "ToUnicode that makes a novel of a letter",
        assemble(page_objects([much]) | cmap_font(long, embedded=False)),
        BOMB,
    )
    many = b"".join(b"1 beginbfrange <0000> <FFFF> <0041> endbfrange " for _ in range(2000))
    yield Case(
        "ToUnicode of 2,000 full ranges", assemble(page_objects([text]) | cmap_font(many, embedded=False)), SURVIVED
    )
    widths = page_objects([show("needle")])
    widths[3] = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 0/LastChar 2147483647/Widths[%b]>>" % (
        b"500 " * 500_000
    )
    yield Case("font of half a million widths", assemble(widths), SURVIVED)


def _nesting() -> Iterator[Case]:
    yield Case("states saved a million deep", _beside(stream(b"q " * 1_000_000, compress=True)), SURVIVED, "needle")
    yield Case("brackets a million deep in content", _beside(stream(b"[" * 1_000_000, compress=True)), SURVIVED)
    yield Case(
        "dictionaries a million deep in content", _beside(stream(b"/A BDC <<" * 300_000, compress=True)), SURVIVED
    )
    for name, opening in {"arrays": b"[", "dictionaries": b"<</A "}.items():
        objects = page_objects([show("needle")]) | {90: opening * 200_000}
        yield Case(f"{name} 200,000 deep", assemble(objects), SURVIVED)
        objects[1] = b"<</Type/Catalog/Pages 2 0 R/Names %b>>" % (opening * 200_000)
        yield Case(f"{name} 200,000 deep in the catalogue", assemble(objects), SURVIVED)
    deep = page_objects([show("needle")])
    for level in range(5000):
        deep[100 + level] = b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (101 + level if level < 4999 else 4)
    deep[PAGES] = b"<</Type/Pages/Count 1/Kids[100 0 R]>>"
    yield Case("page tree 5,000 deep", assemble(deep), SURVIVED)
    parents = page_objects([show("needle")])
    for level in range(5000):
        parents[100 + level] = b"<</Type/Pages/Parent %d 0 R>>" % (101 + level if level < 4999 else 2)
    parents[4] = parents[4].replace(b"/Parent 2 0 R", b"/Parent 100 0 R").replace(b"/MediaBox[0 0 612 792]", b"")
    yield Case("parents 5,000 deep", assemble(parents), SURVIVED)
    chain = page_objects([show("needle")])
    chain |= {100 + n: b"%d 0 R" % (101 + n) for n in range(20_000)}
    chain[4] = chain[4].replace(b"/MediaBox[0 0 612 792]", b"/MediaBox 100 0 R")
    yield Case("references 20,000 deep", assemble(chain), SURVIVED)


def titled(size: int) -> bytes:
    """An honest page in a document whose title is that long and packed well."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(assemble(page_objects([_SECOND])))) as document:
        document.docinfo["/Title"] = "A" * size
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _sizes() -> Iterator[Case]:
    yield Case("title of 20 million letters", titled(20_000_000), FINE, "needle", "its metadata can't be read")
    objects = page_objects([show("needle")])
    crowd = objects | {100 + n: b"<</A %d>>" % n for n in range(100_000)}
    yield Case("100,000 objects that nobody needs", assemble(crowd), FINE, "needle")
    notes = b"/Annots[%b]" % b"".join(b"<</Subtype/Link/Rect[0 0 9 9]>>" for _ in range(100_000))
    yield Case("100,000 links on a page", assemble(page_objects([show("needle")], page=notes)), FINE, "needle")
    yield Case("name of a million letters", assemble(objects | {90: b"/" + b"A" * 1_000_000}), FINE, "needle")
    yield Case("string of ten million letters", assemble(objects | {90: b"(" + b"A" * 10_000_000}), SURVIVED)
    yield Case("comment of ten million letters", b"%PDF-1.7\n%" + b"A" * 10_000_000, SURVIVED)
    yield Case("string of a megabyte shown", _beside(show("A" * MIB)), SURVIVED)
    tiny = page_objects(
        [b"/Pattern cs /P1 scn 0 0 612 792 re f " + show("needle")], resources=b"/Pattern<</P1 90 0 R>>"
    )
    tiny[90] = stream(
        b"0 0 1 1 re f", b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 1e-9/YStep 1e-9/Resources<<>>"
    )
    yield Case("pattern in steps of a millionth", assemble(tiny), FINE, "needle")
    yield Case("numbers beyond all bounds", _beside(b"1e999 -1e999 9" + b"9" * 400 + b" re f"), FINE, "needle")
    yield Case("empty page beside a word", _beside(b" "), FINE, "needle")
    yield Case("nothing but empty pages", assemble(page_objects([b" "] * 3)), NO_TEXT)
