"""Public holidays by country and part of it, as the package `holidays` knows them.

It is loaded when the first holiday is asked for: a process that promises nothing in working days
does without its third of a second and its memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache, partial

# Our languages as the package names them; what a country is not told in, it tells in English.
_LANGUAGES = {"de": "de", "pt-br": "pt_BR"}
_ENGLISH = "en_US"


def holidays_of(country: str, subdivision: str) -> Callable[[date], bool]:
    """Return what says of a date whether it is a holiday there.

    A country that the package does not know has none; a part that it does not know has the
    country's.
    """
    return partial(_is_holiday, country, subdivision)


def _is_holiday(country: str, subdivision: str, on: date) -> bool:
    return on in holidays_in(country, subdivision, on.year)


@lru_cache(maxsize=256)
def holidays_in(
    country: str, subdivision: str, year: int, language: str = "en"
) -> Mapping[date, str]:
    """Return the public holidays of a year in their order, with names in the reader's language."""
    import holidays

    if country not in known_places():
        return {}
    found = holidays.country_holidays(
        country,
        subdiv=subdivision if subdivision in known_places()[country] else None,
        years=[year],
        language=_LANGUAGES.get(language, _ENGLISH),
    )
    return dict(sorted(found.items()))


@lru_cache(maxsize=1)
def known_places() -> Mapping[str, tuple[str, ...]]:
    """Return the codes of the countries whose holidays are known, with those of their parts."""
    import holidays

    places = holidays.list_supported_countries(include_aliases=False)
    return {country: tuple(parts) for country, parts in sorted(places.items())}
