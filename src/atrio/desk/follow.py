"""What the pages of the desk follow."""

from __future__ import annotations

from uuid import UUID

from atrio.kernel.actors import Actor
from atrio.kernel.live.tickets import application_key, live_address, unit_key

# A table is read by people: in a rush it is drawn anew no more often than this.
_PAUSE = 2.0  # seconds


def application_live(application: UUID) -> str:
    """Return the address of the stream of what happens to one application."""
    return live_address([application_key(application)])


def units_live(by: Actor) -> str:
    """Return the address of the stream of what happens in the actor's business units."""
    return live_address(map(unit_key, sorted(by.business_units)), pause=_PAUSE)
