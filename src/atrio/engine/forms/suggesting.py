"""What somebody else knows, offered to the applicant: it counts only once it is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .cleaning import Invalid
from .conditions import placed
from .facts import fact
from .model import Field, Form
from .parts import key_of, parts_of, whole
from .reading import read, write
from .showing import as_text
from .validating import Answers, is_blank
from .wording import Json, Say


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A canonical value, the name of who knows it ("Receita Federal"), and the value for people."""

    value: Json
    source: str
    text: str = ""


def proposed(
    form: Form, *, facts: Mapping[str, Any], language: str, say: Say, sources: Mapping[str, str]
) -> dict[str, Suggestion]:
    """Return what the facts suggest for the form's fields, by field name.

    `sources` names who stands behind a group of facts: {"register": "Receita Federal"}.
    A suggestion that the field itself would refuse is not made.
    """
    found: dict[str, Suggestion] = {}
    for entry in (placed(each, facts) for each in form.fields):
        if entry.source and (value := _canonical(entry, fact(facts, entry.source))):
            group = entry.source.partition(".")[0]
            text = as_text(entry, value, language, say)
            found[entry.name] = Suggestion(value, sources.get(group, group), text)
    return found


def confirmed(form: Form, answers: Answers, *, facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields whose answer is what was suggested, with the suggestion's source."""
    return _agreeing(form, answers.values, facts)


def agreeing(form: Form, *, facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields whose value among the facts is what a source says, with that source."""
    return _agreeing(form, {entry.name: fact(facts, entry.name) for entry in form.fields}, facts)


def _agreeing(form: Form, values: Mapping[str, Json], facts: Mapping[str, Any]) -> dict[str, str]:
    return {
        entry.name: entry.source
        for entry in (placed(each, facts) for each in form.fields)
        if entry.source
        and (value := values.get(entry.name)) is not None
        and value == _canonical(entry, fact(facts, entry.source))
    }


def _canonical(entry: Field, value: Any) -> Json:
    """Return a foreign value as the field's own reader would, None if it would refuse it.

    Of an address, the parts that can be read are offered and the others left blank.
    """
    if parts := parts_of(entry):
        if not isinstance(value, Mapping):
            return None
        known = {key_of(part): _canonical(part, value.get(key_of(part))) for part in parts}
        return whole(entry, known) if any(known.values()) else None
    if entry.multiple:
        offered = value if isinstance(value, list) else []
        return [choice.value for choice in entry.choices if choice.value in offered] or None
    try:
        typed = write(entry, value, "en")
        return None if is_blank(typed) else read(entry, typed, "en")
    except Invalid:
        return None
