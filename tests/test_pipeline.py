"""The main job: one honest status a file, what a second run does, and what is left after a stop or an interrupt."""

from __future__ import annotations

import asyncio
import gc
import html
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FuturesTimeoutError
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from ingest_widgets import (
    Corpus,
    CorpusError,
    EngineError,
    FileRecord,
    IngestError,
    IngestFailed,
    ProgressState,
    ProgressTracker,
    Settings,
    SourceNotFound,
    ingest,
    ingest_async,
    run_sync,
    start_ingest,
)
from ingest_widgets.corpus import Known
from ingest_widgets.documents import Extraction, FileKey, SourceFile
from ingest_widgets.notebook.run_table import RunTable
from ingest_widgets.pipeline import IngestJob, IngestRun, NullObserver
from ingest_widgets.pipeline import job as job_module
from ingest_widgets.statuses import Reason, Status
from tests.hostile.pdf import text_pdf
from tests.processes import no_more_threads, until

EXPECTED = {
    "broken.pdf": ("failed", "corrupt"),
    "encrypted.pdf": ("failed", "encrypted"),
    "manual-long.pdf": ("ingested", None),
    "paper-two-columns.pdf": ("ingested", None),
    "scan-no-text.pdf": ("ingested", "no_text"),
}


def outcomes(corpus: Corpus) -> dict[str, tuple[str, str | None]]:
    return {record.name: (record.status, record.reason) for record in corpus.files()}


@pytest.fixture
def papers(samples: Path, tmp_path: Path) -> Path:
    """A folder of our own with the sample PDFs."""
    return Path(shutil.copytree(samples, tmp_path / "papers", ignore=shutil.ignore_patterns("*.txt")))


