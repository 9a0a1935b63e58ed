"""A file that is exported: written beside its place first, it appears there whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from ingest_widgets.corpus.arguments import export_path
from ingest_widgets.errors import CLOSE_FILES, IngestError, is_too_many_open

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def appearing_whole(corpus: Path, path: str | os.PathLike[str]) -> Iterator[tuple[Path, Path]]:
    """The place asked for and a file beside it, which takes that place at the end or vanishes.

    What an export that was killed has left beside that place vanishes as well.

    Raises:
        TypeError: It is no path.
        IngestError: The file can't be written, or it is the corpus.
    """
    target = export_path(path)
    if _is_of(corpus, target):
        raise IngestError(f"{target} is the corpus itself, the export would replace it: give another path")
    place = Path(os.path.realpath(target))  # a link stays one, as when something is written through it
    try:
        if os.path.exists(place) and not os.access(place, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        _sweep(place)
        with _unfinished(place) as unfinished:
            yield target, unfinished
            if os.path.exists(place):
                shutil.copymode(place, unfinished)  # who may read it now may read what takes its place
            os.replace(unfinished, place)
    except OSError as error:
        raise IngestError(f"{target} can't be written ({error.strerror or error}): {_cure(error)}") from error


def _cure(error: OSError) -> str:
    if is_too_many_open(error):
        return CLOSE_FILES
    return "make room and export again" if error.errno in _FULL else "give a path in a folder you may write"


@contextmanager
def _unfinished(place: Path) -> Iterator[Path]:
    """A new file, locked as long as its export is alive; taken away in the end unless it has another name by then."""
    descriptor, path = _created(place)
    try:
        yield path
    finally:
        with suppress(OSError):  # where it could be neither written nor looked for
            path.unlink()
        if descriptor is not None:
            os.close(descriptor)


def _created(place: Path) -> tuple[int | None, Path]:
    while True:
        # Of a long name the beginning: with all of it this one would be too long.
        path = place.with_name(f"{_beginning(place)}.{uuid4().hex}.part")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        if fcntl is None:
            os.close(descriptor)  # what is open can't take another name there
            return None, path
        if _lock(descriptor) is not False and path.exists():
            return descriptor, path
        os.close(descriptor)  # swept away by another export before it had its lock


def _lock(descriptor: int) -> bool | None:
    """Whether it was free to be locked, and now is; None where the file system has no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _sweep(place: Path) -> None:
    """Takes away what exports to this place left that are no longer alive, so that nobody holds a lock."""
    if fcntl is None:
        return
    left = re.compile(rf"{re.escape(_beginning(place))}\.[0-9a-f]{{32}}\.part")
    with suppress(OSError), os.scandir(place.parent) as entries:
        for entry in entries:
            if left.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                _remove_unless_locked(entry.path)


def _remove_unless_locked(path: str) -> None:
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDWR)
        try:
            if _lock(descriptor):
                os.unlink(path)
        finally:
            os.close(descriptor)


def _beginning(place: Path) -> str:
    return place.name[:40]


def _is_of(corpus: Path, target: Path) -> bool:
    """Whether the target is the corpus or one of the files that SQLite keeps beside it."""
    main, asked = os.path.realpath(corpus), os.path.realpath(target)
    files = [f"{main}{ending}" for ending in ("", "-wal", "-shm", "-journal")]
    if asked in files:
        return True
    # By another name: a hard link, or other letters where the file system takes them for the same.
    return os.path.exists(asked) and any(os.path.exists(file) and os.path.samefile(file, asked) for file in files)
