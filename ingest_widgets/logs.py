"""The package logger: one handler of its own, never a doubled line, the root logger never touched.

Importing the package gives the logger `ingest_widgets` a handler that writes to whatever `sys.stderr` is at that
moment, and a level. Whoever uses the package as a library has three ways to keep it quiet or to take its records over:

- `logging.getLogger("ingest_widgets").addHandler(logging.NullHandler())` before the import: a logger that has a
  handler gets no other;
- `INGEST_LOG_LEVEL=CRITICAL` in the environment, or `configure_logging(logging.CRITICAL + 1)` for not a single line;
- `logger.handlers.clear(); logger.propagate = True` after the import: the records then go to the root's handlers.

The setting `log_level` counts while an ingest runs, unless a call gave the logger a level: that one stays.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ingest_widgets.printable import one_line

_LOGGER = logging.getLogger("ingest_widgets")
_VARIABLES = ("INGEST_LOG_LEVEL", "LOG_LEVEL")
_NAMES = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_lock = threading.Lock()
_outside = logging.INFO  # the level when no ingest runs
_given: int | None = None  # the level that the logger has from us; None: a call gave it one, which stays
_running: list[int] = []  # the levels of the ingests under way


def configure_logging(level: str | int | None = None) -> None:
    """Give the package logger its one handler and a level; as often as you like, from any thread.

    Args:
        level: A name (`"debug"`, any case) or a number as in `logging`. None: the environment's `INGEST_LOG_LEVEL`,
            else its `LOG_LEVEL`, else the level that the logger already has, else `INFO`.

    Raises:
        ValueError: A level that doesn't exist, here or in the environment. The logger stays as it was.
        TypeError: A level that is neither text nor a whole number.
    """
    global _given
    named = _environment_level() if level is None else _level_number(level, "level")
    with _lock:
        _attach(named)
        if level is not None:
            _given = None


def configure_at_import() -> None:
    """As `configure_logging()`, but a bad level in the environment is one warning: an import must not fail for it."""
    try:
        configure_logging()
    except ValueError as error:
        with _lock:
            _attach(None)
        _LOGGER.warning("%s; using %s", error, logging.getLevelName(_LOGGER.level))


@contextmanager
def level_during(level: str | None) -> Iterator[None]:
    """Gives the package logger the level of an ingest; afterwards it has its own again.

    A logger belongs to the whole process: of several ingests at once, the one that says most counts. A level that the
    logger was given by `configure_logging(level)` or `setLevel`, before or meanwhile, stays.

    Args:
        level: A name as in `logging`; None: the ingest has none.
    """
    wanted = [] if level is None else [logging.getLevelNamesMapping()[level]]
    with _lock:
        _running.extend(wanted)
        _follow()
    try:
        yield
    finally:
        with _lock:
            for number in wanted:
                _running.remove(number)
            _follow()


def _follow() -> None:
    global _given
    if _LOGGER.level != _given:
        _given = None
        return
    _given = min(_running, default=_outside)
    _LOGGER.setLevel(_given)


def _attach(level: int | None) -> None:
    global _given, _outside
    # Before the guard: with propagation on, a handler of the root logger would leave ours out and INFO would be lost.
    _LOGGER.propagate = False
    if not _LOGGER.hasHandlers():
        handler = _StderrHandler()
        handler.setFormatter(_OneLine("%(levelname)s %(name)s: %(message)s"))
        _LOGGER.addHandler(handler)
    if level is not None or _LOGGER.level == logging.NOTSET:
        _given = _outside = logging.INFO if level is None else level
        _LOGGER.setLevel(_given)


def _environment_level() -> int | None:
    for variable in _VARIABLES:
        text = os.environ.get(variable, "").strip()
        if text:
            return _level_number(text, variable)
    return None


def _level_number(level: str | int, source: str) -> int:
    if isinstance(level, bool) or not isinstance(level, str | int):
        raise TypeError(f"{source} must be a name such as 'INFO' or a whole number, not {level!r}")
    text = str(level).strip()
    if text.isascii() and text.isdigit():
        return int(text)
    known = logging.getLevelName(text.upper())
    if text and isinstance(known, int):
        return known
    raise ValueError(f"{source} is {level!r}, which is no log level: use {', '.join(_NAMES)} or a number from 0")


class _StderrHandler(logging.StreamHandler[Any]):
    """Looks `sys.stderr` up at each record: a notebook cell, pytest and `redirect_stderr` each bring their own."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stderr

    @stream.setter
    def stream(self, stream: Any) -> None:
        raise AttributeError("this handler always writes to the present sys.stderr")

    def emit(self, record: logging.LogRecord) -> None:
        if sys.stderr is not None and not getattr(sys.stderr, "closed", False):  # pythonw.exe has none
            super().emit(record)


class _OneLine(logging.Formatter):
    r"""A message is one line: what a file name brings along (line ends, escape sequences) shows as `\n`, `\x1b`."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that logging calls
        return one_line(super().formatMessage(record))
