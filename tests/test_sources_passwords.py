"""A password in a URL opens the file and is kept nowhere."""

from __future__ import annotations

import base64
import logging
import pickle
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest_widgets import Corpus, IngestError, SourceError, SourceNotFound, Status, ingest
from ingest_widgets.sources import describe_source, fetch
from ingest_widgets.sources.passwords import broken_login, expect_passwords, without_password, without_passwords
from tests.listed import list_sources
from tests.served import Silent, served

SECRET = "s3cr3t-canary"


class Guarded(Silent):
    """One PDF for whoever knows the password."""

    content = b""

    def do_GET(self) -> None:
        login = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic "))
        allowed = login.startswith(b"reader") and login.endswith(SECRET.encode())
        code = 401 if not allowed else 200 if self.path.endswith(("/paper.pdf", "/")) else 404
        self.send_response(code)
        self.send_header("Content-Length", str(len(self.content) if code == 200 else 0))
        self.end_headers()
        if code == 200 and self.command == "GET":
            self.wfile.write(self.content)

    do_HEAD = do_GET


@pytest.fixture
def host(samples: Path) -> Iterator[str]:
    Guarded.content = (samples / "paper-two-columns.pdf").read_bytes()
    with served(Guarded) as host:
        yield host


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


@pytest.mark.parametrize("chain", ["", "simplecache::"])
@pytest.mark.parametrize("login", ["reader@corp.org:", "reader:a ", "reader:a\t", "reader:a@b ", "reader:%20"])
def test_a_login_is_told_as_urlsplit_tells_it_whatever_signs_are_in_it(
    host: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, chain: str, login: str
) -> None:
    url = f"{chain}http://{login}{SECRET}@{host}/paper.pdf"
    public = f"{chain}http://{login.partition(':')[0]}@{host}/paper.pdf"
    with caplog.at_level(logging.DEBUG), Corpus(tmp_path / "c.sqlite") as corpus:
        ingest(url, corpus)
        (record,) = corpus.files()
        assert (record.status, record.name, record.path) == (Status.INGESTED, "paper.pdf", public)
        with pytest.raises(SourceNotFound) as caught:
            ingest(url.replace("paper", "nothing"), corpus)
    shown = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert SECRET not in shown + "".join(str(vars(record)) for record in caplog.records)
    assert SECRET.encode() not in b"".join(part.read_bytes() for part in tmp_path.iterdir())


def test_a_file_of_no_name_is_called_after_its_host_without_the_password(host: str) -> None:
    (file,) = list_sources(f"http://reader:{SECRET}@{host}")
    assert (file.name, file.path) == (f"reader@{host}", f"http://reader@{host}")


@pytest.mark.parametrize("sign", "/?#")
def test_a_password_that_ends_too_early_is_refused_before_anything_tells_of_it(
    caplog: pytest.LogCaptureFixture, sign: str
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(SourceError, match="write / as %2F") as caught:
        list_sources(f"simplecache::http://reader:a{sign}{SECRET}@127.0.0.1:9/paper.pdf")
    assert SECRET not in "".join(traceback.format_exception(caught.value)) + caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1]/a@b",
        "http://[::1]:80/a@b",
        "http://h:80/a@b",
        "http://h:/a@b",
        "http://a:b@h/c@d",
        "memory://a:b/c@d",
    ],
)
def test_an_at_sign_in_a_path_is_no_login(url: str) -> None:
    assert broken_login(url) is None


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://reader:{secret}@{host}/nothing.pdf", SourceNotFound),
        ("http://reader:{secret}x@{host}/paper.pdf", (SourceError, SourceNotFound)),
        ("http://reader:{secret}@127.0.0.1:9/paper.pdf", (SourceError, SourceNotFound)),
        ("nosuch://reader:{secret}@{host}/paper.pdf", SourceError),
        ("http://reader:a\u2100{secret}@{host}/paper.pdf", SourceError),
        ("http://reader:a[{secret}]@{host}/paper.pdf", SourceError),
        ("zip://*.pdf::http://reader:a {secret}@{host}/paper.zip", (SourceError, SourceNotFound)),
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
        ("https://a@b.c:d@h/x", "https://a@b.c@h/x"),
        ("https://a:b c\td\ne@h/x", "https://a@h/x"),
        ("https://a b:c:d@h/x", "https://a b@h/x"),
        ("https://a%40b:c%2Fd@h/x", "https://a%40b@h/x"),
        ("ftp://a:b@h::ftp://c:d e@h/x", "ftp://a@h::ftp://c@h/x"),
        ("https://h:80/a@b:c@d", "https://h:80/a@b:c@d"),
        ("https://h:80?to=a@b", "https://h:80?to=a@b"),
        ("sftp://a@h/x", "sftp://a@h/x"),
        ("/home/a:b@c", "/home/a:b@c"),
    ],
)
def test_only_the_password_of_a_url_goes(text: str, shown: str) -> None:
    assert without_password(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two https://a:b@h/1 and https://c:d@h/2", "two https://a@h/1 and https://c@h/2"),
        ("GET https://a@b.c:d@h/x failed", "GET https://a@b.c@h/x failed"),
        ("http://h: write to a@h", "http://h: write to a@h"),
        ("no http://h:80 for a@h", "no http://h:80 for a@h"),
        ("http://expected user:a lot of words@h/x", "http://expected user@h/x"),
        ("login('expected user:a lot of words@h')", "login('expected user@h')"),
    ],
)
def test_no_sentence_is_taken_for_a_password(text: str, shown: str) -> None:
    expect_passwords("http://expected user:a lot of words@h/x")
    assert without_passwords(text) == shown
