"""A folder of nothing but hostile files goes into a corpus as any other: one honest status each, and a sound file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from ingest_widgets import ProgressTracker, Settings, ingest
from ingest_widgets.documents import FileRecord
from ingest_widgets.pipeline.parts import PAGES_A_TASK
from tests.hostile.case import Case
from tests.hostile.everything import write_all
from tests.hostile.locked import PASSWORDS
from tests.pace import here
from tests.processes import resident_bytes, until, workers

SECONDS = 3.0
FLAT = 150 * 1024 * 1024


@pytest.mark.timeout(600)
def test_a_folder_of_hostile_files_becomes_a_sound_corpus(tmp_path: Path) -> None:
    folder = tmp_path / "hostile"
    folder.mkdir()
    cases = write_all(folder)
    count = len(cases)
    others, before = len(workers()), resident_bytes()
    settings = Settings(
        file_timeout_seconds=SECONDS, memory_limit_bytes=192 * 1024 * 1024, pdf_passwords=[*map(SecretStr, PASSWORDS)]
    )
    with ingest(folder, "c.sqlite", settings=settings, progress=ProgressTracker(sinks=[])) as corpus:
        assert resident_bytes() - before < FLAT, "the parent's memory grew with what the files wanted"
        assert until(lambda: len(workers()) <= others), "worker processes were left behind"
        records = corpus.files()
        assert len(records) == count > 150
        doubtful = [record for record in records if not _as_it_should(record, cases, SECONDS + 2)]
        assert len(doubtful) < count / 10, doubtful
        assert corpus.check() == []
        assert [record.name for record in records if record.status == "failed" and not record.detail] == []
        for page in corpus.pages():
            page.text.encode("utf-8")
            assert "\0" not in page.text
        ingest(folder, corpus, settings=settings, progress=False)
        assert corpus.check() == []
        assert corpus.last_run
        assert corpus.last_run.files == count
        assert corpus.last_run.unchanged >= sum(record.status == "ingested" for record in records)

    # On a busy machine some time out or want memory that they don't want otherwise: alone they do well.
    if doubtful:
        paths = [folder / record.name for record in doubtful]
        with ingest(paths, "alone.sqlite", settings=settings, progress=False) as corpus:
            most = SECONDS + here(2)
            late = [record for record in corpus.files() if record.seconds > most * _tasks(record)]
            assert late == []
            wrong = [record for record in corpus.files() if not _as_it_should(record, cases, float("inf"))]
            assert [record for record in wrong if record.reason != "timeout"] == []


def _tasks(record: FileRecord) -> int:
    """Of how many ranges a file consists by what it says; each has its own seconds."""
    said = re.search(r"it says it has (\d+) pages", " ".join(record.warnings))
    return 1 + int(said[1]) // PAGES_A_TASK if said else 1


def _as_it_should(record: FileRecord, cases: Mapping[str, Case], most_seconds: float) -> bool:
    ending = f"{record.status}/{record.reason}".removesuffix("/None")
    return ending in cases[record.name].outcomes and record.seconds < most_seconds
