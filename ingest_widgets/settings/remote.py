"""What Vault and AWS have in common: asked only when a secret is read, and the shape of what they keep."""

from __future__ import annotations

import hashlib
import json
from abc import abstractmethod
from collections.abc import Hashable, Mapping
from typing import Any

from ingest_widgets.settings.cache import Answer, NoAnswer, SecretCache, within
from ingest_widgets.settings.fields import SECRET_FIELDS, Fields
from ingest_widgets.settings.layers import Layer
from ingest_widgets.settings.secret import Secret

CACHE = SecretCache()


class Remote(Layer):
    """A place on the network. As a layer it says nothing: `secret` asks it, when a secret is first read."""

    def secret(self, name: str, settings: Fields) -> list[Secret] | None:
        """The texts that the place keeps for a field; None if it isn't set up, fails or keeps none."""
        if not self.set_up(settings):
            return None
        answer = CACHE.get(
            self.key(settings), lambda: self.ask(settings), self.address(settings), self.seconds(settings)
        )
        found = answer.get(name) if answer else None
        return None if found is None else list(found)

    def problem(self, settings: Fields) -> str:
        """Asks now, past the memory, and says what is wrong; empty when all is well."""
        outcome = within(self.seconds(settings), lambda: self.ask(settings))
        return f"{self.address(settings)} {outcome}" if isinstance(outcome, str) else ""

    @abstractmethod
    def set_up(self, settings: Fields) -> bool:
        """Whether the settings say where it is."""

    @abstractmethod
    def key(self, settings: Fields) -> Hashable:
        """What makes two questions the same; no secret, only its digest."""

    @abstractmethod
    def address(self, settings: Fields) -> str:
        """Where it looks, for people."""

    @abstractmethod
    def seconds(self, settings: Fields) -> float:
        """How long asking may take."""

    @abstractmethod
    def ask(self, settings: Fields) -> Answer:
        """Asks the network.

        Raises:
            NoAnswer: With a sentence that holds the cure.
        """


def digest(text: str | None) -> str:
    """Tells secrets apart without keeping them."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text else ""


def answer_from(secret: Any) -> Answer:
    """Our fields of a mapping, each a list of texts or JSON of one; other keys may be someone else's.

    Raises:
        NoAnswer: The secret has another shape.
    """
    if not isinstance(secret, Mapping):
        raise NoAnswer("keeps something else than a mapping whose keys are names of settings")
    return {name: _texts(name, secret[name]) for name in SECRET_FIELDS if name in secret}


def _texts(name: str, value: Any) -> tuple[Secret, ...]:
    if isinstance(value, str):
        value = json_of(value)
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise NoAnswer(f'keeps no list of texts under {name}: expected such as ["first", "second"]')
    return tuple(map(Secret, value))


def json_of(text: str | bytes) -> Any:
    """What the text says as JSON; None if it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
