"""What servers list: several are asked at once, and of several none holds up or ends what the others say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import as_completed
from contextvars import copy_context

from ingest_widgets.background_loop.daemon_threads import DaemonThreads
from ingest_widgets.documents import SourceFile
from ingest_widgets.errors import SourceError, SourceNotFound
from ingest_widgets.printable import printable, valid_utf8
from ingest_widgets.sources.passwords import without_password
from ingest_widgets.sources.patience import Patience
from ingest_widgets.sources.urls import NotThere, Unlisted, list_url

_AT_ONCE = 16


def ask_alone(url: str, patience: Patience) -> list[SourceFile]:
    """The files behind a URL.

    Raises:
        SourceNotFound: There is nothing.
        SourceError: It can't be listed.
        CancelledError: It was stopped.
    """
    try:
        return list_url(url, patience)
    except Unlisted as error:
        kind = SourceNotFound if isinstance(error, NotThere) else SourceError
        raise kind(f"{printable(without_password(url))} {error.what}") from error.__cause__


def ask_all(urls: Sequence[str], patience: Patience) -> Iterator[tuple[str, list[SourceFile]]]:
    """Each URL with the files behind it, or with one in their place that says why there are none; the first first.

    Raises:
        CancelledError: It was stopped.
    """
    with DaemonThreads("listing", _AT_ONCE) as threads:
        asked = {threads.submit(copy_context().run, _files_or_problem, url, patience): url for url in urls}
        try:
            for answer in as_completed(asked):
                yield asked[answer], answer.result()
        finally:
            threads.shutdown(cancel_futures=True)


def _files_or_problem(url: str, patience: Patience) -> list[SourceFile]:
    try:
        return list_url(url, patience)
    except Unlisted as error:
        public = without_password(url)
        *_, folder, name = ["", *valid_utf8(public).rstrip("/").rsplit("/", 2)]
        return [SourceFile(name, public, "url", folder=folder, problem=(error.reason, f"It {error.what}."))]
