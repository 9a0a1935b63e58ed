"""What wrote a document, and what is known of those that do."""

from __future__ import annotations

import ctypes
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pypdfium2

_LONGEST_NAME = 512  # bytes
# Chromium and what is built on it, wkhtmltopdf, and WeasyPrint.
_BROWSERS = ("Skia/PDF", "Qt ", "WeasyPrint")
_TEX = ("TeX", "dvipdfm", "dvips")
_OFFICE = ("Microsoft", "LibreOffice", "OpenOffice", "Quartz PDFContext")
_PARTS_OF_LIBREOFFICE = ("Writer", "Impress", "Calc", "Draw")


class Programs(NamedTuple):
    """What a document says that it was written by."""

    creator: str = ""
    """Where its author wrote; programs that draw pages anew mostly leave it."""
    producer: str = ""


def programs_of(document: pypdfium2.PdfDocument) -> Programs:
    """Empty names where it doesn't say."""
    return Programs(_name_in(document, b"Creator"), _name_in(document, b"Producer"))


def is_of_quark(programs: Programs) -> bool:
    """Whether spaces that take no room may stand where a word could be cut, see `pairs`."""
    return "QuarkXPress" in programs.creator


def _name_in(document: pypdfium2.PdfDocument, field: bytes) -> str:
    import pypdfium2.raw as pdfium_c

    room = ctypes.create_string_buffer(_LONGEST_NAME)
    pdfium_c.FPDF_GetMetaText(document, field, room, len(room))
    return room.raw.decode("utf-16-le", "replace").partition("\0")[0]


def is_of_ghostscript(programs: Programs) -> bool:
    """Whether words may be drawn together, see `pairs`."""
    return "Ghostscript" in programs.producer


def is_of_browser(programs: Programs) -> bool:
    """Whether the text may be drawn in another order than it is read in, see `layers`."""
    return programs.producer.startswith(_BROWSERS)


def is_of_libreoffice(programs: Programs) -> bool:
    """Whether hyphens that cut words are drawn alone, see `office_lines`."""
    return "LibreOffice" in programs.producer or "OpenOffice" in programs.producer


def may_be_of_libreoffice(programs: Programs) -> bool:
    """Whether signs may be drawn behind the rest of their line, see there, also if another program drew it anew."""
    if not programs.creator and programs.producer.startswith("cairo"):  # poppler leaves out what it was
        return True
    return programs.creator in _PARTS_OF_LIBREOFFICE or is_of_libreoffice(programs)


def is_of_younger_tex(programs: Programs) -> bool:
    """Whether words may be set so close together as `tight_lines` says."""
    return any(name in programs.producer for name in ("dvipdfm", "XeTeX", "LuaTeX"))


class Cuts(Enum):
    """How a producer cuts words at line ends, see `hyphens`."""

    UNKNOWN = auto()
    OFTEN = auto()
    """By hyphens, unless somebody forbids it."""
    SELDOM = auto()
    """By hyphens, when somebody wants it."""
    BY_SIGN = auto()
    """If at all by a sign of its own; a hyphen is the author's."""


def cuts_of(programs: Programs) -> Cuts:
    """What is known of the last of them; TeX cut the words, whoever drew its pages anew."""
    producer = programs.producer
    if any(name in program for program in programs for name in _TEX):
        return Cuts.OFTEN
    if producer.startswith(_BROWSERS):
        return Cuts.BY_SIGN
    return Cuts.SELDOM if any(suite in producer for suite in _OFFICE) else Cuts.UNKNOWN
