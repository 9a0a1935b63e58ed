"""Pairs of signs, for the scripts that don't part words with spaces: so that any run of them can be found."""

from __future__ import annotations

import re
from itertools import pairwise

# Thai, Lao, Myanmar, Khmer; Han with its radicals, Kana, Bopomofo, Hangul, Yi; the further planes of Han.
_CLASS = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u1049\u1780-\u17d3"
    "\u1100-\u11ff\u2e80-\u2fd5\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3040-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua48c\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff\uff66-\uffdc"
    "\U0001b000-\U0001b16f\U00020000-\U0003fffd"
)
SIGN = re.compile(f"[{_CLASS}]")
RUN = re.compile(f"[{_CLASS}]+")
_ASCII = bytes(range(128))  # taken out before a page is searched for signs: that leaves little to search
# A line end between two signs is where the line was full, not where a word ends.
_RUN_OVER_LINES = re.compile(f"[{_CLASS}]+(?:\n[{_CLASS}]+)*")


def paired_signs(text: str) -> str | None:
    """What the index holds for the signs of a page; None when it has none.

    A run `ABC` becomes `AB BC C`: the closing single sign parts it from the next run and lets each sign be found alone.
    """
    if text.isascii() or not SIGN.search(text.encode().translate(None, _ASCII).decode()):
        return None
    return " ".join(_pairs(run.replace("\n", "")) for run in _RUN_OVER_LINES.findall(text))


def _pairs(run: str) -> str:
    return " ".join([*map("".join, pairwise(run)), run[-1]])


def query_of_signs(run: str) -> str:
    """The FTS5 expression that finds `run` wherever it stands."""
    if len(run) == 1:
        return f'signs : "{run}" *'
    return f'signs : "{" ".join(map("".join, pairwise(run)))}"'
