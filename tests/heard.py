"""What the package's loggers say, whatever it is that configured them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class Heard(logging.Handler):
    """Keeps the records; `warnings` are their messages from WARNING upwards."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def warnings(self) -> list[str]:
        return [record.getMessage() for record in self.records if record.levelno >= logging.WARNING]


@contextmanager
def listening() -> Iterator[Heard]:
    """Listens to the package's logger and what is below it, until the `with` ends."""
    heard, logger = Heard(), logging.getLogger("ingest_widgets")
    logger.addHandler(heard)
    try:
        yield heard
    finally:
        logger.removeHandler(heard)
