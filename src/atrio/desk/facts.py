"""What is known of an application, by topic, in words: each value with its origin and its past."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from atrio.desk.words import ORIGINS, Status, Text, ago
from atrio.engine.forms import Field
from atrio.engine.forms.showing import as_text
from atrio.engine.forms.wording import in_words
from atrio.journeys.journey import Journey
from atrio.journeys.messages import say
from atrio.onboarding.queries import FactNow

_TOPICS: Mapping[str, Text] = {
    "company": gettext_lazy("Company"),
    "contact": gettext_lazy("Contact"),
    "consent": gettext_lazy("Consent"),
    "register": gettext_lazy("Register"),
    "decision": gettext_lazy("Decision"),
    "review": gettext_lazy("Review"),
    "repair": gettext_lazy("Repair"),
    "erp": gettext_lazy("ERP"),
    "shop": gettext_lazy("Shop"),
}
# What is accepted is the ordinary case and goes without saying.
_WORTH: Mapping[str, Status] = {
    "suggested": Status("", "help-circle", gettext_lazy("offered, not confirmed")),
    "verified": Status("good", "shield-check", gettext_lazy("proved")),
    "rejected": Status("bad", "x", gettext_lazy("no longer holds")),
}


@dataclass(frozen=True, slots=True)
class OldValue:
    """A value a field had before, or that was offered for it."""

    value: str
    source: str
    evidence: str
    worth: Status | None
    at: datetime
    when: str
    who: str


@dataclass(frozen=True, slots=True)
class ShownFact:
    """A field with the value that holds."""

    label: str
    value: str
    source: str  # who says so, as people know them
    evidence: str  # the system, the fact or the proof it stands on, by its own name
    worth: Status | None
    at: datetime
    when: str
    who: str
    history: list[OldValue]


@dataclass(frozen=True, slots=True)
class Topic:
    """Facts whose names begin alike: `company.…`."""

    title: Text
    is_open: bool  # people have said something of it
    facts: list[ShownFact]


def topics(facts: list[FactNow], journey: Journey, *, language: str, now: datetime) -> list[Topic]:
    """Return the facts by topic, in the order in which the application came to them."""
    fields = _fields(journey)
    names = journey.pack.source_names(language)
    found: dict[str, list[FactNow]] = {}
    for fact in facts:
        found.setdefault(fact.field.partition(".")[0], []).append(fact)
    return [
        Topic(
            title=_TOPICS.get(topic, topic.capitalize()),
            is_open=any(fact.origin in {"customer", "staff"} for fact in about),
            facts=[_shown(fact, fields, names, language=language, now=now) for fact in about],
        )
        for topic, about in found.items()
    ]


def fact_text(journey: Journey, name: str, value: Any, *, language: str) -> str:
    """Return one fact's value as people read it."""
    return _text(_fields(journey).get(name), value, language)


def _fields(journey: Journey) -> dict[str, Field]:
    """Return the form fields by name; what a register offers is told like the field it is for."""
    entries = [entry for form in journey.forms.values() for entry in form.fields]
    offered = {entry.source: entry for entry in entries if entry.source}
    return offered | {entry.name: entry for entry in entries}


def _shown(
    fact: FactNow,
    fields: Mapping[str, Field],
    names: Mapping[str, str],
    *,
    language: str,
    now: datetime,
) -> ShownFact:
    entry = fields.get(fact.field)
    return ShownFact(
        label=in_words(entry.label, language, say) if entry else _plain_label(fact.field),
        value=_text(entry, fact.value, language),
        source=names.get(fact.origin) or str(ORIGINS[fact.origin]),
        evidence=fact.source,
        worth=_WORTH.get(fact.status),
        at=fact.at,
        when=ago(fact.at, now=now),
        who=fact.by,
        history=[
            OldValue(
                value=_text(entry, old.value, language),
                source=names.get(old.origin) or str(ORIGINS[old.origin]),
                evidence=old.source,
                worth=_WORTH.get(old.status),
                at=old.at,
                when=ago(old.at, now=now),
                who=old.by_label or old.by_kind,
            )
            for old in fact.history
        ],
    )


def _plain_label(name: str) -> str:
    return name.partition(".")[2].replace("_", " ").replace(".", " · ").capitalize() or name


def _text(entry: Field | None, value: Any, language: str) -> str:
    if value is None or value in ("", []):
        return "–"
    if entry is not None:
        return as_text(entry, value, language, say)
    match value:
        case bool():
            return _("Yes") if value else _("No")
        case str() | int() | float():
            return str(value)
        case list() if all(isinstance(item, str) for item in value):
            return ", ".join(value)
        case _:
            return json.dumps(value, ensure_ascii=False, indent=1)
