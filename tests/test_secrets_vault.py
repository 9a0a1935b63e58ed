"""Secrets from Vault: the stand-in as hvac sees it, and what reading a secret field does and costs."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import hvac
import pytest
from hvac.exceptions import Forbidden, InvalidPath, InvalidRequest, VaultDown

from ingest_widgets import Settings, get_settings, refresh_secrets, settings_override
from ingest_widgets.settings.cache import MOST, NoAnswer, SecretCache
from ingest_widgets.settings.secret import Secret
from tests.forks import in_a_fork
from tests.heard import Heard
from tests.pace import here
from tests.vault_server import Mood, Vault, vault_server

TOKEN = "a-good-token"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    refresh_secrets()
    yield
    refresh_secrets()


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    with vault_server(ingest={"pdf_passwords": ["first", "second"]}) as server:
        monkeypatch.setenv("INGEST_VAULT__ADDRESS", server.address)
        monkeypatch.setenv("INGEST_VAULT__TOKEN", TOKEN)
        monkeypatch.setenv("INGEST_VAULT__TIMEOUT", "2")
        yield server


def texts(settings: Settings) -> list[str]:
    return [password.get_secret_value() for password in settings.pdf_passwords]


class TestStandIn:
    """hvac, the client that everyone uses, finds in the stand-in what it finds in Vault."""

    @pytest.fixture
    def client(self, vault: Vault) -> hvac.Client:
        return hvac.Client(url=vault.address, token=TOKEN)

    def test_reads_the_newest_and_an_older_version(self, vault: Vault, client: hvac.Client) -> None:
        client.secrets.kv.v2.create_or_update_secret("ingest", {"a": "2"}, cas=1)
        newest = client.secrets.kv.v2.read_secret_version("ingest", raise_on_deleted_version=True)
        older = client.secrets.kv.v2.read_secret_version("ingest", version=1, raise_on_deleted_version=True)
        assert newest["data"]["data"] == {"a": "2"}
        assert newest["data"]["metadata"]["version"] == 2
        assert older["data"]["data"] == {"pdf_passwords": ["first", "second"]}

    def test_lists_and_describes(self, vault: Vault, client: hvac.Client) -> None:
        vault.put("team/one", {})
        assert client.secrets.kv.v2.list_secrets("")["data"]["keys"] == ["ingest", "team/"]
        assert client.secrets.kv.v2.list_secrets("team")["data"]["keys"] == ["one"]
        assert client.secrets.kv.v2.read_secret_metadata("ingest")["data"]["current_version"] == 1

    def test_refuses_as_vault_does(self, vault: Vault, client: hvac.Client) -> None:
        with pytest.raises(InvalidPath):
            client.secrets.kv.v2.read_secret_version("nowhere", raise_on_deleted_version=True)
        with pytest.raises(InvalidRequest):
            client.secrets.kv.v2.create_or_update_secret("ingest", {}, cas=7)
        client.secrets.kv.v2.delete_latest_version_of_secret("ingest")
        with pytest.raises(InvalidPath):
            client.secrets.kv.v2.read_secret_version("ingest", raise_on_deleted_version=True)
        deleted = client.secrets.kv.v2.read_secret_version("ingest", raise_on_deleted_version=False)
        assert deleted["data"]["metadata"]["deletion_time"]
        vault.mood = "sealed"
        assert client.seal_status["sealed"]
        with pytest.raises(VaultDown):
            client.secrets.kv.v2.read_secret_version("ingest", raise_on_deleted_version=True)
        vault.mood = "well"
        with pytest.raises(Forbidden):
            hvac.Client(url=vault.address, token="wrong").secrets.kv.v2.list_secrets("")


def test_a_secret_is_asked_for_when_it_is_read_and_once(vault: Vault) -> None:
    """get_settings, copies, repr and dumps ask nobody; the first read asks, and all others live on it."""
    settings = get_settings()
    copy = settings.model_copy(deep=True)
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()} {settings == copy}"
    assert vault.requests == []
    assert "pdf_passwords=<not read yet>" in shown
    assert "pdf_passwords" not in settings.model_dump()
    assert settings.workers is None
    assert texts(settings) == texts(copy) == texts(get_settings()) == texts(settings) == ["first", "second"]
    assert vault.requests == ["GET /v1/secret/data/ingest"]


def test_many_threads_ask_once(vault: Vault) -> None:
    barrier = threading.Barrier(8)

    def read(_: int) -> list[str]:
        barrier.wait()
        return texts(get_settings())

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(8))) == [["first", "second"]] * 8
    assert len(vault.requests) == 1


def test_one_object_read_by_many_threads_gives_each_the_answer(vault: Vault) -> None:
    settings, barrier = get_settings(), threading.Barrier(8)

    def read(_: int) -> list[str]:
        barrier.wait()
        return texts(settings)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(8))) == [["first", "second"]] * 8


def test_refresh_asks_again_and_finds_the_rotated_secret(vault: Vault) -> None:
    assert texts(get_settings()) == ["first", "second"]
    vault.put("ingest", {"pdf_passwords": ["rotated"]})
    assert texts(get_settings()) == ["first", "second"]
    refresh_secrets()
    assert texts(get_settings()) == ["rotated"]


def test_an_answer_under_way_is_not_kept_after_a_refresh(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.mood = "mute"
    monkeypatch.setenv("INGEST_VAULT__TIMEOUT", "30")
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(lambda: texts(get_settings()))
        assert vault.asked.wait(10)
        refresh_secrets()
        vault.mood = "well"
        assert texts(get_settings()) == ["first", "second"]  # not held up by the one under way
        vault.over.set()
        assert late.result(10) == []
    assert texts(get_settings()) == ["first", "second"]


def test_what_is_set_nearer_goes_over_vault(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    with settings_override(pdf_passwords=["near"]):
        assert texts(get_settings()) == ["near"]
    monkeypatch.setenv("INGEST_PDF_PASSWORDS", '["nearer"]')
    assert texts(get_settings()) == ["nearer"]
    assert vault.requests == []


def test_a_tenant_with_its_own_path_gets_its_own_secret(vault: Vault) -> None:
    vault.put("tenants/b", {"pdf_passwords": ["of b"]})
    with settings_override(vault={"path": "tenants/b"}):
        assert texts(get_settings()) == ["of b"]
    assert texts(get_settings()) == ["first", "second"]


def test_json_in_a_text_is_a_list_too(vault: Vault) -> None:
    """The web forms of Vault and AWS can keep nothing but texts."""
    vault.put("ingest", {"pdf_passwords": '["one", "two"]', "workers": 7, "of someone else": 1})
    settings = get_settings()
    assert texts(settings) == ["one", "two"]
    assert settings.workers is None


@pytest.mark.parametrize(
    ("mood", "said"),
    [("sealed", "is sealed"), ("not json", "isn't Vault's JSON"), ("broken", "answered with an error")],
)
def test_a_failing_vault_is_one_warning_and_the_default(vault: Vault, heard: Heard, mood: Mood, said: str) -> None:
    vault.mood = mood
    assert [texts(get_settings()) for _ in range(3)] == [[], [], []]
    assert len(heard.warnings) == 1
    assert said in heard.warnings[0]
    assert len(vault.requests) == 1


def test_an_expired_token_is_told_and_a_new_one_asks_again(
    vault: Vault, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.tokens = {"a-newer-token"}
    assert texts(get_settings()) == []
    assert "refused the token (403): renew INGEST_VAULT__TOKEN" in heard.warnings[0]
    monkeypatch.setenv("INGEST_VAULT__TOKEN", "a-newer-token")
    assert texts(get_settings()) == ["first", "second"]


def test_a_secret_that_is_not_there_is_told(vault: Vault, heard: Heard) -> None:
    with settings_override(vault={"path": "nowhere"}):
        assert texts(get_settings()) == []
    assert "secret/nowhere, keeps nothing there (404)" in heard.warnings[0]


@pytest.mark.parametrize("address", ["vault", "127.0.0.1:8200", "ftp://vault", "https://:8200"])
def test_what_is_no_address_is_told(heard: Heard, address: str) -> None:
    with settings_override(vault={"address": address, "token": TOKEN}):
        assert texts(get_settings()) == []
    assert f"Vault at {address}, secret/ingest, isn't an address such as https://vault:8200" in heard.warnings[0]


def test_the_token_follows_no_redirect(vault: Vault, heard: Heard) -> None:
    with vault_server() as other:
        vault.mood, vault.elsewhere = "elsewhere", other.address
        assert texts(get_settings()) == []
    assert other.requests == []
    assert "is redirected: set vault.address to" in heard.warnings[0]


@pytest.mark.parametrize("kept", [17, "no JSON", ["text", 3], {"a": 1}])
def test_a_value_of_another_shape_is_told_and_not_shown(vault: Vault, heard: Heard, kept: object) -> None:
    vault.put("ingest", {"pdf_passwords": kept})
    assert texts(get_settings()) == []
    assert "no list of texts under pdf_passwords" in heard.warnings[0]
    assert "no JSON" not in heard.warnings[0]


def test_without_a_token_nobody_is_asked(vault: Vault, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """hvac's own search in VAULT_TOKEN and ~/.vault-token never happens."""
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    monkeypatch.delenv("INGEST_VAULT__TOKEN")
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: texts(get_settings()), range(16))) == [[]] * 16
    assert len(heard.warnings) == 1
    assert "no credentials: set INGEST_VAULT__TOKEN" in heard.warnings[0]
    assert vault.requests == []