class Log(NullObserver):
    """Writes down what the run tells."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    def listed(self, files: list[SourceFile]) -> None:
        self.calls.append(("listed", str(len(files))))

    def started(self, file: SourceFile) -> None:
        self.calls.append(("started", file.name))

    def finished(self, file: SourceFile, record: FileRecord, status: Status) -> None:
        self.calls.append((status.value, record.name))

    def of(self, kind: str) -> list[str]:
        return sorted(name for what, name in self.calls if what == kind)


def observed(source: object, corpus: Corpus, **settings: object) -> Log:
    log = Log()
    tracker = ProgressTracker(sinks=[])
    IngestRun(source, corpus, settings=Settings(**settings), tracker=tracker, observer=log).run()
    return log


def test_the_corpus_keeps_the_summary_of_its_job(samples: Path) -> None:
    job = start_ingest(samples, "c.sqlite", progress=False)
    with job.result() as corpus:
        assert corpus.last_run == job.summary


def test_every_file_ends_with_its_one_honest_status(samples: Path) -> None:
    with ingest(samples, "c.sqlite", progress=False) as corpus:
        assert outcomes(corpus) == EXPECTED
        assert str(corpus.last_run) == "5 files: 3 ingested, 2 failed"
        assert corpus.check() == []
        for record in corpus.files():
            assert record.pages == len(list(corpus.pages(record.name)))
            assert (record.pages > 0) == (record.status == "ingested")
            assert bool(record.detail) == bool(record.reason)
            assert "\n" not in record.detail
        assert len(corpus) == sum(record.pages for record in corpus.files())


def test_text_comes_with_its_file_and_page_number(samples: Path) -> None:
    with ingest(samples, "c.sqlite", progress=False) as corpus:
        numbers = [page.number for page in corpus.pages("manual-long.pdf")]
        assert numbers == list(range(1, len(numbers) + 1))
        hit = corpus.search("entropy")[0]
        page = next(page for page in corpus.pages(hit.file) if page.number == hit.page)
        assert "entropy" in page.text.lower()
        assert [hit.snippet[start:end].lower() for start, end in hit.spans][:1] == ["entropy"]


def test_the_second_run_reads_no_file_again(papers: Path) -> None:
    corpus = ingest(papers, "c.sqlite", progress=False)
    before = corpus.files()
    log = observed(papers, corpus)
    assert log.of("started") == []
    assert log.of("unchanged") == ["manual-long.pdf", "paper-two-columns.pdf", "scan-no-text.pdf"]
    assert log.of("failed") == ["broken.pdf", "encrypted.pdf"]
    assert str(corpus.last_run) == "5 files: 3 unchanged, 2 failed"
    assert corpus.files() == before
    corpus.close()


def test_a_touched_file_is_hashed_once_and_then_unchanged(papers: Path) -> None:
    corpus = ingest(papers, "c.sqlite", progress=False)
    os.utime(papers / "paper-two-columns.pdf", ns=(1, 1))
    log = observed(papers, corpus)
    assert log.of("started") == ["paper-two-columns.pdf"]
    assert "paper-two-columns.pdf" in log.of("unchanged")
    assert observed(papers, corpus).of("started") == []
    corpus.close()


def test_a_changed_file_replaces_its_old_pages(papers: Path) -> None:
    corpus = ingest(papers, "c.sqlite", progress=False)
    shutil.copy(papers / "paper-two-columns.pdf", papers / "manual-long.pdf")
    ingest(papers, corpus, progress=False)
    paper = [page.text for page in corpus.pages("paper-two-columns.pdf")]
    assert [page.text for page in corpus.pages("manual-long.pdf")] == paper
    assert corpus.check() == []
    corpus.close()


def test_a_changed_file_that_now_fails_keeps_its_old_pages_and_says_so(papers: Path) -> None:
    corpus = ingest(papers, "c.sqlite", progress=False)
    pages = [page.text for page in corpus.pages("paper-two-columns.pdf")]
    shutil.copy(papers / "broken.pdf", papers / "paper-two-columns.pdf")
    ingest(papers, corpus, progress=False)
    (record,) = [record for record in corpus.files() if record.name == "paper-two-columns.pdf"]
    assert [page.text for page in corpus.pages(record.name)] == pages
    assert record.reason == "corrupt"
    assert any("version before" in warning for warning in record.warnings)
    assert corpus.last_run
    assert corpus.last_run.failed == 3
    corpus.close()


def test_a_folder_that_can_be_listed_again_is_no_longer_said_to_have_failed(samples: Path, tmp_path: Path) -> None:
    """As its `detail` asks for; what other folders were said to be stays."""
    for name in ("closed", "elsewhere"):
        shutil.copytree(samples, tmp_path / name / "sub")
    with Corpus(tmp_path / "c.sqlite") as corpus:
        for name in ("closed", "elsewhere"):
            folder = SourceFile(f"{name}/", f"{tmp_path}/{name}/", problem=(Reason.UNREADABLE, "It can't be listed."))
            corpus.write(folder, Extraction(Status.FAILED, *folder.problem or ()))
        ingest(tmp_path / "closed", corpus, progress=False)
        assert [record.name for record in corpus.files() if record.name.endswith("/")] == ["elsewhere/"]
        assert len(corpus.files()) == 1 + len(EXPECTED)


def test_a_run_reads_again_what_somebody_removes_from_the_corpus_before_it_comes_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.pdf").write_bytes(text_pdf(f"file {number}"))

    class Remover(NullObserver):
        def listed(self, files: list[SourceFile]) -> None:
            self.names = {file.name for file in files}

        def finished(self, file: SourceFile, record: FileRecord, status: Status) -> None:
            self.names.discard(record.name)
            if len(self.names) == 5:
                for name in self.names:
                    other.remove(name)

    with ingest(folder, "c.sqlite", progress=False) as corpus, Corpus("c.sqlite") as other:
        for file in folder.iterdir():
            os.utime(file, (1, 1))
        tracker = ProgressTracker(sinks=[])
        summary = IngestRun(folder, corpus, settings=Settings(), tracker=tracker, observer=Remover()).run()
        assert str(summary) == "6 files: 5 ingested, 1 unchanged"
        assert [page.text for page in corpus.pages()] == [f"file {number}" for number in range(6)]


def test_what_is_removed_while_a_run_makes_its_plan_is_read_again(papers: Path) -> None:
    class Shared(Corpus):
        def known(self) -> dict[FileKey, Known]:
            known = super().known()
            self.remove("paper-two-columns.pdf")
            return known

    ingest(papers, "c.sqlite", progress=False).close()
    with Shared("c.sqlite") as corpus:
        log = observed(papers, corpus)
        assert outcomes(corpus) == EXPECTED
        assert log.of("ingested") == ["paper-two-columns.pdf"]


def test_a_file_gone_from_the_folder_stays_until_it_is_removed(papers: Path) -> None:
    corpus = ingest(papers, "c.sqlite", progress=False)
    (papers / "paper-two-columns.pdf").unlink()
    ingest(papers, corpus, progress=False)
    assert "paper-two-columns.pdf" in outcomes(corpus)
    corpus.remove("paper-two-columns.pdf")
    assert "paper-two-columns.pdf" not in outcomes(corpus)
    assert all(hit.file != "paper-two-columns.pdf" for hit in corpus.search("entropy", limit=100))
    corpus.close()


@pytest.mark.parametrize("leads_to", ["gone.pdf", "elsewhere.pdf", None])
def test_a_link_to_nothing_that_is_mended_in_any_way_leaves_no_failure_behind(
    leads_to: str | None, tmp_path: Path
) -> None:
    """Its record is that of where it led, which is another file once it leads elsewhere or is none any more."""
    folder = tmp_path / "minutes"
    folder.mkdir()
    link = folder / "may.pdf"
    link.symlink_to(tmp_path / "gone.pdf")
    with ingest(folder, tmp_path / "c.sqlite", progress=False) as corpus:
        (before,) = corpus.files()
        assert (before.reason, before.path) == ("unreadable", str(link))
        link.unlink()
        place = tmp_path / leads_to if leads_to else link
        place.write_bytes(text_pdf("minutes"))
        if leads_to:
            link.symlink_to(place)
        ingest(folder, corpus, progress=False)
        assert [(record.name, record.path, record.status) for record in corpus.files()] == [
            ("may.pdf", str(place), "ingested")
        ]
        assert (str(ingest(folder, corpus, progress=False).last_run), corpus.check()) == ("1 file: 1 unchanged", [])


def test_a_folder_and_its_subfolder_meet_in_one_record(papers: Path) -> None:
    below = papers / "sub"
    below.mkdir()
    shutil.move(papers / "paper-two-columns.pdf", below)
    corpus = ingest(below, "c.sqlite", progress=False)
    ingest(papers, corpus, progress=False)
    assert sorted(outcomes(corpus)) == sorted(EXPECTED)
    corpus.close()


def test_equal_names_of_two_folders_get_their_folder_in_front(papers: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(papers, tmp_path / "other"))
    corpus = ingest([papers, other], "c.sqlite", progress=False)
    assert len(corpus.files()) == 10
    assert {"scan-no-text.pdf", "papers/scan-no-text.pdf"} <= set(outcomes(corpus)) or (
        {"scan-no-text.pdf", "other/scan-no-text.pdf"} <= set(outcomes(corpus))
    )
    assert ingest([papers, other], corpus, progress=False).last_run == corpus.last_run
    assert corpus.last_run
    assert corpus.last_run.unchanged == 6
    corpus.close()


def test_a_refusal_is_tried_again_once_its_setting_has_changed(papers: Path) -> None:
    corpus = ingest(papers, "c.sqlite", progress=False)
    assert observed(papers, corpus, pdf_passwords=["wrong"]).of("failed") == ["broken.pdf", "encrypted.pdf"]
    log = observed(papers, corpus, pdf_passwords=["open sesame"])
    assert (log.of("started"), log.of("ingested")) == (["encrypted.pdf"], ["encrypted.pdf"])
    small = observed(papers, Corpus("small.sqlite"), max_file_bytes=4000)
    assert small.of("ingested") == []
    with Corpus("small.sqlite") as other:
        assert outcomes(other)["manual-long.pdf"] == ("failed", "too_large")
        assert observed(papers, other).of("ingested") == [
            "manual-long.pdf",
            "paper-two-columns.pdf",
            "scan-no-text.pdf",
        ]
    corpus.close()
    with closing(sqlite3.connect("c.sqlite")) as con:
        beside_text = [con.execute(f"SELECT * FROM {table}").fetchall() for table in ("files", "uploads", "notes")]
    assert "encrypted.pdf" in str(beside_text)
    assert "open sesame" not in str(beside_text)  # as the page itself says


def test_too_many_pages_is_a_refusal_by_setting(papers: Path) -> None:
    with Corpus("c.sqlite") as corpus:
        observed(papers, corpus, max_pages=3)
        assert outcomes(corpus)["manual-long.pdf"] == ("failed", "too_many_pages")
        assert "manual-long.pdf" in observed(papers, corpus).of("ingested")


def test_a_long_file_that_is_read_in_ranges_comes_out_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(text_pdf(*(f"this is page {number}" for number in range(1, 301))))
    with ingest(path, tmp_path / "c.sqlite", progress=False) as corpus:
        assert [page.text for page in corpus.pages()] == [f"this is page {number}" for number in range(1, 301)]


def test_a_file_that_changes_between_two_ranges_is_no_mixture_and_is_read_by_the_next_run(tmp_path: Path) -> None:
    path, versions = tmp_path / "long.pdf", [text_pdf(*[f"version {n}"] * 200) for n in (1, 2)]
    path.write_bytes(versions[0])

    class Meddler(ThreadPoolExecutor):
        def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            path.write_bytes(versions[args[0].first > 1])
            return super().submit(function, *args, **kwargs)

    with Meddler(1) as executor, ingest(path, tmp_path / "c.sqlite", executor=executor, progress=False) as corpus:
        (record,) = corpus.files()
        assert (record.status, record.reason, record.pages) == ("failed", "unreadable", 0)
        assert "changed while it was read" in record.detail
        ingest(path, corpus, progress=False)
        assert {page.text for page in corpus.pages()} == {"version 2"}


def test_uploads_come_in_by_name_and_are_known_by_content(papers: Path) -> None:
    data = (papers / "paper-two-columns.pdf").read_bytes()
    corpus = ingest([("../up.pdf", data), ("text.pdf", b"hello"), ("nothing.pdf", b"")], "c.sqlite", progress=False)
    assert outcomes(corpus) == {
        "../up.pdf": ("ingested", None),
        "text.pdf": ("failed", "not_a_pdf"),
        "nothing.pdf": ("failed", "empty"),
    }
    ingest(("../up.pdf", data), corpus, progress=False)
    assert str(corpus.last_run) == "1 file: 1 unchanged"
    corpus.close()


def test_a_file_and_an_upload_of_its_path_are_two_in_one_run(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(text_pdf("of the file"))
    both = [path, (str(path), text_pdf("of the upload"))]
    with ingest(both, "c.sqlite", progress=False) as corpus:
        assert str(corpus.last_run) == "2 files: 2 ingested"
        assert [page.text for page in corpus.pages("x.pdf")] == ["of the file"]
        assert [page.text for page in corpus.pages(str(path))] == ["of the upload"]


def test_a_file_that_becomes_what_an_upload_of_its_path_was_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(text_pdf("version one"))
    with ingest(path, "c.sqlite", progress=False) as corpus:
        ingest((str(path), text_pdf("version two")), corpus, progress=False)
        path.write_bytes(text_pdf("version two"))
        ingest(path, corpus, progress=False)
        assert str(corpus.last_run) == "1 file: 1 ingested"
        assert [page.text for page in corpus.pages("x.pdf")] == ["version two"]


def test_an_upload_of_the_path_and_bytes_of_a_file_has_its_own_record(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(text_pdf("the same"))
    with ingest(path, "c.sqlite", progress=False) as corpus:
        ingest((str(path), path.read_bytes()), corpus, progress=False)
        assert str(corpus.last_run) == "1 file: 1 ingested"
        assert {record.name for record in corpus.files()} == {"x.pdf", str(path)}


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Nothing is collected that holds itself in a ring."""
    gc.disable()
    yield
    gc.enable()


