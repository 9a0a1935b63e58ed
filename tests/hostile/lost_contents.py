"""Documents whose pages lack their contents, or parts of them; and those that only look like it."""

from __future__ import annotations

import base64
import gzip
import io
import random
import zlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pikepdf

from tests.hostile.case import CORRUPT, FINE, FINE_OR_CORRUPT, NO_TEXT, Case
from tests.hostile.lost import PARTIAL, cut
from tests.hostile.pdf import FONT, PAGES, assemble, page_objects, show, stream, text_pdf

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
    for name, body in LOST_CONTENTS.items():
        yield Case(f"contents {name}", lost(body), CORRUPT)
        yield Case(f"contents {name}, beside others", lost(body, "needle"), PARTIAL, "needle")
    for name, form in LOST_FORMS.items():
        yield Case(f"only a form {name}", drawing(form), CORRUPT)
    yield Case("only a form that is no Flate, deep in others", deep(LOST_FORMS["that is no Flate"]), CORRUPT)
    yield Case("a content isn't in its place", astray(5, "needle", "other"), FINE, "needle")
    for name, (data, said) in DAMAGE.items():
        yield Case(f"cut, and a page lacks {name}", cut(data), FINE, "needle", said)
    yield Case("line ends were converted", converted(b"\n", b"\r\n"), FINE_OR_CORRUPT, "other")
    for compress in (False, True):
        yield Case(
            f"a sector is empty{', packed' * compress}", holed(bytes(512), compress=compress), FINE, "needle", _OFF
        )
    for name, form in BLANK_FORMS.items():
        yield Case(f"only a form {name}", drawing(form), NO_TEXT)
    yield Case("contents of gzip", lost(stream(gzip.compress(show("needle"), mtime=0), _FLATE)), FINE, "needle")
    for name, body in BLANK_CONTENTS.items():
        yield Case(f"contents {name}", lost(body), NO_TEXT)
    yield Case("5,000 blank pages", assemble(page_objects([b""] * 5000)), NO_TEXT)
    broken = page_objects([LOST_CONTENTS["that are no Flate"]] * 1000)
    yield Case("1,000 pages whose contents are lost", assemble(broken), CORRUPT)


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


def deep(form: bytes, *others: str) -> bytes:
    """The same, with the form below nine others."""
    objects = page_objects([b"/Fm Do", *map(show, others)], resources=b"/XObject<</Fm 100 0 R>>")
    for level in range(100, 109):
        inner = b"/Resources<</XObject<</Fm %d 0 R>>>>" % (level + 1)
        objects[level] = stream(b"/Fm Do", _FORM + inner)
    return assemble(objects | {109: form})


def astray(number: int, *texts: str) -> bytes:
    """A document whose table of cross-references has another place for that object."""
    data = text_pdf(*texts)
    place = data.index(b"\n%d 0 obj" % number) + 1
    return data.replace(b"%010d 00000 n" % place, b"%010d 00000 n" % (place + 7))


def _many_words(lines: int) -> str:
    chance = random.Random(1)
    return "\n".join(f"needle {chance.getrandbits(400):x}" for _ in range(lines))


def _long() -> bytes:
    return assemble(page_objects([stream(zlib.compress(show(_many_words(400)), 9), _FLATE), show("other")]))


def converted(old: bytes, new: bytes) -> bytes:
    """A document of two pages that a transfer as text gave other line ends; only the first has any in its middle."""
    return _long().replace(old, new)


def holed(hole: bytes, *, compress: bool) -> bytes:
    """A document that opens as it is, with such a hole in its first page of two, as after a download."""
    data = assemble(page_objects([stream(show(_many_words(40)), compress=compress), show("other")]))
    start = data.index(b"stream\n") + 1000
    assert start + len(hole) < data.index(b"endstream")
    return data[:start] + hole + data[start + len(hole) :]


