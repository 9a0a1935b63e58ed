"""Signs that no text column can hold, and signs that stand for other signs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, NamedTuple

from ingest_widgets.engines.pieces.line_ends import CUT

if TYPE_CHECKING:
    from ingest_widgets.engines.words.edits import Edit

_LIGATURES = {
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st",
}  # fmt: skip
# Fonts without a map to Unicode let their codes through: TeX's old (OT1) and new (T1) places of the ligatures, and T1's
# of quotation marks and dashes. https://www.ctan.org/pkg/encguide
_CODES = {
    "\x0b": "ff", "\x0c": "fi", "\r": "fl", "\x0e": "ffi", "\x0f": "ffl",
    "\x10": "“", "\x11": "”", "\x12": "„", "\x13": "«", "\x14": "»", "\x15": "–", "\x16": "—",
    "\x1b": "ff", "\x1c": "fi", "\x1d": "fl", "\x1e": "ffi", "\x1f": "ffl",
}  # fmt: skip
_CODE = re.compile(f"[{''.join(_CODES)}]")
# An accent stands on one side of them, as in "définition" and "certifié"; on both, it is some other script's code.
_ACCENTED, _SMALL = "ß-öø-ſ", "a-zß-öø-ſ"
_CODED = re.compile(
    f"(?:(?<=[A-Za-z])|(?<=[À-ÖØ-Þ{_ACCENTED}])(?=.[a-z]))[\x0b-\x0f\x1b-\x1f](?=([{_SMALL}]))"
    "|(?<![^\\s(\\[\"'“‘\x10\x12\x13_/-])[\x0b\x0c\x0e\x0f\x1b-\x1f]"
    f"(?=[{_SMALL}]?[a-z])(?=([{_SMALL}])[{_SMALL}]|([a-z])(?![^\\W_]))"
    "|(?<=[a-z]{2})[\x0b\x0c\x0e\x0f\x1b-\x1f](?=[\\s,.;:)\\]'\x11-]|$)"
    "|(?<=\\b[Oo])[\x0b\x1b](?=[\\s,.;:)\\]'\x11-]|$)"
    # Fonts for formulas have Greek letters and relations there: beside these are gaps, or single letters.
    "|(?:(?<=[^\\W\\d_]{2})|(?<=\\d))[\x15\x16](?=\\d|[^\\W\\d_]{2})"
    "|(?<![^\\s(\\[])[\x10\x12-\x14](?=[^\\W\\d_]{2})"
    "|(?<=[^\\W\\d_][^\\W\\d_.,!?])[\x10\x11\x13\x14](?=[\\s,.;:)\\]]|$)"
)
_SYMBOL_CODES, _GREEK = "abgdezhqiklmnxoprstufcyw", "αβγδεζηθικλμνξοπρστυφχψω"
# What Adobe's old names of glyphs stand for: small capitals and raised letters, Cyrillic as Serbs write it.
# https://github.com/adobe-type-tools/agl-aglfn/blob/master/glyphlist.txt
_OLD_LETTERS = {
    **{chr(0xF700 + code): chr(code) for code in (*range(0x61, 0x7B), *range(0xE0, 0xF7), *range(0xF8, 0x100))},
    **{chr(code): letter for code, letter in enumerate("гбдпт", 0xF6C4)},
    **{chr(code): letter for code, letter in enumerate("abdeilmorst", 0xF6E9)},
    **dict(zip("\uf6be\uf6f9\uf6fa\uf6fd\uf6ff", "ȷłœšž", strict=True)),
}
_LETTER = f"[{''.join(_OLD_LETTERS)}]"
# Fonts of icons have their signs there as well, which stand alone.
_OLD_LETTER = re.compile(rf"(?:(?<=\w)|(?<={_LETTER})|(?<={_LETTER} )){_LETTER}|{_LETTER}(?=\w| ?{_LETTER})")
# What those names (figures of old style, too), Symbol and Wingdings put into the private area.
_PRIVATE = {
    **{chr(0xF730 + figure): str(figure) for figure in range(10)},
    **dict(zip("\uf6d9\uf6da\uf6db\uf6dc\uf6de\uf8e8\uf8e9\uf8ea", "©®™1—®©™", strict=True)),
    **dict.fromkeys("\uf0b7\uf0a7\uf0a8\uf06c\uf06e\uf076\uf09f", "•"),
    **dict.fromkeys("\uf0d8\uf0da\uf0e0\uf0f0", "→"),
    **dict.fromkeys("\uf0fc\uf0fe", "✓"),
    **{chr(0xF000 + ord(code)): sign for code, sign in zip(_SYMBOL_CODES, _GREEK, strict=True)},
}  # fmt: skip
PRIVATE = _PRIVATE | _OLD_LETTERS
"""Signs of the private area that have a plain counterpart."""
_PLAIN = {
    **_PRIVATE,
    **dict.fromkeys("\t\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "),
    **dict.fromkeys("\xad\u061c\u200b\u200e\u200f\ufeff", ""),
    **dict.fromkeys(map(chr, (*range(0x2060, 0x2065), *range(0x206A, 0x2070))), ""),
    "\u2028": "\n",
    "\u2029": "\n\n",
}
_PLAIN_BYTES = bytes([10, *range(32, 127)])
# Latin, Greek and Cyrillic letters, punctuation, Kana, Han and Hangul as they should be: nothing of a page with only
# these and ASCII has to be replaced or composed, and that is most pages.
_PLAIN_SIGNS = re.compile(
    "[\xa1-\xac\xae-\u02ff\u0391-\u03a1\u03a3-\u03ce\u0400-\u045f\u2010-\u2027\u2030-\u205e"
    "\u3001-\u3029\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e]*+"
)
_ODD = re.compile(f"[{''.join(_PLAIN)}]")
_NO_CHARACTERS = "".join(chr(plane << 16 | end) for plane in range(15) for end in (0xFFFE, 0xFFFF))
# What is lost, what stands in its place, and how that is said.
_LOST = (
    (re.compile("\0"), "", "{} NUL character{} left out"),
    (re.compile("[\x01-\x08\x0b-\x1f\x7f-\x9f]"), "", "{} control character{} left out"),
    (re.compile("[\ud800-\udfff]"), "\ufffd", "{} lone surrogate{} replaced"),
    # Whoever sees them obeyed reads something else than is written (UAX 9).
    (
        re.compile("[\u202a-\u202e\u2066-\u2069]"),
        "",
        "{} direction override{} left out: the page may show another order",
    ),
    (re.compile("[\U000e0000-\U000e007f]"), "", "{} invisible tag character{} left out"),
    (
        re.compile(f"[\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\ufffb{_NO_CHARACTERS}\U000f0000-\U0010ffff]"),
        "",
        "{} sign{} without a meaning left out: a font has no map to text",
    ),
)
_SHAPES = re.compile("[\ufb1d-\ufdff\ufe70-\ufefc]+")
_RADICALS = re.compile("[\u2f00-\u2fd5]")  # which some fonts have in place of the Han signs that look the same
_SHAPES_IN_EVERY_TEXT = "\ufe8d\ufe8e\ufedf\ufee0\ufeea\ufef2\ufb2a\ufb4b"


class Ligatures(NamedTuple):
    """What a page says of these numbers."""

    codes: Collection[str] = _CODES.keys()
    """Those that a font drew without saying what they mean."""
    foreign: Collection[str] = ()
    """With the letter behind or before, where another font drew that: a sign of a formula, its index or its "sin"."""
    words: Collection[str] = ()
    """With the one letter behind that makes a word with them, as "fit" is one."""

    def has(self, code: re.Match[str]) -> bool:
        """Whether this is a ligature, or one of the marks, and no sign of a formula."""
        sign, alone = code.group(), code[3]
        if alone:
            return sign + alone in self.words
        following = code[1] or code[2]
        pair = sign + following if following else code.string[code.start() - 1 : code.end()]
        return sign in self.codes and pair not in self.foreign


def clean_text(text: str) -> tuple[str, tuple[str, ...]]:
    """Plain, composed (NFC), valid text, and a sentence for each kind of sign that was lost.

    Lines end with a line feed; ligatures are taken apart, Arabic shapes become letters, any gap is a plain space,
    marks that nobody sees (soft hyphens, zero widths, directions) are gone. Joiners stay: Persian needs them.
    """
    # Engines that write whole documents end a page with a form feed.
    return clean_lines(text.rstrip("\f").replace("\r\n", "\n").replace("\r", "\n"))


def clean_lines(text: str, ligatures: Callable[[], Ligatures] = Ligatures) -> tuple[str, tuple[str, ...]]:
    """Does `clean_text`'s work where lines end with line feeds already.

    Args:
        text: May hold ligatures as TeX's fonts number them, which are control characters elsewhere.
        ligatures: What the page says of these numbers; asked when one stands where a ligature would.
    """
    # Most of a page is plain: what has to be looked at is much shorter than the page.
    signs = text.encode("utf-8", "surrogatepass").translate(None, _PLAIN_BYTES).decode("utf-8", "surrogatepass")
    if _PLAIN_SIGNS.fullmatch(signs):
        return text, ()
    warnings: list[str] = []
    if not signs.isprintable():
        text = _printable(text.replace("\xa0", " "), signs, ligatures, warnings)
    return _composed(text, signs), tuple(warnings)


def ligature_edits(text: str, ligatures: Callable[[], Ligatures]) -> list[Edit]:
    """(start, end, letters) for each ligature that stands as its number in a page's text as pdfium gives it.

    Args:
        text: Of the whole page.
        ligatures: See `clean_lines`.
    """
    found = list(_CODED.finditer(text.replace(CUT, "-")))
    known = ligatures() if found else Ligatures()
    return [(match.start(), match.end(), _CODES[match.group()]) for match in found if known.has(match)]


def _printable(text: str, signs: str, ligatures: Callable[[], Ligatures], warnings: list[str]) -> str:
    if text.replace("\n", "").isprintable():
        return text
    if _CODE.search(signs) and _CODED.search(text):
        known = ligatures()
        text = _CODED.sub(lambda match: _CODES[match.group()] if known.has(match) else match.group(), text)
    if _OLD_LETTER.search(text):
        text = _OLD_LETTER.sub(lambda match: _OLD_LETTERS[match.group()], text)
    text = _ODD.sub(lambda match: _PLAIN[match.group()], text)
    for lost, replacement, sentence in _LOST:
        if not lost.search(signs):
            continue
        text, count = lost.subn(replacement, text)
        if count:
            warnings.append(sentence.format(count, "s" if count > 1 else ""))
    return text


def _composed(text: str, signs: str) -> str:
    for sign, letters in _LIGATURES.items():
        if sign in signs:
            text = text.replace(sign, letters)
    if any(shape in signs for shape in _SHAPES_IN_EVERY_TEXT):
        text = _SHAPES.sub(_plain_form, text)
    if _RADICALS.search(signs):
        text = _RADICALS.sub(_plain_form, text)
    if "\u034f" in signs:  # keeps marks in an order that a font wants, and letters from being composed
        text = text.replace("\u034f", "")
    if "\u0338" in signs:  # TeX draws the stroke before the sign that it strikes
        text = text.replace("\u0338=", "≠")
    if unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", text)


def _plain_form(signs: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", signs.group())
