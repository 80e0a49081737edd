"""Read applications, in the shapes that screens show. Every read is scoped by the actor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.cache import caches
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from structlog.contextvars import bind_contextvars

from atrio.checks.models import Decision, Finding
from atrio.engine.forms import nested
from atrio.engine.process import Element
from atrio.journeys.journey import CUSTOMER, Journey
from atrio.journeys.queries import compiled
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound
from atrio.onboarding import rules
from atrio.onboarding.case import applications_visible_to
from atrio.onboarding.models import AccessRequest, Application, Call, EmailProof, Fact, Step, Typed
from atrio.onboarding.promises.turns import split
from atrio.outside.models import Delivery
from atrio.outside.queries import deliveries_of
from atrio.parties.models import Account
from atrio.timeline.models import Entry
from atrio.timeline.queries import entries_about

# Screens speak of applications and import them from here, never from the models.
__all__ = ["AccessRequest", "Application"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the customer's own steps are. `percent` counts what is done, truly."""

    number: int  # of the step that is shown, from 1
    total: int
    percent: int
    title: str
    previous: str  # the step before it, "" when it is the first


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as its applicant may see it: open, or answered before and still to be changed."""

    application: Application
    journey: Journey
    element: Element
    is_open: bool
    progress: Progress
    language: str  # the reader's, which need not be the one they began in
    facts: dict[str, Any]  # nested, as forms see them
    typed: Mapping[str, Any]  # what was typed last and could not be accepted


@dataclass(frozen=True, slots=True)
class Correction:
    """A customer's step as an associate may correct it."""

    application: Application
    journey: Journey
    element: Element
    facts: dict[str, Any]  # nested, as forms see them
    has_repair: bool  # a call has failed, and a step waits that can try it again


@dataclass(frozen=True, slots=True)
class FactNow:
    """A field with the value that holds, its origin, and the values it had before."""

    field: str
    value: Any
    origin: str
    source: str
    status: str
    at: datetime
    by: str
    history: list[Fact]


@dataclass(frozen=True, slots=True)
class ApplicationPage:
    """All that the associates' page shows of one application."""

    application: Application
    facts: list[FactNow]
    findings: list[Finding]
    decisions: list[Decision]
    calls: list[Call]
    deliveries: list[Delivery]
    entries: list[Entry]
    open_steps: list[Step]
    done_elements: list[str]
    typists: frozenset[str]  # the ids of those of ours who typed answers of the customer's
    clock: rules.ClockSplit


def get_application(
    *, by: Actor, application_id: UUID | None = None, also: str = ""
) -> Application:
    """Return the application if this actor may see it; NotFound if not.

    `also` names what it refers to and is to be read with it.
    """
    wanted = application_id or by.application
    rows = applications_visible_to(by)
    rows = rows.select_related(also) if also else rows
    found = rows.filter(pk=wanted).first() if wanted else None
    if found is None:
        raise NotFound(_("There is no such application."))
    bind_contextvars(application=found.reference)
    return found


def access_requests_visible_to(by: Actor) -> QuerySet[AccessRequest]:
    """Return the requests of colleagues that are put before this member's accounts."""
    if by.kind != "member":
        return AccessRequest.objects.none()
    return AccessRequest.objects.filter(account_id__in=by.accounts)


def open_step_of(application: Application) -> Step | None:
    """Return the step that waits for the applicant, if one does; one they may leave does not."""
    mine = Step.objects.filter(
        application=application, closed_at=None, kind="user", lane="customer"
    ).exclude(element__in=journey_of(application).optional)
    return mine.order_by("opened_at", "id").first()


def open_steps_of(application: Application) -> list[str]:
    """Return the elements that the applicant may answer now, those they may leave among them."""
    return [step.element for step in open_customer_steps(application)]


def open_customer_steps(application: Application) -> list[Step]:
    """Return the open steps of the customer's side, those they may leave among them."""
    mine = Step.objects.filter(
        application=application, closed_at=None, kind="user", lane="customer"
    )
    return list(mine.order_by("opened_at", "id"))


def journey_of(application: Application) -> Journey:
    """Return the frozen journey the application runs through."""
    return compiled(application.release_id)


def fact_rows(application: Application) -> list[Fact]:
    """Return every fact of the application, oldest first."""
    return list(Fact.objects.filter(application=application).order_by("id"))


def typed_for(application: Application, element: str) -> Mapping[str, Any]:
    """Return what was typed into a step and could not be accepted, as it was typed."""
    row = Typed.objects.filter(application=application, element=element).first()
    return row.raw if row else {}


def step_view(
    *, by: Actor, element: str, language: str, application_id: UUID | None = None
) -> StepView:
    """Return what a step's page needs, in the reader's language; one of ours names the application.

    Raises NotFound for a step that was never reached.
    """
    application = get_application(by=by, application_id=application_id)
    return step_of(application, element=element, language=language)


