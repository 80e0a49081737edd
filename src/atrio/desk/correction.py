"""Correct what a customer's step says: at the telephone, or because the ERP refuses it."""

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
from atrio.desk.frame import show, submitted
from atrio.engine.forms import Answers, bound
from atrio.journeys.messages import say
from atrio.onboarding.actions import correct_step
from atrio.onboarding.queries import Correction, correction_of

LONGEST_REASON = 500


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
@refusals_return_to("desk:application")
def correct(request: StaffRequest, application_id: UUID, step: str) -> HttpResponse:
    """Show a step's form with what it says now; take the correction."""
    view = correction_of(by=request.actor, application_id=application_id, step=step)
    if request.method != "POST":
        return _show(request, view)
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    said = {name: value for name, value in submitted(request).items() if name not in _OURS}
    if not reason:
        return _show(request, view, said=said, error=_("Please say why."), status=422)
    and_try_again = "again" in request.POST
    _application, answers = correct_step(
        by=request.actor,
        application_id=application_id,
        step=step,
        submitted=said,
        reason=reason,
        and_try_again=and_try_again,
        language=get_language() or "en",
        now=timezone.now(),
    )
    if not answers.ok:
        return _show(request, view, answers=answers, reason=reason, status=422)
    messages.success(
        request,
        _("Corrected. It is tried again now: it searches first and creates then.")
        if and_try_again
        else _("Corrected. The old values stay in the history."),
    )
    return redirect("desk:application", application_id)


_OURS = frozenset({"reason", "again"})


def _show(
    request: StaffRequest,
    view: Correction,
    *,
    answers: Answers | None = None,
    said: dict[str, Any] | None = None,
    reason: str = "",
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    language = get_language() or "en"
    form = bound(
        view.journey.forms[view.element.target],
        language=language,
        say=say,
        facts=view.facts,
        answers=answers or (Answers(raw=said) if said else None),
    )
    context = {
        "company": view.application.title or _("Not known yet"),
        "reference": view.application.reference,
        "back": reverse("desk:application", args=[view.application.pk]),
        "form": form,
        "action": request.path,
        "reason": reason,
        "error": error,
        "may_try_again": view.has_repair,
    }
    return show(request, "desk/correct.html", context, here="queue", status=status)
