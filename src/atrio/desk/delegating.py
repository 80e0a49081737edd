"""Who owes what to an application; and asking somebody at the customer's for a step."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from atrio.desk.access import StaffRequest, for_staff, refusals_return_to
from atrio.desk.frame import show
from atrio.desk.words import TURNS, ago
from atrio.engine.forms import fact
from atrio.journeys.journey import Journey
from atrio.kernel.actors import Actor
from atrio.onboarding.actions import delegate_step, remind_delegate, take_step_back
from atrio.onboarding.actions.delegate_step import (
    LONGEST_NAME,
    LONGEST_NOTE,
    AskedWrongly,
    Asking,
    may_be_reminded,
)
from atrio.onboarding.actions.help_customer import MAY_HELP
from atrio.onboarding.delegations import Owed, may_ask_for, may_delegate, owed_by_others
from atrio.onboarding.queries import (
    Application,
    ApplicationPage,
    journey_of,
    step_view,
)

_TYPED = ("name", "email", "note", "asked_by")


def owes(
    page: ApplicationPage, journey: Journey, by: Actor, *, language: str, now: datetime
) -> list[dict[str, Any]]:
    """Return every open step in words: who owes it, since when, and what can be done about it."""
    application = page.application
    if application.status != "open":
        return []
    others = {
        one.delegation.step_id: one
        for one in owed_by_others(application, language=language, now=now)
    }
    may_help = by.has_role(*MAY_HELP)
    rows = []
    for step in page.open_steps:
        if step.kind not in {"user", "call"}:
            continue
        other = others.get(step.pk)
        rows.append(
            {
                "step": journey.step_name(step.element, language),
                "who": _who(step.lane if step.kind == "user" else "outside", application),
                "since": ago(step.opened_at, now=now),
                "since_at": step.opened_at,
                "delegate": _delegate(other, now=now) if other else None,
                "url": (
                    reverse("desk:colleague", args=[application.pk, step.element])
                    if may_help
                    and step.kind == "user"
                    and step.lane == "customer"
                    and may_delegate(journey, step.element)
                    else ""
                ),
            }
        )
    return rows


def where_to_ask(
    application: Application, element: str, *, language: str, now: datetime
) -> dict[str, Any] | None:
    """Return where somebody else at the customer's is asked for a draft's step, and who was."""
    journey = journey_of(application)
    if not may_delegate(journey, element):
        return None
    others = owed_by_others(application, language=language, now=now)
    other = next((one for one in others if one.element == element), None)
    return {
        "step": journey.step_name(element, language),
        "url": reverse("desk:colleague", args=[application.pk, element]),
        "delegate": _delegate(other, now=now) if other else None,
    }


def _who(lane: str, application: Application) -> str:
    if lane == "associate" and application.owner_id and application.owner:
        return str(application.owner)
    return str(TURNS.get(lane, TURNS["associate"]))


def _delegate(one: Owed, *, now: datetime) -> dict[str, Any]:
    delegation = one.delegation
    return {
        "name": delegation.name,
        "email": delegation.email,
        "state": one.state,
        "asked_by": delegation.asked_by_label,
        "helper": delegation.helper_label,
        "asked": ago(delegation.asked_at, now=now),
        "asked_at": delegation.asked_at,
        "reminded": ago(delegation.reminded_at, now=now) if delegation.reminded_at else "",
        "reminded_at": delegation.reminded_at,
        "until": delegation.valid_until,
        "is_asked": one.is_asked,
        "may_be_reminded": one.is_asked and may_be_reminded(delegation, now=now),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
@refusals_return_to("desk:help")
def colleague(request: StaffRequest, application_id: UUID, step: str) -> HttpResponse:
    """Show who is asked for a step, or ask whom; posted to, write to them."""
    now, language = timezone.now(), get_language() or "en"
    typed = {name: request.POST.get(name, "") for name in _TYPED}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            asked = delegate_step(
                by=request.actor,
                application_id=application_id,
                step=step,
                asking=Asking(**typed),
                now=now,
            )
        except AskedWrongly as refused:
            wrong = {refused.field: str(refused)}
        else:
            messages.success(request, _("We have written to %s.") % asked.name)
            return redirect("desk:colleague", application_id, step)
    view = step_view(
        by=request.actor, element=step, language=language, application_id=application_id
    )
    if request.method != "POST":
        typed["asked_by"] = str(fact(view.facts, "contact.name") or "")
    others = owed_by_others(view.application, language=language, now=now)
    other = next((one for one in others if one.element == step), None)
    context = {
        "company": view.application.title or _("Not known yet"),
        "reference": view.application.reference,
        "step": view.progress.title,
        "back": reverse("desk:help", args=[application_id]),
        "delegate": _delegate(other, now=now) if other else None,
        "may_ask": may_ask_for(view) and not (other and other.is_asked),
        "take_back": reverse("desk:colleague-back", args=[application_id, step]),
        "remind": reverse("desk:colleague-remind", args=[application_id, step]),
        "typed": typed,
        "wrong": wrong,
        "longest": {"name": LONGEST_NAME, "note": LONGEST_NOTE},
    }
    status = 422 if wrong else 200
    return show(request, "desk/colleague.html", context, here="drafts", status=status)


@require_POST
@for_staff
@refusals_return_to("desk:help")
def take_back(request: StaffRequest, application_id: UUID, step: str) -> HttpResponse:
    """End what somebody was asked for."""
    name = take_step_back(
        by=request.actor, application_id=application_id, step=step, now=timezone.now()
    )
    messages.success(request, _("%s is not asked any more: their link is closed.") % name)
    return redirect("desk:colleague", application_id, step)


@require_POST
@for_staff
@refusals_return_to("desk:help")
def remind(request: StaffRequest, application_id: UUID, step: str) -> HttpResponse:
    """Write once more to who owes a step."""
    name = remind_delegate(
        by=request.actor, application_id=application_id, step=step, now=timezone.now()
    )
    messages.success(request, _("We have written to %s once more.") % name)
    return redirect("desk:colleague", application_id, step)
