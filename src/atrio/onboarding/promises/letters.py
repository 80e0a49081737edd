"""Write to those who can help when a promise is broken: who has it in hand, then the role."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from atrio.identity.models import User
from atrio.journeys.queries import compiled
from atrio.onboarding.colleagues import Letter, write_to_colleague
from atrio.onboarding.models import Application, Promise, Reached
from atrio.seller.models import BusinessUnit, Staff
from atrio.seller.queries import business_unit, colleagues


def tell_people(reached: Iterable[Reached], *, now: datetime) -> None:
    """Send a message about each of these levels, in its reader's language."""
    units: dict[str, BusinessUnit] = {}
    for row in reached:
        application = row.application
        if application.waiting_on == Application.WaitingOn.CUSTOMER:
            continue
        code = application.business_unit
        unit = units.get(code) or units.setdefault(code, business_unit(code))
        for user in _readers(row):
            write_to_colleague(
                user,
                application,
                partial(_letter, row, unit, user.language),
                notice="promise_broken",
                occasion=f"{row.promise_id}:{row.level}",
                now=now,
            )


def _readers(row: Reached) -> list[User]:
    """Return who hears of it: who has it in hand, else all whose work it is."""
    promise, application = row.promise, row.application
    if row.level == Promise.Level.ESCALATED:
        return _users(application.business_unit, promise.escalate_to)
    in_hand = [pk for pk in (promise.person_id, application.owner_id) if pk]
    found = list(User.objects.filter(pk__in=in_hand[:1], is_active=True))
    return found or _users(application.business_unit, Staff.Role.ASSOCIATE)


def _users(unit: str, role: str) -> list[User]:
    return [staff.user for staff in colleagues(unit, role)]


def _letter(row: Reached, unit: BusinessUnit, language: str) -> Letter:
    application = row.application
    journey = compiled(application.release_id)
    due = date_format(localtime(row.due_at, ZoneInfo(unit.time_zone)), "SHORT_DATETIME_FORMAT")
    step = journey.step_text(application.current_step, language)
    about = {
        "promise": journey.promise_title(row.promise.name, language) or _("Access to the shop"),
        "reference": application.reference,
        "company": application.title or _("Not known yet"),
        "due": due,
        "step": step.name if step else application.current_step,
    }
    if row.level == Promise.Level.ESCALATED:
        subject = _("Still not kept: %(promise)s, %(company)s") % about
    else:
        subject = _("Promise broken: %(promise)s, %(company)s") % about
    text = _(
        "%(promise)s was promised to %(company)s until %(due)s. The application stands at: "
        "%(step)s."
    )
    return Letter(subject, text % about)
