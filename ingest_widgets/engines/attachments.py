"""Files that are attached to a document: they aren't unpacked, and a portfolio has little else."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as pdfium_c

from ingest_widgets.counted import counted
from ingest_widgets.engines.protocol import Buffer

_MOST = 1000
_NAME = 2 * 260
_PORTFOLIO = b"/Collection"


def attached(document: Any, data: Buffer) -> list[str]:
    """A sentence if files are attached that are a part of what there is to read: PDFs, or the files of a portfolio.

    Args:
        document: In pdfium.
        data: Its bytes.
    """
    count = pdfium_c.FPDFDoc_GetAttachmentCount(document)
    if count < 1:
        return []
    if data.find(_PORTFOLIO) < 0:  # tables and invoices as data are attached to ordinary papers
        count = sum(_is_pdf(document, number) for number in range(min(count, _MOST)))
    if not count:
        return []
    return [f"{counted(count, 'attached file')} not read: save what is attached from a viewer, and ingest the PDFs"]


def _is_pdf(document: Any, number: int) -> bool:
    file = pdfium_c.FPDFDoc_GetAttachment(document, number)
    name = ctypes.create_string_buffer(_NAME)
    size = pdfium_c.FPDFAttachment_GetName(file, ctypes.cast(name, ctypes.POINTER(ctypes.c_ushort)), _NAME)
    return 2 <= size <= _NAME and name.raw[: size - 2].decode("utf-16-le", "replace").lower().endswith(".pdf")
