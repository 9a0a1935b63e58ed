"""What the user named becomes a list of `SourceFile`s: names and sizes only, nothing is read here.

A folder is walked without recursion of Python and without following symlinked folders. Whatever carries a PDF's name
but can't be read (a pipe, a dangling link, a folder that may not be listed) is listed with its problem, for
its record.
"""

from __future__ import annotations

import errno
import glob
import os
import stat
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.request import url2pathname

from ingest_widgets.documents import FileKey, SourceFile
from ingest_widgets.errors import SourceError, SourceNotFound
from ingest_widgets.numbered import with_folders
from ingest_widgets.printable import printable, valid_utf8
from ingest_widgets.sources.globs import matches
from ingest_widgets.sources.passwords import without_password
from ingest_widgets.sources.patience import Patience
from ingest_widgets.sources.servers import ask_all, ask_alone
from ingest_widgets.sources.uploads import Uploads
from ingest_widgets.sources.urls import check_url
from ingest_widgets.statuses import Reason

Source = Any  # a path, a folder, a glob, a URL, a (name, bytes) pair, or an iterable of these

_KINDS = "a path, a folder, a glob, a URL, a (name, bytes) pair, or a list of these"
_SPECIAL = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class Listing:
    """What a user named. What lies here is listed at once; a URL when `files` is asked for, since servers may stall.

    Attributes:
        unlisted: The URLs that no server was asked for yet.

    Raises:
        SourceNotFound: A path or folder doesn't exist.
        SourceError: An upload without a name, or a URL with a broken login.
        MissingExtra: A URL without fsspec.
        TypeError: Something that is no source at all.
    """

    def __init__(self, source: Source) -> None:
        self._found = list(_expand(source))
        self._behind: dict[str, list[SourceFile]] = {}
        self.unlisted = list(dict.fromkeys(url for url in self._found if isinstance(url, str)))
        self._is_one = isinstance(source, str | os.PathLike)

    def files(self, patience: Patience) -> list[SourceFile]:
        """All files in name order; a file that is named twice is listed once.

        Of two files with one name the later has its folder's in front; of two uploads with one name and different bytes
        the later is called `name (2)`. Of several sources, a URL that can't be listed is a file with a problem. Once it
        was stopped, what lies behind `unlisted` is missing.

        Args:
            patience: With each URL.

        Raises:
            SourceNotFound: The only source is a URL that doesn't exist.
            SourceError: The only source is a URL that can't be listed.
        """
        with suppress(CancelledError):
            self._ask_servers(patience)
        by_key: dict[FileKey, SourceFile] = {}
        uploads = Uploads()
        for found in self._in_order():
            file = uploads.told_apart(found) if found.kind == "upload" else found
            if (twin := by_key.setdefault(file.key, file)) is not file:
                by_key[file.key] = min(twin, file, key=_strangeness)
        return sorted(_told_apart(by_key.values()), key=lambda file: (file.name, file.path))

    def _ask_servers(self, patience: Patience) -> None:
        if self._is_one and self.unlisted:
            self._behind[self.unlisted[0]] = ask_alone(self.unlisted[0], patience)
            self.unlisted.clear()
        for url, files in ask_all(self.unlisted, patience):
            self._behind[url] = files
            self.unlisted.remove(url)

    def _in_order(self) -> Iterator[SourceFile]:
        for found in self._found:
            yield from self._behind.get(found, []) if isinstance(found, str) else [found]


def _told_apart(files: Iterable[SourceFile]) -> Iterator[SourceFile]:
    """Here, by the order in which they were given: by the order in which they are read no run would name them alike."""
    taken: set[str] = set()
    for file in files:
        if file.name in taken:
            path = "" if file.kind == "upload" else valid_utf8(file.path)
            names = with_folders(file.name, file.folder, path)
            file = replace(file, name=next(name for name in names if name not in taken))
        taken.add(file.name)
        yield file


def describe_source(source: Source) -> str:
    """A short name of the source for sentences such as 'no PDF files in ...'."""
    if isinstance(source, str | os.PathLike):
        return printable(without_password(os.fsdecode(source)))
    return "what was given"


def _strangeness(file: SourceFile) -> tuple[bool, bool]:
    """Of a name. A link and its target are one file: the target's own name speaks for both, unless it lies hidden.

    In a git-annex or DataLad tree, what people see are links into `.git`.
    """
    *folders, name = file.name.split("/")
    return any(folder.startswith(".") for folder in folders), os.path.basename(file.path) != name


def _expand(source: Source) -> Iterator[SourceFile | str]:
    """The files, and URLs as they were given."""
    if isinstance(source, bytes | bytearray | memoryview):
        raise TypeError("bytes need a name: give ingest() a pair such as ('report.pdf', data)")
    if isinstance(source, str | os.PathLike):
        text = os.fsdecode(os.fspath(source))
        if "://" in text and not text.startswith("file://"):
            check_url(text)
            yield text
        else:
            yield from _local(url2pathname(text[7:]) if text.startswith("file://") else text)
    elif isinstance(source, tuple) and len(source) == 2 and isinstance(source[1], bytes | bytearray | memoryview):
        yield _upload(*source)
    elif isinstance(source, tuple) and len(source) == 2 and hasattr(source[1], "read"):
        raise TypeError(f"an upload is a name and bytes: give ({source[0]!r}, stream.read())")
    elif isinstance(source, Iterable) and not isinstance(source, dict):
        for part in source:
            yield from _expand(part)
    else:
        raise TypeError(f"a source is {_KINDS}, not {type(source).__name__}")


