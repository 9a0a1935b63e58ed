"""What is looked for: terms, and how they belong together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ingest_widgets.corpus.words.signs import RUN


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for.

    Attributes:
        words: The words, each after the other, without what lies between them; a run of signs of scripts that don't
            part words is one.
        is_prefix: The last word, which is no such run, may go on.
        inflected: The word whose other English forms will do as well when they are asked for; None for what was quoted.
        marked: Those of the words that a mark makes other ones (see `marked_words`), which must be on the page as well.
    """

    words: tuple[str, ...]
    is_prefix: bool = False
    inflected: str | None = None
    marked: tuple[str, ...] = ()

    @property
    def is_one_word(self) -> bool:
        """It is a single whole word, of a script that parts them, and bare."""
        return len(self.words) == 1 and not (self.is_prefix or self.marked or RUN.fullmatch(self.words[0]))


@dataclass(frozen=True, slots=True)
class Query:
    """What must match.

    Attributes:
        groups: Of each group one at least, a term or what stood in parentheses.
        excluded: None of these, which have no files.
        files: Of each group one at least must be in the file's name.
        excluded_files: None may be in it.
        has_file_beside_words: A filter stood in parentheses with words, of which alone it was perhaps meant.
        plain: What is asked for as it was typed, without operators and filters: a question for an embedder.
    """

    groups: tuple[tuple[Part, ...], ...] = ()
    excluded: tuple[Query, ...] = ()
    files: tuple[tuple[str, ...], ...] = ()
    excluded_files: tuple[str, ...] = ()
    plain: str = ""
    has_file_beside_words: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing was asked for."""
        return not (self.groups or self.excluded or self.files or self.excluded_files)

    @property
    def terms(self) -> list[Term]:
        """All that can be marked in a text."""
        parts = (part for group in self.groups for part in group)
        return [term for part in parts for term in (part.terms if isinstance(part, Query) else [part])]

    def loosened(self) -> Query:
        """The same, but any one of the terms is enough."""
        return replace(self, groups=(tuple(self.terms),)) if self.groups else self

    def widened(self, kin_of: Callable[[str], list[str]]) -> Query:
        """The same, but for each word that wasn't quoted its kin will do as well, also of what must not match."""
        groups = tuple(tuple(kin for part in group for kin in _kin(part, kin_of)) for group in self.groups)
        return replace(self, groups=groups, excluded=tuple(query.widened(kin_of) for query in self.excluded))

    def without_marks(self) -> Query:
        """The same for an index that holds no marked words."""
        groups = tuple(tuple(_without_marks(part) for part in group) for group in self.groups)
        return replace(self, groups=groups, excluded=tuple(query.without_marks() for query in self.excluded))

    @property
    def single_word(self) -> str | None:
        """The word when the query is one plain word, in however many spellings, and nothing else."""
        spelt = {"".join(term.words) for term in self.terms}
        if len(self.groups) == len(spelt) == 1 and not (self.excluded or self.files or self.excluded_files):
            return self.terms[0].words[0] if self.terms[0].is_one_word else None
        return None


Part = Term | Query


def _without_marks(part: Part) -> Part:
    return part.without_marks() if isinstance(part, Query) else replace(part, marked=())


def _kin(part: Part, kin_of: Callable[[str], list[str]]) -> list[Part]:
    if isinstance(part, Query):
        return [part.widened(kin_of)]
    if part.inflected is None:
        return [part]
    return [part, *(Term((word,)) for word in kin_of(part.inflected) if (word,) != tuple(map(str.lower, part.words)))]
