"""Documents that carry more than pages: scripts, actions, attachments, forms, notes."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf

from tests.hostile.case import FINE, NO_TEXT, Case
from tests.hostile.pdf import assemble, page_objects, show, stream, text_pdf

_FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]"
_NOTE = b"/Annots[90 0 R]"


def _with(catalog: bytes = b"", objects: dict[int, bytes] | None = None, page: bytes = b"") -> bytes:
    whole = page_objects([show("needle")], page=page) | (objects or {})
    whole[1] = b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog
    return assemble(whole)


def cases() -> Iterator[Case]:
    """All of this family."""
    yield from _actions()
    yield from _attachments()
    yield from _fields()


def _actions() -> Iterator[Case]:
    actions = {
        "script": b"<</S/JavaScript/JS(while\\(1\\){app.alert\\(1\\)})>>",
        "launch": b"<</S/Launch/F(/bin/sh)>>",
        "address": b"<</S/URI/URI(http://127.0.0.1:9/)>>",
        "form to send": b"<</S/SubmitForm/F(http://127.0.0.1:9/)>>",
        "import": b"<</S/ImportData/F(/etc/passwd)>>",
        "action after itself": b"<</S/Named/N/NextPage/Next 90 0 R>>",
        "page elsewhere": b"<</S/GoToR/F(../../../../etc/passwd)/D[0/Fit]>>",
    }
    for name, action in actions.items():
        yield Case(f"opens with a {name}", _with(b"/OpenAction 90 0 R", {90: action}), FINE, "needle")
    page = b"/AA<</O<</S/JavaScript/JS(app.alert\\(1\\))>>>>"
    yield Case("page with a script", _with(page=page), FINE, "needle")


def _pinned(name: bytes) -> bytes:
    note = b"<</Type/Annot/Subtype/FileAttachment/Rect[9 9 30 30]/FS<</Type/Filespec/F(%b)/UF(%b)/EF<</F 92 0 R>>>>>>"
    objects = {90: note % (name, name), 92: stream(b"%PDF-1.7", b"/Type/EmbeddedFile")}
    return _with(objects=objects, page=_NOTE)


def _attachments() -> Iterator[Case]:
    names = {
        "leads upwards": b"(../../../../tmp/evil.sh)",
        "is absolute": b"(/tmp/evil.sh)",
        "has a NUL": b"(evil\\000.pdf)",
        "is a device": b"(CON)",
        "is long": b"(" + b"A" * 5000 + b")",
        "is empty": b"()",
    }
    for name, value in names.items():
        objects = {
            90: b"<</Names[%b 91 0 R]>>" % value,
            91: b"<</Type/Filespec/F %b/UF %b/EF<</F 92 0 R>>>>" % (value, value),
            92: stream(b"#!/bin/sh\n", b"/Type/EmbeddedFile"),
        }
        yield Case(f"attachment whose name {name}", _with(b"/Names<</EmbeddedFiles 90 0 R>>", objects), FINE, "needle")
    told = "1 attached file not read"
    yield Case("PDF within a PDF", attaching(b"inner.pdf"), FINE, "needle", told)
    yield Case("portfolio", attaching(b"letter.docx", b"/Collection<<>>"), FINE, "needle", told)
    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(attaching(b"letter.docx", b"/Collection<<>>"))) as document:
        document.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    yield Case("portfolio that is packed", packed.getvalue(), FINE, "needle", told)
    for name, warning in (("inner.pdf", "a PDF that is attached to it is not read"), ("sound.wav", "!attached")):
        pinned = _pinned(name.encode())
        yield Case(f"{name} attached to a page", pinned, FINE, "needle", warning)
    yield Case("paper with a table", attaching(b"table.csv"), FINE, "needle", "!attached")
    loop = attaching(b"inner.pdf").replace(b"/Names[(inner.pdf) 91 0 R]", b"/Kids[90 0 R 90 0 R]      ")
    yield Case("attachments in a circle", loop, FINE, "needle", "!attached")


def attaching(name: bytes, catalog: bytes = b"", *, compress: bool = False) -> bytes:
    """A document with one page and such a file."""
    inner = {
        90: b"<</Names[(%b) 91 0 R]>>" % name,
        91: b"<</Type/Filespec/F(%b)/EF<</F 92 0 R>>>>" % name,
        92: stream(text_pdf("inside"), b"/Type/EmbeddedFile", compress=compress),
    }
    return _with(b"/Names<</EmbeddedFiles 90 0 R>>" + catalog, inner)


def _fields() -> Iterator[Case]:
    field = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(field value)/Rect[72 600 300 620]/P 4 0 R>>"
    form = {90: field, 91: b"<</Fields[90 0 R]/NeedAppearances true>>"}
    noted = "stand at the end"
    yield Case("form with a value", _with(b"/AcroForm 91 0 R", form, b"/Annots[90 0 R]"), FINE, "field value", noted)
    parent = {
        90: b"<</Type/Annot/Subtype/Widget/Parent 93 0 R/Rect[72 600 300 620]/P 4 0 R>>",
        93: b"<</FT/Tx/T(name)/V<FEFF0067006500650072006200740020FB01>/Kids[90 0 R]>>",
        91: b"<</Fields[93 0 R]>>",
    }
    inherited = _with(b"/AcroForm 91 0 R", parent, b"/Annots[90 0 R]")
    yield Case("form with a value from above", inherited, FINE, "geerbt", noted)
    choice = {90: field.replace(b"/FT/Tx", b"/FT/Ch/Opt[(one)(field value)]"), 91: b"<</Fields[90 0 R]>>"}
    yield Case("form with a choice", _with(b"/AcroForm 91 0 R", choice, b"/Annots[90 0 R]"), FINE, "field value", noted)
    yield from _drawn()
    yield from _written_unseen()
    yield from _choices()
    yield from _rich()
    yield from _too_much()
    wild = {90: field.replace(b"(field value)", b"<FEFFD8000000000700410042>"), 91: b"<</Fields[90 0 R]>>"}
    yield Case(
        "form with a value of surrogates", _with(b"/AcroForm 91 0 R", wild, b"/Annots[90 0 R]"), FINE, "AB", noted
    )
    circle = {90: b"<</FT/Tx/T(x)/Kids[90 0 R]/Parent 90 0 R>>", 91: b"<</Fields[90 0 R]>>"}
    yield Case("form field in a circle", _with(b"/AcroForm 91 0 R", circle, b"/Annots[90 0 R]"), FINE, "needle")
    xfa = {
        91: b"<</Fields[]/XFA 92 0 R>>",
        92: stream(b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
    }
    yield Case("form in XML", _with(b"/AcroForm 91 0 R", xfa), FINE, "needle")
    data = b"<xdp:xdp><xfa:datasets><xfa:data><name>value in XML &amp; more</name></xfa:data></xfa:datasets></xdp:xdp>"
    filled = {91: b"<</Fields[]/XFA[(datasets) 92 0 R]>>", 92: stream(data)}
    yield Case("form in XML with a value", _with(b"/AcroForm 91 0 R", filled), FINE, "value in XML & more", noted)
    note = {90: b"<</Type/Annot/Subtype/FreeText/Contents(a free note)/Rect[72 500 300 520]>>"}
    yield Case("free note", _with(b"", note, b"/Annots[90 0 R]"), FINE, "a free note", noted)
    others = {91: b"<</Type/Annot/Subtype/Circle/Rect[9 9 9 9]>>", 92: b"<</Type/Annot/Subtype/Popup/Rect[9 9 9 9]>>"}
    among = _with(b"", note | others, b"/Annots[91 0 R 90 0 R 91 0 R 92 0 R 92 0 R]")
    yield Case("free note among marks of a reviewer", among, FINE, "a free note", noted)
    for name, more in {"hidden": b"/F 2", "of no view": b"/F 32"}.items():
        unseen = {90: note[90].replace(b"/Rect", more + b"/Rect")}
        yield Case(
            f"free note that is {name}", _with(b"", unseen, b"/Annots[90 0 R]"), FINE, "a free note", "hidden text"
        )
    for name, place in {"off the page": b"[-900 500 -700 520]", "of no size": b"[0 0 0 0]"}.items():
        unseen = {90: field.replace(b"[72 600 300 620]", place), 91: form[91]}
        data = _with(b"/AcroForm 91 0 R", unseen, b"/Annots[90 0 R]")
        yield Case(f"form field {name}", data, FINE, "field value", "hidden text")
    printed = _with(b"", {90: note[90].replace(b"/Rect", b"/F 4/Rect")}, b"/Annots[90 0 R]")
    yield Case("free note that is printed", printed, FINE, "a free note", "!hidden text")
    for name, notes in {
        "a number": b"7",
        "nulls": b"[null null]",
        "the page": b"[4 0 R]",
        "missing": b"99 0 R",
    }.items():
        yield Case(f"notes that are {name}", _with(page=b"/Annots " + notes), FINE, "needle")
    yield Case("labels without end", _with(b"/PageLabels<</Nums[0<</S/r/St 999999999>>]>>"), FINE, "needle")
    yield Case("layers without end", _with(b"/OCProperties<</OCGs[90 0 R]/D<</OFF 90 0 R>>>>"), FINE, "needle")
    yield Case("tags in a circle", _with(b"/StructTreeRoot 90 0 R", {90: b"<</K 90 0 R/P 90 0 R>>"}), FINE, "needle")
    media = {90: b"<</Subtype/RichMedia/Rect[0 0 9 9]/RichMediaContent<</Assets<<>>>>>>"}
    yield Case("film on the page", _with(b"", media, b"/Annots[90 0 R]"), FINE, "needle")
    yield Case(
        "signature of nobody", _with(b"/AcroForm<</SigFlags 3/Fields[]>>/Perms<</DocMDP 4 0 R>>"), FINE, "needle"
    )
    empty = assemble({1: b"<</Type/Catalog/Pages 2 0 R/Collection<<>>>>", 2: b"<</Type/Pages/Kids[]/Count 0>>"})
    yield Case("portfolio without a page", empty, ("failed/corrupt", *NO_TEXT))


def _form(field: bytes, *, listed: bytes = b"90 0 R", more: dict[int, bytes] | None = None) -> bytes:
    widget = b"<</Type/Annot/Subtype/Widget/Rect[72 600 300 620]/P 4 0 R%b>>" % field
    objects = {90: widget, 91: b"<</Fields[%b]>>" % listed} | (more or {})
    return _with(b"/AcroForm 91 0 R", objects, b"/Annots[90 0 R]")


def _drawn() -> Iterator[Case]:
    """What stands in no value of a note, and only in what is drawn in its place."""
    told = "words of a stamp or signature on it are not in its text"
    nested = {
        93: stream(b"/In Do", _FORM + b"/Resources<</XObject<</In 94 0 R>>>>"),
        94: stream(show("signed by somebody"), _FORM + b"/Resources<</Font<</F1 3 0 R>>>>"),
    }
    plain = nested | {94: stream(b"0 0 50 50 re f", _FORM)}
    stamp = b"<</Type/Annot/Subtype/Stamp/Rect[100 100 300 200]/AP<</N 93 0 R>>>>"
    field = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/Rect[100 100 300 200]/AP<</N 93 0 R>>>>"
    form = b"/AcroForm<</Fields[90 0 R]>>"
    yield Case("stamp with words", _with(b"", nested | {90: stamp}, _NOTE), FINE, "needle", told)
    yield Case("stamp without words", _with(b"", plain | {90: stamp}, _NOTE), FINE, "needle", "!stamp")
    yield Case("signature with words", _with(form, nested | {90: field}, _NOTE), FINE, "needle", told)
    yield Case("signature without words", _with(form, plain | {90: field}, _NOTE), FINE, "needle", "!stamp")
    circle = nested | {94: nested[93].replace(b"94", b"93"), 90: stamp}
    yield Case("stamp that draws itself", _with(b"", circle, _NOTE), FINE, "needle", "!stamp")


def _written_unseen() -> Iterator[Case]:
    unseen = {
        "in white": b"/Helv 12 Tf 1 g",
        "in white of three parts": b"1.0 1 1 rg /H 9 Tf",
        "tiny": b"/Helv .1 Tf 0 g",
    }
    plain = {"in black": b"/Helv 12 Tf 0 g", "of any size": b"/Helv 0 Tf 0.1 g", "in red": b"/Helv 9 Tf 1 0 0 rg"}
    for name, appearance in (unseen | plain).items():
        said = "hidden text" if name in unseen else "!hidden text"
        field = _form(b"/FT/Tx/T(a)/V(field value)/DA(%b)" % appearance)
        yield Case(f"form field written {name}", field, FINE, "field value", said)
    dark = _form(b"/FT/Tx/T(a)/V(field value)/DA(/Helv 9 Tf 1 g)/MK<</BG[0 0 .5]>>")
    yield Case("form field in white on a colour", dark, FINE, "field value", "!hidden text")


def _choices() -> Iterator[Case]:
    pairs = b"/Opt[[(x1)(first label)][(x2)(second label)][(x3)(third label)]]"
    chosen = {
        "several choices": (b"/FT/Ch/Ff 2097152/T(a)/Opt[(one)(two)(three)]/V[(one)(three)]", "one\nthree"),
        "several labels": (b"/FT/Ch/Ff 2097152/T(a)/V[(x3)(x1)]" + pairs, "first label\nthird label"),
        "a label": (b"/FT/Ch/Ff 131072/T(a)/V(x2)" + pairs, "needle\n\nsecond label"),
        "a choice of its own": (b"/FT/Ch/Ff 393216/T(a)/V(none of them)" + pairs, "none of them"),
    }
    for name, (field, text) in chosen.items():
        yield Case(f"form with {name}", _form(field), FINE, text, "stand at the end")
    parent = b"<</FT/Ch/Ff 131072/T(a)/V(x2)/Kids[90 0 R]%b>>" % pairs
    inherited = _form(b"/Parent 93 0 R", listed=b"93 0 R", more={93: parent})
    yield Case("form with a label from above", inherited, FINE, "second label", "stand at the end")
    unlisted = _form(b"/FT/Tx/T(a)/V(not listed)", listed=b"")
    yield Case("form field that the form doesn't list", unlisted, FINE, "not listed", "stand at the end")


def _rich() -> Iterator[Case]:
    rich = b'(<?xml version="1.0"?><body><p>rich <b>te</b>xt &amp; more</p><p>second</p></body>)'
    text = "rich text & more\nsecond"
    yield Case("form with rich text only", _form(b"/FT/Tx/T(a)/RV" + rich), FINE, text, "stand at the end")
    note = {90: b"<</Type/Annot/Subtype/FreeText/Rect[72 500 300 520]/RC%b>>" % rich}
    yield Case("free note of rich text only", _with(b"", note, b"/Annots[90 0 R]"), FINE, text, "stand at the end")
    open_tags = b"(%b)" % (b"<" * 300_000)
    yield Case("form with rich text that never ends", _form(b"/FT/Tx/T(a)/RV" + open_tags), FINE, "needle")


def _too_much() -> Iterator[Case]:
    long = _form(b"/FT/Tx/T(a)/V(begins so %b)" % (b"x" * 2_000_000))
    yield Case("form with a value of two megabytes", long, FINE, "begins so xxx", "beyond 200,000 characters")
    faces = b"<FEFF%b>" % (b"D83DDE00" * 200_001)
    yield Case(
        "form with 200,001 faces", _form(b"/FT/Tx/T(a)/V" + faces), FINE, "\U0001f600" * 9, "beyond 200,000 characters"
    )
    numbers = range(100, 2101)
    fields = {
        n: b"<</Type/Annot/Subtype/Widget/FT/Tx/T(f%d)/V(value %d)/Rect[72 600 300 620]>>" % (n, n) for n in numbers
    }
    listed = b" ".join(b"%d 0 R" % n for n in numbers)
    objects = fields | {91: b"<</Fields[%b]>>" % listed}
    many = _with(b"/AcroForm 91 0 R", objects, b"/Annots[%b]" % listed)
    yield Case("form of 2,001 fields", many, FINE, "value 2099", "behind the first 2,000")
