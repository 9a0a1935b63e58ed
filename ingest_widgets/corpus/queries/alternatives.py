"""Which of very many alternatives are looked for: each costs a moment for each page that it is on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ingest_widgets.corpus.queries.query import Part, Query, Term
from ingest_widgets.corpus.words.folding import folded

_FEW = 20
_MOST = 256
_MOST_PAGES = 2_000_000  # of all of them together: about a second

Frequencies = Callable[[Sequence[str]], Mapping[str, int]]
"""On how many pages each of some words (folded) is."""


def fewer_alternatives(query: Query, frequencies: Frequencies) -> Query:
    """The query with the first 256 of each OR that are in the corpus, the rarer ones where these are on many pages."""
    groups = tuple(_fewer(group, frequencies) for group in query.groups)
    return query if groups == query.groups else replace(query, groups=groups)


def left_out(query: Query, fewer: Query) -> str:
    """What a user should know; empty when nothing was left out."""
    before, now = len(query.terms), len(fewer.terms)
    if before == now:
        return ""
    return f"of {before:,} words and phrases {now:,} were looked for, the first and the rarer ones: all would take long"


def _fewer(group: tuple[Part, ...], frequencies: Frequencies) -> tuple[Part, ...]:
    group = tuple(fewer_alternatives(part, frequencies) if isinstance(part, Query) else part for part in group)
    if len(group) <= _FEW:
        return group
    pages: dict[Part, int] = {}
    for start in range(0, len(group), _MOST):
        if len(pages) <= _MOST:
            pages |= _held(group[start : start + _MOST], frequencies)
    kept: set[Part] = set()
    total = 0
    for part in sorted(list(pages)[:_MOST], key=pages.__getitem__):
        total += pages[part]
        if total <= _MOST_PAGES or not kept:
            kept.add(part)
    return group if len(kept) == len(pages) else tuple(part for part in group if part in kept)


def _held(parts: Sequence[Part], frequencies: Frequencies) -> dict[Part, int]:
    """Those which may be on a page, each with the number of its pages where it is a word."""
    words = {part: folded(part.words[0]) if isinstance(part, Term) and part.is_one_word else "" for part in parts}
    pages = frequencies([word for word in words.values() if word])
    return {part: pages.get(word, 0) for part, word in words.items() if not word or word in pages}
