"""What all nouns can do: become JSON, and show themselves as a cell's value."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest_widgets.tables import Table


class Noun:
    """The base of the dataclasses here."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain JSON-able values."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]


class Shown(Noun):
    """One that somebody may end a cell with: it shows itself as a small table."""

    __slots__ = ()

    def _table(self) -> Table:
        """A sentence, the columns, the rows."""
        raise NotImplementedError

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        from ingest_widgets.tables import html_table  # a worker never shows anything

        return {"text/plain": repr(self), "text/html": html_table(*self._table())}
