"""Ask a colleague to fill in a step; watch what they owe, remind them, take it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from atrio.apply.access import for_applicant, place_of, reader
from atrio.engine.forms import fact
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound, Refused
from atrio.onboarding import queries
from atrio.onboarding.actions import delegate_step, note_view, remind_delegate, take_step_back
from atrio.onboarding.actions.delegate_step import (
    LONGEST_NAME,
    LONGEST_NOTE,
    AskedWrongly,
    Asking,
    may_be_reminded,
)
from atrio.onboarding.actions.submit_step import ApplicationOver, StepNotOpen
from atrio.onboarding.delegations import Owed, may_ask_for, owed_by_others
from atrio.onboarding.queries import Application
from atrio.onboarding.tokens import token_for

_TYPED = ("name", "email", "note", "asked_by")


@require_http_methods(["GET", "HEAD", "POST"])
@for_applicant
def ask(request: HttpRequest, by: Actor, element: str) -> HttpResponse:
    """Ask whom, and for what; posted to, write to them."""
    view = queries.step_view(by=by, element=element, language=reader())
    token = token_for(view.application.pk)
    typed = {name: request.POST.get(name, "") for name in _TYPED}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            asked = delegate_step(by=by, step=element, asking=Asking(**typed), now=timezone.now())
        except AskedWrongly as refused:
            wrong = {refused.field: str(refused)}
        except NotFound:
            raise
        except Refused as refused:
            messages.warning(request, str(refused))
            return redirect("apply:resume", token=token)
        else:
            messages.success(request, _("We have written to %s.") % asked.name)
            return redirect("apply:track", token=token)
    elif not may_ask_for(view):
        return redirect("apply:resume", token=token)
    else:
        typed["asked_by"] = fact(view.facts, "contact.name") or ""
        where = place_of(view.application, step=element)
        note_view(by=by, where=where, now=timezone.now(), application=view.application)
    context = {
        "application": view.application,
        "step": view.progress.title,
        "sends": "submits" in view.element.attributes,
        "typed": typed,
        "wrong": wrong,
        "longest": {"name": LONGEST_NAME, "note": LONGEST_NOTE},
        "back": reverse("apply:step", kwargs={"token": token, "element": element}),
    }
    return render(request, "apply/ask.html", context, status=422 if wrong else 200)


@require_POST
@for_applicant
def take_back(request: HttpRequest, by: Actor, element: str) -> HttpResponse:
    """End what a colleague was asked for, and lead to the step."""
    try:
        name = take_step_back(by=by, step=element, now=timezone.now())
    except (Refused, StepNotOpen, ApplicationOver) as refused:
        _say(request, refused)
    else:
        messages.info(request, _("%s is not asked any more: their link is closed.") % name)
    return _onwards(by)


@require_POST
@for_applicant
def remind(request: HttpRequest, by: Actor, element: str) -> HttpResponse:
    """Write to a colleague once more."""
    try:
        name = remind_delegate(by=by, step=element, now=timezone.now())
    except Refused as refused:
        _say(request, refused)
    else:
        messages.success(request, _("We have written to %s once more.") % name)
    return _onwards(by)


def _say(request: HttpRequest, refused: Refused) -> None:
    if isinstance(refused, NotFound):
        raise refused
    messages.warning(request, str(refused))


def _onwards(by: Actor) -> HttpResponse:
    return redirect("apply:resume", token=token_for(queries.get_application(by=by).pk))


def owed(application: Application, *, now: datetime) -> list[Owed]:
    """Return the open steps that others were asked for, as the reader calls them."""
    return owed_by_others(application, language=reader(), now=now)


def drawn(one: Owed, application: Application, *, now: datetime) -> dict[str, Any]:
    """Return who owes what in words, with what can be done about it."""
    address = {"token": token_for(application.pk), "element": one.element}
    delegation = one.delegation
    told = {"name": delegation.name, "step": one.step}
    title = {
        "asked": _("%(name)s fills in “%(step)s”"),
        "declined": _("%(name)s does not fill in “%(step)s”"),
        "returned": _("Our letter to %(name)s comes back"),
        "ran_out": _("%(name)s has not filled in “%(step)s”"),
    }[one.state]
    return {
        "id": delegation.pk if one.is_asked else "",
        "title": title % told,
        "name": delegation.name,
        "email": delegation.email,
        "state": one.state,
        "asked_by": delegation.helper_label,
        "asked_at": delegation.asked_at,
        "reminded_at": delegation.reminded_at,
        "until": delegation.valid_until,
        "step_url": reverse("apply:step", kwargs=address),
        "ask_url": reverse("apply:ask", kwargs=address),
        "take_back": reverse("apply:take-back", kwargs=address) if one.is_asked else "",
        "remind": (
            reverse("apply:remind", kwargs=address)
            if one.is_asked and may_be_reminded(delegation, now=now)
            else ""
        ),
    }
