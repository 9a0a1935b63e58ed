"""Words in small letters, without accents: as SQLite's tokenizer writes them into the index."""

from __future__ import annotations

import sqlite3
import unicodedata
from contextlib import closing
from functools import lru_cache

from ingest_widgets.corpus.words.signs import bare

TOKENIZER = "unicode61 remove_diacritics 2 categories 'L* N* Co M*'"
"""Letters, digits and the vowel signs of scripts that write them as marks make words; case and accents are folded."""

_CASED_OR_ACCENTED = (
    *range(0x41, 0x5B),
    *range(0xAA, 0x590),
    *range(0x10A0, 0x1100),
    *range(0x1E00, 0x2E00),
    *range(0xA640, 0xA800),
    *range(0x10400, 0x10450),
)


def folded(word: str) -> str:
    """The word as the index writes it: small letters, and those of its accents gone that are searched without."""
    if word.isascii():
        return word.lower()
    return bare(unicodedata.normalize("NFC", word)).translate(_folds())


@lru_cache(maxsize=1)
def _folds() -> dict[int, str]:
    """What SQLite makes of capitals, accented letters and accents: asked of its tokenizer, whose tables have gaps."""
    letters = [c for c in map(chr, _CASED_OR_ACCENTED) if c.isalnum() or unicodedata.combining(c)]
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.execute(f'CREATE VIRTUAL TABLE words USING fts5 (word, tokenize="{TOKENIZER}")')
        memory.execute("CREATE VIRTUAL TABLE places USING fts5vocab ('words', 'instance')")
        memory.execute("INSERT INTO words VALUES (?)", (" ".join(f"a{letter}" for letter in letters),))
        tokens = memory.execute("SELECT term FROM places ORDER BY offset").fetchall()
    return {
        ord(letter): token.removeprefix("a")
        for letter, (token,) in zip(letters, tokens, strict=True)
        if token != f"a{letter}"
    }
