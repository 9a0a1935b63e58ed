"""How fast a search is: generated pages whose words are as unequal as a language's, queries of each kind, warm.

    python -m benchmarks.search [--pages 100000] [--corpus kept.sqlite] [--rounds 40]

The vocabulary follows the law of Zipf and Mandelbrot as English does: the most frequent word is on nearly every page,
half of the words are on a handful. A page has about 2.7 kB. Each kind of query is asked with many different words,
each for the first time (then once again, when its ranking is still known); the times include total and snippets.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ingest_widgets.corpus import Corpus
from ingest_widgets.documents import Extraction, Page, SourceFile
from ingest_widgets.statuses import Status

PAGES_A_FILE = 100
WORDS_A_PAGE = 460
VOCABULARY = 300_000
LIMITS = {
    "one very frequent word": 60.0,
    "three frequent words, OR": 100.0,
    "three most frequent, OR": float("inf"),
    "no hit, a guess": float("inf"),
}
ORDINARY = 10.0


def make_vocabulary() -> list[str]:
    """Words that can be spoken, shorter ones first, so that frequent words are short."""
    chance = random.Random(1)
    syllables = [c + v + e for c in "bcdfghklmnprstvz" for v in "aeiou" for e in ("", "n", "r", "s", "l")]
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        count = 1 + min(4, int(len(words) ** 0.5 / 60) + chance.randrange(3))
        words["".join(chance.choice(syllables) for _ in range(count))] = None
    return list(words)


def make_pages(count: int, words: list[str]) -> Iterator[str]:
    """Texts of a page each: lines of twelve words, sentences with what isn't ASCII, a heading now and then."""
    chance = np.random.default_rng(2)
    weights = 1.0 / (np.arange(len(words)) + 2.7) ** 1.05
    steps = np.cumsum(weights / weights.sum())
    for _ in range(count):
        ranks = np.searchsorted(steps, chance.random(int(chance.integers(WORDS_A_PAGE - 100, WORDS_A_PAGE + 100))))
        tokens = [words[min(rank, len(words) - 1)] for rank in ranks]
        lines = [" ".join(tokens[start : start + 12]) for start in range(0, len(tokens), 12)]
        lines[0] = "1.2 " + lines[0][:40].title()
        yield "\n".join(
            f"\u201c{line}\u201d, said Zo\u00eb.\n" if number % 6 == 5 else line for number, line in enumerate(lines)
        )


def build(corpus: Corpus, count: int, words: list[str]) -> float:
    """Writes the pages, a hundred a file, and returns the CPU microseconds a page of the corpus alone."""
    texts = make_pages(count, words)
    spent = 0.0
    for number in range(count // PAGES_A_FILE):
        pages = tuple(Page("", page + 1, next(texts), "generated") for page in range(PAGES_A_FILE))
        name = f"volume-{number // 100:03}/book-{number:05}.pdf"
        started = time.process_time()
        corpus.write(SourceFile(name, f"/{name}"), Extraction(Status.INGESTED, pages=pages, engine="generated"))
        spent += time.process_time() - started
    return spent / count * 1e6


def queries(words: list[str], chance: random.Random) -> dict[str, Callable[[], str]]:
    """A way to make one more query of each kind."""

    def any_of(low: int, high: int) -> str:
        return words[chance.randrange(low, high)]

    return {
        "one rare word": lambda: any_of(50_000, 200_000),
        "one middling word": lambda: any_of(1_000, 20_000),
        "two words": lambda: f"{any_of(200, 2_000)} {any_of(200, 5_000)}",
        "three words": lambda: f"{any_of(100, 2_000)} {any_of(200, 2_000)} {any_of(500, 5_000)}",
        "phrase of two": lambda: f'"{any_of(100, 1_000)} {any_of(100, 1_000)}"',
        "prefix": lambda: f"{any_of(5_000, 100_000)[:6]}*",
        "exclusion": lambda: f"{any_of(500, 5_000)} -{any_of(200, 5_000)}",
        "one file": lambda: f"{any_of(20, 500)} file:book-000{chance.randrange(10, 99)}",
        "no hit, a guess": lambda: f"{any_of(1_000, 50_000)}q",
        "one very frequent word": lambda: any_of(0, 40),
        "three frequent words, OR": lambda: f"{any_of(20, 200)} OR {any_of(20, 200)} OR {any_of(20, 200)}",
        "three most frequent, OR": lambda: f"{any_of(0, 20)} OR {any_of(0, 20)} OR {any_of(0, 20)}",
    }


def unique(make: Callable[[], str], count: int) -> list[str]:
    """So many different queries, or as many as there are."""
    made: dict[str, None] = {}
    for _ in range(50 * count):
        if len(made) < count:
            made[make()] = None
    return list(made)


def seconds_of(corpus: Corpus, query: str) -> float:
    started = time.perf_counter()
    corpus.search(query)
    return time.perf_counter() - started


def p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(0.95 * (len(seconds) - 1))] * 1000


def measure(corpus: Corpus, words: list[str], rounds: int) -> bool:
    """Prints a line a kind and returns whether all kept their limits when asked for the first time."""
    kept = True
    print(f"{'kind':28}{'matches':>9}{'median':>9}{'p95':>9}{'again p95':>11}{'limit':>8}   (ms)")
    for kind, make in queries(words, random.Random(3)).items():
        asked = unique(make, 2 * rounds)
        warming, asked = asked[: len(asked) // 2], asked[len(asked) // 2 :]
        for query in warming:  # other words of the kind: what is measured is warm, but was never asked before
            corpus.search(query)
        first = [seconds_of(corpus, query) for query in asked]
        again = [seconds_of(corpus, query) for query in asked]
        matches = statistics.median(corpus.search(query).total for query in asked)
        limit = LIMITS.get(kind, ORDINARY)
        kept &= p95(first) <= limit
        median = statistics.median(first) * 1000
        print(f"{kind:28}{matches:9,.0f}{median:9.2f}{p95(first):9.2f}{p95(again):11.2f}{limit:8.0f}")
    return kept


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--corpus", type=Path, help="keep the generated corpus here, and use it when it is there")
    arguments = parser.parse_args()
    words = make_vocabulary()
    with tempfile.TemporaryDirectory() as folder, Corpus(arguments.corpus or Path(folder, "corpus.sqlite")) as corpus:
        if not len(corpus):
            microseconds = build(corpus, arguments.pages, words)
            print(f"{len(corpus):,} pages written at {microseconds:.0f} us of CPU a page")
        return 0 if measure(corpus, words, arguments.rounds) else 1


if __name__ == "__main__":
    raise SystemExit(main())