def stretched(*, linearized: bool) -> bytes:
    """A document of two pages with a line too many in its first, as of a download in parts."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(_long())) as document:
        document.save(out, linearize=linearized)
    data = out.getvalue()
    at = data.index(b"stream\n", data.index(b"/Contents")) + 400
    return data[:at] + b"\r\n2000\r\n" + data[at:]


def _damaged(number: int, old: bytes, new: bytes, more: Mapping[int, bytes] = MappingProxyType({})) -> bytes:
    objects = page_objects([stream(_PACKED, _FLATE), show("other")])
    assert old in objects[number]
    return assemble(objects | {number: objects[number].replace(old, new)} | dict(more))


_OFF, _FONTLESS = "a part of its content is missing", "a font of it is missing"
_FORM_IN = stream(b"/Fm Do", _FORM + b"/Resources<</XObject<</Fm 96 0 R>>>>")
_LETTERS = stream(zlib.compress(b"1 beginbfchar <20> <0020> endbfchar" * 9)[:-9], _FLATE)
_LETTERLESS = b"<</Length 300/Filter/FlateDecode>>stream\nendstream"
_CUT = stream(_PACKED[:-9], _FLATE)
_ASCII85 = b"/Filter[/ASCII85Decode/FlateDecode]"
_HALF_FORM = stream(_PACKED[:-9], _FORM + _FLATE + b"/Resources<</Font<</F1 3 0 R>>>>")
DAMAGE = {
    "the end of its form": (drawing(_HALF_FORM, "other"), _OFF),
    "the end of a form in its form": (drawing(_FORM_IN, "other", inner=_HALF_FORM), _OFF),
    "one of its forms": (_damaged(5, stream(_PACKED, _FLATE), stream(show("needle") + b" /Fm Do")), _OFF),
    "the end of its content": (_damaged(5, stream(_PACKED, _FLATE), _CUT), _OFF),
    "the middle of its content": (
        _damaged(5, stream(_PACKED, _FLATE), stream(_PACKED[:99] + b"\xff" * 30 + _PACKED[129:], _FLATE)),
        _OFF,
    ),
    "the sense of its content": (
        _damaged(5, stream(_PACKED, _FLATE), stream(zlib.compress(show("needle"), 0).replace(b"Td", b"Tw"), _FLATE)),
        _OFF,
    ),
    "the end of its content in ASCII85": (
        _damaged(5, stream(_PACKED, _FLATE), stream(base64.a85encode(_PACKED[:-9]) + b"~>", _ASCII85)),
        _OFF,
    ),
    "a font": (_damaged(4, b"/F1 3 0 R", b"/F1 99 0 R"), _FONTLESS),
    "the letters of a font": (_damaged(4, b"/F1 3 0 R", b"/F1<</ToUnicode 99 0 R%b" % FONT[2:]), _FONTLESS),
    "all letters of a font": (
        _damaged(4, b"/F1 3 0 R", b"/F1<</ToUnicode 99 0 R%b" % FONT[2:], {99: _LETTERLESS}),
        _FONTLESS,
    ),
    "the end of the letters of a font": (
        _damaged(4, b"/F1 3 0 R", b"/F1<</ToUnicode 99 0 R%b" % FONT[2:], {99: _LETTERS}),
        _FONTLESS,
    ),
    "the description of a font": (
        _damaged(4, b"/F1 3 0 R", b"/F1<</FontDescriptor 99 0 R%b" % FONT[2:], {99: b"[7]"}),
        _FONTLESS,
    ),
    "its end and the description of a font": (
        _damaged(4, b"/F1 3 0 R", b"/F1<</FontDescriptor 99 0 R%b" % FONT[2:], {5: _CUT, 99: b"[7]"}),
        _OFF,
    ),
    "the file of a font": (
        _damaged(4, b"/F1 3 0 R", b"/F1<</FontDescriptor<</FontFile2 99 0 R>>%b" % FONT[2:]),
        _FONTLESS,
    ),
    "the end of the file of a font": (
        _damaged(4, b"/F1 3 0 R", b"/F1<</FontDescriptor<</FontFile2 99 0 R>>%b" % FONT[2:], {99: _LETTERS}),
        _FONTLESS,
    ),
    "its resources": (_damaged(4, b"/Resources", b"/Resources 99 0 R/Others"), _FONTLESS),
}
