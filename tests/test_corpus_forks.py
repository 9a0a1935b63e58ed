"""Forks while a corpus is being written: the child can write, and nobody waits for ever."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from ingest_widgets import Corpus
from ingest_widgets.corpus.storage import connections
from tests.corpus_parts import extraction, source
from tests.forks import in_a_fork


def test_a_fork_waits_for_a_transaction_so_that_the_child_can_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite would take the lock of the transaction for one that the child has itself."""
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.5)
    begun, forking = threading.Event(), threading.Event()
    os.register_at_fork(before=forking.set)
    with Corpus(tmp_path / "c.sqlite") as corpus:

        def write_slowly() -> None:
            with corpus._connections.writer() as con:
                con.execute("INSERT INTO notes VALUES ('key', 'value')")
                begun.set()
                forking.wait()
                con.execute("DELETE FROM notes WHERE key = 'key'")

        with ThreadPoolExecutor(1) as threads:
            written = threads.submit(write_slowly)
            begun.wait()
            assert in_a_fork(lambda: corpus.write(source("a.pdf"), extraction("child"))) == 0
            written.result()
        corpus.write(source("b.pdf"), extraction("parent"))
        assert (len(corpus), corpus.check()) == (2, [])


def test_a_fork_inside_a_transaction_of_its_own_thread_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_FORK_SECONDS", 0.1)
    with Corpus(tmp_path / "c.sqlite") as corpus, Corpus(tmp_path / "d.sqlite") as another:
        with corpus._connections.writer() as con:
            con.execute("INSERT INTO notes VALUES ('key', 'value')")
            assert in_a_fork(lambda: another.write(source("a.pdf"), extraction("child"))) == 0
        with corpus._connections.reader() as con:
            assert con.execute("SELECT value FROM notes WHERE key = 'key'").fetchone() == ("value",)
        corpus.write(source("b.pdf"), extraction("parent"))
        assert (corpus.check(), len(another)) == ([], 1)


def test_threads_that_fork_and_write_at_once_keep_each_other_waiting_only_for_a_while(tmp_path: Path) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(6) as threads:
        corpora = [stack.enter_context(Corpus(tmp_path / f"{name}.sqlite")) for name in "abc"]

        def fork(number: int) -> int:
            return in_a_fork(lambda: os._exit(0))

        def write(number: int) -> int:
            return corpora[number % 3].write(source(f"{number}.pdf"), extraction("words")).pages - 1

        jobs = [threads.submit(work, number) for number in range(30) for work in (fork, write)]
        assert {job.result() for job in jobs} == {0}
        assert [(len(corpus), corpus.check()) for corpus in corpora] == [(10, [])] * 3
