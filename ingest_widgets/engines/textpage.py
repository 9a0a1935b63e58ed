"""One page's text in lines, with the page as its text needs it: turned, across, its signs whole; by raw calls.

pypdfium2's own helpers cost up to 5 % of the time of an ordinary page. Nothing here is safe to use from two threads.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from ctypes import c_float
from functools import cached_property
from itertools import accumulate, compress, repeat
from math import floor, inf
from operator import add

import pypdfium2
import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.characters import Characters
from ingest_widgets.engines.clusters import Clusters, may_have_clusters
from ingest_widgets.engines.doubles import drawn_again
from ingest_widgets.engines.frames import ON_PAGE, frame_for, is_ordinary, point_of
from ingest_widgets.engines.getters import Handle, getter, unlocked
from ingest_widgets.engines.glyphs import Ligatures
from ingest_widgets.engines.pieces import page_box
from ingest_widgets.engines.raw_text import ligatures_of, signs_of
from ingest_widgets.engines.rightleft_lines import has_right_to_left
from ingest_widgets.engines.torn_lines import torn_lines
from ingest_widgets.engines.vertical import taken_for_vertical

_LOAD = unlocked(pdfium_c.FPDF_LoadPage, Handle)
_CLOSE = unlocked(pdfium_c.FPDF_ClosePage, None)
_LOAD_TEXT = unlocked(pdfium_c.FPDFText_LoadPage, Handle)
_CLOSE_TEXT = unlocked(pdfium_c.FPDFText_ClosePage, None)
_ROTATION = getter(pdfium_c.FPDFPage_GetRotation)
_ROTATE = getter(pdfium_c.FPDFPage_SetRotation, None)
_CHARACTER = getter(pdfium_c.FPDFText_GetCharIndexFromTextIndex)
_CROP = getter(pdfium_c.FPDFPage_SetCropBox, None)
_NOTHING = Handle()
LINE_BREAK = "\r\n"
_SAMPLES = 16
_TALLEST = 1.5  # times the size of its font a letter reaches
_LEAST_SIDE, _WHOLE = 3.0, 1e6  # points; less far off, pdfium's numbers have whole ones for neighbours


def handle_of(document: pypdfium2.PdfDocument) -> Handle:
    """What pdfium knows the open document by."""
    return ctypes.cast(document.raw, Handle)


class TextPage(Characters):
    """The text of one loaded page; `close` it, or use it in a `with`.

    Args:
        document: See `handle_of`.
        index: The number of the page, from 0.
        clusters_first: Whether it is likely to have signs in several pieces: these are then looked for before the text
            is read, and that is read once.

    Attributes:
        index: The number of the page, from 0.
        handle: What pdfium knows the page by, until it is closed.
        text: As pdfium gives it: lines end with CR LF, or with U+FFFE where a hyphen ended the line.
        has_pairs: Whether signs beyond U+FFFF stand in it as pairs of surrogates, as pdfium counts them.
        dropped: How many control characters pdfium left out of it nobody knows where.
        indexed: Whether the n-th sign of `text` is pdfium's n-th character, so that places can be asked for: it is,
            unless pdfium leaves out others than are known.
        has_right_to_left: Whether some of it is in letters that run so.
        may_have_clusters: Whether its script is one whose signs are often drawn in several pieces.
        lines: Of `text`, without those that are drawn again where they stand.
        line_starts: Where in `text` each of them begins.
        usual_size: How large the font in the middle of the text is; infinite where that isn't known.
        point: See `frames.point_of`, of that font.
        line_pens: Where the pen stood for the first character of each; see `pens`.
    """

    def __init__(self, document: Handle, index: int, clusters_first: bool = False) -> None:
        self.index = index
        self.in_forms = {}
        self._text, self._frame = _NOTHING, ON_PAGE
        self._rotation: int | None = None  # as it was
        self.handle: Handle = _LOAD(document, index)
        if not self.handle:
            raise pypdfium2.PdfiumError(f"page {index + 1} can't be loaded")
        self.clusters = self._found_clusters() if clusters_first else None
        self._read()
        self.has_right_to_left = has_right_to_left(self.text)
        self.may_have_clusters = may_have_clusters(self.text)
        if self.may_have_clusters is not clusters_first:
            self._read_with(self._found_clusters() if self.may_have_clusters else None)
        self.point, self.usual_size = 1.0, inf
        if self.text and self.indexed:
            self._stand_upright()
        self._part_lines()
        if taken_for_vertical(self):
            self._read_across()
            self._part_lines()
        if self.indexed and (again := drawn_again(self)):
            self._leave_out(again)
        if self.indexed and self.has_right_to_left and (torn := torn_lines(self)):
            self._join(torn)

    def __enter__(self) -> TextPage:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees what pdfium holds of the page."""
        if self._text:
            _CLOSE_TEXT(self._text)
            self._text = _NOTHING
        if self.handle:
            if self._rotation is not None:  # it is the document's, and whoever draws the page next asks for it
                _ROTATE(self.handle, self._rotation)
            _CLOSE(self.handle)
            self.handle = _NOTHING

    def begins_outside(self, box: tuple[float, float, float, float]) -> bool:
        """Whether a line begins outside of a box.

        Args:
            box: Left, bottom, right and top, as the page has them.
        """
        across, up = self.line_pens
        left, bottom, right, top = self._framed(box)
        return min(across) < left or max(across) > right or min(up) < bottom or max(up) > top

    def _read(self) -> None:
        self._take(self._load_text())

    def _load_text(self) -> Handle:
        whole = self.clusters.in_one_piece() if self.clusters else nullcontext()
        with whole, nullcontext() if self._frame is ON_PAGE else self._frame.around(self.handle):
            text: Handle = _LOAD_TEXT(self.handle)
        return text

    def _read_again(self) -> None:
        _CLOSE_TEXT(self._text)
        self._read()

    def _found_clusters(self) -> Clusters | None:
        clusters = Clusters(self.handle)
        self.in_forms = clusters.in_forms
        return clusters if clusters.rects else None

    def _read_with(self, clusters: Clusters | None) -> None:
        """Reads the text again if it was read with others, or with none."""
        if clusters is not self.clusters:
            self.clusters = clusters
            self._read_again()

    def _take(self, text: Handle) -> None:
        self._text = text
        if not self._text:
            self.close()
            raise pypdfium2.PdfiumError("the text of the page can't be loaded")
        self.text, count, self.has_pairs = signs_of(self._text)
        self.dropped = count - len(self.text)
        self.indexed = not self.dropped

    def _part_lines(self) -> None:
        self.lines = self.text.split(LINE_BREAK)
        lengths = map(add, map(len, self.lines[:-1]), repeat(len(LINE_BREAK)))
        self.line_starts = list(accumulate(lengths, initial=0))
        self.line_pens = self.pens(self.line_starts)

    def _leave_out(self, lines: set[int]) -> None:
        kept = [number not in lines for number in range(len(self.lines))]
        self.lines, self.line_starts = list(compress(self.lines, kept)), list(compress(self.line_starts, kept))
        across, up = self.line_pens
        self.line_pens = list(compress(across, kept)), list(compress(up, kept))

    def _join(self, torn: Iterable[range]) -> None:
        """Takes some lines for one each, with line ends in it."""
        for numbers in torn:
            first, last = numbers[0], numbers[-1]
            self.lines[first] = self.text[self.line_starts[first] : self.line_starts[last] + len(self.lines[last])]
        self._leave_out({number for numbers in torn for number in numbers[1:]})

    def take_lines(self, spans: Sequence[tuple[int, int]]) -> None:
        """Takes these parts of the text for its lines."""
        self.lines = [self.text[start:end] for start, end in spans]
        self.line_starts = [start for start, _ in spans]
        self.line_pens = self.pens(self.line_starts)

    def characters(self, indices: Sequence[int]) -> Sequence[int]:
        """What pdfium counts these signs of the text as."""
        return indices if self.indexed else list(map(_CHARACTER, repeat(self._text), indices))

    @cached_property
    def drawn_by(self) -> Mapping[int | None, Sequence[int]]:
        """The places in `text` of what each text object drew, by its address."""
        drawn: dict[int | None, list[int]] = {}
        for place, owner in enumerate(self.owners(self.characters(range(len(self.text))))):
            drawn.setdefault(owner, []).append(place)
        return drawn

    def _read_across(self) -> None:
        """Reads the text again, with pdfium believing that it runs across: so it does where nothing is shown."""
        left, bottom, right, top = box = page_box(self.handle)
        if min(right - left, top - bottom) < _LEAST_SIDE or not all(abs(side) < _WHOLE for side in box):
            return
        x, y = floor(left) + 1, floor(bottom) + 1
        self._crop(x, y, x + 1, y + 1)  # whole numbers leave the places as they are
        text = self._load_text()
        self._crop(left, bottom, right, top)
        _CLOSE_TEXT(self._text)
        self._take(text)

    def _crop(self, *sides: float) -> None:
        """Left, bottom, right and top."""
        _CROP(self.handle, *map(c_float, sides))

    def ligatures(self) -> Ligatures:
        """See `raw_text.ligatures_of`."""
        return ligatures_of(self._text)

    def _stand_upright(self) -> None:
        """Reads a page anew that is turned, or whose print is very small or large, in a frame of its own."""
        rotation, length = _ROTATION(self.handle), len(self.text)
        middle = self._letter_at(length // 2)
        self.usual_size = size = self.size(middle)
        self.point = point_of(size)
        if not rotation and not self._quarters(middle) and is_ordinary(size):
            return
        letters = [self._letter_at(length * i // _SAMPLES) for i in range(1, _SAMPLES)]
        frame = frame_for(list(map(self._quarters, letters)), list(map(self._known_size, letters)))
        self.usual_size = self._known_size(middle) * frame.scale or inf
        if rotation:
            self._rotation = rotation
            _ROTATE(self.handle, 0)
        if frame != ON_PAGE:
            self._frame = frame.centred(self.origins([middle])[0], page_box(self.handle))
            self.point = point_of(size * frame.scale)
        if rotation or frame != ON_PAGE:
            self._read_again()

    def _known_size(self, index: int) -> float:
        """That of a letter's font; zero if it is drawn larger: some fonts count in points, and have the size 1."""
        low, high = self.extent(index)
        size = self.size(index)
        return size if high - low < _TALLEST * size else 0.0
