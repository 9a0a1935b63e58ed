"""Glyphs that a font without a map to text names by their letters, while pdfium gives their codes.

TeX's fonts made of OpenType ones number ligatures such as f_i in an order of their own, so that the places of TeX's
other ligatures would make wrong words of them. Of fonts whose glyphs are drawings (Type 3), as Ghostscript and the
printers of statements write them, pdfium asks no name. https://github.com/adobe-type-tools/agl-specification
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from ingest_widgets.engines.files.structure import refusals
from ingest_widgets.engines.protocol import EngineRefuses

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage
    from ingest_widgets.engines.words.edits import Edit

_CODE = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LIGATURE = re.compile(r"/([A-Za-z](?:_[A-Za-z]){1,3})")
_SIGNS = (
    "space exclam quotedbl numbersign dollar percent ampersand quotesingle parenleft parenright asterisk plus comma"
    " hyphen period slash zero one two three four five six seven eight nine colon semicolon less equal greater question"
    " at"
)
_NAMED = {name: chr(code) for code, name in enumerate(_SIGNS.split(), ord(" "))} | dict(
    zip("bracketleft bracketright underscore quoteleft quoteright endash emdash".split(), "[]_‘’–—", strict=True)
)
_ACCENTED = re.compile("([A-Za-z])(acute|grave|circumflex|dieresis|tilde|cedilla|ring|caron)")
_ACCENTS = dict(
    zip(
        "acute grave circumflex dieresis tilde cedilla ring caron".split(),
        "\u0301\u0300\u0302\u0308\u0303\u0327\u030a\u030c",
        strict=True,
    )
)
_LOOKS = 3  # pages with codes and no such name: there are none in the document
_MOST_NAMES = 1_000  # in an encoding


class GlyphNames:
    """Those of the fonts of a document.

    Args:
        fonts: Those of a page, by its number from 0, in pikepdf.
    """

    def __init__(self, fonts: Callable[[int], list[Any]]) -> None:
        self._fonts = fonts
        self._known: dict[tuple[int, int], dict[int, str]] = {}
        self.start_afresh()

    def start_afresh(self) -> None:
        """Forgets the pages that were looked at."""
        self._looks = _LOOKS

    def edits(self, page: TextPage) -> list[Edit]:
        """(start, end, letters) for each such glyph.

        Args:
            page: Where its signs are pdfium's characters.
        """
        if self._looks <= 0:
            return []
        codes = [at for at in map(re.Match.start, _CODE.finditer(page.text)) if page.is_unmapped(at)]
        named: dict[tuple[str, int], str] = {}
        if codes:
            with suppress(EngineRefuses), refusals():
                named = self._named(page.index)
        if any(not name for name, _ in named):  # fonts of drawings, of which other codes are no letters either
            codes = list(filter(page.is_unmapped, range(len(page.text))))
        found = ((at, named.get((page.font_name(at), page.code(at)))) for at in codes)
        edits = [(at, at + 1, letters) for at, letters in found if letters and letters != page.text[at]]
        if codes:
            self._looks = _LOOKS if edits else self._looks - 1
        return edits

    def _named(self, index: int) -> dict[tuple[str, int], str]:
        """The letters by a font's name and a code; empty where two fonts of one name, or of none, differ."""
        named: dict[tuple[str, int], str] = {}
        for font in self._fonts(index):
            name = str(font.get("/BaseFont", ""))[1:].rpartition("+")[2]
            if font.objgen not in self._known or font.objgen == (0, 0):
                self._known[font.objgen] = _letters(font)
            for code, letters in self._known[font.objgen].items():
                if named.setdefault((name, code), letters) != letters:
                    named[name, code] = ""
        return named


def _letters(font: Any) -> dict[int, str]:
    """By code; of a font of drawings, whose name nobody knows, with an empty one for each that isn't known."""
    import pikepdf

    is_drawn = font.get("/Subtype") == pikepdf.Name.Type3
    encoding = font.get("/Encoding")
    names = encoding.get("/Differences") if isinstance(encoding, pikepdf.Dictionary) else None
    if is_drawn and "/ToUnicode" in font:
        return {}
    found: dict[int, str] = {}
    code = 0
    for item in islice(names, _MOST_NAMES) if isinstance(names, pikepdf.Array) else ():
        if isinstance(item, int):
            code = item
        else:
            if ligature := _LIGATURE.match(str(item)):
                found[code] = ligature.group(1).replace("_", "")
            elif is_drawn:
                found[code] = _sign(str(item)[1:])
            code += 1
    return found


def _sign(name: str) -> str:
    if len(name) == 1 and name.isalpha():
        return name
    if accented := _ACCENTED.fullmatch(name):
        return unicodedata.normalize("NFC", accented[1] + _ACCENTS[accented[2]])
    return _NAMED.get(name, "")
