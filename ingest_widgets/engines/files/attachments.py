"""Files that are attached to a document: they aren't unpacked, and a portfolio has little else."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import Any

import pypdfium2.raw as pdfium_c

from ingest_widgets.counted import counted
from ingest_widgets.engines.files.structure import opened, refusals
from ingest_widgets.engines.protocol import Buffer, EngineRefuses, PasswordSource

_MOST = 1000
_NAME = 2 * 260
_PORTFOLIO, _PACKED = b"/Collection", b"/ObjStm"


def attached(document: Any, data: Buffer, passwords: PasswordSource) -> list[str]:
    """A sentence if files are attached that are a part of what there is to read: PDFs, or the files of a portfolio.

    Args:
        document: In pdfium.
        data: Its bytes.
        passwords: What opens it.
    """
    count = pdfium_c.FPDFDoc_GetAttachmentCount(document)
    files = (pdfium_c.FPDFDoc_GetAttachment(document, number) for number in range(min(count, _MOST)))
    return _said(list(map(name_of, files)), count, lambda: _is_portfolio(data, passwords))


def attached_in(structure: Any) -> list[str]:
    """The same of a document in pikepdf."""
    with suppress(EngineRefuses), refusals():
        files = structure.attachments
        names = [file.filename.lower() for file in islice(files.values(), _MOST)]
        return _said(names, len(files), lambda: "/Collection" in structure.Root)
    return []


def _said(names: list[str], count: int, is_portfolio: Callable[[], bool]) -> list[str]:
    pdfs = sum(name.endswith(".pdf") for name in names)
    # Tables and invoices as data are attached to ordinary papers; to look for more than XML in them is not worth it.
    if pdfs < count and not all(name.endswith(".xml") for name in names) and is_portfolio():
        pdfs = count
    if not pdfs:
        return []
    return [f"{counted(pdfs, 'attached file')} not read: save what is attached from a viewer, and ingest the PDFs"]


def name_of(file: Any) -> str:
    """Of an attached file, in small letters; empty when it has none or one that is longer than any system allows."""
    name = ctypes.create_string_buffer(_NAME)
    size = pdfium_c.FPDFAttachment_GetName(file, ctypes.cast(name, ctypes.POINTER(ctypes.c_ushort)), _NAME)
    return name.raw[: size - 2].decode("utf-16-le", "replace").lower() if 2 <= size <= _NAME else ""


def _is_portfolio(data: Buffer, passwords: PasswordSource) -> bool:
    if data.find(_PORTFOLIO) >= 0:
        return True
    if data.find(_PACKED) < 0:
        return False
    with suppress(EngineRefuses), opened(data, passwords) as structure:  # its catalogue may be packed
        return "/Collection" in structure.Root
    return False
