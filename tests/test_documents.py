"""What README, notebooks and the other documents tell a reader to type, and what they name, is there."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("notebooks/*.ipynb")])

AS_CELLS = """
import ast, asyncio, sys
from types import SimpleNamespace
from ingest_widgets import ingest_async, start_ingest
model = SimpleNamespace(encode=lambda texts: [[len(text), 1.0] for text in texts])
rows = [1, 2, 3]
async def fetch(): ...
asyncio.run(eval(compile(sys.stdin.read(), "README.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)))
job.result()
"""


def words_of(document: Path) -> str:
    """The text that a person reads, on one line: a command may be broken in two."""
    text = document.read_text("utf-8")
    if document.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return " ".join(text.split())


def commands() -> list[str]:
    """Each `ingest-widgets ...` once; `one|two` are two."""
    found = {said for document in DOCUMENTS for said in re.findall(r"`ingest-widgets ([^`]+)`", words_of(document))}
    return sorted({each for said in found for each in (said.split("|") if "|" in said else [said])})


@pytest.mark.parametrize("command", commands())
def test_a_command_does_what_it_is_said_to_do(command: str, samples: Path) -> None:
    """In a folder with papers and their corpus. A bare name is one of the commands."""
    words = shlex.split(command)
    if len(words) == 1:
        words.append("--help")
    shutil.copytree(samples, "papers", ignore=lambda _, names: set(names) - {"paper-two-columns.pdf"})
    for arguments in ["ingest", "papers"], words:
        call = [sys.executable, "-m", "ingest_widgets", *arguments]
        done = subprocess.run(call, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        assert "did you mean" not in done.stderr


def test_the_code_of_the_readme_runs(samples: Path) -> None:
    """As in cells, in a folder with papers; what a reader has to bring along stands in `AS_CELLS`."""
    code = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert len(code) >= 3
    Path("papers").mkdir()
    shutil.copy(samples / "manual-long.pdf", "papers/shannon.pdf")
    call = [sys.executable, "-c", AS_CELLS]
    done = subprocess.run(call, input="\n".join(code), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def rooms(package: Path) -> set[str]:
    """The modules and packages right below a package, as CONTRIBUTING writes them."""
    files = {path.name for path in package.glob("*.py")} - {"__init__.py"}
    return files | {f"{path.name}/" for path in package.iterdir() if path.is_dir() and path.name != "__pycache__"}


@pytest.mark.parametrize(
    ("header", "package"), [("room", ""), ("room of `engines/`", "engines"), ("room of `corpus/`", "corpus")]
)
def test_every_room_and_no_other_is_in_the_table_of_contributing(header: str, package: str) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    table = text.partition(f"| {header} | what it knows |\n")[2].partition("\n\n")[0]
    cells = re.findall(r"(?m)^\| (`[^|]*) \|", table)
    assert set(re.findall(r"`([^`]+)`", " ".join(cells))) == rooms(ROOT / "ingest_widgets" / package)


def test_the_samples_of_contributing_select_tests() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    samples = re.findall(r"\$ \.venv/bin/python -m pytest (?:(tests/\S+)|-k (\w+))", text)
    assert len(samples) >= 3
    for file, word in samples:
        assert not file or (ROOT / file).is_file()
        assert not word or any(f"_{word}" in path.read_text("utf-8") for path in ROOT.glob("tests/**/test_*.py"))


def test_the_readme_begins_with_the_commands_to_know() -> None:
    said = [line.split() for line in (ROOT / "README.md").read_text("utf-8").splitlines() if line.startswith("$ ")]
    assert [line[1:3] for line in said[:3]] == [["make", "demo"], ["make", "test"], ["make", "lab"]]
    targets = re.findall(r"(?m)^(\w+):", (ROOT / "Makefile").read_text("utf-8"))
    assert {line[2] for line in said[:3]} <= set(targets)


def test_the_commands_are_found() -> None:
    assert {"ingest papers/", "search --corpus corpus.sqlite entropy", "settings", "doctor"} <= set(commands())
