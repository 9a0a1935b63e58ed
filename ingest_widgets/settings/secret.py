"""A secret that nothing shows, and the sealing of whatever could be one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, Self

from pydantic import BaseModel, SecretStr


class Secret(SecretStr):
    """A `SecretStr` that can't be pickled and whose `vars()` are empty.

    pydantic's own pickles in the clear and keeps the text in its `__dict__`, where debuggers and tracebacks with
    locals find it. Read the text with `get_secret_value()`.
    """

    __slots__ = ("_secret_value",)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretStr) and self.get_secret_value() == other.get_secret_value()

    __hash__ = SecretStr.__hash__

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is never pickled: read get_settings() in the process that needs it")


class Unfit:
    """Stands where a text was expected and something else, perhaps secret, was given."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Unfit('**********')"


def as_secret(value: SecretStr) -> Secret:
    """The same text, sealed."""
    return value if isinstance(value, Secret) else Secret(value.get_secret_value())


def sealed(value: Any, known: object = None) -> Any:
    """A copy of `value` in which everything that may be secret is wrapped.

    Whatever a known name that isn't secret doesn't claim counts as secret, misspelled names too: the copy can then
    travel through pydantic's frames, its errors and its debug log.

    Args:
        value: What a source found: a mapping by field names, or the value of one field.
        known: The names below this place; True for the value of a field that isn't secret, None where all is secret.
    """
    if known is True:
        return value
    if isinstance(value, BaseModel):
        value = {name: vars(value)[name] for name in value.model_fields_set if name in vars(value)}
    if isinstance(value, Mapping):
        below = known if isinstance(known, Mapping) else {}
        return {key: sealed(item, below.get(key)) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [sealed(item) for item in value]
    if isinstance(value, SecretStr):
        return as_secret(value)
    return Secret(value) if isinstance(value, str) else None if value is None else Unfit()
