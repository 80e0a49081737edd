"""Who carries a message on: one carrier per channel, registered at start.

Email is carried by `smtp`; what carries text messages stands higher than this package and comes
down by `carry_with`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

from atrio.kernel.errors import OutsideFailure
from atrio.notices.letterhead import Letterhead

UNDELIVERABLE = "undeliverable"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message as a carrier sees it: complete, and with what tells it from every other."""

    id: UUID
    to: str  # an email address, or a number in E.164
    sender: str
    language: str
    subject: str
    text: str
    html: str
    head: Letterhead
    application_id: UUID | None = None
    attempt: int = 0  # earlier tries that came to nothing
    may_be_sent: bool = False  # an earlier try may have been one too many


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of a parcel. `state` is as far as the carrier knows."""

    receipt: str = ""
    state: Literal["sent", "delivered", "bounced"] = "sent"
    reason: str = ""


class Carrier(Protocol):
    """Carries messages of one channel."""

    def carry(self, parcel: Parcel) -> Carried:
        """Hand the message over, once.

        Raises OutsideBusy when a later try may work; OutsideFailure when none will, with the
        code "undeliverable" if that is because of the reader's address.
        """
        ...

    def ask(self, parcel: Parcel) -> Carried | None:
        """Return what became of a message that was handed over; None if nobody can tell."""
        ...


class Undeliverable(OutsideFailure):
    """Nobody can be reached at the address."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code=UNDELIVERABLE)


_carriers: dict[str, Carrier] = {}


def carry_with(channel: str, carrier: Carrier) -> None:
    """Let this carrier have the messages of a channel, from now on."""
    _carriers[channel] = carrier


def carrier_of(channel: str) -> Carrier:
    """Return who carries a channel's messages; OutsideFailure if nobody does."""
    try:
        return _carriers[channel]
    except KeyError:
        raise OutsideFailure(
            f"Nobody carries messages by {channel}", code="misconfigured"
        ) from None
