"""Names for what would be called the same."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from itertools import count


def numbered(name: str) -> Iterator[str]:
    """The name with (2), (3) and so on before its ending, for ever."""
    stem, ending = posixpath.splitext(name)
    return (f"{stem} ({number}){ending}" for number in count(2))


def with_folders(name: str, folder: str, path: str) -> Iterator[str]:
    """The name by itself, then with ever more folders in front, then with a number, for ever.

    Args:
        name: The path below `folder`, with `/` between its parts.
        folder: The name of the folder it lies in; empty: none.
        path: Of the file, whose folders come next; empty: none.
    """
    yield name
    if folder := folder.strip("/"):
        name = f"{folder}/{name}"
        yield name
    above = path.replace(os.sep, "/")
    while above.endswith(f"/{name}") and (parent := above[: -len(name) - 1].rpartition("/")[2]):
        name = f"{parent}/{name}"
        yield name
    yield from numbered(name)
