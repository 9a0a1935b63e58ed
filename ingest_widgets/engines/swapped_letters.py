"""Letters of ligatures with their bytes swapped: Ghostscript 10.0 writes them so into a font's map to text.

"fi" comes as the Han signs U+6600 and U+6900 then; of three letters the last two are one sign, the sum of both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest_widgets.engines.edits import Edit

_LAST = "bcfhijklpstyz"
_PAIRS = {chr(ord(one) << 8) + chr(ord(two) << 8): one + two for one in "Tcfst" for two in _LAST} | {
    chr(ord(one) << 8) + chr((ord(one) + ord(two)) << 8): 2 * one + two for one in "ft" for two in _LAST
}
_MOST_COMMON = "\u6600", "\u7400"  # f and t
_HAN = "\u3040-\u9fff"  # or Kana: beside another one these may be meant
_LIGATURES = re.compile(f"(?<![{_HAN}])(?:{'|'.join(_PAIRS)})+(?![{_HAN}])")


def swapped_letter_edits(text: str) -> list[Edit]:
    """(start, end, letters) for each such ligature, or some in a row.

    Args:
        text: Of the whole page.
    """
    if not any(sign in text for sign in _MOST_COMMON):
        return []
    return [(match.start(), match.end(), _letters(match.group())) for match in _LIGATURES.finditer(text)]


def _letters(signs: str) -> str:
    return "".join(_PAIRS[signs[at : at + 2]] for at in range(0, len(signs), 2))
