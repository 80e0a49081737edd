"""Say something to somebody, once: a file for each part of that."""

from atrio.notices.actions.ask_mail_server import (
    MAIL_SERVER,
    ask_mail_server,
    note_mail_server,
)
from atrio.notices.actions.send_again import MAY_SEND_AGAIN, NotReturned, send_again
from atrio.notices.actions.send_message import Draft, send_message
from atrio.notices.actions.try_message import (
    claim,
    hold,
    note_bounced,
    note_busy,
    note_delivered,
    note_failed,
    note_returned,
    note_sent,
)

__all__ = [
    "MAIL_SERVER",
    "MAY_SEND_AGAIN",
    "Draft",
    "NotReturned",
    "ask_mail_server",
    "claim",
    "hold",
    "note_bounced",
    "note_busy",
    "note_delivered",
    "note_failed",
    "note_mail_server",
    "note_returned",
    "note_sent",
    "send_again",
    "send_message",
]
