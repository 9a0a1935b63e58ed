"""The files behind a source, for the tests."""

from __future__ import annotations

from ingest_widgets.documents import SourceFile
from ingest_widgets.sources import Listing, Patience, Source


def list_sources(source: Source) -> list[SourceFile]:
    """As a run lists them."""
    return Listing(source).files(Patience())
