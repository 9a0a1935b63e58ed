"""A secret has no way out: a canary is looked for behind every door."""

from __future__ import annotations

import copy
import io
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pydantic import SecretStr, TypeAdapter
from rich.console import Console
from rich.pretty import pretty_repr
from rich.traceback import Traceback

from ingest_widgets import Corpus, Settings, SettingsError, get_settings, refresh_secrets, settings_override
from ingest_widgets.isolation import IsolatedExecutor, Task, extract
from tests.processes import children
from tests.vault_server import vault_server

CANARY = "canary-7f3a"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    refresh_secrets()
    yield
    refresh_secrets()


@pytest.fixture(params=["environment", "argument", "override", "yaml", "vault"])
def settings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Settings that hold the canary twice, as password and as token, from each place, read."""
    given = {"pdf_passwords": [CANARY], "vault": {"token": CANARY}}
    if request.param == "argument":
        yield Settings(**given)
    elif request.param == "override":
        with settings_override(**given):
            yield get_settings()
    elif request.param == "vault":
        with vault_server(ingest={"pdf_passwords": [CANARY]}) as server:
            server.tokens = {CANARY}
            found = get_settings(vault={"address": server.address, "token": CANARY})
            assert len(found.pdf_passwords) == 1
            yield found
    elif request.param == "yaml":
        Path("ingest.yaml").write_text(json.dumps(given), encoding="utf-8")
        yield get_settings()
    else:
        monkeypatch.setenv("INGEST_PDF_PASSWORDS", json.dumps([CANARY]))
        monkeypatch.setenv("INGEST_VAULT__TOKEN", CANARY)
        yield get_settings()


DOORS: dict[str, Callable[[Settings], object]] = {
    "repr": repr,
    "str": str,
    "format": lambda s: f"{s} {s!r} {s.vault} {s.pdf_passwords}",
    "vars": lambda s: [vars(s), vars(s.vault), [vars(p) for p in s.pdf_passwords], s.__pydantic_private__],
    "slots": lambda s: [s.__getstate__(), s.vault.__getstate__(), list(s), list(s.vault)],
    "model_dump": lambda s: [s.model_dump(), s.model_dump(mode="json"), s.vault.model_dump()],
    "json": lambda s: [s.model_dump_json(), TypeAdapter(Any).dump_json(s), s.vault.model_dump_json()],
    "pickle": lambda s: [pickle.dumps(s), pickle.dumps(s.vault), pickle.dumps(copy.deepcopy(s), protocol=0)],
    "pickle again": lambda s: [repr(pickle.loads(pickle.dumps(s.vault))), pickle.dumps(s.model_copy(deep=True))],
    "rich": lambda s: pretty_repr([s, s.vault, s.pdf_passwords], expand_all=True),
    "json schema": lambda s: type(s).model_json_schema(),
    "compared": lambda s: [s == s.model_copy(deep=True), s != Settings()],
}


@pytest.mark.parametrize("door", list(DOORS))
def test_nothing_shows_it(settings: Settings, door: str) -> None:
    assert settings.pdf_passwords[0].get_secret_value() == CANARY
    assert settings.vault.token is not None
    assert settings.vault.token.get_secret_value() == CANARY
    assert CANARY not in str(DOORS[door](settings))
    assert settings.pdf_passwords[0].get_secret_value() == CANARY


def test_a_secret_alone_is_not_pickled(settings: Settings) -> None:
    for thing in (settings.pdf_passwords, settings.vault.token, settings.model_dump()):
        with pytest.raises(TypeError, match="a secret is never pickled: read get_settings"):
            pickle.dumps(thing)


def test_settings_that_travelled_find_the_secrets_of_where_they_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    travelled = pickle.dumps(get_settings(pdf_passwords=["of here"], workers=3))
    monkeypatch.setenv("INGEST_PDF_PASSWORDS", '["of there"]')
    there = pickle.loads(travelled)
    assert there.workers == 3
    assert there.pdf_passwords == [SecretStr("of there")]


def bad_files() -> Iterator[tuple[str, str]]:
    """Files that are wrong near or at a secret."""
    for value in (f"*{CANARY}", f"!{CANARY} x", f"'{CANARY}", f"[{CANARY}, 5]", f"{{{CANARY}: 1}}", f"@{CANARY}", "5"):
        yield "ingest.yaml", f"vault:\n  token: {CANARY}\npdf_passwords: {value}\nworkers: x\n"
    yield "ingest.yaml", f"vault: {CANARY}\n"
    yield "ingest.yaml", f"vault:\n  tokn: {CANARY}\n"
    yield "ingest.yaml", f"vault:\n  token: {CANARY}\n  token: {CANARY}\n"
    yield "ingest.yaml", f"vault:\n  token: [{CANARY}]\n"
    yield "ingest.yaml", f"{CANARY}\n"
    yield ".env", f"INGEST_PDF_PASSWORDS={CANARY}\n"
    yield ".env", f'INGEST_PDF_PASSWORDS=\'["{CANARY}", 5]\'\nINGEST_VAULT=\'{{"tokn": "{CANARY}"}}\'\n'
    yield ".env", f"INGEST_VAULT={CANARY}\n"
    yield ".env", f'INGEST_WORKERS=x\nINGEST_VAULT__TOKEN={CANARY}\nINGEST_PDF_PASSWORDS=["{CANARY}"]\n'


@pytest.mark.parametrize(("name", "text"), list(bad_files()))
def test_an_error_and_its_traceback_with_locals_do_not_show_it(name: str, text: str) -> None:
    """rich prints the local names of every frame; there is no cause and no context to dig in either."""
    Path(name).write_text(text, encoding="utf-8")
    for call in (get_settings, Settings, settings_override(engine="auto").__enter__):
        shown = traceback_of(call)
        assert "SettingsError" in shown
        assert CANARY not in shown


def traceback_of(call: Callable[[], object]) -> str:
    with pytest.raises(SettingsError) as caught:
        call()
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    console = Console(file=io.StringIO(), width=400)
    console.print(
        Traceback.from_exception(type(error), error, error.__traceback__, show_locals=True, locals_max_string=10_000)
    )
    return str(console.file.getvalue()) + str(error)  # type: ignore[attr-defined]


def test_a_wrong_argument_or_assignment_does_not_show_it() -> None:
    secret = SecretStr(CANARY)
    settings = get_settings()
    bad: list[Callable[[], object]] = [
        lambda: Settings(pdf_passwords=[secret, 5]),
        lambda: Settings(vault={"token": secret, "timeout": 0}),
        lambda: settings_override(vault={"tokn": secret}).__enter__(),
        lambda: settings_override(pdf_passwords=[CANARY], nope=1),
        lambda: get_settings(pdf_passwords=[CANARY], nope=1),
        lambda: Settings(pdf_passwords=[CANARY], nope=1),
        lambda: setattr(settings, "pdf_passwords", [secret, 5]),
        lambda: setattr(settings, "pdf_passwords", [CANARY, 5]),
        lambda: setattr(settings, "pdf_passwords", CANARY),
        lambda: setattr(settings, "pdf_pasword", [CANARY]),
        lambda: setattr(settings.vault, "tokn", CANARY),
        lambda: settings.model_copy(update={"pdf_passwords": [CANARY, 5]}),
        lambda: settings.model_copy(update={"pdf_pasword": [CANARY]}),
        lambda: settings.vault.model_copy(update={"token": [CANARY]}),
        lambda: setattr(settings, "vault", {"token": secret, "timeout": 0}),
        lambda: settings.model_copy(update={"pdf_passwords": [secret, 5]}),
    ]
    for call in bad:
        assert CANARY not in traceback_of(call)


DEBUG = """
import logging, os, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
from ingest_widgets import get_settings, configure_logging
configure_logging("DEBUG")
settings = get_settings()
found = [password.get_secret_value() for password in settings.pdf_passwords]
print(len(found), len(found[0]))
logging.getLogger("somebody").debug("settings %s %r", settings, settings.pdf_passwords)
"""


@pytest.mark.parametrize("place", ["vault", "aws", "yaml"])
def test_logging_at_debug_does_not_show_it(place: str, request: pytest.FixtureRequest) -> None:
    """Of no library: botocore logs the body of every answer, pydantic-settings what it found where."""
    environment = {**os.environ, "PYDANTIC_SETTINGS_DEBUG": "1"}
    if place == "vault":
        with vault_server(ingest={"pdf_passwords": [CANARY]}) as server:
            server.tokens = {CANARY}
            environment |= {"INGEST_VAULT__ADDRESS": server.address, "INGEST_VAULT__TOKEN": CANARY}
            done = run(DEBUG, environment)
    elif place == "yaml":
        given = {"pdf_passwords": [CANARY], "vault": {"token": CANARY}}
        Path("ingest.yaml").write_text(json.dumps(given), encoding="utf-8")
        done = run(DEBUG, environment)
    else:
        environment |= aws_with_canary(request)
        done = run(DEBUG, environment)
        assert "boto" in done, "botocore is silent for another reason"
    assert f"1 {len(CANARY)}" in done
    assert "DEBUG" in done
    assert CANARY not in done


def aws_with_canary(request: pytest.FixtureRequest) -> dict[str, str]:
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    request.addfinalizer(server.stop)
    host, port = server.get_host_and_port()
    address, keys = f"http://{host}:{port}", {"aws_access_key_id": "k", "aws_secret_access_key": CANARY}
    client = boto3.client("secretsmanager", region_name="eu-west-1", endpoint_url=address, **keys)
    client.create_secret(Name="canary", SecretString=json.dumps({"pdf_passwords": [CANARY]}))
    aws = {"SECRET_ID": "canary", "ENDPOINT_URL": address, "REGION": "eu-west-1"}
    own = {name.upper(): text for name, text in keys.items()}
    return {**own, "AWS_SESSION_TOKEN": CANARY, **{f"INGEST_AWS__{name}": text for name, text in aws.items()}}


def run(code: str, environment: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A PDF that opens with the canary only."""
    path = tmp_path / "locked.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(path, encryption=pikepdf.Encryption(owner=CANARY, user=CANARY))
    return path


