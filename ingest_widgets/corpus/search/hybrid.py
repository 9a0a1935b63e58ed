"""One ranking out of two: pages by their words (BM25) and pages by the nearness of their chunks."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Sequence

from ingest_widgets.corpus.chunks.nearest import NearestChunks, NearPage
from ingest_widgets.corpus.queries.query import Query
from ingest_widgets.corpus.search.index import Found, PageIndex

NEAR_PAGES = 100
"""So many pages are taken from the nearest chunks."""

_K = 60  # of Cormack, Clarke and Büttcher
_RANKED = 1_000  # pages by words beyond this place count for less than any near page: they follow as they are


def near_pages(
    con: sqlite3.Connection,
    index: PageIndex,
    nearest: NearestChunks,
    query: Query,
    files: Sequence[int] | None,
    question: array[float],
) -> list[NearPage]:
    """The pages of the nearest chunks, without those that hold an excluded term."""
    near = nearest.pages(con, question, files, (3 if query.excluded else 1) * NEAR_PAGES)
    if query.excluded:
        unwanted = index.matching(con, Query(groups=(query.excluded,)), [page.page for page in near])
        near = [page for page in near if page.page not in unwanted]
    return near[:NEAR_PAGES]


def fused(
    con: sqlite3.Connection,
    index: PageIndex,
    query: Query,
    files: Sequence[int] | None,
    near: Sequence[NearPage],
    limit: int,
    offset: int,
) -> tuple[Found, set[int]]:
    """What is found, and those of the pages that only their chunks brought.

    By reciprocal rank fusion: each list gives a page 1 / (60 + its place there), and the sums rank the pages.

    Cormack, Clarke and Büttcher, 'Reciprocal rank fusion outperforms Condorcet and individual rank learning methods',
    SIGIR 2009. `total` counts the pages that match the words and those of the nearest chunks, each once.
    """
    found = index.find(con, query, files, max(_RANKED, offset + limit), 0) if query.groups else Found(0, [])
    by_words = [page for page, _ in found.pages]
    scores: dict[int, float] = {}
    for ranking in (by_words[:_RANKED], [page.page for page in near]):
        for place, page in enumerate(ranking, 1):
            scores[page] = scores.get(page, 0.0) + 1 / (_K + place)
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    ranked += [(page, 1 / (_K + place)) for place, page in enumerate(by_words, 1) if page not in scores]
    only_near = {page.page for page in near} - set(by_words)
    if found.total > len(by_words):
        only_near -= index.matching(con, query, sorted(only_near))
    return Found(found.total + len(only_near), ranked[offset : offset + limit]), only_near
