"""Sets the paper: A4, two columns, two figures and a table that are computed from the manual's text."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    KeepTogether,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from . import measures

MEASURE = 38
BODY = ParagraphStyle(
    "body", fontName="Times-Roman", fontSize=9.6, leading=11.9, alignment=TA_JUSTIFY, firstLineIndent=10,
    embeddedHyphenation=1, uriWasteReduce=0,
)  # fmt: skip
FIRST = ParagraphStyle("first", BODY, firstLineIndent=0)
HEAD = ParagraphStyle(
    "head", fontName="Times-Bold", fontSize=11.5, leading=14, spaceBefore=9, spaceAfter=4, keepWithNext=1
)
TITLE = ParagraphStyle("title", fontName="Times-Bold", fontSize=18, leading=22, alignment=TA_CENTER, spaceAfter=8)
AUTHOR = ParagraphStyle("author", fontName="Times-Roman", fontSize=11, leading=14, alignment=TA_CENTER, spaceAfter=8)
ABSTRACT = ParagraphStyle(
    "abstract", BODY, fontSize=9.2, leading=11.2, leftIndent=40, rightIndent=40, firstLineIndent=0
)
CAPTION = ParagraphStyle("caption", BODY, fontSize=8.6, leading=10.4, firstLineIndent=0, spaceBefore=3, spaceAfter=8)
REFERENCE = ParagraphStyle("reference", BODY, fontSize=8.6, leading=10.4, leftIndent=14, firstLineIndent=-14)
BLUE = colors.HexColor("#2a5d8f")
PAIRS_THAT_STAY = set("th ch sh ph wh ck gh bl br cl cr dr fl fr gl gr pl pr tr st sc sp qu ng ll".split())


def soft_hyphens(text: str) -> str:
    """Allows breaks between two consonants that stand between vowels, three letters or more on either side."""

    def cut(match: re.Match[str]) -> str:
        word = match.group()
        breaks = [
            i
            for i in range(3, len(word) - 2)
            if re.fullmatch("[aeiou][^aeiouy][^aeiou][aeiouy]", word[i - 2 : i + 2].lower())
            and word[i - 1 : i + 1].lower() not in PAIRS_THAT_STAY
        ]
        for i in reversed(breaks):
            word = f"{word[:i]}\u00ad{word[i:]}"
        return word

    return re.sub(r"[A-Za-z]{7,}", cut, text)


def facts(manual: str) -> dict[str, Any]:
    """Every number of the paper."""
    tokens = measures.words(manual)
    lines = measures.set_lines(tokens, MEASURE)
    ways = {way: measures.read_back(lines, way) for way in ("never", "always", "document")}
    bits = [measures.entropy(manual, known) for known in range(4)]
    beta = measures.slope(measures.growth(tokens))
    ligatures = sum(bool(re.search("ff|fi|fl", token)) for token in tokens) / len(tokens)
    return {
        **{f"h{i}": f"{value:.2f}" for i, value in enumerate(bits)},
        "bits": bits,
        "curve": measures.growth(tokens),
        "words": f"{len(tokens):,}",
        "vocabulary": f"{len(set(tokens)):,}",
        "beta": f"{beta:.2f}",
        "factor": f"{measures.doubling(beta):.2f}",
        "measure": MEASURE,
        "lost": f"{100 - measures.found(tokens, ways['never']):.1f}",
        "lostlong": f"{100 - measures.found(tokens, ways['never'], 10):.0f}",
        "ligatures": f"{100 * ligatures:.1f}",
        "pagebits": f"{1400 * bits[3] / 1000:.1f}",
        "losses": [
            [name, f"{measures.found(tokens, ways[way]):.2f}", f"{measures.found(tokens, ways[way], 10):.2f}"]
            for name, way in (("left in", "never"), ("always joined", "always"), ("joined by the document", "document"))
        ],
    }


def _bars(bits: list[float]) -> Drawing:
    drawing = Drawing(240, 120)
    drawing.add(Line(26, 18, 236, 18, strokeWidth=0.6))
    for step in range(1, 5):
        drawing.add(Line(26, 18 + 22 * step, 236, 18 + 22 * step, strokeWidth=0.25, strokeColor=colors.lightgrey))
        drawing.add(String(12, 15 + 22 * step, f"{step}", fontName="Helvetica", fontSize=7))
    for i, value in enumerate(bits):
        x = 44 + 48 * i
        drawing.add(Rect(x, 18, 28, 22 * value, fillColor=BLUE, strokeColor=None))
        drawing.add(
            String(x + 14, 21 + 22 * value, f"{value:.2f}", fontName="Helvetica", fontSize=7, textAnchor="middle")
        )
        drawing.add(String(x + 14, 8, f"{i} known", fontName="Helvetica", fontSize=7, textAnchor="middle"))
    return drawing


def _curve(curve: list[tuple[int, int]]) -> Drawing:
    drawing = Drawing(240, 120)
    width, height = curve[-1][0], curve[-1][1]
    drawing.add(Line(30, 18, 236, 18, strokeWidth=0.6))
    drawing.add(Line(30, 18, 30, 114, strokeWidth=0.6))
    points = [(30.0, 18.0), *((30 + 200 * x / width, 18 + 90 * y / height) for x, y in curve)]
    drawing.add(PolyLine([c for point in points for c in point], strokeColor=BLUE, strokeWidth=1.2))
    for label, x, y in (("0", 30, 8), (f"{width:,} words", 214, 8), (f"{height:,}", 15, 105)):
        drawing.add(String(x, y, label, fontName="Helvetica", fontSize=7, textAnchor="middle"))
    return drawing


def _losses(rows: list[list[str]]) -> Table:
    table = Table([["Hyphens at line ends", "all words", "10 letters or more"], *rows], colWidths=[100, 55, 80])
    table.setStyle(
        [
            ("FONT", (0, 0), (-1, -1), "Times-Roman", 8.6),
            ("FONT", (0, 0), (-1, 0), "Times-Bold", 8.6),
            ("LINEABOVE", (0, 0), (-1, 0), 0.8, colors.black),
            ("LINEBELOW", (0, 0), (-1, 0), 0.4, colors.black),
            ("LINEBELOW", (0, -1), (-1, -1), 0.8, colors.black),
            ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
            ("TOPPADDING", (0, 0), (-1, -1), 1),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    return table


def _figure(name: str, known: dict[str, Any]) -> list[Flowable]:
    parts: dict[str, tuple[Flowable, str]] = {
        "figure": (_bars(known["bits"]), "Figure 1. Entropy in bits a letter, none to three letters before it known."),
        "growth": (_curve(known["curve"]), "Figure 2. Different words (upwards) among the words read so far."),
        "losses": (_losses(known["losses"]), "Table 1. Percent of the words that a plain tokenizer finds."),
    }  # fmt: skip
    drawing, caption = parts[name]
    return [KeepTogether([Spacer(1, 5), drawing, Paragraph(caption, CAPTION)])]


def _flow(source: str, known: dict[str, Any]) -> list[Flowable]:
    flow: list[Flowable] = []
    style = FIRST
    for line in source.splitlines():
        command, _, rest = line.partition(" ")
        if command in ("@title", "@author"):
            flow.append(Paragraph(rest, TITLE if command == "@title" else AUTHOR))
        elif command == "@abstract":
            abstract = soft_hyphens(rest.format(**known))
            flow += [Paragraph(f"<b>Abstract.</b> {abstract}", ABSTRACT), FrameBreak(), NextPageTemplate("later")]
        elif command == "@ref":
            flow.append(Paragraph(soft_hyphens(rest), REFERENCE))
        elif command == "#":
            flow.append(Paragraph(rest, HEAD))
            style = FIRST
        elif line.startswith("@"):
            flow += _figure(line[1:], known)
        else:
            flow.append(Paragraph(soft_hyphens(line.format(**known)), style))
            style = BODY
    return flow


def _furniture(canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont("Times-Italic", 8.5)
    canvas.drawString(50, A4[1] - 34, "How Much Is in a Page?")
    canvas.drawRightString(A4[0] - 50, A4[1] - 34, "ingest_widgets samples")
    canvas.setFont("Times-Roman", 9)
    canvas.drawCentredString(A4[0] / 2, 30, str(document.page))
    canvas.restoreState()


def paper(folder: Path) -> bytes:
    """The PDF; the same bytes for the same text and versions of the libraries."""
    known = facts((folder / "manual.md").read_text("utf-8"))
    out = BytesIO()
    column, gap, left, foot = 239, 17, 50, 46
    title_height = 172
    top = A4[1] - 46
    columns = [left, left + column + gap]
    bare = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}
    first = [Frame(left, top - title_height, 2 * column + gap, title_height, **bare)]
    first += [Frame(x, foot, column, top - title_height - foot, **bare) for x in columns]
    later = [Frame(x, foot, column, top - foot, **bare) for x in columns]
    document = BaseDocTemplate(
        out, pagesize=A4, invariant=1, title="How Much Is in a Page?", author="The ingest_widgets developers",
        subject="Entropy, indexing and the text of PDF pages", creator="scripts/make_samples.py", lang="en",
    )  # fmt: skip
    document.addPageTemplates(
        [PageTemplate("first", first, onPageEnd=_furniture), PageTemplate("later", later, onPageEnd=_furniture)]
    )
    document.build(_flow((folder / "paper.md").read_text("utf-8"), known))
    return out.getvalue()
