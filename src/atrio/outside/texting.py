"""Text messages: what `notices` has to say, sent over the connection of its business unit."""

from __future__ import annotations

from atrio.kernel.errors import OutsideFailure
from atrio.notices.carriers import Carried, Parcel
from atrio.outside.actions import asking
from atrio.outside.connections import connection_row, open_sms
from atrio.outside.models import Connection
from atrio.outside.ports import SmsDraft, SmsReceipt


class TextCarrier:
    """Carries messages of the channel "sms". Our reference is the message's id."""

    def carry(self, parcel: Parcel) -> Carried:
        """Send the message, once: what may have been sent is searched for first."""
        connection = _connection(parcel)
        with asking(
            connection=connection,
            operation="sms.send",
            key=str(parcel.id),
            attempt=parcel.attempt + 1,
            application_id=parcel.application_id,
        ):
            sms = open_sms(connection)
            found = sms.find(str(parcel.id)) if parcel.may_be_sent else None
            return _carried(found or sms.send(_draft(parcel)))

    def ask(self, parcel: Parcel) -> Carried | None:
        """Return what the gateway knows of the message."""
        connection = _connection(parcel)
        with asking(
            connection=connection,
            operation="sms.find",
            key=str(parcel.id),
            application_id=parcel.application_id,
        ):
            found = open_sms(connection).find(str(parcel.id))
            return _carried(found) if found else None


def _connection(parcel: Parcel) -> Connection:
    if not parcel.head.sms:
        raise OutsideFailure("The business unit sends no text messages", code="misconfigured")
    return connection_row(parcel.head.sms)


def _draft(parcel: Parcel) -> SmsDraft:
    return SmsDraft(reference=str(parcel.id), to=parcel.to, text=parcel.text, sender=parcel.sender)


def _carried(receipt: SmsReceipt) -> Carried:
    if receipt.state == "failed":
        return Carried(receipt.id, "bounced", receipt.reason)
    return Carried(receipt.id, "delivered" if receipt.state == "delivered" else "sent")
