"""`%ingest` and `%search` in real kernels."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest_widgets import Corpus, Status
from tests.kernels import KERNELS, Kernel, start_kernel
from tests.processes import until

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module", params=KERNELS)
def kernel(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    with start_kernel(request.param) as kernel:
        assert kernel.run("import os\n%load_ext ingest_widgets").problem == ""
        yield kernel


@pytest.fixture
def place(kernel: Kernel, tmp_path: Path, samples: Path) -> Path:
    """A folder with PDFs under awkward names, which is the kernel's working directory; the magics start afresh."""
    for name in ("papers/one.pdf", "papers/deep/$& it's {x}.pdf", "my papers/two.pdf", "read me.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(samples / "paper-two-columns.pdf", tmp_path / name)
    move = f"os.chdir({str(tmp_path)!r})\n%reload_ext ingest_widgets"
    assert kernel.run(move).problem == ""
    return tmp_path


def value(kernel: Kernel, expression: str) -> Any:
    """The value of an expression that JSON can carry."""
    reply = kernel.run(f"import json\nprint(json.dumps({expression}))")
    assert reply.problem == ""
    return json.loads(reply.stdout)


def complete(kernel: Kernel, line: str) -> list[str]:
    """The lines that a person could get by Tab."""
    content = kernel.client.complete(line, reply=True, timeout=30)["content"]
    return [line[: content["cursor_start"]] + match + line[content["cursor_end"] :] for match in content["matches"]]


def test_ingest_reads_a_folder_and_gives_the_corpus_back(kernel: Kernel, place: Path) -> None:
    reply = kernel.run("corpus = %ingest papers/")
    assert reply.problem == ""
    assert value(kernel, "[f.name for f in corpus.files()]") == ["deep/$& it's {x}.pdf", "one.pdf"]
    assert (place / "corpus.sqlite").is_file()
    assert any("application/vnd.jupyter.widget-view+json" in data for data in reply.results)


def test_ingest_takes_several_sources_quotes_and_a_corpus(kernel: Kernel, place: Path) -> None:
    line = (
        """corpus = %ingest "my papers" papers/deep/$&\\ it\\'s\\ {x}.pdf --engine=pypdf --corpus "my corpus.sqlite" """
    )
    assert kernel.run(line).problem == ""
    assert value(kernel, "sorted(f.name for f in corpus.files())") == ["$& it's {x}.pdf", "two.pdf"]
    assert value(kernel, "{p.engine for p in corpus.pages()} == {'pypdf'}") is True
    assert (place / "my corpus.sqlite").is_file()
    assert not (place / "corpus.sqlite").exists()


def test_a_corpus_that_could_not_be_used_is_not_the_one_that_was_used_last(kernel: Kernel, place: Path) -> None:
    assert kernel.run("%ingest papers/one.pdf --corpus ours.sqlite").problem == ""
    for wrong in ("%search entropy --corpus typo.sqlite", "%ingest nowhere --corpus typo.sqlite"):
        assert "UsageError" in kernel.run(wrong).stderr
    assert kernel.run("%ingest papers").problem == ""
    assert [path.name for path in place.glob("*.sqlite")] == ["ours.sqlite"]


def test_search_shows_hits_of_the_corpus_that_was_used_last(kernel: Kernel, place: Path) -> None:
    assert kernel.run("corpus = %ingest papers/one.pdf --corpus other.sqlite").problem == ""
    reply = kernel.run("%search entropy")
    assert reply.problem == ""
    (shown,) = reply.results
    assert "one.pdf" in shown["text/plain"]
    assert "entropy" in shown["text/html"].lower()


def test_search_takes_what_a_person_types_and_its_options_anywhere(kernel: Kernel, place: Path) -> None:
    assert kernel.run("%ingest papers/ my\\ papers/").problem == ""
    assert kernel.run('hits = %search --limit 1 "reading order" file:one -zebra').problem == ""
    assert value(kernel, "[(h.file, hits.query) for h in hits]") == [["one.pdf", '"reading order" file:one -zebra']]
    assert kernel.run("hits = %search entropy --limit=2").problem == ""
    assert value(kernel, "[len(hits), hits.total > 2, hits.query]") == [2, True, "entropy"]
    assert kernel.run(f"hits = %search entropy --limit {10**30}").problem == ""


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("%ingest", "%ingest needs a source"),
        ("%ingest nowhere/", "nowhere/ doesn't exist"),
        ("%ingest papers --corpsu x", "%ingest has no --corpsu: it knows --corpus and --engine"),
        ("%ingest papers --engine", "--engine needs a value"),
        ("%ingest papers --engine fancy", "fancy"),
        ('%ingest "papers', "a quote isn't closed"),
        ("%search", "%search needs words"),
        ("%search entropy --limit none", "--limit is a whole number from 1, not 'none'"),
        ("%search entropy --corpus none.sqlite", "none.sqlite"),
    ],
)
def test_a_mistake_is_one_sentence_without_frames(kernel: Kernel, place: Path, line: str, sentence: str) -> None:
    reply = kernel.run(line)
    assert reply.status == "error"
    assert reply.error.startswith("UsageError")
    assert sentence in reply.error
    assert "Traceback" not in reply.stderr
    assert len(reply.stderr.strip().splitlines()) <= 1
    assert not list(place.glob("*.sqlite*"))


