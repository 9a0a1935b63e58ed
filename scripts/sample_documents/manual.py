"""Sets the manual: A5, outline, contents, chapters, computed tables, glossary and an index of terms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageBreak, PageTemplate, Paragraph, Spacer, Table
from reportlab.platypus.tableofcontents import SimpleIndex, TableOfContents

from . import measures

NAME = "Finding Things in PDF Pages"
BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=11.8, leading=16.6, alignment=TA_JUSTIFY, spaceAfter=6)
CHAPTER = ParagraphStyle("chapter", fontName="Helvetica-Bold", fontSize=19, leading=24, spaceBefore=26, spaceAfter=22)
SECTION = ParagraphStyle(
    "section", fontName="Helvetica-Bold", fontSize=12.5, leading=16, spaceBefore=9, spaceAfter=5, keepWithNext=1
)
CELL = ParagraphStyle("cell", fontName="Times-Roman", fontSize=10, leading=12.5)
HEAD_CELL = ParagraphStyle("headcell", CELL, fontName="Times-Bold")
SUBTITLE = ParagraphStyle("subtitle", SECTION, spaceAfter=20)
COVER = ParagraphStyle("cover", CHAPTER, fontSize=27, leading=34, spaceBefore=110)
LEVELS = [
    ParagraphStyle("toc0", BODY, fontName="Times-Bold", spaceBefore=5, spaceAfter=0, alignment=0),
    ParagraphStyle("toc1", BODY, fontSize=10.2, leading=12.8, leftIndent=14, spaceAfter=0, alignment=0),
]
INDEX = ParagraphStyle("index", BODY, fontSize=10.2, leading=12.6, alignment=0, spaceAfter=0)


class _Book(BaseDocTemplate):
    """Notes headings for the contents and the outline, and draws header and footer."""

    chapter = ""

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802  (reportlab's own name)
        style = getattr(getattr(flowable, "style", None), "name", "")
        if style not in ("chapter", "section"):
            return
        level, text = ("chapter", "section").index(style), flowable.getPlainText()
        key = f"{style}-{self.page}-{re.sub('[^a-z0-9]+', '-', text.lower())}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(text, key, level, closed=not level)
        self.notify("TOCEntry", (level, escape(text), self.page, key))

    def afterPage(self) -> None:  # noqa: N802  (reportlab's own name)
        if self.page == 1:
            return
        canvas, width, height = self.canv, *A5
        canvas.saveState()
        canvas.setFont("Helvetica", 8)
        canvas.setFillColor(colors.HexColor("#444444"))
        canvas.drawString(48, height - 34, NAME)
        canvas.drawRightString(width - 48, height - 34, "ingest_widgets samples")
        canvas.line(48, height - 39, width - 48, height - 39)
        canvas.drawCentredString(width / 2, 28, f"Page {self.page}")
        canvas.restoreState()


def _inline(text: str, terms: set[str]) -> str:
    def term(match: re.Match[str]) -> str:
        terms.add(match.group(1))
        return f'<i>{match.group(1)}</i><index item="{match.group(1)}"/>'

    text = re.sub(r"(?<!\w)\*(\w[^*|]*\w)\*(?!\w)", term, escape(text))
    return re.sub(r"`([^`]*)`", r'<font face="Courier" size="10">\1</font>', text)


def _table(rows: list[list[str]], widths: list[float] | None = None) -> list[Flowable]:
    terms: set[str] = set()
    total = A5[0] - 96
    widths = widths or {2: [0.38, 0.62], 3: [0.28, 0.38, 0.34]}.get(len(rows[0]), [1 / len(rows[0])] * len(rows[0]))
    cells = [
        [Paragraph(_inline(cell, terms), CELL if number else HEAD_CELL) for cell in row]
        for number, row in enumerate(rows)
    ]
    table = Table(cells, colWidths=[total * width for width in widths], repeatRows=1)
    table.setStyle(
        [
            ("LINEABOVE", (0, 0), (-1, 0), 0.8, colors.black),
            ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black),
            ("LINEBELOW", (0, -1), (-1, -1), 0.8, colors.black),
            ("LINEBELOW", (0, 1), (-1, -2), 0.2, colors.lightgrey),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    return [Spacer(1, 3), table, Spacer(1, 9)]


def _computed(name: str, source: str) -> list[list[str]]:
    if name == "varint":
        gaps = (1, 5, 60, 127, 128, 300, 5000, 16383, 16384, 100000, 2000000)
        return [["Gap", "Bytes of the code"], *([f"{gap:,}", measures.varint(gap)] for gap in gaps)]
    if name == "vocabulary":
        return [["Chapters read", "Words", "Different words"], *_vocabulary(source)]
    if name == "weights":
        counts = (1, 10, 100, 500, 1000, 2500, 5000, 10000)
        return [["Pages with the word", "Weight"], *([f"{n:,}", f"{measures.weight(10000, n):.2f}"] for n in counts)]
    if name == "saturation":
        return [
            ["Occurrences", "Factor"],
            *([f"{n}", f"{measures.saturation(n):.2f}"] for n in (1, 2, 3, 5, 10, 20, 100)),
        ]
    if name == "entropy":
        rows = [[str(known), f"{measures.entropy(source, known):.2f}"] for known in range(5)]
        return [["Letters known before", "Bits a letter"], *rows]
    raise ValueError(f"no computed table named {name}")


def _vocabulary(source: str) -> Iterator[list[str]]:
    text = ""
    for number, chapter in enumerate(source.split("\n# ")[:14], 1):
        text += chapter + "\n"
        tokens = measures.words(text)
        yield [str(number), f"{len(tokens):,}", f"{len(set(tokens)):,}"]


def _chapters(source: str, terms: set[str]) -> Iterator[Flowable]:
    number = 0
    rows: list[list[str]] = []
    for line in [*source.splitlines(), ""]:
        if line.startswith("| "):
            rows.append([cell.strip() for cell in line.strip("| ").split(" | ")])
            continue
        if rows:
            yield from _table(rows)
            rows = []
        if line.startswith("# "):
            number += 1
            yield from (PageBreak(), Paragraph(f"{number}  {escape(line[2:])}", CHAPTER))
        elif line.startswith("## "):
            yield Paragraph(_inline(line[3:], terms), SECTION)
        elif line.startswith("!"):
            yield from _table(_computed(line[1:], source))
        elif line:
            yield Paragraph(_inline(line, terms), BODY)


def _tsv(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text("utf-8").splitlines()]


def _codes() -> Iterator[list[str]]:
    for code in [*range(0x21, 0x30), *range(0x80, 0x100)]:
        sign = bytes([code]).decode("cp1252", "ignore")
        if sign and sign.isprintable():
            yield [f"{code:02X}", sign, unicodedata.name(sign).lower()]


def _appendices(folder: Path) -> Iterator[Flowable]:
    yield from (PageBreak(), Paragraph("A  The operators of a content stream", CHAPTER))
    yield Paragraph("All seventy-three operators of PDF 2.0, with what they do in a few words.", BODY)
    yield from _table([["Operator", "What it does"], *_tsv(folder / "operators.tsv")], [0.2, 0.8])
    yield from (PageBreak(), Paragraph("B  Weights of words", CHAPTER))
    yield Paragraph("BM25's weight of a word in corpora of three sizes, by the number of pages that contain it.", BODY)
    sizes, counts = (1_000, 100_000, 10_000_000), [n * 10**e for e in range(7) for n in (1, 2, 5)]
    rows = [
        [f"{n:,}", *(f"{measures.weight(size, n):.2f}" if n <= size else "" for size in sizes)] for n in counts
    ]  # fmt: skip
    yield from _table([["Pages with it", *(f"of {size:,}" for size in sizes)], *rows])
    yield from (PageBreak(), Paragraph("C  The codes of Windows Latin", CHAPTER))
    yield Paragraph("WinAnsiEncoding, the encoding of most Western fonts in PDF files, beyond the plain letters.", BODY)
    yield from _table([["Code", "Sign", "Name in Unicode"], *_codes()], [0.14, 0.14, 0.72])
    yield from (PageBreak(), Paragraph("D  Glossary", CHAPTER))
    for term, meaning in sorted(_tsv(folder / "glossary.tsv"), key=lambda row: row[0].lower()):
        name = escape(term)
        yield Paragraph(f'<b>{name}</b><index item="{name}"/>. {escape(meaning)}', BODY)


def manual(folder: Path) -> bytes:
    """The PDF; the same bytes for the same text and versions of the libraries."""
    source, out = (folder / "manual.md").read_text("utf-8"), BytesIO()
    contents, index = TableOfContents(), SimpleIndex(style=INDEX, headers=False, dot=" . ")
    contents.levelStyles = LEVELS
    book = _Book(
        out, pagesize=A5, invariant=1, title=NAME, author="The ingest_widgets developers",
        subject="How a folder of PDF files becomes a corpus", creator="scripts/make_samples.py", lang="en",
    )  # fmt: skip
    frame = Frame(48, 48, A5[0] - 96, A5[1] - 96, leftPadding=0, rightPadding=0)
    book.addPageTemplates([PageTemplate("page", [frame])])
    plain = ParagraphStyle("plain", CHAPTER)
    flow: list[Flowable] = [
        Paragraph(NAME, COVER),
        Paragraph("A manual of ideas: what is in a file, how it becomes text, and how text is found", SUBTITLE),
        Paragraph("The ingest_widgets developers", BODY),
        *(PageBreak(), Paragraph("Contents", plain), contents),
        *_chapters(source, set()),
        *_appendices(folder),
        *(PageBreak(), Paragraph("Index of terms", CHAPTER), index),
    ]
    book.multiBuild(flow, canvasmaker=index.getCanvasMaker())
    return out.getvalue()
