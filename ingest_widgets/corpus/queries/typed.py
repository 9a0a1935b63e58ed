"""What a person types, piece by piece: words, phrases, parentheses, and what stands before them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ingest_widgets.corpus.storage.records import clean
from ingest_widgets.corpus.words.signs import even
from ingest_widgets.scripts import SIGNS

_OPERATORS = ("OR", "AND")
_MARK = f"[^\\w\\s{SIGNS}]"
# A run of marks is looked at once, however long it is.
_STOP = re.compile(f"(?<=[{SIGNS}]){_MARK}++|(?<!{_MARK}){_MARK}++(?=[{SIGNS}])")
PLAIN_MARKS = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\uff02", '"') | {"\uff08": "(", "\uff09": ")"})
"""Quotation marks and parentheses as a keyboard has them."""
# What is pasted may hold ligatures, signs that nobody sees and accents apart; the texts of pages are kept without.
_UNSEEN = dict.fromkeys("\xad\u200b\u200d\u2060\ufeff", "")
_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb06": "st"}
_AS_KEPT = str.maketrans(_UNSEEN | _LIGATURES)
_TOKEN = re.compile(
    r"(?P<minus>(?<![^\s(])-(?!-))?(?:(?P<opens>(?<![^\s(-])\()|(?P<file>(?<![^\s(-])file:(?!:|//))?"
    r'(?:"(?P<phrase>[^"]*(?(file)(?:""[^"]*)*))"(?P<star>\*)?|(?P<word>[^\s"]+|")))',
    re.IGNORECASE,
)


@dataclass
class Item:
    """One piece.

    Attributes:
        text: Without the quotation marks and the parentheses around it.
        opens: It is a parenthesis.
        closes: So many parentheses are closed behind it; below 0, left open inside it.
    """

    text: str
    is_quoted: bool
    is_excluded: bool
    is_file: bool
    has_star: bool
    opens: bool
    closes: int

    @property
    def is_operator(self) -> bool:
        """It is an OR or an AND, not the word."""
        return self.text in _OPERATORS and not (self.is_quoted or self.is_excluded or self.is_file)


def items_of(text: str) -> Iterator[Item]:
    """The pieces of what was typed."""
    return map(_item, _TOKEN.finditer(clean(text).translate(PLAIN_MARKS)))


def _item(match: re.Match[str]) -> Item:
    text, closes = match["phrase"] or "", 0
    if word := match["word"]:
        closes = word.count(")") - word.count("(")
        text = word[:-closes] if closes > 0 and word.endswith(")" * closes) else word
    return Item(
        text=text.replace('""', '"') if match["file"] else even(unicodedata.normalize("NFC", text.translate(_AS_KEPT))),
        is_quoted=match["phrase"] is not None,
        is_excluded=bool(match["minus"]),
        is_file=bool(match["file"]),
        has_star=bool(match["star"]) or (bool(word) and text.endswith("*")),
        opens=bool(match["opens"]),
        closes=closes,
    )


def parted(item: Item) -> list[Item]:
    """What marks beside signs part, as spaces part other words, unless it is quoted or must not match."""
    if item.is_quoted or item.is_excluded or item.is_file:
        return [item]
    return [replace(item, text=part, has_star=part.endswith("*")) for part in _STOP.split(item.text) if part]
