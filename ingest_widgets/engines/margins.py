"""Running headers, footers and page numbers: told by what neighbouring pages repeat at the same edge.

Nothing is taken out of the text. Whoever wants prose only (chunks, key phrases) leaves these spans out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_LINE = re.compile(r"[^\n]*\S[^\n]*")
_NUMBER = re.compile(r"\d+")
_DEEP = 3  # lines from an edge
_NEAR = 3  # pages on either side
Line = tuple[int, int, str, int | None]


def marginal_lines(pages: Sequence[str]) -> list[list[tuple[int, int]]]:
    """For each page the (start, end) of its lines that belong to the margin, in order.

    A line counts when two of the six pages around it have the same one at the same edge, figures aside (one is
    enough in a document of up to three pages), or when it is a number alone that steps with the pages.

    Args:
        pages: The texts of consecutive pages of one document.
    """
    tops, bottoms = [], []
    for text in pages:
        spans = [match.span() for match in _LINE.finditer(text)]
        tops.append([_line(text, span) for span in spans[:_DEEP]])
        bottoms.append([_line(text, span) for span in spans[max(_DEEP, len(spans) - _DEEP) :]])
    needed = 1 if len(pages) <= _NEAR else 2
    return [
        [line[:2] for edge in (tops, bottoms) for line in edge[number] if _repeated(line, edge, number, needed)]
        for number in range(len(pages))
    ]


def _line(text: str, span: tuple[int, int]) -> Line:
    words = text[span[0] : span[1]].strip().casefold()
    figures = _NUMBER.findall(words)
    return *span, _NUMBER.sub("#", words), int(figures[-1]) if figures and len(figures[-1]) < 7 else None


def _repeated(line: Line, edge: list[list[Line]], number: int, needed: int) -> bool:
    _, _, key, figure = line
    bare = not any(sign.isalpha() for sign in key)
    if bare and figure is None:
        return False
    found = 0
    for other in range(max(0, number - _NEAR), min(len(edge), number + _NEAR + 1)):
        if other != number:
            same = (figure_there for _, _, there, figure_there in edge[other] if there == key)
            found += any(not bare or there == (figure or 0) + other - number for there in same)
    return found >= needed
