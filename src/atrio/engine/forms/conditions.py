"""Conditions of a form: when a question is put, must be answered, is answered well."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from atrio.engine.expressions import Misspelt, Undecidable, evaluate

from .facts import fact
from .model import Condition, Field

logger = logging.getLogger(__name__)


def placed(entry: Field, facts: Mapping[str, Any]) -> Field:
    """Return the field in the country that a fact says, itself where it has one of its own."""
    if not entry.country_from:
        return entry
    return replace(entry, country=str(fact(facts, entry.country_from) or ""))


def applies(condition: Condition, facts: Mapping[str, Any], *, if_broken: bool = True) -> bool:
    """Say whether the condition is true over the facts.

    One that cannot be evaluated is `if_broken`: the careful answer, so that a question is asked,
    required, and not taken as valid. The publication check is there so that this does not happen.
    """
    if isinstance(condition, bool):
        return condition
    try:
        return evaluate(condition, facts) is True
    except (Misspelt, Undecidable) as error:
        logger.warning("A form's condition cannot be evaluated: %s", error)
        return if_broken
