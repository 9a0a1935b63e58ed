"""What a hostile file is, and what is to become of it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """One file.

    Attributes:
        name: Its family and what is wrong with it.
        data: All of it.
        outcomes: `status` or `status/reason`, any of which is right.
        text: Words that must be on some page, whenever pages came.
        warning: What some warning of the file or a page must say; `!` in front: none may.
    """

    name: str
    data: bytes = field(repr=False)
    outcomes: tuple[str, ...]
    text: str = ""
    warning: str = ""


FINE = ("ingested",)
FINE_OR_CORRUPT = ("ingested", "partial/corrupt", "failed/corrupt")
CORRUPT = ("failed/corrupt",)
NO_TEXT = ("ingested/no_text",)
SURVIVED = (
    "ingested",
    "ingested/no_text",
    "failed/corrupt",
    "failed/timeout",
    "failed/out_of_memory",
    "failed/crashed",
    "partial/corrupt",
    "partial/timeout",
    "partial/out_of_memory",
    "partial/crashed",
)
"""For what each version of an engine may take differently: an honest end is all that is asked for."""
BOMB = tuple(ending for ending in SURVIVED if ending.endswith(("timeout", "out_of_memory", "crashed")))
"""For what no worker can hold: whoever says that it was read, or only corrupt, is wrong."""
