"""What the index holds in place of what is written, so that it is found as people type it.

Pairs of signs for the scripts that don't part words with spaces; letters without the accents that SQLite leaves on: it
folds those of Latin letters only, and not the strokes; two letters for those that are typed so; and one form of what is
written in several.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from operator import add

from ingest_widgets.scripts import SIGN, SIGNS

RUN = re.compile(f"[{SIGNS}]+")
_LINE_END = re.compile(f"\n(?<=[{SIGNS}]\n)(?=[{SIGNS}])")  # begins with what is soon found
_ASCII = bytes(range(128))


_RAISED = dict(zip("\u2070\xb9\xb2\xb3\u2074\u2075\u2076\u2077\u2078\u2079", "0123456789", strict=True))
_LOWERED = {chr(0x2080 + figure): str(figure) for figure in range(10)}
_AS_SEVERAL = {"\u00df": "ss", "\u00e6": "ae", "\u0153": "oe", "\u00fe": "th", "\u0133": "ij"}
_STROKES = {"\u0142": "l", "\u00f8": "o", "\u0111": "d", "\u00f0": "d", "\u0127": "h", "\u0167": "t", "\u014b": "n"}
_PERSIAN = {"\u06cc": "\u064a", "\u06a9": "\u0643"}  # yeh and kaf: many keyboards and older files have the Arabic ones
# Small Latin letters that Unicode doesn't take apart, raised and lowered figures: each with what is typed for it.
_TYPED = _AS_SEVERAL | _STROKES | {"\u0131": "i"} | _RAISED | _LOWERED | _PERSIAN
ACCENTS = "\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670"
"""Combining accents, the vowel points of Hebrew and Arabic: the inside of a regular expression's class."""
# Such letters with accents too, Greek with accents, the Cyrillic io (in other Cyrillic letters the sign above makes
# another letter), alef with hamza.
_ACCENTED = "\u01e2\u01e3\u01fc-\u01ff\u0386-\u0390\u03aa-\u03b0\u03ca-\u03ce\u1f00-\u1fff\u0401\u0451\u0622-\u0626"
# What is typed or left out without a difference to be seen: the zero-width non-joiner and joiner.
NON_JOINER, JOINER = "\u200c", "\u200d"
_CAPITALS = {"\u1e9e": "ss"} | {c.upper(): typed for c, typed in _TYPED.items() if c not in "\u00df\u0131"}
_AS_TYPED = str.maketrans(_TYPED | _CAPITALS)
# Marks younger than Unicode 6.1, which SQLite takes for letters: of Arabic and other scripts, isolates, currencies,
# arrows, emoji.
_YOUNG_MARKS = (
    "\u058d\u058e\u0605\u061c\u061d\u07fe\u07ff\u0888\u0890\u0891\u08e2\u09fd\u0a76\u0c77\u0c84\u0d4f\u1b7d\u1b7e\u2066-\u2069"
    "\u20ba-\u20c0\u218a\u218b\u23f4-\u23ff\u2700\u2b4d-\u2bff\u2e3c-\u2e5d\u2ffc-\u2fff\u32ff\ua8fc\uab5b\uab6a\uab6b\ufbc2\ufd40-\ufd4f\ufdcf"
    "\ufdfe\ufdff\U0001f000-\U0001f0ff\U0001f10d-\U0001fbef"
)
# Accents too: one that stands alone, as TeX's do in some fonts, would be a word without letters.
_LEFT_ON = re.compile(f"[{ACCENTS}{_ACCENTED}{NON_JOINER}{JOINER}{_YOUNG_MARKS}{''.join(map(chr, _AS_TYPED))}]")
_YOUNG_MARK = re.compile(f"[{_YOUNG_MARKS}]")
# What nobody types: the line that stretches Arabic words, and what chooses between forms of one sign.
_NOT_TYPED = "\u0640\ufe00-\ufe0f\U000e0100-\U000e01ef"
# The micro sign, the raised plus of ions, and the letters of formulas, in which Word writes whole words; full-width
# letters and figures, half-width Kana, and the radicals that what Chrome and macOS print often has in place of the Han
# signs which look the same. Full-width punctuation is as little searched as any other.
_OTHER_FORMS = (
    f"{_NOT_TYPED}\xb5\u207a\u210e\u2e9f-\u2fd5\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff65-\uff9f"
    "\U0001d400-\U0001d7ff"
)
_RADICALS = dict(  # those which are signs of their own and which Unicode doesn't call the same
    zip(
        "\u2ea0\u2ec1\u2ec4\u2ec5\u2ec6\u2ec9\u2ecb\u2ed1\u2ed3\u2ed4\u2ed8\u2ed9\u2eda\u2edb\u2edc\u2edd"
        "\u2ee2\u2ee3\u2ee4\u2ee5\u2ee6\u2ee8\u2ee9\u2eeb\u2eec\u2eed\u2eee\u2eef\u2ef0\u2ef2",
        "民虎西见角贝车長长门青韦页风飞食马骨鬼鱼鸟麦黄斉齐歯齿竜龙亀",
        strict=True,
    )
)
_IS_NOT_TYPED = re.compile(f"[{_NOT_TYPED}]")
_HAS_OTHER_FORM = re.compile(f"[{_OTHER_FORMS}]")  # three times as fast as the next, which tells them apart
_OTHER_FORM = re.compile(
    "[\uff66\uff73\uff76-\uff84\uff8a-\uff8e\uff9c]\uff9e|[\uff8a-\uff8e]\uff9f"  # a Kana and its voiced mark
    f"|[{_OTHER_FORMS}]"
)
# Some of these, or some signs: all that a page of English doesn't have.
_ANY = re.compile(f"[{SIGNS}{_OTHER_FORMS}{_LEFT_ON.pattern[1:]}")


