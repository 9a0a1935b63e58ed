"""Words that a line end has cut: joined or kept apart by what the rest of the document writes."""

from __future__ import annotations

import re
from collections.abc import Callable

from ingest_widgets.engines.files.producers import Cuts
from ingest_widgets.engines.pieces.line_ends import CUT

LINE_END = "\n"
KEPT = "-" + 2 * LINE_END
"""What stands for a cut behind which the word doesn't go on."""
_SOFT = "\u00ad"
BOUND = "\u2060"
"""What stands before a cut whose hyphen is the author's; a soft hyphen, where it surely isn't."""
HYPHEN = "\u2010"
"""What browsers draw where they cut a word; pdfium takes it for a sign like any other."""
_CUT_BY_BROWSER = HYPHEN + LINE_END
_LETTERS_BEFORE = re.compile(r"[^\W\d_]+$")
_LETTERS_AFTER = re.compile(r"[^\W\d_]+")
# Ligatures in fonts without a map to text are control characters still, see `glyphs`.
_CODES = "\x0b\x0c\r\x0e\x0f\x1b\x1c\x1d\x1e\x1f"
_FIRST_WORD = re.compile(rf"[ \t]*((?:\S|[{_CODES}])+)")  # some of the codes count as space
_CODED_BEFORE = re.compile(rf"(?:[^\W\d_]|[{_CODES}])+$")
_CODED_AFTER = re.compile(rf"(?:[^\W\d_]|[{_CODES}])+")
_CODE_BEFORE = re.compile(r"[-_\\=<>@]|\w[.:]\w|^\W*/\w")
_KIND_OF_FILES = re.compile(r"[^\w.]*\.[^\W_]+$")
# A figure behind a long word is the number of a note.
_CODE_AFTER = re.compile(r"[^\W\d_]+(?:-\w|[_\\=(@]|/(?![^\W\d_])|[.:]\w)|[^\W\d_]{1,5}\d")
_LAST_PART = re.compile(rf"-((?:[^\W\d_]|[{_CODES}])+)")
_AND_OR = frozenset("and or und oder bzw och eller og oraz lub и или".split())
_AFTER_LATIN = "\u0370"
# Counted within the lines of 2,500 manuals and papers: with a hyphen three times as often as without, and mostly far
# more often, where a word may be cut at all, as 183 times X-related and 14 times Xrelated. Longer words so begun:
_COMPOUNDS = frozenset("cross double fixed floating higher non quasi self single third user well".split())
_LAST_PARTS = frozenset(  # the document's own are added
    "aware based capable checking compatible compliant conforming consuming delimited dependent derived dimensional "
    "driven enabled encoded endian facing free friendly generated grained handling independent insensitive installed "
    "intensive level like looking made mapped oriented party prone provided purpose quality readable related sensitive "
    "separated shaped sided specific supplied supported terminated threaded valued wide world writable".split()
)
_PREFIXES = _COMPOUNDS | {"multi", "semi"}  # mostly written with a hyphen
# Never written with one; most are words, and so is what stands behind them.
_ALWAYS_JOINED = frozenset(
    "an be cor dis every ex ge giga im in inter kilo mis mono out over per pro some sur trans un under ver".split()
)
_GERMAN_VERB = re.compile(
    "(?:ab|an|auf|aus|dar|ein|er|her|hin|nach|um|unter|über|vor|weg|weiter|zu)(?:be|ein|ge|ver|zu)?"
)
_ENDINGS = frozenset("ability able ever fully less more though where".split())  # are words as well
_PARTICIPLE = re.compile(r"\w{3,}ly-\w+ed", re.ASCII)  # as in newly-installed
_LINKING = re.compile("(?:heit|ing|ion|jon|keit|schaft|tät|ung)s$")  # an s that joins, as in Verwaltungssoftware
_WHOLE_WORD = 5  # letters: a shorter tail that is a word may be an ending as well
_MOST_CUTS = 5_000  # a page; more is no text, and each costs as much as the word that it makes is long
_MOST_WORDS = 300_000
_WAITING_PAGES = 64
_EVERY_PAGE = 30
_LATER_PAGES = 3
_TRUST = 3  # hyphens


