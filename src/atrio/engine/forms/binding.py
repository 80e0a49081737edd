"""A form with what is known, ready to be drawn: every text resolved, every input named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .conditions import applies, one_answer, placed
from .facts import fact, nested
from .model import Choice, Field, Form
from .parts import key_of, parts_of
from .places import countries
from .reading import longest, write
from .suggesting import Suggestion
from .tax_ids import tax_id_name
from .validating import Answers
from .wording import Json, Message, Say, in_words

_INPUTMODES = {"email": "email", "phone": "tel", "number": "decimal", "money": "decimal"}
_AUTOCOMPLETE = {
    "email": "email",
    "phone": "tel",
    "company_name": "organization",
    "country": "country",
}


@dataclass(frozen=True, slots=True)
class BoundChoice:
    """One option of a choice, in words."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class BoundField:
    """One input, or a group of `parts`, with everything a template needs."""

    name: str
    id: str  # of the input; its help is `<id>-help`, its error `<id>-error`
    type: str
    label: str
    help: str
    placeholder: str
    value: str  # what stands in the input; "yes" for a ticked box
    error: str
    required: bool
    suggestion: Suggestion | None = None
    is_suggested: bool = False  # the input holds the suggestion, which nobody has accepted yet
    choices: tuple[BoundChoice, ...] = ()
    parts: tuple[BoundField, ...] = ()
    multiple: bool = False
    multiline: bool = False
    readonly: bool = False  # `value` is text to show; there is no input
    autocomplete: str = ""
    inputmode: str = ""
    maxlength: int = 0
    minimum: str = ""
    maximum: str = ""
    currency: str = ""
    country: str = ""
    postcode_help: bool = False  # the pack wants a postcode to be looked up
    look_up: bool = False  # … and it can be, here
    looked_up: str = ""  # what came of it, to be said beside the postcode
    offers: tuple[str, ...] = ()  # texts of which one may be chosen instead of typing
    kind: str = ""  # what people call a tax id: "CNPJ"
    version: str = ""
    link: str = ""
    accept: str = ""  # media types, as the input's attribute takes them
    max_bytes: int = 0
    privacy: str = ""
    # The question beside it, and the answer to that, with which this one is put.
    shown_if: str = ""
    shown_value: str = ""
    is_hidden: bool = False

    @property
    def has_error(self) -> bool:
        """Say whether the field or one of its parts has an error."""
        return bool(self.error) or any(part.error for part in self.parts)

    @property
    def described_by(self) -> str:
        """Return the value of aria-describedby, "" when there is nothing to point at."""
        told = (("help", self.help), ("error", self.error))
        return " ".join(f"{self.id}-{name}" for name, text in told if text)


@dataclass(frozen=True, slots=True)
class BoundForm:
    """A form as one applicant sees it. `fields` are the visible ones, in order.

    `drawn` are these and, hidden, those that an answer on this very form makes visible.
    """

    name: str
    title: str
    intro: str
    submit: str
    language: str
    drawn: tuple[BoundField, ...]

    @property
    def fields(self) -> tuple[BoundField, ...]:
        """Return the fields that are visible."""
        return tuple(field for field in self.drawn if not field.is_hidden)

    @property
    def errors(self) -> tuple[BoundField, ...]:
        """Return the inputs with an error, for the summary at the top."""
        inputs = (part for field in self.fields for part in (field, *field.parts))
        return tuple(entry for entry in inputs if entry.error)


