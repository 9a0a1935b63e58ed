"""A second opinion on how many pages a document has: qpdf's, which goes by the pages themselves."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ingest_widgets.engines.passwords import candidates, none_opens
from ingest_widgets.engines.protocol import Buffer, EngineRefuses, Locked, PasswordSource, as_stream

BYTES_A_PAGE = 100_000
"""A document with more bytes a page than this may have pages that pdfium wasn't told of."""

_PAGE = re.compile(rb"/Type\s{0,2}/Page(?!s)")
_COUNTED_BYTES = 32 * 1024 * 1024
_DEEPEST = 200


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
    import pikepdf

    try:
        with _unlocked(data, passwords) as document:
            yield document
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, ValueError, RuntimeError, TypeError, KeyError) as error:
        raise EngineRefuses("pikepdf can't read it") from error


def _unlocked(data: Buffer, passwords: PasswordSource) -> Any:
    import pikepdf

    try:
        return pikepdf.open(as_stream(data), suppress_warnings=True)
    except pikepdf.PasswordError:
        for password in candidates(passwords()):
            try:
                return pikepdf.open(as_stream(data), password=password, suppress_warnings=True)
            except pikepdf.PasswordError:
                continue
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