def _upload(name: Any, data: bytes | bytearray | memoryview) -> SourceFile:
    if not isinstance(name, str) or not name.strip():
        raise SourceError(f"an upload needs a name such as 'report.pdf', not {name!r}")
    return SourceFile(valid_utf8(name), valid_utf8(name), "upload", len(data), None, data=bytes(data))


def _local(text: str) -> Iterator[SourceFile]:
    if not _can_be_path(text):
        raise SourceNotFound(f"{text!r} is no path: give a folder such as 'papers/'")
    path = text if os.path.lexists(text) else os.path.expanduser(text)
    looked_in = "" if os.path.isabs(path) else f" (looked in {printable(_working_folder())})"
    if os.path.lexists(path):
        yield from _named(path)
    elif glob.has_magic(path):
        yield from _pattern(path)
    else:
        _refuse_closed_folder(path)
        raise SourceNotFound(
            f"{_shown(text)} doesn't exist{looked_in}: check the path, or give a folder, a file, a glob or a URL"
        )


def _can_be_path(text: str) -> bool:
    try:
        return b"\0" not in os.fsencode(text) and text != ""
    except UnicodeEncodeError:  # half of a pair that writes one sign, as text from JavaScript may hold it
        return False


def _shown(text: str) -> str:
    """In quotation marks where a space at its beginning or end would be overlooked."""
    return printable(text) if text == text.strip() else f"'{printable(text)}'"


def _working_folder() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:  # deleted, or deleted and made anew, under a shell or kernel that stayed in it
        raise SourceNotFound(
            "the working directory is gone: change to it anew (cd, os.chdir), or give an absolute path"
        ) from None


def _refuse_closed_folder(path: str) -> None:
    """What is below a folder that may not be entered looks as if it weren't there."""
    try:
        os.lstat(path)
    except PermissionError:
        why = f"{printable(path)} can't be reached, since a folder on the way may not be entered: check its permissions"
        raise SourceError(why) from None
    except OSError:
        return


def _named(path: str) -> Iterator[SourceFile]:
    if os.path.isdir(path):
        yield from _walk(os.path.realpath(path))
    else:
        folder = os.path.dirname(os.path.abspath(path))
        yield _file(os.path.abspath(path), os.path.basename(path), os.path.basename(folder))


def _pattern(pattern: str) -> Iterator[SourceFile]:
    parts = os.path.abspath(pattern).split(os.sep)
    while parts[-1] == "**":  # all below a folder is what a folder means anyway
        parts.pop()
    fixed = next((index for index, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    base = os.sep.join(parts[:fixed]) or os.sep
    if not os.path.isdir(base):
        _refuse_closed_folder(base)
        raise SourceNotFound(
            f"{printable(base)} doesn't exist, so {printable(pattern)} can match nothing: check the path"
        )
    if fixed == len(parts):
        yield from _walk(os.path.realpath(base))
        return
    folder = os.path.basename(base)
    for below, entry in matches(base, parts[fixed:]):
        if isinstance(entry, OSError):
            yield _unlistable(base, below, folder, entry)
        elif not os.path.isdir(entry.path):
            yield _file(entry.path, below, folder)
        elif not entry.is_symlink() and "**" not in parts:
            for file in _walk(os.path.realpath(entry.path)):
                yield replace(file, name=f"{valid_utf8(below)}/{file.name}", folder=valid_utf8(folder))


def _walk(root: str) -> Iterator[SourceFile]:
    """Files named *.pdf below `root`, in no order; `root` is resolved, so only links need resolving."""
    folder_name, waiting = os.path.basename(root), [""]
    while waiting:
        below = waiting.pop()
        try:
            entries = list(os.scandir(os.path.join(root, below)))
        except OSError as error:
            yield _unlistable(root, below, folder_name, error)
            continue
        for entry in entries:
            name = f"{below}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                waiting.append(f"{name}/")
            elif entry.name[-4:].lower() == ".pdf" and not (entry.is_symlink() and os.path.isdir(entry.path)):
                yield _file(entry.path, name, folder_name, entry)


def _unlistable(root: str, below: str, folder: str, error: OSError) -> SourceFile:
    cure = "move it up" if error.errno == errno.ENAMETOOLONG else "check its permissions"
    problem = (Reason.UNREADABLE, f"The folder can't be listed ({error.strerror}): {cure} and run again.")
    path = os.path.join(root, below)
    return SourceFile(valid_utf8(below or folder), path, folder=valid_utf8(folder), problem=problem)


def _file(path: str, name: str, folder: str, entry: os.DirEntry[str] | None = None) -> SourceFile:
    name, folder = valid_utf8(name), valid_utf8(folder)
    linked = entry.is_symlink() if entry else True
    try:
        status = entry.stat() if entry else os.stat(path)
        identity = os.path.realpath(path, strict=True) if linked else path
    except OSError as error:
        # Resolved as far as it goes: a link that is mended later is the same file then.
        problem = (Reason.UNREADABLE, _unreadable(path, error))
        return SourceFile(name, os.path.realpath(path), folder=folder, problem=problem, link=path)
    if stat.S_ISREG(status.st_mode):
        link = path if linked else None
        return SourceFile(name, identity, "file", status.st_size, status.st_mtime_ns, folder, link=link)
    what = next((noun for is_kind, noun in _SPECIAL if is_kind(status.st_mode)), "no regular file")
    sentence = f"It is {what}, not a file: put the PDF itself there."
    return SourceFile(name, identity, folder=folder, problem=(Reason.UNREADABLE, sentence))


def _unreadable(path: str, error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "It is a link that leads back to itself: replace it by the file."
    if os.path.islink(path):
        return "It is a link to a file that doesn't exist: mend the link or remove it."
    return f"It can't be read ({error.strerror}): check that it is still there and that you may read it."
