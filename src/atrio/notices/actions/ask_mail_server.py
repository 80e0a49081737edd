"""Have the mail server asked whether it answers, and let what waits for it go on."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed
from atrio.kernel.queue import later
from atrio.notices.actions._following import queue
from atrio.notices.models import Message
from atrio.timeline.systems import CameBack, note_asked, note_came_back

MAIL_SERVER = "mail-server"
MAY_ASK = ("associate", "regional_admin", "admin")
MOST_SENT_ON = 1_000


@transaction.atomic
def ask_mail_server(*, by: Actor, now: datetime) -> None:
    """Have the mail server asked at once whether it answers. Raises NotAllowed."""
    if not by.has_role(*MAY_ASK):
        raise NotAllowed(_("Only associates and administrators ask a system themselves."))
    note_asked(by=by, system=MAIL_SERVER, now=now)
    later("notices.ask_mail_server", priority=1, once=MAIL_SERVER)


@transaction.atomic
def note_mail_server(*, error: Exception | None, asked_at: datetime, now: datetime) -> None:
    """Keep what the mail server answered; if it did, letters do not wait for their next try."""
    came_back = CameBack(
        answered=error is None,
        seconds=(now - asked_at).total_seconds(),
        error=str(error or ""),
    )
    note_came_back(system=MAIL_SERVER, came_back=came_back, now=now)
    if error is None:
        waiting = Message.objects.filter(
            channel=Message.Channel.EMAIL, status=Message.Status.QUEUED, attempts__gt=0
        )
        for message in waiting.order_by("-id")[:MOST_SENT_ON]:
            queue(message, run_in=timedelta(0))
