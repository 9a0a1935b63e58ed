"""`Settings`: the fields, filled from every place in turn, its secrets asked for only when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import PrivateAttr, SerializerFunctionWrapHandler, ValidationError, model_serializer
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ingest_widgets.errors import SettingsError
from ingest_widgets.settings.aws import Aws
from ingest_widgets.settings.dotenv_file import DotEnv
from ingest_widgets.settings.fields import NAMES, SECRET_FIELDS, Fields
from ingest_widgets.settings.layers import Arguments, Environment, Layer
from ingest_widgets.settings.overrides import Overridden
from ingest_widgets.settings.problems import describe, unknown
from ingest_widgets.settings.remote import Remote
from ingest_widgets.settings.secret import sealed
from ingest_widgets.settings.vault import Vault
from ingest_widgets.settings.yaml_file import IngestYaml


def precedence(given: Mapping[str, Any]) -> tuple[Layer, ...]:
    """Where settings come from, the strongest first; what no place says has its default."""
    return Arguments(given), Overridden(), Environment(), DotEnv(), IngestYaml(), Vault(), Aws()


class Settings(Fields, BaseSettings):
    """What a user may set: mutable, every change validated, nothing secret in anything it shows.

    A secret field that no file, variable or argument sets is asked for in Vault and AWS when it is first read, which
    may then take as long as their `timeout`; nothing else here touches the network. What an object has read once it
    keeps. Copies, `repr`, dumps and comparisons read nothing. Pickles carry no secret: unpickled elsewhere, the object
    takes them from the settings of that process.

    Args:
        given: Fields by name; they go over every other place.

    Raises:
        SettingsError: An unknown name, a value that doesn't fit, a file that can't be read.
    """

    model_config = SettingsConfigDict(hide_input_in_errors=True)

    _unread: frozenset[str] = PrivateAttr(default=frozenset())
    _travelled: bool = PrivateAttr(default=False)

    def __init__(self, **given: Any) -> None:
        given = sealed(given, NAMES)
        strange = [name for name in given if name not in NAMES]
        if strange:
            raise SettingsError(unknown(strange[0], NAMES))
        problem = None
        try:
            super().__init__(**given)
        except ValidationError as error:
            problem = describe(error, precedence(given), NAMES)
        # Out of the `except`: pydantic's error and its frames hold what was found.
        if problem:
            raise SettingsError(problem)
        self._unread = frozenset(SECRET_FIELDS) - self.model_fields_set

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """pydantic-settings' own readers make room for ours, which know where each value stands."""
        return precedence(init_settings())

    def __getattribute__(self, name: str) -> Any:
        if name in SECRET_FIELDS and name in self._unread:
            self._read_secret(name)
        return super().__getattribute__(name)

    def _read_secret(self, name: str) -> None:
        remotes = (layer for layer in precedence({}) if isinstance(layer, Remote))
        if self._travelled:
            from ingest_widgets.settings.overrides import get_settings

            found = getattr(get_settings(), name)
        else:
            found = next((texts for layer in remotes if (texts := layer.secret(name, self)) is not None), None)
        # Only now: who reads this object meanwhile, on another thread, has to wait for the same answer.
        if found is not None:
            vars(self)[name] = found
        self._unread -= {name}

    def _was_set(self, name: str) -> None:
        if name in SECRET_FIELDS:
            self._unread -= {name}

    def __eq__(self, other: object) -> bool:
        """By values: that a secret was looked for where nobody is asked is none of them."""
        return isinstance(other, Settings) and vars(self) == vars(other) and self.waiting == other.waiting

    @property
    def waiting(self) -> frozenset[str]:
        """The secret fields that some place on the network would be asked for, were they read now."""
        asked = self._travelled or self.vault.address or self.aws.secret_id
        return self._unread if asked else frozenset()

    def __repr_args__(self) -> Any:
        for name, value in super().__repr_args__():
            yield name, _NOT_READ if name in self.waiting else value

    @model_serializer(mode="wrap")
    def _dumped(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leaves out what wasn't read: an empty list would say that there are no passwords."""
        dump: dict[str, Any] = handler(self)
        return {name: value for name, value in dump.items() if name not in self.waiting}

    def __getstate__(self) -> dict[Any, Any]:
        state = super().__getstate__()
        fields = state["__dict__"] | {name: [] for name in SECRET_FIELDS}
        private = {"_unread": frozenset(SECRET_FIELDS), "_travelled": True}
        return state | {"__dict__": fields, "__pydantic_private__": private}


def _described() -> str:
    return "".join(f"        {name}: {field.description}\n" for name, field in Fields.model_fields.items())


Settings.__doc__ = f"{Settings.__doc__}\n    Attributes:\n{_described()}    "


class _NotRead:
    def __repr__(self) -> str:
        return "<not read yet>"


_NOT_READ = _NotRead()
