"""What a colleague sees who was asked for one step: that step, who asks, and nothing else."""

from __future__ import annotations

from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from atrio.apply.access import Routed, place_of, reader
from atrio.apply.postcodes import ASKED, with_help
from atrio.engine.forms import Answers, Submitted, typed
from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.onboarding.actions import answer_delegated_step, decline_delegated_step, note_view
from atrio.onboarding.actions.answer_delegated import NotAskedAnyMore
from atrio.onboarding.delegations import delegated_step, questions_of
from atrio.onboarding.drawing import form_for, sections_for
from atrio.onboarding.tokens import delegate
from atrio.seller.queries import business_unit

DECLINE = "decline"


def _for_delegate(view: Any) -> Routed:
    """Run the view as the delegate whose token stands in the address, and as nobody else."""

    @wraps(view)
    def routed(request: HttpRequest, token: str) -> HttpResponse:
        by = delegate(token)
        with acting_as(by):
            response: HttpResponse = view(request, by, token)
        return response

    return never_cache(routed)


@require_http_methods(["GET", "HEAD", "POST"])
@_for_delegate
def asked(request: HttpRequest, by: Actor, token: str) -> HttpResponse:
    """Show the step, or what has become of it; posted to, take the answers or the refusal."""
    if request.method != "POST":
        return _show(request, by)
    submitted = {name: request.POST.getlist(name) for name in request.POST if name != DECLINE}
    if looking_up := request.POST.get(ASKED):
        return _show(request, by, submitted=submitted, looking_up=looking_up)
    try:
        if DECLINE in request.POST:
            decline_delegated_step(by=by, now=timezone.now())
            return redirect("apply:asked", token=token)
        _application, answers = answer_delegated_step(
            by=by, submitted=submitted, language=reader(), now=timezone.now()
        )
    except NotAskedAnyMore:
        # Whoever was faster: what was typed stands on the page, so that nothing of it is lost.
        return _show(request, by, submitted=submitted)
    if answers.ok:
        return redirect("apply:asked", token=token)
    return _show(request, by, answers=answers)


def _show(
    request: HttpRequest,
    by: Actor,
    *,
    answers: Answers | None = None,
    submitted: Submitted | None = None,
    looking_up: str = "",
) -> HttpResponse:
    """Show how it stands: with what was refused (`answers`), or as it was typed (`submitted`)."""
    found = delegated_step(by=by, language=reader(), now=timezone.now())
    unit = business_unit(found.application.business_unit)
    context: dict[str, Any] = {
        "asked": found.delegation,
        "stands": found.stands,
        "house": unit.brand or unit.name,
        "customer": found.application.title,
        "has_declined": found.delegation.ended == found.delegation.Ended.DECLINED,
    }
    with timezone.override(ZoneInfo(unit.time_zone)):
        view = found.view
        if view is None:
            if submitted and (view := questions_of(found, language=reader())):
                form = view.journey.forms[view.element.target]
                context["form"] = form_for(view, typed(form, submitted))
            return render(request, "apply/asked_over.html", context)
        if submitted:
            answers = typed(view.journey.forms[view.element.target], submitted)
        else:
            where = place_of(found.application, step=view.element.id)
            note_view(by=by, where=where, now=timezone.now())
        context["form"] = with_help(form_for(view, answers), asked=looking_up)
        if "submits" in view.element.attributes:
            # Nobody signs what they cannot read; what is personal is nobody else's to read.
            context["sections"] = sections_for(view, lambda _: "", for_applicant=False)
        is_refused = answers is not None and not submitted
        return render(request, "apply/asked.html", context, status=422 if is_refused else 200)
