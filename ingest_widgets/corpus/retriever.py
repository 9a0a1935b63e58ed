"""A LangChain retriever over a corpus; without LangChain its name stays, and says what to install when it is used."""

from __future__ import annotations

from asyncio import to_thread
from typing import TYPE_CHECKING, Any, Literal

from ingest_widgets.corpus.arguments import file_names, whole_number
from ingest_widgets.corpus.corpus import Corpus
from ingest_widgets.documents import FileRecord, Hit, Page
from ingest_widgets.errors import MissingExtra

try:
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
    from pydantic import ConfigDict, field_validator
except ImportError:
    if TYPE_CHECKING:
        raise

    class CorpusRetriever:
        """Stands in for the retriever where LangChain isn't installed."""

        def __init__(self, *_: Any, **__: Any) -> None:
            raise MissingExtra("langchain-core", "langchain", "CorpusRetriever")

else:
    _FOR_ONE_QUESTION = {"k", "file", "ranking"}

    class CorpusRetriever(BaseRetriever):  # type: ignore[no-redef]
        """Finds pages for a question: those with all its words first, then those with some, ranked by BM25.

        Each document's metadata: `source` (the file's path or URL), `title`, `file` (its name), `page` (from 1),
        `score` and `snippet`. A page that goes between the search and the look at it is left out.

        `k`, `file` and `ranking` may also be given with a question: `retriever.invoke(question, k=1)`. They are
        checked wherever they are given, an unfit one raises a TypeError or a ValueError that names it.

        Attributes:
            corpus: Where to look.
            k: How many documents at most.
            file: Only pages of the file with this name, or of the files with these names.
            ranking: `"hybrid"`: those with any of the words, and the nearest ones (see `Corpus.search`); it needs
                `corpus.embed(fn)` before.
        """

        model_config = ConfigDict(arbitrary_types_allowed=True, validate_assignment=True, extra="forbid")

        corpus: Corpus
        k: int = 5
        file: str | list[str] | None = None
        ranking: Literal["bm25", "hybrid"] = "bm25"

        @field_validator("k", mode="before")
        @classmethod
        def _whole(cls, value: object) -> int:
            return whole_number("k", value)

        @field_validator("file", mode="before")
        @classmethod
        def _named(cls, value: object) -> str | list[str] | None:
            return value if isinstance(value, str) else file_names(value)

        def _get_relevant_documents(self, query: str, *, run_manager: Any = None, **changes: Any) -> list[Document]:
            if unknown := changes.keys() - _FOR_ONE_QUESTION:
                raise TypeError(f"{min(unknown)}: only k, file and ranking can be given with a question")
            asked = self.model_copy()
            for name, value in changes.items():  # each is checked, which what `update` takes isn't
                setattr(asked, name, value)
            return [_document(*found) for found in self.corpus.found(asked._hits(query))]

        async def _aget_relevant_documents(self, query: str, **changes: Any) -> list[Document]:
            return await to_thread(self._get_relevant_documents, query, **changes)

        def _hits(self, query: str) -> list[Hit]:
            if self.ranking == "hybrid":
                return list(self.corpus.search(query, limit=self.k, file=self.file, match="any", ranking="hybrid"))
            hits = list(self.corpus.search(query, limit=self.k, file=self.file))
            if len(hits) < self.k:
                found = {(hit.file, hit.page) for hit in hits}
                more = self.corpus.search(query, limit=self.k, file=self.file, match="any")
                hits += [hit for hit in more if (hit.file, hit.page) not in found][: self.k - len(hits)]
            return hits

    def _document(hit: Hit, record: FileRecord, page: Page) -> Document:
        return Document(
            page_content=page.text,
            id=f"{hit.file}#page={hit.page}",
            metadata={
                "source": record.path,
                "title": record.title,
                "file": hit.file,
                "page": hit.page,
                "score": hit.score,
                "snippet": hit.snippet,
            },
        )
