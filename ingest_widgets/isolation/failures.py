"""One sentence with the cure for each reason."""

from __future__ import annotations

from ingest_widgets.engines.protocol import OTHER_LOCK
from ingest_widgets.isolation.limits import MIB, OCR_ROOM_BYTES, Limits, within_session
from ingest_widgets.isolation.wire import APPLE_DOUBLE, CHANGED, PACKED, WHY_CHARS, one_line
from ingest_widgets.statuses import Reason


def sentence(reason: Reason, what: str, limits: Limits, engine: str = "auto", *, ocr: bool = False) -> str:
    """What happened and what to do about it, on one line.

    Args:
        reason: Why the file isn't simply ingested.
        what: A detail that the worker or the system gave; it came from outside.
        limits: What held for the task.
        engine: As the user chose it.
        ocr: Whether OCR was asked for.
    """
    what = one_line(what[:WHY_CHARS]).strip()
    aside = f" ({what})" if what else ""
    other = " or with another engine" if engine == "auto" else ' or with engine="auto"'
    sentences = {
        Reason.NOT_A_PDF: _no_pdf(what),
        Reason.EMPTY: "It has no bytes: copy or download it again.",
        Reason.ENCRYPTED: f"It is locked{aside}: "
        + (
            "save a copy without that lock from a viewer that opens it."
            if what == OTHER_LOCK
            else "add its password to pdf_passwords (INGEST_PDF_PASSWORDS) and run again."
        ),
        Reason.CORRUPT: f"Its content can't be read{aside}: get another copy, or print it to PDF anew with a viewer "
        "that still opens it.",
        Reason.TOO_LARGE: f"It has {what} bytes, max_file_bytes allows {limits.max_file_bytes}: raise that "
        "setting to read it.",
        Reason.TOO_MANY_PAGES: f"It says it has {what} pages, max_pages allows {limits.max_pages}: raise "
        "that setting to read it.",
        Reason.TIMEOUT: f"It took longer than file_timeout_seconds={limits.seconds:g}: raise that setting and run "
        f"again{other}.",
        Reason.OUT_OF_MEMORY: f"It needed more than {_memory(limits)} and run again{other}."
        + (f" OCR takes up to {OCR_ROOM_BYTES // MIB} MiB of it beside the document." if ocr else ""),
        Reason.CRASHED: f"The engine crashed on it twice{aside}: run again{other}, or get another copy.",
        Reason.UNREADABLE: "It has changed since it was read: ingest it again."
        if what == CHANGED
        else f"It can't be read{aside}: check that it is still there and that you may read it.",
        Reason.NO_TEXT: "OCR found no text on its pages either, as far as ocr_max_pages and "
        "file_timeout_seconds let it look: raise those, or make a better scan."
        if ocr
        else "Its pages hold no text, as those of a scan: search it after a run with settings_override(ocr=True) or "
        "INGEST_OCR=true.",
        Reason.CANCELLED: "It was stopped before its end: run again.",
    }
    return sentences[reason]


def _no_pdf(what: str) -> str:
    if what == APPLE_DOUBLE:
        return "It holds what macOS notes of another file (AppleDouble), no PDF: nothing is missing."
    if what in PACKED.values():
        return f"It is packed ({what}): unpack it, and ingest the PDFs that were in it, if any."
    return (
        "It has no PDF header in its first 1,024 bytes: it is another kind of file, or the download went wrong; "
        "fetch it again."
    )


def _memory(limits: Limits) -> str:
    most = within_session(limits.memory_bytes)
    if most < limits.memory_bytes:
        return f"the {most // MIB} MiB that `ulimit -v` allows: raise that"
    return f"memory_limit_bytes={most} ({most // MIB} MiB): raise that setting"
