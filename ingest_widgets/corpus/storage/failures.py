"""What SQLite says, in our own words with the cure."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ingest_widgets.corpus.storage.records import BadRow
from ingest_widgets.errors import (
    CLOSE_FILES,
    CorpusDamaged,
    CorpusError,
    CorpusForeign,
    CorpusFull,
    CorpusLocked,
    CorpusNotWritable,
    is_too_many_open,
)

WAIT_SECONDS = 30.0
"""How long a writer waits for another one."""

_FULL = {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_TRUNCATE"}
_FILES_OF_CONNECTION = 5  # the corpus, its -wal and -shm, and two for a moment while it is opened
_LONGEST_PATH = 504  # with the endings of the files beside it
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_FORMAT", "SQLITE_IOERR", "SQLITE_SCHEMA")
_OF_DAMAGE = (
    "no such table",
    "no such column",
    "vtable constructor failed",
    "unsupported file format",
    "Could not decode",
)
"""How messages begin that SQLite counts as mistakes in the statement."""


@contextmanager
def own_errors(path: str, *, is_written: bool = False) -> Iterator[None]:
    """Raises a `CorpusError` in place of whatever SQLite raises about the file at `path`.

    Args:
        path: Of the corpus.
        is_written: It is about to grow: what the disk refuses for no known reason is room, not what it holds.

    Raises:
        CorpusError: Of the class that fits, one line long.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(path, error, is_written) from error
    except (BadRow, UnicodeDecodeError) as error:  # SQLite's own messages quote what they found, whatever that is
        raise damaged(path, str(error)) from error
    except OverflowError as error:  # an integer beyond 64 bits
        raise CorpusError(f"{path} can't hold such a number: {error}") from error


def _translated(path: str, error: sqlite3.Error, is_written: bool) -> CorpusError:
    name = getattr(error, "sqlite_errorname", None) or ""  # the sqlite3 module's own errors have no name
    why = str(error).splitlines()[0] if str(error) else name
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return CorpusLocked(
            f"another process kept {path} locked for {WAIT_SECONDS:.0f} seconds: wait until it is done, or stop it"
        )
    if name in _FULL or (is_written and name == "SQLITE_IOERR"):  # a quota, when it is FTS5 that writes
        return CorpusFull(f"{path} can't grow, the disk is full or a limit is reached: make room and run again")
    if name.startswith("SQLITE_CANTOPEN") and has_too_many_open():
        return CorpusError(f"{path} can't be opened, too many files are: {CLOSE_FILES}")
    if name.startswith("SQLITE_CANTOPEN") and len(os.fsencode(path)) > _LONGEST_PATH:
        return CorpusNotWritable(
            f"{path} can't be opened, SQLite takes paths of {_LONGEST_PATH} bytes at most: give a shorter one"
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return CorpusNotWritable(
            f"{path} can't be opened or written here ({why}): give a path in a folder you may write"
        )
    if name.startswith("SQLITE_NOTADB"):
        return CorpusForeign(f"{path} is no corpus: give another path, or move that file away")
    if name.startswith(_DAMAGED) or why.startswith(_OF_DAMAGE):
        return damaged(path, why)
    return CorpusError(f"{path} can't be used ({why}): Corpus(path).check() tells more")


def has_too_many_open() -> bool:
    """Whether there is no room for the files of a connection, which SQLite doesn't tell from other hindrances."""
    descriptors: list[int] = []
    try:
        while len(descriptors) < _FILES_OF_CONNECTION:
            descriptors.append(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return is_too_many_open(error)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    return False


def damaged(path: str, why: str) -> CorpusDamaged:
    """The error for a file whose content is broken."""
    cure = "put a backup in its place, or move it away and ingest again"
    return CorpusDamaged(f"{path} is damaged ({why}): {cure}")


def unseen(path: str, error: OSError) -> CorpusNotWritable:
    """The error for a path of which nobody can say what is there."""
    if error.errno == errno.ENAMETOOLONG:
        return CorpusNotWritable(f"{path} can't be looked at (its name is too long): give another path")
    cure = "check that its folder can be reached, or give another path"
    return CorpusNotWritable(f"{path} can't be looked at ({error.strerror}): {cure}")


def refuse_folder(path: str) -> None:
    """Raises when no corpus can be at `path` because of what is there.

    Raises:
        CorpusForeign: It is a folder, a device or the like.
        CorpusNotWritable: It can't be looked at.
    """
    try:
        with suppress(FileNotFoundError):
            os.stat(f"{path}-journal")  # the longest of the names beside it
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise unseen(path, error) from error
    if os.path.isdir(path):
        raise CorpusForeign(f"{path} is a folder: give a file in it, such as {os.path.join(path, 'corpus.sqlite')}")
    if not os.path.isfile(path):
        raise CorpusForeign(f"{path} is no regular file (mode {mode:o}): give another path")
