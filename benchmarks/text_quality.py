"""Scores our text and that of other engines: python -m benchmarks.text_quality [FOLDER ...] [options].

A folder holds `pdf/NAME.pdf` and `truth/NAME.txt`; without one a synthetic set is made for the occasion. Engines that
aren't installed are named and left out. CPU time is taken in one process, the engines taking turns file by file.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.known_text import make
from benchmarks.text_engines import ENGINES, installed
from benchmarks.text_score import COLUMNS, HEADINGS, Score


def read(engine: str, pdf: Path, seconds: Counter[str]) -> list[str]:
    """The pages as one engine reads them; what it can't read counts as empty, and is said."""
    start = time.process_time()
    try:
        return list(ENGINES[engine][1](str(pdf)))
    except Exception as error:
        print(f"{engine} refuses {pdf.name}: {type(error).__name__}: {str(error)[:80]}", file=sys.stderr)
        return []
    finally:
        seconds[engine] += time.process_time() - start


def measure(folder: Path, engines: list[str], only: set[str], dump: Path | None, rounds: int) -> None:
    """Prints the table for one set."""
    names = sorted(path.stem for path in (folder / "truth").glob("*.txt"))
    names = [name for name in names if not only or name in only]
    scores, seconds = {engine: Score() for engine in engines}, Counter[str]()
    for number, name in enumerate(names):
        truth = (folder / "truth" / f"{name}.txt").read_text("utf-8")
        for engine in engines if number % 2 else reversed(engines):
            pages = read(engine, folder / "pdf" / f"{name}.pdf", seconds)
            scores[engine].add(truth, pages)
            if dump:
                _write(dump / f"{engine}.jsonl", name, pages)
    for _ in range(rounds - 1):
        for number, name in enumerate(names):
            for engine in engines if number % 2 else reversed(engines):
                read(engine, folder / "pdf" / f"{name}.pdf", seconds)
    _print_table(engines, scores, seconds, rounds)


def _print_table(engines: list[str], scores: dict[str, Score], seconds: Counter[str], rounds: int) -> None:
    bare = seconds["pypdfium2"]
    print(f"| engine | {' | '.join(HEADINGS[column] for column in COLUMNS)} | CPU s | of pypdfium2 |")
    print("|---|" + "---:|" * (len(COLUMNS) + 2))
    for engine in engines:
        figures = scores[engine].figures()
        shown = " | ".join(f"{figures[column]:.2f}" for column in COLUMNS)
        ratio = f"{seconds[engine] / bare:.2f}" if bare else ""
        print(f"| {engine} {installed()[engine]} | {shown} | {seconds[engine] / rounds:.1f} | {ratio} |")


def _write(path: Path, name: str, pages: list[str]) -> None:
    with path.open("a", encoding="utf-8") as out:
        for number, text in enumerate(pages, 1):
            out.write(json.dumps({"file": f"{name}.pdf", "page": number, "text": text}) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--engines", help="names with commas; all that are installed without it")
    parser.add_argument("--only", default="", help="names of documents with commas")
    parser.add_argument(
        "--dump", type=Path, help="write what was read into this folder, a file of JSON lines an engine"
    )
    parser.add_argument("--rounds", type=int, default=1, help="read everything so often, for steadier times")
    given = parser.parse_args()
    wanted = given.engines.split(",") if given.engines else list(ENGINES)
    engines = [name for name in wanted if name in installed()]
    if missing := sorted(set(wanted) - set(engines)):
        print(f"not installed: {', '.join(missing)}\n")
    if given.dump:
        given.dump.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        if not given.folders:
            make(Path(scratch))
        for folder in given.folders or [Path(scratch)]:
            measure(folder, engines, set(filter(None, given.only.split(","))), given.dump, given.rounds)


if __name__ == "__main__":
    main()
