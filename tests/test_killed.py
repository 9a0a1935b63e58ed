"""Whatever is killed, whenever: nothing acknowledged is lost, nothing is left behind, and the next run ends as if
nothing had happened."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest

from ingest_widgets import Corpus, ingest
from ingest_widgets.pipeline.signals import sigterm_heeded
from tests.forks import in_a_fork
from tests.hostile.pdf import text_pdf
from tests.processes import children, is_alive, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
SAMPLES = Path(__file__).resolve().parent.parent / "samples"

# Prints a file's name once its record is in the corpus: from then on it must not be lost.
CHILD = """
import sys
from ingest_widgets import Corpus, ProgressTracker, get_settings
from ingest_widgets.pipeline import IngestRun, NullObserver
class Acknowledge(NullObserver):
    def finished(self, file, record, status):
        print(record.name, flush=True)
with Corpus(sys.argv[2]) as corpus:
    tracker = ProgressTracker(sinks=[])
    IngestRun(sys.argv[1], corpus, settings=get_settings(), tracker=tracker, observer=Acknowledge()).run()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty files, long and short ones, a scan, a locked and a broken one."""
    root = tmp_path_factory.mktemp("papers")
    for path in SAMPLES.glob("*.pdf"):
        for number in range(8):
            shutil.copy(path, root / f"{number}-{path.name}")
    return root


Content = list[tuple[str, str, str | None, int, list[tuple[int, str]]]]


def content(path: Path) -> Content:
    """All that a corpus holds, file by file and page by page."""
    with Corpus(path, read_only=True) as corpus:
        assert corpus.check() == []
        return [
            (r.name, str(r.status), r.reason, r.pages, [(page.number, page.text) for page in corpus.pages(r.name)])
            for r in corpus.files()
        ]


def gone(worker: int) -> bool:
    """Whether a process ends within five seconds."""
    return until(lambda: not is_alive(worker), 5)


class Disturbed:
    """Runs over one folder into one corpus, each cut short at a random moment."""

    def __init__(self, folder: Path, corpus: Path, seed: int) -> None:
        self.folder, self.corpus, self.chance = folder, corpus, random.Random(seed)
        self.cut = 0

    def run(self, kill: Callable[[subprocess.Popen[str], set[int]], None]) -> None:
        """One run that `kill` disturbs; asserts that what it acknowledged is in, and that its workers are gone."""
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(self.folder), str(self.corpus)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout
        told = [name.strip() for name in self._lines(child.stdout, self.chance.randrange(20))]
        Event().wait(self.chance.random() * 0.05)
        workers = children(child.pid)
        kill(child, workers)
        told += [line.strip() for line in child.stdout if line.endswith("\n")]
        child.wait(60)
        for worker in workers:
            assert gone(worker), f"worker {worker} outlived its parent"
        with Corpus(self.corpus) as corpus:
            lost = set(told) - {record.name for record in corpus.files()}
        assert lost == set(), "acknowledged, and lost"

    @staticmethod
    def _lines(stream: object, count: int) -> Iterator[str]:
        for _ in range(count):
            line = stream.readline()  # type: ignore[attr-defined]
            if not line:
                return
            yield line

    def again_from_nothing(self) -> None:
        for beside in self.corpus.parent.glob(self.corpus.name + "*"):
            beside.unlink()


def kill_parent(child: subprocess.Popen[str], workers: set[int]) -> None:
    child.kill()


def kill_worker(child: subprocess.Popen[str], workers: set[int]) -> None:
    for worker in sorted(workers)[:1]:
        try:
            os.kill(worker, signal.SIGKILL)
        except ProcessLookupError:
            return  # it had just ended by itself


def disturb(folder: Path, tmp_path: Path, times: int, seed: int) -> None:
    ingest(folder, tmp_path / "calm.sqlite", progress=False).close()
    disturbed = Disturbed(folder, tmp_path / "disturbed.sqlite", seed)
    calm = content(tmp_path / "calm.sqlite")
    for number in range(times):
        disturbed.run(kill_worker if number % 2 else kill_parent)
        if number % 5 == 4:
            ingest(folder, disturbed.corpus, progress=False).close()
            assert content(disturbed.corpus) == calm
            disturbed.again_from_nothing()
    ingest(folder, disturbed.corpus, progress=False).close()
    assert content(disturbed.corpus) == calm
    assert sorted(path.name for path in tmp_path.iterdir()) == ["calm.sqlite", "disturbed.sqlite"]


def test_kill_9_of_parent_or_worker_at_random_moments_loses_nothing(folder: Path, tmp_path: Path) -> None:
    disturb(folder, tmp_path, times=20, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_kill_9_two_hundred_times(folder: Path, tmp_path: Path) -> None:
    disturb(folder, tmp_path, times=200, seed=2)


@pytest.fixture(scope="module")
def big(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Content]:
    """A folder that takes a few seconds, and what an undisturbed run makes of it."""
    root = tmp_path_factory.mktemp("big")
    shutil.copytree(folder, root / "big")
    for copy in range(6):
        for path in folder.glob("*manual*"):
            shutil.copy(path, root / "big" / f"{copy}-{path.name}")
    ingest(root / "big", root / "calm.sqlite", progress=False).close()
    return root / "big", content(root / "calm.sqlite")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_in_the_middle_keeps_what_was_finished_and_says_so(
    big: tuple[Path, Content], tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """Every file has its record, the corpus is sound, no process stays, and the next run goes on."""
    papers, calm = big
    corpus = tmp_path / "c.sqlite"
    program = Path(sys.executable).parent / "ingest-widgets"
    command = [str(program), "ingest", str(papers), "--corpus", str(corpus)]
    child = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # which is ignored under nohup
    )
    assert until(lambda: corpus.exists() and bool(_names(corpus)), 60), "no file came in"
    workers = children(child.pid)
    assert workers
    child.send_signal(number)
    out, err = child.communicate(timeout=30)
    assert child.returncode == code, err
    assert "Traceback" not in err
    assert "stopped" in (out + err).lower() or "interrupted" in (out + err).lower()
    assert "cancelled" in out + err
    for worker in workers:
        assert gone(worker), f"worker {worker} was left behind"
    kept = content(corpus)
    assert [name for name, *_ in kept] == [name for name, *_ in calm]
    finished = sum(status not in ("failed", "cancelled") for _, status, *_ in kept)
    done = subprocess.run([*command, "--quiet"], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert f"{finished:,} unchanged" in done.stdout
    assert content(corpus) == calm


SCRIPT = "import sys; from ingest_widgets import ingest; ingest(sys.argv[1], sys.argv[2], progress=False)"
COROUTINE = """
import asyncio, sys
from ingest_widgets import ingest_async
asyncio.run(ingest_async(sys.argv[1], sys.argv[2], progress=False))
"""


def stopped(number: signal.Signals, code: str, folder: Path, corpus: Path, ends: int | None = None) -> str:
    """What a script says that is stopped so in mid-run."""
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(folder), str(corpus)],
        stderr=subprocess.PIPE,
        text=True,
        cwd=corpus.parent,
    )
    assert until(lambda: corpus.exists() and bool(_names(corpus)), 60), "no file came in"
    child.send_signal(number)
    _, err = child.communicate(timeout=30)
    assert child.returncode == (-number if ends is None else ends)
    return err


@pytest.mark.parametrize("code", [SCRIPT, COROUTINE], ids=["ingest", "ingest_async"])
def test_sigterm_ends_a_script_as_always_and_the_script_says_what_was_kept(
    folder: Path, tmp_path: Path, code: str
) -> None:
    corpus = tmp_path / "c.sqlite"
    err = stopped(signal.SIGTERM, code, folder, corpus)
    assert "Stopped by SIGTERM" in err
    assert "Traceback" not in err
    with Corpus(corpus) as held:
        assert {record.reason for record in held.files("cancelled")} == {"cancelled"}
        assert len(held.files()) == 40
    ingest(folder, corpus, progress=False).close()
    ingest(folder, tmp_path / "calm.sqlite", progress=False).close()
    assert content(corpus) == content(tmp_path / "calm.sqlite")


@pytest.mark.parametrize("code", [SCRIPT, COROUTINE], ids=["ingest", "ingest_async"])
def test_an_interrupt_ends_a_script_as_always_and_the_script_says_what_was_kept(
    folder: Path, tmp_path: Path, code: str
) -> None:
    corpus = tmp_path / "c.sqlite"
    err = stopped(signal.SIGINT, code, folder, corpus)
    assert err.count("Stopped by SIGINT: what was finished is in the corpus") == 1
    assert err.endswith("KeyboardInterrupt\n")
    with Corpus(corpus) as held:
        assert len(held.files()) == 40


@pytest.mark.parametrize(
    ("raised", "code", "name"), [("sys.exit(7)", 7, "SystemExit"), ("1 / 0", 1, "ZeroDivisionError")]
)
def test_what_a_handler_raises_stops_the_run_and_goes_on(
    folder: Path, tmp_path: Path, raised: str, code: int, name: str
) -> None:
    """Each file has its record, the script says what was kept, and ends as its handler wants it to."""
    program = f"import signal, sys; signal.signal(signal.SIGTERM, lambda number, frame: {raised}); {SCRIPT}"
    corpus = tmp_path / "c.sqlite"
    err = stopped(signal.SIGTERM, program, folder, corpus, ends=code)
    assert err.count(f"Stopped by {name}: what was finished is in the corpus") == 1
    with Corpus(corpus) as held:
        assert len(held.files()) == 40


def test_sigterm_ends_a_script_also_when_nobody_reads_what_it_says(folder: Path, tmp_path: Path) -> None:
    """Its parent never looks into the pipe, and it is full."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    with suppress(BlockingIOError):
        while True:
            os.write(write, bytes(4096))
    os.set_blocking(write, True)
    corpus = tmp_path / "c.sqlite"
    with subprocess.Popen([sys.executable, "-c", SCRIPT, str(folder), str(corpus)], stderr=write) as child:
        try:
            assert until(lambda: corpus.exists() and bool(_names(corpus)), 60), "no file came in"
            child.terminate()
            assert child.wait(30) == -signal.SIGTERM
        finally:
            child.kill()
    os.close(read)
    os.close(write)


