"""Names for what would be called the same."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import count


def numbered(name: str) -> Iterator[str]:
    """The name with (2), (3) and so on before its ending, for ever."""
    stem, ending = posixpath.splitext(name)
    return (f"{stem} ({number}){ending}" for number in count(2))
