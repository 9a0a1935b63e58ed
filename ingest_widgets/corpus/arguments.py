"""What callers hand in, checked before anything is done with it: each error names its argument."""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Iterable, Mapping
from numbers import Real
from pathlib import Path
from typing import SupportsFloat

from ingest_widgets.corpus.storage.records import clean_path
from ingest_widgets.documents import FileRecord
from ingest_widgets.errors import CorpusError, IngestError
from ingest_widgets.shortened import brief
from ingest_widgets.statuses import Reason, Status

File = str | FileRecord
"""How a file of the corpus is named in a call."""
Highlight = str | Iterable[str]
"""What is to be marked on a page: a query, or words and phrases."""
MOST_DPI = 1_200
_LARGEST = 2**63 - 1  # that SQLite takes


def corpus_path(value: object) -> Path:
    """The absolute path of a corpus; `~` is the home folder.

    Raises:
        TypeError: It is no path.
        CorpusError: There can't be a corpus.
    """
    path = _path(value)
    if path == ":memory:":
        raise CorpusError("a corpus is a file, it can't be in memory: give a path, say in a tempfile.mkdtemp()")
    try:
        return Path(os.path.abspath(path))
    except FileNotFoundError:
        raise CorpusError(
            f"{brief(path)} lies in the working directory, which is gone: change to it anew (cd, os.chdir), "
            "or give an absolute path"
        ) from None


def export_path(value: object) -> Path:
    """The path of a file that is to be written; `~` is the home folder.

    Raises:
        TypeError: It is no path.
        IngestError: It is empty, that of a folder, a device or the like, or holds a NUL.
    """
    text = _path(value)
    path = Path(text)
    # Path.exists raises for a name that is too long.
    if not path.name or (os.path.exists(path) and not os.path.isfile(path)):
        raise IngestError(f"path must be that of a file, {brief(text)} is none: give the name of one, too")
    return path


def _path(value: object) -> str:
    try:
        path = os.fsdecode(value)  # type: ignore[arg-type]  # asked here
    except TypeError:
        raise TypeError(f"path must be a str or a path, not {_shown(value)}") from None
    try:
        encoded = os.fsencode(path)
    except UnicodeEncodeError:  # half of a pair that writes one sign, as text from JavaScript may hold it
        encoded = b"\0"
    if b"\0" in encoded:
        raise CorpusError(f"no file system takes the path {brief(path)}: give another one")
    return os.path.expanduser(path)


def whole_number(name: str, value: object, *, least: int | None = 0) -> int:
    """A whole number, also one of another library (a page number out of a DataFrame).

    Raises:
        TypeError: It is none; True and False aren't either.
        ValueError: It is smaller than `least`, or larger than SQLite can count.
    """
    try:
        number = None if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]  # asked here
    except TypeError:
        number = None
    if number is None:
        raise TypeError(f"{name} must be an int, not {_shown(value)}")
    if least is not None and number < least:
        raise ValueError(f"{name} must be {least} or more, not {number}")
    if abs(number) > _LARGEST:
        raise ValueError(f"{name} must be less than 2**63, nothing has so many")
    return number


def dots_per_inch(value: object) -> float:
    """A resolution that a page can be drawn in.

    Raises:
        TypeError: It is no number.
        ValueError: It isn't more than 0 and at most 1,200.
    """
    if isinstance(value, bool) or not (isinstance(value, Real) and isinstance(value, SupportsFloat)):
        raise TypeError(f"dpi must be a number, not {_shown(value)}")
    try:
        dpi = float(value)
    except OverflowError:
        dpi = math.inf
    if not 0 < dpi <= MOST_DPI:  # nan isn't either
        raise ValueError(f"dpi must be more than 0 and at most {MOST_DPI:,}, not {dpi:g}")
    return dpi


def file_name(file: object) -> str:
    """The name of the file that is meant, as the corpus writes it.

    Raises:
        TypeError: It is neither a name nor a record.
    """
    if isinstance(file, FileRecord):
        return clean_path(file.name)
    if isinstance(file, str):
        return clean_path(file)
    raise TypeError(f"file must be a name in the corpus or a FileRecord, not {_shown(file)}")


def file_names(files: object) -> list[str] | None:
    """The names of the files that are meant: of one, of several, or None for all.

    Raises:
        TypeError: Something is neither a name nor a record.
    """
    if files is None:
        return None
    if isinstance(files, Iterable) and not isinstance(files, str | bytes | bytearray | Mapping):
        return [file_name(file) for file in files]
    return [file_name(files)]


def to_mark(words: object) -> str | list[str]:
    """A `Highlight` as it was typed, or as a list; empty for None.

    Raises:
        TypeError: It is neither.
    """
    if words is None or isinstance(words, str):
        return words or ""
    given = list(words) if isinstance(words, Iterable) else [words]
    texts = [word for word in given if isinstance(word, str)]
    if len(texts) < len(given):
        raise TypeError(f"highlight must be a query or a list of words, not {brief(words)}")
    return texts


def one_status(value: object) -> Status:
    """The status of that name.

    Raises:
        ValueError: There is none; the message names them, and says so when it is a reason.
    """
    try:
        return Status(value)  # type: ignore[arg-type]  # anything else is the ValueError below
    except ValueError:
        names = ", ".join(repr(str(status)) for status in Status if status is not Status.UNCHANGED)
        if value in list(Reason):
            raise ValueError(
                f"{str(value)!r} is a reason, not a status ({names}): "
                f"[record for record in corpus.files() if record.reason == {str(value)!r}]"
            ) from None
        raise ValueError(f"status must be one of {names}, not {brief(value)}") from None


def _shown(value: object) -> str:
    """Its type, and what it is where that is short and on one line."""
    if value is None:
        return "None"
    return (
        f"{type(value).__name__} {brief(value)}"
        if isinstance(value, str | bytes | bool | float)
        else type(value).__name__
    )
