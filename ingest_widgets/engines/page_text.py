"""The text of one page as a reader would type it: pdfium's, with words whole, lines in order and paragraphs apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import sub
from typing import TYPE_CHECKING

from ingest_widgets.engines.accents import accent_edits
from ingest_widgets.engines.columns import Segment, gaps_in_line, moves_up, reading_order
from ingest_widgets.engines.edits import Edit, edits_within
from ingest_widgets.engines.glyphs import clean_lines, ligature_edits
from ingest_widgets.engines.hyphens import CUT, HYPHEN, LINE_END, Vocabulary, join_hyphens
from ingest_widgets.engines.initials import begins_word, is_initial
from ingest_widgets.engines.numbers import cut_edits, ends_word, kinds_of, number_edits
from ingest_widgets.engines.paragraphs import SHIFT, Pens, paragraph_starts
from ingest_widgets.engines.rightleft import latin_runs, reads_from_right, right_to_left_edits
from ingest_widgets.engines.spacing import spacing_edits
from ingest_widgets.engines.textpage import TextPage, handle_of

if TYPE_CHECKING:
    import pypdfium2

Place = tuple[float, float]
# Mixed columns, marks of notes and letterspaced words are looked for on the first pages and then on some: who has them
# has more of them.
_FIRST_PAGES = 12
_SOME_PAGES = 3
_NEAR_PAGES = 12  # behind a letterspaced word there may be more: code, running heads
_FAR = 40.0  # points: more than a letter and a space of any text
_TOUCHING, _LETTER_GAP, _WORD_GAP, _NOTE_GAP, _OVERLAP = -0.3, 0.12, 0.7, 0.95, 0.4  # of the height of a sign
_STACKED = 0.2  # of the height of a sign
_RISE = 1.0  # points
_MARKS = "0123456789*\u2217\u2020\u2021\u00a7"
_MARK = re.compile(rf"[{_MARKS}]{{1,3}}\s*(?=[^\s\d.,:)])")  # of a note
_CLOSING = ".,;:!?\u201d\u2019\u3002\uff0c"
_CUT_BY_BROWSER = HYPHEN + LINE_END
_CONTROL = "\x01"  # stands for each that pdfium dropped, so that it is counted with the others


class PageReader:
    """Reads pages of one document, and remembers its words: they tell which hyphens at line ends are to stay.

    Pages may be read in any order; each is judged by those that were read before it. Not safe for two threads.

    Args:
        document: Stays open as long as pages are read.
        watch: Called with each page while it is open.
    """

    def __init__(self, document: pypdfium2.PdfDocument, watch: Callable[[TextPage], None] | None = None) -> None:
        self._document, self._watch = document, watch  # held, since the handle is good as long as it is open
        self._handle = handle_of(document)
        self._from_right = reads_from_right(document)
        self._vocabulary = Vocabulary()
        self._pages = self._spaced_until = 0
        self._mixed = self._noted = False

    def text(self, index: int) -> tuple[str, tuple[str, ...]]:
        """Reads page `index` (from 0).

        Returns:
            Valid text whose lines end with a line feed and whose paragraphs are parted by an empty line where that
            can be told, and a sentence for each kind of thing that was lost.

        Raises:
            pypdfium2.PdfiumError: The page can't be loaded.
        """
        with TextPage(self._handle, index) as page:
            text = "\n".join(self._lines(page)).replace(_CUT_BY_BROWSER, CUT)
            if self._watch is not None:
                self._watch(page)
            self._vocabulary.add(text)
            text = join_hyphens(text, self._vocabulary) + _CONTROL * page.dropped
            return clean_lines(text, page.unmapped)

    def _lines(self, page: TextPage) -> list[str]:
        """In reading order, an empty one before each paragraph; behind a hyphen at its end (U+FFFE) a line goes on."""
        text, lines = page.text, page.lines.copy()
        if not page.indexed or not text:
            return lines
        self._pages += 1
        sampled = self._pages <= _FIRST_PAGES or self._pages % _SOME_PAGES == 0
        edits = _accents_and_turns(page, self._from_right)
        spaced = self._pages <= self._spaced_until
        if sampled or self._noted or spaced:
            kinds = kinds_of(text)
            numbers, spaces = number_edits(page, text, kinds, sampled), spacing_edits(page, kinds, spaced)
            edits += numbers + spaces
            self._noted |= bool(numbers)
            if spaces:
                self._spaced_until = self._pages + _NEAR_PAGES
        if CUT in text:
            edits += cut_edits(page, text)
        edits.sort()
        starts, firsts = page.line_starts, page.line_pens
        if moves_up(firsts[1]) or ((sampled or self._mixed) and gaps_in_line(page, lines, starts)):
            rows = reading_order(page, text)
            if rows:
                self._mixed = True
                return _rebuilt(text, rows, edits)
        lasts = _last_parts(page, lines, starts, firsts) if CUT in text else firsts
        if edits:
            lines = [_edited(text, start, start + len(line), edits) for start, line in zip(starts, lines, strict=True)]
        begins, beside = paragraph_starts(lines, firsts, lasts)
        if beside and (gaps := _gaps(page, beside, self._vocabulary)):
            lines, firsts, lasts = _continued(lines, gaps, firsts, lasts)
            starts = [start for number, start in enumerate(starts) if number not in gaps]
            begins, _ = paragraph_starts(lines, firsts, lasts)
        if sampled or self._noted:
            notes = [number - 1 for number in begins if lines[number - 1][:1] in _MARKS]
            if notes and _raised(page, notes, starts, firsts[1]):
                self._noted = True
                firsts, lasts = _lowered(page, lines, starts, firsts, lasts)
                begins, _ = paragraph_starts(lines, firsts, lasts)
        return _parted(lines, begins)


def changes(page: TextPage, from_right: bool) -> list[Edit]:
    """What cleaning changes within the words of a page, in the order in which pdfium has them.

    Args:
        page: Where its signs are pdfium's characters.
        from_right: See `reads_from_right`.
    """
    text, kinds = page.text, kinds_of(page.text)
    edits = _accents_and_turns(page, from_right)
    edits += number_edits(page, text, kinds) + cut_edits(page, text)
    edits += spacing_edits(page, kinds) + ligature_edits(text, page.unmapped)
    return sorted(edits)


def _accents_and_turns(page: TextPage, from_right: bool) -> list[Edit]:
    edits = accent_edits(page, page.text) + right_to_left_edits(page, page.text)
    return latin_runs(page, page.text) if from_right and not edits else edits


def _last_parts(page: TextPage, lines: list[str], starts: list[int], firsts: Pens) -> Pens:
    """Where the part of each line behind its last cut begins."""
    across, up = firsts[0].copy(), firsts[1].copy()
    cut = [number for number, line in enumerate(lines) if CUT in line]
    places = page.origins([starts[n] + lines[n].rfind(CUT) + 1 for n in cut])
    for number, place in zip(cut, places, strict=True):
        across[number], up[number] = place
    return across, up


def _gaps(page: TextPage, beside: list[int], vocabulary: Vocabulary) -> dict[int, str]:
    """The blank, or nothing, that parts each of these lines from the end of the one before; those far off are out."""
    text, starts = page.text, page.line_starts
    ends = [starts[n - 1] + max(len(text[starts[n - 1] : starts[n]].rstrip()) - 1, 0) for n in beside]
    firsts, bases = page.pens([starts[n] for n in beside])
    lasts, levels = page.pens(ends)
    above, _ = page.pens([starts[n - 1] for n in beside])
    rises = map(sub, bases, levels)
    found: dict[int, str] = {}
    heights: dict[int, tuple[float, float]] = {}  # of the sign beside which each stands
    for number, end, first, last, rise, top in zip(beside, ends, firsts, lasts, rises, above, strict=True):
        if abs(first - last) > _FAR:
            continue
        start = starts[number]
        _, low, right, high = page.box(end)
        heights[number] = low, high
        gap = (first - right) / max(high - low, 1)
        note = rise < -_RISE and number - 1 not in found and text[starts[number - 1] : end + 1].isdigit()
        widest = _NOTE_GAP if note else _WORD_GAP
        if end == starts[number - 1] and is_initial(page, end, start):
            if gap < _WORD_GAP and begins_word(text, end, start, vocabulary):
                found[number] = ""
        elif _TOUCHING < gap < widest and _overlap(page.box(start), heights[number]):
            apart = gap > _LETTER_GAP or text.startswith(" ", start) or _is_mark(text, end, start, rise)
            found[number] = " " if apart else ""
        elif (
            number - 1 in found
            and abs(first - top) < _STACKED * (high - low)
            and _overlap(page.box(start), heights[number - 1])
        ):
            found[number], heights[number] = "", heights[number - 1]
    return found


def _overlap(box: tuple[float, float, float, float], heights: tuple[float, float]) -> bool:
    """Whether a sign is in good part as high as the one before."""
    (_, low, _, high), (bottom, top) = box, heights
    return min(high, top) - max(low, bottom) > _OVERLAP * min(high - low, top - bottom)


def _is_mark(text: str, end: int, start: int, rise: float) -> bool:
    """Whether the word that ends at `end` has a raised mark, or such a mark the word that begins at `start`."""
    if rise > _RISE:
        while text[end] in _CLOSING and end:
            end -= 1
        sign = text[start : start + 1]
        return ends_word(text, end + 1) and (sign.isdigit() or (sign.isalpha() and text[end].islower()))
    return rise < -_RISE and text[end].isdigit() and text[start : start + 2].isalpha()


def _continued(lines: list[str], gaps: dict[int, str], *places: Pens) -> tuple[list[str], Pens, Pens]:
    """Lines that pdfium ended beside a raised or lowered sign or behind a large initial are whole again.

    Args:
        lines: Of the page.
        gaps: See `_gaps`.
        places: Of their first parts, and of the parts behind their last cuts.
    """
    whole: list[str] = []
    firsts: list[Place] = []
    lasts: list[Place] = []
    for number, (line, first, last) in enumerate(
        zip(lines, *(zip(*pens, strict=True) for pens in places), strict=True)
    ):
        gap = gaps.get(number)
        if gap is None:
            whole.append(line)
            firsts.append(first)
            lasts.append(last)
            continue
        whole[-1] = whole[-1].rstrip(" ") + gap + line.lstrip()
        if CUT in line:
            lasts[-1] = last
    return whole, _pens(firsts), _pens(lasts)


def _raised(page: TextPage, notes: list[int], starts: list[int], up: list[float]) -> dict[int, float]:
    """Those of these lines that begin with a raised mark, and where the pen stood for the word behind it."""
    marks = [(number, mark.end()) for number in notes if (mark := _MARK.match(page.text, starts[number]))]
    if not marks:
        return {}
    _, bases = page.pens([at for _, at in marks])
    pairs = zip((number for number, _ in marks), bases, strict=True)
    return {number: base for number, base in pairs if _RISE < up[number] - base < SHIFT}


def _lowered(page: TextPage, lines: list[str], starts: list[int], firsts: Pens, lasts: Pens) -> tuple[Pens, Pens]:
    """Lines that begin with a raised mark stand where the word behind it does."""
    notes = [number for number, line in enumerate(lines) if line[:1] in _MARKS]
    raised = _raised(page, notes, starts, firsts[1])
    up = [raised.get(number, base) for number, base in enumerate(firsts[1])]
    below = [new if last == first else last for new, first, last in zip(up, firsts[1], lasts[1], strict=True)]
    return (firsts[0], up), (lasts[0], below)


def _parted(lines: list[str], begins: list[int]) -> list[str]:
    for number in begins:
        lines[number] = "\n" + lines[number]
    return lines


def _rebuilt(text: str, rows: list[list[Segment]], edits: list[Edit]) -> list[str]:
    lines: list[str] = []
    firsts: list[Place] = []
    lasts: list[Place] = []
    for row in rows:
        line = " ".join(_edited(text, s.start, s.end, edits) for s in row)
        place = (row[0].left, row[0].base)
        if lines and lines[-1].endswith(CUT):
            lines[-1] += line
            lasts[-1] = place
            continue
        if lines and lines[-1][-1:] in "-\u2010\u00ad" and lines[-1][-2:-1].isalpha() and line[:1].islower():
            lines[-1] = lines[-1][:-1] + CUT + line  # pdfium saw no line end here
            lasts[-1] = place
            continue
        lines.append(line)
        firsts.append(place)
        lasts.append(place)
    return _parted(lines, paragraph_starts(lines, _pens(firsts), _pens(lasts))[0])


def _pens(places: list[Place]) -> Pens:
    return [x for x, _ in places], [y for _, y in places]


def _edited(text: str, start: int, end: int, edits: list[Edit]) -> str:
    pieces, position = [], start
    for first, last, replacement in edits_within(edits, start, end):
        pieces += [text[position:first], replacement]
        position = last
    return "".join(pieces) + text[position:end]
