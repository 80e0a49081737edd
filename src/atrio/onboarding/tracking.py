"""What the tracker shows: the way of an application, like a parcel's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from atrio.engine.forms import nested
from atrio.engine.process import Element
from atrio.journeys.journey import Journey
from atrio.journeys.promises import ACCESS
from atrio.journeys.texts import OutcomeText
from atrio.onboarding import rules
from atrio.onboarding.credit_requests import credit_withdrawn_at, may_withdraw_credit
from atrio.onboarding.models import Application, Help, Step
from atrio.onboarding.promises.queries import PromiseView, promises_to_customer
from atrio.onboarding.queries import access_clock, fact_rows, journey_of
from atrio.outside.models import Delivery

State = Literal["done", "now", "next"]


@dataclass(frozen=True, slots=True)
class Milestone:
    """One line of the tracker: what, who has it, how far it is, and since when."""

    element: str
    title: str
    who: str  # customer | us | outside
    state: State
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Tracker:
    """The way of an application, like a parcel's."""

    application: Application
    milestones: list[Milestone]
    outcome: OutcomeText | None
    optional_step: str  # what the applicant may still do and need not: object; "" for nothing
    is_delayed: bool
    clock: rules.ClockSplit
    promises: list[PromiseView]  # that were given to the customer by name and are still open
    may_withdraw_credit: bool  # the request for a credit line, beside the open shop
    credit_withdrawn_at: datetime | None
    is_on_word: bool  # one of ours has withdrawn the application at the customer's word


def tracker(application: Application, *, language: str, now: datetime) -> Tracker:
    """Return the way from the submission to the open shop, as far as it has come."""
    journey = journey_of(application)
    steps = list(Step.objects.filter(application=application).order_by("opened_at", "id"))
    latest = {step.element: step for step in steps if step.outcome != "undone"}
    is_over = application.status != Application.Status.OPEN
    optional = [s.element for s in steps if not s.closed_at and s.element in journey.optional]
    deliveries = list(Delivery.objects.filter(application_id=application.pk))
    return Tracker(
        application=application,
        milestones=[
            milestone
            for node in journey.elements("table", "call", "user")
            if (milestone := _milestone(journey, node, latest.get(node.id), application, language))
        ],
        outcome=_outcome(journey, application, language, optional=optional),
        optional_step=optional[0] if optional else "",
        is_delayed=not is_over and _is_late(application, now),
        clock=access_clock(application, steps=steps, deliveries=deliveries, now=now),
        promises=promises_to_customer(application, journey, language=language, now=now),
        may_withdraw_credit=may_withdraw_credit(application, steps),
        credit_withdrawn_at=credit_withdrawn_at(steps),
        is_on_word=_is_on_word(application),
    )


def _is_on_word(application: Application) -> bool:
    if application.status != Application.Status.WITHDRAWN or application.helped_at is None:
        return False
    return Help.objects.filter(application=application, kind=Help.Kind.WITHDREW).exists()


def _is_late(application: Application, now: datetime) -> bool:
    """Say whether access has taken longer than promised and is not given yet."""
    due = application.clocks.get(ACCESS, {}).get("due")
    return bool(due) and now > datetime.fromisoformat(due)


def _milestone(
    journey: Journey, node: Element, step: Step | None, application: Application, language: str
) -> Milestone | None:
    """Return the tracker's line for an element; None for what does not concern this applicant."""
    text = journey.step_text(node.id, language)
    is_over = application.status != Application.Status.OPEN
    if text is None or text.who == "staff":
        return None
    if step is None and (is_over or node.kind == "user" or "detour" in node.attributes):
        return None
    if step is not None and node.kind == "user" and node.lane == "customer":
        return None
    if step is not None and step.outcome.startswith("failed:") and _is_repaired(journey, node):
        return None  # it is not done; the line of whoever puts it right stands for it
    state: State = "next" if step is None else "done" if step.closed_at else "now"
    return Milestone(
        element=node.id,
        title=text.done if state == "done" else text.doing,
        who=text.who,
        state=state,
        at=(step.closed_at or step.opened_at) if step else None,
    )


def _is_repaired(journey: Journey, node: Element) -> bool:
    """Say whether a person puts right what this call could not do."""
    return any(one.attributes.get("repairs") == node.id for one in journey.elements("user"))


def _outcome(
    journey: Journey, application: Application, language: str, *, optional: list[str]
) -> OutcomeText | None:
    """Return how it has come out: the shop is open, although the credit line may still be run."""
    if application.status == Application.Status.OPEN and application.account_id is None:
        return None
    facts = nested(rules.current_facts(fact_rows(application)))
    for end in (*optional, *reversed(application.ends)):
        if text := journey.outcome(end, language, facts):
            return text
    return None
