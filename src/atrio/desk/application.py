"""One application: everything that is known of it, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from atrio.desk.access import StaffRequest, for_staff, refusals_return_to
from atrio.desk.delegating import owes
from atrio.desk.evidence import blueprint, calls, findings
from atrio.desk.facts import fact_in_words, topics
from atrio.desk.follow import application_live
from atrio.desk.frame import show, submitted
from atrio.desk.history import history, looks
from atrio.desk.ownership import next_address, owner_of, to_the_next
from atrio.desk.place import back_to_queue, place
from atrio.desk.promises import clocks
from atrio.desk.repairs import crowd_of
from atrio.desk.shops import shops_of_account
from atrio.desk.why import why_on_page
from atrio.desk.words import WAYS_IN, ago, due, span, status_of
from atrio.engine.forms import Answers, bound, nested
from atrio.engine.process import Element
from atrio.journeys.journey import CUSTOMER, Journey
from atrio.journeys.messages import say
from atrio.kernel.actors import Actor
from atrio.onboarding.actions import decide_step, retry_call
from atrio.onboarding.actions.decide_step import MAY_DECIDE
from atrio.onboarding.actions.help_customer import MAY_HELP
from atrio.onboarding.promises.queries import promises_of
from atrio.onboarding.queries import (
    ApplicationPage,
    application_page,
    get_application,
    journey_of,
)

if TYPE_CHECKING:
    from atrio.onboarding.models import Call

_CLOCK = ("customer", "ours", "outside", "total")


@require_safe
@for_staff
def application(request: StaffRequest, application_id: UUID) -> HttpResponse:
    """Show the application; a page that watches is told to load anew when something has changed."""
    now = timezone.now()
    page = application_page(by=request.actor, application_id=application_id, now=now)
    version = _version(page)
    if "seen" in request.GET and request.headers.get("HX-Request"):
        if request.GET["seen"] == version:
            return HttpResponse(status=204)
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return _show(request, page, now=now)


@require_POST
@for_staff
@refusals_return_to("desk:application")
def decide(request: StaffRequest, application_id: UUID, step: str) -> HttpResponse:
    """Take an associate's answers to the step that waits for them."""
    now = timezone.now()
    application, answers = decide_step(
        by=request.actor,
        application_id=application_id,
        step=step,
        submitted=submitted(request),
        language=get_language() or "en",
        now=now,
    )
    if not answers.ok:
        page = application_page(by=request.actor, application_id=application_id, now=now)
        return _show(request, page, now=now, step=step, answers=answers, status=422)
    messages.success(
        request,
        _("Noted. %(company)s (%(reference)s) goes on.")
        % {"company": application.title, "reference": application.reference},
    )
    if request.POST.get("then") == "next":
        return to_the_next(request)
    # Whoever repairs wants to see whether it helped; whoever has decided is done with it.
    if "repairs" in _attributes(journey_of(application), step):
        return redirect("desk:application", application_id)
    return back_to_queue(request)


def _attributes(journey: Journey, step: str) -> Mapping[str, str]:
    found = (one.attributes for one in journey.elements("user") if one.id == step)
    return next(found, {})


@require_POST
@for_staff
@refusals_return_to("desk:application")
def retry(request: StaffRequest, application_id: UUID, call_id: UUID) -> HttpResponse:
    """Let a call be tried once more."""
    retry_call(by=request.actor, application_id=application_id, call_id=call_id, now=timezone.now())
    messages.success(request, _("The call is queued: it searches first and creates then."))
    return redirect("desk:application", application_id)


@require_safe
@for_staff
def drawing(request: StaffRequest, application_id: UUID) -> HttpResponse:
    """Return the BPMN file of the release the application runs through."""
    found = get_application(by=request.actor, application_id=application_id)
    files = journey_of(found).pack.processes()
    # A pack with several keeps what its main process calls beside it.
    main = files.get("process.bpmn") or next(iter(files.values()))
    return HttpResponse(main, content_type="application/xml; charset=utf-8")


def _show(
    request: StaffRequest,
    page: ApplicationPage,
    *,
    now: datetime,
    step: str = "",
    answers: Answers | None = None,
    status: int = 200,
) -> HttpResponse:
    language = get_language() or "en"
    journey = journey_of(page.application)
    pk = page.application.pk
    reviews = _reviews(page, journey, request.actor, {step: answers}, language)
    retry_address = _retry_address if request.actor.has_role(*MAY_DECIDE) else None
    context = {
        "application": _head(page, journey, language=language, now=now),
        "queue": place(request),
        "take_next": next_address(request.actor),
        "owner": owner_of(page, request.actor, now=now),
        "reviews": reviews,
        "groups": topics(page.facts, journey, language=language, now=now),
        "corrections": _corrections(page, journey, request.actor, language),
        "findings": findings(page, journey, language=language),
        "calls": calls(page, journey, language=language, now=now, retry_address=retry_address),
        "in_shops": shops_of_account(request.actor, page.application.account_id, now=now),
        "blueprint": blueprint(
            page, journey, url=reverse("desk:drawing", args=[pk]), language=language
        ),
        "history": history(page.entries, journey, language=language, now=now),
        "looks": looks(page.entries, journey, language=language, now=now),
        "owes": owes(page, journey, request.actor, language=language, now=now),
        "returned_from": page.application.returned_from,
        "help": _help_address(page, request.actor),
        "promises": clocks(
            promises_of(page.application, journey, language=language, now=now), now=now
        ),
        "clock": {name: span(getattr(page.clock, name)) for name in _CLOCK},
        "watch": "" if reviews or page.application.finished_at else _watch(page),
        "live_url": application_live(page.application.pk),
    }
    return show(request, "desk/application.html", context, here="queue", status=status)


