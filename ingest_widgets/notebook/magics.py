"""`%load_ext ingest_widgets`, then `%ingest papers/` and `%search entropy`.

Both are conveniences for a cell: they call the pipeline with the bar of this room, and an error of ours is shown as its
one sentence, without the frames above it.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_magic, magics_class

from ingest_widgets.corpus import Corpus, SearchResults
from ingest_widgets.errors import IngestError
from ingest_widgets.notebook.ingest_bar import IngestBar
from ingest_widgets.notebook.magic_completion import OPTIONS, complete_magics
from ingest_widgets.pipeline import IngestJob, IngestRun
from ingest_widgets.progress import ProgressTracker, TerminalSink
from ingest_widgets.settings import Settings, get_settings

_QUERY_WORD = re.compile(r'(?:[^\s"]|"[^"]*"?)+')


@magics_class
class IngestMagics(Magics):
    """The two magics; both remember the corpus that was used last."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._last_corpus: str | None = None

    @line_magic
    def ingest(self, line: str) -> Corpus:
        """Read PDFs into a corpus that can be searched; what was read before isn't read again.

        Usage: %ingest SOURCE [SOURCE ...] [--corpus PATH] [--engine NAME]

        SOURCE is a folder (with everything below it), a file, a glob or a URL; quote names with spaces.
          --corpus PATH   by default the corpus used last, else that of the settings
          --engine NAME   auto, pdfium, pypdf or the name of a plug-in; by default that of the settings

        Examples::

            %ingest papers/
            corpus = %ingest "my papers/" reports/*.pdf --corpus work.sqlite
        """
        with _one_sentence():
            options, sources = _split_options("ingest", _shell_words(line))
            if not sources:
                raise UsageError("%ingest needs a source, such as: %ingest papers/  (%ingest? tells more)")
            settings = get_settings()
            return self._run(sources, Corpus(self._corpus_path(options)), options, settings)

    @line_magic
    def search(self, line: str) -> SearchResults:
        """Search the corpus that %ingest used last, else the one of the settings.

        Usage: %search WORDS [--corpus PATH] [--limit N]

        WORDS are what a person types: words (all must match), "a phrase", -not, OR, prefix*,
        file:part-of-a-name.
          --corpus PATH   another corpus
          --limit N       at most so many hits, by default 20

        Examples::

            %search entropy
            hits = %search "second law" -quantum file:thermo --limit 5
        """
        with _one_sentence():
            options, words = _split_options("search", _QUERY_WORD.findall(line))
            if not words:
                raise UsageError("%search needs words, such as: %search entropy  (%search? tells more)")
            limit = _count(options.get("--limit", "20"))
            corpus = Corpus(self._corpus_path(options), read_only=True)
            self._remember(options)
            return corpus.search(" ".join(words), limit=limit)

    def _corpus_path(self, options: dict[str, str]) -> str:
        if "--corpus" in options:
            return os.path.abspath(os.path.expanduser(options["--corpus"].strip('"')))
        return self._last_corpus or os.fspath(get_settings().corpus_path)

    def _remember(self, options: dict[str, str]) -> None:
        """Only what is in use by now: a misspelt corpus would come back with the next lines."""
        if "--corpus" in options:
            self._last_corpus = self._corpus_path(options)

    def _run(self, sources: list[str], corpus: Corpus, options: dict[str, str], settings: Settings) -> Corpus:
        bar = IngestBar() if hasattr(self.shell, "kernel") else None
        tracker = ProgressTracker(
            min_change=settings.min_change,
            min_seconds=settings.min_seconds,
            desc="Ingest",
            unit="file",
            sinks=[bar if bar else TerminalSink()],
        )
        engine = options.get("--engine")
        source = sources[0] if len(sources) == 1 else sources
        run = IngestRun(source, corpus, settings=settings, tracker=tracker, engine=engine, observer=bar)
        self._remember(options)
        job = IngestJob(run)
        if bar:
            bar.show(job)
        return job.run()


def load_ipython_extension(shell: InteractiveShell) -> None:
    """`%load_ext ingest_widgets`: registers the magics and their tab completion."""
    shell.register_magics(IngestMagics)
    shell.Completer.custom_matchers.append(complete_magics)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """`%unload_ext ingest_widgets`: takes both away again."""
    for name in OPTIONS:
        shell.magics_manager.magics["line"].pop(name, None)
    shell.Completer.custom_matchers.remove(complete_magics)


@contextmanager
def _one_sentence() -> Iterator[None]:
    try:
        yield
    except IngestError as error:
        raise UsageError(str(error)) from None


def _shell_words(line: str) -> list[str]:
    """Split as a shell does; `~` and globs are left to the sources."""
    try:
        return shlex.split(line, posix=os.name == "posix")
    except ValueError:
        raise UsageError(f"a quote isn't closed in: %ingest {line}") from None


def _split_options(magic: str, words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """`--name value` and `--name=value` wherever they stand, and the other words; after `--` all is words."""
    options: dict[str, str] = {}
    rest: list[str] = []
    waiting = iter(words)
    for word in waiting:
        if word == "--":
            rest += waiting
        elif word.startswith("--"):
            name, equals, value = word.partition("=")
            if name not in OPTIONS[magic]:
                raise UsageError(f"%{magic} has no {name}: it knows {' and '.join(OPTIONS[magic])}")
            if not (given := value if equals else next(waiting, "")):
                raise UsageError(f"{name} needs a value: %{magic}? tells more")
            options[name] = given
        else:
            rest.append(word)
    return options, rest


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(f"--limit is a whole number from 1, not {text!r}")
    return min(int(text), sys.maxsize)
