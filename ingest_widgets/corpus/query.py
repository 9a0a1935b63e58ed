"""What a person types, as terms: no input is an error, and what isn't syntax is text.

entropy heat            pages with both words, whatever their case and accents
"second law"            the words next to each other
使用Debian系统          signs and words that touch are a phrase, quoted or not; a space between them changes nothing
entropy OR disorder     either; OR binds its two neighbours closer than the rest
-draft  -"first draft"  pages without
entrop*                 words that begin so
file:thesis             only files with that in their names; -file:thesis only the others
file:a OR file:b        files with one of them in their names
file:"a ""b"".pdf"      a name with spaces, or with quotation marks, each doubled

An OR that doesn't stand between two things to look for, or between two files, is left out, as at the end of what is
being typed or before `-draft`; so is AND, which changes nothing. "OR" in quotes, -OR, and a query of nothing else look
for the word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from typing import TypeVar

from ingest_widgets.corpus.records import clean
from ingest_widgets.corpus.signs import NON_JOINER, RUN, even, joined
from ingest_widgets.scripts import SIGNS

_T = TypeVar("_T")
_OPERATORS = ("OR", "AND")
_MARK = f"[^\\w\\s{SIGNS}]"
# A run of marks is looked at once, however long it is.
_STOP = re.compile(f"(?<=[{SIGNS}]){_MARK}++|(?<!{_MARK}){_MARK}++(?=[{SIGNS}])")
_GAP = re.compile(f"(?<=[{SIGNS}])\\s+(?=[{SIGNS}])")
_MOST_GAPS = 8
_HYPHENED = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)+")
QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\uff02", '"'))
# What is pasted may hold ligatures, signs that nobody sees and accents apart; the texts of pages are kept without.
_UNSEEN = dict.fromkeys("\xad\u200b\u200d\u2060\ufeff", "")
_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb06": "st"}
_AS_KEPT = str.maketrans(_UNSEEN | _LIGATURES)
_TOKEN = re.compile(
    r"(?P<minus>(?<!\S)-(?!-))?(?P<file>(?<![^\s-])file:)?"
    r'(?:"(?P<phrase>[^"]*(?(file)(?:""[^"]*)*))"(?P<star>\*)?|(?P<word>[^\s"]+|"))',
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for.

    Attributes:
        words: The words, each after the other, without what lies between them; a run of signs of scripts that don't
            part words is one.
        is_prefix: The last word, which is no such run, may go on.
    """

    words: tuple[str, ...]
    is_prefix: bool = False

    @property
    def is_one_word(self) -> bool:
        """It is a single whole word, of a script that parts them."""
        return len(self.words) == 1 and not self.is_prefix and not RUN.fullmatch(self.words[0])


@dataclass(frozen=True, slots=True)
class Query:
    """What must match.

    Attributes:
        groups: Of each group one term at least.
        excluded: None of these terms.
        files: Of each group one at least must be in the file's name.
        excluded_files: None may be in it.
        plain: What is asked for as it was typed, without operators and filters: a question for an embedder.
    """

    groups: tuple[tuple[Term, ...], ...] = ()
    excluded: tuple[Term, ...] = ()
    files: tuple[tuple[str, ...], ...] = ()
    excluded_files: tuple[str, ...] = ()
    plain: str = ""

    @property
    def is_empty(self) -> bool:
        """Nothing was asked for."""
        return not (self.groups or self.excluded or self.files or self.excluded_files)

    @property
    def terms(self) -> list[Term]:
        """All that can be marked in a text."""
        return [term for group in self.groups for term in group]

    def loosened(self) -> Query:
        """The same, but any one of the terms is enough."""
        return replace(self, groups=(tuple(self.terms),)) if self.groups else self

    def widened(self, kin_of: Callable[[str], list[str]]) -> Query:
        """The same, but for each single word its kin will do as well."""
        groups = tuple(tuple(kin for term in group for kin in _kin(term, kin_of)) for group in self.groups)
        return replace(self, groups=groups)

    @property
    def single_word(self) -> str | None:
        """The word when the query is one plain word, in however many spellings, and nothing else."""
        spelt = {"".join(term.words) for term in self.terms}
        if len(self.groups) == len(spelt) == 1 and not (self.excluded or self.files or self.excluded_files):
            return self.terms[0].words[0] if self.terms[0].is_one_word else None
        return None


def _kin(term: Term, kin_of: Callable[[str], list[str]]) -> list[Term]:
    if not term.is_one_word:
        return [term]
    return [term, *(Term((word,)) for word in kin_of(term.words[0]) if word != term.words[0].lower())]


@dataclass
class _Item:
    text: str
    is_quoted: bool
    is_excluded: bool
    is_file: bool
    has_star: bool = field(default=False)

    @property
    def is_operator(self) -> bool:
        return self.text in _OPERATORS and not (self.is_quoted or self.is_excluded or self.is_file)


