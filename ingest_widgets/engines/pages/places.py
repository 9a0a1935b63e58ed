"""Where words stand on a page, however pdfium has them: cut, parted, backwards, or joined only by the cleaning."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect, bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, pairwise, repeat
from typing import NamedTuple

from ingest_widgets.engines.files.producers import Programs, is_of_browser
from ingest_widgets.engines.layout.layers import spans_in_order
from ingest_widgets.engines.pages.open_page import OpenPage
from ingest_widgets.engines.pages.page_text import changes
from ingest_widgets.engines.pieces.clusters import NON_JOINER
from ingest_widgets.engines.pieces.line_ends import CUT, LINE_BREAK
from ingest_widgets.engines.pieces.placed import PlacedPieces
from ingest_widgets.engines.pieces.textpage import TextPage
from ingest_widgets.engines.rightleft.lines import by_place, has_right_to_left
from ingest_widgets.engines.words.edits import Edit, edits_within
from ingest_widgets.engines.words.glyph_names import GlyphNames
from ingest_widgets.engines.words.glyphs import PRIVATE
from ingest_widgets.engines.words.hyphens import HYPHEN
from ingest_widgets.engines.words.soft_hyphens import SOFT
from ingest_widgets.scripts import SIGN

Box = tuple[float, float, float, float]
Span = tuple[int, int]
Sign = tuple[int, str]
"""A character of a page's text, and where it stands in that."""
Places = tuple[int, ...]
"""Those of the signs of a match in a page's text, in order."""

_CUTS = CUT + "\x02"
_INVISIBLE = _CUTS + "\xad\u034f\u200b"
_TATWEEL = "\u0640"
_BESIDE = "\n"  # a line end behind which the text goes on where it was
# Non-joiners are searched without, and yet what stands on either side of one is searched alone, too.
_MAY_BE_WITHIN = _BESIDE + NON_JOINER
_TOUCHING, _WORD_GAP = -0.3, 0.7  # of the height of a sign
_SAME_LINE, _FAR = 0.4, 3.0  # of the height of a sign; words of a line that is set to the margins stand nearer
_LEVEL = 0.5  # points
_FLAT = 0.05  # points; pdfium has nothing drawn for half-width letters of a Chinese font that isn't in the file


class _Drawn(NamedTuple):
    """A sign's place in its line, and how high the line stands."""

    left: float
    bottom: float
    right: float
    top: float
    base: float

    @classmethod
    def of(cls, page: TextPage, character: int, across: bool = False) -> _Drawn:
        """That of one of pdfium's characters; see `TextPage.is_across`."""
        left, bottom, right, top = page.box(character)
        ((along, up),) = page.origins([character])
        return cls(bottom, left, top, right, along) if across else cls(left, bottom, right, top, up)

    def joined(self, other: _Drawn) -> _Drawn:
        """Both together; the line is that of the other one."""
        left, bottom = min(self.left, other.left), min(self.bottom, other.bottom)
        return _Drawn(left, bottom, max(self.right, other.right), max(self.top, other.top), other.base)


def boxes_on(
    page: OpenPage, needles: Sequence[str], from_right: bool, programs: Programs, names: GlyphNames | None = None
) -> Iterator[Box]:
    """Left, top, right and bottom of each match in the page's own space, a box a line.

    Args:
        page: Where they are looked for.
        needles: Words and phrases.
        from_right: See `rightleft.edits.reads_from_right`.
        programs: See `files.producers.programs_of`.
        names: See `page_text.PageReader`.
    """
    page.in_forms = page.in_forms or PlacedPieces(page.handle).in_forms
    text = page.text
    for hyphen in "-", HYPHEN:
        text = text.replace(hyphen + LINE_BREAK, CUT + LINE_BREAK)
    folded = (_folded(enumerate(needle))[0].replace(NON_JOINER, "").strip() for needle in needles)
    wanted = list(filter(None, folded))
    beside = _ends_beside(page) if page.indexed else frozenset()
    found = set(_matches(text, enumerate(text), wanted, beside))
    # The words that were made by cleaning the text.
    if page.indexed and (edits := changes(page, from_right, programs, names)):
        anew = [edit for edit in edits if _is_read_anew(page, edit)]
        found = {places for places in found if not _is_within(anew, places[0])}
        found.update(_matches(text, _edited(page, text, edits), wanted, beside))
    if page.indexed and is_of_browser(programs) and (spans := spans_in_order(page)):
        page.take_lines(spans)
        signs = (sign for start, end in spans for sign in enumerate(text[start:end] + "\n", start))
        found.update(_matches(text, signs, wanted, _ends_beside(page)))
    pieces = (piece for places in sorted(found) for piece in _pieces(page, text, places))
    for first, last in _once(pieces):
        if drawn := page.drawn(first, last - first + 1):
            if all(min(right - left, top - bottom) < _FLAT for left, top, right, bottom in drawn):
                drawn = [page.place(first), page.place(last)]
            lefts, tops, rights, bottoms = zip(*drawn, strict=True)
            yield min(lefts), max(tops), max(rights), min(bottoms)


