"""Values as they are read back to people: in the summary, in an email, on the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .conditions import applies, placed
from .facts import fact
from .model import Field, Form
from .numbers import day_as_read, group_decimal, with_currency
from .parts import key_of, parts_of
from .places import address_lines, country_name
from .reading import write
from .wording import Json, Message, Say, in_words


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer as it is read back. `text` may have several lines."""

    name: str
    label: str
    text: str
    privacy: str


def shown(form: Form, *, facts: Mapping[str, Any], language: str, say: Say) -> tuple[Shown, ...]:
    """Return the form's answers among the facts, for people; blank and hidden ones left out."""
    return tuple(
        Shown(entry.name, in_words(entry.label, language, say), text, entry.privacy)
        for entry in (placed(each, facts) for each in form.fields)
        if applies(entry.visible, facts)
        and (text := as_text(entry, fact(facts, entry.name), language, say))
    )


def as_text(entry: Field, value: Json, language: str, say: Say) -> str:
    """Return a canonical value for people, "" where there is none."""
    match value:
        case None | "" | []:
            return ""
        case list():
            return ", ".join(_label(entry, str(item), language, say) for item in value)
        case dict() if parts := parts_of(entry):
            return _together(entry, parts, value, language, say)
        case {"amount": str(amount), "currency": str(currency)}:
            return with_currency(group_decimal(Decimal(amount), language), currency, language)
        case bool(given) | {"given": bool(given)}:
            return say(Message("yes" if given else "no"), language)
        case int() | float():
            return group_decimal(Decimal(str(value)), language)
        case str() if entry.type == "choice":
            return _label(entry, value, language, say)
        case str() if entry.type == "country":
            return country_name(value, language)
        case str() if entry.type == "date":
            return day_as_read(value, language)
        case _:
            return write(entry, value, language)


def _label(entry: Field, value: str, language: str, say: Say) -> str:
    for choice in entry.choices:
        if choice.value == value:
            return in_words(choice.label, language, say)
    return value


def _together(
    entry: Field, parts: tuple[Field, ...], value: dict[str, Json], language: str, say: Say
) -> str:
    if entry.type == "address":
        # The code of a region is what stands on an envelope, not its name.
        known = {key: part for key, part in value.items() if isinstance(part, str)}
        if entry.country:
            known["country"] = entry.country
        return "\n".join(address_lines(known, home=entry.country, language=language))
    said = (as_text(part, value.get(key_of(part)), language, say) for part in parts)
    return " ".join(text for text in said if text)
