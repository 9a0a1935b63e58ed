"""The pages leave in other libraries' shapes: whole, in order, harmless, and with memory that doesn't grow."""

from __future__ import annotations

import asyncio
import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import numpy
import pytest

from ingest_widgets import Corpus, CorpusRetriever, IngestError, MissingExtra, Page, SearchResults
from tests.corpus_parts import extraction, source

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = ["file", "page", "text", "engine", "warnings"]


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        pages = (Page("", 1, "=cmd|' /C calc'!A0", "pdfium"), Page("", 2, 'two\nlines, "quoted"', "pypdf", ("odd",)))
        corpus.write(source("@a.pdf"), extraction(pages=pages, title="A title"))
        corpus.write(source("b.pdf"), extraction("Entropy of heat. " * 20))
        yield corpus


def expected(corpus: Corpus) -> list[tuple[str, int, str, str, list[str]]]:
    return [(page.file, page.number, page.text, page.engine, list(page.warnings)) for page in corpus.pages()]


def test_pandas_arrow_and_polars_have_one_row_a_page(corpus: Corpus) -> None:
    frame, table, polars = corpus.to_pandas(), corpus.to_arrow(), corpus.to_polars()
    assert list(frame.columns) == table.column_names == polars.columns == COLUMNS
    assert list(frame.itertuples(index=False, name=None)) == expected(corpus)
    assert [tuple(row.values()) for row in table.to_pylist()] == expected(corpus)
    assert polars.rows() == expected(corpus)
    assert str(frame["page"].dtype) == "int64"


def test_an_empty_corpus_has_the_columns_too(tmp_path: Path) -> None:
    with Corpus(tmp_path / "empty.sqlite") as corpus:
        assert (
            list(corpus.to_pandas().columns) == corpus.to_arrow().column_names == corpus.to_polars().columns == COLUMNS
        )
        assert corpus.to_csv(tmp_path / "e.csv").read_text() == "file,page,text,engine,warnings\n"
        assert corpus.to_parquet(tmp_path / "e.parquet").exists()
        assert corpus.to_langchain() == []


def test_the_texts_of_an_empty_data_frame_are_texts(corpus: Corpus, tmp_path: Path) -> None:
    with Corpus(tmp_path / "empty.sqlite") as empty:
        frame = empty.to_pandas()
    for name in ("file", "text", "engine"):
        assert frame[frame[name].str.contains("x")].empty
    assert list(frame.dtypes) == list(corpus.to_pandas().dtypes)


def test_parquet_comes_back_as_it_was(corpus: Corpus, tmp_path: Path) -> None:
    import pyarrow.parquet as parquet

    path = corpus.to_parquet(tmp_path / "pages.parquet")
    assert [tuple(row.values()) for row in parquet.read_table(path).to_pylist()] == expected(corpus)


def test_csv_has_a_header_a_row_a_page_and_no_formula(corpus: Corpus, tmp_path: Path) -> None:
    with open(corpus.to_csv(tmp_path / "pages.csv"), encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert header == COLUMNS
    assert len(rows) == len(corpus)
    assert rows[0][0] == "'@a.pdf"
    assert rows[0][2] == "'=cmd|' /C calc'!A0"
    assert rows[1][2] == 'two\nlines, "quoted"'


PLAIN, FULL_WIDTH, SMALL = "=+-@|%", "\uff1d\uff0b\uff0d\uff20\uff5c\uff05", "\ufe66\ufe62\ufe63\ufe6b\ufe6a"
UNSEEN = " \xa0\xad\u061c\u180e\u200b\u200e\u202d\u2028\u2060\u3000\ufe0f\ufeff\U000e0020"


@pytest.mark.parametrize(
    "start", [*PLAIN, *FULL_WIDTH, *SMALL, *"\t\r\n", *(f"{sign}=" for sign in UNSEEN), f"{UNSEEN}\uff05"]
)
def test_every_start_that_a_spreadsheet_runs_is_neutralised(tmp_path: Path, start: str) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(f"{start}1+1"))
        with open(corpus.to_csv(tmp_path / "x.csv"), encoding="utf-8", newline="") as stream:
            assert list(csv.reader(stream))[1][2] == f"'{start}1+1"


