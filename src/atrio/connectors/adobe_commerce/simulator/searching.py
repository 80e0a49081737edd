"""Searching by criteria: groups of filters; all groups must hold, and one filter of each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from atrio.connectors.adobe_commerce.simulator.refusals import ApiError, is_required
from atrio.connectors.adobe_commerce.simulator.store import Row

_FILTER = re.compile(
    r"searchCriteria\[(?:filter_groups|filterGroups)\]\[(\d+)\]\[filters\]\[(\d+)\]"
    r"\[(field|value|condition_type|conditionType)\]"
)
_DEFAULT_PAGE = 20


def searched(rows: list[Row], query: Mapping[str, str]) -> list[Row]:
    """Return the first page of what a search finds. Without any criteria it is refused."""
    if not any(name.startswith("searchCriteria") for name in query):
        raise is_required("searchCriteria")
    groups: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for name, value in query.items():
        if found := _FILTER.fullmatch(name):
            groups[found[1]][found[2]][found[3].replace("conditionType", "condition_type")] = value
    for filters in groups.values():
        rows = [row for row in rows if any(_holds(row, one) for one in filters.values())]
    size = int(query.get("searchCriteria[pageSize]", _DEFAULT_PAGE))
    return rows[:size]


def matches(row: Row, field: str, value: object) -> bool:
    """Say whether a field has a value, as the database compares: without regard to case."""
    return str(row.get(field, "")).casefold() == str(value).casefold()


def _holds(row: Row, one: Mapping[str, Any]) -> bool:
    if one.get("condition_type", "eq") != "eq":
        raise ApiError(400, "The simulator compares for equality only.")
    return matches(row, str(one.get("field", "")), one.get("value", ""))
