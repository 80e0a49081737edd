"""Note that a customer's address sends our letters back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from atrio.kernel.actors import SYSTEM
from atrio.kernel.errors import NotFound
from atrio.notices.models import Message
from atrio.onboarding import signals
from atrio.onboarding.actions._letters import ADDRESS
from atrio.onboarding.case import open_case


@transaction.atomic
def note_bounce(*, message_id: UUID, now: datetime) -> bool:
    """Keep from where a letter came back, if that is the customer's address still; say if so.

    Nobody is written to about it: it stands on the customer's own pages and on the desk.
    """
    message = Message.objects.get(pk=message_id)
    if message.application_id is None or message.channel != Message.Channel.EMAIL:
        return False
    try:
        case = open_case(by=SYSTEM, application_id=message.application_id, now=now)
    except NotFound:
        return False  # letters may outlive what they were about
    application = case.application
    is_theirs = message.to == str(case.facts.get(ADDRESS, ""))
    if application.finished_at or not is_theirs or application.returned_from == message.to:
        return False
    application.returned_from, application.signal = message.to, signals.RETURNED
    case.tell("application.unreachable", step=application.current_step, notice=message.notice)
    case.save()
    return True
