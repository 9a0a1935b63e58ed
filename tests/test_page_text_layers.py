"""Pages of browsers, which draw them in layers; the tags of some say what comes after what."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from tests.test_page_boxes import found
from tests.test_page_text import column, drawn, texts

Line = tuple[str, float, float, float]
"""What it says, how far from the left and from below, and how large."""


def tagged(
    parts: list[list[Line]], order: list[int], margin: tuple[Line, ...] = (), producer: str = "Skia/PDF"
) -> bytes:
    """The parts of a page, each a paragraph that comes in this order, and what isn't tagged behind them."""

    def page(canvas: Canvas) -> None:
        for number, part in enumerate(parts):
            canvas._code.append(f"/P <</MCID {number}>> BDC")  # reportlab has no call for it
            lines(canvas, part)
            canvas._code.append("EMC")
        lines(canvas, margin)

    out = BytesIO()
    with pikepdf.open(BytesIO(drawn(page, producer=producer))) as pdf:
        root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        leaf = pdf.pages[0].obj
        elements = [
            pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.P, P=root, Pg=leaf, K=number))
            for number in range(len(parts))
        ]
        root.K = Array([elements[number] for number in order])
        root.ParentTree = pdf.make_indirect(Dictionary(Nums=Array([0, Array(elements)])))
        leaf.StructParents = 0
        pdf.Root.StructTreeRoot, pdf.Root.MarkInfo = root, Dictionary(Marked=True)
        pdf.save(out)
    return out.getvalue()


def lines(canvas: Canvas, written: list[Line] | tuple[Line, ...]) -> None:
    for words, x, y, size in written:
        canvas.setFont("Helvetica", size)
        canvas.drawString(x, y, words)


def width(words: str) -> float:
    return float(stringWidth(words, "Helvetica", 10))


def prose(y: float, words: list[str], x: float = 50) -> list[Line]:
    return [(line, x, y - 14 * number, 10) for number, line in enumerate(words)]


TITLE: list[Line] = [("A guide", 50, 780, 20)]


def test_a_box_at_the_side_comes_behind_the_title_that_stands_above_it() -> None:
    """What floats is drawn first."""
    box, text = prose(740, ["by a miller", "of the river"]), prose(740, column(50)[:6], 200)
    read = texts(tagged([box, TITLE, text], [1, 0, 2]))[0]
    assert read.split() == ["A", "guide", "by", "a", "miller", "of", "the", "river", *" ".join(column(50)[:6]).split()]


def test_headings_that_are_placed_come_before_what_they_are_of() -> None:
    """They are drawn last; behind them comes only what isn't tagged: when and from where the page was printed."""
    first, second = prose(700, column(60)[:3]), prose(600, column(60)[3:6])
    above, below = [("The first part", 50.0, 730.0, 14.0)], [("The second part", 50.0, 630.0, 14.0)]
    margin = ("11/27/26, 11:07 AM", 24, 820, 8), ("file:///guide.html 1/1", 24, 17, 8)
    read = texts(tagged([TITLE, first, second, above, below], [0, 3, 1, 4, 2], margin))[0]
    parts = ["A guide", "The first part", *column(60)[:3], "The second part", *column(60)[3:6]]
    assert read.split() == " ".join([*parts, "11/27/26, 11:07 AM", "file:///guide.html 1/1"]).split()


def test_what_is_placed_within_a_line_comes_where_it_stands() -> None:
    """Raised signs and links are drawn last as well; a cell that goes on in the next line parts nothing."""
    end = 50 + width("An area of 5 m")
    behind = end + 7
    sentence = [("An area of 5 m", 50.0, 700.0, 10.0)], [("or more is cut by the", behind, 700.0, 10.0)]
    raised = [("2", end, 703.0, 7.0)]
    link = [("miller", behind + width("or more is cut by the "), 700.0, 10.0)]
    row, cell = [("3", 50.0, 650.0, 10.0)], [("planks of oak", 70.0, 650.0, 10.0), ("planed", 70.0, 636.0, 10.0)]
    read = texts(tagged([*sentence, row, cell, raised, link], [0, 4, 1, 5, 2, 3]))[0]
    assert read.split("\n\n")[0] == "An area of 5 m2 or more is cut by the miller"
    assert "3 planks of oak\nplaned" in read


@pytest.mark.parametrize("has_tags", [True, False])
def test_several_large_initials_of_a_page_belong_to_their_words(has_tags: bool) -> None:
    """They float, too; without tags they are told by what stands beside them."""
    first, second = [("N", 50.0, 686.0, 38.0)], [("U", 50.0, 586.0, 38.0)]
    below = [("of the old wall", 50.0, 672.0, 10.0), ("which keeps the water", 50.0, 658.0, 10.0)]
    beside = prose(700, ["obody counted", "the stones"], 82), prose(600, ["nder the bridge", "a boat"], 82)
    parts = [first, second, beside[0] + below, beside[1]]
    pdf = tagged(parts, [0, 2, 1, 3])
    if not has_tags:
        pdf = drawn(lambda canvas: lines(canvas, [line for part in parts for line in part]), producer="WeasyPrint 66")
    whole = [
        "Nobody counted",
        "the stones",
        "of the old wall",
        "which keeps the water",
        "",
        "Under the bridge",
        "a boat",
    ]
    assert texts(pdf)[0].split("\n") == whole
    assert [(round(left), round(bottom)) for left, _, _, bottom in found(pdf, "nobody counted")] == [
        (53, 156),
        (82, 144),
    ]
    assert len(found(pdf, "under")) == len(found(pdf, "the bridge a boat")) == 2


@pytest.mark.parametrize("producer", ["Skia/PDF", "Some Writer 3"])
def test_columns_stay_as_they_are_drawn(producer: str) -> None:
    """And of others the order in which they draw is taken for that of reading, as it mostly is."""
    left, right = prose(780, column(30)[:8]), prose(780, column(30)[8:16], 300)
    order = [1, 0] if producer.startswith("Some") else [0, 1]
    assert texts(tagged([left, right], order, producer=producer)) == ["\n".join(column(30)[:16])]


def test_a_structure_that_holds_itself_ends() -> None:
    out = BytesIO()
    with pikepdf.open(BytesIO(tagged([prose(700, ["below"]), prose(740, ["above"])], [1, 0]))) as pdf:
        root = pdf.Root.StructTreeRoot
        root.K[0].K = Array([root.K[1], 1, root.K[0], root])
        pdf.save(out)
    assert sorted(texts(out.getvalue())[0].split()) == ["above", "below"]
