"""Makes the sample PDFs in `samples/`: python scripts/make_samples.py [folder].

The same text and the same versions of the libraries give the same bytes; `made-with.txt` beside them names these.
"""

from __future__ import annotations

import random
import sys
import zlib
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import pikepdf
import pypdf
import pypdfium2
from PIL import Image, ImageChops, ImageFilter
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer
from sample_documents.manual import manual
from sample_documents.paper import paper

TEXTS = Path(__file__).parent / "sample_documents"
PASSWORD = "open sesame"
LIBRARIES = ("reportlab", "pikepdf", "pypdf", "cryptography", "pypdfium2", "pillow")


def _typed(lines: list[str]) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    text = canvas.beginText(72, 740)
    text.setFont("Courier", 12.5, 21)
    for line in lines:
        text.textLine(line)
    canvas.drawText(text)
    canvas.save()
    return out.getvalue()


def _photograph(page: bytes) -> Image.Image:
    """The page as a flat-bed scanner with a worn lamp sees it: a little crooked, grey, soft and grainy."""
    document = pypdfium2.PdfDocument(page)
    sheet = document[0].render(scale=120 / 72, grayscale=True).to_pil().convert("L")
    document.close()
    sheet = sheet.rotate(0.7, Image.Resampling.BICUBIC, fillcolor=255).filter(ImageFilter.GaussianBlur(0.7))
    shade = Image.linear_gradient("L").rotate(90).resize(sheet.size).point(lambda v: 205 + v // 6)
    grain = Image.frombytes("L", sheet.size, random.Random(14).randbytes(sheet.width * sheet.height))
    grain = grain.filter(ImageFilter.GaussianBlur(0.8)).point(lambda v: 226 + v // 10)
    return ImageChops.multiply(ImageChops.multiply(sheet, shade), grain)


def scan() -> bytes:
    """One page that is one image."""
    picture, out = BytesIO(), BytesIO()
    _photograph(_typed((TEXTS / "scan.txt").read_text("utf-8").splitlines())).save(picture, "JPEG", quality=40)
    picture.seek(0)
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle("Notice to readers (scan)")
    canvas.setAuthor("The ingest_widgets developers")
    canvas.drawImage(ImageReader(picture), 0, 0, *A4)
    canvas.save()
    return out.getvalue()


def encrypted() -> bytes:
    """One page behind a password; seeded noise in place of real keys, because the bytes have to be repeatable."""
    title, *paragraphs = (TEXTS / "sealed.txt").read_text("utf-8").strip().split("\n\n")
    head = ParagraphStyle("head", fontName="Helvetica-Bold", fontSize=16, leading=22, spaceAfter=12)
    body = ParagraphStyle("body", fontName="Times-Roman", fontSize=12, leading=16, spaceAfter=10)
    plain, out = BytesIO(), BytesIO()
    SimpleDocTemplate(plain, pagesize=A4, invariant=1, title="Sealed").build(
        [Paragraph(title, head), Spacer(1, 6), *(Paragraph(text, body) for text in paragraphs)]
    )
    writer = pypdf.PdfWriter(clone_from=plain)
    with patch("secrets.token_bytes", random.Random(256).randbytes):
        writer.encrypt(PASSWORD, algorithm="AES-256")
        writer.write(out)
    return out.getvalue()


def broken(whole: bytes) -> bytes:
    """The beginning of a document as a download leaves it that broke off at once: no page of it is left."""
    out = BytesIO()
    with pikepdf.open(BytesIO(whole)) as pdf:
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()[:400]


def _written(pdf: bytes) -> bytes:
    """The same document packed by pikepdf: smaller, with compressed objects and a table that is a stream."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(
            out, deterministic_id=True, recompress_flate=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
        )
    return out.getvalue()


def made_with() -> str:
    """The versions that decide about the bytes, one a line."""
    lines = [*(f"{name} {version(name)}" for name in LIBRARIES), f"zlib {zlib.ZLIB_RUNTIME_VERSION}"]
    return "\n".join(lines) + "\n"


def make(folder: Path) -> None:
    """Writes the five files into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    two_columns = paper(TEXTS)
    files = {
        "paper-two-columns.pdf": two_columns,
        "manual-long.pdf": _written(manual(TEXTS)),
        "scan-no-text.pdf": scan(),
        "encrypted.pdf": encrypted(),
        "broken.pdf": broken(two_columns),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "made-with.txt").write_text(made_with(), "utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "samples")
