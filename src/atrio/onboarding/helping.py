"""What our people did for applicants, as the desk and the applicants themselves read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from atrio.engine.forms import Answers, BoundField, Message, bound, nested
from atrio.journeys.messages import say
from atrio.kernel.actors import Actor
from atrio.onboarding import rules
from atrio.onboarding.drafts import Draft, draft_of
from atrio.onboarding.models import Application, Help, Typed
from atrio.onboarding.queries import fact_rows, get_application, journey_of, proved_email

# Screens speak of it and import it from here, never from the models.
Outcome = Help.Outcome
Heard = Help.Heard

# What a page of the applicant's shows at most, newest first: they want to get on.
MOST_SHOWN = 3
SECRET = "sensitive"  # noqa: S105 (a privacy class of forms)


@dataclass(frozen=True, slots=True)
class Helped:
    """What one of ours did; several steps that were filled in at a time are one."""

    kind: str
    who: str
    channel: str
    outcome: str
    text: str  # the words of a letter; of a call only the desk reads the note
    steps: tuple[str, ...]  # filled in: elements, in the order of doing
    at: datetime
    call_at: datetime | None
    said_by: str  # at whose word it was withdrawn


@dataclass(frozen=True, slots=True)
class TypedField:
    """What somebody typed and what is wrong with it; `value` is "" for what is kept secret."""

    label: str
    value: str
    error: str


@dataclass(frozen=True, slots=True)
class HelpPage:
    """What whoever helps has to know: where somebody stands, what they typed, how to reach them."""

    application: Application
    draft: Draft | None
    typed: list[TypedField]  # at the open step, and could not be taken
    name: str
    email: str
    phone: str
    is_proved: bool  # the address
    may_write: bool
    helped: list[Helped]


def help_page(*, by: Actor, application_id: UUID, language: str, now: datetime) -> HelpPage:
    """Return what helping somebody needs. Raises NotFound."""
    application = get_application(by=by, application_id=application_id)
    held = rules.current_facts(fact_rows(application))
    draft = draft_of(by, application, now=now)
    email = str(held.get("contact.email") or "")
    return HelpPage(
        application=application,
        draft=draft,
        typed=_typed(application, draft, held, language) if draft else [],
        name=str(held.get("contact.name") or ""),
        email=email,
        phone=str(held.get("contact.phone") or ""),
        is_proved=bool(email) and proved_email(application) == email,
        may_write=bool(email) and "help" in journey_of(application).notices,
        helped=help_given(application),
    )


def name_given(application: Application) -> str:
    """Return how whoever applies calls themselves, "" while that is not known."""
    return str(rules.current_facts(fact_rows(application)).get("contact.name") or "")


def help_given(application: Application) -> list[Helped]:
    """Return everything our people did for somebody, newest first; asks nothing if it was none."""
    if application.helped_at is None:
        return []
    rows = Help.objects.filter(application=application).order_by("-id")[:50]
    return _together(rows)


def help_shown_to_customer(application: Application) -> list[Helped]:
    """Return what the customer reads of it: letters, what was filled in, and the last call.

    Nobody has to be told that they were spoken to; and a call of now makes up for one missed.
    """
    given = help_given(application)
    last_call = next((one for one in given if one.kind == Help.Kind.CALLED), None)
    return [
        one
        for one in given
        if one.kind != Help.Kind.CALLED
        or (one is last_call and one.outcome != Help.Outcome.REACHED)
    ][:MOST_SHOWN]


def _together(rows: Iterable[Help]) -> list[Helped]:
    """Put the steps that one person filled in, one after the other, into one."""
    found: list[Helped] = []
    for row in rows:  # newest first
        last = found[-1] if found else None
        is_same = (
            last is not None
            and row.kind == last.kind == Help.Kind.FILLED_IN
            and (row.by_label, row.channel) == (last.who, last.channel)
        )
        if is_same and last is not None:
            steps = tuple(dict.fromkeys((row.step, *last.steps)))
            found[-1] = _helped(row, steps, at=last.at)
        else:
            steps = (row.step,) if row.kind == Help.Kind.FILLED_IN else ()
            found.append(_helped(row, steps, at=row.at))
    return found


def _helped(row: Help, steps: Sequence[str], *, at: datetime) -> Helped:
    return Helped(
        kind=row.kind,
        who=row.by_label,
        channel=row.channel,
        outcome=row.outcome,
        text=row.text,
        steps=tuple(steps),
        at=at,
        call_at=row.call_at,
        said_by=row.said_by,
    )


def _typed(
    application: Application, draft: Draft, held: Mapping[str, Any], language: str
) -> list[TypedField]:
    """Return what was typed at the open step and refused, without what is nobody else's to read."""
    row = Typed.objects.filter(application=application, element=draft.element).first()
    if row is None:
        return []
    journey = journey_of(application)
    form = journey.form_at(draft.element)
    secret = {entry.name for entry in form.fields if entry.privacy == SECRET}
    raw = {name: text for name, text in row.raw.items() if name not in secret}
    errors = {name: Message(said["code"], said["params"]) for name, said in row.refused.items()}
    drawn = bound(
        form,
        language=language,
        say=say,
        facts=nested(held, onto=journey.policy_facts),
        answers=Answers(raw=raw, errors=errors),
    )
    inputs = [part for entry in drawn.fields for part in (entry.parts or (entry,))]
    return [
        TypedField(one.label, _said(one, language) if one.name in raw else "", one.error)
        for one in inputs
        if one.name in errors or raw.get(one.name)
    ]


def _said(field: BoundField, language: str) -> str:
    if field.choices:
        return ", ".join(choice.label for choice in field.choices if choice.chosen)
    if field.type in {"yes_no", "consent"} and field.value in {"yes", "no"}:
        return say(Message(field.value), language)
    return field.value
