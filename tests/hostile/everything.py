"""All hostile files together; `python -m tests.hostile.everything FOLDER` writes them for a look by hand."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from tests.hostile import bombs, damaged, extras, hidden, locked, looping, lost, lost_contents, lying, texts
from tests.hostile.case import Case

FAMILIES = (damaged, lost, lost_contents, lying, looping, bombs, locked, texts, hidden, extras)


def all_cases() -> Iterator[Case]:
    """Every family in turn; one file is in memory at a time."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Encryption R=5 is deprecated")
        for family in FAMILIES:
            yield from family.cases()


def file_name(case: Case) -> str:
    """The name of the case as that of a file."""
    return re.sub(r"\W+", "-", case.name).strip("-") + ".pdf"


def write_all(folder: Path) -> int:
    """Writes each case to its file and returns how many there are."""
    count = 0
    for count, case in enumerate(all_cases(), 1):  # noqa: B007
        (folder / file_name(case)).write_bytes(case.data)
    return count


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