def test_sigterm_to_a_fork_stops_no_run(tmp_path: Path) -> None:
    """As when a broken pool of processes ends those that are left."""
    with sigterm_heeded(lambda: (tmp_path / "stopped").touch()):
        assert in_a_fork(lambda: signal.raise_signal(signal.SIGTERM)) == -signal.SIGTERM
    assert not (tmp_path / "stopped").exists()


def test_a_handler_of_ones_own_for_sigterm_stays(folder: Path, tmp_path: Path) -> None:
    code = """
import signal, sys
from ingest_widgets import ProgressTracker, ingest
signal.signal(signal.SIGTERM, lambda number, frame: print("mine"))
tracker = ProgressTracker(sinks=[lambda state: signal.raise_signal(signal.SIGTERM)])
ingest(sys.argv[1], sys.argv[2], progress=tracker)
"""
    command = [sys.executable, "-c", code, str(folder), str(tmp_path / "c.sqlite")]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=60, check=True)
    assert set(done.stdout.split()) == {"mine"}
    assert len(_names(tmp_path / "c.sqlite")) > 20


def _names(path: Path) -> set[str]:
    with Corpus(path) as corpus:
        return {record.name for record in corpus.files("ingested")}


def test_two_ingests_into_one_corpus_at_once_end_like_one(folder: Path, tmp_path: Path) -> None:
    both = [
        subprocess.Popen([sys.executable, "-c", CHILD, str(folder), str(tmp_path / "c.sqlite")], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    for child in both:
        child.communicate(timeout=120)
        assert child.returncode == 0
    ingest(folder, tmp_path / "calm.sqlite", progress=False).close()
    assert content(tmp_path / "c.sqlite") == content(tmp_path / "calm.sqlite")


def test_a_pause_of_ours_is_not_counted_against_the_files_under_way(tmp_path: Path) -> None:
    """After Ctrl-Z, or under a closed lid: what the workers sent meanwhile is in the pipes."""
    (tmp_path / "long").mkdir()
    corpus, page = tmp_path / "c.sqlite", " ".join(f"word{number}" for number in range(400))
    for number in range(20):
        (tmp_path / "long" / f"{number}.pdf").write_bytes(text_pdf(*[page] * 50))
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "long"), str(corpus)],
        env=os.environ | {"INGEST_FILE_TIMEOUT_SECONDS": "4"},
        cwd=tmp_path,
    )
    assert until(lambda: corpus.exists() and bool(_names(corpus)), 60), "no file came in"
    child.send_signal(signal.SIGSTOP)
    Event().wait(4.5)
    child.send_signal(signal.SIGCONT)
    assert child.wait(60) == 0
    with Corpus(corpus) as held:
        assert [(record.reason, record.pages) for record in held.files()] == [(None, 50)] * 20
