"""HashiCorp Vault, KV version 2."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from ingest_widgets.errors import MissingExtra
from ingest_widgets.settings.cache import Answer, NoAnswer
from ingest_widgets.settings.fields import Fields, VaultSettings
from ingest_widgets.settings.remote import Remote, answer_from, digest


class Vault(Remote):
    """The secret at `vault.path` below `vault.mount`."""

    place = "Vault"

    def set_up(self, settings: Fields) -> bool:
        """Only an address makes Vault count; VAULT_ADDR doesn't."""
        return bool(settings.vault.address)

    def key(self, settings: Fields) -> Hashable:
        """A new token is a new question."""
        vault = settings.vault
        return "vault", vault.address, vault.mount, vault.path, digest(_token(vault))

    def address(self, settings: Fields) -> str:
        """Such as `Vault at https://vault:8200, secret/ingest,`."""
        return f"Vault at {settings.vault.address}, {settings.vault.mount}/{settings.vault.path},"

    def seconds(self, settings: Fields) -> float:
        """As set."""
        return settings.vault.timeout

    def ask(self, settings: Fields) -> Answer:
        """One request, by hvac."""
        token = _token(settings.vault)
        if not token:
            raise NoAnswer("has no credentials: set INGEST_VAULT__TOKEN")
        return answer_from(_read(settings.vault, token))


def _token(vault: VaultSettings) -> str | None:
    return vault.token.get_secret_value() if vault.token else None


def _read(vault: VaultSettings, token: str) -> Any:
    try:
        import hvac
        from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema, RequestException, Timeout
    except ImportError:
        raise NoAnswer(f"can't be asked: {MissingExtra('hvac', 'vault', 'Vault')}") from None
    # hvac itself waits 30 s and, without a token, looks for one in VAULT_TOKEN and ~/.vault-token.
    # Redirects are told, not followed: the token would go along, to whatever host.
    client = hvac.Client(url=vault.address, token=token, timeout=vault.timeout, allow_redirects=False)
    try:
        answer = client.secrets.kv.v2.read_secret_version(
            path=vault.path, mount_point=vault.mount, raise_on_deleted_version=True
        )
    except hvac.exceptions.VaultError as error:
        raise NoAnswer(_refusal(error, hvac.exceptions)) from None
    except Timeout:
        raise NoAnswer(f"didn't answer within {vault.timeout:g} s") from None
    except (InvalidSchema, InvalidURL, MissingSchema):
        raise NoAnswer("isn't an address such as https://vault:8200: look at vault.address") from None
    except RequestException as error:
        raise NoAnswer(f"can't be reached ({type(error).__name__})") from None
    finally:
        client.adapter.close()
    return _data(answer)


def _refusal(error: Exception, kinds: Any) -> str:
    if isinstance(error, kinds.Forbidden | kinds.Unauthorized):
        return "refused the token (403): renew INGEST_VAULT__TOKEN or its policy"
    if isinstance(error, kinds.InvalidPath):
        return "keeps nothing there (404): look at vault.mount and vault.path"
    if isinstance(error, kinds.VaultDown):
        return "is sealed or in maintenance (503)"
    return f"answered with an error ({type(error).__name__})"


def _data(answer: Any) -> Any:
    """The secret's own mapping; hvac hands out a bare response when the body is no JSON, as of a redirect."""
    if getattr(answer, "is_redirect", False):
        raise NoAnswer("is redirected: set vault.address to the address that answers itself")
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict):
        raise NoAnswer("answered something that isn't Vault's JSON: look at vault.address")
    return data.get("data")
