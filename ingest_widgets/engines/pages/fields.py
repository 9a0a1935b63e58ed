"""The values of form fields and free notes, as somebody who looks at the page reads them."""

from __future__ import annotations

import ctypes
import html
import re
from collections.abc import Callable, Iterable
from functools import partial
from math import isfinite
from typing import Any

import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.hidden.glance import TINY_POINTS

MOST_CHARS = 200_000
_MOST_OPTIONS = 2_000  # of a field: each is compared with all that are chosen

_TEXT = pdfium_c.FPDF_FORMFIELD_TEXTFIELD
_CHOICES = (pdfium_c.FPDF_FORMFIELD_COMBOBOX, pdfium_c.FPDF_FORMFIELD_LISTBOX)
_NO_FIELD = -1
_PASSWORD = 1 << 13
"""The flag of text that is shown as bullets (ISO 32000-1, 12.7.4.3); in other fields it says nothing."""
_LINE_ENDS = re.compile(r"</(?:p|div|li)\s*>|<br\s*/?>")
_TAG = re.compile(r"<[^<>]*>")
# The default appearance (ISO 32000-1, 12.7.3.3): the size of the font, where 0 stands for one that fits, and white.
_SIZE = re.compile(r"(\d*\.?\d+)\s+Tf\b")
_WHITE = re.compile(r"(?<![\d.])(?:1(?:\.0*)?\s+g|(?:1(?:\.0*)?\s+){3}rg|(?:0(?:\.0*)?\s+){4}k)\b")
_GROUNDS = (b"MK", b"C")


def field_value(form: Any, note: Any) -> str:
    """What is written or chosen in a field, a line for each; empty for buttons, signatures and passwords.

    Args:
        form: pdfium's form environment; None if there is none.
        note: The field's place on a page, open.
    """
    kind = _NO_FIELD if form is None else pdfium_c.FPDFAnnot_GetFormFieldType(form, note)
    if kind == _NO_FIELD:  # the form doesn't list it, and the page shows it all the same
        return _unlisted_value(note)
    if kind in _CHOICES and (labels := _chosen_labels(form, note)):
        return labels
    if kind != _TEXT and kind not in _CHOICES:
        return ""
    if kind == _TEXT and pdfium_c.FPDFAnnot_GetFormFieldFlags(form, note) & _PASSWORD:
        return ""
    value = _string(partial(pdfium_c.FPDFAnnot_GetFormFieldValue, form, note))
    return value or _plain(_entry(note, b"RV"))


def is_signature(form: Any, note: Any) -> bool:
    """Whether a field, whose arguments are those of `field_value`, is signed and not filled in."""
    return form is not None and pdfium_c.FPDFAnnot_GetFormFieldType(form, note) == pdfium_c.FPDF_FORMFIELD_SIGNATURE


def note_text(note: Any) -> str:
    """What a free note says."""
    return _plain_or_rich(note, b"Contents", b"RC")


def is_written_unseen(note: Any) -> bool:
    """Whether its default appearance is tiny, or white on no colour of its own."""
    appearance = _entry(note, b"DA")
    size = _SIZE.search(appearance)
    if size and 0 < float(size.group(1)) < TINY_POINTS:
        return True
    return bool(_WHITE.search(appearance)) and not any(pdfium_c.FPDFAnnot_HasKey(note, key) for key in _GROUNDS)


def _unlisted_value(note: Any) -> str:
    kind, flags = _entry(note, b"FT"), ctypes.c_float()
    pdfium_c.FPDFAnnot_GetNumberValue(note, b"Ff", flags)
    hidden = kind == "Tx" and isfinite(flags.value) and int(flags.value) & _PASSWORD
    if kind not in ("Tx", "Ch") or hidden:
        return ""
    return _plain_or_rich(note, b"V", b"RV")


def _plain_or_rich(note: Any, plain: bytes, rich: bytes) -> str:
    return _entry(note, plain) or _plain(_entry(note, rich))


def _chosen_labels(form: Any, note: Any) -> str:
    """What the list shows, which may differ from the values that it stands for."""
    count = min(pdfium_c.FPDFAnnot_GetOptionCount(form, note), _MOST_OPTIONS)
    chosen = (number for number in range(count) if pdfium_c.FPDFAnnot_IsOptionSelected(form, note, number))
    labels = (_string(partial(pdfium_c.FPDFAnnot_GetOptionLabel, form, note, number)) for number in chosen)
    return "\n".join(enough_of(labels))


def _entry(note: Any, key: bytes) -> str:
    return _string(partial(pdfium_c.FPDFAnnot_GetStringValue, note, key))


def _plain(rich: str) -> str:
    """The words of rich text (XHTML), without a parser that it could blow up."""
    return html.unescape(_TAG.sub("", _LINE_ENDS.sub("\n", rich))).strip()


def enough_of(texts: Iterable[str]) -> list[str]:
    """Those that aren't empty, up to the one with which they have more than `MOST_CHARS` in all."""
    found, room = [], MOST_CHARS
    for text in texts:
        if text:
            found.append(text)
            room -= len(text)
        if room < 0:
            break
    return found


def read_bytes(ask: Callable[[Any, int], int], most: int) -> bytes:
    """What pdfium gives once it is told of enough room, at most so many bytes."""
    size = ask(None, 0)
    if size <= 0:
        return b""
    room = ctypes.create_string_buffer(size)
    ask(room, size)
    return ctypes.string_at(room, min(size, most))


def _string(ask: Callable[[Any, int], int]) -> str:
    def as_units(room: Any, size: int) -> int:
        return int(ask(room and ctypes.cast(room, ctypes.POINTER(ctypes.c_ushort)), size))

    units = read_bytes(as_units, 4 * MOST_CHARS + 2)
    return units.decode("utf-16-le", "surrogatepass").rstrip("\0").strip()[: MOST_CHARS + 1]
