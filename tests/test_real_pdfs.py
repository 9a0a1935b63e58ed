"""The main job on whole folders, measured against pdfium itself: the samples always, and any folder given by --pdfs."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from ingest_widgets import Corpus, ProgressTracker, ingest
from ingest_widgets.documents import SourceFile
from ingest_widgets.pipeline import IngestRun, NullObserver
from ingest_widgets.settings import Settings

FINAL = {"ingested", "partial", "failed", "cancelled"}


@pytest.fixture
def folder(request: pytest.FixtureRequest, samples: Path) -> Path:
    """The folder given by --pdfs, or the samples."""
    given = request.config.getoption("--pdfs")
    return Path(request.config.invocation_params.dir, given) if given else samples


def pdfium_pages(path: str) -> list[str] | None:
    """The text of each page by bare pdfium; None when it refuses the file."""
    try:
        with pypdfium2.PdfDocument(path) as document:
            return [page.get_textpage().get_text_range() for page in document]
    except pypdfium2.PdfiumError:
        return None


class Started(NullObserver):
    """Which files were read."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, file: SourceFile) -> None:
        self.names.append(file.name)


def test_a_folder_of_pdfs_agrees_with_pdfium_file_by_file_and_page_by_page(folder: Path) -> None:
    with ingest(folder, "c.sqlite", progress=False) as corpus:
        records = {record.path: record for record in corpus.files()}
        paths = {str(path.resolve()) for path in folder.rglob("*") if path.suffix.lower() == ".pdf" and path.is_file()}
        assert set(records) == paths
        assert {str(record.status) for record in records.values()} <= FINAL
        for path, record in records.items():
            bare = pdfium_pages(path)
            if bare is None:
                continue
            texts = [page.text for page in corpus.pages(record.name)]
            assert len(texts) == record.pages == len(bare), record
            lost = [
                n
                for n, (ours, theirs) in enumerate(zip(texts, bare, strict=True), 1)
                if theirs.strip() and not ours.strip()
            ]
            assert lost == [], f"{record.name}: pages without text that pdfium finds some on"
        assert corpus.check() == []


def test_the_second_run_over_a_folder_reads_nothing(folder: Path) -> None:
    with ingest(folder, "c.sqlite", progress=False) as corpus:
        seen = Started()
        run = IngestRun(
            folder, Corpus("c.sqlite"), settings=Settings(), tracker=ProgressTracker(sinks=[]), observer=seen
        )
        summary = run.run()
        again = [r.name for r in corpus.files() if r.reason in ("crashed", "timeout", "out_of_memory", "unreadable")]
        assert sorted(seen.names) == sorted(again)
        assert summary.files == len(corpus.files())
        run.corpus.close()
