"""Who is filling in an application now, and who may be stuck: those who can be helped first."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from atrio.desk.access import StaffRequest, for_staff
from atrio.desk.facts import fact_text
from atrio.desk.follow import units_live
from atrio.desk.frame import counted, page_number, show
from atrio.desk.words import Text, ago, minutes
from atrio.engine.forms import Answers, Message, bound
from atrio.journeys.journey import Journey
from atrio.journeys.messages import say
from atrio.onboarding.actions.help_customer import MAY_HELP
from atrio.onboarding.drafts import (
    VIEWS,
    Draft,
    DraftsPage,
    View,
    count_drafts,
    drafts_page,
)
from atrio.onboarding.queries import journey_of

_NAMES: dict[View, Text] = {
    "today": gettext_lazy("Today"),
    "stuck": gettext_lazy("May be stuck"),
    "earlier": gettext_lazy("Not seen for a day"),
}


@require_safe
@for_staff
def drafts(request: StaffRequest) -> HttpResponse:
    """Show who is filling in; htmx asks for the table alone."""
    now = timezone.now()
    asked = request.GET.get("view", "")
    view = next((name for name in VIEWS if name == asked), VIEWS[0])
    counts = count_drafts(request.actor, now=now)
    page = drafts_page(
        request.actor, view=view, number=page_number(request), counts=counts, now=now
    )
    # Whoever may help goes to where they can; the others may look.
    may_help = request.actor.has_role(*MAY_HELP)
    row_page = "desk:help" if may_help else "desk:application"
    context = {
        "views": [
            {
                "value": name,
                "name": _NAMES[name],
                "url": _address(view=name),
                "count": counted(counts[name]),
                "is_current": name == view,
            }
            for name in VIEWS
        ],
        "rows": [_row(draft, row_page, now=now) for draft in page.rows],
        "pages": _pages(page, view),
        "may_begin": may_help,
        "empty": _empty(view),
        "refresh_url": request.get_full_path(),
        "live_url": units_live(request.actor),
    }
    part = request.headers.get("HX-Target") == "drafts"
    template = "desk/_drafts.html" if part else "desk/drafts.html"
    return show(request, template, context, here="drafts")


def troubles(draft: Draft, journey: Journey, *, language: str, now: datetime) -> list[str]:
    """Return in words why somebody may be stuck; empty for whoever is getting on."""
    trouble = draft.trouble
    told = [
        _("%(times)s times the same error at %(field)s: %(error)s")
        % {"times": trouble.refused[name]["times"], "field": label, "error": error}
        for name, label, error in errors_in(draft.element, trouble.refused, journey, language)
    ]
    if trouble.returned_from:
        told.append(_("our letters to %(email)s come back") % {"email": trouble.returned_from})
    if trouble.came_back:
        told.append(_("came back %(times)s times") % {"times": trouble.came_back})
    if trouble.idle_since:
        time = minutes((now - trouble.idle_since).total_seconds())
        told.append(_("idle for %(time)s") % {"time": time})
    return told


def errors_in(
    element: str, refused: Any, journey: Journey, language: str
) -> list[tuple[str, str, str]]:
    """Return name, label and error of each field that was refused, in the form's order."""
    errors = {name: Message(said["code"], said["params"]) for name, said in refused.items()}
    try:
        form = journey.form_at(element)
    except KeyError:
        return []
    drawn = bound(form, language=language, say=say, facts={}, answers=Answers(errors=errors))
    return [(field.name, field.label, field.error) for field in drawn.errors]


def _address(**query: str | int) -> str:
    return f"{reverse('desk:drafts')}?{urlencode(query)}"


def _row(draft: Draft, page: str, *, now: datetime) -> dict[str, Any]:
    application = draft.application
    journey = journey_of(application)
    language = get_language() or "en"
    return {
        "url": reverse(page, args=[application.pk]),
        "reference": application.reference,
        "company": application.title or _("Not known yet"),
        "tax_id": fact_text(journey, "company.tax_id", draft.tax_id, language=language)
        if draft.tax_id
        else "",
        "step": journey.step_name(draft.element, language),
        "is_with_customer": draft.is_with_customer,
        "waits_for": draft.waits_for,
        "since": ago(draft.since, now=now),
        "since_at": draft.since,
        "done": draft.done,
        "total": draft.total,
        "troubles": troubles(draft, journey, language=language, now=now),
        "seen": ago(application.seen_at, now=now) if application.seen_at else "",
        "seen_at": application.seen_at,
        "owner": str(application.owner or ""),
        "helped": ago(application.helped_at, now=now) if application.helped_at else "",
    }


def _pages(page: DraftsPage, view: View) -> dict[str, str]:
    text = _("%(first)s–%(last)s of %(count)s") % {
        "first": page.first,
        "last": page.first + len(page.rows) - 1,
        "count": counted(page.count),
    }
    return {
        "text": text,
        "previous": _address(view=view, page=page.number - 1) if page.number > 1 else "",
        "next": _address(view=view, page=page.number + 1) if page.has_next else "",
    }


def _empty(view: View) -> dict[str, Any]:
    if view == "stuck":
        return {
            "icon": "circle-check",
            "title": _("Nobody seems to be stuck"),
            "text": _(
                "Whoever gets the same error twice, keeps coming back or stops appears here."
            ),
        }
    return {
        "icon": "pencil",
        "title": _("Nobody is filling in"),
        "text": _("As soon as somebody begins they appear here by themselves."),
    }
