"""What a page without words shows: nothing at all, a scan, or else."""

from __future__ import annotations

from itertools import islice

from ingest_widgets.engines.forms import parts_of, pieces
from ingest_widgets.engines.getters import Handle
from ingest_widgets.engines.pieces import COUNT, FORM, IMAGE, KIND, MOST_PIECES, objects_of, page_box

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
    left, bottom, right, top = page_box(page)
    shown = 0.0
    for piece in islice(pieces(objects_of(page, range(min(COUNT(page), MOST_PIECES)))), MOST_PIECES):
        if piece.kind == IMAGE:
            x0, y0, x1, y1 = piece.rect
            shown += max(min(x1, right) - max(x0, left), 0.0) * max(min(y1, top) - max(y0, bottom), 0.0)
    return shown > _MOSTLY * (right - left) * (top - bottom)
