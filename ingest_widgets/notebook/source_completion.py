"""What may stand in the textbox 'Source': a path as it was pasted, the folders and PDFs below what was typed so far."""

from __future__ import annotations

import os
import re

MOST = 50
_QUOTED = re.compile(r"""(["'])((?:(?!\1).)+)\1""")


def completions(text: str) -> list[str]:
    """Paths that begin with `text`, as the user would write them; folders first, and with a slash at their end.

    Hidden entries appear only after a dot. A folder that can't be listed has none.
    """
    folder, typed = os.path.split(text)
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as entries:
            fitting = [(not _is_folder(entry), entry.name) for entry in entries if _fits(entry.name, typed)]
    except (OSError, ValueError):  # no such folder, no permission, a NUL in the name
        return []
    found = sorted((is_file, name) for is_file, name in fitting if not is_file or name[-4:].lower() == ".pdf")
    head = text[: len(text) - len(typed)]
    return [f"{head}{name}{'' if is_file else '/'}" for is_file, name in found[:MOST]]


def pasted_path(text: str) -> str:
    """The path in `text`: without the space around it, and the quotation marks in which Windows and Python write one.

    A name that has them itself stands for its file.
    """
    if os.path.lexists(text):
        return text
    quoted = _QUOTED.fullmatch(text.strip())
    return quoted[2] if quoted else text.strip()


def _fits(name: str, typed: str) -> bool:
    hidden = name.startswith(".") and not typed.startswith(".")
    return not hidden and name.isprintable() and name.casefold().startswith(typed.casefold())


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
