"""Letterspaced words, whose letters pdfium takes for words: told by gaps that are as wide all along a line."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage
    from ingest_widgets.engines.words.edits import Edit


Box = tuple[float, float, float, float]


class Gap(NamedTuple):
    """Between two letters."""

    at: int
    """Where the first one stands."""
    spaces: int
    """0 or 1."""
    width: float
    """In heights of a sign."""


_PAIR = re.compile(r"(?=[^\W_]( ?)[^\W_])")
_ONE, _TWO, _THREE, _FIVE = b" a ", b" a a ", b" a a a ", b" a a a a a "
_FEW = 3  # such lines are looked at before a page is taken for an ordinary one
_ENOUGH = 4  # gaps
# Of the height of a sign: closer ones touch, wide ones may stand in columns, those farther apart do.
_NARROW, _WIDE, _FAR = 0.04, 0.3, 0.45
_EVEN = 0.35  # of the gap before
_ORDERED, _STRAY = 7, 0.1  # letters in the order of the alphabet are no word, be it that one in ten isn't among them


def spacing_edits(page: TextPage, kinds: bytes, expected: bool = False) -> list[Edit]:
    """(start, end, ""): each space that pdfium put between two letters of a word.

    Args:
        page: Where the text stands.
        kinds: See `numbers.kinds_of`.
        expected: Two single letters in a row are enough for a closer look at the page.
    """
    kinds = b" " + kinds + b" "  # where a single letter begins in these, it begins in the text
    if not _has_spaced_line(page, kinds, _TWO if expected else _THREE):
        return []
    spans = ((start, start + len(line)) for start, line in zip(page.line_starts, page.lines, strict=True))
    return [edit for start, end in spans if _ONE in kinds[start : end + 2] for edit in _false_spaces(page, start, end)]


def _has_spaced_line(page: TextPage, kinds: bytes, singles: bytes) -> bool:
    at = kinds.rfind(singles)  # backwards takes two thirds of the time
    for _ in range(_FEW):
        if at < 0:
            return False
        number = bisect(page.line_starts, at) - 1
        start = page.line_starts[number]
        widest = _FAR if kinds.startswith(_FIVE, max(at - 4, 0)) else _WIDE
        is_narrow = _NARROW < _width(page.box(at), page.box(at + 2)) < widest
        if is_narrow and _false_spaces(page, start, start + len(page.lines[number])):
            return True
        at = kinds.rfind(singles, 0, start)
    return False


def _false_spaces(page: TextPage, start: int, end: int) -> list[Edit]:
    """Those between letters of a line that stand as far from each other as the letters around them."""
    pairs = ((pair.start(), len(pair.group(1))) for pair in _PAIR.finditer(page.text, start, end))
    runs = [run for chain in _chains(page, pairs) for run, tight in _runs(chain) if not (tight or _is_list(page, run))]
    # Beside a long word that is letterspaced, short ones are, too.
    usual = [run[0].width for run in runs if len(run) >= _ENOUGH and any(gap.spaces for gap in run)]
    if len(usual) == 1 and usual[0] > _WIDE:  # may be cells; beside a letterspaced word there is another one
        return []
    gaps = [gap for run in runs for gap in run if len(run) >= _ENOUGH or _is_like(run[0].width, usual)]
    return [(gap.at + 1, gap.at + 2, "") for gap in gaps if gap.spaces and usual]


def _is_list(page: TextPage, run: list[Gap]) -> bool:
    """Whether the letters are an alphabet or a part of one: what follows in it, or many that differ, in its order."""
    letters = [page.text[gap.at] for gap in run] + [page.text[gap.at + 1 + gap.spaces] for gap in run[-1:]]
    if len(run) < _ENOUGH or len(set(letters)) < len(letters):
        return False
    places = [ord(unicodedata.normalize("NFKD", letter.lower())[0]) for letter in letters]
    steps = [after - before for before, after in pairwise(places)]
    return set(steps) == {1} or (len(letters) >= _ORDERED and sum(step < 0 for step in steps) <= _STRAY * len(letters))


def _is_like(width: float, others: list[float]) -> bool:
    return any(abs(width - other) < _EVEN * other for other in others)


def _width(before: Box, after: Box) -> float:
    return (after[0] - before[2]) / max(before[3] - before[1], 1.0)


def _chains(page: TextPage, pairs: Iterable[tuple[int, int]]) -> Iterator[list[Gap]]:
    """Gaps between neighbours one after the other, without those that are as wide as between columns or words."""
    chain: list[Gap] = []
    after, box = -1, (0.0, 0.0, 0.0, 0.0)
    for at, spaces in pairs:
        if at != after:
            yield chain
            chain, box = [], page.box(at)
        before, after = box, at + 1 + spaces
        box = page.box(after)
        width = _width(before, box)
        if width < _FAR and (not spaces or page.generated(at + 1)):
            chain.append(Gap(at, spaces, width))
        else:
            yield chain
            chain = []
    yield chain


def _runs(chain: list[Gap]) -> Iterator[tuple[list[Gap], bool]]:
    """Gaps that are alike, and whether they go over into letters that touch: spaces between words do."""
    run: list[Gap] = []
    tight = False
    for gap in chain:
        if run and not _is_like(gap.width, [run[-1].width]):
            yield run, tight or gap.width < _NARROW
            run, tight = [], run[-1].width < _NARROW
        run.append(gap)
    yield run, tight
