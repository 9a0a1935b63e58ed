"""`ingest-widgets ingest`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ingest_widgets.cli.door import FAILED, signals_as_interrupts
from ingest_widgets.cli.output import as_json, corpus_option, plain, write_json

if TYPE_CHECKING:
    from ingest_widgets.corpus import Corpus
    from ingest_widgets.documents import FileRecord, RunSummary
    from ingest_widgets.settings import Settings

_SHOWN = 20  # files with problems


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@corpus_option
@click.option("--engine", metavar="NAME", help="auto, pdfium, pypdf or a plug-in.")
@click.option("--workers", type=click.IntRange(min=1), help="Worker processes.")
@click.option("--ocr/--no-ocr", default=None, help="Read scanned pages by OCR.")
@click.option("--quiet", is_flag=True, help="No progress.")
@as_json
@click.pass_context
def ingest(
    ctx: click.Context, /, sources: tuple[str, ...], corpus_path: str | None, quiet: bool, as_json: bool, **given: Any
) -> None:
    """Read PDFs into a corpus.

    SOURCE is a file, a folder, a glob in quotes or a URL. What is in already
    and hasn't changed isn't read again.
    """
    from ingest_widgets.corpus import Corpus
    from ingest_widgets.settings import get_settings

    settings = get_settings(**{name: value for name, value in given.items() if value is not None})
    _set_log_level(settings)
    with Corpus(corpus_path or settings.corpus_path) as corpus, signals_as_interrupts() as stop:
        code = _run(sources, corpus, settings, quiet, interrupted=lambda: stop.code)
        _report(corpus, as_json)
    ctx.exit(code)


def _run(sources: tuple[str, ...], corpus: Corpus, settings: Settings, quiet: bool, interrupted: Any) -> int:
    from ingest_widgets.api import ingest as run

    source = sources[0] if len(sources) == 1 else list(sources)
    try:
        run(source, corpus, progress=False if quiet else None, settings=settings)
    except KeyboardInterrupt:
        return int(interrupted())
    return FAILED if corpus.last_run and corpus.last_run.failed else 0


def _set_log_level(settings: Settings) -> None:
    """The environment's level counts from the import on; here those of the files do too."""
    if "log_level" in settings.model_fields_set:
        from ingest_widgets.logs import configure_logging

        configure_logging(settings.log_level)


def _report(corpus: Corpus, as_json: bool) -> None:
    summary, problems = corpus.last_run, [*corpus.files("failed"), *corpus.files("partial")]
    if as_json:
        write_json(_as_dict(corpus, summary, problems))
        return
    if summary:
        click.echo(str(summary))
    for record in problems[:_SHOWN]:
        click.echo(f"  {record.status} {plain(record.name)}: {plain(record.detail or record.reason)}")
    if len(problems) > _SHOWN:
        click.echo(f"  and {len(problems) - _SHOWN:,} more: ingest-widgets files --status failed")


def _as_dict(corpus: Corpus, summary: RunSummary | None, problems: list[FileRecord]) -> dict[str, Any]:
    return {
        "corpus": str(corpus.path),
        "sentence": str(summary) if summary else "",
        "summary": summary.to_dict() if summary else None,
        "problems": [record.to_dict() for record in problems],
    }
