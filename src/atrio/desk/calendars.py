"""Working calendars: the week, the holidays that are kept, days of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from atrio.desk.access import StaffRequest, for_staff
from atrio.desk.frame import show
from atrio.desk.promises import title
from atrio.engine.calendars import Day
from atrio.kernel.errors import NotFound, Refused
from atrio.onboarding.promises.queries import moved_lately
from atrio.seller.actions import forget_own_day, set_hours, set_own_day
from atrio.seller.calendars import Hours, hours_visible_to
from atrio.seller.public_holidays import holidays_in, parts_of
from atrio.seller.rules import read_day, written

MOST_REASON = 120


@require_safe
@for_staff
def calendars(request: StaffRequest) -> HttpResponse:
    """Go to the calendar of the first business unit; the others are named there."""
    return redirect("desk:calendar", min(request.actor.business_units))


@require_safe
@for_staff
def calendar(request: StaffRequest, unit: str) -> HttpResponse:
    """Show a unit's calendar, and what its last change has moved."""
    return _show(request, hours_visible_to(request.actor, unit))


@require_POST
@for_staff
def set_week(request: StaffRequest, unit: str) -> HttpResponse:
    """Set a unit's week and whose holidays it keeps."""
    hours = hours_visible_to(request.actor, unit)
    week, wrong = _week(request.POST)
    try:
        if not wrong:
            set_hours(
                by=request.actor,
                unit=unit,
                week=week,
                country=hours.country,
                subdivision=request.POST.get("subdivision", ""),
                now=timezone.now(),
            )
            return _done(request, unit)
    except NotFound:
        raise
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return _show(request, hours, typed=request.POST, wrong=wrong, status=422)


@require_POST
@for_staff
def add_day(request: StaffRequest, unit: str) -> HttpResponse:
    """Say how the unit works on one date."""
    hours = hours_visible_to(request.actor, unit)
    wrong: dict[str, str] = {}
    on = _date(request.POST.get("on", ""))
    if on is None:
        wrong["on"] = _("This is not a date.")
    openings: Day = ()
    try:
        openings = read_day(request.POST.get("openings", ""))
    except ValueError:
        wrong["openings"] = _not_hours()
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:MOST_REASON]
    if not reason:
        wrong["reason"] = _("Please say why, for those who come after you.")
    if on is None or wrong:
        return _show(request, hours, typed=request.POST, wrong=wrong, status=422)
    set_own_day(
        by=request.actor,
        unit=unit,
        on=on,
        openings=openings,
        reason=reason,
        now=timezone.now(),
    )
    return _done(request, unit)


@require_POST
@for_staff
def forget_day(request: StaffRequest, unit: str) -> HttpResponse:
    """Let a date be again what its weekday makes of it."""
    on = _date(request.POST.get("on", ""))
    if on is None:
        raise NotFound(_("There is no such day."))
    forget_own_day(by=request.actor, unit=unit, on=on, now=timezone.now())
    return _done(request, unit)


def _done(request: StaffRequest, unit: str) -> HttpResponse:
    messages.success(request, _("Saved. What is due by this calendar is being reckoned anew."))
    return redirect("desk:calendar", unit)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _week(posted: Mapping[str, str]) -> tuple[list[Day], dict[str, str]]:
    """Return the week that was typed, and what is wrong with it by the name of the input."""
    week: list[Day] = []
    wrong: dict[str, str] = {}
    for number in range(7):
        name = f"day-{number}"
        try:
            week.append(read_day(posted.get(name, "")))
        except ValueError:
            wrong[name] = _not_hours()
    return week, wrong


def _not_hours() -> str:
    return _("Opening hours look like this: 9:00–12:00, 13:00–18:00")


def _show(
    request: StaffRequest,
    hours: Hours,
    *,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    language, unit = get_language() or "en", hours.business_unit
    typed, wrong = typed or {}, wrong or {}
    moved, moved_count = moved_lately(request.actor, business_unit=unit, language=language)
    subdivision = typed.get("subdivision", hours.subdivision)
    context = {
        "unit": {"name": hours.name, "time_zone": hours.time_zone, "country": hours.country},
        "units": [
            {
                "name": code,
                "url": reverse("desk:calendar", args=[code]),
                "is_current": code == unit,
            }
            for code in sorted(request.actor.business_units)
        ],
        "week": [
            {
                "name": f"day-{number}",
                "label": str(WEEKDAYS[number]).capitalize(),
                "value": typed.get(f"day-{number}", written(day)),
                "error": wrong.get(f"day-{number}", ""),
            }
            for number, day in enumerate(hours.week)
        ],
        "places": [
            {"value": part, "is_current": part == subdivision}
            for part in parts_of(hours.country, timezone.localdate().year)
        ],
        "days": [
            {"on": day.on, "openings": written(day.openings), "reason": day.reason}
            for day in hours.own_days
        ],
        "new_day": {
            name: {"value": typed.get(name, ""), "error": wrong.get(name, "")}
            for name in ("on", "openings", "reason")
        },
        "holidays": _holidays(hours, language),
        "moved": [
            {
                "url": reverse("desk:application", args=[row.application_id]),
                "reference": row.reference,
                "company": row.company or _("Not known yet"),
                "promise": title(row.name, row.title),
                "before": row.before,
                "after": row.after,
            }
            for row in moved
        ],
        "moved_count": moved_count,
        "here_url": reverse("desk:calendar", args=[unit]),
        "week_url": reverse("desk:calendar-week", args=[unit]),
        "add_url": reverse("desk:calendar-day", args=[unit]),
        "forget_url": reverse("desk:calendar-forget", args=[unit]),
    }
    return show(request, "desk/calendar.html", context, here="promises", status=status)


def _holidays(hours: Hours, language: str) -> list[dict[str, Any]]:
    """Return the holidays of a year from today on."""
    today = timezone.localdate()
    found = {
        **holidays_in(hours.country, hours.subdivision, today.year, language),
        **holidays_in(hours.country, hours.subdivision, today.year + 1, language),
    }
    until = today.toordinal() + 365
    return [
        {"on": on, "name": name}
        for on, name in found.items()
        if today <= on and on.toordinal() < until
    ]
