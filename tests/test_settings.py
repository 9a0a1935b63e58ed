"""Settings: where they come from, what they refuse, and that nobody gets anybody else's."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import pydoc
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from ingest_widgets import Settings, SettingsError, get_settings, settings_override
from ingest_widgets.settings import AwsSettings, VaultSettings, text_file
from ingest_widgets.settings.model import precedence
from ingest_widgets.settings.provenance import form, origins
from tests.heard import Heard

# A value other than the default for every field.
OTHER: dict[str, Any] = {
    "workers": 3,
    "log_level": "DEBUG",
    "corpus_path": Path("other.sqlite"),
    "engine": "pypdf",
    "ocr": True,
    "ocr_max_pages": 7,
    "max_file_bytes": 12345,
    "max_pages": 6,
    "file_timeout_seconds": 2.5,
    "memory_limit_bytes": 2**28,
    "min_change": 5.0,
    "min_seconds": 0.25,
    "tenant": "blue",
    "pdf_passwords": [SecretStr("other")],
    "vault": VaultSettings(address="http://127.0.0.1:9", token=SecretStr("t"), mount="m", path="p", timeout=1.5),
    "aws": AwsSettings(region="eu-west-1", secret_id="s", endpoint_url="http://127.0.0.1:9", timeout=1.5),
}


def write(path: str, text: str) -> None:
    Path(path).write_text(text, encoding="utf-8")


def test_every_field_is_in_the_table_of_this_file() -> None:
    assert set(OTHER) == set(Settings.model_fields)


class TestPrecedence:
    """Arguments, override, environment, .env, ingest.yaml, defaults."""

    def test_the_nearest_place_wins(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen = [get_settings().tenant]
        write("ingest.yaml", "tenant: yaml")
        seen.append(get_settings().tenant)
        write(".env", "INGEST_TENANT=dotenv\nFOREIGN_KEY=1\n")
        seen.append(get_settings().tenant)
        monkeypatch.setenv("INGEST_TENANT", "environment")
        seen.append(get_settings().tenant)
        with settings_override(tenant="override"):
            seen += [get_settings().tenant, get_settings(tenant="argument").tenant, Settings(tenant="also").tenant]
        seen.append(get_settings().tenant)
        assert seen == [None, "yaml", "dotenv", "environment", "override", "argument", "also", "environment"]

    def test_sections_are_merged_field_by_field(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write("ingest.yaml", "vault:\n  mount: of-yaml\n  path: of-yaml\n  timeout: 9\n")
        write(".env", 'export INGEST_VAULT__PATH="of-env-file"')
        monkeypatch.setenv("INGEST_VAULT", '{"timeout": 3, "address": "http://json"}')
        monkeypatch.setenv("INGEST_VAULT__ADDRESS", "http://single")
        vault = get_settings(vault=VaultSettings(token=SecretStr("t"))).vault
        assert (vault.mount, vault.path, vault.timeout, vault.address) == ("of-yaml", "of-env-file", 3, "http://single")
        assert vault.token is not None

    @pytest.mark.parametrize("name", ["INGEST_WORKERS", "ingest_workers", "Ingest_Workers"])
    def test_variables_count_in_any_case(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.setenv(name, "4")
        assert get_settings().workers == 4

    def test_an_empty_variable_counts_as_unset(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write("ingest.yaml", "workers: 2\n")
        monkeypatch.setenv("INGEST_WORKERS", "")
        assert get_settings().workers == 2

    def test_spaces_around_a_variable_count_for_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As behind `set INGEST_OCR=true && jupyter lab` on Windows; in a secret they may belong to it."""
        monkeypatch.setenv("INGEST_OCR", "true ")
        monkeypatch.setenv("INGEST_ENGINE", " pypdf ")
        monkeypatch.setenv("INGEST_VAULT__TOKEN", "a token ")
        settings = get_settings()
        assert (settings.ocr, settings.engine) == (True, "pypdf")
        assert settings.vault.token is not None
        assert settings.vault.token.get_secret_value() == "a token "

    def test_an_anchor_of_yaml_stands_for_a_section(self) -> None:
        write("ingest.yaml", "vault: &patient\n  timeout: 9\naws:\n  <<: *patient\n  region: here\n")
        assert (get_settings().aws.timeout, get_settings().aws.region) == (9, "here")

    def test_an_empty_yaml_key_counts_as_unset(self) -> None:
        write("ingest.yaml", "log_level:\nvault:\naws:\n  timeout:\n")
        assert get_settings() == Settings()
        assert get_settings().aws.timeout == 5

    def test_every_field_can_be_set_by_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in OTHER.items():
            for variable, text in as_variables(f"INGEST_{name.upper()}", value):
                monkeypatch.setenv(variable, text)
        settings = get_settings()
        assert {name: getattr(settings, name) for name in OTHER} == OTHER

    def test_env_file_fills_in_variables(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PLACE", "/data")
        write(".env", "INGEST_CORPUS_PATH=${PLACE}/a.sqlite")
        os.utime(".env", (1, 1))
        assert get_settings().corpus_path == Path("/data/a.sqlite")
        monkeypatch.setenv("PLACE", "/other")
        assert get_settings().corpus_path == Path("/other/a.sqlite")

    def test_the_places_say_where_they_look_and_never_what_they_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("INGEST_PDF_PASSWORDS", '["canary"]')
        layers = precedence({"tenant": "canary"})
        [layer() for layer in layers]
        assert "canary" not in repr([layers, [vars(layer) for layer in layers]]).replace("'tenant': 'canary'", "")
        assert repr(layers[4]) == "IngestYaml(ingest.yaml)"


def as_variables(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, BaseModel):
        for field in type(value).model_fields:
            yield from as_variables(f"{name}__{field.upper()}", getattr(value, field))
    elif isinstance(value, list):
        yield name, json.dumps([item.get_secret_value() for item in value])
    else:
        yield name, value.get_secret_value() if isinstance(value, SecretStr) else str(value)


class TestChanges:
    """What changes counts at the next call, and costs nothing while it doesn't."""

    def test_a_changed_variable_counts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for number in (1, 2, 3):
            monkeypatch.setenv("INGEST_WORKERS", str(number))
            assert get_settings().workers == number
        monkeypatch.delenv("INGEST_WORKERS")
        assert get_settings().workers is None

    def test_a_file_rewritten_at_once_with_equal_size_counts(self) -> None:
        """Often within one tick of the file system's clock."""
        for number in range(200):
            write("ingest.yaml", f"workers: {number % 9 + 1}\n")
            assert get_settings().workers == number % 9 + 1
        Path("ingest.yaml").unlink()
        assert get_settings().workers is None

    def test_another_working_directory_counts(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in "ab":
            (tmp_path / name).mkdir()
            write(f"{name}/ingest.yaml", f"tenant: {name}\n")
            os.utime(f"{name}/ingest.yaml", (1, 1))
        for name in "abab":
            monkeypatch.chdir(tmp_path / name)
            assert get_settings().tenant == name

    def test_an_old_file_is_read_once(self) -> None:
        write("ingest.yaml", "workers: 2\n")
        os.utime("ingest.yaml", (1, 1))
        with opened_files() as names:
            assert [get_settings().workers for _ in range(5)] == [2] * 5
        assert names().count("ingest.yaml") == 1

    def test_a_file_written_just_now_is_read_again(self) -> None:
        """Its time stamp may not move with the next change; twenty tries, since a busy machine may be too slow."""

        def reads() -> int:
            write("ingest.yaml", "workers: 2\n")
            with opened_files() as names:
                get_settings(), get_settings()
            return names().count("ingest.yaml")

        assert any(reads() == 2 for _ in range(20))

    @pytest.mark.parametrize("inside", [False, True])
    def test_a_call_is_quick(self, inside: bool) -> None:
        """Generous: some 50 microseconds of this thread's own time here, 1,000 allowed."""
        with settings_override(workers=2) if inside else settings_override():
            get_settings()
            best = min(timed(get_settings, 200) for _ in range(5))
        assert best < 0.001


def timed(call: Callable[[], object], times: int) -> float:
    start = time.thread_time()
    for _ in range(times):
        call()
    return (time.thread_time() - start) / times


_opened: list[str] | None = None


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _opened is not None:
        _opened.append(str(arguments[0]))


class opened_files:
    """The names of the files that are opened while the `with` lasts; audit hooks can't be taken away again."""

    installed = False

    def __enter__(self) -> Callable[[], list[str]]:
        global _opened
        if not opened_files.installed:
            sys.addaudithook(_hook)
            opened_files.installed = True
        names: list[str] = []
        _opened = names
        return lambda: names

    def __exit__(self, *exc: object) -> None:
        global _opened
        _opened = None


class TestDeepCopy:
    """Whatever is done to what get_settings() gave, the next caller sees nothing of it."""

    @pytest.mark.parametrize("name", list(OTHER))
    def test_assigning_a_field(self, name: str) -> None:
        before = getattr(get_settings(), name)
        settings = get_settings()
        setattr(settings, name, OTHER[name])
        assert getattr(settings, name) == OTHER[name]
        assert getattr(get_settings(), name) == before != OTHER[name]

    @pytest.mark.parametrize("section", ["vault", "aws"])
    @pytest.mark.parametrize("inside", [False, True])
    def test_assigning_below_a_section(self, section: str, inside: bool) -> None:
        with settings_override(**{section: {"timeout": 4}}) if inside else settings_override():
            for field in type(OTHER[section]).model_fields:
                before = getattr(getattr(get_settings(), section), field)
                setattr(getattr(get_settings(), section), field, getattr(OTHER[section], field))
                assert getattr(getattr(get_settings(), section), field) == before

    def test_changing_a_list_in_place(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("INGEST_PDF_PASSWORDS", '["a"]')
        get_settings().pdf_passwords.append(SecretStr("b"))
        get_settings().pdf_passwords.clear()
        with settings_override(pdf_passwords=["c"]) as inside:
            inside.pdf_passwords.clear()
            assert len(get_settings().pdf_passwords) == 1
        assert [p.get_secret_value() for p in get_settings().pdf_passwords] == ["a"]

    def test_a_list_that_was_given_stays_the_callers(self) -> None:
        given = [SecretStr("a")]
        with settings_override(pdf_passwords=given):
            given.clear()
            assert len(get_settings().pdf_passwords) == 1

    def test_two_are_equal_whichever_of_their_fields_were_looked_at(self) -> None:
        looked_at = get_settings()
        assert looked_at.pdf_passwords == []
        assert looked_at == get_settings() == Settings(workers=None)
        assert looked_at != Settings(pdf_passwords=["x"])

    def test_defaults_are_not_shared(self) -> None:
        Settings().vault.path = "changed"
        Settings().pdf_passwords.append(SecretStr("x"))
        assert Settings().vault.path == "ingest"
        assert Settings().pdf_passwords == []


class TestOverride:
    """By contextvars: nested, exact, never anybody else's."""

    def test_nests_and_restores_exactly(self) -> None:
        before = get_settings()
        with settings_override(workers=1, vault={"path": "outer", "mount": "outer"}) as outer:
            assert outer == get_settings()
            with settings_override(workers=2, vault={"path": "inner"}) as inner:
                assert (inner.workers, inner.vault.path, inner.vault.mount) == (2, "inner", "outer")
            assert get_settings() == outer
            with pytest.raises(KeyError), settings_override(workers=2):
                raise KeyError
            assert get_settings() == outer
        assert get_settings() == before

    def test_decorates(self) -> None:
        assert settings_override(workers=5)(lambda: get_settings().workers)() == 5

    def test_decorates_a_coroutine_until_it_has_ended(self) -> None:
        @settings_override(workers=5)
        async def seen() -> list[int | None]:
            first = get_settings().workers
            await asyncio.sleep(0)
            return [first, get_settings().workers]

        async def around() -> tuple[list[int | None], int | None]:
            return await seen(), get_settings().workers

        assert asyncio.run(around()) == ([5, 5], None)

    def test_decorates_no_generator(self) -> None:
        """Its caller would get the fields in between, or it would be without them."""

        def numbers() -> Iterator[int]:
            yield 1

        async def more() -> AsyncIterator[int]:
            yield 1

        for generator in (numbers, more):
            with pytest.raises(TypeError, match="with settings_override"):
                settings_override(workers=5)(generator)

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"wrokers": 1}, "unknown setting 'wrokers'; did you mean 'workers'?"),
            ({"workers": 0}, "workers: expected greater than or equal to 1, not 0"),
            ({"vault": {"pth": "x"}}, "unknown setting 'vault.pth'; did you mean 'vault.path'?"),
            ({"workers": True}, "workers: expected a number"),
            ({"min_change": float("nan")}, "min_change: expected a finite number"),
        ],
    )
    def test_is_validated_at_once(self, fields: dict[str, Any], said: str) -> None:
        """At the call, before anything is entered."""
        with pytest.raises(SettingsError) as caught:
            settings_override(**fields)
        assert str(caught.value).startswith(f"settings_override: {said}")

    def test_one_object_is_entered_again_and_inside_of_itself(self) -> None:
        override = settings_override(workers=5)
        for _ in range(2):
            with override, settings_override(workers=6), override as innermost:
                assert innermost.workers == 5
            assert get_settings().workers is None

    def test_one_object_serves_many_threads_at_once(self) -> None:
        override, inside, found = settings_override(workers=5), threading.Barrier(4, timeout=10), []

        def enter() -> None:
            with override:
                inside.wait()
                found.append(get_settings().workers)
                inside.wait()
            found.append(get_settings().workers)

        threads = [threading.Thread(target=enter) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [5] * 4 + [None] * 4

    def test_one_that_ends_before_what_it_contains_leaves_nothing_behind(self) -> None:
        """As two generators do that aren't ended in the order of their beginnings."""
        first, second = settings_override(workers=1), settings_override(engine="pypdf")
        before = get_settings()
        first.__enter__()
        second.__enter__()
        first.__exit__()
        second.__exit__()
        assert get_settings() == before

    def test_one_that_meets_a_broken_file_changes_nothing(self) -> None:
        write("ingest.yaml", "workers: none\n")
        with pytest.raises(SettingsError, match=r"ingest\.yaml"), settings_override(engine="pypdf"):
            pytest.fail("the body ran")
        Path("ingest.yaml").unlink()
        assert get_settings().engine == "auto"

    def test_a_pool_of_threads_gets_it_with_the_context(self) -> None:
        with settings_override(workers=9), ThreadPoolExecutor(1) as pool:
            assert pool.submit(lambda: get_settings().workers).result() is None
            assert pool.submit(copy_context().run, lambda: get_settings().workers).result() == 9

    def test_threads_and_tasks_never_see_each_others(self) -> None:
        """8 threads and 100 tasks for a second, each with values of its own."""
        end, wrong = time.monotonic() + 1, []

        def look(mine: int) -> None:
            settings = get_settings()
            if (settings.workers, settings.vault.path) != (mine, f"path-{mine}"):
                wrong.append((mine, settings.workers, settings.vault.path))

        def in_thread(number: int) -> None:
            rnd = random.Random(number)
            while time.monotonic() < end:
                mine = rnd.randint(1, 10**6)
                with settings_override(workers=mine, vault={"path": f"path-{mine}"}):
                    look(mine)
                    with settings_override(workers=mine + 1, vault={"path": f"path-{mine + 1}"}):
                        look(mine + 1)
                    look(mine)

        async def in_task(number: int) -> None:
            while time.monotonic() < end:
                with settings_override(workers=number, vault={"path": f"path-{number}"}):
                    await asyncio.sleep(0)
                    look(number)
                    await asyncio.to_thread(look, number) if number % 25 == 0 else await asyncio.sleep(0)
                    look(number)

        async def tasks() -> None:
            await asyncio.gather(*(in_task(10**7 + number) for number in range(100)))

        threads = [threading.Thread(target=in_thread, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        asyncio.run(tasks())
        for thread in threads:
            thread.join()
        assert wrong == []
        assert get_settings().workers is None


# Ten lists of ten, each within the next, where texts are expected.
BILLIONS = "pdf_passwords:\n- &l0 [x]\n" + "".join(
    f"- &l{depth} [{', '.join([f'*l{depth - 1}'] * 10)}]\n" for depth in range(1, 11)
)


class TestErrors:
    """File, line, column, key, what was expected, the nearest known name; one line, no secret."""

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("tenant: a\nwrokers: 2\n", "line 2, column 1: unknown setting 'wrokers'; did you mean 'workers'?"),
            ("workers: many\n", "ingest.yaml, line 1, column 10: workers: expected a valid integer, not 'many'"),
            ("workers: yes\n", "ingest.yaml, line 1, column 10: workers: expected a number, not yes or no"),
            ("\nvault:\n  adress: x\n", "line 3, column 3: unknown setting 'vault.adress'; did you mean 'vault"),
            ("vault:\n  timeout: 0\n", "ingest.yaml, line 2, column 12: vault.timeout: expected greater than 0, not 0"),
            ("workers: 1\nworkers: 2\n", "ingest.yaml, line 2, column 1: workers is here twice, first in line 1"),
            ("aws:\n  region: a\n  region: b\n", "line 3, column 3: aws.region is here twice, first in line 2"),
            ("log_level: LOUD\n", "ingest.yaml, line 1, column 12: log_level: expected 'DEBUG', 'INFO'"),
            ("tenant: 12\n", "ingest.yaml, line 1, column 9: tenant: expected a text in quotes, not 12"),
            ("vault: hvs.secret\n", "ingest.yaml, line 1, column 8: vault: expected a section of names and values"),
            ("corpus_path: 5\n", "ingest.yaml, line 1, column 14: corpus_path: expected a path, not 5"),
            ("pdf_passwords: &a [*a]\n", "ingest.yaml: its anchors (&) stand for themselves or for far too much"),
            (BILLIONS, "ingest.yaml: its anchors (&) stand for themselves or for far too much"),
            ("- workers\n", "ingest.yaml, line 1, column 1: expected keys and values such as 'workers: 2'"),
            ("tenant: 'open\n", "ingest.yaml, line 2, column 1: found unexpected end of stream"),
            ("workers:\t2\n", r"ingest.yaml, line 1, column 9: found character '\t' that cannot start any token; put"),
            ("tenant: \x00\n", "ingest.yaml: isn't YAML text"),
            ("workers: !!python/object:os.system x\n", "line 1, column 10: could not determine a constructor"),
            ("1: 2\n", "ingest.yaml, line 1, column 1: unknown setting '1'; known are workers"),
        ],
    )  # fmt: skip
    def test_of_yaml(self, text: str, said: str) -> None:
        write("ingest.yaml", text)
        with pytest.raises(SettingsError) as caught:
            get_settings()
        assert said in str(caught.value)
        assert str(caught.value).startswith("ingest.yaml")
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        ("name", "text", "said"),
        [
            ("INGEST_WORKERS", "many", "INGEST_WORKERS: workers: expected a valid integer, not 'many'"),
            (
                "ingest_min_change",
                "101",
                "ingest_min_change: min_change: expected less than or equal to 100, not '101'",
            ),
            ("INGEST_OCR", "perhaps", "INGEST_OCR: ocr: expected a valid boolean"),
            ("INGEST_VAULT__TIMEOUT", "-1", "INGEST_VAULT__TIMEOUT: vault.timeout: expected greater than 0"),
            ("INGEST_PDF_PASSWORDS", "plain", 'INGEST_PDF_PASSWORDS: expected a JSON list of texts such as ["first"'),
            ("INGEST_VAULT", "plain", "INGEST_VAULT: expected a JSON object"),
            ("INGEST_VAULT", '{"pth": 1}', "INGEST_VAULT: unknown setting 'vault.pth'; did you mean 'vault.path'?"),
            ("INGEST_VAULT__ADDRESS", "https://u:p@host", "vault.address: expected an address without a user's name"),
        ],
    )
    def test_of_variables(self, monkeypatch: pytest.MonkeyPatch, name: str, text: str, said: str) -> None:
        monkeypatch.setenv(name, text)
        with pytest.raises(SettingsError) as caught:
            get_settings()
        assert said in str(caught.value)
        assert "u:p" not in str(caught.value)
        write(".env", f"# first\n{name}={text}\n")
        monkeypatch.delenv(name)
        with pytest.raises(SettingsError) as caught:
            get_settings()
        assert f".env, line 2, {said.partition('vault.address')[0] or name}"[:20] in str(caught.value)

    def test_of_assignment(self) -> None:
        settings = get_settings()
        for name, value, said in [("workers", "x", "workers: expected"), ("wrokers", 1, "did you mean 'workers'?")]:
            with pytest.raises(SettingsError, match=said):
                setattr(settings, name, value)
        with pytest.raises(SettingsError, match="timeout: expected"):
            settings.vault.timeout = 0
        with pytest.raises(SettingsError, match=r"'vault\.adress'; did you mean 'vault\.address'\?"):
            settings.vault = {"adress": "http://localhost:1"}  # type: ignore[assignment]  # a mapping will do
        with pytest.raises(SettingsError, match="workers: expected"):
            settings.model_copy(update={"workers": 0})
        assert settings == get_settings()

    def test_of_a_file_that_cannot_be_read(self) -> None:
        Path("ingest.yaml").mkdir()
        with pytest.raises(SettingsError, match=r"ingest\.yaml: can't be read"):
            get_settings()

    def test_of_a_link_that_leads_nowhere_after_settings_were_made(self) -> None:
        """What was remembered holds for a missing file, not for one that can't be read."""
        get_settings()
        Path("ingest.yaml").symlink_to("ingest.yaml")
        with pytest.raises(SettingsError, match=r"ingest\.yaml: can't be read"):
            get_settings()

    @pytest.mark.parametrize(
        "line", ["INGEST_WORKERS: 3", 'INGEST_TENANT="blue', "export 'INGEST_WORKERS=3", "INGEST_TENANT='a' b"]
    )
    def test_of_a_line_of_ours_that_sets_nothing(self, line: str) -> None:
        write(".env", f"OTHER=1\n\n{line}\nINGEST_WORKERS=2\n")
        with pytest.raises(SettingsError, match=r"^\.env, line 3: expected NAME=value"):
            get_settings()

    def test_lines_of_others_are_none_of_our_business(self, caplog: pytest.LogCaptureFixture) -> None:
        write(".env", "OTHER: 1\nINGEST_OF_ANOTHER_PROGRAM: 1\nINGEST_WORKERS = 2\n'''\n")
        assert get_settings().workers == 2
        assert not caplog.records, "python-dotenv says nothing of lines that it doesn't understand"

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
    def test_of_a_pipe_that_nobody_fills(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(text_file, "PIPE_SECONDS", 0.05)
        os.mkfifo(".env")
        with pytest.raises(SettingsError, match=r"\.env: can't be read \(a pipe that nobody filled"):
            get_settings()

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
    def test_a_pipe_is_read_as_a_file(self) -> None:
        """Password managers hand `.env` out so, to each who opens it."""
        os.mkfifo(".env")
        keeper = threading.Thread(target=write, args=(".env", "INGEST_TENANT=" + "x" * 100_000), daemon=True)
        keeper.start()
        assert text_file.read_text(".env") == "INGEST_TENANT=" + "x" * 100_000
        keeper.join()

    def test_a_virtual_environment_called_env_is_no_file_of_ours(self) -> None:
        Path(".env").mkdir()
        assert get_settings().workers is None

    def test_of_a_file_in_another_encoding(self) -> None:
        Path("ingest.yaml").write_bytes("tenant: Jürgen".encode("latin-1"))
        with pytest.raises(SettingsError, match=r"ingest\.yaml: isn't UTF-8 text"):
            get_settings()

    def test_an_unknown_variable_is_one_warning_with_the_nearest_name(
        self, monkeypatch: pytest.MonkeyPatch, heard: Heard
    ) -> None:
        for name in ("INGEST_WROKERS", "INGEST_VAULT__ADRESS"):
            monkeypatch.setenv(name, "1")
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: Settings() and get_settings(), range(16)))
        monkeypatch.setenv("INGEST_WORKERS", "1")
        get_settings()
        assert heard.warnings == [
            "INGEST_VAULT__ADRESS: unknown setting 'vault.adress'; did you mean 'vault.address'?",
            "INGEST_WROKERS: unknown setting 'wrokers'; did you mean 'workers'?",
        ]

    def test_an_unknown_variable_of_a_file_is_one_warning_with_its_line(self, heard: Heard) -> None:
        write(".env", "OTHER=1\nINGEST_TENNANT=1\n")
        get_settings()
        get_settings(workers=1)
        assert heard.warnings == [".env, line 2, INGEST_TENNANT: unknown setting 'tennant'; did you mean 'tenant'?"]


