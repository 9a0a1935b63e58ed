"""Pages whose columns were drawn line by line across: told by two lines, and put into the order of reading."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from operator import gt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest_widgets.engines.textpage import TextPage

_WORD = re.compile("[^\\s\ufffe]+\ufffe?")
_LONG_LINE = 40  # signs
_LONG_RUN = 12  # signs on either side of a gap
_MOVES_UP = 6
_SIDE = 5  # segments that have to respect a strip, on either side
_CROSSING = 0.15  # of the segments may lie across it: titles, figures
_BIN = 3.0  # points
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


def gaps_in_line(page: TextPage, lines: list[str], starts: list[int]) -> bool:
    """Whether two long lines, one from each half of the page, have a wide gap at the same place."""
    lengths = list(map(len, lines))
    half = len(lines) // 2
    gaps = []
    for first, part in ((0, lengths[:half]), (half, lengths[half:])):
        longest = max(part, default=0)
        if longest < _LONG_LINE:
            break
        number = first + part.index(longest)
        gap = _gap(page.rects(starts[number], longest))
        if gap is None or "...." in lines[number] or ". . ." in lines[number]:
            break
        gaps.append(gap)
    return len(gaps) == 2 and max(gaps[0][0], gaps[1][0]) < min(gaps[0][1], gaps[1][1])


def _gap(rects: list[tuple[float, float, float, float]]) -> tuple[float, float] | None:
    """Left and right of a gap wider than the line is high with long runs on both sides."""
    if len(rects) < 2:
        return None
    left, right = min(rect[0] for rect in rects), max(rect[2] for rect in rects)
    wide = [
        (before[2], after[0])
        for before, after in pairwise(rects)
        if after[0] - before[2] > 0.9 * (before[3] - before[1]) and abs(after[1] - before[1]) < 3
    ]
    edges = [left, *(edge for gap in wide for edge in gap), right]
    for number, gap in enumerate(wide):
        runs = gap[0] - edges[2 * number], edges[2 * number + 3] - gap[1]
        if min(runs) > 0.2 * (right - left):
            return gap
    return None


def reading_order(page: TextPage, text: str) -> list[list[Segment]] | None:
    """The lines of the page in the order of reading, each as its segments; None when the drawing's order is right."""
    segments = _segments(page, text)
    if len(segments) < 2 * _SIDE or not all(
        -_FAR < s.left <= s.right < _FAR and -_FAR < s.base < _FAR for s in segments
    ):
        return None
    lines: list[list[Segment]] = []
    return lines if _read(segments, lines) else None


def _segments(page: TextPage, text: str) -> list[Segment]:
    lines = zip(page.line_starts, page.lines, strict=True)
    spans = [match.span() for start, line in lines for match in _WORD.finditer(text, start, start + len(line))]
    firsts = page.origins([start for start, _ in spans])
    lasts = page.origins([max(start, end - 1 - (text[end - 1] == "\ufffe")) for start, end in spans])
    segments: list[Segment] = []
    line_end, height = -1, 10.0
    for (start, end), (left, base), (last, _) in zip(spans, firsts, lasts, strict=True):
        if start > line_end:
            box = page.box(start)
            height = max(box[3] - box[1], 1.0)
            line_end = text.find("\n", start) % (len(text) + 1)  # -1 becomes the end
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
    """Whether it is one column of prose or more."""
    if sum(s.end - s.start for s in side) / len(side) < _LONG_RUN:
        return False
    filled = sum(s.right - s.left for s in side) / len(side) / max(width, 1.0)
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
