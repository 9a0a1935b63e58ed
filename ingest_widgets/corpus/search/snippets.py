"""A few lines around the matches of one page, as plain text with the matches' places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from operator import add

from ingest_widgets.corpus.queries.query import Term
from ingest_widgets.corpus.words.folding import folded
from ingest_widgets.corpus.words.marked import mark_around
from ingest_widgets.corpus.words.patterns import mark_class
from ingest_widgets.corpus.words.signs import NON_JOINER, RUN, beyond_ascii, spelt
from ingest_widgets.scripts import SIGNS

_WIDTH = 240
_MOST_TERMS = 64  # of a whole pasted text the first words that a page may have are marked


Match = tuple[int, int, int]
"""A place in a text: where it begins and ends, and the number of what was asked for, the same at each of its places."""


class Marker:
    """Finds the words of a query in texts.

    Args:
        terms: What was asked for; what must not match is none of them.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        self._terms = terms
        self._begin = [_beginning(term) for term in terms] if len(terms) > _MOST_TERMS else []
        self._patterns: dict[bool, re.Pattern[str] | None] = {}

    def matches(self, text: str) -> list[Match]:
        """All places in `text`, in order, not overlapping."""
        searched, places = _as_indexed(text)
        pattern = self._pattern(searched)
        if pattern is None:
            return []
        found = [(match.start(), match.end(), match.lastindex or 0) for match in pattern.finditer(searched)]
        return [(places[start], places[end], term) for start, end, term in found] if places else found

    def spans(self, text: str) -> list[tuple[int, int]]:
        """(start, end) of the places, the first of each term before the second of any: who takes some has of each."""
        seen: Counter[int] = Counter()
        found: list[tuple[int, int, int]] = []
        for start, end, term in self.matches(text):
            seen[term] += 1
            found.append((seen[term], start, end))
        return [(start, end) for _, start, end in sorted(found)]

    def _pattern(self, text: str) -> re.Pattern[str] | None:
        is_mixed = not text.isascii() and bool(_mixed().search(text))
        if self._begin:
            there = [term for term, begin in zip(self._terms, self._begin, strict=True) if begin in text]
            return _pattern(there[:_MOST_TERMS], is_mixed)
        if is_mixed not in self._patterns:
            self._patterns[is_mixed] = _pattern(self._terms, is_mixed)
        return self._patterns[is_mixed]


def _beginning(term: Term) -> str:
    """What a page has that the term is on; between two signs there may be a line end."""
    first = term.words[0]
    return _as_indexed(first[0] if RUN.match(first) else first)[0]


def _as_indexed(text: str) -> tuple[str, list[int]]:
    """The text as the index writes it, but with its non-joiners; and where each of its signs is in this one.

    A last place is the end. There is none when all signs are where they were.
    """
    if text.isascii():
        return text.lower(), []
    text, places = spelt(text)
    forms = {sign: form for sign in set(beyond_ascii(text)) if (form := _form(sign)) != sign}
    if all(len(form) == 1 for form in forms.values()):
        for sign, form in forms.items():
            text = text.replace(sign, form)
        return text.lower(), places
    places = places or [*range(len(text) + 1)]
    kept = [(c, place) for sign, place in zip(text, places, strict=False) for c in forms.get(sign, sign)]
    return "".join(c for c, _ in kept).lower(), [*(place for _, place in kept), places[-1]]


@cache
def _form(sign: str) -> str:
    return sign if sign == NON_JOINER else folded(sign)


@cache
def _mixed() -> re.Pattern[str]:
    """What a text has whose words end elsewhere than behind letters and figures, or go on across what is neither."""
    return re.compile(f"[{SIGNS}{mark_class()}{NON_JOINER}]")


def _pattern(terms: Iterable[Term], is_mixed: bool) -> re.Pattern[str] | None:
    # The longest first: of 'heat' and 'heat death' the phrase should be marked whole.
    alternatives = sorted(dict.fromkeys(_phrase(term, is_mixed) for term in terms), key=len, reverse=True)
    # The empty group behind each one tells which it was.
    return re.compile("|".join(f"{alternative}()" for alternative in alternatives)) if alternatives else None