class TestForm:
    """`ingest-widgets settings --write`."""

    def test_changes_nothing_as_it_is(self) -> None:
        before = get_settings()
        write("ingest.yaml", form())
        assert get_settings() == before
        assert get_settings().model_fields_set == set()

    def test_means_the_defaults_when_all_is_uncommented(self) -> None:
        defaults = get_settings().model_dump()
        write("ingest.yaml", re.sub(r"(?m)^#( *\w+:.*)$", r"\1", form()))
        assert get_settings().model_dump() == defaults
        assert get_settings().model_fields_set >= set(Settings.model_fields) - {"workers", "tenant"}


class TestOrigins:
    """Where every value came from."""

    def test_each_place_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write("ingest.yaml", "engine: pypdf\nvault:\n    path: here\n")
        write(".env", "\nINGEST_OCR=true")
        monkeypatch.setenv("INGEST_VAULT__TOKEN", "canary")
        with settings_override(workers=2):
            found = {origin.name: (origin.value, origin.place) for origin in origins()}
        assert found["engine"] == ("pypdf", "ingest.yaml, line 1, column 9")
        assert found["vault.path"] == ("here", "ingest.yaml, line 3, column 11")
        assert found["ocr"] == (True, ".env, line 2, INGEST_OCR")
        assert found["vault.token"] == ("**********", "INGEST_VAULT__TOKEN")
        assert found["workers"] == (2, "settings_override")
        assert found["min_change"] == (1.0, "default")
        assert len(found) == len(OTHER) - 2 + 5 + 4


