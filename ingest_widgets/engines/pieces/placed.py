"""The pieces of a page and of its forms, and where these stand on the page: pdfium says where in a form one stands."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from ingest_widgets.engines.pieces.forms import placed
from ingest_widgets.engines.pieces.getters import Handle
from ingest_widgets.engines.pieces.pieces import (
    COUNT,
    Matrix,
    Rect,
    font_sizes,
    has_form,
    least_scale,
    moved,
    moved_point,
    objects_of,
    pens_of,
    rects_of,
)

MOST = 100_000  # of a page: maps have more, and each takes memory and time while it is looked at


class PlacedPieces:
    """Those of a loaded page, each by its number; none of a page with too many.

    Attributes:
        handles: In the order in which they are painted.
        in_forms: By the address of each that is in a form: where that stands, and where in it the piece begins.
    """

    def __init__(self, page: Handle) -> None:
        count = COUNT(page)
        self.handles = list(objects_of(page, range(count if count <= MOST else 0)))
        self._forms: dict[int, Matrix] = {}
        if has_form(self.handles):
            found = list(islice(placed(self.handles, MOST), MOST + 1))
            self.handles = [handle for handle, _ in found] if len(found) <= MOST else []
            self._forms = {number: form.matrix for number, (_, form) in enumerate(found[: len(self.handles)]) if form}
        pens = pens_of([self.handles[number] for number in self._forms])
        self.in_forms = {
            address(self.handles[number]): (form, pen)
            for (number, form), pen in zip(self._forms.items(), pens, strict=True)
        }

    def rects(self) -> list[Rect]:
        """Left, bottom, right and top of each."""
        rects = rects_of(self.handles)
        for number, form in self._forms.items():
            rects[number] = moved(rects[number], form)
        return rects

    def sizes(self, numbers: Sequence[int]) -> list[float]:
        """Of the fonts of some of them; infinite where there is none."""
        sizes = font_sizes([self.handles[number] for number in numbers])
        if not self._forms:
            return sizes
        forms = map(self._forms.get, numbers)
        return [size * least_scale(form) if form else size for size, form in zip(sizes, forms, strict=True)]

    def pens(self, numbers: Sequence[int]) -> list[complex]:
        """Where some of them begin, upwards as the imaginary part."""
        pens = pens_of([self.handles[number] for number in numbers])
        if not self._forms:
            return pens
        forms = map(self._forms.get, numbers)
        return [complex(*moved_point(p.real, p.imag, form)) if form else p for p, form in zip(pens, forms, strict=True)]


def address(handle: Handle) -> int:
    """As a number, which tells whether two are of the same."""
    return handle.value or 0
