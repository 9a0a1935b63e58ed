"""The lines of a page that look like headings, told from the text alone."""

from __future__ import annotations

import unicodedata

_LONGEST = 80
_LONGEST_WITHOUT_CAPITALS = 40  # Thai doesn't mark where a sentence ends, and Chinese says as much in half the signs
_NAMED = ("Chapter ", "CHAPTER ", "Section ", "Part ", "Appendix ", "APPENDIX ")


def headings(text: str) -> list[str]:
    """Numbered short lines, lines in capitals, those that begin with a heading's noun or stand alone.

    Lines of a table of contents (they end with a number) and sentences (they end with a mark) are none. A line in a
    script without capitals stands alone, or behind a blank line with a number such as 1.2.
    """
    lines = ["", *text.split("\n"), "."]  # what ends the page doesn't stand alone: it heads nothing
    return [
        line
        for before, line, after in zip(lines, lines[1:], lines[2:], strict=False)
        if 4 <= len(line) <= _LONGEST and _is_heading(line, not before, not after)
    ]


def ends_in_heading(text: str, start: int, end: int) -> bool:
    """Whether the last line of a part of the text heads what comes behind a blank line."""
    *_, before, line = ["", *text[max(start, end - 2 * _LONGEST) : end].rsplit("\n", 2)]
    return 4 <= len(line) <= _LONGEST and _is_heading(line, not before or before.isspace(), True)


def _is_heading(line: str, follows_blank: bool, precedes_blank: bool) -> bool:
    stands_alone = follows_blank and precedes_blank
    first = line[0]
    if first.isdigit():
        number, _, words = line.partition(" ")
        if len(number) > 8:
            return False
        if words[:1].isupper():
            return words[-1].isalpha()
        return (stands_alone or (follows_blank and "." in number[:-1])) and _is_without_capitals(words)
    if first.isupper():
        return line[-1].isalpha() and (stands_alone or ((line.isupper() or line.startswith(_NAMED)) and " " in line))
    return stands_alone and _is_without_capitals(line)


def _is_without_capitals(words: str) -> bool:
    """Short, of letters that have no capitals at both ends, without a mark there; a vowel sign may be the last."""
    if not words or len(words) > _LONGEST_WITHOUT_CAPITALS:
        return False
    return unicodedata.category(words[0]) == "Lo" and unicodedata.category(words[-1])[0] in "LM"
