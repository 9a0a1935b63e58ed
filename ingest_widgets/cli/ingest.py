"""`ingest-widgets ingest`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ingest_widgets.cli.door import FAILED, signals_as_interrupts
from ingest_widgets.cli.output import as_json, corpus_option, plain, write_json

if TYPE_CHECKING:
    from ingest_widgets.pipeline import IngestJob

_SHOWN = 20  # files with problems
_CUT_SHORT = "interrupted; finished files are kept"


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
    from ingest_widgets.api import start_ingest
    from ingest_widgets.corpus import Corpus
    from ingest_widgets.settings import get_settings

    settings = get_settings(**{name: value for name, value in given.items() if value is not None})
    path = settings.corpus_path if corpus_path is None else corpus_path
    with Corpus(path) as corpus, signals_as_interrupts() as stop:
        job = start_ingest(
            sources[0] if len(sources) == 1 else list(sources),
            corpus,
            progress=False if quiet else None,
            settings=settings,
        )
        try:
            job.result()
        except KeyboardInterrupt:
            code = stop.code
        else:
            code = FAILED if job.summary and job.summary.failed else 0
        _report(job, as_json)
    ctx.exit(code)


def _report(job: IngestJob, as_json: bool) -> None:
    """What the run did, and which of its files aren't whole."""
    from ingest_widgets.statuses import Status

    summary, problems = job.summary, [*job.records(Status.FAILED), *job.records(Status.PARTIAL)]
    if as_json:
        write_json(
            {
                "corpus": str(job.corpus.path),
                "sentence": str(summary or _CUT_SHORT),
                "summary": summary.to_dict() if summary else None,
                "problems": [record.to_dict() for record in problems],
            }
        )
        return
    click.echo(str(summary or _CUT_SHORT))
    for record in problems[:_SHOWN]:
        click.echo(f"  {record.status} {plain(record.name)}: {plain(record.detail or record.reason)}")
    if len(problems) > _SHOWN:
        click.echo(f"  and {len(problems) - _SHOWN:,} more: ingest-widgets files")
