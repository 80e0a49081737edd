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
from atrio.engine.forms import Answers
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
    try:
        if DECLINE in request.POST:
            decline_delegated_step(by=by, now=timezone.now())
            return redirect("apply:asked", token=token)
        _application, answers = answer_delegated_step(
            by=by, submitted=submitted, language=reader(), now=timezone.now()
        )
    except NotAskedAnyMore:
        # Whoever was faster: what was typed stands on the page, so that nothing of it is lost.
        typed = {
            name: values[-1] if len(values) == 1 else values for name, values in submitted.items()
        }
        return _show(request, by, typed=typed)
    if answers.ok:
        return redirect("apply:asked", token=token)
    return _show(request, by, answers=answers)


def _show(
    request: HttpRequest,
    by: Actor,
    *,
    answers: Answers | None = None,
    typed: dict[str, Any] | None = None,
) -> HttpResponse:
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
        if found.view is None:
            questions = questions_of(found, language=reader()) if typed else None
            if questions:
                context["form"] = form_for(questions, Answers(raw=typed or {}))
            return render(request, "apply/asked_over.html", context)
        where = place_of(found.application, step=found.view.element.id)
        note_view(by=by, where=where, now=timezone.now())
        context["form"] = form_for(found.view, answers)
        if "submits" in found.view.element.attributes:
            # Nobody signs what they cannot read; what is personal is nobody else's to read.
            context["sections"] = sections_for(found.view, lambda _: "", for_applicant=False)
        return render(request, "apply/asked.html", context, status=422 if answers else 200)
