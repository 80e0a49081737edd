"""What becomes of a call: begun, answered, put off, failed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from atrio.checks.models import Finding
from atrio.kernel.actors import SYSTEM
from atrio.kernel.errors import NoAnswer, OutsideBusy, OutsideFailure
from atrio.kernel.queue import later
from atrio.onboarding.actions._advance import advance_and_save, moment_of_end
from atrio.onboarding.calls import CALLS, Answer, Question
from atrio.onboarding.case import Case, facts_held, open_case
from atrio.onboarding.models import Call, Step, Typed
from atrio.onboarding.rules import current_facts
from atrio.outside.models import Connection
from atrio.seller.queries import business_unit

_OVER = (Call.Status.DONE, Call.Status.FAILED, Call.Status.CANCELLED)


def begin_call(*, call_id: UUID, now: datetime) -> tuple[Call, Question] | None:
    """Note one more attempt and return what to ask; None when the call is over already."""
    begun = _under_way(call_id).update(
        attempts=F("attempts") + 1,
        status=Call.Status.RUNNING,
        started_at=Coalesce("started_at", now),
    )
    if not begun:
        return None
    call = Call.objects.select_related("application").defer("application__state").get(pk=call_id)
    application = call.application
    unit, asks = business_unit(application.business_unit), CALLS[call.name].asks
    question = Question(
        call_id=call.pk,
        application_id=application.pk,
        reference=application.reference,
        key=call.key,
        unit=unit,
        connection=Connection.objects.get(code=getattr(unit, asks)) if asks else None,
        language=application.language,
        facts=current_facts(facts_held(application.pk)),
        attempt=call.attempts,
        now=now,
    )
    return call, question


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
    said = {"error_code": error.code[:40], "error": str(error)[:500]}
    if not _end(call_id, Call.Status.FAILED, now, **said):
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
    step = Step.objects.get(call=call_id)
    case = open_case(by=SYSTEM, application_id=step.application_id, now=now)
    # A lost state is replayed when the case opens, and gives the open steps' tasks new ids.
    return case, next((each for each in case.open_steps.values() if each == step), step)


def _end(call_id: UUID, status: str, now: datetime, **said: str) -> bool:
    """Note how the call ended; False when it was over already."""
    finished_at = moment_of_end(now)
    ended = _under_way(call_id).update(
        status=status, finished_at=finished_at, next_try_at=None, **said
    )
    return ended == 1


def _under_way(call_id: UUID) -> QuerySet[Call]:
    return Call.objects.filter(pk=call_id).exclude(status__in=_OVER)
