"""Forms as programs read and answer them: JSON Schema one way, JSON values the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from atrio.engine.forms import BoundField, BoundForm
from atrio.engine.forms.numbers import write_decimal

Value = bool | int | float | str | list[str] | None
_SECRET = "sensitive"  # noqa: S105 (a privacy class of forms)
_FORMATS = {"email": "email", "date": "date", "file": "uuid"}
_NUMBERS = {"number", "money"}
_TRUTHS = {"yes_no", "consent"}


def schema_of(form: BoundForm) -> dict[str, Any]:
    """Return the JSON Schema of what answers a form: an object with a member for each input.

    A number may be sent as text as well, as people write it in the language asked for. What only
    another answer brings in is there and not required.
    """
    inputs = list(_inputs(form.drawn))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {each.name: _property(each) for each, _is_required in inputs},
        "required": [each.name for each, is_required in inputs if is_required],
        "additionalProperties": False,
    }


def values_of(form: BoundForm) -> dict[str, str | list[str]]:
    """Return what stands in the inputs: what was said before, or what a register proposes.

    As text, as it may be sent back; nothing of what is nobody else's to read.
    """
    found: dict[str, str | list[str]] = {}
    for each, _is_required in _inputs(form.drawn):
        if each.privacy == _SECRET:
            continue
        if each.multiple:
            chosen = [choice.value for choice in each.choices if choice.chosen]
            found |= {each.name: chosen} if chosen else {}
        elif each.value:
            found[each.name] = each.value
    return found


def as_typed(
    form: BoundForm, answers: Mapping[str, Value], *, language: str
) -> tuple[dict[str, str | list[str]], dict[str, str]]:
    """Return answers as a browser would have sent them, and what is wrong by name.

    A member that the form does not have is refused, not ignored: a program that misspells a name
    would never find out.
    """
    known = {each.name for each, _is_required in _inputs(form.drawn)}
    wrong = {name[:80]: _("The form has no such field.") for name in answers if name not in known}
    typed = {name: _text(value, language) for name, value in answers.items() if name in known}
    return typed, wrong


def _text(value: Value, language: str) -> str | list[str]:
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return write_decimal(Decimal(str(value)), language)
        case None:
            return ""
        case _:
            return value


def _inputs(fields: Iterable[BoundField]) -> Iterator[tuple[BoundField, bool]]:
    """Yield every input that may be sent, and whether it must be."""
    for field in fields:
        if field.readonly:
            continue
        is_asked = field.required and not field.is_hidden
        if not field.parts:
            yield field, is_asked
        for part in field.parts:
            yield part, is_asked and part.required


def _property(field: BoundField) -> dict[str, Any]:
    about: dict[str, Any] = {"title": field.label}
    if field.help:
        about["description"] = field.help
    if field.choices and field.type != "country":
        options = [{"const": each.value, "title": each.label} for each in field.choices]
        one = {"type": "string", "oneOf": options}
        return about | ({"type": "array", "items": one} if field.multiple else one)
    if field.type in _TRUTHS:
        return about | {"type": "boolean"}
    if field.type in _NUMBERS:
        return about | {"type": ["number", "string"], **_bounds(field)}
    about["type"] = "string"
    if field.type in _FORMATS:
        about["format"] = _FORMATS[field.type]
    if field.maxlength:
        about["maxLength"] = field.maxlength
    return about


def _bounds(field: BoundField) -> dict[str, float]:
    given = {"minimum": field.minimum, "maximum": field.maximum}
    return {name: float(text) for name, text in given.items() if text}
