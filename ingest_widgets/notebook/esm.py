"""The widgets' scripts and styles: ES modules and CSS by hand, joined here into the one text that a page loads."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

STATIC = Path(__file__).with_name("static")

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z_]+\.js)";\n', re.MULTILINE)


@cache
def script(name: str) -> str:
    """The module `name` with everything it imports in front of it, each once, without the import lines.

    The modules export functions and classes under names that no two of them share, so that joining them is all it
    takes; a host that loads a widget's script from a string has nowhere to import the others from.
    """
    parts: dict[str, str] = {}
    _gather(name, parts)
    return "\n".join(parts.values())


def _gather(name: str, parts: dict[str, str]) -> None:
    source = (STATIC / name).read_text("utf-8")
    for imported in _IMPORT.findall(source):
        if imported not in parts:
            _gather(imported, parts)
    parts[name] = _IMPORT.sub("", source)


@cache
def style(*names: str) -> str:
    """These CSS files, one after the other."""
    return "\n".join((STATIC / name).read_text("utf-8") for name in names)


@cache
def panel_style() -> str:
    """What the panel, a job's view and a corpus view look like."""
    return style("panel_parts.css", "file_grid.css", "search_list.css", "page_view.css", "ingest_panel.css")
