"""Ligatures that a font without a map to text names by their letters, as in f_i: pdfium gives their codes.

TeX's fonts made of OpenType ones number them in an order of their own, so that the places of TeX's other ligatures
would make wrong words of them. https://github.com/adobe-type-tools/agl-specification
"""

from __future__ import annotations

import re
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
        """(start, end, letters) for each such ligature.

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
        found = ((at, named.get((page.font_name(at), page.code(at)))) for at in codes)
        edits = [(at, at + 1, letters) for at, letters in found if letters]
        if codes:
            self._looks = _LOOKS if edits else self._looks - 1
        return edits

    def _named(self, index: int) -> dict[tuple[str, int], str]:
        """The letters by a font's name and a code."""
        named: dict[tuple[str, int], str] = {}
        for font in self._fonts(index):
            name = str(font.get("/BaseFont", ""))[1:].rpartition("+")[2]
            if font.objgen not in self._known or font.objgen == (0, 0):
                self._known[font.objgen] = _ligatures(font)
            for code, letters in self._known[font.objgen].items():
                named.setdefault((name, code), letters)
        return named


def _ligatures(font: Any) -> dict[int, str]:
    import pikepdf

    encoding = font.get("/Encoding")
    names = encoding.get("/Differences") if isinstance(encoding, pikepdf.Dictionary) else None
    found: dict[int, str] = {}
    code = 0
    for item in islice(names, _MOST_NAMES) if isinstance(names, pikepdf.Array) else ():
        if isinstance(item, int):
            code = item
        else:
            if ligature := _LIGATURE.match(str(item)):
                found[code] = ligature.group(1).replace("_", "")
            code += 1
    return found
