"""Files are read in worker processes that may crash, hang or eat memory: the caller never does."""

from __future__ import annotations

from ingest_widgets.engines.names import check_engine, check_ocr
from ingest_widgets.isolation.extract import extract
from ingest_widgets.isolation.features import features
from ingest_widgets.isolation.images import PageBoxes, page_boxes, render_page
from ingest_widgets.isolation.limits import Limits
from ingest_widgets.isolation.pool import IsolatedExecutor
from ingest_widgets.isolation.task import Task

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
