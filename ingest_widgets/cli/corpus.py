"""`ingest-widgets search`, `files` and `export`: what is in a corpus."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from ingest_widgets.cli.output import as_json, corpus_option, on_terminal, plain, styled, write_json, write_rows
from ingest_widgets.counted import counted

if TYPE_CHECKING:
    from ingest_widgets.corpus import Corpus
    from ingest_widgets.documents import Hit

_SQLITE = b"SQLite format 3\0"  # how such a file begins
STATUSES = ("ingested", "partial", "failed", "cancelled")


def _opened(path: str | None) -> Corpus:
    from ingest_widgets.corpus import Corpus
    from ingest_widgets.settings import get_settings

    return Corpus(get_settings().corpus_path if path is None else path, read_only=True)


@click.command()
@click.argument("words", metavar="QUERY...", nargs=-1, required=True)
@corpus_option
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most so many pages.")
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Skip so many.")
@click.option("--file", "file_name", metavar="NAME", help="Only in this file.")
@as_json
def search(
    words: tuple[str, ...], corpus_path: str | None, limit: int, offset: int, file_name: str | None, as_json: bool
) -> None:
    """Find pages.

    \b
    QUERY is made of
      words          all of them must be on the page
      '"a phrase"'   in this order
      OR, prefix*, file:name
      -- -word       not this one (after --)
    """  # noqa: D301 - click wants the sign itself
    query = " ".join(words)
    if corpus_path is None and (meant := next(filter(_names_corpus, words), None)):
        click.echo(plain(f"{meant!r} is searched for as a word: did you mean --corpus {meant}?"), err=True)
    with _opened(corpus_path) as corpus:
        found = corpus.search(query, limit=min(limit, sys.maxsize), offset=min(offset, sys.maxsize), file=file_name)
        hits = list(found)
    if as_json:
        counts = {"query": query, "total": found.total, "seconds": found.seconds, "hint": found.hint}
        write_json({**counts, "hits": [hit.to_dict() for hit in hits]})
        return
    for hit in hits:
        _write(hit)
    click.echo(plain(": ".join(filter(None, [counted(found.total, "page"), found.hint]))), err=True)


def _names_corpus(word: str) -> bool:
    """Whether it ends as a corpus does by default, or is a file of SQLite's."""
    if word.endswith(".sqlite"):
        return True
    if not os.path.isfile(word):
        return False
    try:
        with open(word, "rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


def _write(hit: Hit) -> None:
    """Place and snippet; on a terminal the matches stand out."""
    if not on_terminal():
        click.echo(f"{plain(hit.file)}\t{hit.page}\t{plain(hit.snippet)}")
        return
    marked, end = [], 0
    for start, stop in hit.spans:
        marked += [plain(hit.snippet[end:start]), styled(plain(hit.snippet[start:stop]), bold=True, fg="yellow")]
        end = stop
    click.echo(styled(f"{plain(hit.file)}, page {hit.page}", fg="cyan"))
    click.echo("  " + "".join([*marked, plain(hit.snippet[end:])]).strip())


@click.command()
@corpus_option
@click.option("--status", type=click.Choice(STATUSES), help="Only these.")
@as_json
def files(corpus_path: str | None, status: str | None, as_json: bool) -> None:
    """List the files of a corpus, each with its status."""
    with _opened(corpus_path) as corpus:
        records = corpus.files(status)
    if as_json:
        write_json({"files": [record.to_dict() for record in records]})
        return
    rows = ((record.status, record.pages, record.name, record.detail) for record in records)
    write_rows(("status", "pages", "name", "detail"), rows)


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False))
@corpus_option
@as_json
def export(path: str, corpus_path: str | None, as_json: bool) -> None:
    """Write all pages to FILE: .csv or .parquet."""
    ending = path.lower().rpartition(".")[2]
    if ending not in ("csv", "parquet"):
        raise click.BadParameter("it must end with .csv or .parquet", param_hint="FILE")
    with _opened(corpus_path) as corpus:
        if ending == "csv":
            corpus.to_csv(path)
        else:
            corpus.to_parquet(path)
        pages = len(corpus)
    if as_json:
        write_json({"file": path, "format": ending, "pages": pages})
    else:
        click.echo(f"{counted(pages, 'page')} in {plain(path)}")
