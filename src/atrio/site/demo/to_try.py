"""What the demonstration's first page says: which numbers one may type, and where else to look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from atrio.seller.queries import address_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Number:
    """A number that a simulated register knows, as people write it, and what it shows."""

    written: str
    shows: _StrPromise


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of the demonstration: `code` is "" for the house's own host."""

    code: str
    country: str
    name: str
    numbers: Sequence[Number]

    @property
    def address(self) -> str:
        """Return where it is found."""
        return address_of(self.code) if self.code else str(settings.PUBLIC_URL)


_BRAZIL = (
    Number("99.000.003/0001-92", _("a shop: retail prices")),
    Number("99.000.011/0001-39", _("a wholesaler: lower prices")),
    Number("99.000.007/0001-70", _("suspended in the register: a person looks")),
    Number("99.000.009/0001-60", _("closed: declined, with a way to object")),
    Number("99.500.004/0001-04", _("a customer already")),
)
_GERMANY = (
    Number("DE 990 000 019", _("valid: a new customer")),
    Number("DE 995 000 010", _("a customer already")),
    Number("DE 998 000 015", _("its member state is silent: a person looks")),
)
_RUSSIA = (
    Number("0000000018", _("a company: a new customer")),
    Number("000000000184", _("a sole trader")),
    Number("0005000011", _("a customer already")),
    Number("0000000089", _("bankrupt: a person looks")),
    Number("0000000096", _("closed: declined, with a way to object")),
)
PLACES: Mapping[str, Place] = {
    place.code: place
    for place in (
        Place("", "BR", "Nordlicht Supplies Brasil", _BRAZIL),
        Place("nordlicht-sul", "BR", "Nordlicht Supplies Sul", _BRAZIL),
        Place("nordlicht-de", "DE", "Nordlicht Deutschland", _GERMANY),
        Place("nordlicht-ru", "RU", "Nordlicht Россия", _RUSSIA),
    )
}


def to_try(at: str) -> Mapping[str, object]:
    """Return the numbers to try at a unit (its code, "" at the house's host), and other places."""
    here = PLACES.get(at, PLACES[""])
    return {
        "numbers": here.numbers,
        "elsewhere": [place for place in PLACES.values() if place is not here],
    }
