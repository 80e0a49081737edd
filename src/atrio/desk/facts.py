"""What is known of an application, by topic, in words: each value with its origin and its past."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from atrio.desk.words import DECISIONS, ORIGINS, WAYS_IN, Status, Text, ago, who
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
    "proof": gettext_lazy("Proof of the address"),
    "register": gettext_lazy("Register"),
    "decision": gettext_lazy("Decision"),
    "review": gettext_lazy("Review"),
    "second_review": gettext_lazy("Second review"),
    "objection": gettext_lazy("Objection"),
    "known": gettext_lazy("What we knew"),
    "access": gettext_lazy("Access"),
    "control": gettext_lazy("Proof of control"),
    "credit": gettext_lazy("Credit line"),
    "customer": gettext_lazy("Customer"),
    "repair": gettext_lazy("Repair"),
    "repair_crm": gettext_lazy("Repair"),
    "repair_credit": gettext_lazy("Repair"),
    "erp": gettext_lazy("ERP"),
    "shop": gettext_lazy("Shop"),
}
# What no form asks for: how it is called, and what its codes mean.
_LABELS: Mapping[str, Text] = {
    "register.outcome": gettext_lazy("Outcome"),
    "register.status": gettext_lazy("Status"),
    "register.activity_code": gettext_lazy("Activity code"),
    "register.age_days": gettext_lazy("Age in days"),
    "decision.outcome": gettext_lazy("Outcome"),
    "decision.reasons": gettext_lazy("Reasons"),
    "decision.table": gettext_lazy("Table"),
    "decision.table_version": gettext_lazy("Table version"),
    "decision.price_group": gettext_lazy("Price group"),
    "erp.customer_number": gettext_lazy("Customer number"),
    "erp.price_group": gettext_lazy("Price group"),
    "proof.by": gettext_lazy("The code was typed by"),
    "known.company": gettext_lazy("The company is a customer"),
    "known.contact": gettext_lazy("The person at it"),
    "known.domain": gettext_lazy("Address of its registered domain"),
    "known.admin": gettext_lazy("It has an admin"),
    "known.account": gettext_lazy("Account"),
    "customer.account": gettext_lazy("Account"),
}
_CODES: Mapping[str, Mapping[str, Text]] = {
    "register.outcome": {
        "found": gettext_lazy("found"),
        "not_found": gettext_lazy("not found"),
        "unknown": gettext_lazy("unknown"),
    },
    "register.status": {
        "active": pgettext_lazy("a company", "active"),
        "suspended": pgettext_lazy("a company", "suspended"),
        "unfit": pgettext_lazy("a company", "unfit"),
        "closed": pgettext_lazy("a company", "closed"),
        "void": pgettext_lazy("a company", "void"),
    },
    "known.contact": {
        "linked": gettext_lazy("works there"),
        "former": gettext_lazy("has left"),
        "not_linked": gettext_lazy("known elsewhere"),
        "unknown": gettext_lazy("not known"),
    },
    "proof.by": {
        "customer": gettext_lazy("customer"),
        "associate": gettext_lazy("our team"),
    },
    "decision.outcome": {code: status.text for code, status in DECISIONS.items()},
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
    found: dict[str, list[FactNow]] = {}
    for fact in facts:
        found.setdefault(fact.field.partition(".")[0], []).append(fact)
    return [
        Topic(
            title=_TOPICS.get(topic, topic.capitalize()),
            is_open=any(fact.origin in {"customer", "staff"} for fact in about),
            facts=[_shown(fact, journey, language=language, now=now) for fact in about],
        )
        for topic, about in found.items()
    ]


def fact_text(journey: Journey, name: str, value: Any, *, language: str) -> str:
    """Return one fact's value as people read it."""
    if value is None or value in ("", []):
        return "–"
    if entry := _field(journey, name):
        return as_text(entry, value, language, say)
    if isinstance(value, str) and value in _CODES.get(name, {}):
        return str(_CODES[name][value])
    if name == "decision.reasons":
        return " ".join(journey.reason(str(code), language) for code in value)
    if name == "decision.table":
        return str(value["name"])
    return _plain_text(value)


def fact_in_words(journey: Journey, name: str, value: Any, *, language: str) -> tuple[str, str]:
    """Return what a fact is called, and its value as people read it."""
    return _label(journey, name, language), fact_text(journey, name, value, language=language)


def _field(journey: Journey, name: str) -> Field | None:
    """Return the field of a form by its name, or by the name of what a register offers for it."""
    entries = [entry for form in journey.forms.values() for entry in form.fields]
    found = [entry for entry in entries if entry.name == name]
    return next(iter(found or [entry for entry in entries if entry.source == name]), None)


def _shown(fact: FactNow, journey: Journey, *, language: str, now: datetime) -> ShownFact:
    names = journey.pack.source_names(language)
    return ShownFact(
        label=_label(journey, fact.field, language),
        value=fact_text(journey, fact.field, fact.value, language=language),
        source=names.get(fact.origin) or str(ORIGINS[fact.origin]),
        evidence=str(WAYS_IN.get(fact.source, fact.source)),
        worth=_WORTH.get(fact.status),
        at=fact.at,
        when=ago(fact.at, now=now),
        who=who(fact.by),
        history=[
            OldValue(
                value=fact_text(journey, fact.field, old.value, language=language),
                source=names.get(old.origin) or str(ORIGINS[old.origin]),
                evidence=str(WAYS_IN.get(old.source, old.source)),
                worth=_WORTH.get(old.status),
                at=old.at,
                when=ago(old.at, now=now),
                who=who(old.by_label or old.by_kind),
            )
            for old in fact.history
        ],
    )


def _label(journey: Journey, name: str, language: str) -> str:
    if entry := _field(journey, name):
        return in_words(entry.label, language, say)
    # A pack's own facts have no words but their names.
    return str(_LABELS.get(name) or _plain_label(name))


def _plain_label(name: str) -> str:
    return name.partition(".")[2].replace("_", " ").replace(".", " · ").capitalize() or name


def _plain_text(value: Any) -> str:
    match value:
        case bool():
            return _("Yes") if value else _("No")
        case str() | int() | float():
            return str(value)
        case list() if all(isinstance(item, str) for item in value):
            return ", ".join(value)
        case _:
            return json.dumps(value, ensure_ascii=False, indent=1)
