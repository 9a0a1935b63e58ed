"""One run: list, plan, read in isolated workers, write each file in one transaction, count it."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from ingest_widgets.corpus import Corpus
from ingest_widgets.documents import Extraction, FileKey, FileRecord, RunSummary, SourceFile
from ingest_widgets.engines.names import check_engine, check_ocr
from ingest_widgets.errors import CorpusError, CorpusLocked
from ingest_widgets.isolation import IsolatedExecutor, Limits
from ingest_widgets.logs import level_during
from ingest_widgets.pipeline.observer import NullObserver, RunObserver
from ingest_widgets.pipeline.parts import Parts
from ingest_widgets.pipeline.plan import Conditions, Plan, make_plan
from ingest_widgets.pipeline.under_way import UnderWay, tasks_at_once
from ingest_widgets.progress import ProgressTracker
from ingest_widgets.settings import Settings
from ingest_widgets.sources import Listing, Patience, Source, describe_source
from ingest_widgets.statuses import Status

logger = logging.getLogger("ingest_widgets.pipeline")


class IngestRun:
    """A run over one source; a missing path is told when it is made, a missing URL by the run.

    Attributes:
        files: What it reads; None until URLs are listed.

    Args:
        source: What the user named.
        corpus: Where the pages go.
        engine: None: the one of the settings.
        executor: None: our own isolated workers, as many as `settings.workers` or cores.
        settings: What holds for this run, as it is now.
        tracker: Counts files; it is closed at the end with an honest status.
        observer: Hears of each file.
    """

    def __init__(
        self,
        source: Source,
        corpus: Corpus,
        *,
        settings: Settings,
        tracker: ProgressTracker,
        engine: str | None = None,
        executor: Executor | None = None,
        observer: RunObserver | None = None,
    ) -> None:
        settings = settings.model_copy(deep=True)  # whoever gave them may change theirs meanwhile
        self.corpus, self.tracker = corpus, tracker
        self.summary: RunSummary | None = None
        self._settings, self._given_executor = settings, executor
        self._engine = check_engine(settings.engine if engine is None else engine)
        check_ocr(settings.ocr)
        self._observer: RunObserver = observer or NullObserver()
        self._hears_all = observer is not None
        self._listing, self._name = Listing(source), describe_source(source)
        self.files = None if self._listing.unlisted else self._listing.files(Patience())
        self._note = ""
        self._conditions = Conditions(self._engine, settings)
        self._under_way = UnderWay(self._engine, settings)
        self._cancelled = threading.Event()
        self._own_executor: IsolatedExecutor | None = None
        self._lock = threading.Lock()
        self._unfinished: dict[FileKey, SourceFile] = {}
        self._counts: Counter[Status] = Counter()
        self._pages = 0

    def cancel(self) -> None:
        """Stops the run from any thread: workers are killed, what was finished is kept, the rest is `cancelled`."""
        with self._lock:
            self._cancelled.set()
            if self._own_executor is not None:
                self._own_executor.kill()
        self._under_way.wake()

    def run(self) -> RunSummary:
        """Does the work in the calling thread and returns what it did.

        Raises:
            SourceError: The only source is a URL that can't be listed.
            CorpusError: The corpus can't be written; what was finished is kept.
            IngestError: The executor is broken.
        """
        with level_during(self._settings.log_level if "log_level" in self._settings.model_fields_set else None):
            return self._ran()

    def _ran(self) -> RunSummary:
        started, summary = time.monotonic(), None
        try:
            if self.files is not None:  # so that the first report says how many
                self.tracker.total = len(self.files)
            with self.tracker:
                files = self._listed() if self.files is None else self.files
                with self._given_up_if_locked():
                    self._work(files)
                    summed = self._summed(started)
                    self.corpus.set_last_run(summed, stopped=self._cancelled.is_set)
                    summary = summed
                self.tracker.close("stopped" if self._cancelled.is_set() else None)
        finally:
            self.summary = summary or self._summed(started)
            self._observer.ended(self.summary)
        return self.summary

    @contextmanager
    def _given_up_if_locked(self) -> Iterator[None]:
        """A stop waits for nobody's lock: what couldn't be written is as if it hadn't been read."""
        try:
            yield
        except CorpusLocked:
            if not self._cancelled.is_set():
                raise
            self._note = "stopped while another process kept the corpus locked, so not all of it is recorded there"

    def _summed(self, started: float) -> RunSummary:
        return RunSummary.of(self._counts, pages=self._pages, seconds=time.monotonic() - started, note=self._note)

    def _listed(self) -> list[SourceFile]:
        self.files = self._listing.files(Patience(self._settings.file_timeout_seconds, self._cancelled.is_set))
        if self._listing.unlisted:
            self._note = f"stopped before {self._name} was listed"
        self.tracker.total = len(self.files)
        return self.files

    def _work(self, files: list[SourceFile]) -> None:
        if not (files or self._note):
            self._note = f"no PDF files in {self._name}"
        self.corpus.prepare(stopped=self._cancelled.is_set)  # what can't be written is told before anything is read
        self._observer.listed(files)
        plan = make_plan(files, self.corpus.known(), self._conditions)
        self._tell_settled(plan)
        for name in filter(self.corpus.__contains__, plan.opened):
            self.corpus.remove(name)
        for file, extraction in plan.refused:
            self._keep(file, extraction)
        if plan.to_read:
            with self._executor() as executor:
                self._read(plan, executor)

    def _tell_settled(self, plan: Plan) -> None:
        settled = plan.settled
        if settled and self._hears_all:
            records = {record.name: record for record in self.corpus.files()}
            settled = [found for found in settled if found[1].name in records]
            plan.to_read += [(file, None) for file, known, _ in plan.settled if known.name not in records]
        self._counts.update(status for _, _, status in settled)
        if self._hears_all:
            for file, known, status in settled:
                self._observer.finished(file, records[known.name], status)
        if settled:
            self.tracker.update(len(settled))

    @contextmanager
    def _executor(self) -> Iterator[Executor]:
        if self._given_executor is not None:
            yield self._given_executor
            return
        try:
            with IsolatedExecutor(self._settings.workers, passwords=self._passwords) as executor:
                with self._lock:
                    self._own_executor = executor
                    if self._cancelled.is_set():
                        executor.kill()
                try:
                    yield executor
                except BaseException:
                    executor.kill()
                    raise
        finally:
            with self._lock:
                self._own_executor = None  # it asks us for passwords: the ring would keep the corpus open

    def _passwords(self) -> list[str]:
        return [secret.get_secret_value() for secret in self._settings.pdf_passwords]

    def _read(self, plan: Plan, executor: Executor) -> None:
        self._unfinished = {file.key: file for file, _ in plan.to_read}
        try:
            self._gather(iter(plan.to_read), executor)
        except CorpusError:  # nothing more can be recorded, except that a stop waits for no lock
            if not self._cancelled.is_set():
                raise
        except BaseException:
            self._give_up()
            raise
        self._give_up()

    def _give_up(self) -> None:
        self._under_way.cancel()
        if files := list(self._unfinished.values()):
            self._counts[Status.CANCELLED] += len(files)
            records = self.corpus.write_unstarted(files, stopped=self._cancelled.is_set)
            for file, record in zip(files, records, strict=True):
                self._observer.finished(file, record, Status.CANCELLED)

    def _gather(self, waiting: Iterator[tuple[SourceFile, str | None]], executor: Executor) -> None:
        parts: dict[FileKey, Parts] = {}
        room = 2 * tasks_at_once(executor, self._settings.workers)
        while not self._cancelled.is_set():
            if len(self._under_way) < room and (task := self._next(waiting, parts)):
                self._under_way.submit(executor, *task)
            elif not self._under_way:
                return
            elif arrived := self._under_way.next(executor):
                self._take(parts, *arrived)

    def _take(self, parts: dict[FileKey, Parts], file: SourceFile, first: int, extraction: Extraction) -> None:
        part = parts[file.key]
        part.add(first, extraction)
        if not part.complete:
            return
        del parts[file.key]
        whole = part.merged()
        if self._keep(file, whole):
            del self._unfinished[file.key]
        elif whole.status is Status.UNCHANGED:
            parts[file.key] = self._unread(file)

    def _next(
        self, waiting: Iterator[tuple[SourceFile, str | None]], parts: dict[FileKey, Parts]
    ) -> tuple[SourceFile, int, str | None] | None:
        for part in parts.values():
            if first := part.next():
                return part.file, first, None
        if (following := next(waiting, None)) is None:
            return None
        file, known_sha256 = following
        parts[file.key] = part = self._unread(file)
        self._observer.started(file)
        return file, part.next() or 1, known_sha256

    def _unread(self, file: SourceFile) -> Parts:
        return Parts(file, Limits.of(self._settings), self._engine)

    def _keep(self, file: SourceFile, extraction: Extraction) -> bool:
        """False when there is nothing to keep: it was stopped, or it is unchanged but no longer in the corpus."""
        if extraction.status is Status.CANCELLED:
            return False
        if extraction.status is Status.UNCHANGED:
            touched = self._touched(file)
            if touched is None:
                return False
            record, status = touched, Status.UNCHANGED
        else:
            key, status = self._conditions.key(extraction), extraction.status
            record = self.corpus.write(file, extraction, settings_key=key, stopped=self._cancelled.is_set)
            self._pages += len(extraction.pages)
        self._count(file, record, status)
        return True

    def _touched(self, file: SourceFile) -> FileRecord | None:
        """None when somebody took it out of the corpus in the meantime."""
        try:
            return self.corpus.touch(file, stopped=self._cancelled.is_set)
        except CorpusError:
            if file.key in self.corpus.known():
                raise
            return None

    def _count(self, file: SourceFile, record: FileRecord, status: Status) -> None:
        self._counts[status] += 1
        self._observer.finished(file, record, status)
        self.tracker.update()
