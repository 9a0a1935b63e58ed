"""Files that a URL names, through fsspec."""

from __future__ import annotations

import glob
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from dataclasses import replace
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from ingest_widgets.documents import SourceFile
from ingest_widgets.errors import MissingExtra, SourceError
from ingest_widgets.printable import printable, valid_utf8
from ingest_widgets.sources.passwords import (
    broken_login,
    expect_passwords,
    first_line,
    shows_password,
    without_password,
    without_passwords,
)
from ingest_widgets.sources.patience import Patience
from ingest_widgets.statuses import Reason

_LOGGERS = ("fsspec", *(f"fsspec.{part}" for part in ("asyn", "cached", "caching", "generic", "http", "reference")))
"""Those that may name a URL; a logger's filters don't hold for the loggers below it."""

_MISSING = (404, 410)
"""What a server of http answers for what it hasn't got."""

_SLICE_BYTES = 8 * 1024 * 1024
"""Between two of them a fetch that nobody waits for any more ends; a file of this size still takes one request."""

LISTING_TIMES = 5
"""So many times what an answer may take may be spent on a listing: a bucket of a million files takes minutes."""


class Unlisted(Exception):
    """What is behind a URL can't be told.

    Args:
        reason: For the record of a file in its place.
        what: What follows the URL in a sentence about it.
    """

    def __init__(self, reason: Reason, what: str) -> None:
        super().__init__(reason, what)
        self.reason, self.what = reason, what


class NotThere(Unlisted):
    """There is nothing."""


def check_url(url: str) -> None:
    """Refuses what no server needs to be asked for.

    Raises:
        SourceError: Its login is broken.
        MissingExtra: fsspec isn't installed.
    """
    if find_spec("fsspec") is None:
        raise MissingExtra("fsspec", "remote", f"reading {url.split('://')[0]}:// sources")
    if login := broken_login(url):
        raise SourceError(
            f"the password of {printable(login)} ends too early: write / as %2F, ? as %3F and # as %23 in it"
        )


def list_url(url: str, patience: Patience) -> list[SourceFile]:
    """The files behind a URL, in no order.

    Args:
        url: One that `check_url` lets pass.
        patience: With its first answer; `LISTING_TIMES` that with all of them.

    Raises:
        NotThere: There is nothing.
        Unlisted: It can't be listed, for whatever reason the library behind fsspec names, or its server lets us wait
            for too long.
        CancelledError: It was stopped.
    """
    _keep_passwords_from_logs(url)
    try:
        fs, path, base, listed = _asked(url, patience)
    except CancelledError:
        raise
    except TimeoutError:
        why = f"its server took longer than file_timeout_seconds={patience.seconds:g} allows"
        cure = "check that it answers and run again, or raise that setting"
        raise Unlisted(Reason.TIMEOUT, f"can't be listed, {why}: {cure}") from None
    except FileNotFoundError as error:
        raise NotThere(Reason.UNREADABLE, "doesn't exist: check the address") from _showable(error, url)
    except Exception as error:  # noqa: BLE001 - any library may stand behind fsspec, with errors of its own
        why = f"can't be read by fsspec ({first_line(error, url)}): check the address and run again"
        raise Unlisted(Reason.UNREADABLE, why) from _showable(error, url)
    return list(_files(listed, base, _addresses(fs, url, path)))


def _files(listed: Mapping[str, Any], base: str, address: Callable[[str], str]) -> Iterator[SourceFile]:
    folder = base.rstrip("/").rsplit("/", 1)[-1]
    for found, info in listed.items():
        if info.get("type") != "directory":
            shown = without_password(found)
            name = shown[len(base) :].lstrip("/") or shown.rsplit("/", 1)[-1]
            whole = address(found)
            public = without_password(whole)
            secret = None if public == whole else SecretStr(whole)
            size, mtime_ns = info.get("size"), _mtime(info)
            yield SourceFile(valid_utf8(name), public, "url", size, mtime_ns, valid_utf8(folder), address=secret)


def _addresses(fs: Any, url: str, path: str) -> Callable[[str], str]:
    """What makes a URL, good in any other process too, of a path that `fs` listed; `path` is that of `url`."""
    from fsspec.implementations.cached import CachingFileSystem

    first, chained, rest = url.partition("::")
    if chained and isinstance(fs, CachingFileSystem) and "://" not in first:  # the path is that of what is cached
        behind = _addresses(fs.fs, rest, path)
        return lambda found: f"{first}::{behind(found)}"
    if chained:  # such as zip://*.pdf::memory://box.zip
        *links, last = rest.split("::")
        last = last if "://" in last else os.path.abspath(last)
        return lambda found: "::".join([f"{first.partition('://')[0]}://{found}", *links, last])
    # ftp, sftp and github list paths that no longer say the host.
    start, end = url.rstrip("/"), path.rstrip("/")
    lost = fs._get_kwargs_from_urls(url) != fs._get_kwargs_from_urls(fs.unstrip_protocol(path))
    if lost and start.endswith(end):
        return lambda found: f"{start[: len(start) - len(end)]}{found}"
    return lambda found: str(fs.unstrip_protocol(found))


