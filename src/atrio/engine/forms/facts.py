"""Facts as a nested dictionary: `company.tax_id` stands at `facts["company"]["tax_id"]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def nested(values: Mapping[str, Any], onto: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return dotted values as a nested dictionary, laid over the facts of `onto` (left unchanged).

    A dictionary among the values (an address) replaces what was there as a whole.
    """
    facts: dict[str, Any] = dict(onto or {})
    for name, value in values.items():
        *groups, last = name.split(".")
        place = facts
        for group in groups:
            inner = place.get(group)
            # Copied, since the caller's own facts must not change under its hands.
            place[group] = dict(inner) if isinstance(inner, Mapping) else {}
            place = place[group]
        place[last] = value
    return facts


def fact(facts: Mapping[str, Any], name: str) -> Any:
    """Return the fact with the dotted name, None where there is none."""
    found: Any = facts
    for group in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(group)
    return found
