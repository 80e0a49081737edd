"""Begin again after an application that has ended, with what was typed then."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from atrio.apply.access import (
    first_page_at,
    for_applicant,
    id_of_the_next,
    just_begun,
    note_begun,
    reader,
    visit_of,
)
from atrio.kernel.actors import Actor
from atrio.onboarding.actions import begin_again
from atrio.onboarding.tokens import token_for


@require_POST
@for_applicant
def again(request: HttpRequest, by: Actor) -> HttpResponse:
    """Begin another application on the same journey, and go to its first step."""
    if begun := just_begun(request, by.id):
        return redirect("apply:resume", token=token_for(begun))
    application = begin_again(
        by=by,
        application_id=id_of_the_next(request, by.id),
        language=reader(),
        visit=visit_of(request),
        first_page_at=first_page_at(request),
        now=timezone.now(),
    )
    note_begun(request, by.id, application.pk)
    return redirect("apply:resume", token=token_for(application.pk))
