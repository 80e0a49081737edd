"""Conditions of a form: when a question is put, must be answered, is answered well."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from atrio.engine.expressions import Misspelt, Undecidable, evaluate

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
        return evaluate(condition, facts) is True
    except (Misspelt, Undecidable) as error:
        logger.warning("A form's condition cannot be evaluated: %s", error)
        return if_broken