class Vocabulary:
    """The words of a document's pages, as far as they were read; of long documents a part is enough.

    And whether its hyphens at line ends cut words at all: what a browser prints, or most of what an office suite
    does, has only those that the author wrote.

    Args:
        cuts: How the producer cuts words.
    """

    def __init__(self, cuts: Cuts = Cuts.UNKNOWN) -> None:
        self._words: set[str] = set()  # as they were written, with the punctuation that clings to them
        self._waiting: list[str] = []
        self._pages = 0
        self._last_parts: set[str] = set()
        self._kept = _TRUST if cuts in (Cuts.SELDOM, Cuts.BY_SIGN) else 0  # hyphens at line ends that aren't cuts
        self._open = 0  # those of which nothing is known
        self.knows_sign = cuts is Cuts.BY_SIGN
        """What a browser draws where it cuts a word is nothing else."""
        self.cuts_words = cuts is Cuts.OFTEN
        """Whether a word that a hyphen cut stands elsewhere in one piece, or nobody needs to ask."""

    def count(self, joined: bool | None) -> None:
        """Takes in what is known of a plain hyphen at a line end; see `_joins`."""
        self.cuts_words |= joined is True
        self._kept += joined is False
        self._open += joined is None

    @property
    def keeps_hyphens(self) -> bool:
        """Whether hyphens at line ends of which nothing is known belong to their words."""
        return not self.cuts_words and self._kept >= max(self._open, 1)

    def add(self, text: str) -> None:
        """Takes a page in; its words are only cut apart when somebody asks: most documents never do."""
        self._waiting.append(text)
        if len(self._waiting) > _WAITING_PAGES:
            del self._waiting[0]

    def gather(self) -> None:
        """Cuts the pages apart that wait for it; the questions below are about words that were gathered."""
        for text in self._waiting:
            self._pages += 1
            if len(self._words) > _MOST_WORDS:
                break
            if self._pages <= _EVERY_PAGE or self._pages % _LATER_PAGES == 0:
                if HYPHEN in text:  # looking for one sign takes a tenth of the time
                    text = text.replace(_CUT_BY_BROWSER, CUT).replace(HYPHEN, "-")
                self._words.update(text.split())
                self._last_parts.update(_LAST_PART.findall(text))
        self._waiting.clear()

    def has(self, word: str) -> bool:
        """Whether it stands anywhere, by itself or before a comma, or in small letters."""
        words, small = self._words, word.lower()
        return word in words or f"{word}," in words or small in words or f"{small}," in words or f"{small}." in words

    def knows(self, word: str) -> bool:
        """The same for who asks seldom: the pages that wait are gathered first."""
        self.gather()
        return self.has(word)

    def ends_others(self, part: str) -> bool:
        """Whether it stands behind a hyphen elsewhere."""
        return part in self._last_parts

    def binds(self, left: str, right: str) -> bool:
        """Whether these are a word and what stands behind a hyphen elsewhere as well, as in X-based or apt-get."""
        return len(left) > 2 and (right in _LAST_PARTS or (right in self._last_parts and self.has(left)))


def is_cut(before: str, after: str) -> bool:
    """Whether a plain hyphen at the end of one line cuts a word that the next one goes on with."""
    return before[-1:] == "-" and before[-2:-1].isalpha() and after[:1].islower()


def join_hyphens(text: str, vocabulary: Vocabulary) -> str:
    """Joins words over line ends; a joined word stays in the upper line, as a typist would put it.

    Evidence first: the joined word occurs elsewhere, or the compound does in the middle of a line. Without any,
    capitals, figures and code keep their hyphen, and so does a second part that is a word of the document or the end
    of other compounds, and all of them in a document that doesn't cut words. Before "and" and "or" the hyphen stands
    for a word that is left out.
    """
    cut, plain, by_browser = text.count(CUT), text.count("-\n"), HYPHEN in text and _CUT_BY_BROWSER in text
    if cut + plain > _MOST_CUTS:
        return text.replace(CUT, "-" + LINE_END)
    if cut or plain or by_browser:
        vocabulary.gather()
    if cut and BOUND + CUT in text:
        text = _mended(text, BOUND + CUT, lambda head, tail: "- " if tail in _AND_OR else "-")
    if cut and _SOFT + CUT in text:
        text = _mended(text, _SOFT + CUT, lambda head, tail: "")
    if CUT in text:
        if not vocabulary.cuts_words:
            _mended(text, CUT, lambda head, tail: _counted(head, tail, vocabulary))
        keep = vocabulary.keeps_hyphens
        text = _whole(text, lambda head, tail: _sign(head, tail, vocabulary, keep))
    if by_browser:
        sure = vocabulary.knows_sign
        text = _whole(
            text.replace(_CUT_BY_BROWSER, CUT), lambda head, tail: "" if sure else _sign(head, tail, vocabulary)
        )
    if _SOFT in text:
        text = _mended(text, _SOFT + LINE_END, lambda head, tail: "")
    if plain:  # pdfium didn't take it for a cut: only evidence joins here
        text = _mended(text, "-\n", lambda head, tail: _unmarked(head, tail, vocabulary))
    return text


