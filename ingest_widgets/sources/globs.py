"""Globs that name what they couldn't look into; neither `glob` nor `pathlib` says so."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch


def matches(base: str, parts: Sequence[str]) -> Iterator[tuple[str, os.DirEntry[str] | OSError]]:
    """What a pattern finds below a folder, in no order and each once.

    Args:
        base: The folder.
        parts: The pattern between slashes. `**` stands for any folders, but follows no symlinked ones, which may lead
            in circles; the last part isn't `**`.

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
            if part == "**":
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((f"{name}/", (part, *rest)))
            elif fnmatch(entry.name, part):
                if not rest:
                    yield name, entry
                elif os.path.isdir(entry.path):
                    waiting.append((f"{name}/", tuple(rest)))