def _once(spans: Iterable[Span]) -> Iterator[Span]:
    seen: set[Span] = set()
    for span in spans:
        if span not in seen:
            seen.add(span)
            yield span


def _ends_beside(page: TextPage) -> frozenset[int]:
    """Where lines end that go on beside their end: pdfium ends them at raised signs, initials, or each letter."""
    found = []
    for (start, line), (after, following) in pairwise(zip(page.line_starts, page.lines, strict=True)):
        if not line.strip() or not following.strip():
            continue
        last, first = start + len(line.rstrip()) - 1, after + len(following) - len(following.lstrip())
        if _touch(_Drawn.of(page, last), _Drawn.of(page, first)):
            found.append(start + len(line))
    return frozenset(found)


def _matches(text: str, signs: Iterable[Sign], needles: Sequence[str], beside: frozenset[int]) -> Iterator[Places]:
    """Each place where one of the needles, which are folded, stands."""
    signs = list(signs)
    for hyphen in ("", "-") if CUT in text else ("",):  # nobody knows here which of them stayed
        folded, at = _folded(signs, hyphen, beside)
        for needle in needles:
            for start, end in _spans(folded, needle):
                yield tuple(sorted({at[n] for n in range(start, end) if folded[n] not in f" {_MAY_BE_WITHIN}"}))


def _spans(folded: str, needle: str) -> Iterator[Span]:
    """Where the needle begins and ends as whole words."""
    within = f"[{_MAY_BE_WITHIN}]?" if any(sign in folded for sign in _MAY_BE_WITHIN) else ""
    pattern = re.compile(within.join(f"[ {_BESIDE}]" if char == " " else re.escape(char) for char in needle))
    match = pattern.search(folded)
    while match:
        start, end = match.span()
        if not _inside_word(folded, start) and not _inside_word(folded, end):
            yield start, end
        match = pattern.search(folded, start + 1)


def _inside_word(text: str, index: int) -> bool:
    """Whether a word goes on across `index`; scripts without spaces have no such words."""
    around = text[max(index - 1, 0) : index + 1]
    return 0 < index < len(text) and around.isalnum() and not SIGN.search(around)


def _edited(page: TextPage, text: str, edits: Sequence[Edit]) -> Iterator[Sign]:
    """The signs of the text as it is read, each with the place of one that it was made of."""
    position = 0
    for edit in edits_within(edits, 0, len(text)):
        first, last, replacement = edit
        yield from enumerate(text[position:first], position)
        yield from zip(_sources(page, text, edit), replacement, strict=False)
        position = last
    yield from enumerate(text[position:], position)


def _sources(page: TextPage, text: str, edit: Edit) -> Iterable[int]:
    """Where the signs of a replacement stand that are those before in another order; else one after the other."""
    first, last, replacement = edit
    if _is_read_anew(page, edit):
        _, order = by_place(page, text, first, last)
        if len(order) == len(replacement):
            return accumulate(order, lambda before, sign: before if sign < 0 else sign)  # a gap is beside a sign
    signs = replacement.replace(SOFT, CUT)  # as `boxes_on` has all hyphens at the ends of lines
    if sorted(text[first:last].replace(" ", "")) != sorted(signs.replace(" ", "")):
        return chain(range(first, last), repeat(max(first, last - 1)))
    if text[first:last] == replacement[::-1]:
        return range(last - 1, first - 1, -1)
    across, _ = page.pens(range(first, last))
    from_left: dict[str, list[int]] = {}
    for place in sorted(range(first, last), key=lambda n: across[n - first], reverse=True):
        from_left.setdefault(text[place], []).append(place)
    found: list[int] = []
    for sign in signs:  # a blank is beside a sign
        found.append(from_left[sign].pop() if sign != " " else found[-1] if found else first)
    return found


