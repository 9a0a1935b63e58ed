"""Tables show at most 20 rows, count the rest, and make text of whatever is in them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ingest_widgets import Corpus, RunSummary
from ingest_widgets.tables import Cell, Marked, html_table, text_table
from tests.corpus_parts import extraction, failure, source

ALLOWED = {"div", "p", "table", "thead", "tbody", "tr", "th", "td", "mark"}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


@given(
    st.text(), st.text() | st.sampled_from(["<script>", "<svg onload=x>", "' onclick='", "&lt;b>", "]]>", "\x1b[31m"])
)
def test_whatever_is_in_a_cell_or_title_stays_text(title: str, cell: str) -> None:
    tags = Tags()
    tags.feed(html_table(title, ["name"], [[cell], [Marked(f"x{cell}", ((0, 1),))]]))
    assert tags.tags <= ALLOWED
    assert tags.attributes <= {"scope", "style"}
    assert "\x1b" not in tags.text


def test_a_table_has_no_colours_of_its_own() -> None:
    html = html_table("t", ["a", "b", "c"], [["x", 1, "y" * 99], [None, None, "z"]])
    styles = ";".join(re.findall(r'style="([^"]*)"', html))
    names = {declaration.split(":")[0].strip() for declaration in styles.split(";")}
    assert names == {"text-align", "white-space", "min-width", "overflow-wrap"}


def test_a_heading_stands_where_its_cells_stand_text_left_and_numbers_right() -> None:
    columns = ["name", "pages", "seconds", "found", "empty", "mixed"]
    rows: list[list[Cell]] = [["a", 3, None, Marked("x"), None, 1], ["b", None, 1.5, Marked("y"), None, "z"]]
    sides = re.findall(r"<t[hd][^>]*text-align: (left|right)", html_table("t", columns, rows))
    assert sides == ["left", "right", "right", "left", "left", "left"] * 3


def test_lists_of_files_and_of_hits_align_their_headings(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("heat"))
        corpus.write(source("b.pdf"), failure())
        shown = [corpus.files()._repr_mimebundle_(), corpus.search("heat")._repr_mimebundle_()]
    files, hits = (re.findall(r"<th [^>]*text-align: (left|right)[^>]*>(\w+)", each["text/html"]) for each in shown)
    assert [side for side, name in [*files, *hits] if name not in ("pages", "page")] == ["left"] * 7
    assert [side for side, name in [*files, *hits] if name in ("pages", "page")] == ["right"] * 2


def test_a_small_number_is_no_zero() -> None:
    shown = text_table("t", ["n"], [[0.0], [1.05e-06], [0.004], [1234.5]]).splitlines()
    assert shown[2:] == ["0.00", "1.05e-06", "0.004", "1,234.50"]


def test_only_twenty_rows_are_shown_and_the_rest_is_counted() -> None:
    rows: list[list[Cell]] = [[f"row {number}"] for number in range(30)]
    for table in (html_table("t", ["a"], rows), text_table("t", ["a"], rows)):
        assert "row 19" in table
        assert "row 20" not in table
        assert "\u2026 and 10 more" in table
    assert "\u2026 and 1,214 more" in text_table("t", ["a"], rows[:20], total=1234)
    assert "more" not in text_table("t", ["a"], rows[:20])


def test_text_is_aligned_also_with_wide_signs_and_kept_on_one_line() -> None:
    lines = text_table("title", ["name", "n"], [["日本", 1], ["a\nb", 22], ["x" * 500, 3]]).splitlines()
    assert len(lines) == 5
    assert lines[2].index("1") == 4 + len(lines[1]) - len(lines[1].lstrip()) + lines[1].index("n", 4) - 6
    assert max(map(len, lines)) <= 120


def test_a_terminal_obeys_nothing_that_is_in_a_cell() -> None:
    assert "\x1b" not in text_table("\x1b[2J", ["a"], [["\x1b]0;title\x07"], ["\u202egnp"]])
    assert "\u202e" not in text_table("t", ["a"], [["\u202egnp"]])


def test_each_noun_shows_itself_as_a_small_table(tmp_path: Path) -> None:
    text = "\n".join(["<b>heat</b> & <script>x</script>", *(f"line {number}" for number in range(30))])
    with Corpus(tmp_path / "c.sqlite") as corpus:
        record = corpus.write(source("a<i>.pdf"), extraction(text))
        nouns = [record, next(corpus.pages()), next(corpus.chunks()), corpus.search("heat")[0]]
        nouns.append(RunSummary(ingested=2, failed=1))
        for noun in nouns:
            bundle = noun._repr_mimebundle_()
            tags = Tags()
            tags.feed(bundle["text/html"])
            assert tags.tags <= ALLOWED, type(noun)
            assert bundle["text/html"].count("<tr>") <= 21, type(noun)
        htmls = [noun._repr_mimebundle_()["text/html"] for noun in nouns]
    assert "ingested" in htmls[0]
    assert "a&lt;i&gt;.pdf" in htmls[0]
    assert "a&lt;i&gt;.pdf, page 1 (pdfium)" in htmls[1]
    assert "\u2026 and 11 more" in htmls[1]
    assert "a&lt;i&gt;.pdf, page 1" in htmls[2]
    assert "<mark>heat</mark>" in htmls[3]
    assert htmls[4] == "<div><p>3 files: 2 ingested, 1 failed</p></div>"
