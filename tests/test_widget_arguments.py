"""What a wrong argument to a widget says."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest_widgets import IngestPanel, ProgressBar


def test_a_folder_given_as_the_corpus_is_told_to_be_the_source(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"IngestPanel\(source="):
        IngestPanel(tmp_path)


def test_a_number_given_as_the_corpus_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="corpus is a Corpus or the path of one, not 5"):
        IngestPanel(5)  # type: ignore[arg-type]


@pytest.mark.parametrize("source", [5, b"papers", ["papers"]])
def test_what_is_no_path_given_as_the_source_is_refused_at_once(source: object) -> None:
    with pytest.raises(TypeError, match="source is a path, not"):
        IngestPanel(source=source)  # type: ignore[arg-type]


def test_a_number_given_as_the_tracker_names_what_is_wanted() -> None:
    with pytest.raises(TypeError, match="tracker is a ProgressTracker, not 5"):
        ProgressBar(5)  # type: ignore[arg-type]
