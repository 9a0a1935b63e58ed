"""Pieces of lines that OCR found anywhere on a page, put into reading order."""

from __future__ import annotations

import math
from typing import NamedTuple

from ingest_widgets.engines.layout.paragraphs import paragraph_starts
from ingest_widgets.engines.pieces.line_ends import CUT
from ingest_widgets.engines.words.hyphens import is_cut

_NARROW = 0.5  # in heights of a line: less white is no gutter
_COLUMN = 6.0  # in heights of a line: narrower is a cell of a table
_COLUMN_LINES = 3  # of the longest; the last one may end early


class Line(NamedTuple):
    """A piece of a line as it was found: a box in pixels, on a page that is set upright around its top left."""

    left: float
    top: float
    right: float
    bottom: float
    text: str

    @property
    def height(self) -> float:
        """In pixels."""
        return self.bottom - self.top


def rows_as_text(rows: list[list[Line]], scale: float) -> str:
    """One row a line, an empty one before each paragraph; a hyphen at a line's end is a cut.

    Args:
        rows: In reading order.
        scale: Pixels a point.
    """
    texts = [" ".join(piece.text for piece in row) for row in rows]
    pens = [row[0].left / scale for row in rows], [-(row[0].top + row[0].bottom) / 2 / scale for row in rows]
    starts = set(paragraph_starts(texts, pens, pens)[0])
    out = ""
    for number, text in enumerate(texts):
        start = number in starts
        cut = not start and is_cut(out, text)
        out = out[:-1] + CUT + text if cut else f"{out}\n{chr(10) if start else ''}{text}"
    return out.lstrip("\n")


def reading_order(lines: list[Line]) -> list[list[Line]]:
    """Rows from top to bottom, each from left to right; columns of text one after the other.

    Bands that white parts from each other belong to the same columns as long as a gutter runs through all of them.
    """
    bands = _bands(lines)
    rows: list[list[Line]] = []
    at = 0
    while at < len(bands):
        run, columns = bands[at], [bands[at]]
        end = at + 1
        while end < len(bands) and (wider := _shared_columns(run, bands[end])):
            run, columns = run + bands[end], wider
            end += 1
        if len(columns) == 1:
            columns = _columns(run)
        for column in columns if _are_text(columns) else [run]:
            rows += _rows(column)
        at = end
    return rows


def _bands(lines: list[Line]) -> list[list[Line]]:
    bands: list[list[Line]] = []
    bottom = -math.inf
    for line in sorted(lines, key=lambda line: line.top):
        slack = 0.15 * line.height  # boxes are drawn generously, and pages lie crooked
        if not bands or line.top + slack > bottom:
            bands.append([])
            bottom = -math.inf
        bands[-1].append(line)
        bottom = max(bottom, line.bottom - slack)
    return bands


def _shared_columns(run: list[Line], band: list[Line]) -> list[list[Line]]:
    """Empty where no gutter runs through both, and where one is but a piece within a gutter: the page's number."""
    columns = _columns(run + band)
    apart = 1 in (len(run), len(band)) and len(columns) > max(len(_columns(run)), len(_columns(band))) > 1
    return columns if len(columns) > 1 and not apart else []


def _columns(lines: list[Line]) -> list[list[Line]]:
    narrow = _NARROW * _middle([line.height for line in lines])
    columns: list[list[Line]] = []
    right = -math.inf
    for line in sorted(lines, key=lambda line: line.left):
        if not columns or line.left > right + narrow:
            columns.append([])
        columns[-1].append(line)
        right = max(right, line.right)
    return columns


def _are_text(columns: list[list[Line]]) -> bool:
    """Whether they are to be read one after the other: a table's cells are narrow, its rows go together."""
    return max(map(len, columns)) >= _COLUMN_LINES and all(
        _middle([line.right - line.left for line in column]) > _COLUMN * _middle([line.height for line in column])
        for column in columns
    )


def _rows(lines: list[Line]) -> list[list[Line]]:
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.top + line.bottom):
        last = rows[-1][-1] if rows else None
        shared = min(last.bottom, line.bottom) - max(last.top, line.top) if last else 0.0
        if last and shared > min(last.height, line.height) / 2:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
