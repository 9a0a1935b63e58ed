"""What a worker's message may hold, checked: whoever sent it may have been taken over by a PDF.

Each raises WireError, or a ValueError or TypeError of Python's own, for what an honest worker doesn't send.
"""

from __future__ import annotations

import re
from typing import Any

from ingest_widgets.documents import ScannedLine
from ingest_widgets.isolation.wire import LINE_CHARS, MOST_POINTS, MOST_WARNINGS, WARNING_CHARS, WireError, one_line

_ENGINE = re.compile(r"[\w.+-]{1,80}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def as_text(value: Any, most: int) -> str:
    """A text of at most so many characters that can be stored."""
    if not isinstance(value, str) or len(value) > most:
        raise WireError("no text where text belongs")
    value.encode()  # a lone surrogate raises ValueError
    return value


def as_line(value: Any, most: int) -> str:
    """The same in one line."""
    return one_line(as_text(value, most))


def as_lines(value: Any) -> tuple[str, ...]:
    """Warnings; those beyond `MOST_WARNINGS` are left out."""
    if not isinstance(value, list):
        raise WireError("no list where a list belongs")
    return tuple(as_line(warning, WARNING_CHARS) for warning in value[:MOST_WARNINGS])


def as_engine(value: Any) -> str:
    """The name of an engine."""
    return _matching(_ENGINE, value)


def as_sha256(value: Any) -> str:
    """A hash in small letters."""
    return _matching(_SHA256, value)


def _matching(form: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise WireError("no name or hash where one belongs")
    return value


def as_scanned_line(value: Any) -> ScannedLine:
    """A line that OCR has found, and its place."""
    left, top, right, bottom, text, angle = value
    edges = float(left), float(top), float(right), float(bottom)
    line = ScannedLine(*edges, as_text(text, LINE_CHARS), float(angle))
    if not all(abs(edge) < MOST_POINTS for edge in edges) or not abs(line.angle) <= 180:  # nor is one that is no number
        raise WireError("no place where one belongs")
    return line


def as_number(value: Any, least: int = 0) -> int:
    """A whole number that the tables can hold."""
    if type(value) is not int or not least <= value < 2**63:
        raise WireError("no number where a number belongs")
    return value
