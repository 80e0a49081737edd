"""One step, one screen: show its form, take its answers."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atrio.apply.access import for_applicant, place_of, proved_in_session, reader
from atrio.apply.address import returned
from atrio.apply.delegating import drawn, owed
from atrio.apply.helped import helped
from atrio.apply.leaving import ways_out
from atrio.apply.mailbox import mailbox_url
from atrio.apply.postcodes import ASKED, with_help
from atrio.apply.timing import seconds_on_page
from atrio.engine.forms import Answers, Submitted, fact, typed
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound, Refused
from atrio.onboarding import queries
from atrio.onboarding.actions import note_leave, note_view, send_code_again, submit_step
from atrio.onboarding.actions.submit_step import ApplicationOver, CodeUsed, TooLateToChange
from atrio.onboarding.delegations import answered_by_delegate, may_ask_for, step_left_to
from atrio.onboarding.drawing import form_for, sections_for
from atrio.onboarding.queries import Application, StepView
from atrio.onboarding.tokens import token_for

# The form's word for whom the step was delegated to when it was drawn.
DELEGATED = "delegated"


@require_safe
@for_applicant
def resume(request: HttpRequest, by: Actor) -> HttpResponse:
    """Go to where the application stands: the step that is open, or the tracker."""
    return _onwards(queries.get_application(by=by))


@require_http_methods(["GET", "HEAD", "POST"])
@for_applicant
def step(request: HttpRequest, by: Actor, element: str) -> HttpResponse:
    """Show a step, or take its answers and go on."""
    if request.method == "POST":
        return _answer(request, by, element)
    try:
        view = queries.step_view(by=by, element=element, language=reader())
    except NotFound:
        # What was taken back by its withdrawal is no mistake of the reader's.
        application = queries.get_application(by=by)
        if application.finished_at:
            return _onwards(application)
        raise
    if not view.is_open and (view.application.submitted_at or view.application.finished_at):
        return _onwards(view.application)
    return _show(request, by, view)


@require_POST
@for_applicant
def send_code(request: HttpRequest, by: Actor, element: str) -> HttpResponse:
    """Send a new code."""
    try:
        email = send_code_again(by=by, step=element, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("A new code is on its way to %s.") % email)
    return redirect("apply:resume", token=token_for(queries.get_application(by=by).pk))


@require_POST
@for_applicant
def left(request: HttpRequest, by: Actor, element: str) -> HttpResponse:
    """Note that a step was left without an answer."""
    view = queries.step_view(by=by, element=element, language=reader())
    note_leave(
        by=by,
        where=place_of(view.application, step=element),
        seconds=seconds_on_page(request),
        now=timezone.now(),
        application=view.application,
    )
    return HttpResponse(status=204)


def _answer(request: HttpRequest, by: Actor, element: str) -> HttpResponse:
    submitted = {name: request.POST.getlist(name) for name in request.POST if name != DELEGATED}
    asked = request.POST.get(DELEGATED)
    if asked and (name := answered_by_delegate(by=by, element=element, delegation_id=asked)):
        return _show_both(request, by, element, submitted, name)
    if looking_up := request.POST.get(ASKED):
        return _look_up(request, by, element, submitted, looking_up)
    try:
        application, answers = submit_step(
            by=by, step=element, submitted=submitted, language=reader(), now=timezone.now()
        )
    except (TooLateToChange, ApplicationOver) as refused:
        messages.info(request, str(refused))
        return _onwards(queries.get_application(by=by))
    except CodeUsed:
        # Sent twice, or by somebody who only knows the address of the page: it proves nothing.
        return _onwards(queries.get_application(by=by))
    view = queries.step_view(by=by, element=element, language=reader())
    if not answers.ok:
        return _show(request, by, view, answers)
    if "proof" in view.element.attributes:
        # This browser has shown that it reads the mail: it may walk into the shop later.
        proved = queries.proved_email(application)
        request.session[proved_in_session(application.pk)] = proved
    return _onwards(application)


def _look_up(
    request: HttpRequest, by: Actor, element: str, submitted: Submitted, asked: str
) -> HttpResponse:
    """Show the step as it was typed, with the places of a postcode in it."""
    view = queries.step_view(by=by, element=element, language=reader())
    if not view.is_open and (view.application.submitted_at or view.application.finished_at):
        return _onwards(view.application)
    form = view.journey.forms[view.element.target]
    return _page(request, view, typed(form, submitted), asked=asked)


def _show_both(
    request: HttpRequest, by: Actor, element: str, submitted: Submitted, name: str
) -> HttpResponse:
    """Show what was typed while a colleague was faster, to be sent once more or let go."""
    view = queries.step_view(by=by, element=element, language=reader())
    form = view.journey.forms[view.element.target]
    note = {
        "tone": "warn",
        "title": _("%s has filled this in meanwhile") % name,
        "text": _("Below is what you typed. If you send it, it takes the place of theirs."),
        "link": reverse("apply:resume", kwargs={"token": token_for(view.application.pk)}),
        "link_text": _("Go on with theirs"),
    }
    return _show(request, by, view, typed(form, submitted), note=note)


def _show(
    request: HttpRequest,
    by: Actor,
    view: StepView,
    answers: Answers | None = None,
    note: dict[str, str] | None = None,
) -> HttpResponse:
    where = place_of(view.application, step=view.element.id)
    note_view(by=by, where=where, now=timezone.now(), application=view.application)
    return _page(request, view, answers, note=note)


def _page(
    request: HttpRequest,
    view: StepView,
    answers: Answers | None,
    *,
    asked: str = "",
    note: dict[str, str] | None = None,
) -> HttpResponse:
    attributes = view.element.attributes
    address = {"token": token_for(view.application.pk), "element": view.element.id}
    context: dict[str, Any] = {
        "application": view.application,
        "progress": view.progress,
        "form": with_help(form_for(view, answers), asked=asked),
        "back": _address(view, view.progress.previous) if view.progress.previous else "",
        "leave_url": reverse("apply:left", kwargs=address),
        "helped": helped(view.application),
        "leaving": ways_out(view.application),
    }
    if note := note or returned(request, view.application):
        context["note"] = note
    others = owed(view.application, now=timezone.now())
    if one := next((one for one in others if one.element == view.element.id), None):
        context["delegated"] = drawn(one, view.application, now=timezone.now())
    elif may_ask_for(view):
        context["ask_url"] = reverse("apply:ask", kwargs=address)
    template = "apply/step.html"
    if "proof" in attributes:
        template = "apply/code.html"
        context["email"] = fact(view.facts, attributes["proof"])
        if view.is_open:
            context["resend_url"] = reverse("apply:send-code", kwargs=address)
        else:  # they have come back to it
            context["note"] = note or {
                "tone": "info",
                "text": _("This address is confirmed already."),
                "link": reverse("apply:resume", kwargs={"token": address["token"]}),
            }
        context["outbox_url"] = mailbox_url(view.application)
    elif "submits" in attributes:
        template = "apply/summary.html"
        context["sections"] = sections_for(view, partial(_address, view))
    # A refused answer is no success: scripts and tests see it in the status.
    return render(request, template, context, status=422 if answers and not asked else 200)


def _address(view: StepView, element: str) -> str:
    """Return the address of a step of the same application."""
    token = token_for(view.application.pk)
    return reverse("apply:step", kwargs={"token": token, "element": element})


def _onwards(application: Application) -> HttpResponse:
    token = token_for(application.pk)
    step = step_left_to(application, owed(application, now=timezone.now()))
    if step is None:
        return redirect("apply:track", token=token)
    return redirect("apply:step", token=token, element=step.element)
