"""Secrets from AWS Secrets Manager, as moto serves it."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from moto.server import ThreadedMotoServer

from ingest_widgets import get_settings, refresh_secrets, settings_override
from tests.heard import Heard
from tests.pace import here
from tests.test_secrets_vault import texts
from tests.vault_server import vault_server


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No credentials but the test's own, no metadata service, an empty memory."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "none")
    monkeypatch.setenv("AWS_CONFIG_FILE", "none")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    refresh_secrets()
    yield
    refresh_secrets()


@pytest.fixture
def secret(moto: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """The name of a secret of this test's own, set up as the place to look."""
    name = str(request.node.name)
    for field, text in {"SECRET_ID": name, "ENDPOINT_URL": moto, "REGION": "eu-west-1", "TIMEOUT": "5"}.items():
        monkeypatch.setenv(f"INGEST_AWS__{field}", text)
    put(moto, name, {"pdf_passwords": ["first", "second"], "other": 1})
    return name


def put(moto: str, name: str, value: object) -> None:
    client = boto3.client("secretsmanager", region_name="eu-west-1", endpoint_url=moto)
    text = value if isinstance(value, str) else json.dumps(value)
    try:
        client.create_secret(Name=name, SecretString=text)
    except client.exceptions.ResourceExistsException:
        client.put_secret_value(SecretId=name, SecretString=text)


def test_reads_caches_and_refreshes(moto: str, secret: str) -> None:
    assert texts(get_settings()) == ["first", "second"]
    put(moto, secret, {"pdf_passwords": '["rotated"]'})
    assert texts(get_settings()) == ["first", "second"]
    refresh_secrets()
    assert texts(get_settings()) == ["rotated"]


def test_vault_goes_before_aws_and_gives_way_to_it_when_it_fails(secret: str, heard: Heard) -> None:
    with vault_server(ingest={"pdf_passwords": ["of vault"]}, empty={"other": 1}) as vault:
        vault_settings = {"address": vault.address, "token": "a-good-token"}
        with settings_override(vault=vault_settings):
            assert texts(get_settings()) == ["of vault"]
        with settings_override(vault=vault_settings | {"path": "empty"}):
            assert texts(get_settings()) == ["first", "second"]
        assert heard.warnings == []
        vault.mood = "sealed"
        refresh_secrets()
        with settings_override(vault=vault_settings):
            assert texts(get_settings()) == ["first", "second"]
    assert len(heard.warnings) == 1
    assert "is sealed" in heard.warnings[0]


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("not JSON", "something else than a mapping"),
        ("[1]", "something else than a mapping"),
        ({"pdf_passwords": 5}, "no list of texts under pdf_passwords"),
    ],
)
def test_another_shape_is_one_warning(moto: str, secret: str, heard: Heard, kept: object, said: str) -> None:
    put(moto, secret, kept)
    assert [texts(get_settings()) for _ in range(3)] == [[]] * 3
    assert len(heard.warnings) == 1
    assert said in heard.warnings[0]


def test_a_secret_that_is_to_be_deleted_is_told(moto: str, secret: str, heard: Heard) -> None:
    put(moto, secret, {"pdf_passwords": ["first"]})
    client = boto3.client("secretsmanager", region_name="eu-west-1", endpoint_url=moto)
    client.delete_secret(SecretId=secret)
    assert texts(get_settings()) == []
    assert f"secret {secret!r}, is to be deleted or has no value: restore it" in heard.warnings[0]


def test_a_secret_that_is_not_there_is_told(secret: str, heard: Heard) -> None:
    with settings_override(aws={"secret_id": "nowhere"}):
        assert texts(get_settings()) == []
    assert "secret 'nowhere', doesn't exist: look at aws.secret_id" in heard.warnings[0]


def test_missing_credentials_are_one_warning_however_many_ask(
    secret: str, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: texts(get_settings()), range(16))) == [[]] * 16
    assert len(heard.warnings) == 1
    assert "no credentials (NoCredentialsError): set AWS_ACCESS_KEY_ID" in heard.warnings[0]


def test_a_missing_region_is_told(secret: str, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INGEST_AWS__REGION")
    assert texts(get_settings()) == []
    assert "no region: set INGEST_AWS__REGION" in heard.warnings[0]


@pytest.mark.parametrize(("name", "value"), [("REGION", "not a region"), ("ENDPOINT_URL", "nonsense")])
def test_a_place_that_cannot_be_is_told(
    secret: str, heard: Heard, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"INGEST_AWS__{name}", value)
    assert texts(get_settings()) == []
    assert "can't be asked there: look at aws.region and aws.endpoint_url" in heard.warnings[0]


def test_other_credentials_are_another_question(moto: str, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert texts(get_settings()) == ["first", "second"]
    put(moto, secret, {"pdf_passwords": ["of the other role"]})
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "other")
    assert texts(get_settings()) == ["of the other role"]


@pytest.mark.parametrize("imds", ["true", "false"])
def test_a_black_hole_is_felt_once(heard: Heard, monkeypatch: pytest.MonkeyPatch, imds: str) -> None:
    """A listener that never answers, as endpoint and, without credentials, as metadata service."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as hole:
        address = f"http://127.0.0.1:{hole.getsockname()[1]}"
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", imds)
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", address)
        if imds == "false":
            monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        aws = {"secret_id": "s", "endpoint_url": address, "region": "eu-west-1", "timeout": 0.5}
        with settings_override(aws=aws, workers=3):
            start = time.monotonic()
            with ThreadPoolExecutor(8) as pool:
                assert list(pool.map(lambda s: texts(s), [get_settings() for _ in range(8)])) == [[]] * 8
            assert time.monotonic() - start < here(3)
            start = time.monotonic()
            assert (texts(get_settings()), get_settings().workers) == ([], 3)
            assert time.monotonic() - start < here(0.2)
    assert len(heard.warnings) == 1
