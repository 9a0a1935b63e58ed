"""The text of one page as a reader would type it: pdfium's, with words whole, lines in order and paragraphs apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ingest_widgets.engines.files.producers import (
    Programs,
    cuts_of,
    is_of_browser,
    is_of_ghostscript,
    is_of_libreoffice,
    is_of_quark,
    is_of_younger_tex,
    may_be_of_libreoffice,
    programs_of,
)
from ingest_widgets.engines.layout.columns import Segment, gaps_in_line, moves_up, reading_order
from ingest_widgets.engines.layout.layers import spans_in_order
from ingest_widgets.engines.layout.line_numbers import line_numbers
from ingest_widgets.engines.layout.office_lines import office_edits
from ingest_widgets.engines.layout.paragraphs import Pens, paragraph_starts, pens_of
from ingest_widgets.engines.layout.raised import continued, gaps_beside, lowered, notes_parted, raised_marks
from ingest_widgets.engines.layout.wide_gaps import LEAST, starts_below_gaps
from ingest_widgets.engines.pages.open_page import OpenPage, handle_of
from ingest_widgets.engines.pieces.line_ends import CUT
from ingest_widgets.engines.pieces.raw_text import CONTROL, with_pairs
from ingest_widgets.engines.pieces.textpage import TextPage
from ingest_widgets.engines.rightleft.edits import latin_runs, lines_by_place, reads_from_right, right_to_left_edits
from ingest_widgets.engines.words.accents import accent_edits
from ingest_widgets.engines.words.brackets import bracket_edits
from ingest_widgets.engines.words.cyrillic import cyrillic_edits
from ingest_widgets.engines.words.edits import Edit, edits_within, in_order
from ingest_widgets.engines.words.false_spaces import false_space_edits
from ingest_widgets.engines.words.glyph_names import GlyphNames
from ingest_widgets.engines.words.glyphs import clean_lines, ligature_edits
from ingest_widgets.engines.words.hyphens import Vocabulary, join_hyphens
from ingest_widgets.engines.words.numbers import cut_edits, kinds_of, number_edits
from ingest_widgets.engines.words.pairs import pair_edits, squeezed_edits
from ingest_widgets.engines.words.soft_hyphens import SOFT, soft_hyphen_edits
from ingest_widgets.engines.words.spacing import spacing_edits
from ingest_widgets.engines.words.swapped_letters import swapped_letter_edits
from ingest_widgets.engines.words.tight_lines import tight_edits, tight_spaces

if TYPE_CHECKING:
    import pypdfium2

# Mixed columns, marks of notes and letterspaced words are looked for on the first pages and then on some: who has them
# has more of them.
_FIRST_PAGES = 12
_SOME_PAGES = 3
_LEADER, _TOP = ". . . .", 400  # signs: contents are looked at on each page, and some are longer than the first pages
_FEW_PAGES = 3  # who has words in such pieces has some on each page
_NEAR_PAGES = 12  # behind these or a letterspaced word there may be more: code, running heads


class PageReader:
    """Reads pages of one document, and remembers its words: they tell which hyphens at line ends are to stay.

    Pages may be read in any order; each is judged by those that were read before it. Not safe for two threads.

    Args:
        document: Stays open as long as pages are read.
        watch: Called with each page while it is open.
        names: What the fonts call their ligatures; without it, these are taken for TeX's own.
    """

    def __init__(
        self,
        document: pypdfium2.PdfDocument,
        watch: Callable[[TextPage], None] | None = None,
        names: GlyphNames | None = None,
    ) -> None:
        self._document, self._watch = document, watch  # held, since the handle is good as long as it is open
        self._names = names
        self._handle = handle_of(document)
        self._from_right = reads_from_right(document)
        self._programs = programs_of(document)
        self._may_be_layered, self._may_be_apart = is_of_browser(self._programs), may_be_of_libreoffice(self._programs)
        self._may_be_tight, self._may_be_squeezed = is_of_younger_tex(self._programs), is_of_quark(self._programs)
        self.start_afresh()

    def start_afresh(self) -> None:
        """Forgets the pages that were read."""
        self._paired_until = _FEW_PAGES if is_of_ghostscript(self._programs) else 0
        self._vocabulary = Vocabulary(cuts_of(self._programs))
        self._pages = self._spaced_until = self._tight_until = 0
        self._mixed = self._noted = self._bracketed = self._clustered = self._named = False

    def text(self, index: int) -> tuple[str, tuple[str, ...]]:
        """Reads page `index` (from 0).

        Returns:
            Valid text whose lines end with a line feed and whose paragraphs are parted by an empty line where that
            can be told, and a sentence for each kind of thing that was lost.

        Raises:
            pypdfium2.PdfiumError: The page can't be loaded.
        """
        with OpenPage(self._handle, index, self._clustered) as page:
            self._clustered = page.clusters is not None
            text = "\n".join(self._lines(page))
            if self._watch is not None:
                self._watch(page)
            if page.has_pairs:
                text = with_pairs(text)
            self._vocabulary.add(text)
            text = join_hyphens(text, self._vocabulary) + CONTROL * page.dropped
            return clean_lines(text, page.ligatures)

    def _lines(self, page: TextPage) -> list[str]:
        """In reading order, an empty one before each paragraph; behind a hyphen at its end (U+FFFE) a line goes on."""
        if not page.indexed or not page.text:
            return page.lines.copy()
        numbers = line_numbers(page)
        lines = self._ordered(page, numbers)
        if numbers:
            lines.append("\n" + "".join(page.text[start:end] for start, end, _ in numbers).rstrip())
        return lines

    @property
    def _sampled(self) -> bool:
        """Whether this page is looked at for what the pages before it hadn't."""
        return self._pages <= _FIRST_PAGES or self._pages % _SOME_PAGES == 0

    def _edits(self, page: TextPage) -> list[Edit]:
        """What is cleaned within lines; what takes its time to find is looked for where there was some."""
        text = page.text
        sampled = self._sampled or text.find(_LEADER, 0, _TOP) >= 0
        edits = _accents_and_turns(page, self._from_right)
        spaced = self._pages <= self._spaced_until
        if sampled or self._noted or spaced:
            kinds = kinds_of(text)
            numbers = number_edits(page, text, kinds, sampled, self._vocabulary.knows)
            spaces = spacing_edits(page, kinds, spaced)
            edits += numbers + spaces
            self._noted |= bool(numbers)
            if spaces:
                self._spaced_until = self._pages + _NEAR_PAGES
        if sampled or self._bracketed:
            brackets = bracket_edits(page, self._bracketed)
            self._bracketed |= bool(brackets)
            edits += brackets
        if self._names and (self._pages <= _FIRST_PAGES or self._named):
            named = self._names.edits(page)
            self._named |= bool(named)
            edits += named
        if CUT in text:
            edits += cut_edits(page, text)
        if SOFT in text:
            edits += soft_hyphen_edits(page, text)
        if self._pages <= self._paired_until:
            pairs = pair_edits(page, self._paired_until > _FEW_PAGES)
            if pairs:
                self._paired_until = self._pages + _NEAR_PAGES
            edits += pairs
        if self._may_be_squeezed:
            edits += squeezed_edits(page)
        if self._may_be_apart:
            edits += office_edits(page, is_of_libreoffice(self._programs))
        if self._may_be_tight and (sampled or self._pages <= self._tight_until) and (tight := tight_spaces(page)):
            self._tight_until = self._pages + _NEAR_PAGES
            edits += tight_edits(page, tight)
        return edits

    def _ordered(self, page: TextPage, edits: list[Edit]) -> list[str]:
        self._pages += 1
        text, sampled = page.text, self._sampled
        if (sampled or self._noted) and (spans := notes_parted(page)):
            page.take_lines(spans)
        edits = in_order(edits + self._edits(page))
        if self._may_be_layered and (spans := spans_in_order(page)):
            page.take_lines(spans)
        lines, starts, firsts = page.lines.copy(), page.line_starts, page.line_pens
        if moves_up(firsts[1]) or ((sampled or self._mixed) and gaps_in_line(page, lines, starts, self._mixed)):
            rows = reading_order(page, text)
            if rows:
                self._mixed = True
                return _rebuilt(page, rows, in_order(edits + false_space_edits(page, text)))
        lasts = _last_parts(page, lines, starts, firsts) if CUT in text else firsts
        if edits:
            lines = [_edited(text, start, start + len(line), edits) for start, line in zip(starts, lines, strict=True)]
        scale = page.point, LEAST * page.usual_size
        begins, beside, apart = paragraph_starts(lines, firsts, lasts, *scale)
        if beside and (gaps := gaps_beside(page, beside, self._vocabulary)):
            lines, firsts, lasts = continued(lines, gaps, firsts, lasts)
            starts = [start for number, start in enumerate(starts) if number not in gaps]
            begins, _, apart = paragraph_starts(lines, firsts, lasts, *scale)
        if (sampled or self._noted) and raised_marks(page, [number - 1 for number in begins], starts, firsts[1]):
            self._noted = True
            firsts, lasts = lowered(page, lines, starts, firsts, lasts)
            begins, _, apart = paragraph_starts(lines, firsts, lasts, *scale)
        return _parted(page, lines, starts, apart, begins, firsts, lasts)


