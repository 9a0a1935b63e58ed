"""One page's text in lines, and what drew them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, compress, repeat
from operator import add

import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.pieces.characters import Characters
from ingest_widgets.engines.pieces.getters import Handle, getter
from ingest_widgets.engines.pieces.line_ends import LINE_BREAK

_CHARACTER = getter(pdfium_c.FPDFText_GetCharIndexFromTextIndex)


class TextPage(Characters):
    """The text of one page while that is open, see `OpenPage`.

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

    index: int
    handle: Handle
    has_pairs: bool
    dropped: int
    indexed: bool
    has_right_to_left: bool
    may_have_clusters: bool
    lines: list[str]
    line_starts: list[int]
    usual_size: float
    point: float
    line_pens: tuple[list[float], list[float]]

    def begins_outside(self, box: tuple[float, float, float, float]) -> bool:
        """Whether a line begins outside of a box.

        Args:
            box: Left, bottom, right and top, as the page has them.
        """
        across, up = self.line_pens
        left, bottom, right, top = self._framed(box)
        return min(across) < left or max(across) > right or min(up) < bottom or max(up) > top

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
