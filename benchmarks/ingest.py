"""How fast a folder becomes a corpus, beside bare pypdfium2 and what people would write or install instead.

    python -m benchmarks.ingest FOLDER [--rounds 5] [--many 10000]

The contestants take turns in the same run, round by round, so that a machine that slows down slows all of them:

- bare: pypdfium2 in a process pool of as many workers, the text thrown away: the floor
- script: the same, whose parent writes each page into one FTS5 table: what people would write
- langchain: LangChain's pypdfium2 loader in a process pool, if langchain-community is installed
- recoll: recollindex on the same folder, if it is on the PATH
- ours: ingest() with isolation, cleanup, one transaction a file and the index

`again` is a second run in a warm process with nothing changed. `--many` adds the second run and the memory of the
parent over so many small files.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

WORKERS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "paper-two-columns.pdf"


def read(path: str) -> list[str]:
    """The text of each page by pypdfium2's own helpers; nothing of a file that it refuses."""
    import pypdfium2

    texts: list[str] = []
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError:
        return texts
    with document:
        for page in document:
            textpage = page.get_textpage()
            texts.append(textpage.get_text_bounded())
            textpage.close()
            page.close()
    return texts


def read_and_forget(path: str) -> int:
    return len(read(path))


def read_by_langchain(path: str) -> int:
    from langchain_community.document_loaders import PyPDFium2Loader
    from pypdfium2 import PdfiumError

    try:
        return len(PyPDFium2Loader(path).load())
    except PdfiumError:
        return 0


def by_size(folder: Path) -> list[str]:
    return [str(path) for path in sorted(folder.rglob("*.pdf"), key=lambda path: -path.stat().st_size)]


def bare(folder: Path, place: Path) -> int:
    with ProcessPoolExecutor(WORKERS) as pool:
        return sum(pool.map(read_and_forget, by_size(folder)))


def script(folder: Path, place: Path) -> int:
    con = sqlite3.connect(place / "script.sqlite")
    con.execute("PRAGMA journal_mode = WAL")
    con.execute("CREATE VIRTUAL TABLE pages USING fts5 (file, number, text)")
    paths, count = by_size(folder), 0
    with ProcessPoolExecutor(WORKERS) as pool:
        for path, texts in zip(paths, pool.map(read, paths), strict=True):
            con.executemany("INSERT INTO pages VALUES (?, ?, ?)", [(path, n, t) for n, t in enumerate(texts, 1)])
            con.commit()
            count += len(texts)
    con.close()
    return count


def langchain(folder: Path, place: Path) -> int:
    with ProcessPoolExecutor(WORKERS) as pool:
        return sum(pool.map(read_by_langchain, by_size(folder)))


def recoll(folder: Path, place: Path) -> int:
    config = place / "recoll"
    config.mkdir(exist_ok=True)
    (config / "recoll.conf").write_text(
        f"topdirs = {folder}\nidxflushmb = 100\nthrQSizes = 2 2 2\nthrTCounts = 2 2 1\n"
    )
    subprocess.run(["recollindex", "-c", str(config)], check=True, capture_output=True)
    return 0


def ours(folder: Path, place: Path) -> int:
    from ingest_widgets import ingest

    with ingest(folder, place / "ours.sqlite", progress=False) as corpus:
        return len(corpus)


def installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def contestants() -> dict[str, tuple[Callable[[Path, Path], int], str | None]]:
    recollindex = shutil.which("recollindex")
    return {
        "bare pypdfium2": (bare, installed("pypdfium2")),
        "script with FTS5": (script, sqlite3.sqlite_version),
        "LangChain loader": (langchain, installed("langchain-community")),
        "recoll": (recoll, "on PATH" if recollindex else None),
        "ingest_widgets": (ours, installed("ingest-widgets")),
    }


def compare(folder: Path, rounds: int) -> None:
    names = contestants()
    first: dict[str, list[float]] = {name: [] for name in names}
    again: dict[str, list[float]] = {name: [] for name in names}
    pages = 0
    for _ in range(rounds):
        for name, (run, found) in names.items():
            if found is None:
                continue
            with tempfile.TemporaryDirectory() as place:
                started = time.perf_counter()
                pages = run(folder, Path(place)) or pages
                first[name].append(time.perf_counter() - started)
                if run in (ours, recoll):
                    started = time.perf_counter()
                    run(folder, Path(place))
                    again[name].append(time.perf_counter() - started)
    floor = statistics.median(first["bare pypdfium2"])
    print(f"\n{len(by_size(folder))} files, {pages} pages, {WORKERS} processes, {rounds} rounds, medians\n")
    print("| | version | seconds | pages a second | of bare | again, seconds |\n|---|---|---:|---:|---:|---:|")
    for name, (_, found) in names.items():
        if found is None:
            print(f"| {name} | not installed | | | | |")
            continue
        took = statistics.median(first[name])
        repeat = f"{statistics.median(again[name]):.3f}" if again[name] else ""
        print(f"| {name} | {found} | {took:.2f} | {pages / took:.0f} | {floor / took:.2f} | {repeat} |")


def many(count: int) -> None:
    """The second run over many files, and how the parent's memory grows while they come in."""
    from ingest_widgets import Corpus, ProgressTracker, get_settings
    from ingest_widgets.pipeline import IngestRun

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "many")
        for number in range(count):
            path = folder / f"{number // 1000:02}" / f"{number:05}.pdf"
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SAMPLE, path)
        memory: list[int] = []

        def look(state: object) -> None:
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)

        with Corpus(Path(place, "many.sqlite")) as corpus:
            for label in ("first", "again"):
                tracker = ProgressTracker(min_change=10, min_seconds=0, sinks=[look])
                started = time.perf_counter()
                summary = IngestRun(folder, corpus, settings=get_settings(), tracker=tracker).run()
                took = time.perf_counter() - started
                print(f"{label}: {summary}: {took:.2f} s, {took / count * 1e3:.3f} ms a file")
        print(f"peak memory of the parent at each tenth, MiB: {memory}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a folder of PDFs")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--many", type=int, default=0, metavar="N", help="also N small files")
    given = parser.parse_args()
    compare(given.folder, given.rounds)
    if given.many:
        many(given.many)
    return 0


if __name__ == "__main__":
    sys.exit(main())
