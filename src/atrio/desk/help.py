"""Help somebody who applies: see where they stand, write to them, call them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime, make_aware
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from atrio.desk.access import StaffRequest, for_staff, refusals_return_to
from atrio.desk.delegating import where_to_ask
from atrio.desk.drafts import troubles
from atrio.desk.facts import fact_text
from atrio.desk.frame import show
from atrio.desk.withdrawal import withdrawal_of
from atrio.desk.words import CHANNELS, HEARD, WAYS_IN, Status, Text, ago
from atrio.engine.forms.cleaning import Invalid, clean_text
from atrio.journeys.journey import Journey
from atrio.journeys.messages import say
from atrio.onboarding.actions import note_call, write_to_customer
from atrio.onboarding.actions.help_customer import CallAtWrong
from atrio.onboarding.helping import Helped, HelpPage, Outcome, help_page
from atrio.onboarding.queries import journey_of

LONGEST_LETTER, LONGEST_NOTE = 2000, 500
_OUTCOMES: dict[Outcome, Text] = {
    Outcome.REACHED: gettext_lazy("Reached"),
    Outcome.NOT_REACHED: gettext_lazy("Not reached"),
    Outcome.WILL_CALL: gettext_lazy("I call again"),
}

_WITHDREW: Mapping[str, Text] = {
    "withdrew": gettext_lazy("withdrew at the word of %(said_by)s, %(how)s"),
    "no_credit": gettext_lazy(
        "withdrew the request for a credit line at the word of %(said_by)s, %(how)s"
    ),
}


@require_safe
@for_staff
def help_(request: StaffRequest, application_id: UUID) -> HttpResponse:
    """Show where somebody stands and how they can be helped."""
    return _show(request, application_id)


@require_POST
@for_staff
@refusals_return_to("desk:help")
def write(request: StaffRequest, application_id: UUID) -> HttpResponse:
    """Send the customer what was written."""
    said = request.POST.get("text", "")
    text, error = _read(said, LONGEST_LETTER)
    if not text:
        error = error or _("Write something first.")
        return _show(request, application_id, letter=said, letter_error=error)
    email = write_to_customer(
        by=request.actor, application_id=application_id, text=text, now=timezone.now()
    )
    messages.success(request, _("Your message is on its way to %(email)s.") % {"email": email})
    return redirect("desk:help", application_id)


@require_POST
@for_staff
@refusals_return_to("desk:help")
def called(request: StaffRequest, application_id: UUID) -> HttpResponse:
    """Keep how a call ended."""
    said = {name: request.POST.get(name, "") for name in ("outcome", "note", "call_at")}
    note, error = _read(said["note"], LONGEST_NOTE)
    outcome = next((one for one in Outcome if one.value == said["outcome"]), None)
    if outcome is None:
        error = _("Say how the call ended.")
    if error or outcome is None:
        return _show(request, application_id, call=said, call_error=error)
    try:
        note_call(
            by=request.actor,
            application_id=application_id,
            outcome=outcome,
            note=note,
            call_at=_moment(said["call_at"]),
            now=timezone.now(),
        )
    except CallAtWrong as refused:
        return _show(request, application_id, call=said, call_error=str(refused))
    messages.success(request, _("Noted."))
    return redirect("desk:help", application_id)


def helped_lines(
    helped: list[Helped], journey: Journey, *, language: str, now: datetime
) -> list[dict[str, Any]]:
    """Return in words what our people did for somebody, newest first."""
    return [
        {
            "status": _status(one, journey, language),
            "who": one.who,
            "text": one.text,
            "at": one.at,
            "when": ago(one.at, now=now),
        }
        for one in helped
    ]


def _status(one: Helped, journey: Journey, language: str) -> Status:
    if one.kind == "wrote":
        return Status("info", "mail", _("wrote"))
    if one.kind == "called" and one.call_at:
        at = date_format(localtime(one.call_at), "SHORT_DATETIME_FORMAT")
        return Status("warn", "phone", _("calls again on %(at)s") % {"at": at})
    if one.kind == "called":
        reached = one.outcome == Outcome.REACHED
        words = _("called: reached") if reached else _("called: not reached")
        return Status("good" if reached else "", "phone", words)
    if one.kind in _WITHDREW:
        how = {"said_by": one.said_by, "how": HEARD[one.channel]}
        return Status("", "x", _WITHDREW[one.kind] % how)
    steps = ", ".join(journey.step_name(step, language) for step in one.steps)
    told = _("filled in %(channel)s: %(steps)s")
    return Status("accent", "pencil", told % {"channel": WAYS_IN[one.channel], "steps": steps})


def _show(
    request: StaffRequest,
    application_id: UUID,
    *,
    letter: str = "",
    letter_error: str = "",
    call: dict[str, str] | None = None,
    call_error: str = "",
) -> HttpResponse:
    now, language = timezone.now(), get_language() or "en"
    page = help_page(by=request.actor, application_id=application_id, language=language, now=now)
    application, journey = page.application, journey_of(page.application)
    said = call or {}
    context = {
        "company": application.title or _("Not known yet"),
        "reference": application.reference,
        "back": reverse("desk:application", args=[application.pk]),
        "is_over": application.status != "open",
        "person": {
            "name": page.name,
            "email": page.email,
            "phone": page.phone,
            "number": fact_text(journey, "contact.phone", page.phone, language=language),
        },
        "fill": _ways_to_fill_in(page),
        "ask": page.draft
        and where_to_ask(application, page.draft.element, language=language, now=now),
        "withdraw": withdrawal_of(application),
        "draft": _draft(page, journey, language, now),
        "letter": {
            "action": reverse("desk:help-write", args=[application.pk]) if page.may_write else "",
            "is_proved": page.is_proved,
            "text": letter,
            "error": letter_error,
            "longest": LONGEST_LETTER,
        },
        "call": {
            "action": reverse("desk:help-call", args=[application.pk]),
            "outcomes": [
                {"value": one.value, "text": text, "chosen": said.get("outcome") == one.value}
                for one, text in _OUTCOMES.items()
            ],
            "note": said.get("note", ""),
            "call_at": said.get("call_at", ""),
            "error": call_error,
            "longest": LONGEST_NOTE,
        },
        "helped": helped_lines(page.helped, journey, language=language, now=now),
    }
    status = 422 if letter_error or call_error else 200
    return show(request, "desk/help.html", context, here="drafts", status=status)


def _ways_to_fill_in(page: HelpPage) -> list[dict[str, Any]]:
    """Return where to fill in for a customer who is at the counter, or on the telephone."""
    if page.draft is None:
        return []
    address = reverse("desk:fill", args=[page.application.pk])
    return [
        {"url": f"{address}?channel={channel}", "text": text} for channel, text in CHANNELS.items()
    ]


def _draft(page: HelpPage, journey: Journey, language: str, now: datetime) -> dict[str, Any] | None:
    draft = page.draft
    if draft is None:
        return None
    seen_at = page.application.seen_at
    return {
        "step": journey.step_name(draft.element, language),
        "done": draft.done,
        "total": draft.total,
        "seen": ago(seen_at, now=now) if seen_at else "",
        "seen_at": seen_at,
        "troubles": troubles(draft, journey, language=language, now=now),
        "typed": page.typed,
    }


def _read(said: str, longest: int) -> tuple[str, str]:
    """Return what was written, and what is wrong with it."""
    try:
        return clean_text(said, max_length=longest, multiline=True), ""
    except Invalid as invalid:
        return "", say(invalid.message, get_language() or "en")


def _moment(said: str) -> datetime | None:
    """Return a moment as it is typed at the desk, in its time zone; None for whatever is none."""
    try:
        moment = parse_datetime(said)
    except ValueError:
        return None
    return make_aware(moment) if moment and moment.tzinfo is None else moment
