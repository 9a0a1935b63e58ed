"""Makes small PDFs whose text is known to the letter: what goes wrong in real files, one thing a file."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

_WORDS = """the of and in for with that from when which this those under between every other large small river mountain
office officer efficient effort affine affect waffle shuffle flow flower reflect inflate fiction finish file field
define definition sufficient difficult coefficient traffic graffiti profile beautiful notification international
communication understanding representation transformation administration characteristic classification mathematical
philosophical environmental extraordinary responsibility approximation infrastructure independence measurement
collection document extraction library structure paragraph sentence quality reader column
well-known state-of-the-art""".split()
_ACCENTS = "élève façade naïve Größe señor château".split()
_DRAWN = {"é": "´e", "è": "`e", "ç": "¸c", "ï": "¨i", "ö": "¨o", "ñ": "˜n", "â": "ˆa"}
_JAPANESE = ["吾輩は猫である。名前はまだ無い。", "文書を索引に登録する。", "図書館で本を読む。"]
_CHINESE = ["图书馆收藏了大量文献。", "计算机科学研究信息处理。", "北京是中国的首都。"]
_PERSIAN = "کتابخانه بزرگ شهر هر روز صبح باز است و خوانندگان بسیاری به آنجا می روند تا کتاب بخوانند".split()
_DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
Lines = list[str]
_LINES_A_PAGE = 52


def _paragraphs(seed: int, count: int, extra: list[str] | None = None) -> list[str]:
    chance = random.Random(seed)
    made = []
    for _ in range(count):
        sentences = []
        for _ in range(6):
            chosen = [chance.choice(_WORDS + (extra or [])) for _ in range(chance.randint(8, 14))]
            sentences.append(f"{chosen[0].capitalize()} {' '.join(chosen[1:])} {chance.randint(100, 99999)}.")
        made.append(" ".join(sentences))
    return made


def _set(paragraphs: list[str], measure: int, hyphenate: bool = False) -> Lines:
    lines = []
    for paragraph in paragraphs:
        line = ""
        for word in paragraph.split():
            room = measure - len(line) - 1
            if len(word) <= room or not line:
                line = f"{line} {word}".strip()
            elif hyphenate and word.isalpha() and len(word) > 6 and room > 4:
                cut = min(room - 1, len(word) - 3)
                lines.append(f"{line} {word[:cut]}-")
                line = word[cut:]
            else:
                lines.append(line)
                line = word
        lines.append(line)
    return lines


def _draw(lines: Lines, step: Callable[[Canvas, str, float], None]) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for start in range(0, len(lines), _LINES_A_PAGE):
        for row, line in enumerate(lines[start : start + _LINES_A_PAGE]):
            step(canvas, line, 790 - 14 * row)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _plain(canvas: Canvas, line: str, y: float) -> None:
    canvas.setFont("Helvetica", 10)
    canvas.drawString(50, y, line)


def _twice(canvas: Canvas, line: str, y: float) -> None:
    _plain(canvas, line, y)
    canvas.drawString(50.3, y, line)


def _without_spaces(canvas: Canvas, line: str, y: float) -> None:
    x = 50.0
    canvas.setFont("Times-Roman", 11)
    for word in line.split():
        canvas.drawString(x, y, word)
        x += pdfmetrics.stringWidth(word, "Times-Roman", 11) + 2.6


def _with_drawn_accents(canvas: Canvas, line: str, y: float) -> None:
    x = 50.0
    canvas.setFont("Helvetica", 10)
    for letter in line:
        accent, base = _DRAWN.get(letter, " " + letter)
        width = pdfmetrics.stringWidth(base, "Helvetica", 10)
        if accent != " ":
            canvas.drawString(x + (width - pdfmetrics.stringWidth(accent, "Helvetica", 10)) / 2, y, accent)
        canvas.drawString(x, y, base)
        x += width


def _two_columns(paragraphs: list[str], across: bool) -> bytes:
    lines, out = _set(paragraphs, 48), BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for start in range(0, len(lines), 100):
        cells = [(x, row, line) for x, begin in ((45, 0), (310, 50))
                 for row, line in enumerate(lines[start + begin : start + begin + 50])]  # fmt: skip
        for x, row, line in sorted(cells, key=lambda cell: cell[1]) if across else cells:
            canvas.setFont("Helvetica", 9)
            canvas.drawString(x, 790 - 14 * row, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _table(seed: int) -> tuple[bytes, str]:
    chance = random.Random(seed)
    rows = [[chance.choice(_WORDS), *(str(chance.randint(10, 99999)) for _ in range(4))] for _ in range(200)]
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for start in range(0, len(rows), 50):
        canvas.setFont("Helvetica", 10)
        for number, row in enumerate(rows[start : start + 50]):
            for column, cell in enumerate(row):
                canvas.drawString(50 + 100 * column, 790 - 14 * number, cell)
        canvas.showPage()
    canvas.save()
    return out.getvalue(), "\n".join(" ".join(row) for row in rows)


def _turned(pdf: bytes) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer, out = PdfWriter(clone_from=PdfReader(BytesIO(pdf))), BytesIO()
    for page in writer.pages:
        page.rotate(90)
    writer.write(out)
    return out.getvalue()


def _asian(name: str, font: str, sentences: list[str]) -> tuple[str, bytes, str]:
    pdfmetrics.registerFont(UnicodeCIDFont(font))
    chance = random.Random(name)
    text = "".join(chance.choice(sentences) for _ in range(200))
    lines = [text[i : i + 40] for i in range(0, len(text), 40)]

    def step(canvas: Canvas, line: str, y: float) -> None:
        canvas.setFont(font, 11)
        canvas.drawString(50, y, line)

    return name, _draw(lines, step), text


def _right_to_left() -> tuple[str, bytes, str]:
    pdfmetrics.registerFont(TTFont("DejaVu", str(_DEJAVU)))
    chance = random.Random(7)
    lines = [" ".join(chance.choice(_PERSIAN) for _ in range(10)) for _ in range(150)]

    def step(canvas: Canvas, line: str, y: float) -> None:
        canvas.setFont("DejaVu", 11)
        canvas.drawRightString(545, y, line[::-1])

    return "rtl", _draw(lines, step), "\n".join(lines)


def cases() -> Iterator[tuple[str, bytes, str]]:
    """(name, PDF, known text) one after the other; right-to-left only where its font is installed."""
    for seed, (name, step) in enumerate(
        [("plain", _plain), ("drawn-twice", _twice), ("no-space-signs", _without_spaces)]
    ):
        text = _paragraphs(seed, 20)
        yield name, _draw(_set(text, 80), step), "\n\n".join(text)
    text = _paragraphs(3, 25)
    yield "hyphens", _draw(_set(text, 60, hyphenate=True), _plain), "\n\n".join(text)
    text = _paragraphs(4, 20, _ACCENTS)
    yield "drawn-accents", _draw(_set(text, 80), _with_drawn_accents), "\n\n".join(text)
    for seed, across in ((5, False), (6, True)):
        text = _paragraphs(seed, 30)
        yield f"two-columns-{'across' if across else 'in-order'}", _two_columns(text, across), "\n\n".join(text)
    text = _paragraphs(7, 20)
    yield "turned", _turned(_draw(_set(text, 80), _plain)), "\n\n".join(text)
    yield "table", *_table(8)
    yield _asian("japanese", "HeiseiMin-W3", _JAPANESE)
    yield _asian("chinese", "STSong-Light", _CHINESE)
    if _DEJAVU.exists():
        yield _right_to_left()


def make(folder: Path) -> None:
    """Writes `pdf/NAME.pdf` and `truth/NAME.txt` for each case."""
    for part in ("pdf", "truth"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for name, pdf, truth in cases():
        (folder / "pdf" / f"{name}.pdf").write_bytes(pdf)
        (folder / "truth" / f"{name}.txt").write_text(truth, "utf-8")
