"""The order of a page's lines in what a browser prints: it draws by layers, and some tag what comes after what.

First it draws what floats, such as boxes at the side and large initials; last what is placed somehow, such as headings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from operator import gt, itemgetter
from typing import TYPE_CHECKING

import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.layout.initials import is_initial
from ingest_widgets.engines.layout.paragraphs import SHIFT
from ingest_widgets.engines.pieces.getters import Handle, getter

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage

Span = tuple[int, int]
_TREE = getter(pdfium_c.FPDF_StructTree_GetForPage, Handle)
_CLOSE = getter(pdfium_c.FPDF_StructTree_Close, None)
_ROOTS = getter(pdfium_c.FPDF_StructTree_CountChildren)
_ROOT = getter(pdfium_c.FPDF_StructTree_GetChildAtIndex, Handle)
_PARTS = getter(pdfium_c.FPDF_StructElement_CountChildren)
_PART = getter(pdfium_c.FPDF_StructElement_GetChildAtIndex, Handle)
_CONTENT = getter(pdfium_c.FPDF_StructElement_GetChildMarkedContentID)
_CONTENT_OF = getter(pdfium_c.FPDFPageObj_GetMarkedContentID)
_LEVEL = 0.5  # of the height of a sign
_SHORT = 12  # signs
_MOST_INITIALS = 12
_MOST = 10_000  # elements of a page
_MARGINS = 2  # lines of a page in which browsers write when and from where it was printed


def spans_in_order(page: TextPage) -> list[Span]:
    """Where its lines start and end, in the order of reading; none where they are drawn in that, or it isn't known.

    Args:
        page: Where its signs are pdfium's characters.
    """
    if not _goes_back(page):
        return []
    lines = [(start, start + len(line)) for start, line in zip(page.line_starts, page.lines, strict=True)]
    spans = _tagged_order(page, lines) or _order_of_initials(page, lines)
    return spans if spans != lines else []


def _goes_back(page: TextPage) -> bool:
    """Whether a line stands above the one before and not in a column beside it, or one of them is short."""
    across, up = page.line_pens
    if not any(map(gt, up[1:], up)):
        return False
    lowest = up.index(min(up))
    is_foot = lowest < _MARGINS and not _is_letter(page.lines[lowest])
    shown = slice(lowest + 1 if is_foot else 0, -_MARGINS if lowest == len(up) - 1 else None)
    across, up, lines = across[shown], up[shown], page.lines[shown]
    steps = zip(lines, lines[1:], pairwise(across), pairwise(up), strict=False)
    return any(
        after > before + SHIFT * page.point and (there <= here or len(line) < _SHORT or _is_letter(above))
        for above, line, (here, there), (before, after) in steps
    )


def _tagged_order(page: TextPage, lines: list[Span]) -> list[Span]:
    """A line in which something else belongs comes in parts; nothing for a page without tags."""
    ranks: dict[int, int] = {}
    for content in _contents(page.handle):
        ranks.setdefault(content, len(ranks))
    if not ranks:
        return []
    runs = _runs(page, ranks, lines)
    spans: list[Span] = []
    for _, start, end in sorted(runs, key=itemgetter(0)):
        if spans and spans[-1][1] == start:  # nothing came between
            spans[-1] = spans[-1][0], end
        else:
            spans.append((start, end))
    return spans


def _runs(page: TextPage, ranks: dict[int, int], lines: list[Span]) -> list[tuple[int, int, int]]:
    """The rank, the start and the end of each part of a line; of what isn't tagged, that of what is drawn before."""
    runs: list[tuple[int, int, int]] = []
    rank, tagged = -1, 0
    for start, end in lines:
        found = _ranks_at(page, ranks, (start, max(start, end - 1)))
        if found[0] != found[1]:
            found = _ranks_at(page, ranks, range(start, end))
        for at, following in enumerate(found, start):
            if following is None or following == rank:
                continue
            if at > start:
                runs.append((rank, start, at))
            rank, start = following, at
        runs.append((rank, start, end))
        tagged = len(runs) if any(rank is not None for rank in found) else tagged
    return runs[:tagged] + [(len(ranks), start, end) for _, start, end in runs[tagged:]]  # margins


def _ranks_at(page: TextPage, ranks: dict[int, int], indices: Iterable[int]) -> list[int | None]:
    return [ranks.get(_CONTENT_OF(piece)) if piece else None for piece in page.objects_at(indices)]


def _order_of_initials(page: TextPage, lines: list[Span]) -> list[Span]:
    """That of drawing, but for large initials: each comes before the line whose beginning stands beside its top."""
    across, order = page.line_pens[0], list(range(len(lines)))
    letters = [number for number in order if _is_letter(page.lines[number])]
    for number in letters if len(letters) <= _MOST_INITIALS else ():
        sign, _ = lines[number]
        _, low, right, high = page.box(sign)
        beside = (n for n in order[order.index(number) + 1 :] if 0 <= across[n] - right < high - low)
        first = next((n for n in beside if _stands_at_top(page, sign, lines[n][0])), None)
        if first is not None:
            order.remove(number)
            order.insert(order.index(first), number)
    return [lines[number] for number in order]


def _stands_at_top(page: TextPage, sign: int, start: int) -> bool:
    _, bottom, _, top = page.box(start)
    return is_initial(page, sign, start) and page.extent(sign)[1] - top < _LEVEL * (top - bottom)


def _is_letter(line: str) -> bool:
    return len(line) == 1 and line.isupper()


def _contents(page: Handle) -> Iterator[int]:
    """The marked contents of the page as its structure has them."""
    tree = _TREE(page)
    if not tree:
        return
    try:
        waiting = [_ROOT(tree, number) for number in reversed(range(_ROOTS(tree)))]
        for _ in range(_MOST):
            if not waiting:
                break
            part = waiting.pop()
            if isinstance(part, int):
                yield part
            elif part:
                count = range(min(_PARTS(part), _MOST))
                waiting += [_part(part, number) for number in reversed(count)]
    finally:
        _CLOSE(tree)


def _part(element: Handle, number: int) -> Handle | int:
    content: int = _CONTENT(element, number)
    part: Handle = _PART(element, number)
    return content if content >= 0 else part
