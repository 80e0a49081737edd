"""A form as a frozen value, read from the JSON of a pack."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from atrio.engine.problems import Problem, Unpublishable

from .tax_ids import tax_id_module
from .wording import NOTHING, Localized, Wording

FieldType = Literal[
    "text",
    "choice",
    "number",
    "money",
    "date",
    "email",
    "phone",
    "address",
    "tax_id",
    "company_name",
    "person",
    "yes_no",
    "consent",
    "file",
    "country",
    "postal_code",  # of an address: a pack does not name it
]
Privacy = Literal["public", "business", "personal", "sensitive"]
Condition = bool | str  # always, never, or a ZEN expression over the facts

PRIVACY_CLASSES: tuple[Privacy, ...] = get_args(Privacy)
LARGEST_FORM = 256 * 1024  # bytes; a form is text that a person wrote


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values a choice offers."""

    value: str
    label: Wording


@dataclass(frozen=True, slots=True)
class Rule:
    """What an answer must fulfil besides its type, and what is said if it does not."""

    expression: str
    message: Localized


@dataclass(frozen=True, slots=True)
class Field:
    """One question. Options that a type does not use keep their defaults."""

    name: str  # dotted: "company.tax_id"
    type: FieldType
    label: Wording
    help: Localized = NOTHING
    placeholder: Localized = NOTHING
    required: Condition = False
    visible: Condition = True
    valid_if: tuple[Rule, ...] = ()
    source: str = ""  # the fact that is offered as a suggestion: "register.legal_name"
    privacy: Privacy = "business"
    autocomplete: str = ""
    inputmode: str = ""
    max_length: int = 0  # characters; 0 takes the type's own
    choices: tuple[Choice, ...] = ()
    multiple: bool = False
    multiline: bool = False
    compact: bool = False  # a code: blanks, separators and invisible characters do not count
    readonly: bool = False  # shown, never taken: what a register says and nobody may change
    minimum: float | str | None = None  # a number, or a day as ISO text
    maximum: float | str | None = None
    decimals: int = 2
    currency: str = ""
    country: str = ""  # of an address, a phone, a tax id: ISO 3166-1 alpha-2
    country_from: str = ""  # … or the fact that says it: "company.country"
    postcode_help: bool = False  # of an address: a postcode may be looked up
    kind: str = ""  # of a tax id: "br_cnpj", or several; "": as companies of the country pay VAT
    version: str = ""  # of the text one consents to
    link: str = ""  # where that text can be read
    accept: tuple[str, ...] = ()  # media types of a file
    max_bytes: int = 10 * 1024 * 1024

    @property
    def expressions(self) -> tuple[str, ...]:
        """All ZEN expressions of the field, for those who check them."""
        conditions = (self.required, self.visible)
        return (
            *(condition for condition in conditions if isinstance(condition, str)),
            *(rule.expression for rule in self.valid_if),
        )


