"""Words that a mark makes other ones (C++, C#, Na+, AT&T, .NET): the index holds them beside the bare words."""

from __future__ import annotations

import re
import string

from ingest_widgets.scripts import SIGN, SIGNS

# By the mark, of which a page has few. A plus between two words adds them; `R & D` is written so, too.
_BEHIND = {
    "+": re.compile(r"\+(?<=[A-Za-z0-9]\+)(?:\+|(?![^\W_]))"),
    "#": re.compile(r"#(?<=[A-Za-z0-9]#)"),
    "&": re.compile(r"&(?:(?<=[A-Za-z0-9]&)|(?<=[A-Za-z0-9]\s&))"),
}
_ASCII = string.ascii_letters + string.digits
_LONGEST = 64
_DOTTED = re.compile(rf"\.([A-Za-z][A-Za-z0-9]++)(?:(?![^\W_])|(?=[{SIGNS}]))")
_DOTTED_AND_FREE = re.compile(rf"(?<![\w.]){_DOTTED.pattern}")
# To SQLite these are letters, and nothing that is typed has them.
_AS_LETTER = {"+": "\ue001", "++": "\ue002", "#": "\ue003", "&": "\ue004", ".": "\ue005"}
_AROUND = {
    "\ue001": ("", r"\+(?![^\W_]|\+)"),
    "\ue002": ("", r"\+\+"),
    "\ue003": ("", "#"),
    "\ue004": ("", r"\s?&"),
    "\ue005": (r"\.", ""),
}


def marked_words(text: str) -> list[str]:
    """What the index holds for those in a text: as often as they are there, but once for the endings of names."""
    return [*_with_mark_behind(text), *(_AS_LETTER["."] + word for word in dict.fromkeys(_DOTTED.findall(text)))]


def typed_marks(text: str) -> tuple[str, ...]:
    """The same for those that somebody asks for: a dot within a word is no mark then, as in `node.js`."""
    free = (_AS_LETTER["."] + word for word in _DOTTED_AND_FREE.findall(text))
    return tuple(dict.fromkeys([*_with_mark_behind(text), *free]))


def mark_around(indexed: str) -> tuple[str, tuple[str, str]]:
    """What stands for a marked word in the index as the word in small letters, with patterns of what is around it."""
    return indexed[1:].lower(), _AROUND[indexed[0]]


def _with_mark_behind(text: str) -> list[str]:
    found = []
    for sign, pattern in _BEHIND.items():
        if sign in text:
            for mark in pattern.finditer(text):
                if word := _word_before(text, mark.start()):
                    found.append(_AS_LETTER[mark.group()] + word)
    return found


def _word_before(text: str, end: int) -> str:
    """The word that ends there, or before a space; empty where it isn't one of ASCII that begins with a letter."""
    near = text[max(0, end - _LONGEST) : end - text[end - 1].isspace()]
    before = near.rstrip(_ASCII)
    word = near[len(before) :]
    goes_on = before[-1].isalnum() and not SIGN.match(before[-1]) if before else end > _LONGEST
    return word if word[:1].isalpha() and not goes_on else ""
