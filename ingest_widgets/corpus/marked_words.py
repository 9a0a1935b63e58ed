"""Words that a mark makes other ones (C++, C#, Na+, AT&T, .NET): the index holds them beside the bare words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest_widgets.scripts import SIGNS

# By the mark, of which a page has few. A plus between two words adds them; `R & D` is written so, too.
_BEHIND = {
    "+": re.compile(r"\+(?<=[A-Za-z0-9]\+)(?:\+|(?![^\W_]))"),
    "#": re.compile(r"#(?<=[A-Za-z0-9]#)"),
    "&": re.compile(r"&(?:(?<=[A-Za-z0-9]&)|(?<=[A-Za-z0-9]\s&))"),
}
_WORD = re.compile(rf"(?:(?<![^\W_])|(?<=[{SIGNS}]))[A-Za-z][A-Za-z0-9]*(?=\s?\Z)")
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
    """What the index holds for those in a text, as often as they are there."""
    return [*_with_mark_behind(text), *(_AS_LETTER["."] + word for word in _DOTTED.findall(text))]


def typed_marks(text: str) -> tuple[str, ...]:
    """The same for those that somebody asks for: a dot within a word is no mark then, as in `node.js`."""
    free = (_AS_LETTER["."] + word for word in _DOTTED_AND_FREE.findall(text))
    return tuple(dict.fromkeys([*_with_mark_behind(text), *free]))


def mark_around(indexed: str) -> tuple[str, tuple[str, str]]:
    """What stands for a marked word in the index as the word in small letters, with patterns of what is around it."""
    return indexed[1:].lower(), _AROUND[indexed[0]]


def _with_mark_behind(text: str) -> Iterator[str]:
    for sign, pattern in _BEHIND.items():
        for mark in pattern.finditer(text) if sign in text else ():
            if word := _WORD.search(text, max(0, mark.start() - _LONGEST), mark.start()):
                yield _AS_LETTER[mark.group()] + word.group()
