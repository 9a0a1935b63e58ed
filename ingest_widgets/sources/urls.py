"""Files that a URL names, through fsspec."""

from __future__ import annotations

import glob
import logging
import os
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import SecretStr

from ingest_widgets.documents import SourceFile
from ingest_widgets.errors import MissingExtra, SourceError, SourceNotFound
from ingest_widgets.sources.names import printable, valid_utf8
from ingest_widgets.sources.passwords import (
    broken_login,
    expect_passwords,
    first_line,
    shows_password,
    without_password,
    without_passwords,
)

_LOGGERS = ("fsspec", *(f"fsspec.{part}" for part in ("asyn", "cached", "caching", "generic", "http", "reference")))
"""Those that may name a URL; a logger's filters don't hold for the loggers below it."""


def list_url(url: str) -> Iterator[SourceFile]:
    """The files behind a URL, in no order.

    Raises:
        SourceNotFound: There is nothing.
        SourceError: Its login is broken, or it can't be listed, for whatever reason the library behind fsspec names.
        MissingExtra: fsspec isn't installed.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise MissingExtra("fsspec", "remote", f"reading {url.split('://')[0]}:// sources") from None
    if login := broken_login(url):
        raise SourceError(
            f"the password of {printable(login)} ends too early: write / as %2F, ? as %3F and # as %23 in it"
        )
    _keep_passwords_from_logs(url)
    shown = printable(without_password(url))
    try:
        fs, path = url_to_fs(url)
        fs.invalidate_cache()  # a kernel lives for days: the listing of an earlier run is old
        exists = fs.exists(path)
        if not exists and not glob.has_magic(path):
            raise FileNotFoundError(path)
        listed = _tree(fs, path) if exists else fs.glob(path, detail=True)
        base = without_password(_url_base(fs, path, exists))
    except FileNotFoundError as error:
        raise SourceNotFound(f"{shown} doesn't exist: check the address") from _showable(error, url)
    except Exception as error:  # noqa: BLE001 - any library may stand behind fsspec, with errors of its own
        raise SourceError(f"{shown} can't be read by fsspec: {first_line(error, url)}") from _showable(error, url)
    address = _addresses(fs, url, path)
    for found, info in listed.items():
        if info.get("type") != "directory":
            shown = without_password(found)
            name = shown[len(base) :].lstrip("/") or shown.rsplit("/", 1)[-1]
            folder = base.rstrip("/").rsplit("/", 1)[-1]
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


def _tree(fs: Any, path: str) -> dict[str, Any]:
    if not fs.isdir(path):
        return {path: fs.info(path)}
    return {name: info for name, info in fs.find(path, detail=True).items() if name[-4:].lower() == ".pdf"}


def _url_base(fs: Any, path: str, exists: bool) -> str:
    if not exists:
        return str(path[: path.index(next(c for c in path if c in "*?["))].rpartition("/")[0])
    return str(path) if fs.isdir(path) else str(path).rpartition("/")[0]


def _mtime(info: dict[str, Any]) -> int | None:
    """The time of the last change under whichever key the file system keeps it, in nanoseconds."""
    for key in ("mtime", "LastModified", "last_modified", "updated", "created"):
        value = info.get(key)
        if value is not None:
            seconds = value.timestamp() if hasattr(value, "timestamp") else value
            if isinstance(seconds, int | float):
                return int(seconds * 1e9)
    return None


def fetch(url: str, limit: int) -> bytes:
    """The bytes behind a URL, at most `limit` + 1 of them, so that a giant is seen and not swallowed.

    Raises:
        OSError: They can't be had, whatever the library behind fsspec raised; the message is its first line.
    """
    from fsspec.core import open as open_url

    _keep_passwords_from_logs(url)
    try:
        with open_url(url, "rb") as stream:
            return bytes(stream.read(limit + 1))
    except Exception as error:  # noqa: BLE001
        raise OSError(first_line(error, url)) from _showable(error, url)


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
