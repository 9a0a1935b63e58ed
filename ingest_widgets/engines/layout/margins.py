"""Running headers, footers and page numbers: told by what neighbouring pages repeat at the same edge.

Nothing is taken out of the text. Whoever wants prose only (chunks, key phrases) leaves these spans out.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

_NUMBER = re.compile(r"\d+")
_ROMAN = re.compile("(?=.)(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_LOOSE = 3  # lines from an edge that are looked at one by one
_DEEP = 6  # lines from an edge that are looked at as long as all before belong to the margin
_LONGEST = 200
_LONG_FIGURE = 7  # no page has such a number
_MOST_OF_A_PAGE = 0.5
Span = tuple[int, int]
NEAR_PAGES = 3
"""So many pages on either side tell what the margins of a page are."""
Figures = tuple[str, ...]
Line = tuple[int, int, str, Figures]  # start, end, what it says without figures, these


class _Folio(NamedTuple):
    """What may be the number of a page: it begins or ends the outermost line, or is all of it."""

    number: int
    at_end: bool
    words: str
    """The others of its line, without figures."""


class _Edge:
    """The lines at the top or the bottom of a page, from outside inwards."""

    __slots__ = ("folios", "lines", "places")

    def __init__(self, text: str, lines: list[Line]) -> None:
        self.lines = lines
        self.places: dict[str, list[tuple[int, Figures]]] = {}
        """Of what lines say without figures: how many are outside of it, and the figures."""
        for number, (_, _, key, figures) in enumerate(lines):
            self.places.setdefault(key, []).append((number, figures))
        self.folios = _folios(text[lines[0][0] : lines[0][1]].lower()) if lines else []


Page = tuple[int, tuple[_Edge, _Edge]]  # length of the text; top, bottom


def marginal_lines(pages: Iterable[str]) -> Iterator[list[Span]]:
    """For each page the (start, end) of its lines that belong to the margin, in order; a few pages are read ahead.

    A line among the three outermost counts when two of the six pages around it have the same one at the same edge (one
    is enough in a document of up to three pages), or one whose figures step with the pages; those of headings such as
    Chapter 3 don't. The outermost one also counts when it begins or ends with such a number and is like the running
    heads of a book: some say the same, or left and right pages have the number on different sides. The next three count
    where all before them do. Where the seventh is repeated as well it is the page that is, and half of a page is no
    margin.

    Args:
        pages: The texts of consecutive pages of one document.
    """
    parts = map(_page, pages)
    window = deque(islice(parts, NEAR_PAGES + 1))
    needed = 1 if len(window) <= NEAR_PAGES else 2
    place = 0
    while place < len(window):
        yield _margin(window, place, needed)
        window.extend(islice(parts, 1))
        if place == NEAR_PAGES:
            window.popleft()
        else:
            place += 1


def without(text: str, spans: Sequence[Span]) -> str:
    """The text with nothing in place of these spans."""
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    return "".join(text[end:start] for end, start in zip(ends, starts, strict=True))


def _page(text: str) -> Page:
    return len(text), (_Edge(text, _top(text)), _Edge(text, _bottom(text)))


def _top(text: str) -> list[Line]:
    lines: list[Line] = []
    start = 0
    while start < len(text) and len(lines) <= _DEEP:
        end = text.find("\n", start)
        if end < 0:
            end = len(text)
        if words := text[start:end].strip():
            lines.append(_line(start, end, words))
        start = end + 1
    return lines


def _bottom(text: str) -> list[Line]:
    lines: list[Line] = []
    end = len(text)
    while end > 0 and len(lines) <= _DEEP:
        start = text.rfind("\n", 0, end) + 1
        if words := text[start:end].strip():
            lines.append(_line(start, end, words))
        end = start - 1
    return lines


def _line(start: int, end: int, words: str) -> Line:
    if len(words) > _LONGEST:
        return start, end, words, ()
    words = words.lower()
    figures = tuple(_NUMBER.findall(words))
    return start, end, _NUMBER.sub("#", words) if figures else words, figures


def _folios(line: str) -> list[_Folio]:
    words = line.split()
    if len(line) > _LONGEST:
        return []
    ends = [(words[0], False, words[1:])] + [(words[-1], True, words[:-1])] * (len(words) > 1)
    numbered = ((_number(word), at_end, _NUMBER.sub("#", " ".join(others))) for word, at_end, others in ends)
    return [_Folio(number, at_end, others) for number, at_end, others in numbered if number is not None]


def _number(word: str) -> int | None:
    """What it says in figures or, as the first pages of a book do, in small Roman ones."""
    if _NUMBER.fullmatch(word):
        return int(word) if len(word) < 6 else None
    if not _ROMAN.fullmatch(word):
        return None
    values = [_ROMAN_VALUES[letter] for letter in word]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))


def _margin(window: Sequence[Page], place: int, needed: int) -> list[Span]:
    length, edges = window[place]
    spans: set[Span] = set()
    for side, edge in enumerate(edges):
        spans.update(_marginal(edge, window, place, side, needed))
    return sorted(spans) if sum(end - start for start, end in spans) <= _MOST_OF_A_PAGE * length else []


def _marginal(edge: _Edge, window: Sequence[Page], place: int, side: int, needed: int) -> list[Span]:
    found: list[Span] = []
    for number, line in enumerate(edge.lines):
        if number >= _LOOSE and len(found) < number:
            break
        folio = not number and _has_folio(edge, window, place, needed)
        if folio or _is_repeated(line, number, window, place, side, needed):
            found.append(line[:2])
    return found if len(found) <= _DEEP else []


def _is_repeated(line: Line, number: int, window: Sequence[Page], place: int, side: int, needed: int) -> bool:
    start, end, key, figures = line
    has_letters = any(map(str.isalpha, key))
    if end - start > _LONGEST or not (has_letters or figures):
        return False
    deepest, found = max(number, _LOOSE), 0
    for other, (_, edges) in enumerate(window):
        if other != place and key in (places := edges[side].places):
            step = other - place
            found += any(at <= deepest and _is_like(figures, said, step, has_letters) for at, said in places[key])
    return found >= needed


def _is_like(figures: Figures, others: Figures, step: int, or_same: bool) -> bool:
    """Whether each figure is the same or steps with the pages, and one of them does, unless all may be the same."""
    if figures == others:
        return or_same
    return all(
        one == other or (len(one) < _LONG_FIGURE > len(other) and int(one) + step == int(other))
        for one, other in zip(figures, others, strict=True)
    )


def _has_folio(edge: _Edge, window: Sequence[Page], place: int, needed: int) -> bool:
    """Whether the outermost line holds the page's number, whatever else it says and wherever that of others stands."""
    for folio in edge.folios:
        others = [_stepped(folio, page, other - place) for other, page in enumerate(window) if other != place]
        like = [folio, *filter(None, others)]
        if len(like) > needed and (not folio.words or _are_running_heads(like)):
            return True
    return False


def _stepped(folio: _Folio, page: Page, distance: int) -> _Folio | None:
    """The page's own number, when this one is that of the page so many before it."""
    return next((f for edge in page[1] for f in edge.folios if f.number == folio.number + distance), None)


def _are_running_heads(folios: Sequence[_Folio]) -> bool:
    """Numbered titles, one a page, step as well; but these don't say the same, and have their numbers on one side."""
    with_words = [folio for folio in folios if folio.words]
    words = {folio.words for folio in with_words}
    return len(words) < len(with_words) or len({folio.at_end for folio in with_words}) > 1
