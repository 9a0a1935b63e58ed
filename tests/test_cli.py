"""The terminal: exit codes, JSON, what a pipe and what a terminal gets, help, completion."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click
import pytest

import ingest_widgets
from ingest_widgets import Corpus, Page, Reason, Status
from ingest_widgets.cli import main
from ingest_widgets.documents import Extraction, SourceFile

COMMAND = [sys.executable, "-m", "ingest_widgets"]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, env={**os.environ, **environment}, timeout=120
    )


def as_json(*arguments: str, code: int = 0) -> Any:
    done = run(*arguments, "--json")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus of two pages and a failed file whose names and texts try to steer the terminal."""
    path = tmp_path / "corpus.sqlite"
    with Corpus(path) as made:
        pages = tuple(Page("", n, f"Entropy \x1b[31mgrows\x07 on page {n}", "pdfium") for n in (1, 2))
        made.write(
            SourceFile("good\x1b[2J.pdf", "/p/good\x1b[2J.pdf"), Extraction(Status.INGESTED, page_count=2, pages=pages)
        )
        made.write(SourceFile("bad.pdf", "/p/bad.pdf"), Extraction(Status.FAILED, Reason.CORRUPT, "can't be opened"))
    return path


class TestSearch:
    """`ingest-widgets search`."""

    def test_writes_lines_with_tabs_to_a_pipe(self, corpus: Path) -> None:
        done = run("search", "entropy")
        assert done.returncode == 0
        assert [line.split("\t")[1] for line in done.stdout.splitlines()] == ["1", "2"]
        assert "\x1b" not in done.stdout
        assert done.stderr == "2 pages\n"

    @pytest.mark.parametrize("name", ["corpus.sqlite", "other.sqlite", "work.db"])
    def test_asks_whether_a_word_was_meant_to_be_the_corpus(self, corpus: Path, name: str) -> None:
        shutil.copy(corpus, "work.db")
        done = run("search", name, "entropy")
        assert (done.returncode, done.stdout) == (0, "")
        hint = f"'{name}' is searched for as a word: did you mean --corpus {name}?"
        assert done.stderr.splitlines() == [hint, "0 pages"]
        assert as_json("search", name, "entropy")["total"] == 0

    @pytest.mark.parametrize(
        "words", [["entropy", "."], ["entropy", "notes.txt"], ["--corpus", "corpus.sqlite", "b.sqlite"]]
    )
    def test_asks_about_no_other_word(self, corpus: Path, words: list[str]) -> None:
        Path("notes.txt").write_text("entropy", encoding="utf-8")
        assert "did you mean" not in run("search", *words).stderr

    def test_writes_json(self, corpus: Path) -> None:
        found = as_json("search", "entropy", "page", "--limit", "1", "--corpus", str(corpus))
        assert (found["query"], found["total"], len(found["hits"])) == ("entropy page", 2, 1)
        start, end = found["hits"][0]["spans"][0]
        assert found["hits"][0]["snippet"][start:end] == "Entropy"

    def test_marks_the_hits_on_a_terminal_and_nothing_else_steers_it(self, corpus: Path) -> None:
        shown, code = on_terminal("search", "entropy")
        assert code == 0
        assert "\x1b[33m\x1b[1mEntropy\x1b[0m" in shown
        assert "\x1b[31m" not in shown
        assert "\x1b[2J" not in shown

    @pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
    def test_colours_nothing_where_that_is_not_wanted(self, corpus: Path, variables: dict[str, str]) -> None:
        shown, _ = on_terminal("search", "entropy", **variables)
        assert "Entropy" in shown
        assert "\x1b" not in shown

    def test_says_what_may_help_when_nothing_was_found(self, corpus: Path) -> None:
        done = run("search", "entorpy")
        assert (done.stdout, done.stderr) == ("", "0 pages: did you mean 'entropy'?\n")
        assert as_json("search", "file:nowhere", "entropy")["hint"].startswith("there is no file 'nowhere', ")

    def test_takes_words_with_a_minus_after_two(self, corpus: Path) -> None:
        done = run("search", "--json", "--", "entropy", "-2")
        assert [hit["page"] for hit in json.loads(done.stdout)["hits"]] == [1]

    def test_takes_a_count_beyond_any(self, corpus: Path) -> None:
        assert len(as_json("search", "entropy", "--limit", f"{10**30}")["hits"]) == 2
        assert as_json("search", "entropy", "--offset", f"{10**30}")["hits"] == []


