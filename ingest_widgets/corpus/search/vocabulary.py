"""The words that the index holds: how often, which look alike, which share an English stem."""

from __future__ import annotations

import difflib
import json
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Sequence
from contextlib import closing

from ingest_widgets.corpus.queries.expressions import match_expression
from ingest_widgets.corpus.queries.query import Query, Term
from ingest_widgets.corpus.words.folding import TOKENIZER, folded
from ingest_widgets.corpus.words.patterns import word_pattern

_MOST_CANDIDATES = 3_000
_DROPPED = 10  # letters get left out or swapped more often than struck wrong: thred is thread, not the frequent three
_LONGEST_GUESS = 40
_LAST = "\U0010ffff"


def frequencies(con: sqlite3.Connection, words: Sequence[str]) -> dict[str, int]:
    """On how many pages each word (folded) is; those that are nowhere are left out."""
    count = "SELECT count(*) FROM page_words WHERE page_words MATCH ?"
    terms = {word: Term(tuple(word_pattern(word).findall(word))) for word in words}
    expressions = {word: match_expression(Query(groups=((term,),))) for word, term in terms.items()}
    pages = {word: con.execute(count, (expression,)).fetchone()[0] for word, expression in expressions.items()}
    return {word: number for word, number in pages.items() if number}


def _held(con: sqlite3.Connection, words: Sequence[str]) -> dict[str, int]:
    """The same, and much faster where most of the words are nowhere."""
    rows = con.execute(
        "SELECT term, doc FROM json_each(?) CROSS JOIN page_vocabulary ON term = json_each.value",
        (json.dumps(list(words)),),
    )
    return dict(rows.fetchall())


def look_alike(con: sqlite3.Connection, word: str) -> str | None:
    """The word of the corpus that was probably meant, as the index writes it; None when none is near.

    Words one slip away come first, the most frequent of them; else the most similar word that begins alike.
    """
    word = folded(word)
    if not 3 <= len(word) <= _LONGEST_GUESS:
        return None
    near = _held(con, sorted(_one_slip_away(word)))
    if near:
        return max(near, key=lambda term: (near[term] * (_DROPPED if _keeps_letters(word, term) else 1), term))
    alike = difflib.get_close_matches(word, _beginning_with(con, word[:2]), 1, 0.75)
    return alike[0] if alike else None


def _keeps_letters(word: str, term: str) -> bool:
    return not Counter(word) - Counter(term)


def _one_slip_away(word: str) -> set[str]:
    letters = _alphabet(word)
    parts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    slips = {left + right[1:] for left, right in parts if right}
    slips |= {left + right[1] + right[0] + right[2:] for left, right in parts if len(right) > 1}
    slips |= {left + letter + right[1:] for left, right in parts if right for letter in letters}
    slips |= {left + letter + right for left, right in parts for letter in letters}
    return slips - {word}


def _alphabet(word: str) -> str:
    if word.isascii():
        return "abcdefghijklmnopqrstuvwxyz"
    blocks = {ord(c) // 256 * 256 for c in word}  # none parts an alphabet
    near = (chr(block + place) for block in blocks for place in range(256))
    return "".join(c for c in near if unicodedata.category(c)[0] in "LM" and folded(c) == c)


def _beginning_with(con: sqlite3.Connection, start: str) -> list[str]:
    rows = con.execute(
        "SELECT term FROM page_vocabulary WHERE term >= ? AND term < ? LIMIT ?",
        (start, start + _LAST, _MOST_CANDIDATES),
    )
    return [term for (term,) in rows.fetchall() if term]


def same_stem(con: sqlite3.Connection, word: str) -> list[str]:
    """The words of the corpus with the same English stem, after Porter, as SQLite computes it."""
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.execute(f'CREATE VIRTUAL TABLE stems USING fts5 (word, tokenize="porter {TOKENIZER}")')
        memory.execute("CREATE VIRTUAL TABLE stem_list USING fts5vocab ('stems', 'row')")
        memory.execute("INSERT INTO stems VALUES (?)", (word,))
        found = memory.execute("SELECT term FROM stem_list").fetchone()
        if found is None:
            return []
        stem = found[0]
        start = stem[:-1] if len(stem) > 3 and stem[-1] in "ie" else stem  # happy, happi; manage, managing
        memory.executemany("INSERT INTO stems VALUES (?)", [(term,) for term in _beginning_with(con, start)])
        rows = memory.execute("SELECT DISTINCT word FROM stems WHERE stems MATCH ?", (f'"{word}"',))
        return [kin for (kin,) in rows.fetchall()]
