"""What the index takes up of a page, apart from the text that is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ingest_widgets.corpus.words.headings import headings
from ingest_widgets.corpus.words.marked import marked_words
from ingest_widgets.corpus.words.signs import NON_JOINER, bare, is_plain, paired

# A word to SQLite, and none to a query: so no phrase reaches from one heading into the next.
_BETWEEN = "\n\ue000\n"


class PageWords(NamedTuple):
    """What is searched; all of it is bare, and signs of scripts that don't part words are in pairs.

    Attributes:
        headings: What weighs more: the file's title on its first page, and the page's headings. None without any.
        parts: Those of words with a non-joiner in them, and the words with marks. None without any.
        bare: The text. None when it is the same as the one that is shown.
    """

    headings: str | None
    parts: str | None
    bare: str | None


def page_words(text: str, title: str = "") -> PageWords:
    """What is searched of a page with this text, which is the first one when there is a title."""
    weighed = _BETWEEN.join(filter(None, [title, *headings(text)])) or None
    if is_plain(text) and is_plain(title):
        return PageWords(weighed, _BETWEEN.join(marked_words(f"{title}\n{text}")) or None, None)
    bare_text = bare(text)
    searched = paired(bare_text)
    parts = _BETWEEN.join([*_parts(text), *marked_words(f"{bare(title)}\n{bare_text}")]) or None
    return PageWords(weighed and paired(bare(weighed)), parts, None if searched == text else searched)


def _parts(text: str) -> Iterable[str]:
    """Each word with a non-joiner once more, as two words: in Persian the latter is often an ending."""
    if NON_JOINER not in text:
        return ()
    return dict.fromkeys(paired(bare(word.replace(NON_JOINER, " "))) for word in text.split() if NON_JOINER in word)