def _is_within(edits: Sequence[Edit], place: int) -> bool:
    number = bisect(edits, (place + 1,)) - 1
    return number >= 0 and place < edits[number][1]


def _is_read_anew(page: TextPage, edit: Edit) -> bool:
    """Whether the edit is a right-to-left line by the places of its signs."""
    first, last, replacement = edit
    number = bisect_left(page.line_starts, first)
    if page.line_starts[number : number + 1] != [first] or not has_right_to_left(replacement):
        return False
    return last - first == len(page.lines[number])


def _folded(signs: Iterable[Sign], hyphen: str = "", beside: frozenset[int] = frozenset()) -> tuple[str, list[int]]:
    """The text without case, accents, invisible signs but non-joiners, and runs of spaces; and where each sign was.

    Args:
        signs: The text.
        hyphen: What stands for one at the end of a line, and for the line end.
        beside: The line ends that stay line feeds, since nobody knows here whether they part words.
    """
    out: list[str] = []
    at: list[int] = []
    before = " "
    for index, char in signs:
        if char.isspace():
            folded = _BESIDE if index in beside else " "
            if out and out[-1] == " ":
                out[-1] = folded
            if before in _INVISIBLE or (out and out[-1].isspace()):
                continue
        elif char in _INVISIBLE:
            before, folded = char, hyphen if char in _CUTS else ""
        elif char == NON_JOINER:
            before = folded = char
        elif char.isascii() and char.isprintable():
            before, folded = char, char.lower()
        else:
            plain = PRIVATE.get(char, char).casefold()
            before, folded = char, "".join(filter(_is_seen, unicodedata.normalize("NFKD", plain)))
        out.extend(folded)
        at.extend([index] * len(folded))
    return "".join(out), at


def _is_seen(char: str) -> bool:
    """Whether it is no accent, and none of the signs that control, join, part or lengthen others."""
    return char.isprintable() and char != _TATWEEL and not unicodedata.combining(char)


def _pieces(page: TextPage, text: str, places: Places) -> Iterator[Span]:
    """The first and the last character of each part of a match that has a line, and nothing else within."""
    characters = page.characters(places)
    across = page.is_across(characters[0])
    signs = [_Drawn.of(page, character, across) for character in characters]
    begins, part = [0], signs[0]
    for number, (before, place) in enumerate(pairwise(places), 1):
        if any(map(str.isalnum, text[before + 1 : place])) or not _side_by_side(part, signs[number]):
            begins.append(number)
            part = signs[number]
        part = part.joined(signs[number])
    for start, end in pairwise((*begins, len(places))):
        last = places[end - 1]
        is_cut = text[last + 1 : last + 2] in tuple(_CUTS)  # the hyphen is marked, too
        yield characters[start], page.characters([last + is_cut])[0]


def _side_by_side(one: _Drawn, other: _Drawn) -> bool:
    """In one line, and as near as words."""
    height = max(one.top - one.bottom, other.top - other.bottom)
    level = abs(one.base - other.base) < _LEVEL or _shared(one, other) >= _SAME_LINE * height
    return level and _gap(one, other) < _FAR * height


def _touch(one: _Drawn, other: _Drawn) -> bool:
    height = max(one.top - one.bottom, other.top - other.bottom)
    level = abs(one.base - other.base) < _LEVEL or _shared(one, other) > 0
    return level and _TOUCHING * height < _gap(one, other) < _WORD_GAP * height


def _shared(one: _Drawn, other: _Drawn) -> float:
    """How much of their heights they have in common; negative when one lies higher."""
    return min(one.top, other.top) - max(one.bottom, other.bottom)


def _gap(one: _Drawn, other: _Drawn) -> float:
    """Between the two along the line, whichever is the left one; negative when they overlap."""
    return max(one.left, other.left) - min(one.right, other.right)
