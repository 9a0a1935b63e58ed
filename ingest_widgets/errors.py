"""What can go wrong, in one tree.

    IngestError
    ├── SourceError             (also ValueError)
    │   └── SourceNotFound      (also FileNotFoundError)
    ├── CorpusError
    │   ├── CorpusNotFound      (also FileNotFoundError)
    │   ├── CorpusNotWritable   (also PermissionError)
    │   ├── CorpusLocked
    │   ├── CorpusDamaged
    │   ├── CorpusTooNew
    │   ├── CorpusForeign       the file is something else
    │   └── CorpusFull          the disk is full
    ├── SettingsError           (also ValueError)
    ├── EngineError             (also ValueError) an unknown or broken engine
    ├── MissingExtra            (also ImportError) carries its pip line
    └── IngestFailed            `on_error="raise"`: carries the records that failed
    RunSyncTimeout              a concurrent.futures.TimeoutError

Every message is one line and holds the cure. All of them survive pickling.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from concurrent.futures import TimeoutError as FuturesTimeoutError
from typing import TYPE_CHECKING

from ingest_widgets.printable import one_line

if TYPE_CHECKING:
    from ingest_widgets.documents import FileRecord


CLOSE_FILES = "close some, or allow more with `ulimit -n 4096` in the shell that starts Python"
"""The cure where too many files are open."""


def is_too_many_open(error: BaseException | None) -> bool:
    """Whether this process, or the system, may open no more files."""
    return isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)


class IngestError(Exception):
    """The base of everything this package raises on purpose."""

    def __str__(self) -> str:
        """One line, whatever names are in it."""
        return one_line(super().__str__())


class SourceError(IngestError, ValueError):
    """A source that can't be used as it was given."""


class SourceNotFound(SourceError, FileNotFoundError):
    """A source that doesn't exist."""

    # That of ValueError comes first and can't make an OSError; it is asked for by name in tblib, by which Dask pickles.
    __new__ = FileNotFoundError.__new__  # type: ignore[assignment]


class CorpusError(IngestError):
    """A corpus that can't be opened, read or written."""


class CorpusNotFound(CorpusError, FileNotFoundError):
    """A corpus that was to be read but doesn't exist."""


class CorpusNotWritable(CorpusError, PermissionError):
    """A corpus on a read-only place, or one opened with `read_only=True`."""


class CorpusLocked(CorpusError):
    """Another writer kept the corpus for longer than the wait."""


class CorpusDamaged(CorpusError):
    """A corpus whose file is broken; it is left as it is."""


class CorpusTooNew(CorpusError):
    """A corpus written by a later version of this package; it is left as it is."""


class CorpusForeign(CorpusError):
    """A file that is no corpus; it is left as it is."""


class CorpusFull(CorpusError):
    """No room left on the disk; what was finished is kept."""


class SettingsError(IngestError, ValueError):
    """A setting with a name or a value that can't be used."""


class EngineError(IngestError, ValueError):
    """An engine that isn't installed or can't be used."""


class MissingExtra(IngestError, ImportError):
    """An optional library that isn't installed.

    Args:
        library: The name of the distribution that is missing.
        extra: The extra of this package that brings it.
        purpose: What needs it, as the start of the sentence.
    """

    def __init__(self, library: str, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs {library}: pip install 'ingest-widgets[{extra}]'")
        self.library, self.extra, self.purpose = library, extra, purpose

    def __reduce__(self) -> tuple[type[MissingExtra], tuple[str, str, str]]:
        return type(self), (self.library, self.extra, self.purpose)


class IngestFailed(IngestError):
    """Some files failed and `on_error="raise"` was asked for.

    Args:
        records: The records of the files that failed, in name order.
    """

    def __init__(self, records: Sequence[FileRecord]) -> None:
        self.records = list(records)
        shown = "; ".join(f"{r.name} ({r.reason})" for r in self.records[:5])
        rest = f" and {len(self.records) - 5} more" if len(self.records) > 5 else ""
        noun = "file" if len(self.records) == 1 else "files"
        super().__init__(f"{len(self.records)} {noun} failed: {shown}{rest}; the others are in the corpus")

    def __reduce__(self) -> tuple[type[IngestFailed], tuple[list[FileRecord]]]:
        return type(self), (self.records,)


class RunSyncTimeout(FuturesTimeoutError):
    """`run_sync` waited as long as it was told to; the coroutine was cancelled.

    Args:
        what: The qualified name of the coroutine.
        timeout: The limit, in seconds.
        left_behind: It hasn't ended on its cancellation: it still runs, and nobody waits for it any more.
    """

    def __init__(self, what: str, timeout: float, left_behind: bool = False) -> None:
        end = ", but goes on in spite of its cancellation: it is left behind" if left_behind else " and was cancelled"
        super().__init__(f"{what} took longer than timeout={timeout:g} s{end}")
        self.what, self.timeout, self.left_behind = what, timeout, left_behind

    def __reduce__(self) -> tuple[type[RunSyncTimeout], tuple[str, float, bool]]:
        return type(self), (self.what, self.timeout, self.left_behind)
