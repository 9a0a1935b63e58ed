"""Globs that name what they couldn't look into; neither `glob` nor `pathlib` says so."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch


def matches(base: str, parts: Sequence[str]) -> Iterator[tuple[str, os.DirEntry[str] | OSError]]:
    """What a pattern finds below a folder, in no order and each once.

    Args:
        base: The folder.
        parts: The pattern between slashes. `**` stands for any folders; the last part isn't `**`. A part that is a
            name itself, such as `papers [old]`, stands for that too. Symlinked folders are matched but not entered:
            they lead elsewhere, or in circles.

    Yields:
        The path below `base` with its entry, or that of a folder, ending in a slash, with why it can't be listed.
    """
    waiting, seen = [("", tuple(parts))], set()
    while waiting:
        step = below, (part, *rest) = waiting.pop()
        if step in seen:
            continue
        seen.add(step)
        if part == "**":
            waiting.append((below, tuple(rest)))
        try:
            entries = list(os.scandir(os.path.join(base, below)))
        except OSError as error:
            yield below, error
            continue
        for entry in entries:
            name = f"{below}{entry.name}"
            if entry.name != part and not fnmatch(entry.name, part):
                continue
            if not rest:
                yield name, entry
            elif entry.is_dir(follow_symlinks=False):
                waiting.append((f"{name}/", (part, *rest) if part == "**" else tuple(rest)))
