"""An address that sends our letters back: said where it is seen, and mended where that is safe."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from atrio.apply.access import for_applicant, place_of, proved_in_session
from atrio.apply.elsewhere import masked
from atrio.apply.mailbox import mailbox_url
from atrio.journeys.journey import Journey
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound, Refused
from atrio.onboarding import queries
from atrio.onboarding.actions import note_view, offer_address, take_address
from atrio.onboarding.actions.change_address import may_change_address
from atrio.onboarding.queries import Application, journey_of
from atrio.onboarding.tokens import token_for
from atrio.seller.queries import business_unit

ADDRESS = "contact.email"


def returned(request: HttpRequest, application: Application) -> dict[str, str] | None:
    """Return what to say of an address that sends our letters back; None if it takes them."""
    email = application.returned_from
    if not email or application.finished_at:
        return None
    address = {"token": token_for(application.pk)}
    if application.submitted_at is None:
        step = _asked_at(journey_of(application))
        link = reverse("apply:step", kwargs=address | {"element": step}) if step else ""
        text = _("Our letters to %s come back. Please correct the address and confirm it anew.")
    elif _may_change(request, application):
        link = reverse("apply:address", kwargs=address)
        text = _("Our letters to %s come back. Please give us another address.")
    else:
        # Whoever only has the link need not learn the address.
        email, link, unit = masked(email), "", business_unit(application.business_unit)
        text = _("Our letters to %s come back. Please write to {sender}.").replace(
            "{sender}", unit.sender
        )
    return {"tone": "warn", "text": text % email, "link": link, "link_text": _("Correct it")}


def _asked_at(journey: Journey) -> str:
    """Return the step that asks for the address, "" if none does."""
    for element in journey.elements("user"):
        fields = journey.forms[element.target].fields
        if element.lane == "customer" and any(field.name == ADDRESS for field in fields):
            return element.id
    return ""


def _may_change(request: HttpRequest, application: Application) -> bool:
    """Say whether this browser is the one that proved the address before: nobody else may."""
    proved = request.session.get(proved_in_session(application.pk))
    return may_change_address(application) and proved == application.returned_from


def _offered_in_session(application: Application) -> str:
    return f"offered:{application.pk.hex}"


@require_http_methods(["GET", "HEAD", "POST"])
@for_applicant
def change(request: HttpRequest, by: Actor) -> HttpResponse:
    """Take another address, and the code that was sent to it."""
    application = queries.get_application(by=by)
    token = token_for(application.pk)
    if not _may_change(request, application):
        return redirect("apply:resume", token=token)
    error = ""
    if request.method == "POST":
        try:
            if _take(request, by, application):
                return redirect("apply:resume", token=token)
            return redirect("apply:address", token=token)
        except NotFound:
            raise
        except Refused as refused:
            error = str(refused)
    else:
        where = place_of(application, step="address")
        note_view(by=by, where=where, now=timezone.now(), application=application)
    context: dict[str, Any] = {
        "application": application,
        "before": application.returned_from,
        "email": request.POST.get("email", ""),
        "offered": request.session.get(_offered_in_session(application), ""),
        "error": error,
        "back": reverse("apply:resume", kwargs={"token": token}),
        "outbox_url": mailbox_url(application),
    }
    return render(request, "apply/address.html", context, status=422 if error else 200)


class _CodeWrong(Refused):
    """The code is not the one that was sent to the new address."""


def _take(request: HttpRequest, by: Actor, application: Application) -> bool:
    """Take what was typed, an address or a code; say if that was all."""
    place = _offered_in_session(application)
    offered, now = request.session.get(place, ""), timezone.now()
    if "again" in request.POST:
        request.session.pop(place, None)
    elif not offered or "email" in request.POST:
        typed = request.POST.get("email", "").replace("\0", "")
        request.session[place] = offer_address(by=by, email=typed, now=now)
    else:
        code = request.POST.get("code", "")
        if take_address(by=by, email=offered, code=code, now=now) is None:
            raise _CodeWrong(_("This code is not the one we sent, or it is no longer valid."))
        request.session.pop(place)
        # This browser has shown that it reads the new one as well.
        request.session[proved_in_session(application.pk)] = offered
        messages.success(request, _("Thank you. We write to %s from now on.") % offered)
        return True
    return False
