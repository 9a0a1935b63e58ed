"""Sets documents as a publisher would, with known text: `python -m benchmarks.typeset FOLDER`.

Then `python -m benchmarks.text_quality FOLDER` scores the engines on them. Needs `pip install typst`, a typesetter with
hyphenation in these languages; the fonts are its own, so that all machines make the same files. Columns, running
titles, notes, citations, lists, tables, captions, code, small capitals: text that flows as it does in real documents.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

PROSE = {
    "en": """The municipal library keeps thirty thousand volumes and manuscripts, the oldest of which were written in
the fourteenth century; readers may consult them every day except on Mondays and public holidays.
A team of researchers published the measurements that it had carried out in the neighbouring lakes over three years and
found that the concentration of dissolved oxygen had decreased by eleven percent.
Whoever wants to reproduce these findings needs the well-known instruments, a state-of-the-art laboratory and, above
all, considerable patience with unpredictable weather conditions.
The international committee recommended independent, machine-readable documentation of every observation, including
temperature, precipitation and the characteristics of the surrounding vegetation.""",
    "de": """Die Stadtbibliothek verwahrt dreißigtausend Bücher und Handschriften, deren älteste aus dem vierzehnten
Jahrhundert stammen; die Leserinnen und Leser dürfen sie täglich außer montags und an Feiertagen einsehen.
Eine Forschungsgruppe veröffentlichte die Messergebnisse, die sie während dreier Jahre in den benachbarten Gewässern
gewonnen hatte, und stellte fest, dass der Sauerstoffgehalt erheblich zurückgegangen war.
Für die Wiederholung dieser Untersuchungen benötigt man außergewöhnliche Geduld, zuverlässige Messgeräte sowie eine
ausreichende Unterstützung durch Verwaltungs- und Umweltbehörden.""",
    "fr": """La bibliothèque municipale conserve trente mille volumes et manuscrits, dont les plus anciens remontent au
quatorzième siècle ; les lecteurs peuvent les consulter quotidiennement, sauf le lundi et les jours fériés.
Une équipe de chercheurs a publié les résultats des mesures effectuées pendant trois années dans les lacs environnants
et constaté que la concentration en oxygène avait considérablement diminué.
Quiconque souhaite reproduire ces observations aura besoin d'instruments perfectionnés, c'est-à-dire d'un laboratoire
moderne et d'une patience extraordinaire.""",
    "pl": """Biblioteka miejska przechowuje trzydzieści tysięcy książek oraz rękopisów, z których najstarsze pochodzą z
czternastego wieku; czytelnicy mogą je oglądać codziennie z wyjątkiem poniedziałków i świąt państwowych.
Zespół badaczy opublikował wyniki trzyletnich pomiarów przeprowadzonych w okolicznych jeziorach i stwierdził, że
zawartość tlenu zmniejszyła się o jedenaście procent.""",
    "ru": """Городская библиотека хранит тридцать тысяч книг и рукописей, древнейшие из которых относятся к
четырнадцатому столетию; читатели могут знакомиться с ними ежедневно, кроме понедельников и праздничных дней.
Группа исследователей опубликовала результаты измерений, проведённых в течение трёх лет в окрестных озёрах, и
установила, что содержание растворённого кислорода значительно уменьшилось.""",
    "he": """הספרייה העירונית פתוחה בכל יום משעה תשע בבוקר ועד שעה שש בערב, והקוראים יכולים לעיין בה בספרים עתיקים.
החוקרים פרסמו בשנת 2021 את תוצאות המדידות בכתב העת the annual report of the society והן עוררו עניין רב בקרב הציבור.""",
}
LAYOUTS = {
    "book": (1, "size: 11pt", "first-line-indent: 1.2em"),
    "paper": (2, "size: 9.5pt", "first-line-indent: 1em"),
    "report": (2, "size: 9pt", "spacing: 1.1em"),
    "newspaper": (3, "size: 8pt", "first-line-indent: 0.8em"),
}
_SPECIAL = re.compile(r"([\\#$*_`<>@~\[\]=/\"'+-])")
Part = tuple[str, str]  # Typst's source, the text that it shows


def documents() -> Iterator[tuple[str, str, str]]:
    """(name, source, known text), each layout in each language."""
    for layout, (columns, size, spacing) in LAYOUTS.items():
        for language in PROSE:
            parts = list(_parts(language))
            head = (
                f'#set page(paper: "a5", columns: {columns}, numbering: "1", header: [Notes on inland waters])\n'
                f'#set text(lang: "{language}", font: ("Libertinus Serif", "New Computer Modern"), {size})\n'
                f"#set par(justify: true, {spacing})\n"
            )
            yield f"{layout}-{language}", head + "\n\n".join(p[0] for p in parts), "\n\n".join(p[1] for p in parts)


def _parts(language: str) -> Iterator[Part]:
    paragraphs = [" ".join(text.split()) for text in re.split(r"(?<=\.)\n", PROSE[language])]
    for number, text in enumerate(islice(cycle(paragraphs), 24)):
        start, end = _halves(text)
        title = " ".join(text.split()[:4])
        kind = number % 6
        if kind == 0:
            yield f"= {_escaped(title)}", title
            yield f"{_escaped(start)}#footnote[{_escaped(end)}] {_escaped(end)}", f"{text}\n\n{end}"
        elif kind == 1:
            yield (
                f"{_escaped(start)}#super[{number},{number + 1}] {_escaped(end)}",
                f"{start} {number} {number + 1} {end}",
            )
        elif kind == 2:
            yield f"- {_escaped(start)}\n- {_escaped(end)}", text
        elif kind == 3:
            cells = [text.split()[n] for n in range(6)]
            table = ", ".join(f"[{_escaped(cell)}]" for cell in cells)
            yield f"#figure(table(columns: 3, {table}), caption: [{_escaped(start)}])", f"{' '.join(cells)} {start}"
        elif kind == 4:
            yield f"#smallcaps[{_escaped(title)}] {_escaped(text)}", f"{title} {text}"
        else:
            yield f"`for name in names: print(name)`\n\n{_escaped(text)}", f"for name in names: print(name)\n\n{text}"


def _halves(text: str) -> Part:
    words = text.split()
    middle = len(words) // 2
    return " ".join(words[:middle]), " ".join(words[middle:])


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    import typst

    for part in ("pdf", "truth"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for name, source, truth in documents():
        (folder / "pdf" / f"{name}.pdf").write_bytes(typst.compile(source.encode()))
        (folder / "truth" / f"{name}.txt").write_text(truth, "utf-8")


if __name__ == "__main__":
    main()
