"""The demonstration's people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from atrio.outside import invented_regions

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody to sign in as. Without roles they are a customer."""

    email: str
    name: str
    text: _StrPromise
    roles: Sequence[str] = ()

    @property
    def initials(self) -> str:
        """Return the letters that stand for them."""
        return "".join(word[0] for word in self.name.split())


# The customer comes into being with the first onboarding that is played, not before.
ALICE = Persona("alice@ventorim.example", "Alice Prado", _("Customer: buys for her company"))
# Customers of old, from the first minute on.
JANA = Persona(
    invented_regions.JANA.email,
    invented_regions.JANA.name,
    _("Customer in Germany: looks after her company's account"),
)
VERA = Persona(
    invented_regions.VERA.email,
    invented_regions.VERA.name,
    _("Customer in Russia: looks after her company's account"),
)

STAFF = (
    Persona(
        "carla@nordlicht.example",
        "Carla Duarte",
        _("Associate: looks at what needs a person"),
        ("associate",),
    ),
    Persona(
        "rafael@nordlicht.example",
        "Rafael Monteiro",
        _("Sales manager: sees his clients, decides nothing about them"),
        ("manager",),
    ),
    Persona(
        "ingrid@nordlicht.example",
        "Ingrid Solheim",
        _("Process owner: publishes journeys"),
        ("process_owner",),
    ),
    Persona(
        "tomas@nordlicht.example",
        "Tomas Vik",
        _("Administrator: breaks and repairs the systems outside"),
        ("admin",),
    ),
)
PERSONAS = (ALICE, JANA, VERA, *STAFF)
