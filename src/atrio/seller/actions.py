"""Change our own side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.engine.calendars import Day
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed, NotFound, Refused
from atrio.kernel.events import announce
from atrio.seller.calendars import Hours, hours_visible_to
from atrio.seller.events import CalendarChanged
from atrio.seller.models import BusinessUnit, OwnDay, WorkingCalendar
from atrio.seller.public_holidays import parts_of
from atrio.seller.queries import forget_hosts, own_units_of, paper_of
from atrio.seller.rules import Paper, as_kept, written, wrong_with
from atrio.timeline.actions import Where, record

MAY_KEEP_PAPER = ("regional_admin", "admin")
MAY_KEEP_CALENDARS = ("regional_admin", "admin")
MAY_KEEP_DOORS = ("regional_admin", "admin")


class NoPaper(Refused):
    """No message could be written on this paper."""


class NeverAtWork(Refused):
    """A week without opening hours: nothing could ever be due."""


class NoSuchPlace(Refused):
    """Nobody knows the public holidays of this country, or of this part of it."""


@transaction.atomic
def set_hours(
    *, by: Actor, unit: str, week: Sequence[Day], country: str, subdivision: str, now: datetime
) -> None:
    """Set a unit's opening hours by weekday and whose holidays it keeps.

    What is due by the calendar moves in the background. Raises NotFound, NotAllowed, NeverAtWork,
    NoSuchPlace.
    """
    before, calendar = _keep(by, unit, now)
    if not any(week):
        raise NeverAtWork(_("There must be opening hours on at least one day of the week."))
    if subdivision not in ("", *parts_of(country, now.year)):
        raise NoSuchPlace(_("The holidays of this place are not known."))
    calendar.week = [as_kept(day) for day in week]
    calendar.country, calendar.subdivision, calendar.changed_at = country, subdivision, now
    calendar.save(update_fields=["week", "country", "subdivision", "changed_at"])
    after = {"week": [written(day) for day in week], "place": f"{country} {subdivision}".strip()}
    _tell(by, unit, now, before=_told(before), after=after)


@transaction.atomic
def set_own_day(
    *, by: Actor, unit: str, on: date, openings: Day, reason: str, now: datetime
) -> None:
    """Say how a unit works on one date, whatever weekday or holiday it is; no openings close it.

    A date that was said before is said anew. Raises NotFound, NotAllowed.
    """
    before, calendar = _keep(by, unit, now)
    OwnDay.objects.update_or_create(
        calendar=calendar, on=on, defaults={"openings": as_kept(openings), "reason": reason[:120]}
    )
    _tell(
        by,
        unit,
        now,
        before={"day": _day_told(before, on)},
        after={"day": f"{on} {written(openings)}".strip(), "reason": reason},
    )


@transaction.atomic
def forget_own_day(*, by: Actor, unit: str, on: date, now: datetime) -> None:
    """Let a date be again what its weekday and the holidays make of it.

    Raises NotFound, NotAllowed.
    """
    before, calendar = _keep(by, unit, now)
    if not OwnDay.objects.filter(calendar=calendar, on=on).delete()[0]:
        raise NotFound(_("There is no such day."))
    _tell(by, unit, now, before={"day": _day_told(before, on)}, after={"day": ""})


@transaction.atomic
def set_paper(*, by: Actor, unit: str, paper: Paper, now: datetime) -> None:
    """Say on what a unit writes and when it disturbs nobody; what is on its way takes it, too.

    Raises NotFound, NotAllowed, NoPaper.
    """
    found = own_units_of(by).select_for_update().filter(code=unit).first()
    if found is None:
        raise NotFound(_("There is no such business unit."))
    if not by.has_role(*MAY_KEEP_PAPER):
        raise NotAllowed(_("Only administrators change what letters look like."))
    if wrong_with(paper):
        raise NoPaper(_("No message could be written on this."))
    before, after = asdict(paper_of(found)), asdict(paper)
    changed = {name for name, value in after.items() if before[name] != value}
    if not changed:
        return
    if paper.host and BusinessUnit.objects.exclude(code=unit).filter(host=paper.host).exists():
        raise NoPaper(_("Another business unit has this host."))
    for name in changed:
        setattr(found, name, after[name])
    found.save(update_fields=sorted(changed))
    transaction.on_commit(forget_hosts)
    record(
        by=by,
        what="letterhead.changed",
        where=Where(business_unit=unit),
        now=now,
        before={name: str(before[name]) for name in sorted(changed)},
        after={name: str(after[name]) for name in sorted(changed)},
    )


@transaction.atomic
def ask_for_second_factor(*, by: Actor, unit: str, is_asked: bool, now: datetime) -> None:
    """Say whether everybody who works for a unit must show a second factor.

    It holds from the next request on. Raises NotFound, NotAllowed.
    """
    found = own_units_of(by).select_for_update().filter(code=unit).first()
    if found is None:
        raise NotFound(_("There is no such business unit."))
    if not by.has_role(*MAY_KEEP_DOORS):
        raise NotAllowed(_("Only administrators say how people sign in."))
    if found.needs_second_factor == is_asked:
        return
    found.needs_second_factor = is_asked
    found.save(update_fields=["needs_second_factor"])
    where = Where(business_unit=unit)
    record(by=by, what="second_factor.asked_for", where=where, now=now, is_asked=is_asked)


def _keep(by: Actor, unit: str, now: datetime) -> tuple[Hours, WorkingCalendar]:
    """Return what held so far and the calendar to change, locked; it is made if there is none."""
    before = hours_visible_to(by, unit)
    if not by.has_role(*MAY_KEEP_CALENDARS):
        raise NotAllowed(_("Only administrators keep the working calendar."))
    owner = BusinessUnit.objects.get(code=unit)
    calendar, _made = WorkingCalendar.objects.select_for_update().get_or_create(
        business_unit=owner, defaults={"country": owner.country, "changed_at": now}
    )
    return before, calendar


def _told(hours: Hours) -> Mapping[str, object]:
    return {
        "week": [written(day) for day in hours.week],
        "place": f"{hours.country} {hours.subdivision}".strip(),
    }


def _day_told(hours: Hours, on: date) -> str:
    found = next((day for day in hours.own_days if day.on == on), None)
    return f"{on} {written(found.openings)}".strip() if found else ""


def _tell(
    by: Actor,
    unit: str,
    now: datetime,
    *,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    where = Where(business_unit=unit)
    record(by=by, what="calendar.changed", where=where, now=now, before=before, after=after)
    announce(CalendarChanged(unit))
