"""Queries in the language of SQLite's FTS5."""

from __future__ import annotations

from collections.abc import Sequence

from ingest_widgets.corpus.query import Query, Term
from ingest_widgets.corpus.signs import bare, is_sign, searched_words


def match_expression(query: Query) -> str:
    """What finds the pages of a query that has groups."""
    wanted = " AND ".join(map(any_of, query.groups))
    return f"({wanted}) NOT {any_of(query.excluded)}" if query.excluded else wanted


def any_of(terms: Sequence[Term]) -> str:
    """What finds the pages with one of the terms."""
    expressions = [_expression(term) for term in terms]
    return expressions[0] if len(expressions) == 1 else f"({' OR '.join(expressions)})"


def _expression(term: Term) -> str:
    words = searched_words(term.words)
    typed = " ".join(words)  # so it stands in the index of a corpus of an older version
    star = " *" if term.is_prefix or is_sign(words[-1]) else ""
    forms = [f'"{form}"{star}' for form in dict.fromkeys((typed, bare(typed)))]
    return forms[0] if len(forms) == 1 else f"({' OR '.join(forms)})"
