"""A second opinion on how many pages a document has: qpdf's, which goes by the pages themselves."""

from __future__ import annotations

import logging
import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ingest_widgets.engines.files.passwords import candidates, none_opens
from ingest_widgets.engines.protocol import Buffer, EngineRefuses, Locked, PasswordSource, as_stream

BYTES_A_PAGE = 100_000
"""A document with more bytes a page than this may have pages that pdfium wasn't told of."""

_PAGE = re.compile(rb"/Type\s{0,2}/Page(?!s)")
_COUNTED_BYTES = 32 * 1024 * 1024
_DEEPEST = 200
_END = b"%%EOF"  # qpdf takes the last object of a file for lost when nothing follows it


class TooManyPages(EngineRefuses):
    """More than the limit; nothing is read of them.

    Args:
        count: How many.
    """

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} pages")
        self.count = count


@contextmanager
def opened(data: Buffer, passwords: PasswordSource) -> Iterator[Any]:
    """The document in pikepdf.

    Raises:
        Locked: No password opens it.
        EngineRefuses: It can't be read.
    """
    with refusals(), unlocked(data, passwords) as document:
        yield document


def opens_with_nothing(data: Buffer) -> bool:
    """Whether the empty password opens it: qpdf tries that as the owner's, too, and pdfium doesn't."""
    try:
        with opened(data, tuple):
            return True
    except EngineRefuses:
        return False


@contextmanager
def refusals() -> Iterator[None]:
    """What pikepdf raises on a broken document means that it can't read it."""
    import pikepdf

    library = (pikepdf.PdfError, pikepdf.ForeignObjectError, RuntimeError)
    try:
        yield
    except (*library, ValueError, TypeError, KeyError, AttributeError) as error:  # older qpdf opens what has no pages
        raise EngineRefuses("pikepdf can't read it") from error


def unlocked(data: Buffer, passwords: PasswordSource) -> Any:
    """The document in pikepdf, to be closed, its page tree as it is written; use it within `refusals`."""
    import pikepdf

    logging.getLogger("pikepdf").setLevel(logging.CRITICAL)  # a broken page tree makes it say something of each kid
    whole = data + _END if isinstance(data, bytes) and _END not in data[-1024:] else data

    def attempt(password: str | bytes) -> Any:
        stream = as_stream(whole)
        return pikepdf.open(stream, password=password, suppress_warnings=True, inherit_page_attributes=False)

    with suppress(pikepdf.PasswordError):
        return attempt("")
    for password in candidates(passwords()):
        with suppress(pikepdf.PasswordError):
            return attempt(password)
    raise Locked(none_opens(passwords()))


def may_have_more_pages(data: Buffer, page_count: int) -> bool:
    """Whether it is worth asking qpdf, which costs a twentieth of reading an ordinary document."""
    if len(data) > BYTES_A_PAGE * page_count:
        return True
    if isinstance(data, mmap.mmap) or len(data) > _COUNTED_BYTES:
        return False
    return len(_PAGE.findall(data)) > page_count


def page_count(document: Any) -> int:
    """The leaves of the page tree of a pikepdf document; a node that many others share is looked at once only."""
    return _leaves(document.Root.get("/Pages"), {}, 0)


def _leaves(node: Any, known: dict[tuple[int, int], int], depth: int) -> int:
    key = node.objgen
    if key in known and key != (0, 0):
        return known[key]
    kids = node.get("/Kids")
    if kids is None:
        return 1
    known[key] = 0  # what leads back here adds nothing
    if depth < _DEEPEST:
        known[key] = sum(_leaves(kid, known, depth + 1) for kid in kids if hasattr(kid, "objgen"))
    return known[key]
