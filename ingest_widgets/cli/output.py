"""What commands write to stdout: tables for people, tabs for pipes, JSON for machines."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")

as_json = click.option("--json", "as_json", is_flag=True, help="Write JSON.")
corpus_option = click.option(
    "--corpus", "corpus_path", type=click.Path(dir_okay=False), help="The corpus; default: setting corpus_path."
)


def plain(text: object) -> str:
    """One line without control signs: what a PDF says must not steer a terminal."""
    return _CONTROL.sub(" ", str(text))


def styled(text: str, **style: Any) -> str:
    """As `click.style`, for a terminal that obeys and a person who wants it, see no-color.org."""
    return text if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else click.style(text, **style)


def write_json(value: Any) -> None:
    """One JSON document, ASCII only."""
    click.echo(json.dumps(value, indent=2))


def on_terminal() -> bool:
    """Whether a person reads along; nobody does where stdout is closed."""
    return sys.stdout is not None and sys.stdout.isatty()


def write_rows(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on a terminal, lines with tabs elsewhere; cells are made plain."""
    cells = ([plain("" if cell is None else cell) for cell in row] for row in rows)
    if not on_terminal():
        for row in cells:
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in head:
        table.add_column(name, overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    Console().print(table)
