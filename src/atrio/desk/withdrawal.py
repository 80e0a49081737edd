"""Withdraw at the customer's word: what they no longer want, who said so, and how we heard."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from atrio.desk.access import StaffRequest, for_staff, refusals_return_to
from atrio.desk.frame import show
from atrio.desk.words import HEARD
from atrio.engine.forms.cleaning import Invalid, clean_text
from atrio.journeys.messages import say
from atrio.onboarding.actions import withdraw_on_word
from atrio.onboarding.actions.withdraw_application import may_be_withdrawn
from atrio.onboarding.actions.withdraw_on_word import LONGEST_NAME, LONGEST_NOTE, Word
from atrio.onboarding.credit_requests import may_withdraw_credit
from atrio.onboarding.helping import name_given
from atrio.onboarding.queries import Application, get_application

_FIELDS = {"said_by": LONGEST_NAME, "note": LONGEST_NOTE}


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
@refusals_return_to("desk:help")
def withdraw(request: StaffRequest, application_id: UUID) -> HttpResponse:
    """Ask who said it and how; posted to, withdraw."""
    application = get_application(by=request.actor, application_id=application_id)
    if request.method != "POST":
        if not withdrawal_of(application):
            return redirect("desk:application", application_id)
        return _show(request, application, said={"said_by": name_given(application)}, errors={})
    said, errors = _read(request)
    if errors:
        return _show(request, application, said=said, errors=errors)
    withdraw_on_word(
        by=request.actor,
        application_id=application_id,
        word=Word(said["said_by"], said["channel"], said["note"]),
        now=timezone.now(),
    )
    messages.success(request, _("Withdrawn. The customer reads at whose word, and who did it."))
    return redirect("desk:application", application_id)


def withdrawal_of(application: Application) -> dict[str, str] | None:
    """Return what a customer may withdraw at this moment, and where; None if nothing."""
    url = reverse("desk:withdraw", args=[application.pk])
    if may_be_withdrawn(application):
        return {
            "url": url,
            "title": _("Withdraw the application"),
            "action": _("Withdraw the application"),
            "text": _("We stop at once, and no account is opened. They can begin again."),
        }
    if may_withdraw_credit(application):
        return {
            "url": url,
            "title": _("Withdraw the request for a credit line"),
            "action": _("Withdraw the request for a credit line"),
            "text": _("Nobody decides on it any more. The shop stays open; they pay at once."),
        }
    return None


def _read(request: StaffRequest) -> tuple[dict[str, str], dict[str, str]]:
    """Return what was typed, cleaned where that is possible, and what is wrong with it."""
    said = {name: request.POST.get(name, "") for name in (*_FIELDS, "channel")}
    errors: dict[str, str] = {}
    for name, longest in _FIELDS.items():
        try:
            said[name] = clean_text(said[name], max_length=longest, multiline=name == "note")
        except Invalid as invalid:
            errors[name] = say(invalid.message, get_language() or "en")
    if not said["said_by"].strip():
        errors["said_by"] = _("Say who withdraws.")
    if said["channel"] not in HEARD:
        errors["channel"] = _("Say how you heard of it.")
    return said, errors


def _show(
    request: StaffRequest,
    application: Application,
    *,
    said: dict[str, str],
    errors: dict[str, str],
) -> HttpResponse:
    channels: list[dict[str, Any]] = [
        {"value": value, "text": text, "chosen": value == said.get("channel")}
        for value, text in HEARD.items()
    ]
    context = {
        "company": application.title or _("Not known yet"),
        "reference": application.reference,
        "back": reverse("desk:help", args=[application.pk]),
        "withdraw": withdrawal_of(application),
        "said": said,
        "errors": errors,
        "channels": channels,
        "longest": _FIELDS,
    }
    return show(
        request,
        "desk/withdraw.html",
        context,
        here="queue" if application.submitted_at else "drafts",
        status=422 if errors else 200,
    )
