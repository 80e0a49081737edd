"""Applications: begin, read, answer, follow and withdraw them for customers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router
from pydantic import Field

from atrio.api.access import IdempotencyKey, IntegratorRequest, Key, Made, inside, once, reader
from atrio.api.cursors import USUAL, Cursor, Limit, page_of
from atrio.api.fields import as_typed, schema_of, values_of
from atrio.api.problems import CHANGES, FOUND, REFUSALS, wrong_answers
from atrio.api.schemas import (
    Answers,
    AnyStatus,
    Application,
    Applications,
    CodeSent,
    Milestone,
    NewApplication,
    Reference,
    Step,
    Steps,
    Tracked,
    Withdrawal,
    in_brief,
    in_full,
)
from atrio.journeys.messages import say
from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.onboarding import queries
from atrio.onboarding.actions import (
    fill_in_step,
    send_code_again,
    start_by_program,
    withdraw_application,
)
from atrio.onboarding.actions.submit_step import ApplicationOver
from atrio.onboarding.case import applications_visible_to
from atrio.onboarding.delegations import owed_by_others
from atrio.onboarding.drawing import form_for
from atrio.onboarding.tracking import tracker

router = Router(tags=["applications"])
READS, WRITES = Key("applications:read"), Key("applications:write")
BY_PROGRAM = "api"
StepName = Annotated[str, Field(max_length=80, pattern=r"^[A-Za-z0-9_-]+$")]


@router.get("", auth=READS, response={200: Applications, **REFUSALS}, url_name="applications")
def list_applications(
    request: IntegratorRequest,
    cursor: Cursor = "",
    limit: Limit = USUAL,
    status: Annotated[AnyStatus, Query()] = "",
    reference: Reference = "",
) -> Applications:
    """List the applications of the key's business units, newest first."""
    with acting_as(request.auth):
        rows = applications_visible_to(request.auth).defer("state")
        rows = rows.filter(status=status) if status else rows
        rows = rows.filter(reference=reference) if reference else rows
        found, after = page_of(rows, cursor=cursor, limit=limit)
        return Applications(items=[in_brief(row) for row in found], next_cursor=after)


@router.post("", auth=WRITES, response={201: Application, **CHANGES}, url_name="applications")
def begin(
    request: IntegratorRequest, idempotency_key: IdempotencyKey, asked: NewApplication
) -> HttpResponse:
    """Begin an application for a customer. What they say is theirs; that you typed it is kept."""

    def work() -> Made:
        made = start_by_program(
            by=request.auth,
            journey=asked.journey,
            unit=asked.business_unit,
            language=asked.language or reader(),
            branch=asked.branch,
            now=timezone.now(),
        )
        with inside(request.auth, made.pk) as by:
            return 201, _in_full(by)

    return once(request, idempotency_key, work)


@router.get(
    "/{uuid:application_id}",
    auth=READS,
    response={200: Application, **FOUND},
    url_name="application",
)
def read_application(request: IntegratorRequest, application_id: UUID) -> Application:
    """Read one application."""
    with inside(request.auth, application_id) as by:
        return _in_full(by)


@router.get(
    "/{uuid:application_id}/status",
    auth=READS,
    response={200: Tracked, **FOUND},
    url_name="status",
)
def read_status(request: IntegratorRequest, application_id: UUID) -> Tracked:
    """Follow an application as its tracker shows it: what is done, what runs, what comes."""
    with inside(request.auth, application_id) as by:
        return _tracked(by)


@router.get(
    "/{uuid:application_id}/steps",
    auth=READS,
    response={200: Steps, **FOUND},
    url_name="steps",
)
def list_steps(request: IntegratorRequest, application_id: UUID) -> Steps:
    """List the steps that wait for the customer, with their fields."""
    with inside(request.auth, application_id) as by:
        application = queries.get_application(by=by)
        return Steps(items=[_step(by, name) for name in queries.open_steps_of(application)])


@router.get(
    "/{uuid:application_id}/steps/{slug:step}",
    auth=READS,
    response={200: Step, **FOUND},
    url_name="step",
)
def read_step(request: IntegratorRequest, application_id: UUID, step: Path[StepName]) -> Step:
    """Read a step that the customer has come to, answered or not."""
    with inside(request.auth, application_id) as by:
        return _step(by, step)