def open_descriptors(name: str) -> list[str]:
    links = [os.path.join("/proc/self/fd", number) for number in os.listdir("/proc/self/fd")]
    return [os.readlink(link) for link in links if os.path.lexists(link) and name in os.readlink(link)]


@pytest.mark.skipif(sys.platform != "linux", reason="looks at descriptors in /proc")
@pytest.mark.usefixtures("uncollected")
def test_a_corpus_that_nobody_holds_any_more_is_closed_at_once() -> None:
    with pytest.raises(IngestFailed) as caught:  # its traceback, which a notebook keeps, holds the run
        ingest([("bad.pdf", b"no pdf"), ("good.pdf", text_pdf("good"))], "failed.sqlite", on_error="raise")
    assert (open_descriptors("failed.sqlite"), len(caught.value.records)) == ([], 1)
    ingest(("good.pdf", text_pdf("good")), "dropped.sqlite", progress=False)
    assert open_descriptors("dropped.sqlite") == []
    with Corpus("mine.sqlite") as mine:
        with pytest.raises(IngestFailed):
            ingest(("bad.pdf", b"no pdf"), mine, on_error="raise")
        assert len(mine.files()) == 1


def test_a_url_is_fetched_and_known_by_content(papers: Path) -> None:
    import fsspec

    fsspec.filesystem("memory").pipe("/urls/p.pdf", (papers / "paper-two-columns.pdf").read_bytes())
    with ingest("memory://urls", "c.sqlite", progress=False) as corpus:
        assert outcomes(corpus) == {"p.pdf": ("ingested", None)}
        assert "memory://" in corpus.files()[0].path


