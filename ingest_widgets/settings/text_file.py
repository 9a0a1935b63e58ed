"""The text of a settings file of the working directory."""

from __future__ import annotations

import errno
import io
import os
import stat
import time

from ingest_widgets.errors import SettingsError

PIPE_SECONDS = 2.0
"""How long a pipe in the place of a file may take: password managers hand out secrets so."""


def read_text(path: str) -> str:
    """What the file says; empty when there is none.

    Raises:
        SettingsError: It is there, but can't be read.
    """
    try:
        if stat.S_ISFIFO(os.stat(path).st_mode):
            return io.StringIO(_from_pipe(path).decode("utf-8-sig"), newline=None).read()
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except OSError as error:
        problem = f"{path}: can't be read ({error.strerror}); make it readable or move it away"
    except UnicodeDecodeError:
        problem = f"{path}: isn't UTF-8 text; save it as UTF-8"
    raise SettingsError(problem)


def _from_pipe(path: str) -> bytes:
    pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # else this waits for somebody who writes
    try:
        return _filled(pipe)
    finally:
        os.close(pipe)


def _filled(pipe: int) -> bytes:
    pieces: list[bytes] = []
    deadline = time.monotonic() + PIPE_SECONDS
    while time.monotonic() < deadline:
        try:
            piece: bytes | None = os.read(pipe, 65536)
        except BlockingIOError:
            piece = None
        if piece:
            pieces.append(piece)
        elif piece is not None and pieces:  # before the first piece it only says that nobody writes yet
            return b"".join(pieces)
        else:
            time.sleep(0.01)
    raise OSError(errno.ETIMEDOUT, f"a pipe that nobody filled within {PIPE_SECONDS:g} s")