def changes(page: OpenPage, from_right: bool, programs: Programs, names: GlyphNames | None = None) -> list[Edit]:
    """What cleaning changes within the words of a page, in the order in which pdfium has them.

    Args:
        page: Where its signs are pdfium's characters.
        from_right: See `reads_from_right`.
        programs: See `programs_of`.
        names: See `PageReader`.
    """
    text, kinds = page.text, kinds_of(page.text)
    if spans := notes_parted(page):
        page.take_lines(spans)
    edits = line_numbers(page) + _accents_and_turns(page, from_right)
    edits += number_edits(page, text, kinds) + cut_edits(page, text) + pair_edits(page)
    edits += bracket_edits(page) + tight_edits(page, tight_spaces(page)) + soft_hyphen_edits(page, text)
    edits += spacing_edits(page, kinds) + (named := names.edits(page) if names else [])
    edits += office_edits(page, is_of_libreoffice(programs)) if may_be_of_libreoffice(programs) else []
    known = {start for start, _, _ in named}
    return in_order(edits + [edit for edit in ligature_edits(text, page.ligatures) if edit[0] not in known])


def _accents_and_turns(page: TextPage, from_right: bool) -> list[Edit]:
    text = page.text
    lines = lines_by_place(page, text)
    edits = accent_edits(page, text) + lines + right_to_left_edits(page, text)
    edits += false_space_edits(page, text, lines) + cyrillic_edits(text)
    if from_right and not edits:
        edits = latin_runs(page, text)
    return edits + swapped_letter_edits(text)


