"""Vertical lines in a font that the file doesn't hold: pdfium leaves them out, and that is said."""

from __future__ import annotations

import pytest

from ingest_widgets.engines.pages.left_out import LEFT_OUT
from ingest_widgets.statuses import Status
from tests.hostile.pdf import assemble, page_objects, show
from tests.test_engines import read


def _japanese(encoding: bytes, content: bytes) -> bytes:
    """Needle in Helvetica, and a content in a Japanese font that isn't in the file."""
    objects = page_objects([content + show("needle").replace(b"/F1", b"/F2")])
    objects[4] = objects[4].replace(b"/F1 3 0 R", b"/F1 9 0 R/F2 3 0 R")
    objects[9] = b"<</Type/Font/Subtype/Type0/BaseFont/Ryumin-Light-%b/Encoding/%b/DescendantFonts[10 0 R]>>" % (
        encoding,
        encoding,
    )
    objects[10] = (
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/Ryumin-Light/DW 1000/FontDescriptor 11 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Nowhere1)/Supplement 2>>>>"
    )
    objects[11] = (
        b"<</Type/FontDescriptor/FontName/Ryumin-Light/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0"
        b"/Ascent 880/Descent -120/CapHeight 700/StemV 80>>"
    )
    return assemble(objects)


LINES = b"BT /F1 10 Tf 500 700 Td <034B034C034D034E> Tj -20 0 Td <03500351> Tj ET "


@pytest.mark.parametrize(
    ("encoding", "content", "said"),
    [(b"Identity-V", LINES, True), (b"Identity-H", LINES, False), (b"Identity-V", b"", False)],
    ids=["vertical", "across", "a font that nothing is set in"],
)
def test_vertical_lines_of_a_font_that_is_not_there_are_said_to_lack(
    encoding: bytes, content: bytes, said: bool
) -> None:
    got = read(_japanese(encoding, content))
    assert got.status is Status.INGESTED
    assert "needle" in got.pages[0].text
    assert (LEFT_OUT in got.pages[0].warnings) is said
