"""What becomes of a call: begun, answered, put off, failed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from atrio.checks.models import Finding
from atrio.kernel.actors import SYSTEM
from atrio.kernel.errors import NoAnswer, OutsideBusy, OutsideFailure
from atrio.kernel.queue import later
from atrio.onboarding.actions._advance import advance_and_save
from atrio.onboarding.calls import CALLS, Answer, Question
from atrio.onboarding.case import Case, facts_held, open_case
from atrio.onboarding.models import Application, Call, Step, Typed
from atrio.onboarding.rules import current_facts
from atrio.outside.connections import connection_row
from atrio.seller.queries import business_unit

_OVER = (Call.Status.DONE, Call.Status.FAILED, Call.Status.CANCELLED)

# Four calls an onboarding: as query sets, compiling these would cost several times the asking.
_BEGIN = """
    update onboarding_call
    set attempts = attempts + 1, crashes = crashes + (status = 'running')::int,
        status = 'running', started_at = coalesce(started_at, %s)
    where id = %s and status in ('queued', 'running', 'no_answer')
    returning *
"""
_END = """
    update onboarding_call
    -- The machine that began it may be ahead of our clock.
    set status = %s, finished_at = greatest(created_at, %s), next_try_at = null,
        error_code = coalesce(%s, error_code), error = coalesce(%s, error)
    where id = %s and status in ('queued', 'running', 'no_answer')
"""
_STEP = """
    select step.* from onboarding_call as call join onboarding_step as step on step.id = step_id
    where call.id = %s
"""
_APPLICATION = "select * from onboarding_application where id = %s"


def begin_call(*, call_id: UUID, now: datetime) -> tuple[Call, Question] | None:
    """Note one more attempt and return what to ask; None when the call is over already."""
    begun = list(Call.objects.raw(_BEGIN, [now, call_id]))
    return (begun[0], _question(begun[0], now)) if begun else None


def question_about(*, call_id: UUID, now: datetime) -> tuple[Call, Question]:
    """Return a call and what it asks, for whoever wants to know without making an attempt."""
    call = Call.objects.get(pk=call_id)
    return call, _question(call, now)


def _question(call: Call, now: datetime) -> Question:
    (application,) = Application.objects.raw(_APPLICATION, [call.application_id])
    unit = business_unit(application.business_unit)
    asked = getattr(unit, CALLS[call.name].asks) if CALLS[call.name].asks else ""
    return Question(
        call_id=call.pk,
        application_id=application.pk,
        reference=application.reference,
        key=call.key,
        unit=unit,
        connection=connection_row(asked) if asked else None,
        language=application.language,
        facts=current_facts(facts_held(application.pk)),
        attempt=call.attempts,
        now=now,
    )


@transaction.atomic
def finish_call(*, call_id: UUID, answer: Answer, now: datetime) -> None:
    """Take the answer over and let the process go on. A second answer is dropped."""
    case, step = _open(call_id, now)
    if not _end(call_id, Call.Status.DONE, now):
        return
    _take_over(case, step, answer)
    case.close(step, "completed")
    case.run.complete(step.task_id, case.tree, now=now)
    advance_and_save(case)


def _take_over(case: Case, step: Step, answer: Answer) -> None:
    case.add_facts(answer.facts, step=step)
    _forget_half_typed(case, {new.field for new in answer.facts})
    Finding.objects.bulk_create(
        Finding(
            application_id=case.application.pk,
            source=finding.source,
            question=finding.question,
            outcome=finding.outcome,
            summary=finding.summary[:300],
            evidence=finding.evidence,
            as_of=case.now,
        )
        for finding in answer.findings
    )
    if answer.title is not None:
        case.application.title = answer.title[:200]
    if answer.account_id:
        case.application.account_id = answer.account_id


def _forget_half_typed(case: Case, answered: set[str]) -> None:
    """Void what was half typed over suggestions that change now: it was about something else."""
    over = [
        node.id
        for node in case.journey.elements("user")
        if any(entry.source in answered for entry in case.journey.forms[node.target].fields)
    ]
    if over:
        Typed.objects.filter(application=case.application, element__in=over).delete()


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
    later("onboarding.run_call", call_id=call_id, run_in=wait)


@transaction.atomic
def fail_call(
    *, call_id: UUID, error: OutsideFailure, answer: Answer | None = None, now: datetime
) -> None:
    """Give up: the error goes to this task's boundary event, and to nobody else's.

    `answer` is what is known although nobody answered: that it is unknown, for one.

    A process that catches nothing stands still there; the desk shows it with its repair button.
    """
    case, step = _open(call_id, now)
    if not _end(call_id, Call.Status.FAILED, now, error):
        return
    case.tell("call.failed", step=step.element, code=error.code, error=str(error)[:500])
    if answer:
        _take_over(case, step, answer)
    outcome = f"failed:{error.code}"[:80]
    if case.run.fail(step.task_id, error.code, case.tree, now=now):
        case.close(step, outcome)
    else:
        case.mark(step, outcome)
    advance_and_save(case)


def _open(call_id: UUID, now: datetime) -> tuple[Case, Step]:
    """Lock the application first, then the call: every use case takes locks in this order."""
    (step,) = Step.objects.raw(_STEP, [call_id])
    case = open_case(by=SYSTEM, application_id=step.application_id, now=now)
    # A lost state is replayed when the case opens, and gives the open steps' tasks new ids.
    return case, next((each for each in case.open_steps.values() if each == step), step)


def _end(
    call_id: UUID, status: Call.Status, now: datetime, error: OutsideFailure | None = None
) -> bool:
    """Note how the call ended; False when it was over already."""
    said = (error.code[:40], str(error)[:500]) if error else (None, None)
    with connection.cursor() as cursor:
        cursor.execute(_END, [status.value, now, *said, call_id])
        is_ended: bool = cursor.rowcount == 1
        return is_ended