PROBE = """
import json, os, sys
events = []
def hook(event, args):
    if event in ("socket.bind", "socket.connect", "socket.getaddrinfo") or event == "socket.__new__":
        events.append(event)
    if event == "open" and not str(args[0]).endswith((".py", ".pyc", ".so", ".toml", "METADATA", "entry_points.txt")):
        events.append(f"open {args[0]}")
sys.addaudithook(hook)
import ingest_widgets
heavy = ("pydantic", "pydantic_settings", "hvac", "boto3", "requests", "yaml", "dotenv")
at_import = events[:], [name for name in heavy if name in sys.modules]
before = len(events)
settings = ingest_widgets.get_settings()
settings.workers, repr(settings), settings.model_dump_json()
network = [event for event in events[before:] if event.startswith("socket.")]
print(json.dumps([*at_import, network, [name for name in ("hvac", "boto3", "requests") if name in sys.modules]]))
"""


def test_import_touches_nothing_and_settings_no_network() -> None:
    """With Vault and AWS set up; an audit hook in a fresh process sees every file and socket."""
    names = {"VAULT__ADDRESS": "http://127.0.0.1:9", "VAULT__TOKEN": "t", "AWS__SECRET_ID": "s"}
    environment = {**os.environ, **{f"INGEST_{name}": text for name, text in names.items()}}
    write("ingest.yaml", "workers: 2\n")
    done = subprocess.run([sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[], [], [], []], done.stderr


def test_importing_twice_gives_the_logger_one_handler() -> None:
    code = (
        "import sys, logging, importlib, ingest_widgets; importlib.reload(ingest_widgets);"
        "[sys.modules.pop(name) for name in list(sys.modules) if name.startswith('ingest_widgets')];"
        "import ingest_widgets; print(len(logging.getLogger('ingest_widgets').handlers))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"


def test_the_settings_log_level_is_a_level_that_logging_knows() -> None:
    assert all(logging.getLevelNamesMapping()[get_settings(log_level=name).log_level] for name in ("debug", "Error"))


@pytest.mark.parametrize(
    ("given", "name"),
    [("warn", "WARNING"), ("FATAL", "CRITICAL"), ("10", "DEBUG"), (40, "ERROR"), (" info ", "INFO")],
)
def test_a_level_that_the_logger_takes_from_the_environment_is_one_for_the_settings(
    monkeypatch: pytest.MonkeyPatch, given: str | int, name: str
) -> None:
    assert get_settings(log_level=given).log_level == name
    monkeypatch.setenv("INGEST_LOG_LEVEL", str(given))
    assert get_settings().log_level == name


def test_help_says_what_each_field_is() -> None:
    shown = pydoc.render_doc(Settings)
    for name, field in Settings.model_fields.items():
        assert f"{name}: {field.description}" in shown


def test_a_single_password_is_told_to_be_a_list() -> None:
    with pytest.raises(SettingsError, match="pdf_passwords: expected a list, also for a single one"):
        Settings(pdf_passwords="open sesame")