def _last_parts(page: TextPage, lines: list[str], starts: list[int], firsts: Pens) -> Pens:
    """Where the part of each line behind its last cut begins."""
    across, up = firsts[0].copy(), firsts[1].copy()
    cut = [number for number, line in enumerate(lines) if CUT in line]
    places = page.origins([starts[n] + lines[n].rfind(CUT) + 1 for n in cut])
    for number, place in zip(cut, places, strict=True):
        across[number], up[number] = place
    return across, up


def _parted(
    page: TextPage, lines: list[str], starts: list[int], apart: list[int], begins: list[int], firsts: Pens, lasts: Pens
) -> list[str]:
    if apart:
        begins += list(starts_below_gaps(page, lines, starts, apart, begins, firsts, lasts))
    for number in begins:
        lines[number] = "\n" + lines[number]
    return lines


def _rebuilt(page: TextPage, rows: list[list[Segment]], edits: list[Edit]) -> list[str]:
    lines: list[str] = []
    begun: list[Segment] = []
    ended: list[Segment] = []
    for row in rows:
        line = " ".join(_edited(page.text, s.start, s.end, edits) for s in row)
        if lines and lines[-1][-1:] in "-\u2010\u00ad" and lines[-1][-2:-1].isalpha() and line[:1].islower():
            lines[-1] = lines[-1][:-1] + CUT  # pdfium saw no line end here
        if lines and lines[-1].endswith(CUT):
            lines[-1] += line
            ended[-1] = row[0]
            continue
        lines.append(line)
        begun.append(row[0])
        ended.append(row[0])
    firsts, lasts = (pens_of([(s.left, s.base) for s in parts]) for parts in (begun, ended))
    begins, _, apart = paragraph_starts(lines, firsts, lasts, page.point, LEAST * page.usual_size)
    return _parted(page, lines, [s.start for s in begun], apart, begins, firsts, lasts)


def _edited(text: str, start: int, end: int, edits: list[Edit]) -> str:
    pieces, position = [], start
    for first, last, replacement in edits_within(edits, start, end):
        pieces += [text[position:first], replacement]
        position = last
    return "".join(pieces) + text[position:end]
