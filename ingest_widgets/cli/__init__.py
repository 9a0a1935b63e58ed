"""`ingest-widgets`: the same work from a terminal."""

from __future__ import annotations

import click

from ingest_widgets.cli.completion import completion
from ingest_widgets.cli.corpus import export, files, search
from ingest_widgets.cli.doctor import doctor
from ingest_widgets.cli.door import Door
from ingest_widgets.cli.ingest import ingest
from ingest_widgets.cli.settings import settings

__all__ = ["main"]


@click.group(cls=Door, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(package_name="ingest-widgets", message="%(version)s")
def main() -> None:
    """Make a searchable corpus of PDFs.

    \b
      ingest-widgets ingest papers/
      ingest-widgets search entropy

    Ends with 0 if all is well, 1 if some file failed or the work broke off, 2
    if what was asked can't be done, 130 if interrupted: finished files are
    kept; 141 if whoever read the output has had enough.
    """  # noqa: D301 - click wants the sign itself


for command in (ingest, search, files, export, settings, doctor, completion):
    main.add_command(command)