def is_plain(text: str) -> bool:
    """There are no signs in it, and it is bare."""
    return text.isascii() or not _ANY.search(beyond_ascii(text))


def bare(text: str) -> str:
    """The text in one width and as it is typed, without the joiners, accents and strokes that SQLite would leave on."""
    text = even(text)
    for letter in set(_LEFT_ON.findall(beyond_ascii(text))):
        text = text.replace(letter, _bare_letter(letter))
    return text


@cache
def _bare_letter(letter: str) -> str:
    if _YOUNG_MARK.match(letter):
        return " "
    apart = unicodedata.normalize("NFD", letter).translate(_AS_TYPED)
    return "".join(c for c in apart if not (unicodedata.combining(c) or c in (NON_JOINER, JOINER)))


def even(text: str) -> str:
    """The text with letters, figures, Kana and Han signs in their common form, and Arabic words not stretched."""
    if not _HAS_OTHER_FORM.search(beyond_ascii(text)):
        return text
    return _OTHER_FORM.sub(lambda match: _even_sign(match.group()), text)


@cache
def _even_sign(sign: str) -> str:
    if _IS_NOT_TYPED.match(sign):
        return ""
    return _RADICALS.get(sign) or unicodedata.normalize("NFKC", sign)


# Those that are spelt with two letters; with an accent, as in Old Norse, too.
_TWO = "".join(c for c in map(chr, (*_AS_TYPED, *range(0x1E2, 0x200))) if len(_bare_letter(c)) > 1)
_IS_SPELT_OUT = re.compile(f"[{_OTHER_FORMS}{_TWO}]")
_SPELT_OUT = re.compile(f"{_OTHER_FORM.pattern}|[{_TWO}]")


def spelt(text: str) -> tuple[str, list[int]]:
    """The even text, with two letters in place of one that is typed so; and where each of its signs is in this one.

    A last place is the end. There is none, and the text is the same one, when there is nothing to change.
    """
    if not _IS_SPELT_OUT.search(beyond_ascii(text)):
        return text, []
    pieces: list[str] = []
    places: list[int] = []
    end = 0
    for match in _SPELT_OUT.finditer(text):
        sign = match.group()
        pieces += [text[end : match.start()], _bare_letter(sign) if sign in _TWO else _even_sign(sign)]
        places += [*range(end, match.start()), *[match.start()] * len(pieces[-1])]
        end = match.end()
    return "".join([*pieces, text[end:]]), [*places, *range(end, len(text) + 1)]


def beyond_ascii(text: str) -> str:
    """What isn't ASCII: mostly a few signs, and soon looked through."""
    return "" if text.isascii() else text.encode().translate(None, _ASCII).decode()


def paired(text: str) -> str:
    """The bare text with its signs in pairs, as words among the others.

    A run `ABC` becomes `AB BC C`: the closing single sign parts it from the next run, lets each sign be found alone,
    and stands beside the word that comes next.
    """
    if not SIGN.search(beyond_ascii(text)):
        return text
    return RUN.sub(lambda run: f" {' '.join(_pairs(run.group()))} ", joined(text))


def joined(text: str) -> str:
    """The text without the line ends between two signs: there the line was full, and no word ends."""
    return _LINE_END.sub("", text)


def _pairs(run: str) -> list[str]:
    return [*map(add, run, run[1:]), run[-1]]


def is_sign(word: str) -> bool:
    """It is one sign: a run, or the beginning of a pair."""
    return len(word) == 1 and bool(SIGN.match(word))


def searched_words(words: Sequence[str]) -> list[str]:
    """What follows each other in the index where these words do, one of which may be a run of signs.

    Of a last one that is a single sign it is the beginning only.
    """
    found = [word for typed in words for word in (_pairs(typed) if RUN.fullmatch(typed) else [typed])]
    return found[:-1] if len(words[-1]) > 1 and RUN.fullmatch(words[-1]) else found