@dataclass(frozen=True, slots=True)
class _Binder:
    """What binding one form needs to know about the moment."""

    language: str
    say: Say
    known: Mapping[str, Any]  # facts, suggestions laid under them: what conditions see
    values: Mapping[str, Json]
    raw: Mapping[str, str | list[str]]
    errors: Mapping[str, Message]
    suggestions: Mapping[str, Suggestion]

    def draw(self, form: Form) -> Iterator[BoundField]:
        """Yield the fields that apply, and hidden those that would with an answer beside them."""
        names = {entry.name for entry in form.fields}
        for entry in form.fields:
            wants = one_answer(entry.visible, names)
            if not applies(entry.visible, self.known):
                if wants is None:
                    continue
                yield replace(self._as_if(wants).bind(entry), is_hidden=True, **_shown(wants))
            else:
                yield replace(self.bind(entry), **_shown(wants))

    def _as_if(self, answer: tuple[str, str]) -> _Binder:
        """Return what binds a field as it would be with an answer that nobody has given yet."""
        name, value = answer
        said = {"yes": True, "no": False}.get(value, value)
        return replace(self, known=nested({name: said}, onto=self.known))

    def bind(self, entry: Field) -> BoundField:
        entry = placed(entry, self.known)
        value = self.values.get(entry.name)
        suggestion = self.suggestions.get(entry.name)
        parts = parts_of(entry)
        typed = any(name in self.raw for name in [entry.name, *(part.name for part in parts)])
        is_suggested = suggestion is not None and value is None and not typed
        if is_suggested and suggestion is not None:
            value = suggestion.value
        bound = self._input(entry, value)
        if parts:
            inner = value if isinstance(value, dict) else {}
            bound = replace(
                bound,
                value="",
                parts=tuple(self._input(part, inner.get(key_of(part))) for part in parts),
            )
        return replace(bound, suggestion=suggestion, is_suggested=is_suggested)

    def _input(self, entry: Field, value: Json) -> BoundField:
        chosen = self._inside(entry, value)
        error = self.errors.get(entry.name)
        return BoundField(
            name=entry.name,
            id="f-" + entry.name.replace(".", "-").replace("_", "-"),
            type=entry.type,
            label=in_words(entry.label, self.language, self.say),
            help=entry.help(self.language),
            placeholder=entry.placeholder(self.language),
            value=chosen[-1] if chosen else "",
            error=self.say(error, self.language) if error else "",
            required=applies(entry.required, self.known),
            choices=self._choices(entry, chosen),
            multiple=entry.multiple,
            multiline=entry.multiline,
            readonly=entry.readonly,
            autocomplete=entry.autocomplete or _AUTOCOMPLETE.get(entry.type, ""),
            inputmode=entry.inputmode or _INPUTMODES.get(entry.type, ""),
            maxlength=0 if parts_of(entry) else longest(entry),
            minimum="" if entry.minimum is None else str(entry.minimum),
            maximum="" if entry.maximum is None else str(entry.maximum),
            currency=entry.currency,
            country=entry.country,
            postcode_help=entry.postcode_help,
            kind=tax_id_name(entry.kind, self.language) if entry.type == "tax_id" else "",
            version=entry.version,
            link=entry.link,
            accept=",".join(entry.accept),
            max_bytes=entry.max_bytes if entry.type == "file" else 0,
            privacy=entry.privacy,
        )

    def _inside(self, entry: Field, value: Json) -> list[str]:
        """Return what stands in the input: what was typed last, else the value."""
        if entry.name in self.raw:
            typed = self.raw[entry.name]
            return [typed] if isinstance(typed, str) else list(typed)
        if isinstance(value, list):
            return [str(item) for item in value]
        return [] if value is None else [write(entry, value, self.language)]

    def _choices(self, entry: Field, chosen: list[str]) -> tuple[BoundChoice, ...]:
        if entry.type != "country":
            return tuple(self._choice(choice, chosen) for choice in entry.choices)
        named = sorted((name(self.language), code) for code, name in countries().items())
        return tuple(BoundChoice(code, name, chosen=code in chosen) for name, code in named)

    def _choice(self, choice: Choice, chosen: list[str]) -> BoundChoice:
        label = in_words(choice.label, self.language, self.say)
        return BoundChoice(choice.value, label, chosen=choice.value in chosen)


def bound(
    form: Form,
    *,
    language: str,
    say: Say,
    facts: Mapping[str, Any],
    answers: Answers | None = None,
    suggestions: Mapping[str, Suggestion] | None = None,
) -> BoundForm:
    """Return the form with what is known, in the reader's language, ready to be drawn.

    What stands in an input is, in this order: what was just typed (`answers`), the value among
    the facts, the suggestion. Fields that do not apply are left out, or
    hidden where one answer beside them brings them in.
    """
    answers, suggestions = answers or Answers(), suggestions or {}
    values = {entry.name: fact(facts, entry.name) for entry in form.fields} | dict(answers.values)
    binder = _Binder(
        language=language,
        say=say,
        known=nested(values, onto=facts),
        values=values,
        raw=answers.raw,
        errors=answers.errors,
        suggestions=suggestions,
    )
    return BoundForm(
        name=form.name,
        title=form.title(language),
        intro=form.intro(language),
        submit=form.submit(language) or say(Message("form.submit"), language),
        language=language,
        drawn=tuple(binder.draw(form)),
    )


def _shown(wants: tuple[str, str] | None) -> dict[str, Any]:
    return {"shown_if": wants[0], "shown_value": wants[1]} if wants else {}
