"""The panel and the views as Python objects, with a comm that keeps what would go to the page."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import comm
import pytest
from comm.base_comm import BaseComm

from ingest_widgets import Corpus, CorpusNotFound, CorpusView, IngestPanel, ingest, settings_override, start_ingest
from ingest_widgets.errors import IngestError
from ingest_widgets.notebook.job_view import JobView
from ingest_widgets.notebook.live_widget import LiveWidget
from ingest_widgets.notebook.run_table import RunTable
from ingest_widgets.notebook.uploads import Uploads

SAMPLES = Path(__file__).parents[1] / "samples"
Part = dict[str, Any]


class PageComm(BaseComm):
    """The page's end of a comm."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.published: list[dict[str, Any]] = []
        self.arrived = threading.Condition()
        super().__init__(*args, **kwargs)

    def publish_msg(
        self,
        msg_type: str,
        data: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
        buffers: list[bytes] | None = None,
        **keys: Any,
    ) -> None:
        with self.arrived:
            self.published.append({"type": msg_type, "data": data, "buffers": buffers})
            self.arrived.notify_all()

    def patches(self) -> list[Part]:
        return [one["data"]["content"] for one in self.published if (one["data"] or {}).get("method") == "custom"]


@pytest.fixture(autouse=True)
def page_comms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(comm, "create_comm", PageComm)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def panel() -> Iterator[IngestPanel]:
    panel = IngestPanel()
    yield panel
    panel.close()


def ask(widget: LiveWidget, kind: str, buffers: list[memoryview] | None = None, **content: Any) -> None:
    """What the page would send."""
    data = {"method": "custom", "content": {"kind": kind, **content}}
    widget._handle_msg({"content": {"data": data}, "buffers": buffers or []})


def wait_for(widget: LiveWidget, wanted: Callable[[Part], Any], seconds: float = 30) -> Part:
    """The first patch that is as wanted."""
    page = widget.comm
    assert isinstance(page, PageComm)
    with page.arrived:
        assert page.arrived.wait_for(lambda: any(map(wanted, page.patches())), seconds), page.patches()[-3:]
    return next(patch for patch in page.patches() if wanted(patch))


def ended(patch: Part) -> bool:
    state = patch.get("state", {})
    return bool(state.get("outcome")) and not state["running"]


def test_making_one_makes_no_file_and_shows_itself_without_a_kernel(panel: IngestPanel, tmp_path: Path) -> None:
    bundle = panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"] == "IngestPanel(corpus='corpus.sqlite')", "nothing that a saved notebook says wrongly"
    assert repr(panel) == "IngestPanel(corpus='corpus.sqlite'): Nothing ingested yet."
    ask(panel, "hello", uploads=[])
    wait_for(panel, lambda patch: patch["state"]["sentence"] == "Nothing ingested yet.")
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_told_row_by_row_and_ends_with_its_sentence(panel: IngestPanel) -> None:
    ask(panel, "start", source=str(SAMPLES))
    last = wait_for(panel, ended)
    assert last["state"]["sentence"] == "5 files: 3 ingested, 2 failed"
    assert (last["state"]["finished"], last["state"]["total"], last["state"]["outcome"]) == (5, 5, "done")
    rows: dict[int, Any] = {}
    for patch in panel.comm.patches():
        rows |= {item[0]: item for item in patch.get("rows", {"items": []})["items"]}
    assert [rows[n][1:4] for n in range(2)] == [
        ["broken.pdf", "failed", "corrupt"],
        ["encrypted.pdf", "failed", "encrypted"],
    ]
    assert len(panel.corpus) == 64


