"""The fields of `Settings`, their limits and their defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

GIB = 1024**3


def _no_truth_value(value: object) -> object:
    """Refuses a bool where a number is meant: YAML reads `workers: yes` as True, pydantic True as 1."""
    if isinstance(value, bool):
        raise ValueError("expected a number, not yes or no")
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


Integer = Annotated[int, BeforeValidator(_no_truth_value)]
Number = Annotated[float, BeforeValidator(_no_truth_value), Field(allow_inf_nan=False)]
Level = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_upper)]


class VaultSettings(BaseModel):
    """Where HashiCorp Vault is; it is asked only if `address` is set."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True, hide_input_in_errors=True)

    address: str | None = None
    token: SecretStr | None = None
    mount: str = "secret"
    path: str = "ingest"
    timeout: Annotated[Number, Field(gt=0)] = 5.0


class AwsSettings(BaseModel):
    """Where AWS Secrets Manager is; it is asked only if `secret_id` is set."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True, hide_input_in_errors=True)

    region: str | None = None
    secret_id: str | None = None
    endpoint_url: str | None = None
    timeout: Annotated[Number, Field(gt=0)] = 5.0


class Settings(BaseSettings):
    """What a user may set."""

    model_config = SettingsConfigDict(
        env_prefix="INGEST_",
        env_nested_delimiter="__",
        extra="forbid",
        validate_assignment=True,
        hide_input_in_errors=True,
    )

    workers: Annotated[Integer, Field(ge=1)] | None = None
    log_level: Level = "INFO"
    corpus_path: Path = Path("corpus.sqlite")
    engine: str = "auto"
    ocr: bool = False
    ocr_max_pages: Annotated[Integer, Field(ge=0)] = 50
    max_file_bytes: Annotated[Integer, Field(ge=1)] = 1 * GIB
    max_pages: Annotated[Integer, Field(ge=1)] = 50_000
    file_timeout_seconds: Annotated[Number, Field(gt=0)] = 60.0
    memory_limit_bytes: Annotated[Integer, Field(ge=64 * 1024**2)] = 2 * GIB
    min_change: Annotated[Number, Field(ge=0, le=100)] = 1.0
    min_seconds: Annotated[Number, Field(ge=0)] = 0.5
    tenant: str | None = None
    pdf_passwords: list[SecretStr] = []
    vault: VaultSettings = VaultSettings()
    aws: AwsSettings = AwsSettings()