@pytest.mark.parametrize("words", [["search", "entropy"], ["files"], ["export", "x.csv"], ["ingest", "."]])
def test_a_corpus_of_an_empty_name_is_refused_not_taken_for_the_default(corpus: Path, words: list[str]) -> None:
    """A variable of the shell that isn't set."""
    done = run(*words, "--corpus", "")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is a folder: give a file in it" in done.stderr


class TestFiles:
    """`ingest-widgets files`."""

    def test_lists_each_with_its_status(self, corpus: Path) -> None:
        lines = [line.split("\t") for line in run("files").stdout.splitlines()]
        assert [(line[0], line[1]) for line in lines] == [("failed", "0"), ("ingested", "2")]
        assert lines[0][2:] == ["bad.pdf", "can't be opened"]
        assert [f["name"] for f in as_json("files", "--status", "failed")["files"]] == ["bad.pdf"]

    def test_is_a_table_on_a_terminal(self, corpus: Path) -> None:
        shown, _ = on_terminal("files")
        assert "status" in shown
        assert "bad.pdf" in shown


class TestExport:
    """`ingest-widgets export`."""

    def test_writes_csv_and_parquet(self, corpus: Path) -> None:
        assert run("export", "pages.csv").stdout == "2 pages in pages.csv\n"
        assert Path("pages.csv").read_text(encoding="utf-8").startswith("file,page")
        assert as_json("export", "pages.parquet") == {"file": "pages.parquet", "format": "parquet", "pages": 2}
        assert Path("pages.parquet").read_bytes().startswith(b"PAR1")

    def test_counts_a_single_page_as_one(self, corpus: Path) -> None:
        with Corpus(corpus) as made:
            made.remove("good\x1b[2J.pdf")
            one = Extraction(Status.INGESTED, page_count=1, pages=(Page("", 1, "Entropy", "pdfium"),))
            made.write(SourceFile("one.pdf", "/p/one.pdf"), one)
        assert run("export", "pages.csv").stdout == "1 page in pages.csv\n"

    def test_refuses_another_ending(self, corpus: Path) -> None:
        done = run("export", "pages.doc")
        assert done.returncode == 2
        assert "Invalid value for FILE: it must end with .csv or .parquet" in done.stderr


