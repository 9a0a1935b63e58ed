"""`python -m ingest_widgets.cli`."""

from ingest_widgets.cli import main

main(prog_name="ingest-widgets")
