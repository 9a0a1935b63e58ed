"""What the textbox 'Source' offers, and takes as a path."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest_widgets.notebook.source_completion import completions, pasted_path


def test_folders_come_first_and_hidden_ones_only_after_a_dot(tmp_path: Path) -> None:
    for folder in ("papers", "Patents", ".hidden"):
        (tmp_path / folder).mkdir()
    for file in ("paper.pdf", "paper.txt"):
        (tmp_path / file).touch()
    base = f"{tmp_path}/"
    assert completions(base + "pa") == [f"{base}Patents/", f"{base}papers/", f"{base}paper.pdf"]
    assert completions(base) == completions(base + "pa")
    assert completions(base + ".") == [f"{base}.hidden/"]


def test_what_is_no_folder_has_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for text in (f"{tmp_path}/no/such", f"{tmp_path}/file/x", "a\0b/c", "https://x.org/a"):
        assert completions(text) == []


def test_paths_are_given_as_they_are_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one" / "two").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert completions("o") == ["one/"]
    assert completions("one/") == ["one/two/"]
    assert completions("~/one/") == ["~/one/two/"]
    assert completions("./o") == ["./one/"]


@pytest.mark.parametrize("text", ['"papers/"', "'papers/'", "  papers/\n", ' "papers/" ', "papers/"])
def test_quotation_marks_and_space_around_a_path_are_none_of_it(text: str) -> None:
    assert pasted_path(text) == "papers/"


def test_those_of_a_windows_path_are_none_of_it() -> None:
    assert pasted_path('"C:\\My Papers\\old one.pdf"') == "C:\\My Papers\\old one.pdf"


@pytest.mark.parametrize("text", ["", " ", '"', "''", "'a' 'b'", "it's", "'a\"", "a\0b"])
def test_other_marks_stay(text: str) -> None:
    assert pasted_path(text) == text.strip()


@pytest.mark.parametrize("name", ["'quoted'", " spaced "])
def test_a_name_that_has_them_is_taken_as_it_is(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).mkdir()
    assert pasted_path(name) == name
