"""What the index holds beside the words, so that they are found as people type them.

Pairs of signs for the scripts that don't part words with spaces; and the bare forms of words with accents that SQLite
leaves on: it folds those of Latin letters only, and not the strokes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from operator import add

# Thai, Lao, Myanmar, Khmer; Han with its radicals, Kana, Bopomofo, Hangul, Yi; the further planes of Han.
SIGNS = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u1049\u1780-\u17d3"
    "\u1100-\u11ff\u2e80-\u2fd5\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3040-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua48c\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff\uff66-\uffdc"
    "\U0001b000-\U0001b16f\U00020000-\U0003fffd"
)
"""Those of scripts that don't part words, as the inside of a regular expression's class."""
SIGN = re.compile(f"[{SIGNS}]")
RUN = re.compile(f"[{SIGNS}]+")
_ASCII = bytes(range(128))  # taken out before a page is searched for signs: that leaves little to search
_RUNS = re.compile(f"([{SIGNS}]+)")


STROKES = {"\u0142": "l", "\u00f8": "o", "\u0111": "d", "\u0127": "h", "\u0131": "i"}
"""Small Latin letters with a stroke, or without a dot, that Unicode doesn't take apart."""
MARKS = "\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670"
"""The vowel points of Hebrew and Arabic, as the inside of a regular expression's class."""
# Greek with accents, the Cyrillic io (in other Cyrillic letters the sign above makes another letter), alef with hamza.
_ACCENTED = "\u0386-\u0390\u03aa-\u03b0\u03ca-\u03ce\u1f00-\u1fff\u0401\u0451\u0622-\u0626"
_WITHOUT_STROKES = str.maketrans(STROKES | {c.upper(): letter for c, letter in STROKES.items() if c != "\u0131"})
_LEFT_ON = re.compile(f"[{_ACCENTED}{MARKS}{''.join(map(chr, _WITHOUT_STROKES))}]")
_WORD = re.compile(f"[\\w{MARKS}]+")


def bare(word: str) -> str:
    """The word without the accents, points and strokes that SQLite would leave on; others stay."""
    if word.isascii():
        return word
    return _LEFT_ON.sub(lambda match: _bare_letter(match.group()), word)


@cache
def _bare_letter(letter: str) -> str:
    apart = unicodedata.normalize("NFD", letter.translate(_WITHOUT_STROKES))
    return "".join(c for c in apart if not unicodedata.combining(c))


def paired_signs(text: str) -> str | None:
    """What the index holds for a page beside its text; None when that is nothing.

    A run `ABC` becomes `AB BC C`: the closing single sign parts it from the next run and lets each sign be found alone.
    Words of other scripts that touch a run come once more, since SQLite takes both for one word.
    """
    if text.isascii():
        return None
    found: list[str] = []
    rest = text.encode().translate(None, _ASCII).decode()  # mostly a few signs, and soon looked through
    if SIGN.search(rest):
        parts = _RUNS.split(text)
        found += _pairs(parts[::2], parts[1::2])
        found += dict.fromkeys(_glued(parts[::2], parts[1::2]))
    if _LEFT_ON.search(rest):
        found += dict.fromkeys(bare(word) for word in _WORD.findall(text) if _LEFT_ON.search(word))
    return " ".join(found) or None


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
