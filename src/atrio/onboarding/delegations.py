"""Steps that were delegated: who owes what to an application, and what a delegate sees of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from atrio.engine.forms import fact, nested
from atrio.journeys.journey import Journey
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound
from atrio.onboarding import rules
from atrio.onboarding.case import applications_visible_to
from atrio.onboarding.models import Application, Delegation, Step
from atrio.onboarding.queries import StepView, journey_of, open_step_of, step_of

NOTICE = "step_asked"
State = Literal["asked", "declined", "returned", "ran_out"]
Stands = Literal["open", "answered", "over", "ran_out"]


@dataclass(frozen=True, slots=True)
class Owed:
    """An open step that somebody was asked to fill in, and how that stands."""

    delegation: Delegation
    element: str
    step: str  # what it is called
    state: State

    @property
    def is_asked(self) -> bool:
        """Say whether they still owe it: not declined, reached, and the link still opens."""
        return self.state == "asked"


@dataclass(frozen=True, slots=True)
class DelegatedStep:
    """What a delegate sees: the one step as long as it is theirs, and whose it is."""

    delegation: Delegation
    application: Application
    stands: Stands
    view: StepView | None  # None: there is nothing to fill in, any more


def delegations_visible_to(by: Actor) -> QuerySet[Delegation]:
    """Return the delegations this actor may see: a delegate their own, others by application."""
    if by.kind == "delegate":
        return Delegation.objects.filter(pk=by.id, application__in=[by.application])
    return Delegation.objects.filter(application__in=applications_visible_to(by))


def applications_delegated_to(by: Actor) -> QuerySet[Application]:
    """Return the application in which a delegate may work on one step; for that step alone."""
    if by.kind != "delegate":
        return Application.objects.none()
    mine = delegations_visible_to(by).values("application")
    return Application.objects.filter(pk__in=mine)


def may_delegate(journey: Journey, element: str) -> bool:
    """Say whether somebody else may be asked for a step of this journey.

    A private person has no colleagues, and a release of old has no words to ask them by.
    """
    if journey.pack.customer == "person" or NOTICE not in journey.notices:
        return False
    steps = {node.id: node for node in journey.elements("user") if node.lane == "customer"}
    if element not in steps:
        return False
    proved = {node.attributes["proof"] for node in steps.values() if "proof" in node.attributes}
    fields = {field.name for field in journey.forms[steps[element].target].fields}
    return rules.may_be_delegated(steps[element].attributes, fields=fields, proved=proved)


def may_ask_for(view: StepView) -> bool:
    """Say whether somebody else may be asked for the step that is shown, here and now."""
    known = {"company.tax_id": fact(view.facts, "company.tax_id")}
    return (
        view.is_open
        and may_delegate(view.journey, view.element.id)
        and bool(called(view.application, known))
    )


def called(application: Application, facts: Mapping[str, object]) -> str:
    """Return what others are told the application is about: its company, or its number; or ""."""
    return application.title or str(facts.get("company.tax_id") or "")


def owed_by_others(application: Application, *, language: str, now: datetime) -> list[Owed]:
    """Return the open steps somebody was asked for, one each; asks only if anybody ever was."""
    if application.delegated_at is None or application.status != Application.Status.OPEN:
        return []
    asked = (
        Delegation.objects.filter(application=application, step__closed_at=None)
        .select_related("step")
        .order_by("id")
    )
    latest = {delegation.step_id: delegation for delegation in asked}
    journey = journey_of(application)
    return [
        _owed(journey, one, language=language, now=now)
        for one in latest.values()
        if one.ended != Delegation.Ended.TAKEN_BACK
    ]


def names_asked(application_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, str]:
    """Return step → who was asked for it and still owes it; asks nothing for no applications."""
    if not application_ids:
        return {}
    return dict(still_asked(application_ids, now=now).values_list("step_id", "name"))


def still_asked(application_ids: Sequence[UUID], *, now: datetime) -> QuerySet[Delegation]:
    """Return the delegations of these applications that are still owed, with their steps."""
    return Delegation.objects.filter(
        application__in=application_ids, ended="", step__closed_at=None, valid_until__gt=now
    ).select_related("step")


def _owed(journey: Journey, delegation: Delegation, *, language: str, now: datetime) -> Owed:
    element = delegation.step.element
    text = journey.step_text(element, language)
    state: State = "asked"
    if delegation.ended == Delegation.Ended.DECLINED:
        state = "declined"
    elif delegation.ended == Delegation.Ended.RETURNED:
        state = "returned"
    elif delegation.ended or delegation.valid_until <= now:
        state = "ran_out"
    return Owed(delegation, element, text.name if text else element, state)


def step_left_to(application: Application, owed: list[Owed]) -> Step | None:
    """Return the step that waits for the applicant and for nobody they have asked."""
    step = open_step_of(application)
    others = {one.delegation.step_id for one in owed if one.is_asked}
    return None if step is None or step.pk in others else step


def answered_by_delegate(*, by: Actor, element: str, delegation_id: str) -> str:
    """Return the name of the delegate who has just answered a step, "" if none has.

    The application stays locked until the transaction ends, so that what is decided upon this
    still holds when it is done.
    """
    locked = applications_visible_to(by).select_for_update(no_key=True)
    if locked.filter(submitted_at=None).first() is None:
        return ""
    found = Step.objects.filter(
        application__in=applications_visible_to(by),
        element=element,
        outcome="completed",
        by_kind="delegate",
        by_id=delegation_id[:40],
    )
    return found.values_list("by_label", flat=True).first() or ""


def delegated_step(*, by: Actor, language: str, now: datetime) -> DelegatedStep:
    """Return what a delegate's link opens, in the reader's language. Raises NotFound."""
    found = delegations_visible_to(by).select_related("step", "application").first()
    if found is None:
        raise NotFound(_("This address does not lead to a step."))
    stands = how_it_stands(found, now=now)
    view = None
    if stands == "open":
        view = step_of(found.application, element=found.step.element, language=language)
    return DelegatedStep(found, found.application, stands, view)


def questions_of(found: DelegatedStep, *, language: str) -> StepView | None:
    """Return what a delegate was asked without anything that was answered; None if it is gone.

    It is none of theirs any more, and yet what they have typed meanwhile is to be read somewhere.
    """
    element = found.delegation.step.element
    try:
        view = step_of(found.application, element=element, language=language)
    except NotFound:
        return None
    return replace(view, facts=nested({}, onto=view.journey.policy_facts), typed={})


def how_it_stands(delegation: Delegation, *, now: datetime) -> Stands:
    """Say what there is for a delegate to do: `over` is whatever is none of their business."""
    step = delegation.step
    if step.by_kind == "delegate" and step.by_id == str(delegation.pk) and step.closed_at:
        return "answered"
    if delegation.ended or step.closed_at:
        return "over"
    return "ran_out" if delegation.valid_until <= now else "open"
