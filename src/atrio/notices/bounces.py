"""What mail servers send back: delivery status notifications (RFC 3464), read. Pure.

Anybody can write such a notification. It has to name a message by an id that only its reader was
sent, and all it does is to say that the message came back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from uuid import UUID

LARGEST = 10 * 1024 * 1024  # bytes; what is larger is no notification
_OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>\s]+>")
_GIVEN_UP = "failed"  # the other actions are delayed, delivered, relayed, expanded


@dataclass(frozen=True, slots=True)
class Returned:
    """A message that nobody took in the end, and why."""

    message_id: UUID
    reason: str


def returned(mail: bytes) -> Returned | None:
    """Return which of our messages a mail says has come back; None if it says no such thing."""
    if len(mail) > LARGEST:
        return None
    parts = list(message_from_bytes(mail).walk())
    if parts[0].get_content_type() != "multipart/report":
        return None
    reasons = [reason for part in parts for reason in _reasons(part)]
    found = next((ours for part in parts for ours in _ids(part)), None)
    return Returned(found, reasons[0]) if found and reasons else None


def _reasons(part: Message) -> Iterator[str]:
    """Yield why the readers a report speaks of could not be reached."""
    if part.get_content_type() != "message/delivery-status":
        return
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message):
            continue
        if str(block.get("Action", "")).strip().lower() == _GIVEN_UP:
            said = str(block.get("Diagnostic-Code", "")).partition(";")[2].split()
            yield " ".join(said or str(block.get("Status", "")).split())


def _ids(part: Message) -> Iterator[UUID]:
    """Yield the ids of ours that stand in what was sent back, or in what it answers."""
    block = part
    if part.get_content_type() == "text/rfc822-headers":
        block = message_from_string(_text(part))
    for name in ("Message-ID", "In-Reply-To", "References"):
        yield from (UUID(found) for found in _OURS.findall(str(block.get(name, "")).lower()))


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode(errors="replace") if isinstance(payload, bytes) else ""
