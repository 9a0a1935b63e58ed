"""All hostile files together; `python -m tests.hostile.everything FOLDER` writes them for a look by hand."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
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


def write_all(folder: Path) -> dict[str, Case]:
    """Writes each case to its file and returns them by its name, without their data."""
    written = {}
    for case in all_cases():
        (folder / file_name(case)).write_bytes(case.data)
        written[file_name(case)] = replace(case, data=b"")
    return written


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
