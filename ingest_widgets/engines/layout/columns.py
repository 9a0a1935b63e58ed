"""Pages whose columns were drawn line by line across: told by two lines, and put into the order of reading."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter, gt, sub
from typing import TYPE_CHECKING

from ingest_widgets.engines.pieces.line_ends import CUT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest_widgets.engines.pieces.textpage import TextPage

_SPACE = re.compile("(?<=[^ ]) (?=[^ ])")
_WORD = re.compile("[^\\s\ufffe]+\ufffe?")
_LONG_LINE = 40  # signs
_LONG_RUN = 12  # signs on either side of a gap
_LINE_NUMBER = 3  # signs at the most
_MOVES_UP = 6
_SIDE = 5  # segments that have to respect a strip, on either side
_CROSSING = 0.15  # of the segments may lie across it: titles, figures
_BIN = 3.0  # points
_LETTER_AND_SPACE = 6.0  # points, even in small print
_LETTER_AND_GAP = 1.3  # of the height of a line
_FAR = 20_000.0  # points: no paper is larger, and broken files name any place
_DEEPEST = 6
_FILLED = 0.6  # of the way to the next column by a mean line; cells of tables are emptier


@dataclass(slots=True)
class Segment:
    """A run of words without a wide gap: `start` and `end` are indices into the page's text."""

    left: float
    right: float
    base: float
    height: float
    start: int
    end: int


def moves_up(heights: list[float]) -> bool:
    """Whether the pen went upwards time and again from the start of one line to the next."""
    if len(heights) < 2 * _MOVES_UP:
        return False
    return bool(sum(map(gt, heights[1:], heights)) >= _MOVES_UP)


def gaps_in_line(page: TextPage, lines: list[str], starts: list[int], either: bool = False) -> bool:
    """Whether two long lines, one from each half of the page, have a wide gap at the same place.

    Args:
        page: The page.
        lines: Of it.
        starts: Where in its text they begin.
        either: One of the two is enough.
    """
    half = len(lines) // 2
    longest = (max(part, key=len, default="") for part in (lines[:half], lines[half:]))
    gaps = (
        _gap(page, line.partition(CUT)[0], starts[lines.index(line)]) for line in longest if len(line) >= _LONG_LINE
    )
    if either:
        return any(gaps)
    one = next(gaps, None)
    other = next(gaps, None) if one else None
    return one is not None and other is not None and max(one[0], other[0]) < min(one[1], other[1])


def _gap(page: TextPage, line: str, start: int) -> tuple[float, float] | None:
    """Left and right of a gap wider than the line is high with long runs on both sides."""
    if len(line) < _LONG_LINE or "...." in line or ". . ." in line or not _has_gap(page, line, start):
        return None
    segments = _segments(page, page.text, [(start, line)])
    left, right = min(s.left for s in segments), max(s.right for s in segments)
    for s, t in pairwise(sorted(segments, key=attrgetter("left"))):
        runs = s.right - s.left, t.right - t.left
        if s.right < t.left and min(runs) > 0.2 * (right - left):
            return s.right, t.left
    return None


def _has_gap(page: TextPage, line: str, start: int) -> bool:
    """Whether the pen went farther between two words of its middle than over a letter and a space."""
    fifth = len(line) // 5
    beside = [
        start + at
        for space in _SPACE.finditer(line, fifth, len(line) - fifth)
        for at in (space.start() - 1, space.end())
    ]
    places, _ = page.pens(beside)
    widest = max(map(abs, map(sub, places[1::2], places[::2])), default=0.0)
    if widest < _LETTER_AND_SPACE:
        return False
    _, low, _, high = page.box(start)
    return widest > _LETTER_AND_GAP * (high - low)


def reading_order(page: TextPage, text: str) -> list[list[Segment]] | None:
    """The lines of the page in the order of reading, each as its segments; None when the drawing's order is right."""
    segments = _segments(page, text, zip(page.line_starts, page.lines, strict=True))
    if len(segments) < 2 * _SIDE or not all(
        -_FAR < s.left <= s.right < _FAR and -_FAR < s.base < _FAR for s in segments
    ):
        return None
    lines: list[list[Segment]] = []
    return lines if _read(segments, lines) else None