@pytest.mark.parametrize("mood", ["mute", "dripping"])
def test_a_vault_that_never_ends_its_answer_is_felt_once(
    vault: Vault, heard: Heard, monkeypatch: pytest.MonkeyPatch, mood: Mood
) -> None:
    """Back within the time-out, one WARNING for eight threads, the other settings there, and then no cost at all."""
    vault.mood = mood
    monkeypatch.setenv("INGEST_VAULT__TIMEOUT", "0.5")
    monkeypatch.setenv("INGEST_WORKERS", "3")
    start = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: texts(get_settings()), range(8))) == [[]] * 8
    assert 0.4 < time.monotonic() - start < here(2.5)
    start = time.monotonic()
    settings = get_settings()
    assert (texts(settings), settings.workers) == ([], 3)
    assert time.monotonic() - start < here(0.2)
    assert len(vault.requests) == len(heard.warnings) == 1
    assert "didn't answer within 0.5 s" in heard.warnings[0]
    vault.over.set()


def test_one_deaf_secret_does_not_hold_up_another(vault: Vault) -> None:
    """No lock that others need is held while the network is waited for."""
    with vault_server(ingest={"pdf_passwords": ["quick"]}) as other, ThreadPoolExecutor(1) as pool:
        vault.mood = "mute"
        slow = pool.submit(lambda: texts(get_settings()))
        assert vault.asked.wait(10)
        with settings_override(vault={"address": other.address}):
            assert texts(get_settings()) == ["quick"]
        assert not slow.done()
        vault.over.set()
        slow.result(10)


