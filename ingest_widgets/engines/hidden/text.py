"""Text that a reader of the page can't see: flagged, never taken out.

What says by its place or size that nobody sees it is flagged at once. What is only doubtful, since white on black is as
plain as black on white, is looked at: the page is drawn with and without it. The first pages of a document and those of
few pieces are gone through piece by piece; of the others the pieces that begin a line and the last ones are glanced
at: going through all costs a sixth of an ordinary page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ctypes import c_ulong, c_ushort, sizeof
from functools import cached_property
from itertools import islice
from operator import sub

import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.hidden.doubts import COVERED, OFF, TINY, UNPAINTED, Doubt, doubts, notes
from ingest_widgets.engines.hidden.glance import (
    TINY_POINTS,
    Spot,
    is_more_than_text,
    is_tiny,
    looks_hidden,
    painted,
    within,
)
from ingest_widgets.engines.hidden.sight import Sight
from ingest_widgets.engines.pieces.forms import pieces
from ingest_widgets.engines.pieces.getters import Handle, getter
from ingest_widgets.engines.pieces.pieces import (
    COUNT,
    MOST_PIECES,
    TEXT,
    Piece,
    Rect,
    font_size,
    has_form,
    objects_of,
    page_box,
    rect_of,
)
from ingest_widgets.engines.pieces.textpage import TextPage
from ingest_widgets.engines.protocol import Buffer

FULL_PAGES, FEW = 2, 20
"""So many pages of a document are gone through, and all that have no more pieces than that."""
PART = 8
"""Of pages with more pieces than lines one line in so many is glanced at."""
LAST = 4
MOST_DOUBTS = 200
FRUITLESS, PAGES_A_PICTURE = 6, 10
"""So many pages are drawn for nothing, and one more in so many pages: a slide show of white letters has more."""

# A stream's dictionary is never packed, so it can be seen in the file.
_FORM_ON_LAYER = re.compile(rb"/OC\s*(?:\d+\s+\d+\s+R|<<)")
_USER_UNIT = re.compile(rb"/UserUnit\s+(\d{1,5})")

_TEXT = getter(pdfium_c.FPDFTextObj_GetText, c_ulong)
_WORDS, _END = (c_ushort * 64)(), 2
_WHITE = "white"
_HALO = 0.15  # of the height of letters; who draws white ones around them doesn't go further off


class HiddenText:
    """Looks at the pages of one document, while each is open.

    Args:
        data: The bytes of the document: they tell what pdfium doesn't, such as whether whole forms lie on layers.
    """

    def __init__(self, data: Buffer) -> None:
        self._data = data
        self._layers = _FORM_ON_LAYER.search(data) is not None
        self.start_afresh()

    def start_afresh(self) -> None:
        """Forgets the pages that were looked at."""
        self._pages = 0
        self._full = FULL_PAGES
        self._fruitless = 0
        self._plain: set[Spot] = set()

    def warnings(self, page: TextPage) -> tuple[str, ...]:
        """A sentence if text of the page is not visible.

        Args:
            page: The open page.
        """
        self._pages += 1
        count = COUNT(page.handle)
        if not self._layers and not self._looks_hidden(page, count):
            return ()
        handles = _all(page, count) if count <= MOST_PIECES else _telling(page, page.line_starts, count)
        reasons = sorted(self._reasons(page, list(islice(pieces(handles), 2 * MOST_PIECES))))
        if not reasons:
            return ()
        self._full = max(self._full, self._pages + 1)  # who hides text does so on page after page
        return (f"hidden text: some of this page's text is not visible ({', '.join(reasons)})",)

    def _looks_hidden(self, page: TextPage, count: int) -> bool:
        """Whether it is worth going through the pieces of the page."""
        shown, starts = page_box(page.handle), page.line_starts
        closely = self._pages <= self._full or count <= FEW
        if not closely and any(notes(page.handle, 1)):  # what somebody put over a text comes last
            return True
        if count > MOST_PIECES or not (closely or count <= len(starts) + LAST):
            handles = _telling(page, starts if count > MOST_PIECES else starts[self._pages % PART :: PART], count)
            if page.begins_outside(shown) or looks_hidden(handles, self._plain):
                return True
            return is_tiny(rect_of(handles[-1]), handles[-1])
        handles = _all(page, count)
        if looks_hidden(handles, self._plain, shown):
            return True
        if closely:
            return is_more_than_text(handles) or any(notes(page.handle))
        if not has_form(handles):
            return False
        return page.begins_outside(shown) or looks_hidden(page.objects_at(starts), self._plain)

    def _reasons(self, page: TextPage, found: Sequence[Piece]) -> set[str]:
        reasons, doubted = set(), list[Doubt]()
        for doubt in doubts(page.handle, found, layers=self._layers):
            if not doubt.sure:
                doubted.append(doubt)
            elif doubt.reason not in reasons and self._is_hidden(page, doubt):
                reasons.add(doubt.reason)
        fresh = [doubt for doubt in doubted if doubt.spot not in self._plain]
        if len(fresh) > MOST_DOUBTS:
            fresh = fresh[: MOST_DOUBTS // 2] + fresh[-MOST_DOUBTS // 2 :]
        if fresh and self._fruitless < FRUITLESS + self._pages // PAGES_A_PICTURE:
            unseen = set(_unseen(page, found, fresh))
            self._plain.update(doubt.spot for doubt in fresh if doubt.reason not in unseen)
            self._fruitless += not unseen
            reasons |= unseen
        return reasons

    def _is_hidden(self, page: TextPage, doubt: Doubt) -> bool:
        if doubt.reason == TINY and font_size(doubt.piece.handle) * doubt.piece.scale >= self._tiny:
            return False
        return _says_something(page, doubt)

    @cached_property
    def _tiny(self) -> float:
        """What is tiny where the document's units are larger than points, which pdfium doesn't say of a page."""
        return TINY_POINTS / max([1, *map(int, _USER_UNIT.findall(self._data))])


def _all(page: TextPage, count: int) -> list[Handle]:
    return list(objects_of(page.handle, range(count)))


def _telling(page: TextPage, starts: Sequence[int], count: int) -> list[Handle]:
    """The text that begins these lines of the page, and its last objects."""
    return [*page.objects_at(starts[:MOST_PIECES]), *objects_of(page.handle, range(count - LAST, count))]


def _says_something(page: TextPage, doubt: Doubt) -> bool:
    """Whether it has letters or figures: nobody reads spaces, and stops and strokes alone mean nothing."""
    if doubt.partly:
        return any(map(str.isalnum, _signs_within(page, doubt.piece)))
    if words := _words(page, doubt.piece):
        return any(map(str.isalnum, words))
    # pdfium drops what has no width: single spaces, upright ones, and words squeezed flat.
    return doubt.reason != OFF and doubt.piece.rect[:2] != doubt.piece.rect[2:]


def _words(page: TextPage, piece: Piece) -> str:
    """What the piece says; where the same words are drawn several times pdfium has but the first of those in a row."""
    room, size = _WORDS, _TEXT(piece.handle, page.text_handle, _WORDS, c_ulong(sizeof(_WORDS)))
    if size > sizeof(room):
        room = (c_ushort * size)()
        size = _TEXT(piece.handle, page.text_handle, room, c_ulong(sizeof(room)))
    return bytes(room)[: max(size - _END, 0)].decode("utf-16-le", "replace")


def _is_halo(page: TextPage, piece: Piece, texts: Sequence[Piece]) -> bool:
    """Whether the same words stand on it in a colour, as on maps, where white letters part them from what is below."""
    above, around = texts[texts.index(piece) + 1 :], _HALO * (piece.rect[3] - piece.rect[1])
    near = (text for text in above if max(map(abs, map(sub, text.rect, piece.rect))) <= around)
    words, coloured = _words(page, piece), [_words(page, text) for text in near if text.fill and not painted(text.fill)]
    return bool(coloured) and (not words or words in coloured or "" in coloured)


def _signs_within(page: TextPage, piece: Piece) -> Iterator[str]:
    """Those of the piece whose middle is inside its rectangle: where a word was taken out there is but a gap."""
    left, bottom, right, top = piece.rect
    places = page.drawn_by.get(piece.handle.value, ())
    for place, index in zip(places, page.characters(places), strict=True):
        x0, y1, x1, y0 = page.place(index)
        if left <= (x0 + x1) / 2 <= right and bottom <= (y0 + y1) / 2 <= top:
            yield page.text[place]


def _unseen(page: TextPage, found: Sequence[Piece], doubted: Sequence[Doubt]) -> Iterator[str]:
    """The reasons of those that nobody sees on the drawn page, from which all other text is left out."""
    sight = Sight(page.handle, [doubt.piece.rect for doubt in doubted])
    doubtful = {doubt.piece.handle.value for doubt in doubted}
    white = [doubt.piece.rect for doubt in doubted if doubt.reason == _WHITE]
    texts = [piece for piece in found if piece.kind == TEXT]
    others = [p.handle for p in texts if p.handle.value not in doubtful and not _is_ground(p, white)]
    ground = sight.draw(others + [doubt.piece.handle for doubt in doubted])
    unpainted = [doubt for doubt in doubted if doubt.reason == UNPAINTED]
    lines = [_line_of(doubt.piece.rect, [other.piece.rect for other in unpainted]) for doubt in unpainted]
    blank = (doubt for doubt, line in zip(unpainted, lines, strict=True) if sight.is_blank(ground, line))
    yield from (doubt.reason for doubt in blank if _says_something(page, doubt))
    # What stands on a picture may cover what lies under it.
    below = [doubt for doubt in doubted if doubt.reason in COVERED]
    above = [doubt for doubt in doubted if doubt.reason not in (*COVERED, UNPAINTED)]
    for looked_at, left_out in ((above, below), (below, above)):
        if looked_at:
            shown = sight.draw(others + [doubt.piece.handle for doubt in left_out])
            for reason in {doubt.reason for doubt in looked_at}:
                same = (d for d in looked_at if d.reason == reason and sight.is_same(ground, shown, d.piece.rect))
                if reason == _WHITE:
                    same = (doubt for doubt in same if not _is_halo(page, doubt.piece, texts))
                if any(_says_something(page, doubt) for doubt in same):
                    yield reason


def _line_of(rect: Rect, others: Sequence[Rect]) -> Rect:
    """All of its line: words read from a scan are often set wider or narrower than they stand in the picture."""
    middle = (rect[1] + rect[3]) / 2
    line = [other for other in others if other[1] <= middle <= other[3]]
    return min(other[0] for other in line), rect[1], max(other[2] for other in line), rect[3]


def _is_ground(text: Piece, rects: Sequence[Rect]) -> bool:
    """Whether other text stands on it, such as a white figure on a black square that is a letter of its font."""
    return any(within(rect, text.rect) for rect in rects)
