"""Text that nobody can see, of every kind, and plain text that looks like it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from tests.hostile.case import FINE, Case
from tests.hostile.pdf import assemble, page_objects, show, stream

_BOX = b" 60 700 300 40 re f "
_WORD = b"BT /F1 12 Tf 72 720 Td (secret) Tj ET"


def cases() -> Iterator[Case]:
    """All of this family."""
    for name, content in _hidden().items():
        plain = show("needle").replace(b"72 720", b"72 300")
        text = "needle" if name == "squeezed flat" else "secret"  # pdfium drops what has no width
        yield Case(f"hidden: {name}", _page(plain + b" " + content), FINE, text, "hidden text")
    for name, content in _plain().items():
        yield Case(f"plain: {name}", _page(content), FINE, "secret", "!hidden text")


def _hidden() -> dict[str, bytes]:
    return {
        "painted with nothing": b"BT 3 Tr /F1 12 Tf 72 720 Td (secret) Tj ET",
        "used as a clip only": b"q BT 7 Tr /F1 12 Tf 72 720 Td (secret) Tj ET Q",
        "white": b"1 1 1 rg " + _WORD,
        "white by grey": b"1 g " + _WORD,
        "white by CMYK": b"0 0 0 0 k " + _WORD,
        "nearly white": b".97 .97 .97 rg " + _WORD,
        "colour of its box": b".2 .4 .8 rg" + _BOX + _WORD,
        "black in a black box": b"0 g" + _BOX + _WORD,
        "white on white paper drawn first": b"1 g 0 0 612 792 re f " + _WORD,
        "transparent": b"/Clear gs " + _WORD,
        "clipped": b"q 500 500 50 50 re W n " + _WORD + b" Q",
        "on a layer that is off": b"/OC /Off BDC " + _WORD + b" EMC",
        "squeezed flat": b"BT /F1 12 Tf .01 Tz 72 720 Td (secret) Tj ET",
        "of a tenth of a point": b"BT /F1 .1 Tf 72 720 Td (secret) Tj ET",
        "off the page": b"BT /F1 12 Tf 2000 720 Td (secret) Tj ET",
        "below the page": b"BT /F1 12 Tf 72 -500 Td (secret) Tj ET",
        "behind a picture": _WORD + b" q 300 0 0 40 60 700 cm /Im Do Q",
        "behind a bar": _WORD + b" .5 .1 .1 rg" + _BOX,
        "white in a form": b"/White Do",
        "white in a form in a form": b"/Nest Do",
        "in a form that is on a layer that is off": b"/FormOff Do",
    }


def _plain() -> dict[str, bytes]:
    return {
        "black": _WORD,
        "grey": b".5 g " + _WORD,
        "white on black": b"0 g" + _BOX + b"1 g " + _WORD,
        "white on a picture": b"q 300 0 0 40 60 700 cm /Im Do Q 1 g " + _WORD,
        "black on yellow": b"1 1 0 rg" + _BOX + b"0 g " + _WORD,
        "in an outline": b"BT 1 Tr /F1 12 Tf 72 720 Td (secret) Tj ET",
        "small print": b"BT /F1 5 Tf 72 720 Td (secret) Tj ET",
        "inside its clip": b"q 60 700 300 40 re W n " + _WORD + b" Q",
        "on a layer that is on": b"/OC /On BDC " + _WORD + b" EMC",
        "half transparent": b"/Half gs " + _WORD,
        "turned": b"BT /F1 12 Tf 0 1 -1 0 72 400 Tm (secret) Tj ET",
        "under a line": _WORD + b" 0 g 60 716 300 1 re f",
        "over a bar": b".9 g" + _BOX + b"0 g " + _WORD,
        "beside a full stop": _WORD + b" BT /F1 12 Tf 200 720 Td (.) Tj ET BT /F1 12 Tf 300 720 Td (|) Tj ET",
        "in a form": b"/Black Do",
        "in a form that is on a layer that is on": b"/FormOn Do",
    }


def _page(content: bytes) -> bytes:
    resources = (
        b"/ExtGState<</Clear<</ca 0>>/Half<</ca .5>>>>/Properties<</Off 91 0 R/On 92 0 R>>"
        b"/XObject<</Im 93 0 R/White 94 0 R/Black 95 0 R/FormOff 96 0 R/FormOn 97 0 R/Nest 98 0 R>>"
    )
    objects = page_objects([content], resources=resources)
    objects[1] = (
        b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[91 0 R 92 0 R]/D<</OFF[91 0 R]/ON[92 0 R]"
        b"/Order[91 0 R 92 0 R]>>>>>>"
    )
    objects[91] = b"<</Type/OCG/Name(off)>>"
    objects[92] = b"<</Type/OCG/Name(on)>>"
    picture = bytes(range(0, 128, 4)) * 3 * 4
    objects[93] = stream(
        zlib.compress(picture),
        b"/Type/XObject/Subtype/Image/Width 32/Height 4/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/FlateDecode",
    )
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>"
    objects[94] = stream(b"1 g " + _WORD, form)
    objects[95] = stream(b"0 g " + _WORD, form)
    nest = form.replace(b"/Resources<<", b"/Resources<</XObject<</White 94 0 R>>")
    objects[98] = stream(b"q 1 0 0 1 0 0 cm /White Do Q", nest)
    if b"/FormO" in content:
        objects[96] = stream(_WORD, form + b"/OC 91 0 R")
        objects[97] = stream(_WORD, form + b"/OC 92 0 R")
    return assemble(objects)
