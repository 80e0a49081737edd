"""How promises are kept, and who waits where."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from atrio.desk.access import StaffRequest, for_staff
from atrio.desk.frame import show
from atrio.desk.words import TURNS, Due, ago, due, span
from atrio.onboarding.promises.queries import PromiseView
from atrio.onboarding.promises.report import (
    ClockKept,
    ClockRunning,
    PersonKept,
    Waiting,
    WeekKept,
    promises_kept,
)
from atrio.seller.actions import MAY_KEEP_CALENDARS

_WEEKS = (1, 4, 13)
_DAY = timedelta(days=1)


@require_safe
@for_staff
def promises(request: StaffRequest) -> HttpResponse:
    """Show how promises were kept in the last weeks, and which run now."""
    now = timezone.now()
    asked = request.GET.get("weeks", "")
    weeks = next((number for number in _WEEKS if str(number) == asked), 4)
    report = promises_kept(
        request.actor,
        since=now - timedelta(weeks=weeks),
        time_zone=timezone.get_current_timezone_name(),
        language=get_language() or "en",
        now=now,
    )
    context = {
        "spans": [
            {
                "url": f"{reverse('desk:promises')}?weeks={number}",
                "name": ngettext("%(count)s week", "%(count)s weeks", number) % {"count": number},
                "is_current": number == weeks,
            }
            for number in _WEEKS
        ],
        "clocks": [_clock(row) for row in report.clocks],
        "weeks": [_week(row) for row in report.weeks],
        "running": [_running(row, now) for row in report.running],
        "queues": [_waiting(row, now) for row in report.waiting],
        "persons": [_person(row) for row in report.persons],
        "calendars": reverse("desk:calendars")
        if request.actor.has_role(*MAY_KEEP_CALENDARS)
        else "",
    }
    return show(request, "desk/promises.html", context, here="promises")


def clocks(views: list[PromiseView], *, now: datetime) -> list[dict[str, Any]]:
    """Return an application's promises as its page shows them, to the minute."""
    return [
        {
            "title": title(view.name, view.title),
            "budget": _budget(view),
            "state": _state(view, now),
            "person": view.person,
            "turns": {
                name: span(getattr(view.turns, name)) for name in ("customer", "ours", "outside")
            }
            if view.turns
            else None,
        }
        for view in views
    ]


def title(name: str, called: str) -> str:
    """Return what a clock is called at the desk."""
    if name == "access":
        return _("Access to the shop")
    if name.startswith("person:"):
        return _("%(step)s, in one person's hands") % {"step": called}
    return called or name


def length(budget: timedelta, *, is_in_days: bool) -> str:
    """Return a length of budget in words; a day of it may be a working day."""
    if not is_in_days:
        return span(budget.total_seconds())
    days = budget / _DAY
    shown = number_format(days, 0 if days == int(days) else 1)
    # The plural of a part is the plural.
    return ngettext("%(days)s working day", "%(days)s working days", 1 if days == 1 else 2) % {
        "days": shown
    }


def _budget(view: PromiseView) -> str:
    said = length(view.budget, is_in_days=view.measure == "days")
    if view.counted_on == "working" and view.measure == "hours":
        return _("%(length)s of working time") % {"length": said}
    return said


def _state(view: PromiseView, now: datetime) -> Due | None:
    """Return how a clock stands: what is left or over, for what it waits, how it ended."""
    if view.ended_at is not None:
        words = {"kept": _("kept"), "broken": _("broken"), "cancelled": _("no longer needed")}
        tones = {"kept": "good", "broken": "bad"}
        return Due(tones.get(view.status, ""), words[view.status], view.ended_at)
    if view.paused_since is not None:
        rest = length(view.rest, is_in_days=view.measure == "days")
        text = _("stands still: the customer owes “%(step)s” (asked %(since)s); %(rest)s left") % {
            "since": ago(view.paused_since, now=now),
            "step": view.paused_for,
            "rest": rest,
        }
        return Due("", text, view.paused_since)
    return due(promised_at=view.due_at, now=now) if view.due_at else None


def _percent(share: float) -> str:
    return _("%(share)s%%") % {"share": number_format(100 * share, 0)}


def _kept(row: ClockKept | WeekKept) -> dict[str, Any]:
    return {
        "title": title(row.name, row.title),
        "kept": row.kept,
        "broken": row.broken,
        "median": length(row.median, is_in_days=row.is_in_days),
        "p95": length(row.p95, is_in_days=row.is_in_days),
    }


def _clock(row: ClockKept) -> dict[str, Any]:
    turns = (_percent(part) for part in (row.customer, row.ours, row.outside))
    return {
        **_kept(row),
        "share": _percent(row.share),
        "tone": "good" if row.broken == 0 else "warn" if row.share >= 0.9 else "bad",
        "customer": next(turns),
        "ours": next(turns),
        "outside": next(turns),
    }


def _week(row: WeekKept) -> dict[str, Any]:
    return {**_kept(row), "week": row.week}


def _running(row: ClockRunning, now: datetime) -> dict[str, Any]:
    return {
        "title": title(row.name, row.title),
        "running": row.running,
        "paused": row.paused,
        "broken": row.broken,
        "due": due(promised_at=row.next_due, now=now) if row.next_due else None,
    }


def _waiting(row: Waiting, now: datetime) -> dict[str, Any]:
    return {
        "step": row.step,
        "who": TURNS.get(row.waiting_on, row.waiting_on),
        "count": row.count,
        "late": row.late,
        "longest": ago(row.longest_since, now=now),
        "longest_since": row.longest_since,
    }


def _person(row: PersonKept) -> dict[str, Any]:
    return {
        "person": row.person,
        "title": title(row.name, row.title),
        "kept": row.kept,
        "broken": row.broken,
        "median": length(row.median, is_in_days=row.is_in_days),
    }
