"""What matches a word as the index sees it, marks and signs of scripts that part no words among its letters."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ingest_widgets.corpus.words.signs import RUN
from ingest_widgets.scripts import SIGNS


def word_pattern(text: str) -> re.Pattern[str]:
    """What matches one word as the index sees it: letters, digits, and marks where the text has them; or a run."""
    return _ASCII_WORD if text.isascii() else _marked_word()


_ASCII_WORD = re.compile(r"[A-Za-z0-9]+")


@lru_cache(maxsize=1)
def _marked_word() -> re.Pattern[str]:
    return re.compile(f"{RUN.pattern}|(?:[^\\W_{SIGNS}]|[{mark_class()}])+")


@lru_cache(maxsize=1)
def mark_class() -> str:
    """The combining marks, as the inside of a regular expression's class."""
    ranges: list[tuple[int, int]] = []
    for code in (*range(0x300, 0x20F1), *range(0x2CEF, 0x2E00), *range(0xA66F, 0xABED), 0xFB1E, *range(0xFE00, 0xFE30)):
        if unicodedata.category(chr(code))[0] == "M":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1] = (ranges[-1][0], code)
            else:
                ranges.append((code, code))
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
