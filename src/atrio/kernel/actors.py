"""Who does something, as one frozen value that screens, API and jobs build once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

Kind = Literal["applicant", "delegate", "member", "staff", "integrator", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """One person or program, and what it stands for while it acts.

    `id` is stable and printable: an application's id for an applicant, a delegation's for whom a
    step was delegated to, a user's id for members and staff, the program's name for the system.
    It is what the timeline keeps.
    """

    kind: Kind
    id: str
    label: str = ""
    application: UUID | None = None  # the one an applicant may touch, a delegate in one step
    accounts: frozenset[UUID] = field(default_factory=frozenset)  # a member's accounts
    roles: frozenset[str] = field(default_factory=frozenset)
    business_units: frozenset[str] = field(default_factory=frozenset)  # codes, for staff

    def has_role(self, *roles: str) -> bool:
        """Say whether the actor holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)


SYSTEM = Actor(kind="system", id="atrio", label="Atrio")
