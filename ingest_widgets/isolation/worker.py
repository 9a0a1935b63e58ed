"""The worker's side: reads requests from its parent, opens one document at a time, answers page by page.

Started by `process.py` as `python -I`. Nothing here is trusted by the parent.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ingest_widgets.documents import Reason
from ingest_widgets.engines.chain import NoEngine
from ingest_widgets.isolation.limits import hold, set_memory, start_clock
from ingest_widgets.isolation.sandbox import enter, stay
from ingest_widgets.isolation.watch import die_with_parent, end_with_parent_thread
from ingest_widgets.isolation.wire import prefix, read_frame

MAPPED_BYTES = 64 * 1024 * 1024
"""From this size on a file is mapped into memory instead of read."""

_CHUNK = 4 * 1024 * 1024
_HEADER_WITHIN = 1024


class Refused(Exception):
    """The task ends here.

    Args:
        reason: Why.
        what: A word or number for the sentence that the parent makes of it.
    """

    def __init__(self, reason: Reason, what: str = "") -> None:
        super().__init__(reason, what)
        self.reason, self.what = reason, what


class Parent:
    """The two pipes to the parent, away from descriptors 0-2, which are nobody's from now on."""

    def __init__(self) -> None:
        self.requests, self._replies = os.dup(0), os.dup(1)
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard, inheritable=True)
        os.close(null)
        if sys.platform == "win32":
            import msvcrt

            for descriptor in (self.requests, self._replies):
                msvcrt.setmode(descriptor, os.O_BINARY)

    def _read(self, size: int) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            part = os.read(self.requests, size - len(parts))
            if not part:
                break
            parts += part
        return bytes(parts)

    def ask(self) -> tuple[dict[str, Any], bytes]:
        """The next request; ends the process when the parent has gone."""
        frame = read_frame(self._read)
        if frame is None:
            os._exit(0)
        return frame

    def tell(self, header: dict[str, Any], body: bytes = b"") -> None:
        """One frame to the parent."""
        view = memoryview(prefix(header, len(body)) + body)
        while view:
            view = view[os.write(self._replies, view) :]

    def passwords(self) -> Sequence[str]:
        """Asked for only when a document is locked: until then they aren't in this process."""
        self.tell({"t": "passwords"})
        return [str(password) for password in self.ask()[0]["passwords"]]


def main(hello: Mapping[str, Any]) -> None:
    """Serves the parent until it goes."""
    parent = Parent()
    end_with_parent_thread()
    try:
        import ingest_widgets.engines.pdfium
        import ingest_widgets.isolation.reading  # noqa: F401
    except ImportError as error:
        parent.tell({"t": "broken", "why": str(error)[:500]})
        return
    features = (enter() if hello["sandbox"] else stay()) | hold(hello["memory_bytes"])
    features |= die_with_parent(hello["parent"], parent.requests)
    parent.tell({"t": "ready", "features": features})
    while True:
        request, body = parent.ask()
        _serve(parent, request, body)


def _serve(parent: Parent, request: Mapping[str, Any], body: bytes) -> None:
    if request["op"] == "ping":
        parent.tell({"t": "done"})
        return
    set_memory(request["memory_bytes"])
    start_clock(request["seconds"])
    try:
        _run(parent, request, body)
        last: dict[str, Any] = {"t": "done"}
    except Refused as refusal:
        last = {"t": "refused", "reason": refusal.reason, "what": refusal.what[:200]}
    except MemoryError:
        last = {"t": "refused", "reason": Reason.OUT_OF_MEMORY, "what": ""}
    except NoEngine as error:
        last = {"t": "no engine", "why": str(error)[:200].encode("utf-8", "replace").decode()}
    except Exception as error:  # noqa: BLE001 - the parent hears of it and ends us
        last = {"t": "broken", "why": short(error)}
    start_clock(0)
    parent.tell(last)


def _run(parent: Parent, request: Mapping[str, Any], body: bytes) -> None:
    from ingest_widgets.isolation import reading

    data = _upload(parent, request, body) if request["path"] is None else _file(parent, request)
    if data is not None:
        reading.answer(parent, request, data)


def _upload(parent: Parent, request: Mapping[str, Any], body: bytes) -> bytes | None:
    _check_size(len(body), request["max_file_bytes"])
    if request["op"] != "text":
        return body
    return body if _tell_file(parent, request, hashlib.sha256(body), len(body), None) else None


def _file(parent: Parent, request: Mapping[str, Any]) -> bytes | mmap.mmap | None:
    path = os.fsdecode(bytes.fromhex(request["path"]))
    try:
        # O_NONBLOCK: a pipe in place of the file must not hold us.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | getattr(os, "O_NONBLOCK", 0))) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Refused(Reason.UNREADABLE, "it is no regular file")
            _check_size(status.st_size, request["max_file_bytes"])
            data = _content(file.fileno(), status.st_size)
    except OSError as error:
        raise Refused(Reason.UNREADABLE, error.strerror or type(error).__name__) from error
    if request["op"] != "text":
        return data
    digest = hashlib.sha256()
    for part in _parts(data):
        digest.update(part)
    return data if _tell_file(parent, request, digest, len(data), status.st_mtime_ns) else None


def _check_size(size: int, most: int) -> None:
    if size == 0:
        raise Refused(Reason.EMPTY)
    if size > most:
        raise Refused(Reason.TOO_LARGE, str(size))


def _content(descriptor: int, size: int) -> bytes | mmap.mmap:
    if size >= MAPPED_BYTES:
        return mmap.mmap(descriptor, 0, access=mmap.ACCESS_COPY)
    parts = []
    while part := os.read(descriptor, min(_CHUNK, size + 1)):
        parts.append(part)
        size -= len(part)
        if size < -_CHUNK:  # it grows as fast as we read
            raise Refused(Reason.UNREADABLE, "it is still being written")
    return b"".join(parts)


def _parts(data: bytes | mmap.mmap) -> Iterator[memoryview]:
    with memoryview(data) as view:
        for start in range(0, len(view), _CHUNK):
            with view[start : start + _CHUNK] as part:
                yield part


def _tell_file(parent: Parent, request: Mapping[str, Any], digest: Any, size: int, mtime_ns: int | None) -> bool:
    """Says what was read; whether there is more to do."""
    sha256 = digest.hexdigest()
    parent.tell({"t": "file", "sha256": sha256, "size": size, "mtime_ns": mtime_ns})
    return bool(sha256 != request["known_sha256"])


def short(error: BaseException) -> str:
    """What an engine said, as short as the wire wants it."""
    return f"{type(error).__name__}: {error}"[:200].encode("utf-8", "replace").decode()


def checked_header(data: bytes | mmap.mmap) -> None:
    """Refuses what isn't a PDF at all."""
    if b"%PDF-" not in data[: _HEADER_WITHIN + 4]:
        raise Refused(Reason.NOT_A_PDF)
