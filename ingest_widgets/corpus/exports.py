"""The pages in other libraries' shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_widgets.errors import MissingExtra

if TYPE_CHECKING:
    import pandas

    from ingest_widgets.corpus.corpus import Corpus

COLUMNS = ("file", "page", "text", "engine", "warnings")


def to_pandas(corpus: Corpus) -> pandas.DataFrame:
    """One row a page."""
    try:
        import pandas
    except ImportError:
        raise MissingExtra("pandas", "pandas", "to_pandas()") from None
    rows = [(page.file, page.number, page.text, page.engine, list(page.warnings)) for page in corpus.pages()]
    return pandas.DataFrame(rows, columns=list(COLUMNS)).astype({"page": "int64"})
