"""Queries in the language of SQLite's FTS5."""

from __future__ import annotations

from collections.abc import Sequence

from ingest_widgets.corpus.query import Query, Term
from ingest_widgets.corpus.signs import bare, is_sign, searched_words

# FTS5 takes half a millisecond for each word of a phrase where all are on most of some thousand pages.
_MOST_IN_ORDER = 256


def match_expression(query: Query) -> str:
    """What finds the pages of a query that has groups."""
    wanted = " AND ".join(map(any_of, query.groups))
    return f"({wanted}) NOT {any_of(query.excluded)}" if query.excluded else wanted


def any_of(terms: Sequence[Term]) -> str:
    """What finds pages with one of the terms; of a long phrase the first 256 words in order, the others anywhere."""
    return _joined(" OR ", [_expression(term) for term in terms])


def _expression(term: Term) -> str:
    *words, last = searched_words(term.words)
    star = " *" if term.is_prefix or is_sign(last) else ""
    if len(words) < _MOST_IN_ORDER:
        return _either([*words, last], star)
    others = dict.fromkeys(words[_MOST_IN_ORDER:])
    return _joined(
        " AND ", [_either(words[:_MOST_IN_ORDER]), *(_either([word]) for word in others), _either([last], star)]
    )


def _either(words: Sequence[str], star: str = "") -> str:
    typed = " ".join(words)  # so it stands in the index of a corpus of an older version
    return _joined(" OR ", [f'"{form}"{star}' for form in dict.fromkeys((typed, bare(typed)))])


def _joined(operator: str, expressions: Sequence[str]) -> str:
    return expressions[0] if len(expressions) == 1 else f"({operator.join(expressions)})"
