"""What a person types, as terms: no input is an error, and what isn't syntax is text.

entropy heat            pages with both words, whatever their case and accents
"second law"            the words next to each other
使用Debian系统          signs and words that touch are a phrase, quoted or not; a space between them changes nothing
entropy OR disorder     either; OR binds its two neighbours closer than the rest
(heat death) OR entropy a neighbour may be several words in parentheses
-draft  -"first draft"  pages without
-(draft OR sketch)      pages with neither; -(draft sketch): those with both are left out
entrop*                 words that begin so
long-term               longterm, too
12000  12,000           12 000, 12.000 and 12'000, too; of a number with four digits, which may be a year, only 2,000
C++  C#  AT&T  .NET     the words with these marks, where others are found with whatever stands around them
file:thesis             only files with that in their names; -file:thesis only the others
file:a OR file:b        files with one of them in their names; a filter in parentheses counts for the whole query
file:"a ""b"".pdf"      a name with spaces, or with quotation marks, each doubled
File::open  file://x    words, no filters

An OR that doesn't stand between two things to look for, or between two files, is left out, as at the end of what is
being typed or before `-draft`; so is AND, which changes nothing. "OR" in quotes, -OR, and a query of nothing else look
for the word. A parenthesis opens something before a word, not inside one, and reaches to the end when none closes it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeVar

from ingest_widgets.corpus.queries.query import Part, Query, Term
from ingest_widgets.corpus.queries.typed import Item, items_of, parted
from ingest_widgets.corpus.words.marked import typed_marks
from ingest_widgets.corpus.words.patterns import word_pattern
from ingest_widgets.corpus.words.signs import NON_JOINER, RUN, bare, joined
from ingest_widgets.scripts import SIGNS

_T = TypeVar("_T")
_GAP = re.compile(f"(?<=[{SIGNS}])\\s+(?=[{SIGNS}])")
_MOST_GAPS = 8
_HYPHENED = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)+")
_HYPHENS = re.compile("[-\u2010\u2011]")
_NUMBER = re.compile(
    r"\W*([1-9][0-9]{4,14}|[1-9][0-9]{0,2}(?:[,.'\u2019][0-9]{3}){1,4})"  # its thousands not parted, or parted
    r"((?:[,.][0-9]+)?\W*)"
)
_DOTS = (
    "\u30fb\u30a0"  # stand between Katakana; before or behind them they are bullets, or the next name isn't typed yet
)
_POSSESSIVE = re.compile(r"[^\W\d_]+['\u2019]s", re.IGNORECASE)
_DEEPEST = 16  # parentheses in parentheses; FTS5 can read a hundred


def parse_query(text: str) -> Query:
    """Reads a query as a person types it."""
    items = list(items_of(text))
    has_words = not all(item.is_operator for item in items if item.text)
    reader = _Reader()
    for item in items:
        reader.read(item, is_operator=item.is_operator and has_words)
    return reader.query()


@dataclass
class _Level:
    """What stands in parentheses, or in none."""

    is_excluded: bool = False
    groups: list[list[Part]] = field(default_factory=list)
    excluded: list[Query] = field(default_factory=list)
    before: object = None  # where the last one went, if an OR may stand behind it
    joins: bool = False
    has_file: bool = False

    def put(self, found: list[_T], groups: list[list[_T]]) -> None:
        if self.joins and self.before is groups:
            groups[-1] += found
        else:
            groups.append(found)
        self.before, self.joins = groups, False

    def exclude(self, queries: Sequence[Query] = ()) -> None:
        self.excluded += queries
        self.before, self.joins = None, False

    def query(self) -> Query:
        groups: list[tuple[Part, ...]] = []
        for group in _distinct(self.groups):
            if len(group) == 1 and isinstance(group[0], Query):  # no OR beside its parentheses
                groups += group[0].groups
                self.excluded += group[0].excluded
            else:
                groups.append(group)
        return Query(groups=tuple(dict.fromkeys(groups)), excluded=tuple(dict.fromkeys(self.excluded)))


class _Reader:
    """Puts what was typed where it belongs, piece by piece."""

    def __init__(self) -> None:
        self._levels = [_Level()]
        self._open_in_words = 0
        self._files: list[list[str]] = []
        self._excluded_files: list[str] = []
        self._plain: list[str] = []
        self._has_file_beside_words = False

    def read(self, item: Item, *, is_operator: bool) -> None:
        level = self._levels[-1]
        if item.opens:
            self._open(item)
        elif is_operator:
            level.joins |= item.text == "OR"
        elif item.is_file:
            self._take_file(item, level)
        else:
            for part in parted(item):
                self._take(part, level)
        self._close(item.closes)

    def query(self) -> Query:
        self._close(self._open_in_words + len(self._levels) - 1)
        files, plain = _distinct(self._files), " ".join(self._plain)
        return replace(
            self._levels[0].query(),
            files=files,
            excluded_files=tuple(self._excluded_files),
            plain=plain,
            has_file_beside_words=self._has_file_beside_words,
        )

    def _open(self, item: Item) -> None:
        if len(self._levels) > _DEEPEST:
            self._open_in_words += 1
        else:
            self._levels.append(_Level(item.is_excluded))

    def _close(self, times: int) -> None:
        closed_in_words = min(times, self._open_in_words)
        self._open_in_words -= closed_in_words
        for _ in range(min(times - closed_in_words, len(self._levels) - 1)):
            inner = self._levels.pop()
            query, level = inner.query(), self._levels[-1]
            self._has_file_beside_words |= inner.has_file and bool(query.groups or query.excluded)
            if inner.is_excluded:
                level.exclude([query] if query.groups else [])
            elif not query.groups:
                level.exclude(query.excluded)
            else:
                found: list[Part] = [query]
                if len(query.groups) == 1 and not query.excluded:
                    found = [*query.groups[0]]
                level.put(found, level.groups)

    def _take(self, item: Item, level: _Level) -> None:
        terms: list[Part] = [*_terms(item)]
        if item.is_excluded or not terms:
            level.exclude([Query(groups=(tuple(terms),))] if terms else [])
            return
        level.put(terms, level.groups)
        if not self._is_in_excluded:
            self._plain.append(item.text.strip("*"))

    def _take_file(self, item: Item, level: _Level) -> None:
        level.has_file = True
        if item.is_excluded or self._is_in_excluded:
            self._excluded_files.append(item.text)
            level.exclude()
        else:
            level.put([item.text], self._files)

    @property
    def _is_in_excluded(self) -> bool:
        return any(level.is_excluded for level in self._levels)


def _distinct(groups: list[list[_T]]) -> tuple[tuple[_T, ...], ...]:
    return tuple(dict.fromkeys(tuple(dict.fromkeys(group)) for group in groups))


def _terms(item: Item) -> list[Term]:
    """What is looked for; a word with hyphens may be written as one, as a line's end that cut it leaves it.

    So may one with a non-joiner, and its parts may be written with a space; and so may signs with spaces between them,
    one of which, or each, can be the end of a line on the page, and a line end may be a space there. The thousands of a
    number may be parted or not.
    """
    term = _term(item, item.text)
    if term is None:
        return []
    if NON_JOINER in item.text:
        return [_term(item, item.text.replace(NON_JOINER, "")) or term, term]
    if not (item.is_quoted or item.has_star) and (other := _written_otherwise(item.text)):
        return [term, _term(item, other) or term]
    gaps = islice(_GAP.finditer(item.text), _MOST_GAPS)
    closed = [item.text[: gap.start()] + item.text[gap.end() :] for gap in gaps]
    closed += [_GAP.sub("", item.text), item.text.replace("\n", " ")] if closed else []
    return [term, *(_term(item, text) or term for text in closed)]


def _written_otherwise(text: str) -> str:
    """A word without its hyphens, a number with marks between its thousands or without; empty for anything else."""
    if _HYPHENED.fullmatch(text):
        return _HYPHENS.sub("", text)
    if number := _NUMBER.fullmatch(text):
        figures = "".join(filter(str.isdigit, number[1]))
        return (f"{int(figures):,}" if figures == number[1] else figures) + number[2]
    return ""


def _term(item: Item, text: str) -> Term | None:
    words = [word for found in word_pattern(text).findall(joined(text)) if bare(word := found.strip(_DOTS)).strip()]
    if not words:
        return None
    has_star = item.has_star and _ends_in_word(text, words[-1])
    marked = typed_marks(bare(text))
    if item.is_quoted or has_star or marked or RUN.fullmatch(words[0]):
        return Term(tuple(words), has_star, marked=marked)
    return Term(tuple(words), inflected=words[0] if len(words) == 1 or _POSSESSIVE.fullmatch(text) else None)


def _ends_in_word(text: str, word: str) -> bool:
    return text.rstrip("*").endswith(word) and not RUN.fullmatch(word)
