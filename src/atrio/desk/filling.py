"""Fill in an application for a customer who stands at the counter or is on the telephone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atrio.desk.access import StaffRequest, for_staff, refusals_return_to
from atrio.desk.follow import application_live
from atrio.desk.frame import show, submitted
from atrio.desk.words import CHANNELS
from atrio.engine.forms import Answers, fact
from atrio.journeys.queries import compiled, latest_release, offered_packs
from atrio.kernel.actors import Actor
from atrio.kernel.errors import Refused
from atrio.onboarding import queries
from atrio.onboarding.actions import fill_in_step, send_code_again, start_on_behalf
from atrio.onboarding.actions.submit_step import CodeUsed, TooLateToChange
from atrio.onboarding.drawing import form_for, sections_for
from atrio.onboarding.queries import Application, StepView
from atrio.seller.queries import offers

if TYPE_CHECKING:
    from atrio.journeys.packs import Pack
    from atrio.seller.models import BusinessUnit

# A browser without scripts asks again after so many seconds.
REFRESH = 2


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def begin(request: StaffRequest) -> HttpResponse:
    """Choose how the customer is here, the journey and their language; begin."""
    if request.method != "POST":
        return _choose(request)
    said = {name: request.POST.get(name, "") for name in ("pack", "language", "branch", "channel")}
    offer = _offers(request.actor).get(said["pack"])
    if said["channel"] not in CHANNELS or offer is None:
        return _choose(request, said=said, error=_("Choose one of the values offered."))
    pack, unit = offer
    application = start_on_behalf(
        by=request.actor,
        journey=pack.name,
        unit=unit.code,
        language=said["language"],
        channel=said["channel"],
        branch=said["branch"],
        now=timezone.now(),
    )
    return redirect(_address("desk:fill", application, said["channel"]))


@require_safe
@for_staff
@refusals_return_to("desk:help")
def fill(request: StaffRequest, application_id: UUID) -> HttpResponse:
    """Go to the step that is open; while another system is asked, wait for it here."""
    application = queries.get_application(by=request.actor, application_id=application_id)
    step = queries.open_step_of(application)
    is_asking = "HX-Request" in request.headers
    if step is not None or application.submitted_at or application.finished_at:
        address = (
            _address("desk:fill-step", application, _channel(request), step.element)
            if step is not None and not application.submitted_at
            else reverse("desk:application", args=[application.pk])
        )
        return HttpResponse(headers={"HX-Redirect": address}) if is_asking else redirect(address)
    if is_asking:
        return HttpResponse(status=204)
    context = _head(application, _channel(request)) | {
        "refresh": REFRESH,
        "again": request.get_full_path(),
        "live_url": application_live(application_id),
    }
    return show(request, "desk/fill_waiting.html", context, here="drafts")


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
@refusals_return_to("desk:help")
def step(request: StaffRequest, application_id: UUID, step: str) -> HttpResponse:
    """Show the customer's own form; take what they say."""
    language = get_language() or "en"
    if request.method != "POST":
        view = queries.step_view(
            by=request.actor, element=step, language=language, application_id=application_id
        )
        if view.application.submitted_at or view.application.finished_at:
            return redirect("desk:application", application_id)
        return _show(request, view)
    said = submitted(request)
    channel = str(said.pop("channel", ""))
    try:
        application, answers = fill_in_step(
            by=request.actor,
            application_id=application_id,
            step=step,
            submitted=said,
            channel=channel,
            language=language,
            now=timezone.now(),
        )
    except (CodeUsed, TooLateToChange) as refused:
        messages.info(request, str(refused))
        return redirect("desk:fill", application_id)
    if not answers.ok:
        view = queries.step_view(
            by=request.actor, element=step, language=language, application_id=application_id
        )
        return _show(request, view, answers)
    if application.submitted_at:
        messages.success(request, _("Sent. The customer reads that you filled it in for them."))
    return redirect(_address("desk:fill", application, channel))


@require_POST
@for_staff
def code(request: StaffRequest, application_id: UUID, step: str) -> HttpResponse:
    """Send the customer a new code."""
    try:
        email = send_code_again(
            by=request.actor, step=step, now=timezone.now(), application_id=application_id
        )
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("A new code is on its way to %s.") % email)
    application = queries.get_application(by=request.actor, application_id=application_id)
    return redirect(_address("desk:fill", application, _channel(request)))


def _show(request: StaffRequest, view: StepView, answers: Answers | None = None) -> HttpResponse:
    channel, application = _channel(request), view.application
    attributes = view.element.attributes

    def address(element: str) -> str:
        return _address("desk:fill-step", application, channel, element)

    context = _head(application, channel) | {
        "progress": view.progress,
        "form": form_for(view, answers),
        "channels": _channels(channel),
        "previous": address(view.progress.previous) if view.progress.previous else "",
        "sections": sections_for(view, address) if "submits" in attributes else [],
        "email": fact(view.facts, attributes["proof"]) if "proof" in attributes else "",
        "resend": reverse("desk:fill-code", args=[application.pk, view.element.id]),
        "is_sending": "submits" in attributes,
    }
    status = 422 if answers else 200
    return show(request, "desk/fill.html", context, here="drafts", status=status)


def _choose(
    request: StaffRequest, *, said: dict[str, str] | None = None, error: str = ""
) -> HttpResponse:
    said, language = said or {}, get_language() or "en"
    ours = _offers(request.actor)
    spoken = {code for pack, _unit in ours.values() for code in pack.languages}
    context = {
        "offers": [
            {
                "pack": name,
                "title": pack.title(language),
                "unit_name": unit.name if name != pack.name else "",
            }
            for name, (pack, unit) in ours.items()
        ],
        "languages": [
            {"code": code, "name": name} for code, name in settings.LANGUAGES if code in spoken
        ],
        "branches": sorted({one for _pack, unit in ours.values() for one in unit.branches}),
        "channels": _channels(said.get("channel", "")),
        "said": said,
        "error": error,
    }
    return show(request, "desk/begin.html", context, here="drafts", status=422 if error else 200)


def _offers(by: Actor) -> dict[str, tuple[Pack, BusinessUnit]]:
    """Return the journeys that the actor's business units offer.

    By the pack's name, and the unit's where several of them offer the same.
    """
    published = set(offered_packs())
    ours = [
        (pack, unit)
        for pack, unit in offers()
        if pack in published and unit.code in by.business_units
    ]
    often = Counter(pack for pack, _unit in ours)
    return {
        pack if often[pack] == 1 else f"{pack} {unit.code}": (
            compiled(latest_release(pack, unit.code)).pack,
            unit,
        )
        for pack, unit in ours
    }


def _channels(chosen: str) -> list[dict[str, Any]]:
    return [
        {"value": value, "text": text, "chosen": value == chosen}
        for value, text in CHANNELS.items()
    ]


def _head(application: Application, channel: str) -> dict[str, Any]:
    return {
        "company": application.title or _("Not known yet"),
        "reference": application.reference,
        "back": reverse("desk:help", args=[application.pk]),
        "channel": CHANNELS.get(channel, ""),
    }


def _channel(request: StaffRequest) -> str:
    """Return how the customer is here, as the address or the form says; "" for nonsense."""
    said = request.POST.get("channel") or request.GET.get("channel", "")
    return said if said in CHANNELS else ""


def _address(page: str, application: Application, channel: str, *more: str) -> str:
    return f"{reverse(page, args=[application.pk, *more])}?{urlencode({'channel': channel})}"