def step_of(application: Application, *, element: str, language: str) -> StepView:
    """Return what the page of a step needs, of an application that was found already.

    Raises NotFound for a step that was never reached.
    """
    journey = journey_of(application)
    asked = [node for node in journey.elements("user") if node.lane == "customer"]
    node = next((node for node in asked if node.id == element), None)
    steps = list(
        Step.objects.filter(application=application, kind="user", lane="customer").exclude(
            outcome="undone"
        )
    )
    mine = [step for step in steps if step.element == element]
    if node is None or not mine:
        raise NotFound(_("There is no such step."))
    held = rules.current_facts(fact_rows(application))
    return StepView(
        application=application,
        journey=journey,
        element=node,
        is_open=any(step.closed_at is None for step in mine),
        progress=_progress(journey, asked, steps, node, language),
        language=language,
        facts=nested(held, onto=journey.policy_facts),
        typed=typed_for(application, element),
    )


def _progress(
    journey: Journey, asked: list[Element], steps: list[Step], node: Element, language: str
) -> Progress:
    """Count the steps every applicant takes, and those this one was led to."""
    met = {step.element for step in steps}
    names = [e.id for e in asked if e.id in met or "detour" not in e.attributes]
    at = names.index(node.id)
    text = journey.step_text(node.id, language)
    before = [name for name in names[:at] if name in met]
    return Progress(
        number=at + 1,
        total=len(names),
        percent=round(100 * at / len(names)),
        title=text.name if text else node.name,
        previous=before[-1] if before else "",
    )


def application_page(*, by: Actor, application_id: UUID, now: datetime) -> ApplicationPage:
    """Return all that is known of one application. Raises NotFound."""
    application = get_application(by=by, application_id=application_id, also="owner")
    steps = list(Step.objects.filter(application=application).order_by("id"))
    calls = list(Call.objects.filter(application=application).select_related("step").order_by("id"))
    deliveries = list(deliveries_of(application.pk))
    return ApplicationPage(
        application=application,
        facts=_facts_now(fact_rows(application)),
        findings=list(Finding.objects.filter(application_id=application.pk).order_by("id")),
        decisions=list(Decision.objects.filter(application_id=application.pk).order_by("id")),
        calls=calls,
        deliveries=deliveries,
        entries=list(entries_about(application.pk, application.account_id)[:200]),
        open_steps=[step for step in steps if step.closed_at is None],
        done_elements=sorted({s.element for s in steps if s.outcome == "completed"}),
        typists=frozenset(
            s.by_id
            for s in steps
            if s.lane == CUSTOMER and s.by_kind == "staff" and s.outcome == "completed"
        ),
        clock=access_clock(application, steps=steps, deliveries=deliveries, now=now),
    )


def correction_of(*, by: Actor, application_id: UUID, step: str) -> Correction:
    """Return what correcting a step needs; NotFound for one that is not to be corrected."""
    application = get_application(by=by, application_id=application_id)
    journey = journey_of(application)
    steps = Step.objects.filter(application=application)
    element = next((one for one in journey.correctable if one.id == step), None)
    if element is None or not steps.filter(element=step, outcome="completed").exists():
        raise NotFound(_("There is no such step to correct."))
    repairs = {one.id for one in journey.elements("user") if "repairs" in one.attributes}
    return Correction(
        application=application,
        journey=journey,
        element=element,
        facts=nested(rules.current_facts(fact_rows(application)), onto=journey.policy_facts),
        has_repair=steps.filter(element__in=repairs, closed_at=None).exists(),
    )


def _facts_now(rows: list[Fact]) -> list[FactNow]:
    by_field: dict[str, list[Fact]] = {}
    for row in rows:
        by_field.setdefault(row.field, []).append(row)
    shown = []
    for name, history in by_field.items():
        holding = [row for row in history if row.status in {"accepted", "verified"}]
        row = (holding or history)[-1]
        shown.append(
            FactNow(
                field=name,
                value=row.value,
                origin=row.origin,
                source=row.source,
                status=row.status,
                at=row.at,
                by=row.by_label or row.by_kind,
                history=[old for old in reversed(history) if old is not row],
            )
        )
    return shown


def access_clock(
    application: Application, *, steps: list[Step], deliveries: list[Delivery], now: datetime
) -> rules.ClockSplit:
    """Split the access clock; it runs until the first article was shown with its price."""
    first_price_at = (
        Account.objects.filter(pk=application.account_id)
        .values_list("first_price_at", flat=True)
        .first()
        if application.account_id
        else None
    )
    without_price = application.status not in (Application.Status.OPEN, Application.Status.DONE)
    end = first_price_at or (application.finished_at if without_price else None) or now
    return split(
        application,
        start=application.first_page_at,
        end=end,
        steps=steps,
        deliveries=deliveries,
    )


def proved_email(application: Application) -> str:
    """Return the address the applicant proved last, "" if none."""
    proof = (
        EmailProof.objects.filter(application=application)
        .exclude(proved_at=None)
        .order_by("-proved_at")
        .first()
    )
    return proof.email if proof else ""


def typical_time() -> timedelta | None:
    """Return in which time half of those who came lately had their shop; None for too few.

    Only a number over many applications leaves the row-level security: nobody's own time does.
    """

    def ask() -> timedelta | None:
        with connection.cursor() as cursor:
            cursor.execute("select onboarding_typical_time()")
            (found,) = cursor.fetchone()
        return found if isinstance(found, timedelta) else None

    return caches["process"].get_or_set("onboarding.typical_time", ask, timeout=300)
