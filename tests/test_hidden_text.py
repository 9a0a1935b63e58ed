"""Text that can't be seen is flagged wherever it stands, and text that can isn't."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from ingest_widgets.engines.pdfium import open_pdfium
from tests.hostile.pdf import assemble, page_objects, show, stream

_WORD = b"BT /F1 9 Tf 330 405 Td (secret) Tj ET "
_BOX = b"320 395 200 30 re f "
_LINE = b"BT /F1 9 Tf 330 405 Td (what is secret stays so) Tj ET "
_GAP = b"BT /F1 9 Tf 330 405 Td [(secret)-4000(words)] TJ ET "
_OVER_A_WORD = b"358.8 396 29 20 re f "
_LABEL = b"1 g BT /F1 5 Tf 360 405 Td (removed) Tj ET "
_PICTURE = b"q 200 0 0 30 320 395 cm /Im Do Q "


def _at(x: int, y: int) -> bytes:
    return b"BT /F1 9 Tf %d %d Td (secret) Tj ET " % (x, y)


_PAINTED = {
    "painted with nothing": b"BT 3 Tr /F1 9 Tf 330 405 Td (secret) Tj 0 Tr ET ",
    "white on white": b"1 g " + _WORD,
    "transparent": b"/Clear gs " + _WORD,
}
_PLACED = {
    "left of the page": _at(-300, 405),
    "right of the page": _at(800, 405),
    "above the page": _at(330, 900),
    "below the page": _at(330, -40),
    "left of the page, behind spaces": b"BT /F1 9 Tf -300 405 Td (   ) Tj (    secret) Tj ET ",
    "left of the page, said of spaces": b"/Span<</ActualText(secret)>>BDC BT /F1 9 Tf -300 405 Td (   ) Tj ET EMC ",
    "half a point": b"BT /F1 .5 Tf 330 405 Td (secret) Tj ET ",
    "one point": b"BT /F1 1 Tf 330 405 Td (secret) Tj ET ",
    "tiny by the matrix of the text": b"BT /F1 10 Tf .05 0 0 .05 330 405 Tm (secret) Tj ET ",
    "tiny by the matrix of the page": b".05 0 0 .05 330 405 cm BT /F1 10 Tf (secret) Tj ET ",
    "squeezed": b"BT 4 Tz /F1 9 Tf 330 405 Td (a secret that is longer) Tj 100 Tz ET ",
    "squeezed by the matrix of the text": b"BT /F1 9 Tf .05 0 0 1 330 405 Tm (a secret that is longer) Tj ET ",
    "behind a picture": _WORD + _PICTURE,
    "behind a bar": _WORD + b".5 .1 .1 rg " + _BOX,
}
_AMONG = {
    "on a layer that is off": b"/OC /Off BDC " + _WORD + b"EMC ",
    "outside its clip": b"10 10 5 5 re W n " + _WORD,
    "in the colour of its bar": b".2 .4 .8 rg " + _BOX + _WORD,
    "in the colour of its picture": _PICTURE + b".25 g " + _WORD,
    "what no scan shows, below a line that one does": _PICTURE
    + b"0 g 330 413 30 7 re f BT 3 Tr /F1 9 Tf 330 413 Td (read words) Tj 0 -14 Td (secret) Tj 0 Tr ET ",
    "in the colour of its line": b".2 .4 .8 RG 30 w 320 410 m 520 410 l S .2 .4 .8 rg " + _WORD,
    "behind a picture that has a caption": _WORD + _PICTURE + b"1 g BT /F1 9 Tf 332 404 Td (caption) Tj ET ",
    "behind a picture that words stand on": _WORD + _PICTURE + b"0 g BT /F1 9 Tf 332 404 Td (words) Tj ET ",
    "a word of a line behind a bar": _LINE + b".5 .1 .1 rg " + _OVER_A_WORD,
    "a word of a line behind an outlined bar": _LINE + b".6 g " + _OVER_A_WORD.replace(b" f ", b" B "),
    "a word of a line behind a bar with a label": _LINE + _OVER_A_WORD + _LABEL,
    "all of a line but its beginning behind a picture": b"BT /F1 9 Tf 298 405 Td (see: secret words) Tj ET " + _PICTURE,
    "behind strips": _WORD + b"1 g " + b"".join(b"%d 395 50 30 re f " % x for x in range(320, 520, 50)),
    "behind a shading": _WORD + b"320 395 200 30 re W n /Fade sh ",
    "outlined in white": b"1 G BT 1 Tr /F1 9 Tf 330 405 Td (secret) Tj 0 Tr ET ",
    "behind a soft mask": b"/Masked gs " + _WORD,
    "white over other text": b"0 g " + _WORD + b"1 g BT /F1 9 Tf 332 404 Td (secret) Tj ET ",
}
_PLAIN = {
    "black": _WORD,
    "white on a bar": b"0 g " + _BOX + b"1 g " + _WORD,
    "white on a picture": _PICTURE + b"1 g " + _WORD,
    "white on a letter": b"0 g BT /F1 300 Tf 300 300 Td (M) Tj ET 1 g BT /F1 9 Tf 335 405 Td (secret) Tj ET ",
    "under a see-through picture": _WORD + b"q 200 0 0 30 320 395 cm /Glass Do Q ",
    "beside a bar where a word was": _GAP + _OVER_A_WORD,
    "beside a bar with a label where a word was": _GAP + _OVER_A_WORD + _LABEL,
    "under a bar that is see-through": _LINE + b"/Half gs 1 1 0 rg " + _OVER_A_WORD,
    "above a thick line": _LINE + b"358 400 29 4 re f ",
    "with a white shadow": b"1 g BT /F1 9 Tf 330.5 404.5 Td (secret) Tj ET 0 g " + _WORD,
    "with white shadows that were drawn before all words": b"1 g "
    + b"".join(
        b"BT /F1 9 Tf %.1f %d.5 Td (secret) Tj ET " % (x, y) for y in range(404, 284, -12) for x in (329.6, 330.4)
    )
    + b"0 g "
    + b"".join(_at(330, y) for y in range(405, 285, -12)),
    "with a white outline": b"1 G 2 w BT 1 Tr /F1 9 Tf 330 405 Td (secret) Tj 0 Tr ET " + _WORD,
    "inside a frame": _WORD + b"0 G 320 395 200 30 re S ",
    "above a line": _WORD + b"0 g 330 403 60 1 re f ",
    "what a scan shows, in a font of one point": _PICTURE
    + b"0 g 330 405 30 7 re f BT 3 Tr /F1 1 Tf 330 405 Td (secret) Tj 0 Tr ET ",
    "what a scan shows": _PICTURE + b"0 g 330 405 30 7 re f BT 3 Tr /F1 9 Tf 330 405 Td (secret) Tj 0 Tr ET ",
    "what a scan shows, set too wide": _PICTURE
    + b"0 g 330 405 30 7 re f BT 3 Tr /F1 9 Tf 330 405 Td (secret) Tj 90 0 Td (words) Tj 0 Tr ET ",
    "of five points": b"BT /F1 5 Tf 330 405 Td (secret) Tj ET ",
    "as large as the matrix makes it": b"BT /F1 1 Tf 9 0 0 9 330 405 Tm (I) Tj (secret) Tj ET ",
    "narrow": b"BT 50 Tz /F1 9 Tf 330 405 Td (secret) Tj 100 Tz ET ",
    "half transparent": b"/Half gs " + _WORD,
    "a watermark": b"/Pale gs BT /F1 30 Tf .8 .6 -.6 .8 330 405 Tm (secret) Tj ET ",
    "inside its clip": b"300 300 300 300 re W n " + _WORD,
    "partly off the page": _at(-15, 405),
    "spaces off the page": _WORD + b"BT /F1 9 Tf -300 405 Td (   ) Tj ET ",
    "slanting spaces off the page": _WORD + b"BT /F1 9 Tf .7 .7 -.7 .7 -300 405 Tm (   ) Tj ET ",
    "upright spaces off the page": _WORD + b"BT /F1 9 Tf 0 1 -1 0 -300 405 Tm (   ) Tj ET ",
    "a bar off the page": _WORD + b"BT /F1 9 Tf -300 405 Td (|) Tj ET ",
    "a tiny bar": _WORD + b"BT /F1 1 Tf 400 405 Td (|) Tj ET ",
    "white stops": _WORD + b"1 g BT /F1 9 Tf 400 405 Td (. . .) Tj ET ",
    "stops that nothing is painted with": _WORD + b"BT 3 Tr /F1 9 Tf 400 405 Td (. . .) Tj 0 Tr ET ",
    "stops that nothing is painted with over a picture": _WORD
    + b"1 g q 200 0 0 9 320 380 cm /Im Do Q BT 3 Tr /F1 9 Tf 400 381 Td (. . .) Tj 0 Tr ET ",
    "tiny spaces": _WORD + b"BT /F1 .5 Tf 380 405 Td ( ) Tj (   ) Tj ET ",
}
_FILLED = b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Group<</S/Transparency/CS/DeviceGray>>"


def _document(content: bytes, number: int, others: int, *, in_form: bool = False, page: bytes = b"") -> bytes:
    """The content on page `number`, in the midst of other text; of fifty pages if that is a late one."""
    lines = [
        b"BT /F1 2 Tf 72 %d Td (line %d) Tj ET " % (785 - 710 * n // others - 45 * (2 * n >= others), n)
        for n in range(others)
    ]
    inner = b"/Inner Do " if in_form else b"q " + content + b"Q "
    special = b"".join(lines[: others // 2]) + inner + b"".join(lines[others // 2 :])
    count = 50 if number >= 10 else number
    contents = [show("plain words\nof an ordinary page")] * count
    contents[number - 1] = special
    resources = (
        b"/ExtGState<</Clear<</ca 0/CA 0>>/Half<</ca .5>>/Pale<</ca .09>>/Masked<</SMask<</S/Luminosity/G 904 0 R>>>>>>"
        b"/Properties<</Off 901 0 R>>/XObject<</Im 902 0 R/Glass 903 0 R/Inner 906 0 R>>"
        b"/Shading<</Fade<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 600 0]/Extend[true true]"
        b"/Function<</FunctionType 2/Domain[0 1]/C0[0 0 1]/C1[0 0 1]/N 1>>>>>>"
    )
    objects = page_objects(contents, resources=resources, page=page)
    objects[1] = b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[901 0 R]/D<</OFF[901 0 R]>>>>>>"
    objects[901] = b"<</Type/OCG/Name(off)>>"
    grey = b"/Type/XObject/Subtype/Image/Width 4/Height 4/BitsPerComponent 8/ColorSpace/DeviceGray"
    objects[902] = stream(b"\x40" * 16, grey)
    objects[903] = stream(b"\x40" * 16, grey + b"/SMask 905 0 R")
    objects[904] = stream(b"0 g 0 0 612 792 re f", _FILLED)
    objects[905] = stream(b"\0" * 16, grey)
    font = b"/Resources<</Font<</F1 3 0 R>>%b>>" % resources.replace(b"/Inner 906 0 R", b"")
    objects[906] = stream(content, b"/Type/XObject/Subtype/Form/BBox[-999 -999 1999 1999]" + font)
    return assemble(objects)


def _flagged(data: bytes) -> list[int]:
    """The numbers of the pages of which it is said that they have hidden text."""
    document = open_pdfium(data, lambda: ())
    try:
        pages = [document.page_text(index) for index in range(document.page_count)]
    finally:
        document.close()
    assert any("secret" in text for text, _ in pages)
    return [number for number, (_, said) in enumerate(pages, 1) if any("hidden text" in word for word in said)]


_HIDDEN = _PAINTED | _PLACED | _AMONG


def _matrix() -> Iterator[tuple[str, int, int, bool]]:
    for name in _HIDDEN:
        for number, others, in_form in product((1, 3, 40), (3, 280), (False, True)):
            many_and_late = others > 3 and number > 1
            if not (many_and_late and (name in _AMONG or (in_form and name in _PLACED))):
                yield name, number, others, in_form


@pytest.mark.parametrize(("name", "number", "others", "in_form"), list(_matrix()))
def test_hidden_text_is_flagged(name: str, number: int, others: int, in_form: bool) -> None:
    assert _flagged(_document(_HIDDEN[name], number, others, in_form=in_form)) == [number]


@pytest.mark.parametrize("in_form", [False, True])
@pytest.mark.parametrize("others", [3, 280])
@pytest.mark.parametrize("number", [1, 3, 40])
@pytest.mark.parametrize("name", list(_PLAIN))
def test_plain_text_is_not(name: str, number: int, others: int, in_form: bool) -> None:
    assert _flagged(_document(_PLAIN[name], number, others, in_form=in_form)) == []


@pytest.mark.parametrize("page", [b"/Rotate 90", b"/Rotate 180", b"/Rotate 270", b"/CropBox[-50 -20 700 795]"])
def test_turned_and_cut_pages(page: bytes) -> None:
    for name, content in _HIDDEN.items():
        assert 3 in _flagged(_document(content, 3, 3, page=page)), name
    for name, content in _PLAIN.items():
        assert 3 not in _flagged(_document(content, 3, 3, page=page)), name


def test_what_is_cut_off() -> None:
    assert 3 in _flagged(_document(_at(100, 450), 3, 3, page=b"/CropBox[300 300 600 600]"))


def _lines(top: int, count: int) -> bytes:
    return b"".join(b"BT /F1 10 Tf 72 %d Td (words of an ordinary line) Tj ET " % (top - 14 * n) for n in range(count))


def test_white_headings_on_every_page_dont_hide_what_comes_later() -> None:
    pages = [
        b"0 0 .5 rg 60 %d 400 30 re f 1 g BT /F1 16 Tf 72 %d Td (Heading) Tj ET 0 g " % (y, y + 9) + _lines(580, 35)
        for y in (600 + 37 * n % 140 for n in range(60))
    ]
    pages[49] += b"1 g " + _at(300, 41)
    assert _flagged(assemble(page_objects(pages))) == [50]


def test_a_document_whose_every_page_hides_text() -> None:
    pages = [_lines(700, 30) + b"1 g " + _at(300, 100 + 5 * n) for n in range(30)]
    assert _flagged(assemble(page_objects(pages))) == list(range(1, 31))


def test_what_comes_behind_three_thousand_pieces() -> None:
    words = b"".join(b"BT /F1 4 Tf %d %d Td (w) Tj ET " % (20 + n % 40 * 14, 780 - n // 40 * 8) for n in range(3200))
    assert _flagged(assemble(page_objects([words + b"1 g " + _at(300, 20)]))) == [1]


def test_a_note_may_cover_text() -> None:
    note = b"/Annots[<</Type/Annot/Subtype/Square/Rect[320 395 520 425]/F 4/AP<</N 900 0 R>>>>]"
    for look, hidden in ((b"1 g 0 0 200 30 re f", True), (b"0 G 1 1 198 28 re S", False)):
        for contents in ([_WORD], [show("plain words")] * 2 + [_lines(780, 30) + _WORD]):
            objects = page_objects(contents, page=note)
            objects[900] = stream(look, b"/Type/XObject/Subtype/Form/BBox[0 0 200 30]")
            assert _flagged(assemble(objects)) == [len(contents)] * hidden


def test_units_that_are_larger_than_points() -> None:
    small = b"BT /F1 .9 Tf 330 405 Td (secret) Tj ET"
    assert _flagged(assemble(page_objects([small], page=b"/UserUnit 14"))) == []
    assert _flagged(assemble(page_objects([small]))) == [1]