def _help_address(page: ApplicationPage, by: Actor) -> str:
    """Return where this customer can be helped, "" for those who only look."""
    if page.application.finished_at or not by.has_role(*MAY_HELP):
        return ""
    return reverse("desk:help", args=[page.application.pk])


def _corrections(
    page: ApplicationPage, journey: Journey, by: Actor, language: str
) -> list[dict[str, str]]:
    """Return the answered steps that this associate may correct."""
    if page.application.finished_at or not by.has_role(*MAY_DECIDE):
        return []
    shown = []
    for element in journey.correctable:
        if element.id in page.done_elements:
            text = journey.step_text(element.id, language)
            shown.append(
                {
                    "text": text.name if text else element.name,
                    "url": reverse("desk:correct", args=[page.application.pk, element.id]),
                }
            )
    return shown


def _retry_address(call: Call) -> str:
    return reverse("desk:retry", args=[call.application_id, call.pk])


def _head(
    page: ApplicationPage, journey: Journey, *, language: str, now: datetime
) -> dict[str, Any]:
    application = page.application
    return {
        "reference": application.reference,
        "company": application.title or _("Not known yet"),
        "journey": journey.pack.title(language),
        "status": status_of(application.status, application.waiting_on),
        "unit": application.business_unit,
        "channel": WAYS_IN.get(application.channel, ""),
        "started": ago(application.first_page_at, now=now),
        "started_at": application.first_page_at,
        "due": due(promised_at=application.promised_at, now=now)
        if application.promised_at and not application.finished_at
        else None,
        "letters": f"{reverse('desk:outbox')}?application={application.pk}",
    }


def _reviews(
    page: ApplicationPage,
    journey: Journey,
    by: Actor,
    answers: Mapping[str, Answers | None],
    language: str,
) -> list[dict[str, Any]]:
    """Return what waits for a person of ours; without its form for those who may not decide."""
    held = {
        fact.field: fact.value for fact in page.facts if fact.status in {"accepted", "verified"}
    }
    facts = nested(held, onto=journey.policy_facts)
    shown = []
    for step in page.open_steps:
        if step.kind != "user" or step.lane != "associate":
            continue
        form = bound(
            journey.forms[step.target],
            language=language,
            say=say,
            facts=facts,
            answers=answers.get(step.element),
        )
        shown.append(
            {
                "title": form.title,
                "text": form.intro,
                "why": why_on_page(page, journey, step.element, language=language),
                "shown": _shown_beside(step.element, journey, held, language),
                "together": _together(step.element, page, journey, by),
                "form": None if (kept := _kept_from(step.element, page, journey, by)) else form,
                "kept": kept,
                "action": reverse("desk:decide", args=[page.application.pk, step.element]),
            }
        )
    return shown


def _shown_beside(
    element: str, journey: Journey, held: Mapping[str, Any], language: str
) -> tuple[str, str] | None:
    """Return the fact that a step is decided by (`atrio:shows`), in words."""
    name = _element(journey, element).attributes.get("shows", "")
    return fact_in_words(journey, name, held[name], language=language) if name in held else None


def _together(
    element: str, page: ApplicationPage, journey: Journey, by: Actor
) -> dict[str, Any] | None:
    """Return where this repair is made with others that wait for the same, None if none do."""
    repaired = _element(journey, element).attributes.get("repairs")
    failed = {call.pk for call in page.calls if call.step.element == repaired}
    return crowd_of(by, failed) if failed and by.has_role(*MAY_DECIDE) else None


def _element(journey: Journey, element: str) -> Element:
    return next(one for one in journey.elements("user") if one.id == element)


def _kept_from(element: str, page: ApplicationPage, journey: Journey, by: Actor) -> str:
    """Return why this person does not answer a step, "" for those who may."""
    if not by.has_role(*MAY_DECIDE):
        return _("An associate decides on this: who sells does not.")
    step = _element(journey, element)
    if CUSTOMER in journey.not_by(step) and by.id in page.typists:
        return _("You typed this for the customer: somebody else decides.")
    return ""


def _watch(page: ApplicationPage) -> str:
    address = reverse("desk:application", args=[page.application.pk])
    return f"{address}?seen={_version(page)}"


def _version(page: ApplicationPage) -> str:
    """Return what changes whenever the page would look different, but for the passing of time."""
    parts = [
        page.application.updated_at.isoformat(),
        str(len(page.deliveries)),
        str(len(page.entries)),
        *(f"{call.status}{call.attempts}" for call in page.calls),
    ]
    return sha256(" ".join(parts).encode()).hexdigest()[:16]
