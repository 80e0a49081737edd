"""Begin again after an application that has ended, with what was typed then."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from atrio.apply.access import end_visit, first_page_at, for_applicant, reader, visit_of
from atrio.kernel.actors import Actor
from atrio.onboarding.actions import begin_again
from atrio.onboarding.tokens import token_for


@require_POST
@for_applicant
def again(request: HttpRequest, by: Actor) -> HttpResponse:
    """Begin another application on the same journey, and go to its first step."""
    application = begin_again(
        by=by,
        language=reader(),
        visit=visit_of(request),
        first_page_at=first_page_at(request),
        now=timezone.now(),
    )
    end_visit(request)
    return redirect("apply:resume", token=token_for(application.pk))
