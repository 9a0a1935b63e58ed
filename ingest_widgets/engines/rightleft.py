"""Right-to-left text: words that were drawn from the left, false spaces, Latin words backwards, mirrored brackets."""

from __future__ import annotations

import ctypes
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pypdfium2.raw as pdfium_c

if TYPE_CHECKING:
    import pypdfium2

    from ingest_widgets.engines.edits import Edit
    from ingest_widgets.engines.textpage import TextPage

Span = tuple[int, int]
_LETTER = "\u0590-\u05ff\u0620-\u065f\u066e-\u06d5\u06fa-\u06ff\u0750-\u077f\u08a0-\u08ff\u200c\u200d"
_WORD = re.compile(f"[{_LETTER}]{{2,}}")
_ALEF_LAM = re.compile("[\u0622\u0623\u0625\u0627]\u0644")
_ANY_WORD = re.compile(r"\S+")
_SPACE = re.compile(f"(?<=[{_LETTER}]) (?=[{_LETTER}])")
_IN_EVERY_TEXT = "\u0627\u0644\u06cc\u05d5\u05d9"  # alef, lam, yeh, vav, yod
_LATIN = "A-Za-z\u00c0-\u02af\u0370-\u052f"
_SIGN = f"[^{_LETTER}\\r\\n]"  # neither a right-to-left letter nor a line end
_RUN = re.compile(f"{_SIGN}+")
_LATIN_WORD = re.compile(f"(?<![^{_LETTER}\\s])[^{_LETTER}\\s]*?[{_LATIN}]")
_AROUND = ".,:;!?()[]\"'\u00ab\u00bb\u05f3\u05f4-\u2013\u05be\u060c\u061b\u061f"  # others are parts of addresses
_WELL_FORMED, _MIRRORED = re.compile(r"\([^()]*\)"), re.compile(r"\)[^()]*\(")
_BRACKETS = str.maketrans("()[]", ")(][")
_BRACKET = re.compile(f"(?<![{_LATIN}])(?<![{_LATIN}] )[()\\[\\]]")  # behind Latin letters pdfium leaves them
_SAME_LINE = 3.0  # points
_WORD_GAP = 0.7  # of the size of the font: cells of a table stand farther apart
_TOUCHING = 0.12  # of the size of the font; a real gap has more


def reads_from_right(document: pypdfium2.PdfDocument) -> bool:
    """Whether the document says so: pdfium then puts even the words of its Latin pages into that order."""
    room = ctypes.create_string_buffer(8)
    pdfium_c.FPDF_VIEWERREF_GetName(document, b"Direction", room, len(room))
    return room.value == b"R2L"


def right_to_left_edits(page: TextPage, text: str) -> list[Edit]:
    """(start, end, replacement): what stands in the order of its places, spaces that are none, mirrored brackets."""
    if text.isascii() or not any(letter in text for letter in _IN_EVERY_TEXT):
        return []
    return _turned_words(page, text) + _false_spaces(page, text) + latin_runs(page, text) + _brackets(text)


def _turned_words(page: TextPage, text: str) -> list[Edit]:
    spans = [match.span() for match in _WORD.finditer(text)]
    firsts = page.origins([start for start, _ in spans])
    lasts = page.origins([end - 1 for _, end in spans])
    turned = [
        (start, end, text[start:end][::-1])
        for (start, end), first, last in zip(spans, firsts, lasts, strict=True)
        if last[0] > first[0] + 0.5 and abs(last[1] - first[1]) < 3
    ]
    return turned + _parted_ligatures(page, text)


def _parted_ligatures(page: TextPage, text: str) -> list[Edit]:
    """Lam and alef that were drawn as one sign, whose letters pdfium swaps."""
    pairs = [match.start() for match in _ALEF_LAM.finditer(text)]
    alefs, lams = page.origins(pairs), page.origins([at + 1 for at in pairs])
    near = [at for at, alef, lam in zip(pairs, alefs, lams, strict=True) if alef == lam]
    return [(at, at + 2, text[at : at + 2][::-1]) for at in near if page.box(at) == page.box(at + 1)]


def _false_spaces(page: TextPage, text: str) -> list[Edit]:
    found: list[Edit] = []
    for match in _SPACE.finditer(text):
        at = match.start()
        if page.size(at) > 1:  # pdfium gives the spaces that it puts in no size
            continue
        ((left, base),) = page.origins([at - 1])
        box = page.box(at + 1)
        if -1 < left - box[2] < _TOUCHING * page.size(at - 1) and box[1] - 1 < base + page.size(at - 1):
            found.append((at, at + 1, ""))
    return found


def latin_runs(page: TextPage, text: str) -> list[Edit]:
    """The same for Latin words each of which stands just left of the one before: pdfium gives them Arabic's order."""
    found: list[Edit] = []
    for match in _RUN.finditer(text):
        start, end = match.span()
        if text[start - 1 : start] not in ("", "\n") or text[end : end + 1] not in ("", "\r"):  # only a part of a line
            first = _LATIN_WORD.search(text, start, end)
            start = first.start() if first else end
            while start < end and text[start] in _AROUND and text[start] != "-":
                start += 1
            while end > start and (text[end - 1] in _AROUND or text[end - 1].isspace()):
                end -= 1
        words = [word.span() for word in _ANY_WORD.finditer(text, start, end)]
        if len(words) > 1 or (words and not text[start:end].isalpha()):
            found += _in_order(page, text, words)
    return found


def _in_order(page: TextPage, text: str, words: list[Span]) -> list[Edit]:
    first = words[0][0]
    across, up = page.pens(range(first, words[-1][1]))

    def is_left_of(word: Span, other: Span) -> bool:
        start, there = word[0] - first, other[0] - first
        signs, signs_there = across[start : word[1] - first], across[there : other[1] - first]
        if abs(up[start] - up[there]) > _SAME_LINE or min(signs) > min(signs_there):
            return False
        gap = min(signs_there) - page.box(word[0] + signs.index(max(signs)))[2]
        return -1 < gap < _WORD_GAP * page.size(other[0])

    def by_place(start: int, end: int) -> str:
        order = sorted(range(start, end), key=lambda n: (across[n - first], text[n] != " "))
        read = "".join(text[n] for n in order)
        # The hyphen behind a prefix stays there; pdfium may have swapped it with one of the word.
        return f"-{read[:-1]}" if text[start] == read[-1] == "-" else read

    def is_turned(start: int, end: int) -> bool:
        signs = [n - first for n in range(start, end) if text[n].isalnum()]
        level = len({round(up[n], 1) for n in signs}) == 1
        return level and any(across[n] > across[after] for n, after in pairwise(signs))

    found: list[Edit] = []
    chain = words[:1]
    for before, word in pairwise([*words, words[0]]):
        if word is not words[0] and is_left_of(word, before):
            chain.append(word)
            continue
        # One word with a number, such as "6 m", may be right as it is.
        if sum(text[start].isalpha() or text[end - 1].isalpha() for start, end in chain) > 1:
            start, end = chain[0][0], chain[-1][1]
            found.append((start, end, by_place(start, end)))
        else:
            found += [(start, end, by_place(start, end)) for start, end in chain if is_turned(start, end)]
        chain = [word]
    return found


def _brackets(text: str) -> list[Edit]:
    """Pdfium mirrors brackets between right-to-left words; some files need that, others had them right."""
    if len(_MIRRORED.findall(text)) <= len(_WELL_FORMED.findall(text)):
        return []
    return [(m.start(), m.end(), m.group().translate(_BRACKETS)) for m in _BRACKET.finditer(text)]
