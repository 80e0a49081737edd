"""Note that a customer's address sends our letters back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from atrio.kernel.actors import SYSTEM
from atrio.kernel.errors import NotFound
from atrio.notices.models import Message
from atrio.onboarding import signals
from atrio.onboarding.actions._delegations import ASKED_AGAIN
from atrio.onboarding.actions._letters import ADDRESS
from atrio.onboarding.case import Case, open_case
from atrio.onboarding.delegations import NOTICE as ASKED
from atrio.onboarding.models import Delegation


@transaction.atomic
def note_bounce(*, message_id: UUID, now: datetime) -> bool:
    """Keep from where a letter came back, if that is the customer's address still; say if so.

    Whom no letter reaches is not asked any more: the applicant would wait for nobody. Nobody is
    written to about it: it stands on the customer's own pages and on the desk.
    """
    message = Message.objects.get(pk=message_id)
    if message.application_id is None or message.channel != Message.Channel.EMAIL:
        return False
    try:
        case = open_case(by=SYSTEM, application_id=message.application_id, now=now)
    except NotFound:
        return False  # letters may outlive what they were about
    application = case.application
    if _is_to_a_delegate(case, message):
        case.save()
        return True
    is_theirs = message.to == str(case.facts.get(ADDRESS, ""))
    if application.finished_at or not is_theirs or application.returned_from == message.to:
        return False
    application.returned_from, application.signal = message.to, signals.RETURNED
    case.tell("application.unreachable", step=application.current_step, notice=message.notice)
    case.save()
    return True


def _is_to_a_delegate(case: Case, message: Message) -> bool:
    """Say whether it was a letter to somebody who is asked for a step; then they are no longer."""
    if message.notice not in {ASKED, ASKED_AGAIN}:
        return False
    asked = Delegation.objects.filter(application=case.application, email=message.to, ended="")
    for delegation in asked.select_related("step"):
        delegation.ended, delegation.ended_at = Delegation.Ended.RETURNED, case.now
        delegation.save(update_fields=["ended", "ended_at"])
        case.tell(
            "step.delegate_unreachable",
            step=delegation.step.element,
            delegation=str(delegation.pk),
            to=delegation.name,
        )
    return True