def _whole(text: str, hyphen: Callable[[str, str], str]) -> str:
    head, _, last = text.rpartition(CUT)
    # The word goes on on the next page: these are numbers of this one. Most lines don't begin with a figure.
    if last.lstrip()[:1].isdigit() and "".join(last.split()).isdigit():
        text = head + KEPT + last
    return _mended(text, CUT, hyphen)


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


def _unmarked(head: str, tail: str, vocabulary: Vocabulary) -> str | None:
    if head[-1] in _CODES or tail[0] in _CODES:  # pdfium looks for letters around a cut
        return _sign(head, tail, vocabulary)
    if not (tail[0].islower() and head[-1].isalpha()):
        return None
    if vocabulary.has(head + tail):
        return ""
    return "- " if tail in _AND_OR else "-"


def _counted(head: str, tail: str, vocabulary: Vocabulary) -> None:
    if head[-1].isalpha() and tail[0].isalpha():
        vocabulary.count(_joins(head, tail, vocabulary))


def _sign(head: str, tail: str, vocabulary: Vocabulary, keep: bool = False) -> str:
    joined = _joins(head, tail, vocabulary)
    if joined or (joined is None and not keep):
        return ""
    return "- " if tail in _AND_OR else "-"


def _joins(head: str, tail: str, vocabulary: Vocabulary) -> bool | None:
    """Whether the parts are one word without a hyphen; None if only nothing is known against it."""
    before = _LETTERS_BEFORE.search(head) or _CODED_BEFORE.search(head)
    after = _LETTERS_AFTER.match(tail) or _CODED_AFTER.match(tail)
    if before is None or after is None:
        return vocabulary.has(head + tail)
    left, right = before.group(), after.group()
    if vocabulary.has(left + right) or vocabulary.has(head + tail):
        return True
    if vocabulary.has(f"{left}-{right}") or vocabulary.has(f"{head}-{tail}") or tail in _AND_OR:
        return False
    if _CODE_BEFORE.search(head) or _CODE_AFTER.match(tail):
        return False
    if _KIND_OF_FILES.match(head) and vocabulary.ends_others(right):  # as in .pk-files; .cvsignore is one word
        return False
    return None if _may_be_cut(left, right, vocabulary) else False


def _may_be_cut(left: str, right: str, vocabulary: Vocabulary) -> bool:
    if left.isupper() and len(left) > 1:
        return right.isupper() and len(right) > 2 and not (vocabulary.has(left) or vocabulary.has(right))
    if right[0].isupper():
        return False
    small = left.lower()
    if small in _ALWAYS_JOINED or _GERMAN_VERB.fullmatch(small) or right in _ENDINGS:
        return True
    if vocabulary.binds(left, right) or _PARTICIPLE.fullmatch(f"{small}-{right}"):
        return False
    if len(right) > 3 and small.endswith(right):  # as Malay has its plurals
        return False
    if len(left) == 1 or (small in _COMPOUNDS and len(right) >= _WHOLE_WORD):  # X-ray, self-employed
        return False
    if (left[-1] < _AFTER_LATIN) != (right[0] < _AFTER_LATIN):
        return False
    whole = len(right) >= _WHOLE_WORD and not _LINKING.search(small)
    known = whole or small in _PREFIXES or vocabulary.has(left)
    return not (known and vocabulary.has(right))
