"""The faces of the main job: they take the bar that suits the place, then call the pipeline."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from ingest_widgets.corpus import Corpus
from ingest_widgets.pipeline import IngestJob, IngestRun
from ingest_widgets.pipeline.signals import interrupt_told
from ingest_widgets.place import in_kernel, suiting_sinks
from ingest_widgets.progress import ProgressTracker, Sink
from ingest_widgets.settings import Settings, get_settings
from ingest_widgets.shortened import brief
from ingest_widgets.sources import Source

if TYPE_CHECKING:
    from ingest_widgets.notebook.ingest_bar import IngestBar
    from ingest_widgets.notebook.run_table import RunTable

__all__ = ["ingest", "ingest_async", "start_ingest"]

CorpusLike = Corpus | str | os.PathLike[str]
OnError = Literal["record", "raise"]


def ingest(
    source: Source,
    corpus: CorpusLike | None = None,
    *,
    engine: str | None = None,
    executor: Executor | None = None,
    progress: ProgressTracker | Literal[False] | None = None,
    settings: Settings | None = None,
    on_error: OnError = "record",
) -> Corpus:
    """Reads PDFs into a corpus and returns it; a cell that waits here can be interrupted.

    What was read by an earlier run and hasn't changed isn't read again. A bad file is recorded with its reason and
    never raises. In an ordinary thread of yours it goes on to its end after the main thread has ended, but on Python
    3.12.0 and 3.12.1, which start no thread any more then.

    Args:
        source: A path, a folder (with everything below it), a glob, a list of these, `(name, bytes)` pairs, or a URL
            that fsspec knows.
        corpus: A `Corpus` or the path of one; None: `settings.corpus_path`.
        engine: `auto`, `pdfium`, `pypdf` or the name of a plug-in; None: `settings.engine`.
        executor: Any `concurrent.futures.Executor`, such as Dask's `client.get_executor()`; None: workers here. It has
            twice as many tasks at a time as it has workers; of a cluster `settings.workers` says how many, else 16.
        progress: None: the bar that suits the place; False: none; or a `ProgressTracker` to count the files with.
        settings: None: `get_settings()`.
        on_error: `record`, or `raise`: after all files, raise `IngestFailed` with those that failed.

    Raises:
        SourceNotFound: The source doesn't exist.
        SourceError: A URL that can't be listed, or doesn't answer within `file_timeout_seconds`, where it is the only
            source (in a list that is a record of its own); an upload without a name; a path that can't be reached.
        CorpusError: The corpus can't be opened or written.
        EngineError: There is no such engine.
        SettingsError: A setting can't be used, see `get_settings`.
        TypeError, ValueError: An argument that can't be used, by its name; nothing was begun.
        MissingExtra: A URL without fsspec, or OCR without its libraries.
        IngestFailed: See `on_error`.
        KeyboardInterrupt: Interrupted; finished files are kept, and the next run goes on from there. The same goes for
            whatever else the handler of a signal raises.
    """
    job = _job(source, corpus, engine, executor, progress, settings, on_error, waits=True)
    with _interrupt_told(job), _closed_if_it_fails(job, corpus):
        return job.run()


async def ingest_async(
    source: Source,
    corpus: CorpusLike | None = None,
    *,
    engine: str | None = None,
    executor: Executor | None = None,
    progress: ProgressTracker | Literal[False] | None = None,
    settings: Settings | None = None,
    on_error: OnError = "record",
) -> Corpus:
    """`ingest` for coroutines: the event loop goes on meanwhile, and cancelling the task stops the ingest."""
    job = _job(source, corpus, engine, executor, progress, settings, on_error, waits=True)
    with _interrupt_told(job), _closed_if_it_fails(job, corpus):
        return await job.run_async()


def start_ingest(
    source: Source,
    corpus: CorpusLike | None = None,
    *,
    engine: str | None = None,
    executor: Executor | None = None,
    progress: ProgressTracker | Literal[False] | None = None,
    settings: Settings | None = None,
    on_error: OnError = "record",
) -> IngestJob:
    """`ingest` that returns at once with the job; as a cell's value the job shows itself live.

    A missing path raises here; a URL that is missing or doesn't answer ends the job, unless it is one of several.
    """
    return _job(source, corpus, engine, executor, progress, settings, on_error, waits=False).start()


def _job(
    source: Source,
    corpus: CorpusLike | None,
    engine: str | None,
    executor: Executor | None,
    progress: ProgressTracker | Literal[False] | None,
    settings: Settings | None,
    on_error: OnError,
    *,
    waits: bool,
) -> IngestJob:
    _check(executor, progress, settings, on_error)
    settings = settings or get_settings()
    kernel = in_kernel()
    # A job that is a cell's value shows itself; only who waits in a notebook needs a bar.
    bar = _ingest_bar() if kernel and waits and progress is None else None
    table = _run_table() if kernel and not waits else None
    run = IngestRun(
        source,
        corpus if isinstance(corpus, Corpus) else Corpus(settings.corpus_path if corpus is None else corpus),
        settings=settings,
        tracker=progress or _tracker(settings, bar, quiet=kernel or progress is False),
        engine=engine,
        executor=executor,
        observer=bar or table,
    )
    job = IngestJob(run, raise_failures=on_error == "raise")
    if bar:
        bar.show(job)
    if table:
        job.view = partial(_job_bundle, table=table)
    return job


def _check(executor: object, progress: object, settings: object, on_error: object) -> None:
    if on_error not in ("record", "raise"):
        raise ValueError(f"on_error is 'record' or 'raise', not {brief(on_error)}")
    if executor is not None and not isinstance(executor, Executor):
        raise TypeError(
            f"executor is a concurrent.futures.Executor, not {brief(executor)}: for a number of workers here, "
            "use settings_override(workers=...)"
        )
    if settings is not None and not isinstance(settings, Settings):
        raise TypeError(f"settings is a Settings, not {type(settings).__name__}: use settings_override(...) for some")
    if progress is None or progress is False:
        return
    if not isinstance(progress, ProgressTracker):
        raise TypeError(f"progress is None, False or a ProgressTracker, not {type(progress).__name__}")
    if progress.state.status != "running":
        raise ValueError("progress has ended already: give a new ProgressTracker")


def _tracker(settings: Settings, bar: IngestBar | None, *, quiet: bool) -> ProgressTracker:
    sinks: list[Sink] = [bar] if bar else [] if quiet else suiting_sinks()
    return ProgressTracker(
        min_change=settings.min_change, min_seconds=settings.min_seconds, desc="Ingest", unit="file", sinks=sinks
    )


def _interrupt_told(job: IngestJob) -> AbstractContextManager[None]:
    """In a notebook the bar says it."""
    return nullcontext() if in_kernel() else interrupt_told(lambda: job.status in ("running", "stopped"))


@contextmanager
def _closed_if_it_fails(job: IngestJob, given: CorpusLike | None) -> Iterator[None]:
    """A corpus that was opened for a run alone is nobody's when that raises."""
    try:
        yield
    except BaseException:
        if job.done() and not isinstance(given, Corpus):
            job.corpus.close()
        raise


def _ingest_bar() -> IngestBar:
    from ingest_widgets.notebook.ingest_bar import IngestBar

    return IngestBar()


def _run_table() -> RunTable:
    from ingest_widgets.notebook.run_table import RunTable

    return RunTable()


def _job_bundle(job: IngestJob, *, table: RunTable) -> dict[str, Any]:
    from ingest_widgets.notebook.job_view import JobView

    bundle: dict[str, Any] = JobView(job, table)._repr_mimebundle_()
    return bundle
