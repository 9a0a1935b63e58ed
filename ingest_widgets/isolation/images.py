"""A page as a picture and where words stand on it, from an isolated worker."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingest_widgets.background_loop.awake import awake
from ingest_widgets.errors import IngestError
from ingest_widgets.isolation.failures import sentence
from ingest_widgets.isolation.process import WorkerEnded
from ingest_widgets.isolation.slot import Slot, own_slot
from ingest_widgets.isolation.task import Task
from ingest_widgets.isolation.wire import MOST_NEEDLES, MOST_POINTS, NEEDLE_CHARS, PICTURE_BYTES, WireError, cut
from ingest_widgets.statuses import Reason

_DRAWN_BY = ("pdfium", "pdfium+repair", "pdfium+salvage")
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_MOST_PIXELS = 50_000_000  # a worker draws at most 40 million, whatever the page and the dots an inch


@dataclass(frozen=True, slots=True)
class PageBoxes:
    """Where words stand on a page: points from the top left of the page as it is shown.

    Attributes:
        width: Of the page.
        height: Of the page.
        boxes: (left, top, right, bottom) of each match, a box for each line it runs over.
    """

    width: float
    height: float
    boxes: tuple[tuple[float, float, float, float], ...]


def render_page(task: Task, number: int, dpi: float = 110) -> bytes:
    """The bare page as a PNG.

    Args:
        task: The file; its range of pages doesn't matter.
        number: From 1.
        dpi: Dots an inch; fewer on a giant page.

    Raises:
        IngestError: It can't be drawn; the message says why and what to do.
    """
    _, body = _ask(task, "image", {"n": number, "dpi": dpi})
    if not _is_honest(body):
        raise IngestError(f"page {number} of {task.name} can't be drawn: the worker sent no picture")
    return body


def _is_honest(png: bytes) -> bool:
    """Whether it is a PNG of no more pixels than a worker draws: who opens it makes room for all of them."""
    if not png.startswith(_PNG_HEAD):
        return False
    most = max((width * height or _MOST_PIXELS + 1 for width, height in _sizes(png)), default=0)
    return 0 < most <= _MOST_PIXELS


def _sizes(png: bytes) -> Iterator[tuple[int, int]]:
    """Width and height as each of its headers has them: there should be one, but the last one counts."""
    at = len(_PNG_HEAD)
    while at + 16 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        if kind == b"IHDR":
            yield struct.unpack_from(">II", png, at + 8)
        at += 12 + length


def page_boxes(task: Task, number: int, needles: Sequence[str]) -> PageBoxes:
    """Where the needles stand on a page, as whole words or phrases, whatever their case and accents.

    Args:
        task: The file; its range of pages doesn't matter.
        number: From 1.
        needles: At most 100 of at most 500 characters count.

    Raises:
        IngestError: The page can't be read; the message says why and what to do.
    """
    short = [cut(needle, NEEDLE_CHARS) for needle in needles[:MOST_NEEDLES]]
    header, _ = _ask(task, "boxes", {"n": number, "needles": short})
    try:
        boxes = tuple((_points(a), _points(b), _points(c), _points(d)) for a, b, c, d in header["boxes"])
        width, height = _points(header["width"]), _points(header["height"])
        if width <= 0 or height <= 0:
            raise ValueError("a page without a size")
        return PageBoxes(width, height, boxes)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise IngestError(f"page {number} of {task.name} can't be searched: the worker made no sense") from error


def _points(value: Any) -> float:
    """No farther away than a drawing library can count."""
    return min(max(-MOST_POINTS, float(value)), MOST_POINTS)  # in this order, what is no number is far away too


def _ask(task: Task, op: str, more: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    slot = own_slot()
    request = task.request(op) | {"rungs": _DRAWN_BY} | more
    try:
        with slot.dropped_on_error():
            header, body = _answer(slot, task, request)
            refusal = None if header["t"] == op else (Reason(header["reason"]), str(header["what"]))
    except WorkerEnded as end:
        raise _failed(task, more["n"], end.reason, end.what) from None
    except IngestError:  # some are ValueErrors: no worker starts, or the settings with the passwords can't be read
        raise
    except (WireError, KeyError, ValueError):
        raise _failed(task, more["n"], Reason.CRASHED, "") from None
    if refusal is None:
        return header, body
    if refusal[0] is Reason.OUT_OF_MEMORY:  # the worker is worn
        slot.drop()
    raise _failed(task, more["n"], *refusal)


def _answer(slot: Slot, task: Task, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    worker = slot.worker(task.limits.memory_bytes, sandbox=True)
    deadline = awake() + task.limits.seconds
    worker.begin(PICTURE_BYTES)
    worker.send(request, task.data or b"", deadline=deadline)
    answer: tuple[dict[str, Any], bytes] | None = None
    while True:
        header, body = worker.receive(deadline)
        if header["t"] == "passwords":
            worker.send({"passwords": slot.passwords()}, deadline=deadline)
        elif header["t"] == "refused":
            return header, b""
        elif header["t"] == "broken":
            raise WorkerEnded(Reason.CRASHED, str(header["why"]))
        elif header["t"] == "done":
            if answer is None:
                raise WireError("an end without an answer")
            return answer
        elif header["t"] == request["op"]:
            answer = header, body


def _failed(task: Task, number: int, reason: Reason, what: str) -> IngestError:
    why = sentence(reason, what, task.limits, task.engine)
    return IngestError(f"page {number} of {task.name} can't be shown ({reason}). {why}")
