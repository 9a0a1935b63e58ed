"""AWS Secrets Manager."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from ingest_widgets.errors import MissingExtra
from ingest_widgets.settings.cache import Answer, NoAnswer
from ingest_widgets.settings.fields import AwsSettings, Fields
from ingest_widgets.settings.remote import Remote, answer_from, digest, json_of

# What boto3 finds credentials by without asking anyone: another value is another question.
_IDENTITY = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ROLE_ARN")
_REFUSALS = {
    "ResourceNotFoundException": "doesn't exist: look at aws.secret_id and aws.region",
    "InvalidRequestException": "is to be deleted or has no value: restore it, or look at aws.secret_id",
}


class Aws(Remote):
    """The secret `aws.secret_id`: its text is a JSON object."""

    place = "AWS Secrets Manager"

    def set_up(self, settings: Fields) -> bool:
        """Only a secret's name makes AWS count."""
        return bool(settings.aws.secret_id)

    def key(self, settings: Fields) -> Hashable:
        """Other credentials are another question."""
        aws = settings.aws
        identity = digest("\0".join(os.environ.get(name, "") for name in _IDENTITY))
        return "aws", aws.endpoint_url, aws.region or os.environ.get("AWS_DEFAULT_REGION"), aws.secret_id, identity

    def address(self, settings: Fields) -> str:
        """Such as `AWS Secrets Manager, secret 'ingest',`."""
        return f"AWS Secrets Manager, secret {settings.aws.secret_id!r},"

    def seconds(self, settings: Fields) -> float:
        """As set."""
        return settings.aws.timeout

    def ask(self, settings: Fields) -> Answer:
        """One request, by boto3."""
        return answer_from(_read(settings.aws))


def _read(aws: AwsSettings) -> Any:
    try:
        from boto3.session import Session
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        raise NoAnswer(f"can't be asked: {MissingExtra('boto3', 'aws', 'AWS Secrets Manager')}") from None
    try:
        client = _client(aws, Session)
        with _silence():
            answer = client.get_secret_value(SecretId=aws.secret_id)
    except ClientError as error:
        raise NoAnswer(_refusal(error.response)) from None
    except (BotoCoreError, ValueError) as error:
        raise NoAnswer(_trouble(error, aws)) from None
    return json_of(answer.get("SecretString") or answer.get("SecretBinary") or "")


def _client(aws: AwsSettings, make_session: Any) -> Any:
    """A client that tries once, and asks a metadata service (for the role of a machine) no longer than the rest."""
    import botocore.session
    from botocore.config import Config

    session = botocore.session.get_session()
    session.set_config_variable("metadata_service_timeout", min(1.0, aws.timeout))
    session.set_config_variable("metadata_service_num_attempts", 1)
    config = Config(connect_timeout=aws.timeout, read_timeout=aws.timeout, retries={"total_max_attempts": 1})
    return make_session(botocore_session=session, region_name=aws.region).client(
        "secretsmanager", endpoint_url=aws.endpoint_url, config=config
    )


def _refusal(response: Any) -> str:
    code = response.get("Error", {}).get("Code", "unknown")
    return _REFUSALS.get(code, f"was refused ({code}): look at the AWS credentials and their policy")


def _trouble(error: Exception, aws: AwsSettings) -> str:
    kind = type(error).__name__
    if "Credential" in kind or kind == "ProfileNotFound":
        return f"has no credentials ({kind}): set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
    if isinstance(error, ValueError):
        return "can't be asked there: look at aws.region and aws.endpoint_url"
    if kind == "NoRegionError":
        return "has no region: set INGEST_AWS__REGION"
    if "Timeout" in kind:
        return f"didn't answer within {aws.timeout:g} s"
    return f"can't be reached ({kind})"


@contextmanager
def _silence() -> Iterator[None]:
    """Keeps botocore's records of this thread back: at DEBUG it logs the body of the answer, which is the secret."""
    thread = threading.get_ident()

    def of_others(record: logging.LogRecord) -> bool:
        return record.thread != thread

    loggers = [logging.getLogger(name) for name in list(logging.Logger.manager.loggerDict) if name.startswith("boto")]
    for logger in loggers:
        logger.addFilter(of_others)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(of_others)
