"""What the user named becomes files with names and sizes; nothing of them is read yet."""

from __future__ import annotations

from ingest_widgets.sources.listing import Listing, Source, describe_source
from ingest_widgets.sources.patience import Patience
from ingest_widgets.sources.urls import fetch

__all__ = [
    "Listing",
    "Patience",
    "Source",
    "describe_source",
    "fetch",
]