def test_patches_are_numbered_without_a_gap(panel: IngestPanel) -> None:
    ask(panel, "hello", uploads=[])
    ask(panel, "start", source=str(SAMPLES))
    wait_for(panel, ended)
    numbers = [patch["seq"] for patch in panel.comm.patches()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_nothing_of_it_is_in_a_trait(panel: IngestPanel) -> None:
    """Every synced trait lands in a saved notebook."""
    with settings_override(pdf_passwords=["canary-7"]):
        panel.start(str(SAMPLES))
        wait_for(panel, ended)
    state = {name: value for name, value in panel.get_state().items() if name not in ("_esm", "_css")}
    assert "canary-7" not in json.dumps(state, default=str)
    assert "broken.pdf" not in json.dumps(state, default=str)


def test_a_pasted_path_in_quotation_marks_is_the_path_and_the_page_hears_of_it(panel: IngestPanel) -> None:
    ask(panel, "start", source=f' "{SAMPLES}"\n')
    last = wait_for(panel, ended)
    assert last["state"]["sentence"] == "5 files: 3 ingested, 2 failed"
    assert (last["state"]["source"], last["state"]["typed"]) == (str(SAMPLES), f' "{SAMPLES}"\n')


def test_a_problem_is_a_sentence_and_details_only_for_what_nobody_expected(panel: IngestPanel) -> None:
    ask(panel, "start", source="no/such/folder")
    problem = wait_for(panel, lambda patch: "problem" in patch)["problem"]
    assert "no/such/folder doesn't exist" in problem["sentence"]
    assert problem["details"] == ""
    ask(panel, "search", query=None, ask=1, offset="x", limit=20)
    surprise = wait_for(panel, lambda patch: "Traceback" in patch.get("problem", {}).get("details", ""))["problem"]
    assert surprise["sentence"].startswith("This went wrong: ValueError: ")


@pytest.mark.parametrize(
    ("kind", "request_", "part"),
    [
        ("search", {"query": "order", "offset": 0, "limit": "many"}, "results"),
        ("page", {"file": "a.pdf", "number": "one", "query": "", "dpi": 50}, "page"),
    ],
)
def test_what_a_question_broke_on_is_told_and_nobody_waits_for_its_answer(
    panel: IngestPanel, kind: str, request_: Part, part: str
) -> None:
    """Whatever the exception is: a sentence where the answer would stand, and the details to unfold."""
    panel.start(str(SAMPLES))
    wait_for(panel, ended)
    ask(panel, kind, ask=5, **request_)
    assert wait_for(panel, lambda patch: patch.get(part, {}).get("ask") == 5)[part]["error"]
    problem = wait_for(panel, lambda patch: "problem" in patch)["problem"]
    assert problem["sentence"].startswith("This went wrong: ValueError: ")
    assert "Traceback" in problem["details"]


def test_settings_that_broke_meanwhile_are_told(panel: IngestPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read in the thread that sends; nobody would hear it there."""
    monkeypatch.setenv("INGEST_MAX_FILE_BYTES", "many")
    ask(panel, "hello", uploads=[])
    assert "max_file_bytes" in wait_for(panel, lambda patch: "problem" in patch)["problem"]["sentence"].lower()
    monkeypatch.delenv("INGEST_MAX_FILE_BYTES")
    ask(panel, "hello", uploads=[])
    assert wait_for(panel, lambda patch: "state" in patch)["state"]["max_file_bytes"] > 0


def test_a_page_that_was_reloaded_is_told_what_its_notebook_keeps(panel: IngestPanel) -> None:
    """The first page has just been shown it."""
    ask(panel, "hello", uploads=[])
    assert "kept" not in wait_for(panel, lambda patch: "state" in patch)
    ask(panel, "hello", uploads=[])
    assert "kept" in wait_for(panel, lambda patch: "kept" in patch)


def test_in_the_browsers_own_python_the_panel_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """JupyterLite; otherwise the first thread would raise something about threads."""
    monkeypatch.setattr(sys, "platform", "emscripten")
    with pytest.raises(IngestError, match="no threads and no processes"):
        IngestPanel()


def test_search_answers_with_the_number_it_was_asked_with(panel: IngestPanel) -> None:
    panel.start(str(SAMPLES))
    wait_for(panel, ended)
    ask(panel, "search", query="reading order", ask=7, offset=0, limit=2)
    results = wait_for(panel, lambda patch: patch.get("results", {}).get("ask") == 7)["results"]
    assert results["total"] >= len(results["hits"]) == 2
    hit = results["hits"][0]
    assert {hit["snippet"][a:b].lower() for a, b in hit["spans"]} <= {"reading", "order"}
    ask(panel, "search", query="raeding", ask=8, offset=0, limit=2)
    results = wait_for(panel, lambda patch: patch.get("results", {}).get("ask") == 8)["results"]
    assert (results["total"], results["hint"]) == (0, "did you mean 'reading'?")


def test_a_page_comes_as_a_png_with_its_boxes(panel: IngestPanel) -> None:
    panel.start(str(SAMPLES))
    wait_for(panel, ended)
    ask(panel, "page", ask=1, file="manual-long.pdf", number=14, query="order", dpi=50)
    page = wait_for(panel, lambda patch: "page" in patch)["page"]
    assert page["boxes"]
    assert page["pages"] == 61
    sent = next(m for m in panel.comm.published if "page" in (m["data"] or {}).get("content", {}))
    assert bytes(sent["buffers"][0]).startswith(b"\x89PNG")
    ask(panel, "page", ask=2, file="gone.pdf", number=1, query="", dpi=50)
    assert "gone.pdf" in wait_for(panel, lambda patch: patch.get("page", {}).get("ask") == 2)["page"]["error"]


def test_start_without_a_source_takes_the_one_that_was_given(panel: IngestPanel) -> None:
    panel._source = str(SAMPLES / "paper-two-columns.pdf")
    ask(panel, "start")
    assert wait_for(panel, ended)["state"]["sentence"] == "1 file: 1 ingested"


def upload(panel: IngestPanel, data: bytes, key: str, offset: int = 0) -> None:
    slices = [{"id": key, "offset": offset, "size": len(data)}]
    ask(panel, "upload_slices", [memoryview(data)], slices=slices)


def test_uploads_start_by_themselves_once_all_have_come(panel: IngestPanel) -> None:
    data = (SAMPLES / "paper-two-columns.pdf").read_bytes()
    files = [{"id": key, "name": name, "size": len(data)} for key, name in (("a", "../a.pdf"), ("b", "b.pdf"))]
    ask(panel, "upload_begin", files=files)
    upload(panel, data, "a")
    upload(panel, data[:100], "b")
    wait_for(panel, lambda patch: patch.get("uploads", {}).get("b") == 100)
    upload(panel, data[100:], "b", 100)
    assert wait_for(panel, ended)["state"]["sentence"] == "2 files: 2 ingested"
    assert [record.name for record in panel.corpus.files()] == ["a.pdf", "b.pdf"]


def test_many_small_files_come_in_one_message(panel: IngestPanel) -> None:
    data = (SAMPLES / "paper-two-columns.pdf").read_bytes()
    sizes = {"a": len(data), "b": 0, "c": len(data)}
    ask(panel, "upload_begin", files=[{"id": key, "name": f"{key}.pdf", "size": size} for key, size in sizes.items()])
    slices = [{"id": key, "offset": 0, "size": size} for key, size in sizes.items()]
    ask(panel, "upload_slices", [memoryview(data + data)], slices=slices)
    assert wait_for(panel, ended)["state"]["sentence"] == "3 files: 2 ingested, 1 failed"
    assert [record.bytes for record in panel.corpus.files()] == list(sizes.values())


@pytest.mark.parametrize("kind", [IngestPanel, CorpusView])
def test_who_searches_sees_the_files_that_others_wrote_meanwhile(
    kind: type[IngestPanel | CorpusView], tmp_path: Path
) -> None:
    corpus = ingest(SAMPLES / "paper-two-columns.pdf", tmp_path / "c.sqlite", progress=False)
    widget = kind(corpus)
    ask(widget, "hello", uploads=[])
    wait_for(widget, lambda patch: "1 file, 2 pages" in patch.get("state", {}).get("sentence", ""))
    with Corpus(tmp_path / "c.sqlite") as of_another:
        ingest(SAMPLES / "scan-no-text.pdf", of_another, progress=False)
    ask(widget, "search", ask=1, query="entropy", offset=0, limit=20)
    rows = wait_for(widget, lambda patch: "2 files, 3 pages" in patch.get("state", {}).get("sentence", ""))["rows"]
    assert [row[1] for row in rows["items"]] == ["paper-two-columns.pdf", "scan-no-text.pdf"]
    widget.close()


def test_what_was_uploaded_waits_for_no_page_that_was_reloaded_in_the_midst_of_another_file(panel: IngestPanel) -> None:
    data = (SAMPLES / "paper-two-columns.pdf").read_bytes()
    panel._uploads = Uploads(patience=2)  # longer than a message may wait for its turn
    ask(panel, "upload_begin", page="old", files=[{"id": "a", "name": "a.pdf", "size": len(data)}])
    upload(panel, data[:100], "a")
    ask(panel, "hello", page="new", uploads=[])
    ask(panel, "upload_begin", page="new", files=[{"id": "b", "name": "b.pdf", "size": len(data)}])
    upload(panel, data, "b")
    assert "queued" in wait_for(panel, lambda patch: patch.get("state", {}).get("hint"))["state"]["hint"]
    assert wait_for(panel, ended)["state"]["sentence"] == "1 file: 1 ingested"
    assert [record.name for record in panel.corpus.files()] == ["b.pdf"]


def test_stop_before_the_listing_ends_stops_too(panel: IngestPanel) -> None:
    panel.start(str(SAMPLES))
    panel.stop()
    last = wait_for(panel, ended)
    assert last["state"]["outcome"] == "stopped"
    assert sum(1 for _ in panel.corpus.files("cancelled")) >= 4


def test_a_view_of_a_corpus_that_is_not_there_raises(tmp_path: Path) -> None:
    with pytest.raises(CorpusNotFound):
        CorpusView(tmp_path / "none.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_a_view_shows_the_files_of_its_corpus() -> None:
    corpus: Corpus = ingest(SAMPLES, "c.sqlite", progress=False)
    view = CorpusView(corpus)
    ask(view, "hello")
    assert wait_for(view, lambda patch: patch.get("rows", {}).get("total") == 5)
    assert wait_for(view, lambda patch: "c.sqlite: 5 files, 64 pages" in str(patch))
    view.close()


def test_a_closed_widget_hears_and_says_nothing_more(panel: IngestPanel) -> None:
    panel.start(str(SAMPLES))
    panel.close()
    ask(panel, "search", query="x", ask=1, offset=0, limit=1)
    assert panel.comm is None


def test_until_a_server_has_listed_its_files_the_panel_and_the_view_of_a_job_say_so() -> None:
    panel = IngestPanel(ingest(SAMPLES, "c.sqlite", progress=False))
    panel.start(str(SAMPLES))
    wait_for(panel, ended)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/a.pdf"
        panel.start(url)
        job = start_ingest(url, "d.sqlite", progress=False)
        view = JobView(job, RunTable())
        clients = [server.accept()[0] for _ in range(2)]
        for widget in (panel, view):
            facts = widget._facts()
            assert (facts["sentence"], facts["total"], facts["finished"]) == ("Listing the files…", 0, 0)
        panel.stop()
        job.cancel()
        job.result(timeout=10).close()
        wait_for(panel, lambda patch: patch.get("state", {}).get("outcome") == "stopped")
        for client in clients:
            client.close()
    view.close()
    panel.close()


def test_a_url_that_is_not_there_leaves_the_run_before_it(panel: IngestPanel) -> None:
    panel.start(str(SAMPLES))
    before = wait_for(panel, ended)["state"]
    panel.start("memory://no/such.pdf")
    wait_for(panel, lambda patch: "problem" in patch)
    wait_for(panel, lambda patch: "no/such" in patch.get("state", {}).get("source", "") and ended(patch))
    after = panel._facts()
    assert {name for name in before if before[name] != after[name]} == {"source"}


@pytest.mark.parametrize("source", ["no/such/folder", "memory://no/such.pdf"])
def test_a_source_that_is_not_there_leaves_what_is_shown(source: str) -> None:
    panel = IngestPanel(ingest(SAMPLES, "c.sqlite", progress=False))
    ask(panel, "hello", uploads=[])
    wait_for(panel, lambda patch: patch.get("rows", {}).get("total") == 5)
    ask(panel, "start", source=source)
    wait_for(panel, lambda patch: "problem" in patch)
    ask(panel, "hello", uploads=[])
    wait_for(panel, lambda patch: patch.get("state", {}).get("source") == source and not patch["state"]["running"])
    assert panel._facts()["sentence"] == "In c.sqlite: 5 files, 64 pages"
    panel.close()


def test_the_settings_where_it_was_started_hold_in_the_run(panel: IngestPanel) -> None:
    with settings_override(pdf_passwords=["open sesame"]):
        panel.start(str(SAMPLES))
    assert wait_for(panel, ended)["state"]["sentence"] == "5 files: 4 ingested, 1 failed"
