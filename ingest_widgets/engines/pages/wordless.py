"""What a page without words shows: nothing at all, a scan, or else."""

from __future__ import annotations

from ingest_widgets.engines.pieces.forms import parts_of, pieces_of
from ingest_widgets.engines.pieces.getters import Handle
from ingest_widgets.engines.pieces.pieces import (
    COUNT,
    FORM,
    IMAGE,
    KIND,
    objects_of,
    page_box,
    shared_area,
)

PICTURE = "no text: what it shows is a picture, which OCR may read"
_MOSTLY = 0.5  # of the page: logos and photographs of a blank page take less, and scans all of it


def draws_nothing(page: Handle) -> bool:
    """Whether there is nothing on a loaded page, but for forms that are empty, as those are that can't be decoded."""
    waiting = list(objects_of(page, range(COUNT(page))))
    while waiting:
        handle = waiting.pop()
        if KIND(handle) != FORM:
            return False
        waiting += parts_of(handle)
    return True


def is_picture(page: Handle) -> bool:
    """Whether pictures take up most of a loaded page, in one or in many strips."""
    shown = left, bottom, right, top = page_box(page)
    area = sum(shared_area(piece.rect, shown) for piece in pieces_of(page) if piece.kind == IMAGE)
    return area > _MOSTLY * (right - left) * (top - bottom)
