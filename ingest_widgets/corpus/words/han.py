"""What is written often in Han signs, which no space parts into words: all runs of 2 to 4 of them are counted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ingest_widgets.corpus.words.function_words import HAN_SIGNS, HAN_WORDS

HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff"
"""The signs, as the inside of a regular expression's class."""
_LONGEST = 4
_BETWEEN = f"[^{HAN}]+|{'|'.join(sorted(HAN_WORDS, key=len, reverse=True))}"
_BETWEEN_CHINESE, _BETWEEN_JAPANESE = re.compile(f"{_BETWEEN}|[{HAN_SIGNS}]"), re.compile(_BETWEEN)
_HIRAGANA = re.compile("[\u3041-\u3096]")
_HAN = re.compile(f"[{HAN}]")


def is_han(word: str) -> bool:
    """It begins with a Han sign."""
    return bool(_HAN.match(word))


def runs_of(text: str) -> list[str]:
    """The runs of two signs or more, cut at what has no subject of its own: in Japanese that is mostly in Kana."""
    if not _HAN.search(text):
        return []
    between = _BETWEEN_JAPANESE if _HIRAGANA.search(text) else _BETWEEN_CHINESE
    return [run for run in between.split(text) if len(run) > 1]


def parts_of(run: str) -> Iterator[str]:
    """All that may be a word in it, itself too when it is short enough."""
    for size in range(2, min(len(run), _LONGEST) + 1):
        for start in range(len(run) - size + 1):
            yield run[start : start + size]


def likely_words(times: Mapping[str, int]) -> dict[str, list[str]]:
    """Those that aren't mostly a part of a longer one, and longer ones made of several of four signs.

    Args:
        times: How often each is written; of all that is in a run, see `parts_of`.

    Returns:
        Each with the words of the argument that it is made of, mostly itself.
    """
    swallowed: set[str] = set()
    for word in sorted(times, key=len, reverse=True):
        if word not in swallowed:
            swallowed.update(part for part in parts_of(word) if part != word and _is_mostly(part, word, times))
    words = [word for word in times if word not in swallowed]
    next_of = _next_of(words, times)
    inner = set(next_of.values())
    chains = (_chain(word, next_of) for word in words if word not in inner)
    return {chain[0] + "".join(word[-1] for word in chain[1:]): chain for chain in chains}


def _is_mostly(word: str, other: str, times: Mapping[str, int]) -> bool:
    return times[other] * 2 > times.get(word, 0)  # of a run that is there once the parts are left out


def _next_of(words: Sequence[str], times: Mapping[str, int]) -> dict[str, str]:
    """For each word of four signs the one that goes on by a sign, where each is mostly beside the other."""
    long = sorted((word for word in words if len(word) == _LONGEST), key=lambda word: times[word])
    beginning = {word[:-1]: word for word in long}  # the most frequent of each
    before = {}
    for word in long:
        after = beginning.get(word[1:], word)
        if after != word and _is_mostly(word, after, times) and _is_mostly(after, word, times):
            before[after] = word
    return {word: after for after, word in before.items()}


def _chain(word: str, next_of: Mapping[str, str]) -> list[str]:
    chain = [word]
    while chain[-1] in next_of:
        chain.append(next_of[chain[-1]])
    return chain