def test_an_export_that_fails_leaves_the_older_file_and_nothing_else(corpus: Corpus, tmp_path: Path) -> None:
    target = tmp_path / "out" / "pages.csv"
    with pytest.raises(IngestError, match="can't be written") as raised:
        corpus.to_csv(target)
    assert "\n" not in str(raised.value)
    target.parent.mkdir()
    target.write_text("older")
    corpus.close()
    with pytest.raises(IngestError, match="is closed"):
        corpus.to_csv(target)
    assert [file.read_text() for file in target.parent.iterdir()] == ["older"]


@pytest.mark.parametrize("export", ["to_csv", "to_parquet"])
def test_a_place_that_cant_be_written_is_told_by_the_name_that_was_given(
    corpus: Corpus, tmp_path: Path, export: str
) -> None:
    cure = "can't be written (No such file or directory): give a path in a folder you may write"
    with pytest.raises(IngestError) as raised:
        getattr(corpus, export)(tmp_path / "no" / "x")
    assert str(raised.value) == f"{tmp_path / 'no' / 'x'} {cure}"
    for path in ("", ".", str(tmp_path)):
        with pytest.raises(IngestError, match="path must be that of a file"):
            getattr(corpus, export)(path)
    with pytest.raises(IngestError, match="no file system takes the path"):
        getattr(corpus, export)("a\0b")
    with pytest.raises(TypeError, match="path must be a str or a path, not int"):
        getattr(corpus, export)(123)


@pytest.mark.parametrize("export", ["to_csv", "to_parquet"])
def test_a_name_may_be_as_long_as_the_file_system_takes_it(corpus: Corpus, tmp_path: Path, export: str) -> None:
    before = {*tmp_path.iterdir()}
    for path in ("x" * 256, "/".join(["x" * 200] * 25)):
        with pytest.raises(IngestError, match=r"can't be written \(File name too long\)"):
            getattr(corpus, export)(tmp_path / path)
    longest = tmp_path / ("x" * 255)
    assert getattr(corpus, export)(longest) == longest
    assert {*tmp_path.iterdir()} - before == {longest}


@pytest.mark.parametrize("export", ["to_csv", "to_parquet"])
def test_threads_may_write_to_one_path_at_once(tmp_path: Path, export: str) -> None:
    """Each writes its own, the last one stays."""
    start = Barrier(3)
    with Corpus(tmp_path / "c.sqlite") as corpus, ThreadPoolExecutor(3) as threads:
        corpus.write(source("a.pdf"), extraction(*["word " * 1_000] * 500))

        def write(name: str) -> bytes:
            start.wait()
            return Path(getattr(corpus, export)(tmp_path / name)).read_bytes()

        first, *others = threads.map(write, ["x"] * 3)
    assert others == [first, first]


