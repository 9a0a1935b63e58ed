"""The lines of a page that look like headings, told from the text alone."""

from __future__ import annotations

_LONGEST = 80
_NAMED = ("Chapter ", "CHAPTER ", "Section ", "Part ", "Appendix ", "APPENDIX ")


def headings(text: str) -> list[str]:
    """Numbered short lines, lines in capitals, those that begin with a heading's noun or stand alone.

    Lines of a table of contents (they end with a number) and sentences (they end with a mark) are none.
    """
    lines = ["", *text.split("\n"), "."]  # what ends the page doesn't stand alone: it heads nothing
    return [
        line
        for before, line, after in zip(lines, lines[1:], lines[2:], strict=False)
        if 4 <= len(line) <= _LONGEST and _is_heading(line, not before and not after)
    ]


def _is_heading(line: str, stands_alone: bool) -> bool:
    first = line[0]
    if first.isdigit():
        number, _, rest = line.partition(" ")
        return len(number) <= 8 and rest[:1].isupper() and rest[-1].isalpha()
    if not first.isupper() or not line[-1].isalpha():
        return False
    return stands_alone or ((line.isupper() or line.startswith(_NAMED)) and " " in line)
