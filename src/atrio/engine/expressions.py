"""ZEN expressions over facts: what an expression sees, and what it answers.

Facts are a nested dictionary: `company.tax_id` stands at `facts["company"]["tax_id"]`.
`zen_facts` is the one place where our values become ZEN's; `check` (in `expression_check`)
refuses at publication what would be wrong, or different on replay.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from uuid import UUID

import zen

_LARGEST = 1e28  # ZEN's numbers have 96 bits


class Undecidable(Exception):
    """An expression has no answer for these facts: something is missing or of another type."""

    def __init__(self, expression: str, reason: str) -> None:
        super().__init__(f"{expression!r} has no answer: {reason}")
        self.expression = expression
        self.reason = reason


class Misspelt(Exception):
    """The text is not a ZEN expression."""


def zen_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as ZEN takes them. Raises TypeError for what is no fact.

    Amounts become numbers (exact in ZEN up to 15 digits), money keeps its shape with a number
    as amount, days and moments become ISO 8601 text, moments in UTC. A number that ZEN cannot
    hold is a missing one: what somebody typed into a form must never make a condition crash.
    """
    return {str(name): _zen_value(value) for name, value in facts.items()}


def _zen_value(value: Any) -> Any:  # noqa: C901  # one case for each kind of fact
    match value:
        case None | bool():
            return value
        case str():
            # Half a surrogate pair cannot be encoded; ZEN would fail on it.
            return value if value.isascii() else value.encode("utf-8", "replace").decode()
        case int() | float() | Decimal():
            return _number(value)
        case datetime():
            if value.tzinfo is None:
                raise TypeError("a moment needs its offset: the same facts would differ elsewhere")
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case {"amount": str(amount), "currency": currency, **rest} if not rest:
            return {"amount": _amount(amount), "currency": currency}
        case Mapping():
            return zen_facts(value)
        case list() | tuple() | set() | frozenset():
            return [_zen_value(item) for item in value]
    raise TypeError(f"a fact cannot be a {type(value).__name__}")


def _number(number: float | Decimal) -> float | None:
    try:
        rounded = float(number)
    except OverflowError:
        return None
    # False for what is not a number, too.
    return rounded if abs(rounded) <= _LARGEST else None


def _amount(text: str) -> float | None:
    try:
        return _number(Decimal(text))
    except InvalidOperation:
        return None


@lru_cache(maxsize=4096)
def compiled(expression: str) -> zen.Expression:
    """Return the compiled expression; it may be used from any thread. Raises Misspelt."""
    try:
        return zen.compile_expression(expression)
    except RuntimeError as error:
        raise Misspelt(zen_reason(error)) from error


def evaluate(expression: str, facts: Mapping[str, Any]) -> Any:
    """Return the expression's answer over facts. Raises Misspelt, Undecidable."""
    return evaluate_converted(expression, zen_facts(facts))


def evaluate_converted(expression: str, facts: dict[str, Any]) -> Any:
    """Return the expression's answer over facts that `zen_facts` made, saving the conversion."""
    program = compiled(expression)
    try:
        return plain(program.evaluate(facts))
    except RuntimeError as error:
        raise Undecidable(expression, zen_reason(error)) from error


def holds(expression: str, facts: Mapping[str, Any]) -> bool:
    """Say whether the expression is true; what cannot be decided does not hold.

    Raises Misspelt.
    """
    try:
        return evaluate(expression, facts) is True
    except Undecidable:
        return False


def plain(value: Any) -> Any:
    """Return ZEN's answer with whole numbers as int: ZEN itself knows only one kind of number."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {name: plain(item) for name, item in value.items()}
        case list():
            return [plain(item) for item in value]
    return value


def zen_reason(error: Exception) -> str:
    """Return ZEN's own words without the stack of its implementation."""
    first_line = str(error).partition("\n")[0]
    _, _, source = first_line.partition('"source":"')
    return source.removesuffix('"}') or first_line
