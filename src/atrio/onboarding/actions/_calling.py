"""What happens when a process reaches a call."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.db import transaction

from atrio.engine.durations import due_at
from atrio.engine.process import OpenTask
from atrio.onboarding.actions._answer import take_over
from atrio.onboarding.calls import CALLS, Question
from atrio.onboarding.case import Case
from atrio.onboarding.models import Call, Step
from atrio.seller.queries import business_unit

log = structlog.get_logger(__name__)
# How long a call is tried when the process does not say.
PATIENCE = timedelta(minutes=2)


def is_done_at_once(case: Case, task: OpenTask, step: Step, *, is_background: bool) -> bool:
    """Say whether the process may go on: else the call is queued, and its answer goes on.

    Only the background may open accounts: what a person has set going waits for a job.
    """
    if _is_needless(case, step):
        return True
    call = _queued(case, task, step)
    return is_background and CALLS[step.target].at_once and _is_made(case, step, call)


def _is_needless(case: Case, step: Step) -> bool:
    """Say whether a call has nobody to tell: the business unit works without such a system."""
    registered = CALLS[step.target]
    if not registered.needs_somebody:
        return False
    return not getattr(business_unit(case.application.business_unit), registered.asks)


def _queued(case: Case, task: OpenTask, step: Step) -> Call:
    """Queue a call. Its key names what it is about: two applications for one company meet."""
    application, key = case.application, task.attributes.get("key", "")
    about = case.facts.get(key) or application.pk.hex
    patience = task.attributes.get("patience")
    call = Call(
        application=application,
        step=step,
        name=step.target,
        key=f"{step.target}:{application.business_unit}:{about}"[:120],
        created_at=case.now,
        give_up_at=due_at("duration", patience, case.now) if patience else case.now + PATIENCE,
    )
    case.new_calls.append(call)
    return call


def _is_made(case: Case, step: Step, call: Call) -> bool:
    """Make a call that asks nobody outside, here and now; False if that is left to a job.

    Whatever goes wrong is undone and goes wrong again in a job of its own, which tries again and
    tells: it must not take the answer with it that has led here.
    """
    try:
        with transaction.atomic():
            answer = CALLS[call.name].handler(_question(case, call))
    except Exception:
        log.exception("call.left_to_a_job", call=call.name)
        return False
    call.status, call.attempts = Call.Status.DONE, 1
    call.started_at = call.finished_at = case.now
    take_over(case, step, answer)
    return True


def _question(case: Case, call: Call) -> Question:
    application = case.application
    return Question(
        call_id=call.pk,
        application_id=application.pk,
        reference=application.reference,
        key=call.key,
        unit=business_unit(application.business_unit),
        journey=case.journey,
        connection=None,
        language=application.language,
        facts=case.facts,
        attempt=1,
        now=case.now,
    )
