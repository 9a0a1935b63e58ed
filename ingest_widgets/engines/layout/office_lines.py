"""Lines of LibreOffice: it draws the signs that a font lacks behind all others, and hyphens that cut words alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import inf
from typing import TYPE_CHECKING

from ingest_widgets.engines.pieces.line_ends import CUT
from ingest_widgets.engines.words.hyphens import BOUND
from ingest_widgets.engines.words.soft_hyphens import SOFT

if TYPE_CHECKING:
    from ingest_widgets.engines.pieces.textpage import TextPage
    from ingest_widgets.engines.words.edits import Edit

Span = tuple[int, int]
# What a font lacks, or what it has of a text in another script; not what stands by itself in ordinary text.
_ALONE = re.compile(r" (?:-(?=\r)|[^\w\s:;?!\xab\xbb&=+/|\u2013\u2014\u2022-]+(?=[ \r]|$))")
_LETTERS_ALONE = re.compile("(?: [^\0-\x7f])+$")
_PART, _CUT_BEFORE_LETTER = re.compile(f"[^{CUT}]+"), re.compile(rf"(?<=[^\W\d_]){CUT}(?=[^\W\d_])")
_LEVEL, _BACK = 0.5, 1.0  # points
# Of the size of the font: between words, before a hyphen that cuts one, between signs that are drawn over each other.
_GAP, _HYPHEN_GAP, _OVERLAP = 0.15, 0.2, -0.3


def office_edits(page: TextPage, cuts: bool) -> list[Edit]:
    """(start, end, replacement): lines in order, what is known of cuts, and soft hyphens that were set off.

    Args:
        page: Where its signs are pdfium's characters.
        cuts: Whether hyphens are as it drew them, too; other programs draw them anew with their words.
    """
    text = page.text
    alone = [match.span() for match in _ALONE.finditer(text)]
    edits = [(start, end, SOFT) for start, end in alone if text[start:end] == " -" and _cuts(page, start)]
    mixes = not (text.isascii() or page.has_right_to_left or page.clusters)
    is_torn = mixes and _are_torn(page, [*alone, *_last_letters(page)])
    edits += _known_cuts(page) if cuts and CUT in text else []
    return [*edits, *_lines_in_order(page)] if is_torn else edits


def _known_cuts(page: TextPage) -> Iterator[Edit]:
    """Marks those hyphens as none that were drawn alone in the font of their word, and then the others as the author's.

    Without any, nobody knows whether another program drew the page anew.
    """
    cuts = [cut.start() for cut in _CUT_BEFORE_LETTER.finditer(page.text)]
    pairs = list(zip(cuts, page.owners([at - 1 for at in cuts]), page.owners(cuts), strict=True))
    alone = [at for at, word, sign in pairs if word != sign and page.font_name(at - 1) == page.font_name(at)]
    yield from ((at, at, SOFT) for at in alone)
    yield from ((at, at, BOUND) for at, word, sign in pairs if alone and word == sign)


def _cuts(page: TextPage, blank: int) -> bool:
    """Whether the hyphen behind this blank stands at a line's end, nearer to a word than another one would."""
    text, word = page.text, blank - 1
    if not (text[word].isalpha() and text.startswith("\r", blank + 2) and text[blank + 4 : blank + 5].islower()):
        return False
    ((left, _),), (_, _, right, _) = page.origins([blank + 1]), page.box(word)
    return page.generated(blank) and left - right < _HYPHEN_GAP * page.size(word)


def _last_letters(page: TextPage) -> Iterator[Span]:
    """Where single letters end a line, each with a blank before."""
    for start, line in zip(page.line_starts, page.lines, strict=True):
        if line[-2:-1] == " " and (letters := _LETTERS_ALONE.search(line)):
            yield start + letters.start(), start + len(line)


def _are_torn(page: TextPage, alone: Sequence[Span]) -> bool:
    """Whether the pen went back before or behind one of these, which begin with a blank."""
    last = len(page.text) - 1
    around = [at for start, end in alone for at in (max(start - 1, 0), start, start + 1, end - 1, min(end + 1, last))]
    across, up = page.pens(around)
    return any(_goes_back(across[n : n + 5], up[n : n + 5]) for n in range(0, len(around), 5))


def _goes_back(across: Sequence[float], up: Sequence[float]) -> bool:
    steps = zip(across, across[1:], up, up[1:], strict=False)
    return any(after < before - _BACK and abs(base - other) < _LEVEL for before, after, base, other in steps)


def _lines_in_order(page: TextPage) -> Iterator[Edit]:
    """Those in which the pen went back; a word that was cut ends one, too."""
    for start, line in zip(page.line_starts, page.lines, strict=True):
        for part in _PART.finditer(line):
            first, last = start + part.start(), start + part.end()
            if _goes_back(*page.pens(range(first, last))) and (read := _by_place(page, first, last)):
                yield first, last, read


def _by_place(page: TextPage, start: int, end: int) -> str:
    """What stands between these in the text, from left to right; nothing if signs are drawn over each other."""
    text = page.text
    signs = [at for at in range(start, end) if text[at] != " " or not page.generated(at)]
    places = sorted(zip(page.boxes(signs), signs, strict=True))
    size, read, blank = page.size(start), "", False
    begin = edge = inf
    for (left, _, right, _), at in places:
        if text[at] == " ":
            blank = True
            continue
        gap = left - edge if left > begin else 0.0  # the letters of a ligature have one place
        if gap < _OVERLAP * size:
            return ""
        if text[at] == "-" and at == places[-1][1] and read[-1:].isalpha() and gap < _HYPHEN_GAP * size:
            read += SOFT if _is_alone(page, at) else "-"
        else:
            read += " " * (blank or gap > _GAP * size) + text[at]
        begin, edge, blank = left, right, False
    return read


def _is_alone(page: TextPage, at: int) -> bool:
    """Whether nothing else was drawn with the sign, as with a hyphen that nobody wrote."""
    (owner,) = page.owners([at])
    return len(page.drawn_by[owner]) == 1
