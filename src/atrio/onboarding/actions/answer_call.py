"""What becomes of a call: begun, answered, put off, failed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Subquery

from atrio.journeys.queries import compiled
from atrio.kernel.actors import SYSTEM
from atrio.kernel.errors import NoAnswer, OutsideBusy, OutsideFailure
from atrio.kernel.queue import later
from atrio.onboarding.actions._advance import advance_and_save
from atrio.onboarding.actions._answer import take_over
from atrio.onboarding.calls import CALLS, Answer, Question
from atrio.onboarding.case import Case, facts_held, open_case
from atrio.onboarding.models import Call, Step
from atrio.onboarding.rules import current_facts
from atrio.outside.connections import connection_row
from atrio.outside.queries import erp_serving
from atrio.seller.queries import business_unit

_OVER = (Call.Status.DONE, Call.Status.FAILED, Call.Status.CANCELLED)

# Four calls an onboarding: as query sets, compiling these would cost several times the asking.
_BEGUN = """
    with call as (
        update onboarding_call
        set attempts = attempts + 1, crashes = crashes + (status = 'running')::int,
            status = 'running', started_at = coalesce(started_at, %s)
        where id = %s and status in ('queued', 'running', 'no_answer')
        returning *
    )
"""
_FOUND = "with call as (select * from onboarding_call where id = %s)"
_READ = """
    select call.*, application.reference, application.business_unit, application.language,
        application.release_id, application.account_id
    from call join onboarding_application as application on application.id = application_id
"""
_END = """
    update onboarding_call
    -- The machine that began it may be ahead of our clock.
    set status = %s, finished_at = greatest(created_at, %s), next_try_at = null,
        error_code = coalesce(%s, error_code), error = coalesce(%s, error)
    where id = %s and status in ('queued', 'running', 'no_answer')
    returning step_id
"""


def begin_call(*, call_id: UUID, now: datetime) -> tuple[Call, Question] | None:
    """Note one more attempt and return what to ask; None when the call is over already."""
    begun = list(Call.objects.raw(_BEGUN + _READ, [now, call_id]))
    return (begun[0], _question(begun[0], now)) if begun else None


def question_about(*, call_id: UUID, now: datetime) -> tuple[Call, Question]:
    """Return a call and what it asks, for whoever wants to know without making an attempt."""
    (call,) = Call.objects.raw(_FOUND + _READ, [call_id])
    return call, _question(call, now)


def _question(call: Any, now: datetime) -> Question:
    """Return what a call asks, which was read with some columns of its application."""
    unit = business_unit(call.business_unit)
    asked = getattr(unit, CALLS[call.name].asks) if CALLS[call.name].asks else ""
    if CALLS[call.name].asks == "erp":
        asked = erp_serving(call.account_id, unit=unit)
    return Question(
        call_id=call.pk,
        application_id=call.application_id,
        reference=call.reference,
        key=call.key,
        unit=unit,
        journey=compiled(call.release_id),
        connection=connection_row(asked) if asked else None,
        language=call.language,
        facts=current_facts(facts_held(call.application_id)),
        attempt=call.attempts,
        now=now,
    )


@transaction.atomic
def finish_call(*, call_id: UUID, answer: Answer, now: datetime) -> None:
    """Take the answer over and let the process go on. A second answer is dropped."""
    case = _open(call_id, now)
    step = _end(case, call_id, Call.Status.DONE)
    if step is None:
        return
    take_over(case, step, answer)
    case.close(step, "completed")
    case.run.complete(step.task_id, case.tree, now=now)
    advance_and_save(case)


@transaction.atomic
def postpone_call(*, call_id: UUID, error: OutsideBusy, wait: timedelta, now: datetime) -> None:
    """Try again after `wait`; that it was sent without an answer is remembered."""
    call = Call.objects.select_for_update().get(pk=call_id)
    if call.status in _OVER:
        return
    silent = isinstance(error, NoAnswer)
    call.status = Call.Status.NO_ANSWER if silent else Call.Status.QUEUED
    call.error = str(error)[:500]
    call.next_try_at = now + wait
    call.save(update_fields=["status", "error", "next_try_at"])
    # By this name it is brought forward when the system answers again.
    later("onboarding.run_call", call_id=call_id, run_in=wait, once=str(call_id))


@transaction.atomic
def fail_call(
    *, call_id: UUID, error: OutsideFailure, answer: Answer | None = None, now: datetime
) -> None:
    """Give up: the error goes to this task's boundary event, and to nobody else's.

    `answer` is what is known although nobody answered: that it is unknown, for one.

    A process that catches nothing stands still there; the desk shows it with its repair button.
    """
    case = _open(call_id, now)
    step = _end(case, call_id, Call.Status.FAILED, error)
    if step is None:
        return
    case.tell("call.failed", step=step.element, code=error.code, error=str(error)[:500])
    if answer:
        take_over(case, step, answer)
    outcome = f"failed:{error.code}"[:80]
    if case.run.fail(step.task_id, error.code, case.tree, now=now):
        case.close(step, outcome)
    else:
        case.mark(step, outcome)
    advance_and_save(case)


def _open(call_id: UUID, now: datetime) -> Case:
    """Lock the application first, then the call: every use case takes locks in this order."""
    whose = Call.objects.filter(pk=call_id).values("application_id")
    return open_case(by=SYSTEM, application_id=Subquery(whose), now=now)


def _end(
    case: Case, call_id: UUID, status: Call.Status, error: OutsideFailure | None = None
) -> Step | None:
    """Note how the call ended and return its step; None when it was over already."""
    said = (error.code[:40], str(error)[:500]) if error else (None, None)
    with connection.cursor() as cursor:
        cursor.execute(_END, [status.value, case.now, *said, call_id])
        ended = cursor.fetchone()
    # A lost state is replayed when the case opens, and gives the open steps' tasks new ids.
    return next(step for step in case.open_steps.values() if step.pk == ended[0]) if ended else None