def test_no_pdf_is_a_result_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with ingest("empty", "c.sqlite", progress=False) as corpus:
        assert corpus.files() == []
        assert str(corpus.last_run) == "0 files: no PDF files in empty"


def test_a_text_file_named_outright_is_recorded_as_no_pdf(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("just notes")
    with ingest("notes.txt", "c.sqlite", progress=False) as corpus:
        assert outcomes(corpus) == {"notes.txt": ("failed", "not_a_pdf")}


@pytest.mark.parametrize("engine", ["", "PDFium", "nope"])
def test_an_engine_that_is_not_there_raises_at_once_and_leaves_nothing(tmp_path: Path, engine: str) -> None:
    with pytest.raises(EngineError, match=f"there is no engine '{engine}'"):
        ingest(("up.pdf", b""), tmp_path / "engines.sqlite", engine=engine, progress=False)
    assert not list(tmp_path.glob("engines*"))


@pytest.mark.parametrize("engine", [5, ["pdfium"], b"pdfium"])
def test_what_names_no_engine_at_all_is_a_type_error(tmp_path: Path, engine: Any) -> None:
    with pytest.raises(TypeError, match=r"^engine is the name of an engine, not "):
        ingest(("up.pdf", b""), tmp_path / "c.sqlite", engine=engine, progress=False)


def test_a_missing_source_raises_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    for start in (ingest, start_ingest):
        with pytest.raises(SourceNotFound, match="nowhere doesn't exist"):
            start("nowhere", "c.sqlite", progress=False)
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_corpus_is_one_sentence_and_leaves_nothing(samples: Path, tmp_path: Path) -> None:
    for place in ("no/such/folder/c.sqlite", str(tmp_path)):
        with pytest.raises(CorpusError) as caught:
            ingest(samples, place, progress=False)
        assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_wrong_arguments_are_named(samples: Path) -> None:
    with pytest.raises(ValueError, match="on_error"):
        ingest(samples, on_error="ignore")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="progress"):
        ingest(samples, progress=True)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"settings_override\(workers"):
        ingest(samples, executor=4)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="settings_override"):
        ingest(samples, settings={"workers": 4})  # type: ignore[arg-type]
    ended = ProgressTracker(sinks=[])
    ended.close()
    with pytest.raises(ValueError, match="ended already"):
        ingest(samples, progress=ended)
    with pytest.raises(ValueError, match=r"pdfium.*pypdf|engine"):
        ingest(samples, engine="nope", progress=False)


