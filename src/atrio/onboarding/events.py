"""What other packages may want to hear of applications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Moved = Literal[
    "application.waiting",  # for the customer, at a step
    "application.submitted",
    "application.approved",
    "application.declined",
    "application.withdrawn",
    "application.expired",
    "account.opened",
    "credit_line.requested",
    "credit_line.approved",  # and entered in the ERP
    "credit_line.declined",
    "credit_line.withdrawn",
]


@dataclass(frozen=True, slots=True)
class ApplicationMoved:
    """An application has come to where somebody outside may want to know of it."""

    application_id: UUID
    business_unit: str  # its code
    what: tuple[Moved, ...]