def parse_query(text: str) -> Query:
    """Reads a query as a person types it."""
    items = [part for match in _TOKEN.finditer(clean(text).translate(QUOTES)) for part in _parted(_item(match))]
    has_more = not all(item.is_operator for item in items)
    groups: list[list[Term]] = []
    excluded: list[Term] = []
    files: list[list[str]] = []
    excluded_files: list[str] = []
    plain: list[str] = []
    before: object = None  # where the last one went, if an OR may stand behind it
    joins = False
    for item in items:
        if item.is_operator and has_more:
            joins = joins or item.text == "OR"
            continue
        terms = [] if item.is_file else _terms(item)
        if item.is_excluded:
            excluded += terms
            excluded_files += [item.text] if item.is_file else []
            before = None
        elif item.is_file:
            _put([item.text], files, joins=joins and before is files)
            before = files
        elif terms:
            plain.append(item.text.strip("*"))
            _put(terms, groups, joins=joins and before is groups)
            before = groups
        else:
            before = None
        joins = False
    return Query(
        groups=_distinct(groups),
        excluded=tuple(dict.fromkeys(excluded)),
        files=_distinct(files),
        excluded_files=tuple(excluded_files),
        plain=" ".join(plain),
    )


def _put(found: list[_T], groups: list[list[_T]], *, joins: bool) -> None:
    if joins:
        groups[-1] += found
    else:
        groups.append(found)


def _distinct(groups: list[list[_T]]) -> tuple[tuple[_T, ...], ...]:
    return tuple(dict.fromkeys(tuple(dict.fromkeys(group)) for group in groups))


def _item(match: re.Match[str]) -> _Item:
    phrase = match["phrase"]
    text = match["word"] if phrase is None else phrase
    return _Item(
        text=text.replace('""', '"') if match["file"] else even(unicodedata.normalize("NFC", text.translate(_AS_KEPT))),
        is_quoted=phrase is not None,
        is_excluded=bool(match["minus"]),
        is_file=bool(match["file"]),
        has_star=bool(match["star"]),
    )


def _parted(item: _Item) -> list[_Item]:
    """What marks beside signs part, as spaces part other words, unless it is quoted or must not match."""
    if item.is_quoted or item.is_excluded or item.is_file:
        return [item]
    return [replace(item, text=part) for part in _STOP.split(item.text) if part]


def _terms(item: _Item) -> list[Term]:
    """What is looked for; a word with hyphens may be written as one, as a line's end that cut it leaves it.

    So may one with a non-joiner, and its parts may be written with a space; and so may signs with spaces between them,
    one of which, or each, can be the end of a line on the page.
    """
    term = _term(item)
    if term is None:
        return []
    if NON_JOINER in item.text:
        return [_term(replace(item, text=item.text.replace(NON_JOINER, ""))) or term, term]
    if not item.is_quoted and _HYPHENED.fullmatch(item.text):
        return [term, _term(replace(item, text="".join(term.words))) or term]
    gaps = islice(_GAP.finditer(item.text), _MOST_GAPS)
    closed = [item.text[: gap.start()] + item.text[gap.end() :] for gap in gaps]
    closed += [_GAP.sub("", item.text)] if closed else []
    return [term, *(_term(replace(item, text=text)) or term for text in closed)]


def _term(item: _Item) -> Term | None:
    has_star = item.has_star or (not item.is_quoted and item.text.endswith("*"))
    words = word_pattern(item.text).findall(joined(item.text))
    if not words:
        return None
    ends_in_word = item.text.rstrip("*").endswith(words[-1]) and not RUN.fullmatch(words[-1])
    return Term(tuple(words), has_star and ends_in_word)


def word_pattern(text: str) -> re.Pattern[str]:
    """What matches one word as the index sees it: letters, digits, and marks where the text has them; or a run."""
    return _ASCII_WORD if text.isascii() else _marked_word()


_ASCII_WORD = re.compile(r"[A-Za-z0-9]+")


@lru_cache(maxsize=1)
def _marked_word() -> re.Pattern[str]:
    return re.compile(f"{RUN.pattern}|[^\\W_{SIGNS}](?:[^\\W_{SIGNS}]|[{mark_class()}])*")


@lru_cache(maxsize=1)
def mark_class() -> str:
    """The combining marks, as the inside of a regular expression's class."""
    ranges: list[tuple[int, int]] = []
    for code in (*range(0x300, 0x20F0), *range(0xA66F, 0xABED), 0xFB1E, *range(0xFE00, 0xFE30)):
        if unicodedata.category(chr(code))[0] == "M":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1] = (ranges[-1][0], code)
            else:
                ranges.append((code, code))
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
