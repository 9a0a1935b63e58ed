"""Footnote marks that hang on words: `efficient3` is no word that anybody would search for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest_widgets.engines.accents import Edit
    from ingest_widgets.engines.textpage import TextPage

_MARK = re.compile(r"(?<=[^\W\d_]{3})\d{1,2}(?!\w)")
_LAST_LINES = 12
_RAISED = 0.15  # of the size of the word's font
_SMALLER = 0.9


def footnote_edits(page: TextPage, text: str, lines: list[str]) -> list[Edit]:
    """A space before each small raised number behind a word, on pages whose last lines look like notes."""
    if not any(line[:1].isdigit() for line in lines[-_LAST_LINES:]):
        return []
    found: list[Edit] = []
    for match in _MARK.finditer(text):
        at = match.start()
        size = page.size(at - 1)
        (_, base), (_, raised) = page.origins([at - 1, at])
        if raised - base > _RAISED * size and page.size(at) < _SMALLER * size:
            found.append((at, at, " "))
    return found
