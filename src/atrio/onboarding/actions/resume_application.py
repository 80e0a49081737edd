"""Go on with an application that a silent system had stopped, now that the system answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from atrio.kernel.actors import SYSTEM
from atrio.onboarding.actions._advance import advance_and_save
from atrio.onboarding.actions._repair import answer_repair, last_failure, repaired_by
from atrio.onboarding.actions.retry_call import queue_again
from atrio.onboarding.case import Case, open_case
from atrio.onboarding.models import Call, Fact, Step

# What a call fails with when nobody answered; all else a person has to look at.
UNREACHABLE = "unreachable"


@transaction.atomic
def resume_application(*, application_id: UUID, now: datetime) -> bool:
    """Try again what failed because nobody answered; say if there was anything.

    A step for people that repairs such a call (`atrio:repairs`) is answered in our name with the
    answer that tries again (`atrio:again`). What an associate has taken in hand meanwhile, by
    answering the step, is theirs.
    """
    case = open_case(by=SYSTEM, application_id=application_id, now=now)
    for step in list(case.open_steps.values()):
        if _repairs_silence(case, step):
            answer_repair(case, step, origin=Fact.Origin.SYSTEM)
            advance_and_save(case)
            return True
        if step.kind == "call" and step.outcome == f"failed:{UNREACHABLE}":
            queue_again(case, Call.objects.select_for_update().get(step=step))
            return True
    return False


def _repairs_silence(case: Case, step: Step) -> bool:
    repaired = repaired_by(case, step)
    failed = last_failure(case, repaired) if repaired else None
    return failed is not None and failed.error_code == UNREACHABLE
