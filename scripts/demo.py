"""The main job on the sample PDFs: ingest, look at the files, search, do it again, and what to type next."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from ingest_widgets import Corpus, ingest

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "demo.sqlite"


def timed(label: str) -> Corpus:
    """One ingest of the samples, with its sentence and its time."""
    started = time.perf_counter()
    corpus = ingest(ROOT / "samples", CORPUS)
    print(f"{label}: {corpus.last_run} in {time.perf_counter() - started:.2f} s")
    return corpus


def show(corpus: Corpus, query: str) -> None:
    """The first hits as a person reads them."""
    results = corpus.search(query, limit=3)
    print(f"\nsearch({query!r}): {results.total} {'page' if results.total == 1 else 'pages'}")
    for hit in results:
        print(f"  {hit.file}, page {hit.page}: {' '.join(hit.snippet.split())}")


def main() -> int:
    for beside in CORPUS.parent.glob(CORPUS.name + "*"):
        beside.unlink()
    corpus = timed("First run")
    print(f"\n{corpus.files()}")
    show(corpus, "entropy")
    show(corpus, '"full-text search"')
    corpus.close()
    print()
    corpus = timed("Second run")
    problems = corpus.check()
    print(f"The corpus is {'; '.join(problems) or 'sound'}: {len(corpus)} pages in {CORPUS.name}")
    corpus.close()
    print(
        "\nNext:"
        "\n  make lab                                              the same in JupyterLab"
        "\n  .venv/bin/ingest-widgets ingest FOLDER                your own PDFs, into corpus.sqlite"
        "\n  .venv/bin/ingest-widgets search 'two words'           and what is in them"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
