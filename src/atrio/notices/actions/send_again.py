"""Send what did not arrive once more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed, NotFound, Refused
from atrio.notices.actions._following import follow_up, tell
from atrio.notices.models import Message
from atrio.notices.queries import follow_up_of, messages_visible_to

MAY_SEND_AGAIN = ("associate", "admin")


class NotReturned(Refused):
    """The message is on its way or has arrived: sending it again would say it twice."""


@transaction.atomic
def send_again(*, by: Actor, message_id: UUID, to: str, now: datetime) -> None:
    """Send what did not arrive once more, to the address that is right now.

    Every message can be sent again once; what is sent then is a message of its own. Raises
    NotFound, NotAllowed, NotReturned.
    """
    message = messages_visible_to(by).select_for_update().filter(pk=message_id).first()
    if message is None:
        raise NotFound(_("There is no such message."))
    if not by.has_role(*MAY_SEND_AGAIN):
        raise NotAllowed(_("Only associates may send a message again."))
    if message.is_secret or not to:
        raise NotReturned(_("This message cannot be sent again."))
    if message.status not in (Message.Status.BOUNCED, Message.Status.FAILED):
        raise NotReturned(_("This message is on its way or has arrived."))
    if follow_up_of(message) is not None:
        raise NotReturned(_("This message has been sent again already."))
    follow_up(message, key=f"again:{message.pk}", to=to, now=now)
    tell(message, "notice.sent_again", by=by, now=now)