@pytest.mark.parametrize("export", ["to_csv", "to_parquet"])
@pytest.mark.parametrize("name", ["c.sqlite", "c.sqlite-wal", "c.sqlite-shm", "sub/../c.sqlite", "link", "hard"])
def test_an_export_never_replaces_the_corpus(corpus: Corpus, tmp_path: Path, export: str, name: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "link").symlink_to(corpus.path)
    (tmp_path / "hard").hardlink_to(corpus.path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(IngestError, match="is the corpus itself") as raised:
        getattr(corpus, export)(tmp_path / name)
    assert "\n" not in str(raised.value)
    assert sorted(tmp_path.iterdir()) == before
    with Corpus(corpus.path) as again:
        assert len(again) == 3
        assert again.check() == []


def test_a_tilde_is_the_home_folder(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert corpus.to_csv("~/x.csv") == tmp_path / "x.csv"
    assert corpus.to_parquet(Path("~/x.parquet")) == tmp_path / "x.parquet"
    assert (tmp_path / "x.csv").exists()


# What `ru_maxrss` says begins with the peak of the process that started this one.
PEAK = (
    "import re, sys; "
    r"peak = lambda: 1024 * int(re.search(r'VmHWM:\s+(\d+)', open('/proc/self/status').read())[1])"
)
needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")


@needs_proc
def test_memory_stays_flat_while_a_large_corpus_is_written_out(tmp_path: Path) -> None:
    """Three times the pages, and the peak of a fresh process grows by less than a tenth of what they weigh.

    The first ones fill the pools that Arrow keeps, about 120 MB.
    """
    peaks, weights = [], []
    for pages in (10_000, 30_000):
        path = tmp_path / f"{pages}.sqlite"
        with Corpus(path) as corpus:
            for number in range(pages // 500):
                corpus.write(
                    source(f"{number}.pdf"), extraction(*[f"{number} {page} {'word ' * 500}" for page in range(500)])
                )
        weights.append(path.stat().st_size)
        code = (
            f"{PEAK}; from ingest_widgets import Corpus; corpus = Corpus(sys.argv[1], read_only=True); "
            "corpus.to_parquet(sys.argv[1] + '.parquet'); corpus.to_csv(sys.argv[1] + '.csv'); print(peak())"
        )
        done = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, check=True)
        peaks.append(int(done.stdout))
    assert peaks[1] - peaks[0] < (weights[1] - weights[0]) / 10


@needs_proc
@pytest.mark.parametrize(("library", "most"), [("pandas", 2.5), ("polars", 1.7)])
def test_a_frame_is_not_held_as_objects_of_python_while_it_is_made(library: str, most: float, tmp_path: Path) -> None:
    """A fresh process grows by 1.8 and 1.4 times the texts; with all rows in a list first it was 4.1 and 2.4."""
    path = tmp_path / "c.sqlite"
    with Corpus(path) as corpus:
        for number in range(40):
            texts = [f"{number} {page} {'word ' * 500}" for page in range(500)]
            corpus.write(source(f"{number}.pdf"), extraction(*texts))
    code = (
        f"{PEAK}; import {library}; from ingest_widgets import Corpus; corpus = Corpus(sys.argv[1]); "
        f"first = Corpus(sys.argv[2]).to_{library}(); before = peak(); "
        f"frame = corpus.to_{library}(); print(len(frame), peak() - before)"
    )
    command = [sys.executable, "-c", code, str(path), str(tmp_path / "empty.sqlite")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    rows, grown = map(int, done.stdout.split())
    assert rows == 20_000
    assert grown < most * rows * 2_500


def test_langchain_documents_say_where_they_come_from(corpus: Corpus) -> None:
    documents = corpus.to_langchain()
    assert [document.metadata["page"] for document in documents] == [1, 2, 1]
    assert documents[0].metadata == {"source": "/folder/@a.pdf", "title": "A title", "file": "@a.pdf", "page": 1}
    pieces = corpus.to_langchain(max_chars=100, overlap=20)
    assert all(len(piece.page_content) <= 100 for piece in pieces)
    assert len({piece.id for piece in pieces}) == len(pieces)


def test_the_retriever_answers_questions_and_not_only_words_that_all_match(corpus: Corpus) -> None:
    from langchain_core.retrievers import BaseRetriever

    retriever = CorpusRetriever(corpus=corpus, k=2)
    assert isinstance(retriever, BaseRetriever)
    (document,) = retriever.invoke("What is the entropy of black holes?")
    assert (document.metadata["file"], document.metadata["page"]) == ("b.pdf", 1)
    assert document.page_content.startswith("Entropy of heat.")
    assert retriever.invoke("...") == []


class Shrinking(Corpus):
    """Loses a file after each search, as when another process takes it out."""

    def search(self, *args: Any, **options: Any) -> SearchResults:
        results = super().search(*args, **options)
        self.remove(results[0].file)
        return results


@pytest.mark.parametrize("ranking", ["bm25", "hybrid"])
def test_a_page_that_goes_after_the_search_is_left_out_of_what_the_retriever_finds(
    corpus: Corpus, ranking: str
) -> None:
    with Shrinking(corpus.path) as shrinking:
        shrinking.embed(lambda texts: [[1.0]] * len(texts))
        retriever: Any = CorpusRetriever(corpus=shrinking, k=2, ranking=ranking)
        (document,) = retriever.invoke("heat OR quoted")
    assert [record.name for record in corpus.files() if record.pages] == [document.metadata["file"]]


def test_a_question_may_come_with_settings_of_its_own(corpus: Corpus) -> None:
    retriever: Any = CorpusRetriever(corpus=corpus)
    assert len(retriever.invoke("heat OR quoted")) == 2
    assert len(retriever.invoke("heat OR quoted", k=1)) == 1
    assert len(asyncio.run(retriever.ainvoke("heat OR quoted", k=1))) == 1
    (document,) = retriever.batch(["heat OR quoted"], file="@a.pdf")[0]
    assert document.metadata["file"] == "@a.pdf"
    assert len(retriever.invoke("heat OR quoted")) == 2
    with pytest.raises(TypeError, match="top: only k, file and ranking can be given"):
        retriever.invoke("heat", top=1)
    for unknown in ({"files": "@a.pdf"}, {"search_kwargs": {"k": 1}}):
        with pytest.raises(ValueError, match=next(iter(unknown))):
            CorpusRetriever(corpus=corpus, **unknown)


@pytest.mark.parametrize(
    ("setting", "error", "message"),
    [
        ({"k": -1}, ValueError, "k must be 0 or more, not -1"),
        ({"k": 2**63}, ValueError, r"k must be less than 2\*\*63"),
        ({"k": "1"}, TypeError, "k must be an int, not str '1'"),
        ({"ranking": "q"}, ValueError, r"ranking\s+Input should be 'bm25' or 'hybrid'"),
        ({"file": 5}, TypeError, "file must be a name"),
    ],
)
def test_a_setting_that_is_unfit_is_named_wherever_it_is_given(
    corpus: Corpus, setting: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        CorpusRetriever(corpus=corpus, **setting)
    retriever: Any = CorpusRetriever(corpus=corpus)
    with pytest.raises(error, match=message):
        retriever.invoke("heat", **setting)
    ((name, value),) = setting.items()
    with pytest.raises(error, match=message):
        setattr(retriever, name, value)


def test_a_retriever_takes_the_record_of_a_file_and_numbers_of_other_libraries(corpus: Corpus) -> None:
    record = corpus.file("@a.pdf")
    settings: dict[str, Any] = {"file": record, "k": numpy.int64(2)}
    made: Any = CorpusRetriever(corpus=corpus, **settings)
    asked: Any = CorpusRetriever(corpus=corpus)
    for documents in (made.invoke("heat OR quoted"), asked.invoke("heat OR quoted", **settings)):
        assert [document.metadata["file"] for document in documents] == ["@a.pdf"]


def test_the_retriever_says_where_a_document_comes_from_and_keeps_to_its_files(corpus: Corpus) -> None:
    retriever: Any = CorpusRetriever(corpus=corpus)
    assert {document.metadata["file"] for document in retriever.invoke("heat OR quoted")} == {"@a.pdf", "b.pdf"}
    for file in ("@a.pdf", ["@a.pdf"], ["@a.pdf", "gone.pdf"]):
        retriever.file = file
        (document,) = retriever.invoke("heat OR quoted")
        about = {name: document.metadata[name] for name in ("source", "title", "file", "page")}
        assert about == {"source": "/folder/@a.pdf", "title": "A title", "file": "@a.pdf", "page": 2}


@pytest.mark.parametrize(
    ("call", "library", "extra"),
    [
        ("corpus.to_pandas()", "pandas", "pandas"),
        ("corpus.to_arrow()", "pyarrow", "arrow"),
        ("corpus.to_parquet('x')", "pyarrow", "arrow"),
        ("corpus.to_polars()", "polars", "polars"),
        ("corpus.to_langchain()", "langchain_core", "langchain"),
        ("ingest_widgets.CorpusRetriever(corpus=corpus)", "langchain_core", "langchain"),
    ],
)
def test_a_missing_library_gives_its_pip_line_at_the_moment_of_use(
    tmp_path: Path, call: str, library: str, extra: str
) -> None:
    code = f"""
import sys
sys.modules[{library!r}] = None
import ingest_widgets, json
from ingest_widgets import *
corpus = Corpus({str(tmp_path / "c.sqlite")!r})
try:
    {call}
except MissingExtra as error:
    print(json.dumps(str(error)))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert f"pip install 'ingest-widgets[{extra}]'" in json.loads(done.stdout)


def test_the_error_of_a_missing_library_is_an_import_error() -> None:
    assert issubclass(MissingExtra, ImportError)
