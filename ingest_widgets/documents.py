"""The nouns that travel between the rooms: frozen, picklable, and JSON-able through `to_dict`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ingest_widgets.statuses import Reason, Status

if TYPE_CHECKING:
    from pydantic import SecretStr

    from ingest_widgets.tables import Cell

FileKey = tuple[str, str]
"""What tells a file from every other: its kind and its path."""


class _Noun:
    """`to_dict` for the dataclasses below."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain JSON-able values."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]


class _Shown(_Noun):
    """One that somebody may end a cell with: it shows itself as a small table."""

    __slots__ = ()

    def _table(self) -> tuple[str, Sequence[str], Sequence[Sequence[Cell]]]:
        """A sentence, the columns, the rows."""
        raise NotImplementedError

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        from ingest_widgets.tables import html_table  # a worker never shows anything

        return {"text/plain": repr(self), "text/html": html_table(*self._table())}


@dataclass(frozen=True, slots=True)
class SourceFile(_Noun):
    r"""One file that the user named, before anything was read of it.

    Attributes:
        name: The path below the source with `/` between its parts; valid UTF-8 (other bytes as `\xNN`).
        path: What identifies the file among those of its kind: its resolved absolute path, its URL without a password,
            or the name of an upload. A local path may hold the surrogates of `os.fsdecode`, so that it opens the very
            file.
        kind: Where the bytes are.
        size: In bytes; None when the place doesn't say.
        mtime_ns: Time of the last change in nanoseconds; None when the place doesn't say.
        folder: The name of the folder the source lies in: it goes in front of `name` when that is taken.
        data: The bytes of an upload.
        problem: Why it can't be read, known without reading it: (reason, one sentence with the cure).
        address: The URL as it was given, when it has a password in it; this is never kept.
    """

    name: str
    path: str
    kind: Literal["file", "url", "upload"] = "file"
    size: int | None = None
    mtime_ns: int | None = None
    folder: str = ""
    data: bytes | None = field(default=None, repr=False)
    problem: tuple[Reason, str] | None = None
    address: SecretStr | None = None

    @property
    def key(self) -> FileKey:
        """The kind and the path: an upload may bear the path of a file as its name."""
        return self.kind, self.path


class ScannedLine(NamedTuple):
    """A piece of a line that OCR read, and where.

    Points from the top left of the page as it is shown, around which the box is then turned: by degrees, by the clock.
    """

    left: float
    top: float
    right: float
    bottom: float
    text: str
    angle: float = 0.0


@dataclass(frozen=True, slots=True, repr=False)
class Page(_Shown):
    r"""One page of text.

    Attributes:
        file: The name of the file's record.
        number: Counted from 1.
        text: Valid UTF-8, lines end with `\n`, paragraphs with an empty line where the engine can tell.
        engine: Which engine made it, e.g. `pdfium`, `pdfium+repair`, `pypdf`, `ocr`.
        warnings: What a reader should know, a sentence each.
    """

    file: str
    number: int
    text: str
    engine: str
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Page(file={self.file!r}, number={self.number}, {_characters(self.text)})"

    def _table(self) -> tuple[str, Sequence[str], Sequence[Sequence[Cell]]]:
        title = ". ".join([f"{self.file}, page {self.number} ({self.engine})", *self.warnings])
        return title, ("text",), _lines(self.text)


@dataclass(frozen=True, slots=True)
class Extraction(_Noun):
    """What came out of one file (or of a range of its pages), before it is in a corpus.

    Attributes:
        status: `INGESTED`, `PARTIAL`, `FAILED` or `CANCELLED`; `UNCHANGED` when the hash was the known one.
        reason: None when all is well.
        detail: One sentence with the cure; empty when all is well.
        page_count: The pages that the document says it has, read or not; None when it couldn't be opened.
        pages: In order; numbers may be missing.
        sha256: Hex; None when the file couldn't be read to its end.
        size: Bytes that were hashed.
        mtime_ns: Of the file as it was hashed.
        engine: The engine of most pages; None without pages.
        seconds: Wall-clock time of the work on this file.
        title: As the PDF says; empty when it doesn't.
        author: As the PDF says; empty when it doesn't.
        warnings: What a reader should know, a sentence each.
        scanned: What OCR found on the pages that it read, in the order of reading, by the page's number.
        missing: The pages that were to be read and couldn't be, and why, by their numbers; `warnings` names them too.
    """

    status: Status
    reason: Reason | None = None
    detail: str = ""
    page_count: int | None = None
    pages: tuple[Page, ...] = ()
    sha256: str | None = None
    size: int | None = None
    mtime_ns: int | None = None
    engine: str | None = None
    seconds: float = 0.0
    title: str = ""
    author: str = ""
    warnings: tuple[str, ...] = ()
    scanned: Mapping[int, tuple[ScannedLine, ...]] = field(default_factory=dict)
    missing: Mapping[int, Reason] = field(default_factory=dict)


def missing_in_words(missing: Mapping[int, Reason]) -> list[str]:
    """Which pages are missing and why, a sentence each reason."""
    by_reason: dict[Reason, list[int]] = {}
    for number, reason in missing.items():
        by_reason.setdefault(reason, []).append(number)
    return [f"missing ({reason}): {pages_in_words(numbers)}" for reason, numbers in by_reason.items()]