def _phrase(term: Term, is_mixed: bool) -> str:
    # Large classes take half a millisecond each to be compiled, so that most texts have patterns without them.
    letter = before = r"[^\W_]"
    gap = r"[\W_]"
    if is_mixed:
        mark = f"(?<=[\\w{mark_class()}])[{mark_class()}]"  # a word's; one may stand alone
        letter = f"[^\\W_{SIGNS}]|[{mark_class()}]"
        before = f"(?![{SIGNS}])(?:[^\\W_]|{mark})"
        gap = f"(?:(?![^\\W_]|{mark})[\\s\\S])"
    words = term.words[:_MOST_TERMS]
    are_runs = [bool(RUN.match(word)) for word in words]
    marks = _marks(term, letter)
    first, *others = (
        "\n?".join(map(re.escape, word))
        if is_run
        else _marked(_word(word, "" if number else before, is_mixed), *marks.get(folded(word), ("", "")))
        for number, (word, is_run) in enumerate(zip(words, are_runs, strict=True))
    )
    # Nothing need stand between signs and other words.
    gaps = (f"{gap}+?" if one == other else f"{gap}*?" for one, other in pairwise(are_runs))
    phrase = first + "".join(map(add, gaps, others))
    if are_runs[-1]:
        return phrase
    if behind := marks.get(folded(words[-1]), ("", ""))[1]:
        return phrase + behind
    return phrase + (f"(?:{letter}|{NON_JOINER})*" if term.is_prefix else f"(?!{letter})")


def _marks(term: Term, letter: str) -> dict[str, tuple[str, str]]:
    """What stands before and behind its marked words; perhaps, if a word is there twice: one has it in `C/C++`."""
    times = Counter(map(folded, term.words))
    return {
        word: (before, behind)
        if times[word] == 1
        else (before and f"(?:{before})?", behind and f"(?:{behind}|(?!{letter}))")
        for word, (before, behind) in map(mark_around, term.marked)
    }


def _marked(pattern: str, before: str, behind: str) -> str:
    return f"{before}{pattern}(?={behind})" if behind else before + pattern


def _word(word: str, before: str, is_mixed: bool) -> str:
    letters = [re.escape(c) for c in _as_indexed(word)[0]]
    # What may not stand before is looked for behind the first letter: so the search can skip to that letter.
    letters[0] += f"(?<!{before}{letters[0]})" if before else ""
    # Nothing is given back, and a non-joiner behind the word belongs to the gap: so a long row is read in one way only.
    return f"{NON_JOINER}*+".join(letters) if is_mixed else "".join(letters)


def make_snippet(text: str, matches: Sequence[Match]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """About 240 signs on one line around the matches of most terms, and where the matches are in it."""
    start, end = _window(text, matches)
    pieces: list[str] = ["\u2026"] if start > 0 else []
    length = len("".join(pieces))
    marks = []
    position = start
    for low, high, _ in matches:
        if low < start or high > end:
            continue
        before = _one_line(text[position:low])
        inside = _one_line(text[low:high]).strip()
        marks.append((length + len(before), length + len(before) + len(inside)))
        pieces += [before, inside]
        length = marks[-1][1]
        position = high
    pieces.append(_one_line(text[position:end]).rstrip())
    if end < len(text.rstrip()):
        pieces.append("\u2026")
    return "".join(pieces), tuple(marks)


_SPACES = re.compile(r"\s+")
_LEADERS = re.compile(r"(?: ?\.){4,}")  # what leads to the number of a page in a table of contents
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def _one_line(text: str) -> str:
    if not text.isprintable():
        text = _HIDDEN.sub("\ufffd", _SPACES.sub(" ", text))
    elif "  " in text:
        text = _SPACES.sub(" ", text)
    return _LEADERS.sub(" \u2026", text) if "...." in text or ". . ." in text else text


def _window(text: str, matches: Sequence[Match]) -> tuple[int, int]:
    if not matches:
        start = len(text) - len(text.lstrip())
        return start, _back_to_space(text, start, min(len(text), start + _WIDTH))
    low, high = _richest(matches)
    room = max(0, _WIDTH - (high - low)) // 2
    start = _forward_to_space(text, max(0, low - room), low)
    return start, _back_to_space(text, high, min(len(text), max(high, start + _WIDTH)))


def _richest(matches: Sequence[Match]) -> tuple[int, int]:
    """From which match to which: where the most different terms are near each other, and of such places the densest."""
    best, best_rank, last = matches[0][:2], (0, 0), 0
    inside: dict[int, int] = {}
    for first, (low, _, term) in enumerate(matches):
        before, limit = last, low + _WIDTH * 2 // 3
        while last < len(matches) and matches[last][1] <= limit:
            inside[matches[last][2]] = inside.get(matches[last][2], 0) + 1
            last += 1
        if first == last:  # it alone is too long
            last += 1
            continue
        if last > before and (rank := (len(inside), last - first)) > best_rank:
            best, best_rank = (low, matches[last - 1][1]), rank
        inside[term] -= 1
        if not inside[term]:
            del inside[term]
    return best


def _forward_to_space(text: str, start: int, stop: int) -> int:
    if start == 0:
        return len(text) - len(text.lstrip()) if text[:1].isspace() else 0
    for position in range(start, min(stop, start + 40)):
        if text[position - 1].isspace():
            return position
    return start


def _back_to_space(text: str, stop: int, end: int) -> int:
    if end == len(text):
        return end
    for position in range(end, max(stop, end - 40), -1):
        if text[position].isspace():
            return position
    return end
