"""What a line that runs from the right shows from the left: Latin words and numbers.

By Unicode's bidirectional algorithm (UAX #9): a European number goes on over one separator and takes percent and
currency signs along (rules W4 and W5); an Arabic one, as is any in Arabic text (W2), goes on over a comma only, so that
in a range the first number stands on the right. Beside Latin words European numbers are as these, with all that is
between them (W7, N1); what could be either is taken for that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_CLASSES = {"L": "L", "EN": "E", "AN": "A", "ES": "+", "CS": ",", "ET": "%"}
_NUMBERS = re.compile("(?:(?<!%)%+)?E(?:[+,]?E)*%*|A(?:,?A)*")
_WITH_WORDS = re.compile("(?:(?<!%)%+(?=E))?[LEA](?:[LEA]|(?<=A),(?=A)|(?<!A)[^LEA]+(?=[LE]))*(?:(?<=E)%+)?")
_PERCENT_BEHIND = re.compile("E(?:,?E)*(?=%)")  # on the left of it
_ALL = re.compile(".+")


def class_of(sign: str) -> str:
    """One letter: "L" for Latin ones, "E" and "A" for figures, "+", "," and "%" for what is in numbers, else "?"."""
    return _CLASSES.get(unicodedata.bidirectional(sign), "?")


def runs_from_left(classes: str, is_arabic: bool) -> Iterator[tuple[int, int]]:
    """(start, end) of each run that reads from the left, in a part of a line without right-to-left letters.

    Args:
        classes: Of its signs, from the right; see `class_of`.
        is_arabic: Whether the letters around it are, and not Hebrew.
    """
    has_words = "L" in classes
    if is_arabic:
        classes = (_PERCENT_BEHIND if has_words else _ALL).sub(lambda match: match[0].replace("E", "A"), classes)
    return (match.span() for match in (_WITH_WORDS if has_words else _NUMBERS).finditer(classes))
