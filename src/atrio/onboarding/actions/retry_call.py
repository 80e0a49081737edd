"""Try a failed or waiting call again, at an associate's word."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed, NotFound, Refused
from atrio.kernel.queue import later
from atrio.onboarding.actions._advance import advance_and_save
from atrio.onboarding.actions._calling import PATIENCE
from atrio.onboarding.actions._ownership import take_if_free
from atrio.onboarding.actions._repair import answer_repair, last_failure, repaired_by
from atrio.onboarding.actions.decide_step import MAY_DECIDE, see_that_they_may_decide
from atrio.onboarding.case import Case, open_case
from atrio.onboarding.models import Call, Fact, Step


class NothingToRetry(Refused):
    """The call is done, or the process has gone another way."""


@transaction.atomic
def retry_call(
    *, by: Actor, application_id: UUID, call_id: UUID, now: datetime, and_take: bool = True
) -> None:
    """Queue the call once more; it searches before it creates.

    Where the process has put the failure before a person (`atrio:repairs`) that step is answered
    with what tries again (`atrio:again`). What nobody has is theirs from now on, if they
    `and_take` it. Raises NotFound, NotAllowed, SomebodyElseDecides, NothingToRetry.
    """
    case = open_case(by=by, application_id=application_id, now=now)
    if not by.has_role(*MAY_DECIDE):
        raise NotAllowed(_("Only associates repair applications."))
    call = (
        Call.objects.select_related("step")
        .select_for_update(of=("self",))
        .filter(pk=call_id, application=case.application)
        .first()
    )
    if call is None:
        raise NotFound(_("There is no such call."))
    repair = _open_repair(case, call)
    if repair:
        see_that_they_may_decide(case, repair, by=by)
    elif call.status == Call.Status.DONE or call.step.task_id not in case.open_steps:
        raise NothingToRetry(_("There is nothing left to try again here."))
    if and_take:
        take_if_free(case, but=repair)
    if repair:
        case.tell("call.retried", step=call.step.element)
        answer_repair(case, repair, origin=Fact.Origin.STAFF)
        advance_and_save(case)
    else:
        queue_again(case, call)


def _open_repair(case: Case, call: Call) -> Step | None:
    """Return the open step that puts this very failure right, None if there is none."""
    if call.status != Call.Status.FAILED:
        return None
    repairs = (
        step for step in case.open_steps.values() if repaired_by(case, step) == call.step.element
    )
    repair = next(repairs, None)
    # It may have been tried again meanwhile, and have failed for another reason.
    latest = last_failure(case, call.step.element) if repair else None
    return repair if latest and latest.pk == call.pk else None


def queue_again(case: Case, call: Call) -> None:
    """Queue a call whose step is open as if it had never been tried, and save the case."""
    step = next(step for step in case.open_steps.values() if step.pk == call.step_id)
    call.status, call.finished_at, call.attempts, call.crashes = Call.Status.QUEUED, None, 0, 0
    call.give_up_at = case.now + PATIENCE
    call.save(update_fields=["status", "finished_at", "attempts", "crashes", "give_up_at"])
    case.mark(step, "")
    case.tell("call.retried", step=step.element)
    case.save()
    later("onboarding.run_call", call_id=call.pk)
