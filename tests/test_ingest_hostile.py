"""A folder of nothing but hostile files goes into a corpus as any other: one honest status each, and a sound file."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from ingest_widgets import ProgressTracker, Settings, ingest
from tests.hostile.everything import write_all
from tests.hostile.locked import PASSWORDS
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
        wrong = {
            record.name: ending
            for record in records
            if (ending := f"{record.status}/{record.reason}".removesuffix("/None")) not in cases[record.name].outcomes
            and record.reason != "timeout"  # on a busy machine
        }
        assert wrong == {}
        assert corpus.check() == []
        slow = {record.name: record.seconds for record in records if record.seconds > SECONDS + 2}
        assert slow == {}
        assert [record.name for record in records if record.status == "failed" and not record.detail] == []
        for page in corpus.pages():
            page.text.encode("utf-8")
            assert "\0" not in page.text
        ingest(folder, corpus, settings=settings, progress=False)
        assert corpus.check() == []
        assert corpus.last_run
        assert corpus.last_run.files == count
        assert corpus.last_run.unchanged >= sum(record.status == "ingested" for record in records)
