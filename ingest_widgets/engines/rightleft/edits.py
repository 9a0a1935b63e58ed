"""Right-to-left text: words that were drawn from the left, Latin words backwards, mirrored brackets."""

from __future__ import annotations

import ctypes
import re
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.rightleft.lines import by_place, is_one_line, is_right_to_left

if TYPE_CHECKING:
    import pypdfium2

    from ingest_widgets.engines.pieces.textpage import TextPage
    from ingest_widgets.engines.words.edits import Edit

Span = tuple[int, int]
_LETTER = "\u0590-\u05ff\u0620-\u065f\u066e-\u06d5\u06fa-\u06ff\u0710-\u074f\u0750-\u077f\u08a0-\u08ff\u200c\u200d"
# Marks, figures, Latin letters, brackets; the line ends within torn lines.
_DOUBTFUL = re.compile(
    "[\n0-9A-Za-z()\u00ab\u00bb\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670\u0730-\u074a\u0660-\u0669\u06f0-\u06f9]"
)
_WORDS = re.compile(f"[{_LETTER}]+")
_SOME, _MOST = 0.25, 0.5  # of the letters of a line, on a page of such lines and on others
_WORD = re.compile(f"[{_LETTER}]{{2,}}")
_ALEF_LAM = re.compile("[\u0622\u0623\u0625\u0627]\u0644")
_ANY_WORD = re.compile(r"\S+")
_LATIN = "A-Za-z\u00c0-\u02af\u0370-\u052f"
_SIGN = f"[^{_LETTER}\\r\\n]"  # neither a right-to-left letter nor a line end
_RUN = re.compile(f"{_SIGN}+")
_LATIN_WORD = re.compile(f"(?<![^{_LETTER}\\s])[^{_LETTER}\\s]*?[{_LATIN}]")
_AROUND = ".,:;!?()[]\"'\u00ab\u00bb\u05f3\u05f4-\u2013\u05be\u060c\u061b\u061f"  # others are parts of addresses
_PAIRS = "()", "[]", "\xab\xbb"
_CLOSED = {pair: re.compile(f"[{re.escape(pair[0])}][^{re.escape(pair)}]*[{re.escape(pair[1])}]") for pair in _PAIRS}
_MIRRORED = {pair: re.compile(f"[{re.escape(pair[1])}][^{re.escape(pair)}]*[{re.escape(pair[0])}]") for pair in _PAIRS}
_BRACKETS = str.maketrans("()[]\xab\xbb", ")(][\xbb\xab")
# One that opens behind a word, or closes before one, and touches nothing else, as in the label "1(".
_TURNED = {pair: re.compile(rf"(?<=\w){re.escape(pair[0])}(?!\S)|(?<!\S){re.escape(pair[1])}(?=\w)") for pair in _PAIRS}
_NOT_BEHIND_LATIN = f"(?<![{_LATIN}])(?<![{_LATIN}] )"  # there pdfium leaves brackets as they are
_SAME_LINE = 3.0  # points
_WORD_GAP = 0.7  # of the size of the font: cells of a table stand farther apart


def reads_from_right(document: pypdfium2.PdfDocument) -> bool:
    """Whether the document says so: pdfium then puts even the words of its Latin pages into that order."""
    room = ctypes.create_string_buffer(8)
    pdfium_c.FPDF_VIEWERREF_GetName(document, b"Direction", room, len(room))
    return room.value == b"R2L"


def right_to_left_edits(page: TextPage, text: str) -> list[Edit]:
    """(start, end, replacement): what stands in the order of its places, and mirrored brackets."""
    if not page.has_right_to_left:
        return []
    return _turned_words(page, text) + latin_runs(page, text) + _brackets(text)


def lines_by_place(page: TextPage, text: str) -> list[Edit]:
    """(start, end, line) for each line whose order can't be trusted, by where it starts; `by_place` has read them."""
    if not page.has_right_to_left:
        return []
    found = []
    share = _SOME if 2 * len(_WORDS.sub("", text)) < len(text) else _MOST
    for start, line in zip(page.line_starts, page.lines, strict=True):
        if is_right_to_left(line, share) and _is_doubtful(page, start, line):
            read, order = by_place(page, text, start, start + len(line))
            if "\n" in line or is_one_line(order):
                found.append((start, start + len(line), read))
    whole = "\n".join(read for _, _, read in found)
    for pair in _PAIRS:
        if pair[0] in whole or pair[1] in whole:
            mirrored = _are_mirrored(whole, pair)
            found = [(start, end, _with_pairs(read, pair, mirrored)) for start, end, read in found]
    return found


def _with_pairs(line: str, pair: str, mirrored: bool) -> str:
    """The line with brackets that open before they close; those without another in it at their words, as in "1)".

    Where no word tells, these turn if others are mirrored.
    """
    signs = [sign for sign in line if sign in pair]
    at_words, turned = _TURNED[pair].subn(_turned_bracket, line)
    if turned == len(signs):
        return at_words
    if _are_paired(signs, pair):
        return line
    if len(_TURNED[pair].findall(at_words.translate(_BRACKETS))) == len(signs):
        return at_words
    if len(signs) % 2:
        if mirrored:
            line = re.sub(f"{_NOT_BEHIND_LATIN}[{re.escape(pair)}]", _turned_bracket, line)
        return _TURNED[pair].sub(_turned_bracket, line)
    signs = [sign for sign in at_words if sign in pair]
    others = [sign.translate(_BRACKETS) for sign in signs]
    read = iter(next((found for found in (signs, others) if _are_paired(found, pair)), pair * (len(signs) // 2)))
    return "".join(next(read) if sign in pair else sign for sign in line)


def _are_paired(signs: list[str], pair: str) -> bool:
    depths = list(accumulate(1 if sign == pair[0] else -1 for sign in signs))
    return min(depths) >= 0 and depths[-1] == 0


def _is_doubtful(page: TextPage, start: int, line: str) -> bool:
    """Whether a line has signs that pdfium misplaces, or goes to the right."""
    if page.clusters or _DOUBTFUL.search(line):
        return True
    words = [match.start() for match in _WORD.finditer(line)]
    pens = page.origins([start + word for word in words])
    steps = [after[0] - before[0] for before, after in pairwise(pens) if abs(after[1] - before[1]) < _SAME_LINE]
    return 2 * sum(step > 0 for step in steps) > len(steps)


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

    def from_left(start: int, end: int) -> str:
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
            found.append((start, end, from_left(start, end)))
        else:
            found += [(start, end, from_left(start, end)) for start, end in chain if is_turned(start, end)]
        chain = [word]
    return found


def _brackets(text: str) -> list[Edit]:
    """Pdfium mirrors brackets between right-to-left words; some files need that, others had them right."""
    mirrored = "".join(pair for pair in _PAIRS if _are_mirrored(text, pair))
    if not mirrored:
        return []
    brackets = re.finditer(f"{_NOT_BEHIND_LATIN}[{re.escape(mirrored)}]", text)
    return [(match.start(), match.end(), _turned_bracket(match)) for match in brackets]


def _are_mirrored(text: str, pair: str) -> bool:
    return len(_MIRRORED[pair].findall(text)) > len(_CLOSED[pair].findall(text))


def _turned_bracket(match: re.Match[str]) -> str:
    return match.group().translate(_BRACKETS)
