"""Russian in fonts without a map to Unicode: its letters come as those that have their numbers in Latin-1."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest_widgets.engines.words.edits import Edit

# Windows' encoding and TeX's T2A (https://www.ctan.org/pkg/encguide) agree on the alphabet, not on what is beside it.
_LETTERS = {chr(0xC0 + number): chr(0x410 + number) for number in range(64)}
_WINDOWS, _TEX = {"\xa8": "Ё", "\xb8": "ё"}, {"\xbc": "ё", "\xbe": "«", "\xbf": "»"}
_IN_EVERY_TEXT = "îåò"  # о, е and т; hardly a page of another language has all three
_COMMON = "îåàèíòñðâë"  # more than half of the letters of any text
_LONG_WORD = re.compile("[\xc0-\xff]{4,}")  # no language has as many letters with accents in a row
_FEW = 3  # long words; a page of another language may have a name or two in such a font
_WORD = re.compile(
    "(?<![A-Za-z])\xbe?(?:[\xc0-\xff\xa8\xb8\xbc]{2,}|[\xc0-\xd6\xd8-\xf6\xf8-\xff])\xbf?(?![A-Za-z])"
    "|\xbe(?=[A-Za-z])|(?<=[A-Za-z.!?)])\xbf"
)


def cyrillic_edits(text: str) -> list[Edit]:
    """(start, end, word) for each word that is Russian, on a page where some certainly are.

    Args:
        text: Of the whole page.
    """
    if not all(letter in text for letter in _IN_EVERY_TEXT):
        return []
    words = _LONG_WORD.findall(text)
    letters = "".join(words).lower()
    if len(words) < _FEW or 2 * sum(map(letters.count, _COMMON)) < len(letters):
        return []
    signs = str.maketrans(_LETTERS | _TEX | _WINDOWS)
    return [(word.start(), word.end(), word.group().translate(signs)) for word in _WORD.finditer(text)]
