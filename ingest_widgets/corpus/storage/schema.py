"""The tables of a corpus and how an older file gets them: one appended function a version, each in a transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache

from ingest_widgets.corpus.storage.records import as_text
from ingest_widgets.corpus.words.folding import TOKENIZER
from ingest_widgets.corpus.words.page import page_words

APPLICATION_ID = 0x49575043
"""What tells a corpus from any other SQLite file (`IWPC`)."""


def _first_tables(con: sqlite3.Connection) -> None:
    con.execute(
        """
        CREATE TABLE files (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,            -- file, url or upload
            identity BLOB NOT NULL,        -- the very bytes of the path, which need not be UTF-8
            name TEXT NOT NULL UNIQUE,
            path TEXT NOT NULL,
            status TEXT NOT NULL,
            reason TEXT,
            detail TEXT NOT NULL,
            pages INTEGER NOT NULL,        -- how many are held
            size INTEGER,
            mtime_ns INTEGER,
            sha256 TEXT,
            settings_key TEXT NOT NULL,
            engine TEXT,
            seconds REAL NOT NULL,
            title TEXT NOT NULL,
            author TEXT NOT NULL,
            warnings TEXT NOT NULL,        -- a JSON list
            UNIQUE (kind, identity)
        )"""
    )
    con.execute(
        """
        CREATE TABLE pages (
            id INTEGER PRIMARY KEY,
            file_id INTEGER NOT NULL REFERENCES files (id),
            number INTEGER NOT NULL,
            engine TEXT NOT NULL,
            warnings TEXT,                 -- a JSON list; NULL without any
            headings TEXT,                 -- what weighs more in a search: the file's title, the page's headings
            signs TEXT,                    -- pairs of signs of scripts that don't part words; NULL without any
            text TEXT NOT NULL,
            UNIQUE (file_id, number)
        )"""
    )
    con.execute("CREATE TABLE uploads (file_id INTEGER PRIMARY KEY REFERENCES files (id), data BLOB NOT NULL)")
    con.execute("CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
    _index_of(con, "pages", "signs")
    con.execute("CREATE VIRTUAL TABLE page_vocabulary USING fts5vocab ('page_words', 'row')")


def _index_of(con: sqlite3.Connection, content: str, third: str) -> None:
    con.execute(
        f"""
        CREATE VIRTUAL TABLE page_words USING fts5 (
            text, headings, {third}, content='{content}', content_rowid='id', tokenize="{TOKENIZER}"
        )"""
    )
    # Merging the index's parts later and in larger steps takes a tenth off its time; searches show nothing of it.
    con.execute("INSERT INTO page_words (page_words, rank) VALUES ('automerge', 8), ('hashsize', 4194304)")


def _vectors_of_chunks(con: sqlite3.Connection) -> None:
    con.execute(
        """
        CREATE TABLE chunk_vectors (
            id INTEGER PRIMARY KEY,
            file_id INTEGER NOT NULL REFERENCES files (id),
            first_page INTEGER NOT NULL,   -- the chunk's place, as in `Chunk`
            start INTEGER NOT NULL,
            last_page INTEGER NOT NULL,
            stop INTEGER NOT NULL,
            vector BLOB NOT NULL,          -- float32, little-endian, of length 1 (or 0)
            UNIQUE (file_id, first_page, start)
        )"""
    )
    # Files whose chunks have all their vectors.
    con.execute("CREATE TABLE embedded_files (file_id INTEGER PRIMARY KEY REFERENCES files (id))")


def _lines_of_scans(con: sqlite3.Connection) -> None:
    # What OCR found on a page and where, see `scanned_lines`; NULL on pages that it didn't read.
    con.execute("ALTER TABLE pages ADD COLUMN scanned TEXT")


def _bare_texts(con: sqlite3.Connection) -> None:
    # The text as it is searched, see `PageWords`; NULL where it is the same as the one that is shown.
    con.execute("ALTER TABLE pages ADD COLUMN bare TEXT")


def _signs_among_words(con: sqlite3.Connection) -> None:
    # In the text and the headings, where they stand, which the next one sees to; `signs` had them by themselves, and
    # the parts of words.
    con.execute("ALTER TABLE pages ADD COLUMN parts TEXT")
    con.execute("DROP VIEW IF EXISTS searched_pages")
    con.execute("ALTER TABLE pages DROP COLUMN signs")
    con.execute(
        "CREATE VIEW searched_pages AS SELECT id, file_id, coalesce(bare, text) AS text, headings, parts FROM pages"
    )
    con.execute("DROP TABLE page_words")
    _index_of(con, "searched_pages", "parts")
    con.execute("INSERT INTO page_words (page_words) VALUES ('rebuild')")


_TITLED_PAGES = """
    SELECT pages.id, text, CASE WHEN number = first THEN title ELSE '' END, headings, parts, bare FROM files
    JOIN (SELECT file_id, min(number) AS first FROM pages GROUP BY file_id) AS firsts ON firsts.file_id = files.id
    JOIN pages ON pages.file_id = files.id"""


def _words_as_typed(con: sqlite3.Connection) -> None:
    # What is taken up in another form today: radicals as signs, runs of signs over the ends of lines, \u00df as ss.
    for page, text, title, *before in con.execute(_TITLED_PAGES):
        words = page_words(as_text(text), as_text(title))
        if list(words) == before:
            continue
        con.execute(
            "INSERT INTO page_words (page_words, rowid, text, headings, parts) "
            "SELECT 'delete', id, text, headings, parts FROM searched_pages WHERE id = ?",
            (page,),
        )
        con.execute("UPDATE pages SET headings = ?, parts = ?, bare = ? WHERE id = ?", (*words, page))
        con.execute(
            "INSERT INTO page_words (rowid, text, headings, parts) "
            "SELECT id, text, headings, parts FROM searched_pages WHERE id = ?",
            (page,),
        )
    con.execute("UPDATE notes SET value = random() WHERE key = 'index_state'")


MIGRATIONS: list[Callable[[sqlite3.Connection], None]] = [
    _first_tables,
    _vectors_of_chunks,
    _lines_of_scans,
    _bare_texts,
    _signs_among_words,
    _words_as_typed,
    _words_as_typed,  # and marked words beside the others
    _words_as_typed,  # and Persian letters as Arabic ones
]
"""The one at index N brings a file from version N to N + 1. Only ever append."""

VERSION = len(MIGRATIONS)
HOLDS_MARKED_WORDS = 7
"""The first version whose index does."""


def migrate(con: sqlite3.Connection) -> None:
    """Brings the tables up to date inside the caller's transaction; nothing happens when they are."""
    version = con.execute("PRAGMA user_version").fetchone()[0]
    for migration in dict.fromkeys(MIGRATIONS[version:VERSION]):  # today's words are taken up once
        migration(con)
    if version < VERSION:
        con.execute(f"PRAGMA user_version = {VERSION}")
        con.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def empty() -> sqlite3.Connection:
    """A connection to a corpus without files."""
    con = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    migrate(con)
    return con


_PARTS = "SELECT type, name FROM sqlite_master WHERE type <> 'trigger'"


@cache
def parts() -> list[tuple[str, str]]:
    """Kind and name of all tables, views and their indices."""
    with closing(empty()) as sound:
        return sound.execute(_PARTS).fetchall()


def missing_parts(con: sqlite3.Connection) -> list[str]:
    """Those that aren't there, in words; what others keep may stand beside."""
    there = set(con.execute(_PARTS))
    return [f"the {kind} {name} is missing" for kind, name in parts() if (kind, name) not in there]
