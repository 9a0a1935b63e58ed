"""`python -m ingest_widgets`: the command of a terminal, where no script of it is on the path."""

from ingest_widgets.cli import main

if __name__ == "__main__":
    main(prog_name="ingest-widgets")
