"""What the index holds in place of what is written, so that it is found as people type it.

Pairs of signs for the scripts that don't part words with spaces; letters without the accents that SQLite leaves on: it
folds those of Latin letters only, and not the strokes; and one form of what is written in several widths.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from operator import add

from ingest_widgets.scripts import SIGN, SIGNS

RUN = re.compile(f"[{SIGNS}]+")
_ASCII = bytes(range(128))
_RUNS = re.compile(f"([{SIGNS}]+)")


STROKES = {"\u0142": "l", "\u00f8": "o", "\u0111": "d", "\u0127": "h", "\u0131": "i"}
"""Small Latin letters with a stroke, or without a dot, that Unicode doesn't take apart."""
MARKS = "\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670"
"""The vowel points of Hebrew and Arabic, as the inside of a regular expression's class."""
# Greek with accents, the Cyrillic io (in other Cyrillic letters the sign above makes another letter), alef with hamza.
_ACCENTED = "\u0386-\u0390\u03aa-\u03b0\u03ca-\u03ce\u1f00-\u1fff\u0401\u0451\u0622-\u0626"
# What is typed or left out without a difference to be seen: the zero-width non-joiner and joiner.
NON_JOINER, JOINER = "\u200c", "\u200d"
_WITHOUT_STROKES = str.maketrans(STROKES | {c.upper(): letter for c, letter in STROKES.items() if c != "\u0131"})
_LEFT_ON = re.compile(f"[{_ACCENTED}{MARKS}{NON_JOINER}{JOINER}{''.join(map(chr, _WITHOUT_STROKES))}]")
# Full-width letters and figures, half-width Kana, and the line that stretches Arabic words. Full-width punctuation is
# as little searched as any other.
_OTHER_FORMS = "\u0640\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff65-\uff9f"
_HAS_OTHER_FORM = re.compile(f"[{_OTHER_FORMS}]")  # three times as fast as the next, which tells them apart
_OTHER_FORM = re.compile(
    "[\uff66\uff73\uff76-\uff84\uff8a-\uff8e\uff9c]\uff9e|[\uff8a-\uff8e]\uff9f"  # a Kana and its voiced mark
    f"|[{_OTHER_FORMS}]"
)
# Some of these, or some signs: all that a page of English doesn't have.
_ANY = re.compile(f"[{SIGNS}{_OTHER_FORMS}{_LEFT_ON.pattern[1:]}")


def is_plain(text: str) -> bool:
    """There are no signs in it, and it is bare."""
    return text.isascii() or not _ANY.search(_beyond_ascii(text))


def bare(text: str) -> str:
    """The text in one width, without joiners and the accents, points and strokes that SQLite would leave on."""
    text = even(text)
    for letter in set(_LEFT_ON.findall(_beyond_ascii(text))):
        text = text.replace(letter, _bare_letter(letter))
    return text


@cache
def _bare_letter(letter: str) -> str:
    apart = unicodedata.normalize("NFD", letter.translate(_WITHOUT_STROKES))
    return "".join(c for c in apart if not (unicodedata.combining(c) or c in (NON_JOINER, JOINER)))


def even(text: str) -> str:
    """The text with letters, figures and Kana in their common width, and Arabic words as short as they can be."""
    if not _HAS_OTHER_FORM.search(_beyond_ascii(text)):
        return text
    return _OTHER_FORM.sub(lambda match: _even_sign(match.group()), text)


def even_places(text: str) -> list[int]:
    """Where each sign of the even text, and its end, is in this one."""
    places: list[int] = []
    end = 0
    for match in _OTHER_FORM.finditer(text):
        places += [*range(end, match.start()), *[match.start()] * len(_even_sign(match.group()))]
        end = match.end()
    return [*places, *range(end, len(text) + 1)]


@cache
def _even_sign(sign: str) -> str:
    return "" if sign == "\u0640" else unicodedata.normalize("NFKC", sign)


def _beyond_ascii(text: str) -> str:
    """What isn't ASCII: mostly a few signs, and soon looked through."""
    return "" if text.isascii() else text.encode().translate(None, _ASCII).decode()


def paired_signs(text: str) -> str | None:
    """What the index holds for the signs of a page, whose text is bare; None when there are none.

    A run `ABC` becomes `AB BC C`: the closing single sign parts it from the next run and lets each sign be found alone.
    Words of other scripts that touch a run come once more, since SQLite takes both for one word.
    """
    if not SIGN.search(_beyond_ascii(text)):
        return None
    parts = _RUNS.split(text)
    return " ".join([*_pairs(parts[::2], parts[1::2]), *dict.fromkeys(_glued(parts[::2], parts[1::2]))])


def _pairs(between: list[str], runs: list[str]) -> list[str]:
    """The pairs of each run, with one more in `between` than in `runs`: what stands around and between them."""
    found: list[str] = []
    whole = ""
    for run, follows in zip(runs, between[1:], strict=True):
        whole += run
        if follows != "\n":  # a line end between two signs is where the line was full, not where a word ends
            found += map(add, whole, whole[1:])
            found.append(whole[-1])
            whole = ""
    if whole:
        found += [*map(add, whole, whole[1:]), whole[-1]]
    return found


def _glued(between: list[str], runs: list[str]) -> Iterator[str]:
    """What stands beside signs without a space, each with a sign behind it that parts it from the next."""
    for number, piece in enumerate(between):
        if not piece or piece == "\n":
            continue
        before = runs[number - 1][-1] if number else ""
        after = runs[number][0] if number < len(runs) else ""
        first, last = before and piece[0].isalnum(), after and piece[-1].isalnum()
        words = piece.split(None, 1) if first or last else []
        if len(words) == 1 and not (piece[0].isspace() or piece[-1].isspace()):
            yield f"{piece} {after or before}"
            continue
        if first:
            yield f"{words[0]} {before}"
        if last:
            yield f"{piece.rsplit(None, 1)[-1]} {after}"


def query_of_signs(run: str) -> str:
    """The FTS5 expression that finds `run` wherever it stands."""
    if len(run) == 1:
        return f'signs : "{run}" *'
    return f'signs : "{" ".join(map("".join, pairwise(run)))}"'