@router.post(
    "/{uuid:application_id}/steps/{slug:step}",
    auth=WRITES,
    response={200: Application, **CHANGES},
    url_name="step",
)
def answer_step(
    request: IntegratorRequest,
    application_id: UUID,
    step: Path[StepName],
    idempotency_key: IdempotencyKey,
    asked: Answers,
) -> HttpResponse:
    """Answer a step for the customer. An answered one may be answered anew until it is sent.

    A code that you send shows that letters arrive; it never shows that somebody speaks for a
    customer we know already.
    """

    def work(by: Actor) -> Made:
        if queries.get_application(by=by).finished_at is not None:
            raise ApplicationOver(_("The application is over."))
        view = queries.step_view(by=by, element=step, language=reader())
        typed, wrong = as_typed(form_for(view, None), asked.answers, language=reader())
        if wrong:
            return 422, wrong_answers(wrong)
        _after, answers = fill_in_step(
            by=by,
            application_id=application_id,
            step=step,
            submitted=typed,
            channel=BY_PROGRAM,
            language=reader(),
            now=timezone.now(),
        )
        if not answers.ok:
            said = {name: say(text, reader()) for name, text in answers.errors.items()}
            return 422, wrong_answers(said)
        return 200, _in_full(by)

    return once(request, idempotency_key, _within(request, application_id, work))


@router.post(
    "/{uuid:application_id}/steps/{slug:step}/code",
    auth=WRITES,
    response={202: CodeSent, **CHANGES},
    url_name="code",
)
def send_code(
    request: IntegratorRequest,
    application_id: UUID,
    step: Path[StepName],
    idempotency_key: IdempotencyKey,
) -> HttpResponse:
    """Send the customer another code, at a step that asks for one."""

    def work(by: Actor) -> Made:
        return 202, CodeSent(sent_to=send_code_again(by=by, step=step, now=timezone.now()))

    return once(request, idempotency_key, _within(request, application_id, work))


@router.post(
    "/{uuid:application_id}/withdrawal",
    auth=WRITES,
    response={200: Application, **CHANGES},
    url_name="withdrawal",
)
def withdraw(
    request: IntegratorRequest,
    application_id: UUID,
    idempotency_key: IdempotencyKey,
    asked: Withdrawal,
) -> HttpResponse:
    """Withdraw an application for the customer, until the shop is open."""

    def work(by: Actor) -> Made:
        withdraw_application(by=by, reason=asked.reason, now=timezone.now())
        return 200, _in_full(by)

    return once(request, idempotency_key, _within(request, application_id, work))


def _within(
    request: IntegratorRequest, application_id: UUID, work: Callable[[Actor], Made]
) -> Callable[[], Made]:
    def worked() -> Made:
        with inside(request.auth, application_id) as by:
            return work(by)

    return worked


def _in_full(by: Actor) -> Application:
    row = queries.get_application(by=by, also="release")
    return in_full(row, journey=row.release.pack, open_steps=queries.open_steps_of(row))


def _step(by: Actor, name: str) -> Step:
    view = queries.step_view(by=by, element=name, language=reader())
    form = form_for(view, None)
    return Step(
        step=name,
        title=view.progress.title,
        intro=form.intro,
        is_open=view.is_open,
        number=view.progress.number,
        of=view.progress.total,
        proves=view.element.attributes.get("proof", ""),
        answers=schema_of(form),
        values=values_of(form),
    )


def _owed(application: queries.Application) -> dict[str, dict[str, Any]]:
    """Return element → who of the customer's owes the open step, and since when."""
    language, now = reader(), timezone.now()
    others = {
        one.element: one.delegation.asked_at
        for one in owed_by_others(application, language=language, now=now)
        if one.is_asked
    }
    return {
        step.element: {
            "by": "delegate" if step.element in others else "customer",
            "since": others.get(step.element, step.opened_at),
        }
        for step in queries.open_customer_steps(application)
    }


def _tracked(by: Actor) -> Tracked:
    application = queries.get_application(by=by)
    view = tracker(application, language=reader(), now=timezone.now())
    told = view.outcome
    owed = _owed(application)
    return Tracked.model_validate(
        {
            "reference": application.reference,
            "status": application.status,
            "waiting_on": application.waiting_on,
            "open_steps": list(owed),
            "owed_by": [one | {"step": step} for step, one in owed.items()],
            "is_delayed": view.is_delayed,
            "outcome": told,
            "milestones": [
                {name: getattr(one, name) for name in Milestone.model_fields if name != "step"}
                | {"step": one.element}
                for one in view.milestones
            ],
            "promises": view.promises,
        }
    )
