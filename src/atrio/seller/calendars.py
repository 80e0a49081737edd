"""Read working calendars: for arithmetic, and for those who keep them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from atrio.engine.calendars import Calendar, Day, WorkingCalendar
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound
from atrio.seller import models, rules
from atrio.seller.public_holidays import holidays_of
from atrio.seller.queries import business_unit


@dataclass(frozen=True, slots=True)
class DayOfOwn:
    """A date on which a unit works otherwise."""

    on: date
    openings: Day
    reason: str


@dataclass(frozen=True, slots=True)
class Hours:
    """When a business unit works, as its keepers see it."""

    business_unit: str  # its code
    name: str
    time_zone: str
    week: tuple[Day, ...]  # Monday first
    country: str
    subdivision: str
    own_days: tuple[DayOfOwn, ...]  # in their order

    def calendar(self) -> WorkingCalendar:
        """Return the calendar for arithmetic."""
        return WorkingCalendar(
            time_zone=ZoneInfo(self.time_zone),
            week=self.week,
            is_holiday=holidays_of(self.country, self.subdivision),
            own_days={day.on: day.openings for day in self.own_days},
        )


def working_calendar(unit: str) -> Calendar:
    """Return a unit's working calendar, the usual week if it keeps none. Raises NotFound."""
    return _hours(business_unit(unit)).calendar()


def hours_visible_to(by: Actor, unit: str) -> Hours:
    """Return a unit's hours if it is one of the actor's; NotFound if not."""
    if unit not in by.business_units:
        raise NotFound(_("There is no such business unit."))
    return _hours(business_unit(unit))


def _hours(unit: models.BusinessUnit) -> Hours:
    kept = models.WorkingCalendar.objects.filter(business_unit=unit).first()
    found = kept or models.WorkingCalendar(country=unit.country)
    return Hours(
        business_unit=unit.code,
        name=unit.name,
        time_zone=unit.time_zone,
        week=tuple(rules.as_used(day) for day in found.week),
        country=found.country,
        subdivision=found.subdivision,
        own_days=tuple(
            DayOfOwn(day.on, rules.as_used(day.openings), day.reason)
            for day in (kept.own_days.order_by("on") if kept else ())
        ),
    )


def places_kept() -> dict[tuple[str, str], list[str]]:
    """Return whose holidays are kept, by country and part, and by which units. For the background.

    Each country stands there as a whole, too: it tells which parts it has.
    """
    places: dict[tuple[str, str], list[str]] = {}
    columns = ("code", "country", "working_calendar__country", "working_calendar__subdivision")
    for code, own, country, part in models.BusinessUnit.objects.values_list(*columns):
        places.setdefault((country or own, ""), [])
        places.setdefault((country or own, part or ""), []).append(code)
    return places
