"""A password in a URL opens the file and is kept nowhere."""

from __future__ import annotations

import base64
import logging
import pickle
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ingest_widgets import Corpus, IngestError, SourceError, SourceNotFound, Status, ingest
from ingest_widgets.sources import describe_source, fetch, list_sources, without_password

SECRET = "s3cr3t-canary"
ALLOWED = "Basic " + base64.b64encode(f"reader:{SECRET}".encode()).decode()


class Guarded(BaseHTTPRequestHandler):
    """One PDF for whoever knows the password."""

    content = b""

    def do_GET(self) -> None:
        allowed = self.headers.get("Authorization") == ALLOWED
        code = 401 if not allowed else 200 if self.path.endswith("/paper.pdf") else 404
        self.send_response(code)
        self.send_header("Content-Length", str(len(self.content) if code == 200 else 0))
        self.end_headers()
        if code == 200 and self.command == "GET":
            self.wfile.write(self.content)

    do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host(samples: Path) -> Iterator[str]:
    Guarded.content = (samples / "paper-two-columns.pdf").read_bytes()
    with ThreadingHTTPServer(("127.0.0.1", 0), Guarded) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_it_opens_the_file_and_is_in_nothing_that_is_kept_or_shown(
    host: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    url, public = f"http://reader:{SECRET}@{host}/box/paper.pdf", f"http://reader@{host}/box/paper.pdf"
    path = tmp_path / "c.sqlite"
    with Corpus(path) as corpus:
        assert ingest(url, corpus) is corpus
        (record,) = corpus.files()
        assert (record.status, record.name, record.path) == (Status.INGESTED, "paper.pdf", public)
        with ThreadPoolExecutor(1) as executor:  # read again, by somebody else's threads
            ingest(url, corpus, executor=executor)
        assert len(corpus.files()) == 1
        with pytest.raises(IngestError, match="whose password isn't kept") as caught:
            corpus.page_image("paper.pdf", 1)
        shown = "".join(traceback.format_exception(caught.value))
        assert SECRET not in shown + repr(record) + str(record.to_dict())
    (file,) = list_sources(url)
    assert SECRET not in repr(file) + str(file.to_dict()) + describe_source(url)
    assert pickle.loads(pickle.dumps(file)).address.get_secret_value() == url
    with Corpus(path) as corpus:  # the name of its host goes in front of a name that is taken
        ingest(url.replace("/box/", "/"), corpus)
        assert sorted(record.name for record in corpus.files())[1].startswith("reader@127.0.0.1")
    held = b"".join(part.read_bytes() for part in tmp_path.iterdir())
    assert SECRET.encode() not in held
    assert SECRET not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://reader:{secret}@{host}/nothing.pdf", SourceNotFound),
        ("http://reader:{secret}x@{host}/paper.pdf", (SourceError, SourceNotFound)),
        ("http://reader:{secret}@127.0.0.1:9/paper.pdf", (SourceError, SourceNotFound)),
        ("nosuch://reader:{secret}@{host}/paper.pdf", SourceError),
    ],
)
def test_no_error_and_no_traceback_shows_it(host: str, tmp_path: Path, url: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught, Corpus(tmp_path / "c.sqlite") as corpus:
        ingest(url.format(secret=SECRET, host=host), corpus)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert "reader@" in str(caught.value)


@pytest.mark.parametrize("chain", ["", "simplecache::"])
def test_no_log_shows_it_even_at_debug(host: str, caplog: pytest.LogCaptureFixture, chain: str) -> None:
    url = f"{chain}http://reader:{SECRET}@{host}/box/paper.pdf"
    with caplog.at_level(logging.DEBUG):
        list_sources(url)
        fetch(url, 10**6)
    assert f"reader@{host}" in caplog.text
    assert SECRET not in caplog.text + "".join(str(vars(record)) for record in caplog.records)


def test_no_traceback_in_a_log_shows_it(host: str, caplog: pytest.LogCaptureFixture) -> None:
    url = f"http://reader:{SECRET}@{host}/box/paper.pdf"
    fetch(url, 10**6)
    try:
        raise FileNotFoundError(url)
    except FileNotFoundError:
        logging.getLogger("fsspec.http").warning("", exc_info=True)  # as fsspec does when a server refuses HEAD
    assert f"FileNotFoundError: http://reader@{host}/box/paper.pdf" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://a:b@h/x", "https://a@h/x"),
        ("zip://x.pdf::ftp://a:b@c@h:21/y", "zip://x.pdf::ftp://a@h:21/y"),
        ("https://:b@h", "https://@h"),
        ("two https://a:b@h/1 and https://c:d@h/2", "two https://a@h/1 and https://c@h/2"),
        ("https://h:80/a@b:c@d", "https://h:80/a@b:c@d"),
        ("https://h:80?to=a@b", "https://h:80?to=a@b"),
        ("sftp://a@h/x", "sftp://a@h/x"),
        ("/home/a:b@c", "/home/a:b@c"),
    ],
)
def test_only_the_password_of_a_url_goes(text: str, shown: str) -> None:
    assert without_password(text) == shown
