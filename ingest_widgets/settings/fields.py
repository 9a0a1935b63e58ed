"""The fields of `Settings`, with their limits, their defaults and a sentence each."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from ingest_widgets.errors import SettingsError
from ingest_widgets.settings.problems import describe, unknown
from ingest_widgets.settings.secret import as_secret, sealed

MIB = 1024**2
GIB = 1024**3
_LEVELS = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL)
SECRET_FIELDS = ("pdf_passwords",)


def _no_truth_value(value: object) -> object:
    """YAML reads `workers: yes` as True, and pydantic reads True as 1."""
    if isinstance(value, bool):
        raise ValueError("expected a number, not yes or no")
    return value


def _level_name(value: object) -> object:
    """The name of a level that `logging` knows by another one or by its number, as `configure_logging` takes it."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return value
    text = str(value).strip().upper()
    number = int(text) if text.isascii() and text.isdigit() else logging.getLevelName(text)
    return logging.getLevelName(number) if isinstance(number, int) and number in _LEVELS else value


def _without_user(value: str) -> str:
    if "@" in value.partition("://")[2].partition("/")[0]:
        raise ValueError("expected an address without a user's name and password in it")
    return value


Integer = Annotated[int, BeforeValidator(_no_truth_value)]
Number = Annotated[float, BeforeValidator(_no_truth_value), Field(allow_inf_nan=False)]
Level = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_level_name)]
Text = Annotated[SecretStr, AfterValidator(as_secret)]


Address = Annotated[str, AfterValidator(_without_user)]


class Checked(BaseModel):
    """A mutable model whose every change is validated, and whose errors hold no value that could be secret."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True, hide_input_in_errors=True)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            return super().__setattr__(name, value)
        names = names_of(type(self))
        value = sealed(value, names.get(name))
        if name not in type(self).model_fields:
            raise SettingsError(unknown(name, type(self).model_fields))
        problem = None
        try:
            super().__setattr__(name, value)
        except ValidationError as error:
            problem = describe(error, (), names)
        # Out of the `except`: pydantic's error and its frames hold what was given.
        if problem:
            raise SettingsError(problem)
        return self._was_set(name)

    def _was_set(self, name: str) -> None:
        """For those below: a `__setattr__` of theirs would hold in its frame what was given."""

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's, but what is updated is validated.

        Raises:
            SettingsError: An unknown name or a value that doesn't fit.
        """
        update = sealed(update or {}, names_of(type(self)))
        copy = super().model_copy(deep=deep)
        for name, value in update.items():
            setattr(copy, name, value)
        return copy


class VaultSettings(Checked):
    """Where HashiCorp Vault keeps the secrets (KV version 2)."""

    address: Annotated[Address | None, Field(description="Such as https://vault:8200; Vault is asked only if set.")] = (
        None
    )
    token: Annotated[Text | None, Field(description="Better in INGEST_VAULT__TOKEN than in a file.")] = None
    mount: Annotated[str, Field(description="Where the KV engine is mounted.")] = "secret"
    path: Annotated[str, Field(description="The secret's path below the mount; its keys are names of settings.")] = (
        "ingest"
    )
    timeout: Annotated[Number, Field(gt=0, description="Seconds for the whole answer.")] = 5.0

    def __getstate__(self) -> dict[Any, Any]:
        state = super().__getstate__()
        return state | {"__dict__": state["__dict__"] | {"token": None}}


class AwsSettings(Checked):
    """Where AWS Secrets Manager keeps the secrets; credentials are found as boto3 finds them."""

    region: Annotated[str | None, Field(description="Such as eu-central-1; default: as boto3 finds it.")] = None
    secret_id: Annotated[str | None, Field(description="Name or ARN; AWS is asked only if set.")] = None
    endpoint_url: Annotated[Address | None, Field(description="Another address than Amazon's own.")] = None
    timeout: Annotated[Number, Field(gt=0, description="Seconds for the whole answer.")] = 5.0


class Fields(Checked):
    """What a user may set."""

    workers: Annotated[
        Integer | None, Field(ge=1, description="Worker processes; default: one a core, in a cluster 16.")
    ] = None
    log_level: Annotated[
        Level, Field(description="DEBUG, INFO, WARNING, ERROR or CRITICAL, for ingests; setLevel goes over it.")
    ] = "INFO"
    corpus_path: Annotated[Path, Field(description="The corpus that is used when none is named.")] = Path(
        "corpus.sqlite"
    )
    engine: Annotated[str, Field(min_length=1, description="auto, pdfium, pypdf or the name of a plug-in.")] = "auto"
    ocr: Annotated[bool, Field(description="Read scanned pages by optical character recognition.")] = False
    ocr_max_pages: Annotated[Integer, Field(ge=0, description="At most so many pages a file go through OCR.")] = 50
    max_file_bytes: Annotated[Integer, Field(ge=1, description="A larger file is refused.")] = 1 * GIB
    max_pages: Annotated[Integer, Field(ge=1, description="A document with more pages is refused.")] = 50_000
    file_timeout_seconds: Annotated[
        Number, Field(gt=0, description="For each attempt at 128 pages of a file; 30 days at most.")
    ] = 60.0
    memory_limit_bytes: Annotated[Integer, Field(ge=64 * MIB, description="For each worker process.")] = 2 * GIB
    min_change: Annotated[Number, Field(ge=0, le=100, description="Percent between two reports of progress.")] = 1.0
    min_seconds: Annotated[Number, Field(ge=0, description="Seconds between two reports of progress.")] = 0.5
    tenant: Annotated[str | None, Field(description="On whose behalf this runs; a label for your own use.")] = None
    pdf_passwords: Annotated[list[Text], Field(description="Tried in order on encrypted files, 20 at most.")] = []
    vault: Annotated[VaultSettings, Field(description="HashiCorp Vault.")] = VaultSettings()
    aws: Annotated[AwsSettings, Field(description="AWS Secrets Manager.")] = AwsSettings()


def names_of(model: type[BaseModel]) -> dict[str, Any]:
    """The tree of names: True for a plain value, None for a secret one, a mapping for a section."""
    return {name: _kind_of(field.annotation) for name, field in model.model_fields.items()}


def _kind_of(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return names_of(annotation)
    return None if _holds_secret(annotation) else True


def _holds_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(map(_holds_secret, get_args(annotation)))


NAMES: Mapping[str, Any] = names_of(Fields)
