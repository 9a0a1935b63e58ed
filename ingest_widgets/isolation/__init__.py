"""Files are read in worker processes that may crash, hang or eat memory: the caller never does.

Names are fetched at their first use, since a worker imports this package too and needs none of its parent's half.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest_widgets.engines.names import check_engine, check_ocr
    from ingest_widgets.isolation.extraction import extract
    from ingest_widgets.isolation.images import PageBoxes, page_boxes, render_page
    from ingest_widgets.isolation.limits import Limits
    from ingest_widgets.isolation.pool import IsolatedExecutor
    from ingest_widgets.isolation.survey import features
    from ingest_widgets.isolation.task import Task

_MODULE_OF = {
    "IsolatedExecutor": "isolation.pool",
    "Limits": "isolation.limits",
    "PageBoxes": "isolation.images",
    "Task": "isolation.task",
    "check_engine": "engines.names",
    "check_ocr": "engines.names",
    "extract": "isolation.extraction",
    "features": "isolation.survey",
    "page_boxes": "isolation.images",
    "render_page": "isolation.images",
}

__all__ = [
    "IsolatedExecutor",
    "Limits",
    "PageBoxes",
    "Task",
    "check_engine",
    "check_ocr",
    "extract",
    "features",
    "page_boxes",
    "render_page",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"ingest_widgets.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value
