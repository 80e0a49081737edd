"""What other packages may want to hear of a message."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MessageBounced:
    """Nobody can be reached at the message's address, and there is no other way we know of."""

    message_id: UUID
    application_id: UUID | None
