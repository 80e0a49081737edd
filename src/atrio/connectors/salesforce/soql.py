"""Queries in SOQL. What comes from outside enters one only through here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_ESCAPES = str.maketrans(
    {
        "\\": "\\\\",
        "'": "\\'",
        '"': '\\"',
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\b": "\\b",
        "\f": "\\f",
    }
)


def quoted(text: str) -> str:
    """Return a text as a literal that holds exactly this text, whatever is in it."""
    return f"'{text.translate(_ESCAPES)}'"


def select(
    fields: Sequence[str],
    table: str,
    *,
    where: Mapping[str, str | Sequence[str]] | None = None,
    after: str = "",
    limit: int | None = None,
) -> str:
    """Return a query for rows in the order of their ids, from behind the id `after`.

    `where` names fields that must be equal to a text, or to one of several.
    """
    conditions = [_condition(field, value) for field, value in (where or {}).items()]
    if after:
        conditions.append(f"Id > {quoted(after)}")
    query = f"SELECT {', '.join(fields)} FROM {table}"  # noqa: S608 - names are ours, see quoted
    if conditions:
        query += f" WHERE {' AND '.join(conditions)}"
    query += " ORDER BY Id"
    return query if limit is None else f"{query} LIMIT {limit}"


def _condition(field: str, value: str | Sequence[str]) -> str:
    if isinstance(value, str):
        return f"{field} = {quoted(value)}"
    return f"{field} IN ({', '.join(quoted(one) for one in value)})"