@dataclass(frozen=True, slots=True)
class Form:
    """One screen of questions."""

    name: str
    title: Localized
    intro: Localized
    submit: Localized
    fields: tuple[Field, ...] = field(default_factory=tuple)

    @classmethod
    def parse(cls, data: bytes, *, file: str = "", default_language: str = "en") -> Form:
        """Read a form from its JSON; raises Unpublishable with every problem found."""
        document = _json_of(data, file)
        problems = [
            Problem(file, _field_at(document, error), _reason(error))
            for error in sorted(
                _schema().iter_errors(document), key=lambda e: list(map(str, e.path))
            )
        ]
        if problems:
            raise Unpublishable(problems)
        fields = tuple(_field(entry, default_language) for entry in document["fields"])
        if problems := [Problem(file, name, reason) for name, reason in _faults(fields)]:
            raise Unpublishable(problems)
        return cls(
            name=document["name"],
            title=Localized(document["title"], default_language),
            intro=Localized(document.get("intro", {}), default_language),
            submit=Localized(document.get("submit", {}), default_language),
            fields=fields,
        )

    def field(self, name: str) -> Field:
        """Return the field with the name; raises KeyError."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(name)

    def texts(self) -> Iterator[tuple[str, Localized]]:
        """Yield every text that needs its translations, with the field it belongs to."""
        yield from (("", self.title), ("", self.intro), ("", self.submit))
        for entry in self.fields:
            labels = (entry.label, *(choice.label for choice in entry.choices))
            for text in (*labels, entry.help, entry.placeholder):
                if isinstance(text, Localized):
                    yield entry.name, text
            for rule in entry.valid_if:
                yield entry.name, rule.message


@cache
def _schema() -> Draft202012Validator:
    text = (files("atrio.engine") / "schemas" / "form.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def _json_of(data: bytes, file: str) -> Any:
    if len(data) > LARGEST_FORM:
        raise Unpublishable([Problem(file, "", f"the file is larger than {LARGEST_FORM} bytes")])
    try:
        return json.loads(data)
    # A million brackets exhaust the stack before they are found to be wrong.
    except (ValueError, RecursionError) as error:
        raise Unpublishable([Problem(file, "", f"this is not JSON: {error}")]) from error


def _field_at(document: Any, error: ValidationError) -> str:
    """Name the field in which the schema's error lies."""
    path = list(error.path)
    if len(path) < 2 or path[0] != "fields":
        return ""
    entry = document["fields"][path[1]]
    name = entry.get("name") if isinstance(entry, dict) else None
    return str(name or f"number {int(path[1]) + 1}")


def _reason(error: ValidationError) -> str:
    path = list(error.path)
    inside = path[2:] if path[:1] == ["fields"] else path
    place = ".".join(map(str, inside))
    # A pack may hold long texts, and the message quotes them.
    return f"{place}: {error.message[:300]}" if place else error.message[:300]


def _faults(fields: tuple[Field, ...]) -> Iterator[tuple[str, str]]:
    """Yield what the schema cannot see: the field's name and what is wrong."""
    seen: set[str] = set()
    for entry in fields:
        if entry.name in seen:
            yield entry.name, "another field has this name"
        for other in seen:
            if other.startswith(f"{entry.name}.") or entry.name.startswith(f"{other}."):
                yield entry.name, f"the name lies inside the field {other!r}, or around it"
        seen.add(entry.name)
        for kind in entry.kind.split():
            if tax_id_module(kind) is None:
                yield entry.name, f"nobody knows how to check a {kind!r}"
        if entry.type == "tax_id" and not (entry.country or entry.country_from):
            yield entry.name, "it says neither country nor country_from"
        if entry.type == "date":
            yield from ((entry.name, reason) for reason in _bad_days(entry))
        chosen = [choice.value for choice in entry.choices]
        if len(set(chosen)) < len(chosen):
            yield entry.name, "two choices have the same value"


def _bad_days(entry: Field) -> Iterator[str]:
    for day in (entry.minimum, entry.maximum):
        try:
            date.fromisoformat(str(day or date.min))
        except ValueError:
            yield f"{day} is not a day"


def _field(entry: Mapping[str, Any], default_language: str) -> Field:
    """Make a field of an entry that fulfils the schema."""

    def text(name: str, of: Mapping[str, Any] = entry) -> Localized:
        return Localized(of.get(name, {}), default_language)

    plain = entry.keys() - {
        "label", "help", "placeholder", "valid_if", "choices", "accept", "minimum", "maximum",
    }  # fmt: skip
    return Field(
        label=text("label"),
        help=text("help"),
        placeholder=text("placeholder"),
        valid_if=tuple(Rule(r["if"], text("message", r)) for r in entry.get("valid_if", ())),
        choices=tuple(Choice(c["value"], text("label", c)) for c in entry.get("choices", ())),
        accept=tuple(entry.get("accept", ())),
        minimum=entry.get("minimum"),
        maximum=entry.get("maximum"),
        **{name: entry[name] for name in plain},
    )
