"""The one validator: what a browser, an associate or a program submitted, against a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from .cleaning import Invalid, as_typed, without_invisible
from .conditions import applies, placed
from .facts import nested
from .model import Field, Form
from .parts import key_of, parts_of, whole
from .reading import read
from .wording import Json, Message

Submitted = Mapping[str, "str | Sequence[str]"]


@dataclass(frozen=True, slots=True)
class Answers:
    """What was understood of a submission. `values` may be stored when there are no errors."""

    values: Mapping[str, Json] = field(default_factory=dict)  # None where left blank
    errors: Mapping[str, Message] = field(default_factory=dict)  # by field, or part of a field
    raw: Mapping[str, str | list[str]] = field(default_factory=dict)  # as typed, to show again
    hidden: tuple[str, ...] = ()  # fields that did not apply: what they held is void
    unknown: tuple[str, ...] = ()  # submitted names that the form does not have: ignored

    @property
    def ok(self) -> bool:
        """Say whether the step may be taken."""
        return not self.errors


@dataclass(slots=True)
class _Reading:
    """One validation in progress."""

    submitted: Submitted
    language: str
    facts: dict[str, Any]
    values: dict[str, Json] = field(default_factory=dict)
    errors: dict[str, Message] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)

    def take(self, entry: Field) -> None:
        """Read one field; later fields see its value among the facts."""
        if entry.readonly:
            return
        entry = placed(entry, self.facts)
        if not applies(entry.visible, self.facts):
            self.hidden.append(entry.name)
            self.facts = nested({entry.name: None}, onto=self.facts)
            return
        value = self._value(entry, required=applies(entry.required, self.facts))
        failed = any(
            name == entry.name or name.startswith(f"{entry.name}.") for name in self.errors
        )
        if failed:
            # Conditions further down must not see what an earlier submission said.
            self.facts = nested({entry.name: None}, onto=self.facts)
            return
        self.facts = nested({entry.name: value}, onto=self.facts)
        for rule in entry.valid_if if value is not None else ():
            if not applies(rule.expression, self.facts, if_broken=False):
                self.errors[entry.name] = Message("said", {"text": rule.message(self.language)})
                return
        self.values[entry.name] = value

    def _value(self, entry: Field, *, required: bool) -> Json:
        if parts := parts_of(entry):
            return self._value_of_parts(entry, parts, required=required)
        if entry.multiple:
            return self._chosen(entry, required=required)
        try:
            return self._read(entry, required=required)
        except Invalid as invalid:
            self.errors[entry.name] = invalid.message
            return None

    def _read(self, entry: Field, *, required: bool) -> Json:
        text = _last(self.submitted.get(entry.name, ""))
        value = None if is_blank(text) else read(entry, text, self.language)
        if entry.type == "consent":
            value = value or {"given": False, "version": entry.version}
            if required and value == {"given": False, "version": entry.version}:
                raise Invalid("consent.required")
        elif value is None and required:
            raise Invalid("required")
        return value

    def _value_of_parts(
        self, entry: Field, parts: tuple[Field, ...], *, required: bool
    ) -> dict[str, Json] | None:
        typed = [_last(self.submitted.get(part.name, "")) for part in parts]
        if not required and all(is_blank(text) for text in typed):
            return None
        values: dict[str, Json] = {}
        for part in parts:
            try:
                values[key_of(part)] = self._read(part, required=part.required is True)
            except Invalid as invalid:
                self.errors[part.name] = invalid.message
        return whole(entry, values)

    def _chosen(self, entry: Field, *, required: bool) -> Json:
        given = self.submitted.get(entry.name, ())
        texts = [given] if isinstance(given, str) else list(given)
        # A set keeps one of each, and the form's own order makes equal answers equal.
        chosen = {text for text in texts if not is_blank(text)}
        known = [choice.value for choice in entry.choices if choice.value in chosen]
        if chosen.difference(known):
            self.errors[entry.name] = Message("choice.unknown")
        elif required and not known:
            self.errors[entry.name] = Message("required")
        return list(known) or None


def validate(
    form: Form, submitted: Submitted, *, facts: Mapping[str, Any], language: str
) -> Answers:
    """Return what the submission says, field by field, in the order of the form.

    Expressions see the facts and the answers further up. No string makes it raise: what cannot
    be read becomes a message at its field.
    """
    reading = _Reading(submitted=submitted, language=language, facts=dict(facts))
    for entry in form.fields:
        reading.take(entry)
    known = set(input_names(form))
    return Answers(
        values=reading.values,
        errors=reading.errors,
        raw=_raw(known, submitted),
        hidden=tuple(reading.hidden),
        unknown=tuple(as_typed(name)[:80] for name in submitted if name not in known),
    )


def typed(form: Form, submitted: Submitted) -> Answers:
    """Return what a submission says as it was typed, to be shown again: nothing is checked."""
    return Answers(raw=_raw(set(input_names(form)), submitted))


def input_names(form: Form) -> list[str]:
    """Return the names of all inputs that a form may send."""
    asked = (entry for entry in form.fields if not entry.readonly)
    return [part.name for entry in asked for part in parts_of(entry) or (entry,)]


def is_blank(text: str) -> bool:
    """Say whether there is nothing to be seen in the text."""
    return not without_invisible(text).strip()


def _last(given: str | Sequence[str]) -> str:
    """Return the one value of an input; a browser that repeats a name means the last."""
    if isinstance(given, str):
        return given
    return given[-1] if given else ""


def _raw(known: AbstractSet[str], submitted: Submitted) -> dict[str, str | list[str]]:
    return {name: _as_typed(submitted[name]) for name in submitted if name in known}


def _as_typed(given: str | Sequence[str]) -> str | list[str]:
    return as_typed(given) if isinstance(given, str) else [as_typed(text) for text in given]
