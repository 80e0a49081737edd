"""Conditions of a form. One function stands between forms and the expression language."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import zen

from .model import Condition

logger = logging.getLogger(__name__)


def applies(condition: Condition, facts: Mapping[str, Any], *, if_broken: bool = True) -> bool:
    """Say whether the condition is true over the facts.

    One that cannot be evaluated is `if_broken`: the careful answer, so that a question is asked,
    required, and not taken as valid. The publication check is there so that this does not happen.
    """
    if isinstance(condition, bool):
        return condition
    try:
        return zen.evaluate_expression(condition, dict(facts)) is True
    except (RuntimeError, TypeError) as error:
        reason = str(error).partition("\n")[0]
        logger.warning("The form condition %r cannot be evaluated: %s", condition, reason)
        return if_broken
