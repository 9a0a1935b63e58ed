"""Which lines of a page are headings, in scripts with capitals and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest_widgets import Corpus
from ingest_widgets.corpus.words.headings import headings
from tests.corpus_parts import extraction, source


@pytest.mark.parametrize("number", ["", "1.2 "])
@pytest.mark.parametrize(
    ("word", "filler"),
    [
        ("انتروبيا", "هذا نص عادي بدون اي محتوى اخر هنا"),
        ("אנטרופיה", "זה טקסט רגיל בלי תוכן אחר כאן"),
        ("एन्ट्रॉपी", "यह कुछ साधारण पाठ है"),
    ],
)
def test_a_heading_without_capitals_weighs_more_too(tmp_path: Path, number: str, word: str, filler: str) -> None:
    text = f"{filler}. " * 5
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction(f"{text}{word}. {text}{word}.", *[text] * 8))
        corpus.write(source("b.pdf"), extraction(f"{text}\n\n{number}{word}\n\n{text}"))
        assert [hit.file for hit in corpus.search(word)] == ["b.pdf", "a.pdf"]


@pytest.mark.parametrize(
    "line",
    [
        "第1章 信息熵",
        "1.2.6 タイムスタンプ",
        "4.7 第三步：编辑模板文件",
        "٣ الأرقام العربية",
        "ฟอนต์ไทย",
        "1 Entropy",
        "RED HEAT",
    ],
)
def test_a_line_by_itself_is_a_heading(line: str) -> None:
    assert headings(f"before.\n\n{line}\n\nafter.") == [line]


@pytest.mark.parametrize(
    "lines",
    [
        "यह वाक्य अगली पंक्ति में जाता है और फिर\n15 अगस्त को समाप्त हुआ वह\nयहाँ तक आता है",  # a sentence goes on with a number
        "2. 打开这个文件\n3. 保存这个文件",
        "1. 打开这个文件\n2. 保存这个文件",
        "बड़ा मकान है।",
        "هل هذا عنوان؟",
        "信息熵是什么的例子：",
        "第一章 ........ 12",
        "文件系统和目录是这样的" * 4,
        "• 文件系统",
        "1.2",
    ],
)
def test_sentences_lists_and_long_lines_without_capitals_are_none(lines: str) -> None:
    assert headings(f"before.\n\n{lines}\n\nafter.") == []
