"""Try a failed or waiting call again, at an associate's word."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed, NotFound, Refused
from atrio.kernel.queue import later
from atrio.onboarding.actions._calling import PATIENCE
from atrio.onboarding.actions._ownership import take_if_free
from atrio.onboarding.actions.decide_step import MAY_DECIDE
from atrio.onboarding.case import Case, open_case
from atrio.onboarding.models import Call


class NothingToRetry(Refused):
    """The call is done, or the process has gone another way."""


@transaction.atomic
def retry_call(*, by: Actor, application_id: UUID, call_id: UUID, now: datetime) -> None:
    """Queue the call once more; it searches before it creates.

    Raises NotFound, NotAllowed, NothingToRetry.
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
    if call.status == Call.Status.DONE or call.step.task_id not in case.open_steps:
        raise NothingToRetry(_("There is nothing left to try again here."))
    take_if_free(case)
    queue_again(case, call)


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
