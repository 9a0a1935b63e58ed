"""An OR of very many words ends soon, and says what it left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest_widgets import Corpus
from ingest_widgets.corpus.queries.alternatives import fewer_alternatives, left_out
from ingest_widgets.corpus.queries.parsing import parse_query
from tests.corpus_parts import extraction, source


@pytest.mark.parametrize("query", ["{}", "({}) more", "x OR ({})"])
def test_of_thousands_of_words_the_first_are_looked_for_and_a_search_says_so(tmp_path: Path, query: str) -> None:
    words = [f"w{number}" for number in range(5_000)]
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(*(f"{word} more" for word in words[:400])))
        found = corpus.search(query.format(" OR ".join(words)), limit=400)
        assert 250 <= found.total == len(found) <= 256
        assert found[0].file == "a.pdf"
        assert "were looked for" in found.note
        assert "were looked for" in repr(found)
        few = corpus.search(query.format(" OR ".join(words[:250])))
        assert (few.total, few.note) == (250, "")
        assert corpus.search(" ".join(words[:250]), match="any").total == 250


def test_the_most_frequent_ones_are_left_out_where_all_are_on_too_many_pages() -> None:
    pages = {f"w{number}": 90_000 if number % 2 else 10 for number in range(100)}
    query = parse_query(" OR ".join(["w99*", '"w1 w3"', *pages]))

    fewer = fewer_alternatives(query, lambda words: {word: pages[word] for word in words if word in pages})

    kept = [" ".join(term.words) for term in fewer.terms]
    assert kept[:4] == ["w99", "w1 w3", "w0", "w1"]
    assert set(kept) >= {word for word, number in pages.items() if number == 10}
    assert sum(pages.get(word, 0) for word in kept[2:]) <= 2_000_000
    assert left_out(query, fewer).startswith("of 102 words and phrases 74 were looked for")


def test_words_that_are_nowhere_leave_none_out() -> None:
    query = parse_query(" OR ".join(f"w{number}" for number in range(5_000)))
    assert fewer_alternatives(query, lambda words: {word: 1 for word in words if word.endswith("99")}) == query


@pytest.mark.parametrize(
    ("text", "query", "match"),
    [
        ("a Łódź here", "lodz", "Łódź"),
        ("a lodz here", "Łódź", "lodz"),
        ("the Straße here", "strasse", "Straße"),
        ("the strasse here", "Straße", "strasse"),
        ("热\n力学", "热力学", "热 力学"),
        ("ﾃﾞータ", "データ", "ﾃﾞータ"),
        ("a second law here", '"second law"', "second law"),
        ("entropies", "entrop*", "entropies"),
        ("in C++ here", "C++", "C++"),
        ("می\u200cروم", "می\u200cروم", "می\u200cروم"),
        ("हिन्दी", "हिन्दी", "हिन्दी"),
        ("İstanbul", "istanbul", "İstanbul"),
        ("ΑΘΗΝΑΣ", "αθηνας", "ΑΘΗΝΑΣ"),
    ],
)
def test_the_last_of_many_alternatives_is_marked_too(tmp_path: Path, text: str, query: str, match: str) -> None:
    others = " OR ".join(f"w{number}" for number in range(100))
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(text, " ".join(f"w{number}" for number in range(100))))
        (hit,) = [hit for hit in corpus.search(f"{others} OR {query}") if hit.page == 1]
        assert [hit.snippet[start:end] for start, end in hit.spans] == [match]
