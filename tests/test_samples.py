"""The committed samples are what the script makes, and each is what its name says."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import pikepdf
import pypdf
import pypdf.errors
import pypdfium2
import pytest

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"
NAMES = ["broken.pdf", "encrypted.pdf", "manual-long.pdf", "paper-two-columns.pdf", "scan-no-text.pdf"]


def page_texts(path: Path, password: str | None = None) -> list[str]:
    document = pypdfium2.PdfDocument(path, password=password)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    subprocess.run([sys.executable, str(ROOT / "scripts" / "make_samples.py"), str(folder)], check=True, timeout=120)
    return folder


def test_the_script_makes_the_committed_files(made: Path) -> None:
    """Byte for byte with the library versions of `made-with.txt`; with others the same pages with the same text."""
    assert sorted(path.name for path in SAMPLES.glob("*.pdf")) == NAMES
    if (made / "made-with.txt").read_bytes() == (SAMPLES / "made-with.txt").read_bytes():
        differing = [name for name in NAMES if (made / name).read_bytes() != (SAMPLES / name).read_bytes()]
        assert differing == []
        return
    warnings.warn("library versions differ from samples/made-with.txt: text and page counts compared", stacklevel=1)
    for name in ("manual-long.pdf", "paper-two-columns.pdf", "scan-no-text.pdf"):
        assert page_texts(made / name) == page_texts(SAMPLES / name)
    assert page_texts(made / "encrypted.pdf", "open sesame") == page_texts(SAMPLES / "encrypted.pdf", "open sesame")


def test_the_samples_are_small() -> None:
    """Under 1 MB together, so that a clone stays quick."""
    assert sum(path.stat().st_size for path in SAMPLES.glob("*.pdf")) < 1_000_000


def test_the_paper_is_found_by_its_words() -> None:
    """Two columns, a title, and the words that the demo and the notebooks search for."""
    document = pypdfium2.PdfDocument(SAMPLES / "paper-two-columns.pdf")
    assert document.get_metadata_dict()["Author"] == "The ingest_widgets developers"
    document.close()
    first = page_texts(SAMPLES / "paper-two-columns.pdf")[0]
    assert first.startswith("How Much Is in a Page?")
    for word in ("Abstract", "entropy", "indexing", "pages", "vocabulary", "1 Introduction"):
        assert word.lower() in first.lower()


def test_the_manual_is_long_and_has_an_outline() -> None:
    """Sixty pages or more, headers and page numbers on all but the cover, every chapter in the outline."""
    texts = page_texts(SAMPLES / "manual-long.pdf")
    assert len(texts) >= 60
    assert all(
        "ingest_widgets samples" in text and f"Page {number}" in text for number, text in enumerate(texts[1:], 2)
    )
    document = pypdfium2.PdfDocument(SAMPLES / "manual-long.pdf")
    chapters = [entry.get_title() for entry in document.get_toc() if entry.level == 0]
    document.close()
    assert len(chapters) >= 14
    assert "8 The inverted index" in chapters


def test_the_scan_is_an_image_without_text() -> None:
    """Nothing to search, one picture over the whole page."""
    assert page_texts(SAMPLES / "scan-no-text.pdf") == [""]
    document = pypdfium2.PdfDocument(SAMPLES / "scan-no-text.pdf")
    boxes = [item.get_bounds() for item in document[0].get_objects()]
    assert boxes == [(0.0, 0.0, pytest.approx(595.3, abs=0.1), pytest.approx(841.9, abs=0.1))]
    document.close()


def test_the_encrypted_one_opens_with_its_password_only() -> None:
    """AES-256, no empty password."""
    path = SAMPLES / "encrypted.pdf"
    for wrong in ("", "open"):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(path, password=wrong)
    with pikepdf.open(path, password="open sesame") as pdf:
        assert pdf.encryption.bits == 256
        assert pdf.encryption.stream_method.name == "aesv3"
    assert "treasure" in page_texts(path, "open sesame")[0]


def test_no_engine_reads_the_broken_one() -> None:
    """It has a header, and neither pdfium nor qpdf nor pypdf finds a page behind it."""
    path = SAMPLES / "broken.pdf"
    assert path.read_bytes().startswith(b"%PDF-1.")
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(path)
    with pytest.raises(pikepdf.PdfError):
        pikepdf.open(path)
    with pytest.raises(pypdf.errors.PyPdfError):
        pypdf.PdfReader(path)
