"""Words that a line end has cut: joined or kept apart by what the rest of the document writes."""

from __future__ import annotations

import re
from collections.abc import Callable

CUT = "\ufffe"  # what pdfium puts in place of a hyphen at a line end, and of the line end itself
LINE_END = "\n"
_SOFT = "\u00ad"
_FIRST_WORD = re.compile(r"[ \t]*(\S+)")
_LETTERS_BEFORE = re.compile(r"[^\W\d_]+$")
_LETTERS_AFTER = re.compile(r"[^\W\d_]+")
_CODE_BEFORE = re.compile(r"[-_\\=<>@]|\w[.:]\w")
_CODE_AFTER = re.compile(r"[^\W\d_]+(?:-\w|[_/\\=(@]|[.:]\w)")
_AFTER_LATIN = "\u0370"
_COMPOUNDS = frozenset(("quasi", "self", "well"))  # longer words that begin so have a hyphen
_PREFIXES = _COMPOUNDS | {"non", "semi"}  # mostly written with a hyphen
_WHOLE_WORD = 5  # letters: a shorter tail that is a word may be an ending as well
_MOST_CUTS = 5_000  # a page; more is no text, and each costs as much as the word that it makes is long
_MOST_WORDS = 300_000
_WAITING_PAGES = 64
_EVERY_PAGE = 30
_LATER_PAGES = 3


class Vocabulary:
    """The words of a document's pages, as far as they were read; of long documents a part is enough."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._waiting: list[str] = []
        self._pages = 0

    def add(self, text: str) -> None:
        """Takes a page in; its words are only cut apart when somebody asks: most documents never do."""
        self._waiting.append(text)
        if len(self._waiting) > _WAITING_PAGES:
            del self._waiting[0]

    def words(self) -> set[str]:
        """As they were written, with the punctuation that clings to them."""
        for text in self._waiting:
            self._pages += 1
            if len(self._words) > _MOST_WORDS:
                break
            if self._pages <= _EVERY_PAGE or self._pages % _LATER_PAGES == 0:
                self._words.update(text.split())
        self._waiting.clear()
        return self._words


def is_cut(before: str, after: str) -> bool:
    """Whether a plain hyphen at the end of one line cuts a word that the next one goes on with."""
    return before[-1:] == "-" and before[-2:-1].isalpha() and after[:1].islower()


def join_hyphens(text: str, vocabulary: Vocabulary) -> str:
    """Joins words over line ends; a joined word stays in the upper line, as a typist would put it.

    Evidence first: the joined word occurs elsewhere, or the compound does in the middle of a line. Without any,
    capitals, figures and code keep their hyphen, and so does a second part that is a word of the document.
    """
    if text.count(CUT) + text.count("-\n") > _MOST_CUTS:
        return text.replace(CUT, "-" + LINE_END)
    if CUT in text:
        words = vocabulary.words()
        text = _mended(text, CUT, lambda head, tail: "" if _belong_together(head, tail, words) else "-")
    if _SOFT in text:
        text = _mended(text, _SOFT + LINE_END, lambda head, tail: "")
    if "-\n" in text:  # pdfium didn't take it for a cut: only evidence joins here
        words = vocabulary.words()
        text = _mended(text, "-\n", lambda head, tail: _unmarked(head, tail, words))
    return text


def _mended(text: str, mark: str, hyphen: Callable[[str, str], str | None]) -> str:
    """Puts the two words around each mark together with what `hyphen` says; None leaves the place as it is."""
    first, *parts = text.split(mark)
    done = [first]
    for part in parts:
        before, word = done[-1], _FIRST_WORD.match(part)
        head = before[max(before.rfind(" "), before.rfind("\n")) + 1 :]
        sign = hyphen(head, word.group(1)) if word and head else None
        if word is None or sign is None:
            done[-1] = before + (mark if mark != CUT else "-" + LINE_END)
            done.append(part)
            continue
        rest = part[word.end() :]
        line_end = LINE_END if rest and not rest.startswith(LINE_END) else ""
        done[-1] = before + sign + word.group(1) + line_end
        if rest:
            done.append(rest.lstrip(" "))
    return "".join(done)


def _unmarked(head: str, tail: str, words: set[str]) -> str | None:
    if not (tail[0].islower() and head[-1].isalpha()):
        return None
    return "" if _seen(head + tail, words) else "-"


def _belong_together(head: str, tail: str, words: set[str]) -> bool:
    if head + tail in words:
        return True
    before, after = _LETTERS_BEFORE.search(head), _LETTERS_AFTER.match(tail)
    if before is None or after is None:
        return False
    left, right = before.group(), after.group()
    if _seen(left + right, words):
        return True
    if _seen(f"{left}-{right}", words) or _seen(f"{head}-{tail}", words):
        return False
    if left.isupper() and len(left) > 1:
        return right.isupper() and len(right) > 2
    if right[0].isupper() or _CODE_BEFORE.search(head) or _CODE_AFTER.match(tail):
        return False
    if len(left) == 1 or (left.lower() in _COMPOUNDS and len(right) >= _WHOLE_WORD):  # X-ray, self-employed
        return False
    if (left[-1] < _AFTER_LATIN) != (right[0] < _AFTER_LATIN):
        return False
    known = len(right) >= _WHOLE_WORD or left.lower() in _PREFIXES or _seen(left, words)
    return not (known and _seen(right, words))


def _seen(word: str, words: set[str]) -> bool:
    if word in words or f"{word}," in words:
        return True
    small = word.lower()
    return small in words or f"{small}," in words or f"{small}." in words
