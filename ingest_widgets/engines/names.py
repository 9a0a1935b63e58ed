"""Which engines there are; looking loads none of them."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from ingest_widgets.errors import EngineError, MissingExtra

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "ingest_widgets.engines"
CHAIN = ("pdfium", "pdfium+repair", "pypdf", "pdfium+salvage")
"""What `auto` tries, in this order, each when the one before it can't read the document."""

_BUILT_IN = ("auto", "pdfium", "pypdf")


def plug_ins() -> dict[str, EntryPoint]:
    """Installed plug-ins by name."""
    from importlib.metadata import entry_points  # a tenth of a worker's start, and few have plug-ins

    return {point.name: point for point in entry_points(group=GROUP)}


def is_built_in(name: str) -> bool:
    """Whether it is an engine of ours, which needs neither network nor files."""
    return name in _BUILT_IN


def check_engine(name: str) -> str:
    """The name, if there is such an engine.

    Raises:
        EngineError: There isn't; the message names those there are.
        TypeError: It is no text.
    """
    if not isinstance(name, str):
        raise TypeError(f"engine is the name of an engine, not {type(name).__name__}")
    if name not in _BUILT_IN and name not in (others := plug_ins()):
        known = ", ".join([*_BUILT_IN, *sorted(others)])
        raise EngineError(f"there is no engine {name!r}: choose one of {known}, or install the plug-in that brings it")
    return name


def rungs(name: str) -> tuple[str, ...]:
    """What is tried in turn when the user says `name`."""
    return CHAIN if name == "auto" else (name,)


def check_ocr(wanted: bool) -> None:
    """Looks, without loading anything, whether OCR can be done when it is wanted.

    Raises:
        MissingExtra: A library for it isn't installed.
    """
    for library in ("rapidocr", "onnxruntime") if wanted else ():
        if not _installed(library):
            raise MissingExtra(library, "ocr", "reading scans")


def _installed(library: str) -> bool:
    try:
        return find_spec(library) is not None
    except (ImportError, ValueError):  # ValueError: it is in sys.modules as None
        return False
