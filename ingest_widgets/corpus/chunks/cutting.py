"""Pieces of about a size, cut between paragraphs, else sentences, lines, words, with exact places in the pages.

A heading stays with what it heads where there is another place to cut.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from ingest_widgets.corpus.arguments import whole_number
from ingest_widgets.corpus.words.headings import ends_in_heading
from ingest_widgets.documents import Chunk, Page
from ingest_widgets.scripts import SIGN

PAGE_BREAK = "\f"
"""Stands between two pages in a chunk that runs over both."""

_OVERLAP = 150

_PARAGRAPH_END = re.compile(r"\n[^\S\n\f]*\n\s*")
# A mark that ends a sentence, what closes with it, and then no small letter (which would follow an abbreviation). Of
# dots three at most, behind something: a row of them leads to a page number. One letter alone is somebody's name.
_SENTENCE_END = re.compile(
    r"(?:(?<![\s.])(?<!\b[^\W\d_])\.{1,3}(?!\.)|[!?\u2026:;])[\"'\u2019\u201d)\]\u00bb]*\s+(?=[^\sa-z])"
    r"|[\u3002\uff01\uff1f\u0964][\u300d\u300f\u201d\uff09]*\s*"
)
_LINE_END = re.compile(r"\n\s*")
_SPACE = re.compile(r"\s+")
_JOINER = "\u200d"
# What no mark is by its category and yet is one with what stands before it: Thai and Lao am, the voiced marks of narrow
# Kana, the tones of skin, the tags of flags.
_LEANING = re.compile(f"[{_JOINER}\u0e33\u0eb3\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")

_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))  # two of them are one flag
_MOST_FLAG_LETTERS = 64


def checked_sizes(max_chars: int, overlap: int | None) -> tuple[int, int]:
    """Both sizes, the overlap as it suits when None was given; refuses what can't be kept.

    Raises:
        TypeError: One of them is no whole number.
        ValueError: `max_chars` isn't positive, or `overlap` isn't smaller than it.
    """
    max_chars = whole_number("max_chars", max_chars, least=1)
    if overlap is None:
        return max_chars, min(_OVERLAP, max_chars // 2)
    overlap = whole_number("overlap", overlap, least=None)
    if not 0 <= overlap < max_chars:
        raise ValueError(f"overlap must be at least 0 and less than max_chars ({max_chars}), not {overlap}")
    return max_chars, overlap


def chunks_of(
    pages: Sequence[Page], max_chars: int, overlap: int, margins: Iterable[Sequence[tuple[int, int]]] = ()
) -> Iterator[Chunk]:
    """The chunks of one file's pages, in order; whitespace at their edges belongs to none.

    Args:
        pages: All of the file.
        max_chars: No piece is longer, unless it is one single word or emoji.
        overlap: So many characters at most are in two neighbours.
        margins: For each page the (start, end) of what belongs to no chunk; chunks end before it and begin after it.
    """
    text = PAGE_BREAK.join(page.text for page in pages)
    starts = [0]
    for page in pages:
        starts.append(starts[-1] + len(page.text) + len(PAGE_BREAK))
    for start, end in _pieces_between(text, _placed(starts, margins), max_chars, overlap):
        first = bisect_right(starts, start) - 1
        last = bisect_right(starts, end - 1) - 1
        yield Chunk(
            text[start:end],
            pages[first].file,
            pages[first].number,
            pages[last].number,
            start - starts[first],
            end - starts[last],
        )


def _placed(starts: Sequence[int], margins: Iterable[Sequence[tuple[int, int]]]) -> Iterator[tuple[int, int]]:
    for before, spans in zip(starts, margins, strict=False):  # there is one start more than there are pages
        for start, end in spans:
            yield before + start, before + end


def _pieces_between(
    text: str, margins: Iterator[tuple[int, int]], max_chars: int, overlap: int
) -> Iterator[tuple[int, int]]:
    begin = 0
    for low, high in chain(margins, [(len(text), len(text))]):
        for start, end in _pieces(text[begin:low], max_chars, overlap):
            yield begin + start, begin + end
        begin = high


def _pieces(text: str, max_chars: int, overlap: int) -> Iterator[tuple[int, int]]:
    done = 0  # everything before is in some piece
    start = _skip_space(text, 0)
    while start < len(text):
        cut = _cut(text, start, done, max_chars)
        if cut is None and start < done:  # the overlap and the next word are too long together
            start = _skip_space(text, done)
            continue
        end = _word_end(text, start + max_chars) if cut is None else cut
        end = start + len(text[start:end].rstrip())
        yield start, end
        done = end
        following = _skip_space(text, end)
        start = _overlap_start(text, start, end, overlap) if following < len(text) else following


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _cut(text: str, start: int, done: int, max_chars: int) -> int | None:
    """Where to cut at the latest, beyond `done`; None when there is no place but inside a word."""
    limit = start + max_chars
    if limit >= len(text):
        return len(text)
    lowest = max(start, done)
    window = limit + 1  # a cut may lie right at the limit, with the space behind it
    for pattern, least, parts_headings in (
        (_PARAGRAPH_END, max_chars // 2, False),
        (_SENTENCE_END, max_chars // 3, True),
        (_PARAGRAPH_END, max_chars // 2, True),  # lines that stand alone, one after the other, head nothing
        (_LINE_END, max_chars // 2, True),  # rows of tables, entries of lists and lines of programs
        (_SPACE, 0, True),
    ):
        best = None
        for match in pattern.finditer(text, max(lowest, start + least), window):
            end = _without_space(text, match)
            if lowest < end <= limit and (parts_headings or not ends_in_heading(text, start, end)):
                best = end
        if best is not None:
            return best
    for place in range(limit, lowest, -1):
        if not text[place - 1].isspace() and _is_between_words(text, place):
            return place
    return None


def _without_space(text: str, match: re.Match[str]) -> int:
    end = match.end()
    while end > 0 and text[end - 1].isspace():
        end -= 1
    return end


def _is_between_words(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    if before.isspace() or after.isspace():
        return True
    if _leans(text, place):
        return False
    return not (_is_letter(before) and _is_letter(after)) or bool(SIGN.match(before) and SIGN.match(after))


def _leans(text: str, place: int) -> bool:
    """Whether what stands there is one with what stands before: an accent, a vowel sign, a part of an emoji."""
    if text[place - 1] == _JOINER or _LEANING.match(text, place) or _is_mark(text[place]):
        return True
    before = text[max(place - _MOST_FLAG_LETTERS, 0) : place]
    return text[place] in _FLAG_LETTERS and (len(before) - len(before.rstrip(_FLAG_LETTERS))) % 2 == 1


def _is_letter(c: str) -> bool:
    return c.isalnum() or c == "_" or _is_mark(c)


def _is_mark(c: str) -> bool:
    return unicodedata.category(c)[0] == "M"  # the combining class of many vowel signs is 0


def _word_end(text: str, place: int) -> int:
    while place < len(text) and not _is_between_words(text, place):
        place += 1
    return place


def _overlap_start(text: str, start: int, end: int, overlap: int) -> int:
    """Where the next piece begins: with a whole sentence of the overlap if there is one, else a line, else a word."""
    lowest = max(start + 1, end - overlap)
    if overlap:
        for pattern in (_SENTENCE_END, _LINE_END):
            for match in pattern.finditer(text, max(0, lowest - 1), end):
                if lowest <= match.end() < end:
                    return match.end()
        for place in range(lowest, end):
            if not text[place].isspace() and (text[place - 1].isspace() or _is_sign_pair(text, place)):
                return place
    return _skip_space(text, end)


def _is_sign_pair(text: str, place: int) -> bool:
    return bool(SIGN.match(text[place - 1]) and SIGN.match(text[place])) and not _leans(text, place)
