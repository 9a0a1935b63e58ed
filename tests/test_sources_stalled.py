"""A server that stops sending holds up neither the other files nor Stop nor who asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from ingest_widgets import (
    Corpus,
    ProgressTracker,
    Settings,
    SourceError,
    ingest,
    settings_override,
    start_ingest,
)
from ingest_widgets.documents import SourceFile
from ingest_widgets.pipeline import IngestJob, IngestRun, NullObserver
from ingest_widgets.sources import fetch
from tests.hostile.pdf import text_pdf

CONTENT = text_pdf("from far away")


class Stalling(BaseHTTPRequestHandler):
    """`silent.pdf` never gets an answer, the body of `late.pdf` never its end, that of `slow.pdf` only when told to.

    Those called `together.pdf` get theirs once so many of them were asked for.
    """

    stalled, released = threading.Event(), threading.Event()
    together = 4
    asked: ClassVar[set[str]] = set()

    def do_GET(self) -> None:
        if self.path.startswith("/silent.pdf"):
            self._stall()
        if "together" in self.path:
            self.asked.add(self.path)
            if len(self.asked) < self.together:
                self._stall()
            self.released.set()
        self.send_response(404 if self.path == "/none.pdf" else 200)
        self.send_header("Content-Type", "application/pdf")
        if self.path != "/slow.pdf":
            self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(CONTENT[:50])
            if self.path in ("/late.pdf", "/slow.pdf"):
                self._stall()
            self.wfile.write(CONTENT[50:])

    do_HEAD = do_GET

    def _stall(self) -> None:
        self.stalled.set()
        self.released.wait()

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Its clients may go in the middle of an answer."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        pass


@pytest.fixture
def far() -> Iterator[str]:
    Stalling.stalled, Stalling.released = threading.Event(), threading.Event()
    Stalling.asked.clear()
    with Server(("127.0.0.1", 0), Stalling) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        Stalling.released.set()
        server.shutdown()
        thread.join()


def test_a_body_that_never_ends_is_a_timeout_and_the_other_files_are_read(far: str) -> None:
    sources = [f"{far}/late.pdf", f"{far}/ok.pdf", ("here.pdf", text_pdf("from here"))]
    with settings_override(file_timeout_seconds=1), ingest(sources, "c.sqlite", progress=False) as corpus:
        assert {record.name: record.status for record in corpus.files()} == {
            "late.pdf": "failed",
            "ok.pdf": "ingested",
            "here.pdf": "ingested",
        }
        (late,) = corpus.files("failed")
        assert late.reason == "timeout"
        assert late.detail.startswith("It can't be fetched (its server stopped sending")
        assert late.detail.endswith("raise file_timeout_seconds=1.")


def test_a_listing_without_an_answer_ends_in_one_line_with_the_address(far: str) -> None:
    with settings_override(file_timeout_seconds=0.2), pytest.raises(SourceError) as caught:
        ingest(f"{far}/silent.pdf", "c.sqlite", progress=False)
    why = "its server took longer than file_timeout_seconds=0.2 allows: check that it answers"
    assert str(caught.value).startswith(f"{far}/silent.pdf can't be listed, {why}")


def test_of_several_sources_those_that_can_not_be_listed_have_records_and_the_others_are_read(far: str) -> None:
    """Each names the cure; a later run that gets an answer puts the file in its place."""
    stalled, unknown = f"{far}/silent.pdf", "nosuch://box/a.pdf"
    sources = [stalled, f"{far}/ok.pdf", unknown, f"{far}/none.pdf", ("here.pdf", text_pdf("from here"))]
    with settings_override(file_timeout_seconds=1), ingest(sources, "c.sqlite", progress=False) as corpus:
        assert str(corpus.last_run) == "5 files: 2 ingested, 3 failed"
        found = {record.path: (record.name, record.reason, record.detail) for record in corpus.files("failed")}
        late = "It can't be listed, its server took longer than file_timeout_seconds=1 allows: check that it answers"
        assert found[stalled] == ("silent.pdf", "timeout", f"{late} and run again, or raise that setting.")
        assert (
            found[unknown][2]
            == "It can't be read by fsspec (Protocol not known: nosuch): check the address and run again."
        )
        assert found[f"{far}/none.pdf"] == ("none.pdf", "unreadable", "It doesn't exist: check the address.")
        Stalling.released.set()
        ingest(sources, corpus, progress=False)
        assert corpus.file("silent.pdf").status == "ingested"


def test_several_servers_are_asked_at_once(far: str) -> None:
    """None of these answers before all are asked."""
    sources = [f"{far}/together.pdf?{number}" for number in range(Stalling.together)]
    with settings_override(file_timeout_seconds=10), ingest(sources, "c.sqlite", progress=False) as corpus:
        assert str(corpus.last_run) == f"{Stalling.together} files: {Stalling.together} ingested"


def test_a_stop_while_a_url_is_listed_leaves_a_record_of_each_file_that_lies_here(far: str, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "a.pdf").write_bytes(CONTENT)
    job = start_ingest([f"{far}/silent.pdf", "here"], "c.sqlite", progress=False)
    assert Stalling.stalled.wait(30)
    job.cancel()
    with job.result(timeout=10) as corpus:
        assert [(record.name, record.status) for record in corpus.files()] == [("a.pdf", "cancelled")]
        assert str(job.summary) == "1 file: 1 cancelled; stopped before what was given was listed"


def test_start_ingest_returns_before_the_listing_and_stop_ends_it(far: str) -> None:
    job = start_ingest(f"{far}/silent.pdf", "c.sqlite", progress=False)
    assert Stalling.stalled.wait(30)
    assert not job.done()
    assert repr(job) == "<IngestJob running: listing the files>"
    job.cancel()
    corpus = job.result(timeout=10)
    assert (job.status, corpus.files()) == ("stopped", [])
    assert str(job.summary) == f"0 files: stopped before {far}/silent.pdf was listed"
    corpus.close()


class Begun(NullObserver):
    """Knows when the listing is over, and forgets that its requests stalled too."""

    def __init__(self) -> None:
        self.file = threading.Event()

    def started(self, file: SourceFile) -> None:
        Stalling.stalled.clear()
        self.file.set()


def test_stop_returns_while_a_fetch_stalls(far: str) -> None:
    tracker, begun = ProgressTracker(sinks=[]), Begun()
    run = IngestRun(f"{far}/late.pdf", Corpus("c.sqlite"), settings=Settings(), tracker=tracker, observer=begun)
    job = IngestJob(run).start()
    assert begun.file.wait(30)
    assert Stalling.stalled.wait(30)
    job.cancel()
    with job.result(timeout=10) as corpus:
        assert [record.status for record in corpus.files()] == ["cancelled"]


def test_a_stream_of_unknown_length_is_read_to_its_end(far: str) -> None:
    threading.Timer(0.3, Stalling.released.set).start()
    assert fetch(f"{far}/slow.pdf", 10**6) == CONTENT