def test_a_place_that_fails_again_and_again_is_one_warning_until_it_answers(heard: Heard) -> None:
    asked: list[str] = []
    answers: list[dict[str, tuple[Secret, ...]] | None] = [None, None, {"x": ()}]

    def ask() -> dict[str, tuple[Secret, ...]]:
        asked.append("asked")
        answer = answers[len(asked) - 1]
        if answer is None:
            raise NoAnswer("is away")
        return answer

    cache = SecretCache(failure_seconds=0)
    assert [cache.get("key", ask, "The place", 5) for _ in range(4)] == [None, None, {"x": ()}, {"x": ()}]
    assert len(asked) == 3
    assert heard.warnings == ["The place is away; going on without it for 0 s"]


def test_the_memory_is_bounded() -> None:
    """A service with thousands of tenants keeps the secrets of those it saw last."""
    cache, asked = SecretCache(), list[int]()

    def ask_of(number: int) -> Callable[[], dict[str, tuple[Secret, ...]]]:
        def ask() -> dict[str, tuple[Secret, ...]]:
            asked.append(number)
            return {}

        return ask

    for number in range(MOST + 1):
        cache.get(number, ask_of(number), "", 5)
    cache.get(MOST, ask_of(MOST), "", 5)
    cache.get(0, ask_of(0), "", 5)
    assert asked == [*range(MOST + 1), 0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_is_not_stuck_behind_its_parents_question(vault: Vault) -> None:
    """A lock that another thread of the parent holds stays locked in the child for ever."""
    vault.mood = "mute"
    with ThreadPoolExecutor(1) as pool:
        parents = pool.submit(lambda: texts(get_settings()))
        assert vault.asked.wait(10)
        vault.mood = "well"

        def asks() -> None:
            assert texts(get_settings()) == ["first", "second"]

        assert in_a_fork(asks, seconds=10) == 0
        vault.over.set()
        parents.result(10)