def test_on_error_raise_comes_after_all_files_and_lists_the_failed(samples: Path) -> None:
    with pytest.raises(IngestFailed, match="2 files failed") as caught:
        ingest(samples, "c.sqlite", progress=False, on_error="raise")
    assert [record.name for record in caught.value.records] == ["broken.pdf", "encrypted.pdf"]
    with Corpus("c.sqlite") as corpus:
        assert outcomes(corpus) == EXPECTED


def test_a_failed_file_whose_name_is_not_utf8_is_listed_too(samples: Path, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    shutil.copy(samples / "broken.pdf", os.fsdecode(os.fsencode(folder) + b"/\xff.pdf"))
    with pytest.raises(IngestFailed, match=r"1 file failed.*xff\.pdf"):
        ingest(folder, on_error="raise", progress=False)


def test_two_files_whose_paths_are_shown_alike_are_told_apart(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.pdf")).write_bytes(text_pdf("a byte"))
    literal = folder / "\\xff.pdf"
    literal.write_bytes(text_pdf("a backslash"))
    table = RunTable()
    with Corpus("c.sqlite") as corpus:
        tracker = ProgressTracker(sinks=[])
        IngestRun(folder, corpus, settings=Settings(), tracker=tracker, observer=table).run()
        assert sorted(row[1:3] for row in table.rows) == [[r.name, "ingested"] for r in corpus.files()]
        job = start_ingest(literal, corpus, progress=False)
        job.result(timeout=60)
        assert [page.text for r in job.records(Status.INGESTED) for page in corpus.pages(r)] == ["a backslash"]


def test_a_folder_that_may_not_be_entered_is_no_missing_path(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    code = "import sys; from ingest_widgets import ingest; ingest(sys.argv[1])"
    no_rights = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*no_rights, sys.executable, "-c", code, str(closed / "a.pdf")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "can't be reached, since a folder on the way may not be entered" in done.stderr


def test_the_tracker_counts_files_and_ends_at_a_true_100_percent(samples: Path) -> None:
    states: list[ProgressState] = []
    tracker = ProgressTracker(min_change=0.1, min_seconds=0, sinks=[states.append])
    ingest(samples, "c.sqlite", progress=tracker).close()
    assert (states[0].current, states[0].total, states[0].status) == (0, 5, "running")
    assert (states[-1].current, states[-1].total, states[-1].status) == (5, 5, "done")


def test_the_async_face_lets_the_loop_breathe(samples: Path) -> None:
    async def main() -> tuple[dict[str, tuple[str, str | None]], int]:
        ticks, done = 0, asyncio.Event()

        async def tick() -> None:
            nonlocal ticks
            while not done.is_set():
                ticks += 1
                await asyncio.sleep(0.01)

        ticker = asyncio.create_task(tick())
        corpus = await ingest_async(samples, "c.sqlite", progress=False)
        done.set()
        await ticker
        with corpus:
            return outcomes(corpus), ticks

    found, ticks = run_sync(main())
    assert found == EXPECTED
    assert ticks > 3


def test_a_job_tells_how_it_goes_and_gives_the_corpus(samples: Path) -> None:
    job = start_ingest(samples, "c.sqlite", progress=False)
    corpus = job.result(timeout=60)
    assert corpus is job.corpus
    assert (job.status, job.progress.current, str(job.summary)) == ("done", 5, "5 files: 3 ingested, 2 failed")
    assert "5 files" in repr(job)
    assert job._repr_mimebundle_()["text/plain"] == repr(job)
    assert job._repr_mimebundle_()["text/html"] == f"<p>{html.escape(repr(job))}</p>"
    corpus.close()


class FirstFile:
    """A sink that tells when the first file is finished."""

    def __init__(self) -> None:
        self.seen = threading.Event()

    def __call__(self, state: ProgressState) -> None:
        if state.current >= 1:
            self.seen.set()


@pytest.fixture
def many(samples: Path, tmp_path: Path) -> Path:
    """Sixty long manuals: more than a second's work."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(60):
        shutil.copy(samples / "manual-long.pdf", folder / f"{number:02}.pdf")
    return folder


def test_cancel_keeps_what_was_finished_and_records_the_rest_as_cancelled(many: Path) -> None:
    first = FirstFile()
    job = start_ingest(many, "c.sqlite", progress=ProgressTracker(min_change=0.1, min_seconds=0, sinks=[first]))
    assert first.seen.wait(60)
    job.cancel()
    corpus = job.result(timeout=5)
    counts = [record.status for record in corpus.files()]
    assert len(counts) == 60
    assert set(counts) == {"ingested", "cancelled"}
    assert job.status == "stopped"
    assert job.summary
    assert (job.summary.ingested, job.summary.cancelled) == (
        counts.count(Status.INGESTED),
        counts.count(Status.CANCELLED),
    )
    assert job.progress.status == "stopped"
    assert all(record.reason is Reason.CANCELLED and record.detail for record in corpus.files("cancelled"))
    ingest(many, corpus, progress=False)
    assert [record.status for record in corpus.files()] == ["ingested"] * 60
    assert corpus.last_run
    assert corpus.last_run.unchanged == job.summary.ingested
    corpus.close()


def test_settings_that_are_changed_while_a_run_goes_on_hold_for_the_next_one(samples: Path) -> None:
    settings = Settings(workers=1)

    class Changes(NullObserver):
        def listed(self, files: list[SourceFile]) -> None:
            settings.max_pages = 1

    files = [samples / "manual-long.pdf"]
    given: dict[str, Any] = {"settings": settings, "tracker": ProgressTracker(sinks=[])}
    with Corpus("c.sqlite") as corpus:
        assert str(IngestRun(files, corpus, **given, observer=Changes()).run()) == "1 file: 1 ingested"
    assert settings.max_pages == 1


def test_a_run_that_no_thread_is_left_for_says_so_and_begins_nothing(samples: Path) -> None:
    with no_more_threads():
        for start in (ingest, start_ingest):
            with pytest.raises(IngestError, match=r"can't start new thread: end some processes or threads"):
                start(samples / "manual-long.pdf", "c.sqlite", progress=False)
    assert str(ingest(samples / "manual-long.pdf", "c.sqlite", progress=False).last_run) == "1 file: 1 ingested"


def test_result_times_out_and_the_job_goes_on(many: Path) -> None:
    job = start_ingest(many, "c.sqlite", progress=False)
    with pytest.raises(FuturesTimeoutError, match="goes on"):
        job.result(timeout=0)
    job.cancel()
    job.result(timeout=5).close()


@pytest.mark.parametrize(
    ("timeout", "error"), [("x", TypeError), (True, TypeError), (float("nan"), ValueError)], ids=str
)
def test_a_timeout_that_is_no_number_is_named(samples: Path, timeout: Any, error: type[Exception]) -> None:
    job = start_ingest(samples / "broken.pdf", progress=False)
    with pytest.raises(error, match="timeout is"):
        job.result(timeout=timeout)
    job.result(timeout=10**400)  # more than a float holds, and a number all the same


def test_a_cancelled_wait_gives_every_file_its_record_first(many: Path) -> None:
    async def cancelled() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await ingest_async(many, "c.sqlite", progress=False)

    asyncio.run(cancelled())
    with Corpus("c.sqlite", read_only=True) as corpus:
        assert len(corpus.files()) == 60
        assert corpus.last_run is not None
        assert corpus.last_run.cancelled > 0


def test_cancelling_the_awaiting_task_stops_the_ingest(many: Path) -> None:
    async def main() -> str:
        first = FirstFile()
        job = start_ingest(many, "c.sqlite", progress=ProgressTracker(min_change=0.1, min_seconds=0, sinks=[first]))
        task = asyncio.ensure_future(job)
        await asyncio.to_thread(first.seen.wait, 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.to_thread(job.result, 5)
        return job.status

    assert run_sync(main()) == "stopped"


@pytest.mark.skipif(sys.platform == "win32", reason="a console interrupt is another thing on Windows")
def test_an_interrupt_at_whichever_line_of_a_waiting_ingest_leaves_nothing_running(many: Path) -> None:
    """Also before the wait has begun: a run that went on without anybody would be no answer to an interrupt."""
    begun = 0
    for moment in range(8):
        left = moment

        def strike(frame: FrameType, event: str, argument: object) -> Any:
            nonlocal left
            if event == "line" and frame.f_code.co_name in ("run", "_waited"):
                left -= 1
                if left < 0:
                    sys.settrace(None)
                    raise KeyboardInterrupt
            return strike if frame.f_code.co_filename == job_module.__file__ else None

        tracker = ProgressTracker(sinks=[])
        job = IngestJob(IngestRun(many, Corpus(f"{moment}.sqlite"), settings=Settings(), tracker=tracker))
        sys.settrace(strike)
        try:
            with pytest.raises(KeyboardInterrupt):
                job.run()
        finally:
            sys.settrace(None)
        assert until(lambda: all(thread.name != "ingest" for thread in threading.enumerate()))
        if job.summary is not None:
            begun += 1
            assert job.summary.cancelled > 0
    assert begun


def test_an_interrupt_stops_within_a_second_and_the_next_run_goes_on(many: Path, tmp_path: Path) -> None:
    """A script that is interrupted in `ingest` ends with KeyboardInterrupt and keeps the finished files."""
    code = """
import sys, time, threading
import ingest_widgets as iw
class Tell:
    def __call__(self, state):
        if state.current >= 1: print("first", flush=True)
try:
    iw.ingest(sys.argv[1], "c.sqlite", progress=iw.ProgressTracker(min_change=.1, min_seconds=0, sinks=[Tell()]))
except KeyboardInterrupt:
    print("interrupted", len(iw.Corpus("c.sqlite").files("ingested")), flush=True)
"""
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(many)], cwd=tmp_path, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert child.stdout
    assert child.stdout.readline() == "first\n"
    os.kill(child.pid, signal.SIGINT)
    last = child.stdout.read().split("\n")[-2]
    assert child.wait(10) == 0
    word, count = last.split()
    assert word == "interrupted"
    assert 1 <= int(count) < 60
    with Corpus("c.sqlite") as corpus:
        assert corpus.check() == []
        ingest(many, corpus, progress=False)
        assert corpus.last_run
        assert corpus.last_run.unchanged >= int(count)
        assert len(corpus.files("ingested")) == 60


_LAST_LINE = """
import sys, threading
main_has_ended = threading.Event()
threading._register_atexit(main_has_ended.set)  # the first to be registered is the last to be called
from ingest_widgets import ingest
def work():
    main_has_ended.wait()
    ingest(sys.argv[1], sys.argv[2], progress=False)
threading.Thread(target=work).start()
"""


@pytest.mark.skipif(
    (3, 12, 0) <= sys.version_info < (3, 12, 2),
    reason="Python 3.12.0 and 3.12.1 start no thread any more once the main thread has ended (python/cpython#113964)",
)
def test_an_ingest_in_an_ordinary_thread_goes_on_to_its_end_when_the_main_thread_has_ended(papers: Path) -> None:
    """The interpreter waits for such a thread, but takes the standard library's executors away from it."""
    command = [sys.executable, "-c", _LAST_LINE, str(papers), "c.sqlite"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    with Corpus("c.sqlite") as corpus:
        assert outcomes(corpus) == EXPECTED


class Locking(RunTable):
    """Takes the corpus's one lock for writing, as another process would, once the files are listed."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.taken = threading.Event()

    def listed(self, files: list[SourceFile]) -> None:
        super().listed(files)
        self.other.execute("BEGIN IMMEDIATE")
        self.taken.set()


def test_a_stop_waits_for_no_lock_of_another_process(samples: Path) -> None:
    """What is in the corpus stays, what couldn't be written is read by the next run, and the sentence says so."""
    with ingest(samples / "broken.pdf", "c.sqlite", progress=False) as corpus:
        locking = Locking("c.sqlite")
        tracker = ProgressTracker(sinks=[])
        job = IngestJob(IngestRun(samples, corpus, settings=Settings(), tracker=tracker, observer=locking)).start()
        assert locking.taken.wait(30)
        job.cancel()
        assert job.result(timeout=10) is corpus
        assert (job.status, job.progress.status) == ("stopped", "stopped")
        note = "stopped while another process kept the corpus locked, so not all of it is recorded there"
        assert str(job.summary) == f"5 files: 1 failed, 4 cancelled; {note}"
        assert sorted(row[2] for row in locking.rows) == ["cancelled"] * 4 + ["failed"]
        locking.other.close()
        assert [record.name for record in corpus.files()] == ["broken.pdf"]
        ingest(samples, corpus, progress=False)
        assert {record.name for record in corpus.files("cancelled")} == set()
        assert len(corpus.files()) == 5
