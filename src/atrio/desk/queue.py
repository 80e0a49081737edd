"""The queue: applications of the actor's business units, least promised time left first."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from atrio.desk.access import StaffRequest, for_staff
from atrio.desk.facts import fact_text
from atrio.desk.follow import units_live
from atrio.desk.frame import counted, page_number, show
from atrio.desk.ownership import next_address
from atrio.desk.place import note_place
from atrio.desk.promises import title
from atrio.desk.repairs import groups
from atrio.desk.why import why
from atrio.desk.words import Text, ago, due, minutes, status_of
from atrio.journeys.journey import Journey
from atrio.kernel.actors import Actor
from atrio.onboarding.promises.rules import pressing
from atrio.onboarding.queries import journey_of
from atrio.onboarding.queue import (
    MOST_COUNTED,
    VIEWS,
    QueuePage,
    QueueRow,
    View,
    count_views,
    find_applications,
    queue_page,
)

_NAMES: dict[View, Text] = {
    "associate": gettext_lazy("Need a person"),
    "mine": gettext_lazy("Mine"),
    "free": pgettext_lazy("applications that nobody has", "Free"),
    "customer": gettext_lazy("With the customer"),
    "admin": gettext_lazy("With an account's admin"),
    "outside": gettext_lazy("Run by themselves"),
    "open": gettext_lazy("All open"),
    "finished": gettext_lazy("Finished"),
}
MOST_GROUPS = 3
_REPAIRED_IN = frozenset({"associate", "free", "open"})


@require_safe
@for_staff
def queue(request: StaffRequest) -> HttpResponse:
    """Show one view of the queue, or what was searched for; htmx asks for its table alone."""
    now = timezone.now()
    query = request.GET.get("q", "").strip()[:200]
    asked = request.GET.get("view", "")
    view = next((name for name in VIEWS if name == asked), VIEWS[0])
    counts = count_views(request.actor)
    if query:
        page = find_applications(request.actor, query)
    else:
        number = page_number(request)
        page = queue_page(request.actor, view=view, number=number, count=counts[view])
    part = request.headers.get("HX-Target") == "queue"
    if not part:
        note_place(request)
    context = {
        "query": query,
        "views": [
            {
                "value": name,
                "name": _NAMES[name],
                "url": _address(view=name),
                "count": counted(counts[name]),
                "is_current": name == view and not query,
            }
            for name in VIEWS
        ],
        "rows": [_row(row, request.actor, now=now) for row in page.rows],
        "pages": {} if query else _pages(page, view),
        "empty": _empty(view, query),
        "refresh_url": request.get_full_path(),
        "live_url": units_live(request.actor),
        "take_next": next_address(request.actor),
        "failing": [] if part or query or view not in _REPAIRED_IN else _several(request.actor),
        # Where all wait for the same, a column that says so tells nothing.
        "shows_status": bool(query) or view not in {"associate", "free"},
        "shows_owner": bool(query) or view not in {"mine", "free"},
    }
    template = "desk/_queue.html" if part else "desk/queue.html"
    return show(request, template, context, here="queue", waiting=counts["associate"])


def _several(by: Actor) -> list[dict[str, Any]]:
    """Return what many wait for at once, so that nobody repairs them one by one."""
    return [one for one in groups(by) if one["count"] > 1][:MOST_GROUPS]


def _address(**query: str | int) -> str:
    return f"{reverse('desk:queue')}?{urlencode(query)}"


def _row(row: QueueRow, by: Actor, *, now: datetime) -> dict[str, Any]:
    application = row.application
    journey = journey_of(application)
    language = get_language() or "en"
    is_open = application.finished_at is None
    pressed = pressing(application.clocks)
    since = row.waits_since or application.finished_at or application.first_page_at
    return {
        "url": reverse("desk:application", args=[application.pk]),
        "reference": application.reference,
        "company": application.title or _("Not known yet"),
        "tax_id": fact_text(journey, "company.tax_id", row.tax_id, language=language)
        if row.tax_id
        else "",
        "step": journey.asked(application.current_step, language) if is_open else "",
        "why": _why(row, journey, language) if application.waiting_on == "associate" else "",
        "owner": str(application.owner or ""),
        "is_mine": str(application.owner_id) == by.id,
        "status": status_of(application.status, application.waiting_on),
        "due": due(promised_at=application.promised_at, now=now)
        if application.promised_at and is_open
        else None,
        "promise": title(pressed[0], journey.promise_title(pressed[0], language))
        if pressed
        else "",
        "since": minutes((now - since).total_seconds()) if is_open else ago(since, now=now),
        "since_at": since,
    }


def _why(row: QueueRow, journey: Journey, language: str) -> str:
    step = row.application.current_step
    said = why(journey, step, reasons=row.reasons, error=row.error, language=language)
    shown = fact_text(journey, *row.shown, language=language) if row.shown else ""
    return " · ".join(filter(None, [shown, said]))


def _pages(page: QueuePage, view: View) -> dict[str, str]:
    text = _("%(first)s–%(last)s of %(count)s") % {
        "first": page.first,
        "last": page.first + len(page.rows) - 1,
        "count": counted(page.count),
    }
    if page.count > MOST_COUNTED and not page.has_next:
        text = _("%(text)s: search for what stands behind them") % {"text": text}
    return {
        "text": text,
        "previous": _address(view=view, page=page.number - 1) if page.number > 1 else "",
        "next": _address(view=view, page=page.number + 1) if page.has_next else "",
    }


def _empty(view: View, query: str) -> dict[str, Any]:
    if query:
        return {
            "icon": "search",
            "title": _("Nothing found for “%(query)s”") % {"query": query},
            "text": _("Search by reference, by tax number or by a word of the company's name."),
            "url": reverse("desk:queue"),
            "action": _("Back to the queue"),
        }
    if view == "mine":
        return {
            "icon": "user-check",
            "title": _("You have nothing in hand"),
            "text": _("Take the most urgent application that nobody has: “Take next” finds it."),
            "url": _address(view="free"),
            "action": _("See what nobody has"),
        }
    if view in {"associate", "free"}:
        return {
            "icon": "circle-check",
            "title": _("Nothing waits for a person"),
            "text": _("What needs a decision or a repair appears here by itself."),
            "url": _address(view="open"),
            "action": _("See all open applications"),
        }
    return {
        "icon": "inbox",
        "title": _("No applications here"),
        "text": _("As soon as there are some they appear here by themselves."),
    }