@pytest.mark.parametrize(("magic", "word"), [("ingest", "SOURCE"), ("search", "WORDS")])
def test_help_names_the_arguments(kernel: Kernel, magic: str, word: str) -> None:
    found = kernel.client.inspect(f"%{magic}", reply=True, timeout=30)["content"]
    assert f"Usage: %{magic} {word}" in found["data"]["text/plain"]
    assert "--corpus PATH" in found["data"]["text/plain"]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("%ingest pa", ["%ingest papers/"]),
        ("%ingest papers/", ["%ingest papers/deep/", "%ingest papers/one.pdf"]),
        ("%ingest my", ["%ingest my\\ papers/"]),
        ("%ingest my\\ pa", ["%ingest my\\ papers/"]),
        ('x = %ingest "my pa', ['x = %ingest "my papers/']),
        ("%ingest papers/deep/", ["%ingest papers/deep/\\$\\&\\ it\\'s\\ \\{x\\}.pdf"]),
        ("%ingest papers --e", ["%ingest papers --engine"]),
        ("%ingest papers --corpus o", ["%ingest papers --corpus old.sqlite"]),
        ("%search entropy --l", ["%search entropy --limit"]),
        ("%search entropy --corpus=o", ["%search entropy --corpus=old.sqlite"]),
    ],
)
def test_tab_completes_paths_and_options(kernel: Kernel, place: Path, typed: str, offered: list[str]) -> None:
    (place / "old.sqlite").touch()
    assert complete(kernel, typed) == offered


def test_an_interrupt_stops_ingest_and_keeps_what_was_finished(kernel: Kernel, place: Path, samples: Path) -> None:
    for number in range(400):
        (place / "many").mkdir(exist_ok=True)
        shutil.copy(samples / "manual-long.pdf", place / "many" / f"{number:03}.pdf")
        os.utime(place / "many" / f"{number:03}.pdf", (number, number))
    cell = kernel.send("%ingest many/ --corpus many.sqlite")
    assert until(lambda: finished(place / "many.sqlite") > 0, 60)
    kernel.manager.interrupt_kernel()
    assert kernel.reply(cell).error.startswith("KeyboardInterrupt")
    assert 0 < finished(place / "many.sqlite") < 400


def finished(path: Path) -> int:
    """How many files a corpus holds the pages of; 0 when there is none yet."""
    if not path.exists():
        return 0
    with Corpus(path, read_only=True) as corpus:
        return len(corpus.files(Status.INGESTED))


def test_unload_takes_the_magics_and_their_completion_away(kernel: Kernel, place: Path) -> None:
    assert kernel.run("%unload_ext ingest_widgets").problem == ""
    try:
        assert kernel.run("get_ipython().run_line_magic('ingest', 'papers')").status == "error"
        assert "%ingest papers --engine" not in complete(kernel, "%ingest papers --e")
    finally:
        assert kernel.run("%load_ext ingest_widgets").problem == ""
