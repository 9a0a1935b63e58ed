"""What the user named, file by file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ingest_widgets.documents.noun import Noun
from ingest_widgets.statuses import Reason

if TYPE_CHECKING:
    from pydantic import SecretStr

FileKey = tuple[str, str]
"""What tells a file from every other: its kind and its path."""


@dataclass(frozen=True, slots=True)
class SourceFile(Noun):
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
        link: The absolute path of the link that leads to it; None without one.
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
    link: str | None = None

    @property
    def key(self) -> FileKey:
        """The kind and the path: an upload may bear the path of a file as its name."""
        return self.kind, self.path