def _segments(page: TextPage, text: str, lines: Iterable[tuple[int, str]]) -> list[Segment]:
    spans = [match.span() for start, line in lines for match in _WORD.finditer(text, start, start + len(line))]
    firsts = page.origins([start for start, _ in spans])
    lasts = page.origins([max(start, end - 1 - (text[end - 1] == "\ufffe")) for start, end in spans])
    segments: list[Segment] = []
    line_end, height, measured = -1, 10.0, True
    for (start, end), (left, base), (last, _) in zip(spans, firsts, lasts, strict=True):
        if start > line_end:
            measured = False
            line_end = text.find("\n", start) % (len(text) + 1)  # -1 becomes the end
        if not measured:
            box = page.box(start)
            height = max(box[3] - box[1], 1.0)
            measured = end - start > _LINE_NUMBER  # which may be smaller than the line
        right = last + 0.45 * height
        at = segments[-1] if segments else None
        if at and abs(at.base - base) < 0.35 * height and -0.5 * height < left - at.right < 0.9 * height:
            at.right, at.end = right, end
        else:
            segments.append(Segment(left, right, base, height, start, end))
    return segments


def _read(segments: list[Segment], lines: list[list[Segment]], depth: int = 0) -> bool:
    """Adds the lines of these segments; says whether they are in another order than the drawing."""
    strip = _strip(segments) if depth < _DEEPEST else None
    if strip is None:
        lines += _rows(segments)
        return _is_shuffled(segments)
    across = sorted((s for s in segments if s.left < strip < s.right), key=lambda s: -s.base)
    beside = [s for s in segments if not s.left < strip < s.right]
    changed = _is_mixed(beside, strip)
    for limit in [*across, None]:
        band = [s for s in beside if limit is None or s.base > limit.base]
        beside = [s for s in beside if not (limit is None or s.base > limit.base)]
        for side in ([s for s in band if s.right <= strip], [s for s in band if s.left >= strip]):
            changed |= _read(side, lines, depth + 1)
        if limit:
            lines.append([limit])
    return changed


def _strip(segments: list[Segment]) -> float | None:
    """The middle of the emptiest vertical strip that parts columns of prose."""
    if len(segments) < 2 * _SIDE:
        return None
    left, right = min(s.left for s in segments), max(s.right for s in segments)
    bins = [0] * (int((right - left) / _BIN) + 2)
    for s in segments:
        for i in range(int((s.left - left) / _BIN), int((s.right - left) / _BIN) + 1):
            bins[i] += 1
    inner = range(len(bins) // 6, len(bins) - len(bins) // 6)
    emptiest = min((bins[i] for i in inner), default=len(segments))
    if emptiest > _CROSSING * len(segments):
        return None
    runs = _longest_run([i for i in inner if bins[i] == emptiest])
    strip = left + _BIN * (runs[0] + runs[1] + 1) / 2
    before, after = [s for s in segments if s.right <= strip], [s for s in segments if s.left >= strip]
    if min(len(before), len(after)) < _SIDE:
        return None
    edges = left, min(s.left for s in after), right
    return strip if _is_prose(before, edges[1] - edges[0]) and _is_prose(after, edges[2] - edges[1]) else None


def _is_shuffled(segments: list[Segment]) -> bool:
    """Whether the lines of one column were drawn upwards, or anyhow."""
    width = max(s.right for s in segments) - min(s.left for s in segments) if segments else 0.0
    wide = [s.base for s in sorted(segments, key=lambda s: s.start) if s.right - s.left >= _FILLED * width]
    return 2 * len(wide) > len(segments) and moves_up(wide)


def _longest_run(numbers: list[int]) -> tuple[int, int]:
    best, start = (numbers[0], numbers[0]), numbers[0]
    for before, number in zip(numbers, [*numbers[1:], numbers[-1] + 2], strict=True):
        if number != before + 1:
            best = max(best, (start, before), key=lambda run: run[1] - run[0])
            start = number
    return best


def _is_prose(side: list[Segment], width: float) -> bool:
    """Whether it is one column of prose or more; numbers of lines beside it don't count."""
    runs = [s for s in side if s.end - s.start > _LINE_NUMBER]
    if 2 * len(runs) < len(side) or sum(s.end - s.start for s in runs) / len(runs) < _LONG_RUN:
        return False
    filled = sum(s.right - s.left for s in runs) / len(runs) / max(width, 1.0)
    return filled >= _FILLED or _strip(side) is not None


def _is_mixed(beside: list[Segment], strip: float) -> bool:
    """Whether the drawing went from one side of the strip to the other time and again, line by line.

    From cell to cell of a table it goes less often where these have several lines.
    """
    sides = [s.left >= strip for s in sorted(beside, key=lambda s: s.start)]
    jumps = sum(a != b for a, b in pairwise(sides))
    return jumps > max(2 * _SIDE, min(sides.count(True), sides.count(False)))


def _rows(segments: list[Segment]) -> list[list[Segment]]:
    rows: list[list[Segment]] = []
    for s in sorted(segments, key=lambda s: (-s.base, s.left)):
        if rows and abs(rows[-1][0].base - s.base) < 0.35 * s.height:
            rows[-1].append(s)
        else:
            rows.append([s])
    return [sorted(row, key=lambda s: s.left) for row in rows]
