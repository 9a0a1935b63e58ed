"""Small tables for a cell's value, as plain text and as HTML: whatever is in them is text, never markup."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

MOST_ROWS = 20
"""Rows shown; the rest is counted."""
_SHORT = 16
"""Signs that fit into one line of a cell everywhere."""
_LINE = 32
"""Signs to a line of a longer cell that isn't in the last column."""
_EM = 0.56
"""How wide a sign is on the average, amply."""
_WRAP = "; overflow-wrap: break-word; overflow-wrap: anywhere"


@dataclass(frozen=True, slots=True)
class Marked:
    """Text with (start, end) places to be marked, in order, not overlapping."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()


Cell = str | int | float | None | Marked
Table = tuple[str, Sequence[str], Sequence[Sequence[Cell]]]
"""A sentence above, the columns, the rows."""


def html_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], *, total: int | None = None) -> str:
    """A table without style of its own, so that it is readable in light and dark.

    Args:
        title: A sentence above it.
        columns: Their headings.
        rows: At most the first 20 are shown.
        total: How many rows there are altogether; None: as many as `rows`.
    """
    cells = [[row[place] for row in rows[:MOST_ROWS]] for place in range(len(columns))]
    sides = [f"text-align: {_side(column)}" for column in cells]
    styles = [f"{side}{room}" for side, room in zip(sides, _rooms(cells), strict=True)]
    head = "".join(
        f'<th scope="col" style="{side}">{_html(name)}</th>' for name, side in zip(columns, sides, strict=True)
    )
    body = "".join(
        f"<tr>{''.join(_html_cell(cell, style) for cell, style in zip(row, styles, strict=True))}</tr>"
        for row in rows[:MOST_ROWS]
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
    rest = _rest(rows, total)
    return f"<div><p>{_html(title)}</p>{table}{f'<p>{rest}</p>' if rest else ''}</div>"


def text_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], *, total: int | None = None) -> str:
    """The same in plain text, as wide as the terminal at most."""
    rest = _rest(rows, total)
    lines = [_one_line(title)]
    if rows:
        lines += _aligned(columns, [[_text_cell(cell) for cell in row] for row in rows[:MOST_ROWS]])
    return "\n".join([*lines, rest] if rest else lines)


def _rest(rows: Sequence[Sequence[Cell]], total: int | None) -> str:
    more = (len(rows) if total is None else total) - min(len(rows), MOST_ROWS)
    return f"\u2026 and {more:,} more" if more > 0 else ""


def _html(text: str) -> str:
    return escape(_one_line(text), quote=True)


def _side(cells: Sequence[Cell]) -> str:
    """Where a column's cells stand, its heading too: said in each cell, since notebooks have styles of their own."""
    filled = [cell for cell in cells if cell is not None]
    return "right" if filled and all(isinstance(cell, int | float) for cell in filled) else "left"


def _rooms(columns: Sequence[Sequence[Cell]]) -> list[str]:
    """How wide each column's cells may get: short ones stay on one line, of long ones the last takes what is left.

    In a notebook that it doesn't trust, JupyterLab leaves all of this but `anywhere`.
    """
    rooms = []
    for place, column in enumerate(columns):
        longest = max((_width(_text_cell(cell)) for cell in column), default=0)
        wanted = f"{_EM * min(longest, _LINE):.1f}em"
        if longest <= _SHORT:
            rooms.append("; white-space: nowrap")
        elif place < len(columns) - 1:
            rooms.append(f"; width: {wanted}; min-width: 7em; max-width: {wanted}{_WRAP}")
        else:
            rooms.append(f"; min-width: 7em{_WRAP}")
    return rooms


def _html_cell(cell: Cell, style: str) -> str:
    text = _html_marked(cell) if isinstance(cell, Marked) else _html(_text_cell(cell))
    return f'<td style="{style}">{text}</td>'


def _html_marked(cell: Marked) -> str:
    pieces, position = [], 0
    for start, end in cell.spans:
        pieces += [_html(cell.text[position:start]), f"<mark>{_html(cell.text[start:end])}</mark>"]
        position = end
    return "".join([*pieces, _html(cell.text[position:])])


def _text_cell(cell: Cell) -> str:
    if isinstance(cell, Marked):
        return _one_line(cell.text)
    if isinstance(cell, float):
        return f"{cell:,.2f}" if abs(cell) >= 0.01 or not cell else f"{cell:.3g}"  # the score of a hit is no zero
    if isinstance(cell, int):
        return f"{cell:,}"
    return _one_line(cell or "")


def _one_line(text: str) -> str:
    """No line breaks, no control characters (a terminal obeys them), nothing that turns the direction."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text)


def _aligned(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(_width, (name, *cells))) for name, cells in zip(columns, zip(*rows, strict=True), strict=True)]
    room = max(60, shutil.get_terminal_size((120, 24)).columns) - 2 * (len(widths) - 1)
    while sum(widths) > room and max(widths) > 12:
        widest = widths.index(max(widths))
        widths[widest] = max(12, widths[widest] - (sum(widths) - room))
    return [
        "  ".join(_fit(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [columns, *rows]
    ]


def _fit(text: str, width: int) -> str:
    if _width(text) > width:
        kept, used = [], 1
        for c in text:
            used += _width(c)
            if used > width:
                break
            kept.append(c)
        text = "".join(kept) + "\u2026"
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)