class TestExitCodes:
    """2: what was asked can't be done; one line on stderr, no traceback, and nothing is made."""

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ([], "Usage:"),
            (["ingest"], "Missing argument 'SOURCE...'"),
            (["ingest", "nowhere"], "nowhere"),
            (["ingest", ".", "--workers", "0"], "Invalid value for '--workers'"),
            (["ingest", ".", "--engine", "nosuch"], "nosuch"),
            (["search", "x"], "corpus.sqlite: check the path, or ingest PDFs into it first"),
            (["files", "--status", "odd"], "'odd' is not one of"),
            (["nosuch"], "No such command 'nosuch'"),
        ],
    )
    def test_refused(self, arguments: list[str], said: str) -> None:
        done = run(*arguments)
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr
        assert list(Path().iterdir()) == []

    def test_a_wrong_setting_is_refused(self) -> None:
        Path("ingest.yaml").write_text("wrokers: 2\n", encoding="utf-8")
        for command in (["ingest", "."], ["settings"], ["search", "x"]):
            done = run(*command)
            assert done.returncode == 2
            assert done.stderr == (
                "Error: ingest.yaml, line 1, column 1: unknown setting 'wrokers'; did you mean 'workers'?\n"
            )

    @pytest.mark.parametrize("both", ["", "2>&1"])
    def test_a_pipe_that_nobody_reads_is_neither_a_traceback_nor_a_failed_file(self, corpus: Path, both: str) -> None:
        """It ends as what SIGPIPE ends; the output is longer than what a pipe takes."""
        with Corpus(corpus) as grown:
            pages = tuple(Page("", number, "entropy " * 20, "pdfium") for number in range(1, 1_001))
            grown.write(
                SourceFile("long.pdf", "/p/long.pdf"), Extraction(Status.INGESTED, page_count=1_000, pages=pages)
            )
        line = f"{' '.join(COMMAND)} search entropy --limit 1000 {both} | head -1; exit ${{PIPESTATUS[0]}}"
        shell = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60)
        assert (shell.returncode, shell.stderr) == (141, "")

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is always full")
    def test_a_full_disk_below_the_output_is_one_line(self, corpus: Path) -> None:
        with open("/dev/full", "w") as full:
            done = subprocess.run([*COMMAND, "files"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        assert done.returncode == 1
        assert done.stderr == "Error: the system refused (No space left on device): where does the output go?\n"

    @pytest.mark.parametrize("command", ["files", "search entropy", "files --json"])
    def test_a_closed_stdout_is_no_traceback(self, corpus: Path, command: str) -> None:
        line = f"{' '.join(COMMAND)} {command} >&-"
        shell = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60)
        assert (shell.returncode, "Traceback" in shell.stderr) == (0, False)


class TestIngest:
    """`ingest-widgets ingest`."""

    @pytest.fixture
    def papers(self, tmp_path: Path, samples: Path) -> Path:
        folder = tmp_path / "papers"
        folder.mkdir()
        shutil.copy(samples / "paper-two-columns.pdf", folder)
        return folder

    def test_all_well_is_0_and_the_second_run_reads_nothing(self, papers: Path) -> None:
        done = run("ingest", "papers")
        assert done.returncode == 0, done.stderr
        assert done.stdout == "1 file: 1 ingested\n"
        again = as_json("ingest", "papers", "--quiet")
        assert again["summary"]["unchanged"] == 1
        assert again["sentence"] == "1 file: 1 unchanged"

    def test_a_failed_file_is_1_and_says_why(self, papers: Path, samples: Path) -> None:
        shutil.copy(samples / "broken.pdf", papers)
        done = run("ingest", "papers", "--corpus", "x.sqlite")
        assert done.returncode == 1
        assert done.stdout.startswith("2 files: 1 ingested, 1 failed\n  failed broken.pdf: ")
        assert "Traceback" not in done.stderr
        found = as_json("ingest", str(papers / "broken.pdf"), "--corpus", "y.sqlite", code=1)
        assert [(p["name"], p["status"]) for p in found["problems"]] == [("broken.pdf", "failed")]

    def test_only_files_of_this_run_are_its_problems(self, papers: Path, samples: Path) -> None:
        assert run("ingest", str(samples / "broken.pdf")).returncode == 1
        done = run("ingest", "papers")
        assert (done.returncode, done.stdout) == (0, "1 file: 1 ingested\n")

    def test_several_sources_and_options_count(self, papers: Path, samples: Path) -> None:
        found = as_json("ingest", "papers", str(samples / "scan-no-text.pdf"), "--engine", "pypdf", "--workers", "1")
        assert found["summary"]["ingested"] == 2
        assert {f["engine"] for f in as_json("files")["files"]} == {"pypdf"}

    def test_elsewhere_than_on_a_terminal_progress_is_log_lines(self, papers: Path) -> None:
        lines = run("ingest", "papers").stderr.splitlines()
        assert lines
        assert all("\x1b" not in line and "\r" not in line for line in lines)
        assert any("100" in line for line in lines)
        assert run("ingest", "papers", "--corpus", "q.sqlite", "--quiet").stderr == ""

    def test_on_a_terminal_progress_is_a_bar(self, papers: Path) -> None:
        shown, code = on_terminal("ingest", "papers")
        assert code == 0
        assert "100" in shown
        assert "1 file: 1 ingested" in shown


def on_terminal(*arguments: str, **variables: str) -> tuple[str, int]:
    """What a command shows on a terminal of 100 columns, and its exit code."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "COLUMNS": "100", "TERM": "xterm-256color", **variables}
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdin=follower, stdout=follower, stderr=follower, env=environment, close_fds=True
    )
    os.close(follower)
    shown, deadline = b"", time.monotonic() + 120
    while time.monotonic() < deadline:
        if select.select([leader], [], [], 1)[0]:
            try:
                piece = os.read(leader, 65536)
            except OSError:  # Linux: the last of the other side is closed
                break
            if not piece:
                break
            shown += piece
    os.close(leader)
    return shown.decode(), process.wait(timeout=30)


class TestSettings:
    """`ingest-widgets settings`."""

    def test_shows_each_with_its_place_and_no_secret(self) -> None:
        canary = "canary-7f3a"
        Path("ingest.yaml").write_text(f"workers: 2\nvault:\n  token: {canary}\n", encoding="utf-8")
        secrets = {"INGEST_PDF_PASSWORDS": f'["{canary}"]', "INGEST_VAULT__ADDRESS": "http://127.0.0.1:9"}
        done = run("settings", **secrets)
        lines = {line.split("\t")[0]: line.split("\t")[1:] for line in done.stdout.splitlines()}
        assert lines["workers"] == ["2", "ingest.yaml, line 1, column 10"]
        assert lines["pdf_passwords"] == ["['**********']", "INGEST_PDF_PASSWORDS"]
        assert lines["min_change"] == ["1.0", "default"]
        assert canary not in done.stdout + done.stderr + run("settings", "--json", **secrets).stdout

    def test_asks_nobody_for_what_is_in_vault(self) -> None:
        start = time.monotonic()
        done = run("settings", "--json", INGEST_VAULT__ADDRESS="http://127.0.0.1:9", INGEST_VAULT__TOKEN="t")
        found = {row["name"]: row for row in json.loads(done.stdout)["settings"]}
        assert found["pdf_passwords"]["origin"] == "asked when first read: Vault at http://127.0.0.1:9, secret/ingest"
        assert done.stderr == ""
        assert time.monotonic() - start < 10

    def test_warns_of_misspelt_variables(self) -> None:
        Path(".env").write_text("INGEST_OCRR=1\n", encoding="utf-8")
        done = run("settings", INGEST_WROKERS="1")
        assert done.stderr.splitlines() == [
            "WARNING ingest_widgets.settings: INGEST_WROKERS: unknown setting 'wrokers'; did you mean 'workers'?",
            "WARNING ingest_widgets.settings: .env, line 1, INGEST_OCRR: unknown setting 'ocrr'; did you mean 'ocr'?",
        ]

    def test_writes_a_form_once(self) -> None:
        assert run("settings", "--write").stdout == "wrote ingest.yaml\n"
        before = Path("ingest.yaml").read_text(encoding="utf-8")
        again = run("settings", "--write")
        assert again.returncode == 2
        assert "is here already" in again.stderr
        assert Path("ingest.yaml").read_text(encoding="utf-8") == before
        assert run("settings").stdout.count("default") >= 20

    def test_the_log_level_of_a_file_counts(self, samples: Path) -> None:
        Path("ingest.yaml").write_text("log_level: ERROR\n", encoding="utf-8")
        done = run("ingest", str(samples / "paper-two-columns.pdf"))
        assert (done.returncode, done.stderr) == (0, "")


class TestDoctor:
    """`ingest-widgets doctor`."""

    def test_finds_what_is_there(self) -> None:
        """In a checkout JupyterLab doesn't find the extension: that comes with the wheel."""
        done = run("doctor", "--json")
        checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
        bad = {name for name, check in checks.items() if check["state"] == "bad"}
        assert bad <= {"lab extension"}
        assert done.returncode == (1 if bad else 0)
        assert {"sqlite", "settings", "corpus folder", "widgets", "engine pdfium", "engine pypdf"} <= set(checks)
        assert all(check["cure"] for check in checks.values() if check["state"] != "ok")

    def test_names_the_cure_of_each_trouble(self, tmp_path: Path) -> None:
        Path("ingest.yaml").write_text("workers: none\n", encoding="utf-8")
        done = run("doctor")
        assert done.returncode == 1
        assert "BAD settings: ingest.yaml, line 1, column 10: workers: expected a valid integer" in done.stdout
        assert "    cure: correct ingest.yaml, line 1, column 10, or take it away: " in done.stdout

    def test_names_misspelt_variables(self) -> None:
        """None is broken, so the exit code is that of the other checks."""
        Path(".env").write_text("INGEST_OCRR=1\n", encoding="utf-8")
        done = run("doctor", INGEST_WROKERS="1")
        assert "off settings: INGEST_WROKERS: unknown setting 'wrokers'; did you mean 'workers'?; .env, " in done.stdout
        assert "cure: correct the name of INGEST_WROKERS and of .env, line 1, INGEST_OCRR, or take" in done.stdout

    def test_sends_nobody_to_an_index_for_this_package(self, tmp_path: Path) -> None:
        """No index has it yet, and whoever takes its name there first could put anything in."""
        package = Path(ingest_widgets.__file__).parent
        shutil.copytree(package, tmp_path / "copy" / "ingest_widgets", ignore=shutil.ignore_patterns("*.js"))
        done = run("doctor", PYTHONPATH=str(tmp_path / "copy"))
        assert "BAD widgets: their JavaScript is missing" in done.stdout
        assert "cure: in the checkout: pip install --force-reinstall --no-deps ." in done.stdout
        assert not re.search(r"pip install .*ingest-widgets(?!\[)", done.stdout)

    def test_asks_vault_when_it_is_set_up(self) -> None:
        done = run("doctor", INGEST_VAULT__ADDRESS="http://127.0.0.1:9")
        assert "BAD Vault: Vault at http://127.0.0.1:9, secret/ingest, has no credentials" in done.stdout


def commands() -> list[list[str]]:
    return [[], *([name] for name in main.commands)]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_help_fits_a_screen(command: list[str]) -> None:
    """24 lines of 80 columns, nothing cut short."""
    from click.testing import CliRunner

    for option in ("--help", "-h"):
        shown = CliRunner().invoke(main, [*command, option], terminal_width=80).output
        assert shown.startswith("Usage: ")
        assert len(shown.splitlines()) <= 24
        assert max(map(len, shown.splitlines())) <= 80
        assert "..." not in re.sub(r"[A-Z]+\.\.\.|\[ARGS\]\.\.\.", "", shown)


def test_every_command_has_json_but_the_one_that_writes_a_script() -> None:
    having = {name for name, command in main.commands.items() if any(p.name == "as_json" for p in command.params)}
    assert having == {"ingest", "search", "files", "export", "settings", "doctor"}
    assert set(main.commands) - having == {"completion"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_writes_a_script(shell: str) -> None:
    done = run("completion", shell)
    assert done.returncode == 0
    assert "_INGEST_WIDGETS_COMPLETE" in done.stdout


def test_completion_completes() -> None:
    """What the script of bash calls when the tab key is hit."""
    done = run(_INGEST_WIDGETS_COMPLETE="bash_complete", COMP_WORDS="ingest-widgets se", COMP_CWORD="1")
    assert {line.partition(",")[2] for line in done.stdout.split()} == {"search", "settings"}


def test_the_console_command_is_this_one() -> None:
    from importlib.metadata import entry_points

    (point,) = (p for p in entry_points(group="console_scripts") if p.name == "ingest-widgets")
    assert isinstance(point.load(), click.Group)
    assert point.load() is main
    assert run("--version").stdout.strip() != ""
