"""Files are read in worker processes that may crash, hang or eat memory: the caller never does.

Names are fetched at their first use, since a worker imports this package too and needs none of its parent's half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_widgets.lazy import fetcher

if TYPE_CHECKING:
    from ingest_widgets.isolation.extraction import extract
    from ingest_widgets.isolation.images import PageBoxes, page_boxes, render_page
    from ingest_widgets.isolation.limits import Limits
    from ingest_widgets.isolation.pool import IsolatedExecutor
    from ingest_widgets.isolation.slot import features
    from ingest_widgets.isolation.task import Stamp, Task

_MODULE_OF = {
    "IsolatedExecutor": "pool",
    "Limits": "limits",
    "PageBoxes": "images",
    "Stamp": "task",
    "Task": "task",
    "extract": "extraction",
    "features": "slot",
    "page_boxes": "images",
    "render_page": "images",
}

__all__ = [
    "IsolatedExecutor",
    "Limits",
    "PageBoxes",
    "Stamp",
    "Task",
    "extract",
    "features",
    "page_boxes",
    "render_page",
]

__getattr__ = fetcher(__name__, _MODULE_OF)
