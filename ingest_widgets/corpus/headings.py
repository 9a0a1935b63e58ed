"""The lines of a page that look like headings, told from the text alone."""

from __future__ import annotations

_LONGEST = 80
_NAMED = ("Chapter ", "CHAPTER ", "Section ", "Part ", "Appendix ", "APPENDIX ")


def headings(text: str) -> str:
    """Numbered short lines, lines in capitals and those that begin with a heading's noun, one a line.

    Lines of a table of contents (they end with a number) and sentences (they end with a mark) are none.
    """
    return "\n".join(line for line in text.split("\n") if 4 <= len(line) <= _LONGEST and _is_heading(line))


def _is_heading(line: str) -> bool:
    first = line[0]
    if first.isdigit():
        number, _, rest = line.partition(" ")
        return len(number) <= 8 and rest[:1].isupper() and rest[-1].isalpha()
    if not first.isupper():
        return False
    return line[-1].isalpha() and (line.isupper() or line.startswith(_NAMED)) and " " in line[:_LONGEST]
