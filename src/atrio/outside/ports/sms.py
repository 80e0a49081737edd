"""The port of gateways that send text messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

SmsState = Literal["accepted", "delivered", "failed"]


@dataclass(frozen=True, slots=True)
class SmsDraft:
    """A text message to be sent. `reference` is ours, and never the same for two messages."""

    reference: str
    to: str  # E.164
    text: str
    sender: str  # a number, or at most 11 letters and digits; "" is the gateway's own


@dataclass(frozen=True, slots=True)
class SmsReceipt:
    """What a gateway knows of a message: it took it, it arrived, or it never will."""

    reference: str
    id: str  # the gateway's
    state: SmsState
    reason: str = ""  # why it failed, in the gateway's words


class Sms(Protocol):
    """A gateway that sends text messages."""

    def send(self, draft: SmsDraft) -> SmsReceipt:
        """Hand the message over and return the receipt.

        The same `reference` sent twice, one after the other, sends once wherever the product can
        tell; the connector says where it cannot. OutsideFailure("undeliverable") when nobody can
        be reached by text message at that number.
        """
        ...

    def find(self, reference: str) -> SmsReceipt | None:
        """Return what became of our message, None if the gateway knows of no such one."""
        ...

    def probe(self) -> None:
        """Return if the gateway answers and lets us in; sends nothing."""
        ...
