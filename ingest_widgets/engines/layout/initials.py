"""Large initials: letters over several lines, behind which the word goes on in small ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_widgets.engines.words.hyphens import Vocabulary

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage

_LARGE = 1.6  # times the height of the text
_OFTEN_WORDS = frozenset("AÀIАВИКОСУЯ")
_WORDS = _OFTEN_WORDS | set("EOUY")  # the others only in some languages
_LONGEST = 60  # signs


def is_initial(page: TextPage, sign: int, start: int) -> bool:
    """Whether this sign is a letter so large that the line that starts there reaches but a part of its height."""
    _, low, _, high = page.box(sign)
    _, bottom, _, top = page.box(start)
    return page.text[sign].isupper() and high - low > _LARGE * (top - bottom) and low <= top and bottom < high


def begins_word(text: str, sign: int, start: int, vocabulary: Vocabulary) -> bool:
    """Whether an initial belongs to the word that starts there; A and I may be words, and E where it is one elsewhere.

    Args:
        text: Of the page.
        sign: Where the initial stands in it.
        start: And where the line begins beside it.
        vocabulary: Of the pages that were read before.
    """
    letter, words = text[sign], text[start : start + _LONGEST].split(maxsplit=1)
    if letter not in _WORDS or not words:
        return True
    rest = words[0].rstrip(".,;:!?")
    page = Vocabulary()
    page.add(text[start + len(rest) :])
    page.gather()
    vocabulary.gather()

    def has(word: str) -> bool:
        return page.has(word) or vocabulary.has(word)

    return has(letter + rest) or not (letter in _OFTEN_WORDS or (has(letter) and has(rest)))
