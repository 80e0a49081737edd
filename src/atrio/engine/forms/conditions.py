"""Conditions of a form: when a question is put, must be answered, is answered well."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from atrio.engine.expressions import Misspelt, Undecidable, evaluate

from .facts import fact
from .model import Condition, Field

logger = logging.getLogger(__name__)

_ONE_ANSWER = re.compile(
    r"""\s*(?P<name>[\w.]+)\s*==\s*(?:"(?P<text>[^"\\]+)"|(?P<flag>true|false))\s*"""
)
_FLAGS = {"true": "yes", "false": "no"}


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


def one_answer(condition: Condition, names: Collection[str]) -> tuple[str, str] | None:
    """Return the question and the answer to it, as a form sends it, that a condition wants.

    None where it wants anything else than one answer to one of these questions.
    """
    found = _ONE_ANSWER.fullmatch(condition) if isinstance(condition, str) else None
    if found is None or found["name"] not in names:
        return None
    return found["name"], found["text"] or _FLAGS[found["flag"]]
