"""Lines that are drawn twice to look bold: of whole passages pdfium gives both; of words and lines it drops one."""

from __future__ import annotations

from collections.abc import Sequence

_NEAR = 2.0  # points


def drawn_again(lines: Sequence[str], pens: tuple[Sequence[float], Sequence[float]]) -> list[int]:
    """The numbers of the lines that stand where the same one stands already.

    Args:
        lines: Of a page.
        pens: Where the pen stood for the first character of each. It has to stand exactly as high for one of them as
            for another one, which is told in a microsecond.
    """
    across, up = pens
    if len(set(up)) == len(up):
        return []
    found = []
    before: dict[str, list[tuple[float, float]]] = {}
    for number, (line, x, y) in enumerate(zip(lines, across, up, strict=True)):
        places = before.setdefault(line, [])
        if line and any(abs(x - left) < _NEAR and abs(y - base) < _NEAR for left, base in places):
            found.append(number)
        places.append((x, y))
    return found
