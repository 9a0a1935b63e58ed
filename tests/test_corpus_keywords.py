"""Key phrases are what a file is about: not its function words, not what every file has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest_widgets import Corpus, CorpusError
from ingest_widgets.corpus.holdings.reading import sampled_with_margins
from tests.corpus_parts import extraction, source

FILLER = "This chapter of the report shows that it is as it was, and the company has its results in the year. "


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        subjects = {"physics": "Black holes radiate", "kitchen": "Sourdough starter", "日本": "全文検索の仕組み。"}
        for name, subject in subjects.items():
            pages = [f"{FILLER}{subject}. {FILLER}{subject} again." if page % 3 == 0 else FILLER for page in range(12)]
            corpus.write(source(f"{name}.pdf"), extraction(*pages))
        yield corpus


def test_the_phrases_of_a_file_are_its_own_subject(corpus: Corpus) -> None:
    assert corpus.keywords("physics.pdf")[0].phrase == "Black holes radiate"
    assert corpus.keywords("kitchen.pdf")[0].phrase == "Sourdough starter"
    assert "全文検索" in [keyword.phrase for keyword in corpus.keywords("日本.pdf", limit=3)]


def test_function_words_are_none_and_each_phrase_comes_once(corpus: Corpus) -> None:
    phrases = [keyword.phrase.lower() for keyword in corpus.keywords("physics.pdf", limit=50)]
    assert not {"the", "this", "that", "and", "it"} & set(phrases)
    assert "black holes" not in phrases


def test_a_corpus_has_key_phrases_too_best_first_and_no_more_than_asked(corpus: Corpus) -> None:
    keywords = corpus.keywords(limit=5)
    assert len(keywords) == 5
    assert [keyword.score for keyword in keywords] == sorted((keyword.score for keyword in keywords), reverse=True)
    assert {"Black holes radiate", "Sourdough starter"} <= {keyword.phrase for keyword in corpus.keywords(limit=10)}


def test_nothing_to_count_gives_nothing_and_an_unknown_file_is_told(corpus: Corpus, tmp_path: Path) -> None:
    with Corpus(tmp_path / "empty.sqlite") as empty:
        assert empty.keywords() == []
    with pytest.raises(CorpusError, match="did you mean"):
        corpus.keywords("physic.pdf")


def test_what_comes_in_clumps_tells_more_than_what_is_on_every_page(tmp_path: Path) -> None:
    """Function words of any language are on every page, so no list of them is needed."""
    with Corpus(tmp_path / "c.sqlite") as corpus:
        even = "wobei etwas und wobei nichts. "
        clumps = ["Sauerteig. " * 6 if page in (3, 7) else "" for page in range(12)]
        corpus.write(source("a.pdf"), extraction(*[even + clump for clump in clumps]))
        corpus.write(source("other.pdf"), extraction(*["Another language altogether."] * 200))
        assert corpus.keywords("a.pdf")[0].phrase == "Sauerteig"


def test_a_running_header_is_no_key_phrase(tmp_path: Path) -> None:
    """It is on each page, and nobody wrote about it."""
    with Corpus(tmp_path / "c.sqlite") as corpus:
        letters = ["Sourdough rises overnight.", "Rye bread keeps long.", "Salt goes in last.", "Knead it twice."]
        pages = [f"Zymurgy Quarterly Review\n{text}\nIt was {text.lower()}\n{n}" for n, text in enumerate(letters, 1)]
        corpus.write(source("a.pdf"), extraction(*pages))
        assert not [keyword for keyword in corpus.keywords("a.pdf") if "zymurgy" in keyword.phrase.lower()]
        assert not [keyword for keyword in corpus.keywords() if "zymurgy" in keyword.phrase.lower()]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Der Ofen muss heiß sein und der Teig wird in den Ofen geschoben, wenn er nicht mehr klebt.", "Ofen"),
        ("Le four doit être chaud et la pâte est mise dans le four quand elle ne colle plus.", "four"),
        ("Печь должна быть горячей, и тесто ставят в печь, когда оно больше не липнет.", "Печь"),
        ("في هذا الكتاب خبز من القمح أو من الشعير، والقمح في الحقل. خبز في الفرن.", "خبز"),
        ("و در این کتاب از نان و از آرد گفته شده است، و نان به خانه می رود.", "نان"),
    ],
)
def test_the_only_file_of_another_language_has_a_subject_too(tmp_path: Path, text: str, subject: str) -> None:
    """Its articles are nowhere else in the corpus, and yet they say nothing."""
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(text))
        corpus.write(source("en.pdf"), extraction(*["Bread needs flour and water, salt and time."] * 30))
        assert corpus.keywords("a.pdf")[0].phrase == subject
        phrases = {keyword.phrase.lower() for keyword in corpus.keywords("a.pdf")}
        assert not phrases & {"der", "und", "le", "la", "et", "и", "в", "في", "أو", "من", "و", "در", "به", "از"}


def test_a_word_and_its_plural_come_once(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("A vector. Vectors! One vector; three vectors: a vector."))
        assert [keyword.phrase for keyword in corpus.keywords()] == ["vector"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("व्याकरण का व्याकरण, किरन", {"व्याकरण", "किरन"}),
        ("שָׁלוֹם, עולם", {"שָׁלוֹם", "עולם"}),
        ("كِتَابٌ. جديد", {"كِتَابٌ", "جديد"}),
        ("தமிழ் (மொழி)", {"தமிழ்", "மொழி"}),
        ("คำศัพท์ ภาษาไทย", {"คำศัพท์", "ภาษาไทย"}),
    ],
)
def test_a_word_that_is_written_with_vowel_signs_comes_whole(tmp_path: Path, text: str, words: set[str]) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(text))
        assert {keyword.phrase for keyword in corpus.keywords()} == words


def phrases_of(tmp_path: Path, *texts: str) -> list[str]:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(*texts))
        return [keyword.phrase for keyword in corpus.keywords()]


def test_a_word_of_chinese_is_what_comes_again_and_comes_whole(tmp_path: Path) -> None:
    """Its parts stand nowhere else, and what stands beside it changes."""
    text = "新的软件包由维护者上传。我们构建软件包，维护者检查软件包的名称。每个软件包都有维护者。"
    assert phrases_of(tmp_path, text)[:2] == ["软件包", "维护者"]
    assert not {"软件", "件包", "维护", "包的", "我们"} & set(phrases_of(tmp_path, text))


def test_a_word_of_many_signs_comes_whole_and_a_shorter_one_that_stands_alone_too(tmp_path: Path) -> None:
    text = "正規表達式有用，看正規表達式。檔案系統大。檔案多，檔案小，檔案系統新，有檔案。"
    assert {"正規表達式", "檔案系統", "檔案"} <= set(phrases_of(tmp_path, text))
    assert not {"正規表達", "規表達式", "正規", "案系統"} & set(phrases_of(tmp_path, text))


def test_the_words_of_japanese_are_runs_of_one_script(tmp_path: Path) -> None:
    text = "パッケージの目的は検索です。ﾊﾟｯｹｰｼﾞを検索する目的で、パッケージを作成する。"
    assert set(phrases_of(tmp_path, text)) == {"パッケージ", "目的", "検索", "作成"}
    with Corpus(tmp_path / "c.sqlite") as corpus:
        assert corpus.keywords(limit=1)[0][::2] == ("パッケージ", 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Call read.table, or read.table.", {"Call", "read.table"}),
        ("debhello-1.0.tar.gz; cat debhello-1.0.tar.gz", {"debhello-1.0.tar.gz", "cat"}),
        ("R_HOME and __init__ of foo_bar_baz (R_HOME)", {"R_HOME", "init", "foo_bar_baz"}),
        ("Tools, e.g. awk, i.e. awk. Or z.B. awk.", {"Tools", "awk"}),
        ("用 Debian-系统。Debian.系统", {"Debian", "系统"}),
    ],
)
def test_a_name_of_a_program_or_a_file_comes_whole(tmp_path: Path, text: str, words: set[str]) -> None:
    assert set(phrases_of(tmp_path, text)) == words


def test_of_a_phrase_longer_than_three_words_no_two_parts_come_that_share_two(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("Morning Noon Evening Night. " * 9, "Noon Evening Storm. " * 3))
        phrases = [keyword.phrase for keyword in corpus.keywords()]
    assert phrases == ["Morning Noon Evening", "Evening Night", "Noon Evening Storm"]


def test_a_name_with_marks_is_as_rare_as_it_is_whole(tmp_path: Path) -> None:
    """Its parts are on every page."""
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("data.frame zinc", "data.frame zinc"))
        corpus.write(source("b.pdf"), extraction(*["Data in a frame"] * 50))
        assert {keyword.score for keyword in corpus.keywords("a.pdf")} == {corpus.keywords("a.pdf")[0].score}


def test_a_word_with_a_non_joiner_comes_whole(tmp_path: Path) -> None:
    assert set(phrases_of(tmp_path, "کتاب\u200cها، کتاب\u200cها")) == {"کتاب\u200cها"}


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("a vitamin C deficiency, the vitamin C deficiency", {"vitamin", "deficiency"}),
        ("Windows 10 laptops, Windows 10 laptops", {"Windows", "laptops"}),
        ("les mises à jour, des mises à jour", {"mises", "jour"}),
        ("/usr/share and 0ubuntu1 of /usr/share, 0ubuntu1", {"usr", "share"}),
        ("बड़ा मकान। पुराना शहर। बड़ा मकान। पुराना शहर", {"बड़ा मकान", "पुराना शहर"}),
    ],
)
def test_a_phrase_stands_in_the_page_as_it_is_given(tmp_path: Path, text: str, phrases: set[str]) -> None:
    """What was left out of the count stands between the words of none."""
    assert set(phrases_of(tmp_path, text)) == phrases


def test_a_wide_gap_between_words_is_looked_at_once(tmp_path: Path) -> None:
    """Trying each way to part it took minutes."""
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(f"tall ship{' ' * 400_000}. Tall ship"))
        assert [(keyword.phrase, keyword.times) for keyword in corpus.keywords("a.pdf")] == [("Tall ship", 2)]


def test_a_phrase_comes_in_the_capitals_that_it_is_mostly_written_in(tmp_path: Path) -> None:
    text = "the TeX macro, a TeX macro, the tex macro. LaTeX kernel, LaTeX kernel"
    assert {"TeX macro", "LaTeX kernel"} <= set(phrases_of(tmp_path, text))


def test_a_long_word_of_chinese_is_counted_whole(tmp_path: Path) -> None:
    """Its parts of four signs are in others, too."""
    text = "二进制软件包，二进制软件包。二进制软盘，二进制软盘，制软件包，制软件包。进制软件，进制软件。"
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(text))
        times = {keyword.phrase: keyword.times for keyword in corpus.keywords()}
    assert {phrase: text.count(phrase) for phrase in times} == times


@pytest.mark.parametrize("step", [1, 2, 5, 7, 40])
def test_the_sampled_pages_have_the_margins_that_they_have_among_all(tmp_path: Path, step: int) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        for file, pages in enumerate([3, 0, 4, 1, 13, 2, 9]):
            texts = [f"Report {file}\n" + f"Line {file} {page}.\n" * 9 + f"{page}" for page in range(pages)]
            corpus.write(source(f"{file}.pdf"), extraction(*texts))
        every = [(p, corpus.margins(p.file).get(p.number, [])) for p in corpus.pages()]
        assert list(sampled_with_margins(corpus._connections, step)) == every[::step]


def test_of_many_pages_only_those_near_the_sampled_ones_are_read(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(*["heat"] * 10_000))
        with corpus._connections.writer() as con:
            con.execute("UPDATE pages SET engine = x'00' WHERE number % 10 = 6")
        assert [keyword.phrase for keyword in corpus.keywords()] == ["heat"]
        with pytest.raises(CorpusError):
            corpus.keywords("a.pdf")
