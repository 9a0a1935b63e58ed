"""What isolation promises, and whether this system keeps it: tried, not guessed from the system's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest_widgets.isolation.wire import WireError

Found = dict[str, tuple[bool, str]]
"""By name of the promise: whether it is kept, and how or why not. JSON-able, since a worker sends it."""

_MOST = 20


@dataclass(frozen=True, slots=True)
class Promise:
    """One of them on this machine.

    Attributes:
        kept: Whether it was seen to hold.
        how: By what, or why not.
    """

    kept: bool
    how: str


def promises(found: Any) -> dict[str, Promise]:
    """What a worker says that it found, which nobody trusts.

    Raises:
        WireError: It isn't of the shape of `Found`.
    """
    if not isinstance(found, Mapping) or len(found) > _MOST:
        raise WireError("no promises where they belong")
    return {str(name)[:80]: _promise(says) for name, says in found.items()}


def _promise(says: Any) -> Promise:
    if not isinstance(says, list) or len(says) != 2 or not isinstance(says[0], bool) or not isinstance(says[1], str):
        raise WireError("no promise where one belongs")
    return Promise(says[0], says[1][:200])
