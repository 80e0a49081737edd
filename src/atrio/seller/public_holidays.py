"""Public holidays by country and part of it: written down once a year and place."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache, partial
from threading import Lock
from typing import Any, NamedTuple

import structlog

from atrio.seller.holidays_apart import ask_apart, package_version
from atrio.seller.models import PublicHolidays

log = structlog.get_logger(__name__)
_DEFAULT_LANGUAGE = "en"
_asking = Lock()


class Year(NamedTuple):
    """What is known of one place and year."""

    parts: tuple[str, ...]  # of the country, with holidays of their own
    days: Mapping[date, Mapping[str, str]]  # date → language → name


_UNKNOWN = Year((), {})


def holidays_of(country: str, subdivision: str) -> Callable[[date], bool]:
    """Return what says of a date whether it is a holiday there."""
    return partial(_is_holiday, country, subdivision)


def holidays_in(
    country: str, subdivision: str, year: int, language: str = _DEFAULT_LANGUAGE
) -> Mapping[date, str]:
    """Return the public holidays of a year in their order, with names in the reader's language."""
    return {
        on: names.get(language, names[_DEFAULT_LANGUAGE])
        for on, names in _known(country, subdivision, year).days.items()
    }


def parts_of(country: str, year: int) -> tuple[str, ...]:
    """Return the codes of a country's parts that have holidays of their own."""
    return _known(country, "", year).parts


def ask_if_outdated(country: str, subdivision: str, year: int) -> PublicHolidays | None:
    """Ask the package for what is not written down in its edition; None when all is well.

    Raises OSError, subprocess.SubprocessError.
    """
    edition = package_version()
    rows = PublicHolidays.objects.filter(country=country, subdivision=subdivision, year=year)
    if rows.filter(edition=edition).exists():
        return None
    return _ask(country, subdivision, year)


def write_down(fresh: PublicHolidays) -> bool:
    """Keep what the package tells; say if it was told otherwise before."""
    before = (
        PublicHolidays.objects.select_for_update()
        .filter(country=fresh.country, subdivision=fresh.subdivision, year=fresh.year)
        .first()
    )
    PublicHolidays.objects.update_or_create(
        country=fresh.country,
        subdivision=fresh.subdivision,
        year=fresh.year,
        defaults={"days": fresh.days, "parts": fresh.parts, "edition": fresh.edition},
    )
    _read.cache_clear()
    return before is not None and before.days != fresh.days


def _is_holiday(country: str, subdivision: str, on: date) -> bool:
    return on in _known(country, subdivision, on.year).days


def _known(country: str, subdivision: str, year: int) -> Year:
    """Return what is known; nobody who is served meanwhile fails because the package does."""
    try:
        return _read(country, subdivision, year)
    except (OSError, subprocess.SubprocessError) as error:
        log.warning("holidays.not_told", country=country, year=year, error=str(error))
        return _UNKNOWN


@lru_cache(maxsize=256)
def _read(country: str, subdivision: str, year: int) -> Year:
    rows = PublicHolidays.objects.filter(country=country, subdivision=subdivision, year=year)
    found = rows.first()
    if found is None:
        found = _ask(country, subdivision, year)
        PublicHolidays.objects.bulk_create([found], ignore_conflicts=True)
    days = {date.fromisoformat(on): names for on, names in sorted(found.days.items())}
    return Year(tuple(found.parts), days)


def _ask(country: str, subdivision: str, year: int) -> PublicHolidays:
    edition = package_version()
    # A worker's threads may all need the same year in the same moment. Twenty processes that each
    # load the package take longer than anybody waits; the second thread finds what the first asked.
    with _asking:
        told = _told(country, subdivision, year, edition)
    return PublicHolidays(
        country=country, subdivision=subdivision, year=year, edition=edition, **told
    )


@lru_cache(maxsize=256)
def _told(country: str, subdivision: str, year: int, _edition: str) -> Mapping[str, Any]:
    return ask_apart(country, subdivision, year)
