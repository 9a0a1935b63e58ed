"""A page as the page view wants it: the bare image, and the boxes of the matches in points from its top left."""

from __future__ import annotations

from typing import Any

from ingest_widgets.corpus import Corpus
from ingest_widgets.errors import IngestError


def page_answer(corpus: Corpus | None, request: dict[str, Any]) -> tuple[dict[str, Any], bytes | None]:
    """The answer to the page's request, and the PNG; a page that can't be shown says why."""
    file, number = str(request["file"]), int(request["number"])
    answer: dict[str, Any] = {"ask": request["ask"]}
    if corpus is None:
        return answer | {"error": "There is no corpus any more: press Start to make it again."}, None
    try:
        sheet = corpus.page_sheet(file, number, dpi=int(request["dpi"]), query=str(request["query"]))
    except IngestError as error:
        return answer | {"error": str(error)}, None
    size = {"width": sheet.width, "height": sheet.height, "pages": sheet.pages}
    return answer | size | {"boxes": sheet.boxes, "unmarked": sheet.unmarked}, sheet.png