def pages_in_words(numbers: Sequence[int]) -> str:
    """Such as `page 2` or `pages 2, 5-9`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    shown = ", ".join("-".join(map(str, run)) for run in runs[:40]) + (", ..." if len(runs) > 40 else "")
    return f"{'page' if len(numbers) == 1 else 'pages'} {shown}"


@dataclass(frozen=True, slots=True)
class FileRecord(_Shown):
    """What a corpus knows of one file.

    Attributes:
        name: The path below the source (an upload's name), unique in the corpus.
        path: Absolute, or the URL.
        status: `ingested`, `partial`, `failed` or `cancelled`.
        reason: Why it isn't simply ingested; None when it is.
        detail: One sentence with the cure; empty when all is well.
        pages: How many pages the corpus holds of it.
        bytes: Its size; None when unknown.
        sha256: Hex; None when it was never read to the end.
        engine: The engine of most pages; None without pages.
        seconds: What reading it took.
        title: As the PDF says; empty when it doesn't.
        author: As the PDF says; empty when it doesn't.
        warnings: What a reader should know, a sentence each; also what its pages warn of.
    """

    name: str
    path: str
    status: Status
    reason: Reason | None
    detail: str
    pages: int
    bytes: int | None
    sha256: str | None
    engine: str | None
    seconds: float
    title: str
    author: str
    warnings: tuple[str, ...] = ()

    def _table(self) -> tuple[str, Sequence[str], Sequence[Sequence[Cell]]]:
        values = {**self.to_dict(), "warnings": " ".join(self.warnings)}
        return values.pop("name"), ("field", "value"), [[name, value] for name, value in values.items()]


@dataclass(frozen=True, slots=True, repr=False)
class Chunk(_Shown):
    """A piece of text of about the asked size.

    Attributes:
        text: Exactly the characters `start:end` of the file's pages joined with a form feed.
        file: The name of the file's record.
        first_page: Number of the page it begins on, from 1.
        last_page: Number of the page it ends on.
        start: Offset of its first character in the text of `first_page`.
        end: Offset after its last character in the text of `last_page`.
    """

    text: str
    file: str
    first_page: int
    last_page: int
    start: int
    end: int

    def __repr__(self) -> str:
        last = "" if self.last_page == self.first_page else f", last_page={self.last_page}"
        return f"Chunk(file={self.file!r}, first_page={self.first_page}{last}, {_characters(self.text)})"

    def _table(self) -> tuple[str, Sequence[str], Sequence[Sequence[Cell]]]:
        alone = self.last_page == self.first_page
        pages = f"page {self.first_page}" if alone else f"pages {self.first_page} to {self.last_page}"
        return f"{self.file}, {pages}", ("text",), _lines(self.text)


@dataclass(frozen=True, slots=True, repr=False)
class Hit(_Shown):
    """One page that matches a query.

    Attributes:
        file: The name of the file's record.
        page: Its number in the file, from 1.
        score: Higher is better (BM25, or the sum of reciprocal ranks); comparable within one search only.
        snippet: Plain text on one line around the matches; of a page that only its nearness brought, the beginning
            of the nearest chunk.
        spans: (start, end) of each match in `snippet`, in order, not overlapping.
    """

    file: str
    page: int
    score: float
    snippet: str
    spans: tuple[tuple[int, int], ...] = ()

    def __repr__(self) -> str:
        return f"Hit(file={self.file!r}, page={self.page}, score={self.score:.3g}, {_shortened(self.snippet, 60)!r})"

    def _table(self) -> tuple[str, Sequence[str], Sequence[Sequence[Cell]]]:
        from ingest_widgets.tables import Marked

        row: list[Cell] = [self.file, self.page, self.score, Marked(self.snippet, self.spans)]
        return "1 page", ("file", "page", "score", "text"), [row]


def _lines(text: str) -> list[list[Cell]]:
    return [[line] for line in text.splitlines() if line.strip()]


def _characters(text: str) -> str:
    return f"{len(text):,} character{'' if len(text) == 1 else 's'}"


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}\u2026"


@dataclass(frozen=True, slots=True)
class RunSummary(_Shown):
    """What one run did: `str(summary)` is the sentence that terminal, notebook and panel show.

    Attributes:
        ingested: Files that were read to their last page.
        unchanged: Files that were in the corpus already and needn't be read again.
        partial: Files of which some pages are missing.
        failed: Files that couldn't be read.
        cancelled: Files that weren't read, or not to the end, because the run was stopped.
        pages: Pages that this run brought into the corpus.
        seconds: Wall-clock time of the run.
        note: What to say of a run without files.
    """

    ingested: int = 0
    unchanged: int = 0
    partial: int = 0
    failed: int = 0
    cancelled: int = 0
    pages: int = 0
    seconds: float = 0.0
    note: str = ""

    @classmethod
    def of(cls, counts: Mapping[Status, int], *, pages: int = 0, seconds: float = 0.0, note: str = "") -> RunSummary:
        """From the number of files by what they count as."""
        return cls(
            ingested=counts.get(Status.INGESTED, 0),
            unchanged=counts.get(Status.UNCHANGED, 0),
            partial=counts.get(Status.PARTIAL, 0),
            failed=counts.get(Status.FAILED, 0),
            cancelled=counts.get(Status.CANCELLED, 0),
            pages=pages,
            seconds=seconds,
            note=note,
        )

    @property
    def files(self) -> int:
        """All files of the run."""
        return sum(getattr(self, f.name) for f in fields(self)[:5])

    @property
    def sentence(self) -> str:
        """Such as `12 files: 8 ingested, 4 failed`."""
        counts = [f"{getattr(self, f.name):,} {f.name}" for f in fields(self)[:5] if getattr(self, f.name)]
        head = f"{self.files:,} {'file' if self.files == 1 else 'files'}"
        return ": ".join(filter(None, [head, ", ".join(counts) or self.note]))

    def __str__(self) -> str:
        return self.sentence

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {**super(RunSummary, self)._repr_mimebundle_(), "text/plain": self.sentence}

    def _table(self) -> tuple[str, Sequence[str], Sequence[Sequence[Cell]]]:
        return self.sentence, (), ()