def _asked(url: str, patience: Patience) -> tuple[Any, str, str, dict[str, Any]]:
    """The file system, the path, what the names of files are told without, and what is there."""
    from fsspec.core import url_to_fs

    longer = replace(patience, seconds=LISTING_TIMES * patience.seconds)
    fs, path = longer.wait(lambda: url_to_fs(url))  # of a chain it may fetch what the others lie in
    exists = patience.wait(lambda: _exists(fs, path))
    base, listed = longer.wait(lambda: _listed(fs, path) if exists else _matches(fs, path))
    return fs, path, without_password(base), listed


def _exists(fs: Any, path: str) -> bool:
    fs.invalidate_cache()  # a kernel lives for days: the listing of an earlier run is old
    if fs.exists(path):
        return True
    if not glob.has_magic(path):
        raise _not_there(fs, path)
    return False


def _not_there(fs: Any, path: str) -> Exception:
    """Why. For http a server that refuses, or isn't reached, has no such file either, but that is only the cause."""
    try:
        fs.info(path)
    except FileNotFoundError as error:
        cause = error.__cause__
        if isinstance(cause, Exception) and getattr(cause, "status", 0) not in _MISSING:
            return cause
    return FileNotFoundError(path)


def _listed(fs: Any, path: str) -> tuple[str, dict[str, Any]]:
    if not _is_folder(fs, path):
        return path.rpartition("/")[0], {path: fs.info(path)}
    found = fs.find(path, detail=True)
    return path, {name: info for name, info in found.items() if _is_pdf(name)}


def _is_folder(fs: Any, path: str) -> bool:
    """For http that is a page with links: a server that doesn't say what it sends would send a whole PDF for one."""
    is_file = path.startswith(("http://", "https://")) and _is_pdf(urlsplit(path).path)
    return not is_file and bool(fs.isdir(path))


def _is_pdf(name: str) -> bool:
    return name[-4:].lower() == ".pdf"


def _matches(fs: Any, pattern: str) -> tuple[str, dict[str, Any]]:
    base = pattern[: pattern.index(next(c for c in pattern if c in "*?["))].rpartition("/")[0]
    return base, fs.glob(pattern, detail=True)


def _mtime(info: dict[str, Any]) -> int | None:
    """The time of the last change under whichever key the file system keeps it, in nanoseconds."""
    for key in ("mtime", "LastModified", "last_modified", "updated", "created"):
        value = info.get(key)
        if value is not None:
            seconds = value.timestamp() if hasattr(value, "timestamp") else value
            if isinstance(seconds, int | float):
                return int(seconds * 1e9)
    return None


def fetch(url: str, limit: int, patience: Patience | None = None) -> bytes:
    """The bytes behind a URL, at most `limit` + 1 of them, so that a giant is seen and not swallowed.

    Raises:
        TimeoutError: They didn't come in time.
        CancelledError: It was stopped.
        OSError: They can't be had, whatever the library behind fsspec raised; the message is its first line.
    """
    _keep_passwords_from_logs(url)
    left = threading.Event()
    try:
        return (patience or Patience()).wait(lambda: _read(url, limit + 1, left))
    except CancelledError:
        raise
    except TimeoutError:
        raise TimeoutError("its server stopped sending, or sends too slowly") from None
    except Exception as error:  # noqa: BLE001
        raise OSError(first_line(error, url)) from _showable(error, url)
    finally:
        left.set()


def _read(url: str, most: int, left: threading.Event) -> bytes:
    """At most so many bytes; what has come so far once somebody has left."""
    from fsspec.core import open as open_url

    parts: list[bytes] = []
    with open_url(url, "rb") as stream:
        # A stream of http gives what has just come, however much is asked for.
        while most > 0 and not left.is_set() and (part := stream.read(min(most, _SLICE_BYTES))):
            parts.append(part)
            most -= len(part)
    return b"".join(parts)


def _keep_passwords_from_logs(url: str) -> None:
    expect_passwords(url)
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_redact)  # once, however often it is asked


def _redact(record: logging.LogRecord) -> bool:
    """Takes the passwords out of a record and lets it pass."""
    message = record.getMessage()
    if (shown := without_passwords(message)) != message:
        record.msg, record.args = shown, ()
    if record.exc_info:
        told = logging.Formatter().formatException(record.exc_info)
        if (shown := without_passwords(told)) != told:
            record.exc_info, record.exc_text = None, shown
    return True


def _showable(error: Exception, url: str) -> Exception | None:
    """The error, unless a traceback that shows it would show a password."""
    return None if shows_password(error, url) else error
