"""The first page: what is promised, and where to begin."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from atrio.apply.access import (
    branch_of,
    first_page_at,
    id_of_the_next,
    just_begun,
    note_begun,
    reader,
    visit_of,
    visitor,
)
from atrio.apply.timing import in_words, seconds_on_page
from atrio.journeys.queries import compiled, latest_release, offered_packs
from atrio.kernel.database import acting_as
from atrio.onboarding.actions import note_leave, note_view, start_application
from atrio.onboarding.queries import typical_time
from atrio.onboarding.tokens import token_for
from atrio.seller.queries import units_by_journey
from atrio.timeline.actions import Where


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show which journeys there are."""
    language = reader()
    by = visitor(request)
    with acting_as(by):
        units = units_by_journey()
        journeys = [
            {
                "unit": units[pack].code,
                "pack": pack,
                "country": journey.pack.country,
                "title": journey.pack.title(language),
                "text": journey.pack.summary(language),
            }
            for pack in offered_packs()
            if pack in units
            for journey in [compiled(latest_release(pack))]
        ]
        note_view(by=by, where=_where(request), now=timezone.now())
        return render(
            request,
            "apply/landing.html",
            {"journeys": journeys, "typical": in_words(typical_time())},
        )


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin an application and go to its first step; of two clicks the second goes there, too."""
    # No pack's name has a NUL, with which a database would not even compare.
    pack = request.POST.get("pack", "").replace("\0", "")
    if begun := just_begun(request, pack):
        return redirect("apply:resume", token=token_for(begun))
    application = start_application(
        application_id=id_of_the_next(request, pack),
        journey=pack,
        language=reader(),
        visit=visit_of(request),
        first_page_at=first_page_at(request),
        branch=branch_of(request),
        now=timezone.now(),
    )
    note_begun(request, pack, application.pk)
    return redirect("apply:resume", token=token_for(application.pk))


@require_POST
def left(request: HttpRequest) -> HttpResponse:
    """Note that the landing page was left."""
    by = visitor(request)
    with acting_as(by):
        note_leave(
            by=by,
            where=_where(request),
            seconds=seconds_on_page(request),
            now=timezone.now(),
        )
    return HttpResponse(status=204)


def _where(request: HttpRequest) -> Where:
    return Where(
        visit=visit_of(request), step="landing", branch=branch_of(request), language=reader()
    )
