"""The first page: what is promised, and where to begin."""

from __future__ import annotations

from collections import Counter

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
from atrio.seller.queries import offers
from atrio.timeline.actions import Where


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show which journeys there are."""
    language = reader()
    by = visitor(request)
    with acting_as(by):
        journeys = _journeys(request, language)
        note_view(by=by, where=_where(request), now=timezone.now())
        return render(
            request,
            "apply/landing.html",
            {"journeys": journeys, "typical": in_words(typical_time())},
        )


def _journeys(request: HttpRequest, language: str) -> list[dict[str, str]]:
    """Return by which ways one may come in here; a unit is named where several offer the same."""
    published = set(offered_packs())
    found = offers(at_host=request.get_host().partition(":")[0])
    here = [(pack, unit) for pack, unit in found if pack in published]
    often = Counter(pack for pack, _unit in here)
    return [
        {
            "unit": unit.code,
            "pack": pack,
            "country": journey.pack.country,
            "title": journey.pack.title(language),
            "text": journey.pack.summary(language),
            "unit_name": unit.name if often[pack] > 1 else "",
        }
        for pack, unit in here
        for journey in [compiled(latest_release(pack, unit.code))]
    ]


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin an application and go to its first step; of two clicks the second goes there, too."""
    # No name has a NUL, with which a database would not even compare.
    pack, unit = (request.POST.get(name, "").replace("\0", "") for name in ("pack", "unit"))
    what = f"{pack} {unit}"
    if begun := just_begun(request, what):
        return redirect("apply:resume", token=token_for(begun))
    application = start_application(
        application_id=id_of_the_next(request, what),
        journey=pack,
        unit=unit,
        language=reader(),
        visit=visit_of(request),
        first_page_at=first_page_at(request),
        branch=branch_of(request),
        now=timezone.now(),
    )
    note_begun(request, what, application.pk)
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
