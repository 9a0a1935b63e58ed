"""Accents that were drawn as signs of their own, above or below the letter that they belong to."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from ingest_widgets.engines.pieces.line_ends import LINE_BREAK
from ingest_widgets.engines.words.hyphens import HYPHEN, is_cut

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage
    from ingest_widgets.engines.words.edits import Edit

_COMBINING = {
    "´": "\u0301", "¨": "\u0308", "˜": "\u0303", "ˆ": "\u0302", "¯": "\u0304", "˘": "\u0306", "˙": "\u0307",
    "˚": "\u030a", "¸": "\u0327", "˛": "\u0328", "ˇ": "\u030c", "˝": "\u030b",
    "`": "\u0300", "^": "\u0302", "~": "\u0303",
}  # fmt: skip
_ACCENTS_AND_SPACES = " " + "".join(_COMBINING)
_ASCII = {sign: _COMBINING[sign] for sign in "`^~"}
_DOTLESS = {"ı": "i", "ȷ": "j"}
_FARTHEST = 400
_MOST = 2_000  # of a kind on a page
_TOUCHING, _BACK = 0.12, 0.5  # of the size of the font


def accent_edits(page: TextPage, text: str) -> list[Edit]:
    """(start, end, replacement) for each accent and each letter that it goes to, in no order.

    The evidence is the place: the middle of the accent's box lies over the letter. Signs such as ^ or ~ in code
    have a place of their own and stay.
    """
    edits: list[Edit] = []
    for accent, combining in (_ASCII if text.isascii() else _COMBINING).items():
        at = text.find(accent)
        for _ in range(_MOST):
            if at < 0:
                break
            edits += _placed(page, text, at, combining)
            at = text.find(accent, at + 1)
    return edits


def _placed(page: TextPage, text: str, at: int, combining: str) -> list[Edit]:
    place: tuple[float, float, float, float] | None = None
    for letter in _neighbours(text, at):
        composed = unicodedata.normalize("NFC", _DOTLESS.get(text[letter], text[letter]) + combining)
        if len(composed) > 1 or (text[at] in _ASCII and _stands_alone(page, at, letter)):
            continue
        place = place or page.box(at)
        left, bottom, right, top = place
        u0, v0, u1, _ = page.box(letter)
        near = abs(v0 - bottom) < 0.6 * (top - bottom) and right - left < 2.5 * (u1 - u0)
        if near and u0 <= (left + right) / 2 <= u1:
            return [(letter, letter + 1, composed), _without(page, text, at, letter)]
    return []


def _stands_alone(page: TextPage, at: int, letter: int) -> bool:
    """A cheap look at signs that code is full of: their own width lies between them and the letter."""
    (accent, _), (there, _) = page.origins([at, letter])
    return abs(there - accent) > 0.29 * page.size(at)


def _neighbours(text: str, at: int) -> list[int]:
    """The letters around, the next ones first; those of the same line only when the accent hangs at its end."""
    near = [i for i in (at + 1, at - 1, at + 2, at - 2) if 0 <= i < len(text) and text[i].isalpha()]
    if text[at] in _ASCII or (text[at + 1 : at + 3].strip() and text[max(at - 1, 0)].strip()):
        return near
    start = max(text.rfind("\n", 0, at) + 1, at - _FARTHEST)
    end = text.find("\n", at)
    line = range(start, min(end if end >= 0 else len(text), at + _FARTHEST))
    return near + [i for i in line if text[i].isalpha() and i not in near]


def _without(page: TextPage, text: str, at: int, letter: int) -> Edit:
    """Takes the accent out, with the spaces that pdfium saw around it: one stays where its neighbours stand apart."""
    spaced = text[at + 1 : at + 2] == " " and text[at + 2 : at + 3] not in _COMBINING  # another accent takes its own
    start, end = at - (text[max(at - 1, 0)] == " "), at + 1 + spaced
    behind = text[end : end + _FARTHEST].lstrip(_ACCENTS_AND_SPACES)
    if behind.startswith(LINE_BREAK) and is_cut(text[max(start - 2, 0) : start], behind[len(LINE_BREAK) :]):
        return start - 1, end, HYPHEN  # pdfium sees no cut where an accent hangs at the line's end
    if end - start == 1 or not text[end : end + 1].strip():
        return start, end, ""
    if end - start == 2 and abs(letter - at) == 2 and text[(at + letter) // 2] == " ":
        return start, end, ""  # from nothing but its own letter
    last = len(text[:start].rstrip(_ACCENTS_AND_SPACES)) - 1
    before, after = page.boxes([max(last, 0), end])
    gap, size = after[0] - before[2], page.size(at)
    return start, end, "" if -_BACK * size < gap < _TOUCHING * size else " "
