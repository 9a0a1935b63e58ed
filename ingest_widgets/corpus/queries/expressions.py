"""Queries in the language of SQLite's FTS5."""

from __future__ import annotations

from collections.abc import Sequence

from ingest_widgets.corpus.queries.query import Part, Query, Term
from ingest_widgets.corpus.words.signs import bare, is_sign, searched_words

MOST_IN_ORDER = 256
"""So many words of a query's phrases are looked for in order: FTS5 takes 50 ms for two that are on 100,000 pages."""


def match_expression(query: Query) -> str:
    """What finds the pages of a query that has groups; words of phrases beyond the first 256 may stand anywhere."""
    return _Expression().of(query)


def excluded_expression(query: Query) -> str:
    """What finds the pages that must not match; empty when there are none."""
    return _Expression().excluded(query)


def words_in_order(query: Query) -> int:
    """How many words its phrases have, those too that must not match."""
    own = sum(len(words) for words in map(_searched, query.terms) if len(words) > 1)
    return own + sum(map(words_in_order, query.excluded))


class _Expression:
    def __init__(self) -> None:
        self._left = MOST_IN_ORDER

    def of(self, query: Query) -> str:
        wanted = " AND ".join(map(self._any_of, query.groups))
        excluded = self.excluded(query)
        return f"({wanted}) NOT {excluded}" if excluded else wanted

    def excluded(self, query: Query) -> str:
        """Without those whose words would have to be looked for anywhere: more would be left out than was asked for."""
        found = [
            f"({self.of(unwanted)})"
            for unwanted in query.excluded
            if self._left >= min(words_in_order(unwanted), MOST_IN_ORDER)
        ]
        return _joined(" OR ", found) if found else ""

    def _any_of(self, parts: Sequence[Part]) -> str:
        return _joined(
            " OR ", [f"({self.of(part)})" if isinstance(part, Query) else self._term(part) for part in parts]
        )

    def _term(self, term: Term) -> str:
        marked = [f'"{word}"' for word in term.marked]
        return _joined(" AND ", [self._bare_term(term), *marked])

    def _bare_term(self, term: Term) -> str:
        words = _searched(term)
        star = " *" if term.is_prefix or is_sign(words[-1]) else ""
        if len(words) == 1:
            return _either(words, star)
        in_order, others = words[: self._left], words[self._left :]
        self._left -= len(in_order)
        if not others:
            return _either(in_order, star)
        expressions = [_either(in_order)] if in_order else []
        expressions += [_either([word]) for word in dict.fromkeys(others[:-1])]
        return _joined(" AND ", [*expressions, _either(others[-1:], star)])


def _searched(term: Term) -> list[str]:
    return searched_words(term.words)


def _either(words: Sequence[str], star: str = "") -> str:
    typed = " ".join(words)  # so it stands in the index of a corpus of an older version
    return _joined(" OR ", [f'"{form}"{star}' for form in dict.fromkeys((typed, bare(typed)))])


def _joined(operator: str, expressions: Sequence[str]) -> str:
    return expressions[0] if len(expressions) == 1 else f"({operator.join(expressions)})"
