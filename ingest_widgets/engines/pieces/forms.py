"""What the forms of a page draw, and where on the page that stands: pdfium says where in a form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ctypes import c_ulong
from itertools import islice, starmap
from typing import NamedTuple

import pypdfium2.raw as pdfium_c

from ingest_widgets.engines.pieces.getters import Handle, getter
from ingest_widgets.engines.pieces.pieces import (
    BLENDS,
    COUNT,
    FORM,
    MOST_PIECES,
    Matrix,
    Piece,
    is_form,
    least_scale,
    matrix_of,
    moved,
    moved_matrix,
    objects_of,
    piece_of,
)

_MOST_DEEP = 4

_FORM_COUNT = getter(pdfium_c.FPDFFormObj_CountObjects)
_FORM_OBJECT = getter(pdfium_c.FPDFFormObj_GetObject, Handle)


class Form(NamedTuple):
    """Where on the page something in a form stands, through all forms around it, and whether one of these is veiled."""

    matrix: Matrix
    veiled: bool


def pieces_of(page: Handle) -> Iterator[Piece]:
    """The `pieces` of a loaded page, `MOST_PIECES` at most."""
    return islice(pieces(objects_of(page, range(min(COUNT(page), MOST_PIECES)))), MOST_PIECES)


def pieces(handles: Iterable[Handle]) -> Iterator[Piece]:
    """The pieces that these objects of a page are, and those in its forms, in the order in which they are painted."""
    for handle in handles:
        piece = piece_of(handle)
        if piece.kind == FORM:
            yield from islice(starmap(_in_form, placed((handle,), MOST_PIECES)), MOST_PIECES)
        else:
            yield piece


def placed(
    handles: Iterable[Handle], most: int, around: Form | None = None, depth: int = 0
) -> Iterator[tuple[Handle, Form | None]]:
    """These objects, and in place of forms what those draw, each with the form that it is in.

    Args:
        handles: Objects of a page.
        most: So many of what one form draws.
        around: The form that they are in.
        depth: How many forms these are.
    """
    for handle in handles:
        if depth < _MOST_DEEP and is_form(handle):
            yield from placed(parts_of(handle, most), most, _form(handle, around), depth + 1)
        else:
            yield handle, around


def parts_of(form: Handle, most: int = MOST_PIECES) -> Iterator[Handle]:
    """What a form draws, so many at most."""
    parts = (_FORM_OBJECT(form, c_ulong(number)) for number in range(min(_FORM_COUNT(form), most)))
    return filter(None, parts)


def _in_form(handle: Handle, form: Form | None) -> Piece:
    piece = piece_of(handle)
    if form is None:
        return piece
    rect, scale = moved(piece.rect, form.matrix), least_scale(form.matrix)
    return piece._replace(rect=rect, in_form=True, scale=scale, veiled=piece.veiled or form.veiled)


def _form(handle: Handle, around: Form | None) -> Form:
    matrix, veiled = matrix_of(handle), bool(BLENDS(handle))
    if around is None:
        return Form(matrix, veiled)
    return Form(moved_matrix(matrix, around.matrix), veiled or around.veiled)