def test_neither_the_corpus_nor_the_log_keeps_the_password_that_opened_a_file(
    locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INGEST_PDF_PASSWORDS", json.dumps([CANARY]))
    code = (
        "import logging, sys; logging.basicConfig(level=logging.DEBUG, stream=sys.stdout);"
        "from ingest_widgets import ingest; c = ingest('locked.pdf', 'c.sqlite');"
        "print(c.files(), c.last_run, repr(c), c._repr_mimebundle_())"
    )
    said = run(code, dict(os.environ))
    with Corpus("c.sqlite") as corpus:
        assert [(record.status, record.pages) for record in corpus.files()] == [("ingested", 1)]
    kept = b"".join(path.read_bytes() for path in locked.parent.glob("c.sqlite*"))
    assert kept
    assert CANARY.encode() not in kept
    assert CANARY not in said


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_neither_the_process_list_nor_a_workers_environment_shows_it(
    locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INGEST_PDF_PASSWORDS", json.dumps([CANARY]))
    monkeypatch.setenv("INGEST_VAULT__TOKEN", CANARY)
    with IsolatedExecutor(1, passwords=[CANARY]) as executor:
        before = children(os.getpid())
        assert executor.submit(extract, Task("locked.pdf", str(locked))).result(60).status == "ingested"
        workers = children(os.getpid()) - before
        assert workers
        for worker in workers:
            seen = b"".join(Path(f"/proc/{worker}/{name}").read_bytes() for name in ("environ", "cmdline"))
            assert b"python" in seen
            assert CANARY.encode() not in seen
