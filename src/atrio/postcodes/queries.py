"""Look postcodes up."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.cache import caches

from atrio.postcodes.models import Postcode
from atrio.postcodes.rules import Place, compact

MOST = 20  # places of one code: more than that nobody reads through
_KNOWN = "postcodes.known."
_REMEMBERED = 300  # seconds; lists change once a year


def places_of(country: str, code: str) -> list[Place]:
    """Return the places of a postcode, however it is written; at most `MOST`, by name."""
    rows = Postcode.objects.filter(country=country, code=compact(code)[:12]).order_by("city")
    return [Place(*row) for row in rows.values_list("country", "code", "city", "region")[:MOST]]


def has_postcodes_of(country: str) -> bool:
    """Say whether there is a list of this country; another process may learn minutes later."""

    def ask() -> bool:
        return Postcode.objects.filter(country=country).exists()

    return bool(caches["process"].get_or_set(_KNOWN + country, ask, timeout=_REMEMBERED))


def forget(countries: Iterable[str]) -> None:
    """Let the next question for these countries be answered by the database."""
    caches["process"].delete_many([_KNOWN + country for country in countries])
