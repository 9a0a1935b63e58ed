"""A server that stops sending holds up neither the other files nor Stop nor who asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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
    """`silent.pdf` never gets an answer, the body of `late.pdf` never its end, that of `slow.pdf` only when told to."""

    stalled, released = threading.Event(), threading.Event()

    def do_GET(self) -> None:
        if self.path == "/silent.pdf":
            self._stall()
        self.send_response(200)
        self.send_header("Content-Type", "application/pdf")
        if self.path != "/slow.pdf":
            self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(CONTENT[:50])
            if self.path != "/ok.pdf":
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
    assert str(caught.value).startswith(f"{far}/silent.pdf can't be listed, its server took longer than 1 s: check")


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
